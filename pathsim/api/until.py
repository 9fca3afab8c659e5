"""The date at the end of which a trial is reported as it was."""

import datetime
from collections.abc import Iterable

from pathsim.api.arguments import ArgumentError
from pathsim.calendar import day_of
from pathsim.scenario.scenario import Scenario


def date_until(scenarios: Iterable[Scenario], until: datetime.date) -> datetime.date:
    """The date that is meant. Raises ArgumentError if a trial of one of these does not go so far."""
    if not isinstance(until, datetime.date):
        raise ArgumentError(f"until: expected a date such as datetime.date(2017, 12, 31), found {until!r}")
    date = until.date() if isinstance(until, datetime.datetime) else until
    for scenario in scenarios:
        day, last = day_of(date, scenario.trial.begins), scenario.latest_day(scenario.final_cutoff)
        if not 1 <= day <= last:
            span = f"{scenario.trial.begins} to {scenario.date(last)}"
            raise ArgumentError(f"until {date}: the trial goes from {span}; choose a date between")
    return date


def day_until(scenario: Scenario, until: datetime.date) -> float:
    """The day of the trial at the end of this date. Raises ArgumentError as ``date_until`` does."""
    return day_of(date_until([scenario], until), scenario.trial.begins)
