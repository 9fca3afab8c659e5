"""The date at the end of which a trial is reported as it was."""

import datetime
from collections.abc import Iterable

from pathsim.api.arguments import ArgumentError
from pathsim.calendar import day_of
from pathsim.scenario.dates import DateError, day_at
from pathsim.scenario.scenario import Scenario


def date_until(scenarios: Iterable[Scenario], until: datetime.date) -> datetime.date:
    """The date that is meant. Raises ArgumentError if a trial of one of these does not go so far."""
    if not isinstance(until, datetime.date):
        raise ArgumentError(f"until: expected a date such as datetime.date(2017, 12, 31), found {until!r}")
    date = until.date() if isinstance(until, datetime.datetime) else until
    for scenario in scenarios:
        try:
            day_at(scenario, date)
        except DateError as wrong:
            raise ArgumentError(f"until {wrong}") from None
    return date


def day_until(scenario: Scenario, until: datetime.date) -> float:
    """The day of the trial at the end of this date. Raises ArgumentError as ``date_until`` does."""
    return day_of(date_until([scenario], until), scenario.trial.begins)
