"""The cohort: what the patients are like when they come, and when they come. A function of their luck alone."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from pathsim.calendar import Days, ticks
from pathsim.conditions import UNSET, Column, Condition, Truth
from pathsim.laws import Quantiles
from pathsim.luck import Keys, Uniforms, slot, uniform


@dataclass(frozen=True, slots=True)
class CovariateDraw:
    """How one column is drawn: a law for everybody, and other laws for patients under a condition."""

    name: str
    law: "Quantiles | tuple[float, ...]"
    """Quantiles, or the cumulative probabilities at which one level gives way to the next."""
    whole: bool
    cases: "tuple[tuple[Condition, Quantiles | tuple[float, ...]], ...]"

    def __call__(self, key: Keys, columns: Mapping[str, Column]) -> Column:
        """The column of the patients with these keys, who already have these columns."""
        uniforms = uniform(key, slot(f"cohort/{self.name}"))
        drawn = _drawn(self.law, uniforms)
        open_: Truth = np.ones(key.size, dtype=np.bool_)
        for holds, law in self.cases:
            here = np.flatnonzero(open_ & holds(columns))
            drawn[here] = _drawn(law, uniforms[here])
            open_[here] = False
        return np.floor(drawn) if self.whole else drawn


def _drawn(law: "Quantiles | tuple[float, ...]", uniforms: Uniforms) -> Column:
    if isinstance(law, Quantiles):
        return law(uniforms)
    level = np.zeros(uniforms.size, dtype=np.int16)
    for step in law:
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
            columns[name] = np.full(key.size, UNSET, dtype=np.int16)
        for name in self.later_quantities:
            columns[name] = np.full(key.size, math.nan)
        return columns


@dataclass(frozen=True, slots=True)
class Accrual:
    """When the patients come, by a curve of how many are expected until each day.

    ``poisson``: they come independently of each other. ``even``: patient i comes at a random moment of the i-th
    interval, so that the trial enrols at just the stated pace.
    """

    days: tuple[float, ...]
    expected: tuple[float, ...]
    per_day_after: float
    arrivals: Literal["poisson", "even"]
    closes: float = math.inf

    def arrive(self, key: Keys) -> Days:
        """The day on which each patient comes, one row a trial; infinite for those who find the trial closed."""
        draws = uniform(key, slot("trial/arrival"))
        if self.arrivals == "poisson":
            reached = np.cumsum(-np.log(draws), axis=1)
        else:
            reached = np.arange(key.shape[1]) + draws
        past = np.maximum(reached - self.expected[-1], 0.0) / self.per_day_after
        day = ticks(np.interp(reached, self.expected, self.days) + past)
        day[day > self.closes] = math.inf
        return day
