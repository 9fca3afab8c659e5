"""The calendar: ticks, the sub-tick that keeps patients apart, and dates.

Times are days since the trial began. Every drawn duration is rounded to a whole tick when it is drawn: sums of whole
ticks are exact in float64 in any order, so both engines arrive at the same instant to the last bit. Each
patient's calendar is shifted by a sub-tick of its own, so that no two patients ever share an instant and the order of
events is defined.
"""

import datetime
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Days: TypeAlias = NDArray[np.float64]

TICKS_PER_DAY = 1024.0
TICK_DAYS = 1 / TICKS_PER_DAY
SUB_TICK_DAYS = 2.0**-26
MOST_PATIENTS = 65_535
"""More patients than this in one trial, and the last one's sub-tick would reach the next tick."""

LONGEST_DAYS = 365_250
"""A thousand years: every day and length of time that a scenario states lies within it."""
LATEST_BEGIN = datetime.date(8999, 12, 31)
"""From here the longest time still leads to a date."""
NEVER_DAYS = 2.0**26
"""What would come after so long (184,000 years) never comes. Days up to it are exact to the sub-tick."""

DAYS_PER_YEAR = 365.25
DAYS_PER_MONTH = DAYS_PER_YEAR / 12


def ticks(days: Days) -> Days:
    """These durations, rounded to whole ticks (84 seconds)."""
    rounded = days * TICKS_PER_DAY
    np.rint(rounded, out=rounded)
    rounded /= TICKS_PER_DAY
    return rounded


def day_of(date: datetime.date, begins: datetime.date) -> float:
    """The day of the trial at the end of this date: everything that happens on the date lies before it."""
    return float((date - begins).days + 1)


def ordinals(day: Days, begins: datetime.date) -> Days:
    """The dates on which these days of the trial fall, in days since the year 1 (``datetime.date.toordinal``)."""
    whole: Days = np.maximum(np.ceil(day) - 1, 0.0)
    return whole + begins.toordinal()
