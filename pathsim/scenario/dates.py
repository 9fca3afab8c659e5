"""The dates on which a trial can be looked at."""

import datetime

from pathsim.calendar import day_of
from pathsim.scenario.scenario import Scenario


class DateError(ValueError):
    """A date outside a trial, with a sentence for the user."""


def day_at(scenario: Scenario, date: datetime.date) -> float:
    """The day of the trial at the end of this date. Raises DateError if the trial does not go so far."""
    day, last = day_of(date, scenario.trial.begins), scenario.latest_day(scenario.final_cutoff)
    if not 1 <= day <= last:
        span = f"{scenario.trial.begins} to {scenario.date(last)}"
        raise DateError(f"{date}: the trial goes from {span}; choose a date between")
    return day
