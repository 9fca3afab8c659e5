"""The cohort: what the patients are like when they come, and when they come. A function of their draws alone."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from pathsim.calendar import NEVER_DAYS, Days, ticks
from pathsim.conditions import UNSET, Column, Condition, Truth
from pathsim.distributions import Quantiles
from pathsim.draws import Keys, Uniforms, stream, uniform

STOPPED = "stopped"
"""The column that says whether the monitoring committee has stopped the trial, as it is when a step is entered."""
STOPS = ("no", "benefit", "futility", "order")
"""Its levels: not stopped, or for which reason."""


@dataclass(frozen=True, slots=True)
class CovariateDraw:
    """How one column is drawn: a distribution for everybody, and other distributions for patients under a condition."""

    name: str
    distribution: "Quantiles | tuple[float, ...]"
    """Quantiles, or the cumulative probabilities at which one level gives way to the next."""
    whole: bool
    cases: "tuple[tuple[Condition, Quantiles | tuple[float, ...]], ...]"

    def __call__(self, key: Keys, columns: Mapping[str, Column]) -> Column:
        """The column of the patients with these keys, who already have these columns."""
        uniforms = uniform(key, stream(f"cohort/{self.name}"))
        drawn = _drawn(self.distribution, uniforms)
        open_: Truth = np.ones(key.size, dtype=np.bool_)
        for holds, distribution in self.cases:
            here = np.flatnonzero(open_ & holds(columns))
            drawn[here] = _drawn(distribution, uniforms[here])
            open_[here] = False
        return np.floor(drawn) if self.whole else drawn


def _drawn(distribution: "Quantiles | tuple[float, ...]", uniforms: Uniforms) -> Column:
    if isinstance(distribution, Quantiles):
        return distribution(uniforms)
    level = np.zeros(uniforms.size, dtype=np.int16)
    for step in distribution:
        level += uniforms >= step
    return level


@dataclass(frozen=True, slots=True)
class Cohort:
    """The columns of the patients, in the order in which they may depend on each other, and those still to come."""

    draws: tuple[CovariateDraw, ...]
    later_categories: tuple[str, ...]
    later_quantities: tuple[str, ...]

    def draw(self, key: Keys) -> dict[str, Column]:
        """The columns of these patients on the day they come; what is observed later is not known yet."""
        columns: dict[str, Column] = {}
        for covariate in self.draws:
            columns[covariate.name] = covariate(key, columns)
        for name in self.later_categories:
            columns[name] = np.full(key.size, STOPS.index("no") if name == STOPPED else UNSET, dtype=np.int16)
        for name in self.later_quantities:
            columns[name] = np.full(key.size, math.nan)
        return columns


@dataclass(frozen=True, slots=True)
class Period:
    """A stretch of the accrual: from which day, how many are expected before it, and the pace, which may rise."""

    from_day: float
    expected: float
    per_day: float
    rise: float = 0.0
    """What the pace gains, per day, from day to day."""

    def reached(self, days: float) -> float:
        """How many are expected in so many days of the period."""
        return self.per_day * days + self.rise * days * days / 2

    def days_until(self, reached: Days) -> Days:
        """In how many days of the period so many are expected."""
        if self.rise == 0:
            with np.errstate(over="ignore"):  # what overflows comes too late to come at all
                return reached / self.per_day
        # The root of per_day * days + rise * days**2 / 2 = reached, in the form that loses no digits.
        root = self.per_day + np.sqrt(np.maximum(self.per_day**2 + 2 * self.rise * reached, 0.0))
        return 2 * np.divide(reached, root, out=np.zeros_like(reached), where=root > 0)


def periods(starts: Sequence[float], paces: Sequence[tuple[float, float]]) -> tuple[Period, ...]:
    """The periods that begin on these days, ascending from 0, each with its pace at the beginning and at the end."""
    made: list[Period] = []
    for i, (start, (first, last)) in enumerate(zip(starts, paces, strict=True)):
        before = 0.0 if not made else made[-1].expected + made[-1].reached(start - made[-1].from_day)
        rise = (last - first) / (starts[i + 1] - start) if last != first else 0.0
        made.append(Period(start, before, first, rise))
    return tuple(made)


@dataclass(frozen=True, slots=True)
class Accrual:
    """When the patients come, by how many are expected until each day.

    ``poisson``: they come independently of each other. ``even``: patient i comes at a random moment of the i-th
    interval, so that the trial enrols at just the stated pace.
    """

    periods: tuple[Period, ...]
    arrivals: Literal["poisson", "even"]
    closes: float = math.inf

    def arrive(self, key: Keys) -> Days:
        """The day on which each patient comes, one row a trial; infinite for those who find the trial closed."""
        draws = uniform(key, stream("trial/arrival"))
        if self.arrivals == "poisson":
            reached = np.cumsum(-np.log(draws), axis=1)
        else:
            reached = np.arange(key.shape[1]) + draws
        day = ticks(self._day_of(reached))
        day[day > min(self.closes, NEVER_DAYS)] = math.inf
        return day

    def _day_of(self, reached: Days) -> Days:
        """The day by which so many are expected."""
        day = np.empty_like(reached)
        which = np.searchsorted([period.expected for period in self.periods], reached, side="right") - 1
        for number, period in enumerate(self.periods):
            here = which == number
            day[here] = period.from_day + period.days_until(reached[here] - period.expected)
        return day
