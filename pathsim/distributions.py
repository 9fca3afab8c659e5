"""Distributions: how one uniform number becomes a duration. Each is the inverse of its distribution function."""

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from pathsim.calendar import Days
from pathsim.draws import Uniforms


class Distribution(Protocol):
    """A distribution of durations or quantities, as a function of one uniform number."""

    def __call__(self, uniforms: Uniforms) -> Days:
        """The value at each of these probabilities."""


@dataclass(frozen=True, slots=True)
class Fixed:
    """Always the same value."""

    value: float

    def __call__(self, uniforms: Uniforms) -> Days:
        """The value, once for each uniform."""
        return np.full(uniforms.shape, self.value)


@dataclass(frozen=True, slots=True)
class Quantiles:
    """Values at equally spaced probabilities (five: minimum, quartiles and maximum), with straight lines between."""

    values: tuple[float, ...]

    def __call__(self, uniforms: Uniforms) -> Days:
        """The quantile at each of these probabilities."""
        return _table(self)(0, uniforms)


@dataclass(frozen=True, slots=True)
class Exponential:
    """An exponential distribution with this mean: no memory, as in the textbooks of queues."""

    mean: float

    def __call__(self, uniforms: Uniforms) -> Days:
        """The time at which a survival function of this mean has fallen to each uniform."""
        return -self.mean * np.log(uniforms)


class DistributionTable:
    """Several fixed values or quantile distributions side by side, looked up in one go: one row a toxicity."""

    def __init__(self, distributions: Sequence[Fixed | Quantiles]) -> None:
        points = [
            distribution.values if isinstance(distribution, Quantiles) else (distribution.value, distribution.value)
            for distribution in distributions
        ] or [(0.0, 0.0)]
        self._intervals = math.lcm(*(len(row) - 1 for row in points))
        at = np.linspace(0, 1, self._intervals + 1)
        values = np.array([np.interp(at, np.linspace(0, 1, len(row)), row) for row in points])
        self._base = values[:, :-1].ravel()
        self._rise = np.diff(values, axis=1).ravel()

    def __call__(self, which: NDArray[np.intp] | int, uniforms: Uniforms) -> Days:
        """The quantile of row ``which`` at each of these probabilities; one row for each of them, or for all."""
        place = uniforms * self._intervals
        interval = place.astype(np.intp)
        place -= interval
        interval += which * self._intervals
        return self._base.take(interval) + place * self._rise.take(interval)


@cache
def _table(distribution: Quantiles) -> DistributionTable:
    return DistributionTable([distribution])


NO_HAZARD = 1e-30
"""A hazard per day below which nothing ever happens: its inverse would lose all digits of the others."""


class Hazard:
    """A piecewise constant hazard, given by the cumulative hazard reached on certain days and what follows the last.

    The time at which it has cumulated to e is a sum of hinges, one for each change of hazard, and of jumps over the
    stretches on which nothing happens. A hazard that ends leaves the rest of the patients free of the event: cured.
    """

    def __init__(self, days: Sequence[float], cumulative: Sequence[float], then: float = 0.0) -> None:
        slope = 0.0
        self._hinges: list[tuple[float, float]] = []
        self._jumps: list[tuple[float, float]] = []
        knots = [(0.0, 0.0), *zip(days, cumulative, strict=True)]
        for (start, low), (end, high) in pairwise(knots):
            if high - low > NO_HAZARD * (end - start):
                slope = self._bend(low, slope, (end - start) / (high - low))
            else:
                self._jumps.append((low, end - start))
        self._days, self._reached = (np.array(column) for column in zip(*knots, strict=True))
        # A median of next to nothing divides to an infinite hazard, and infinity times no time is not a number.
        self._then = min(then, sys.float_info.max)
        self.most = math.inf
        """What it cumulates to in the end."""
        if then > NO_HAZARD:
            self._bend(knots[-1][1], slope, 1 / then)
        else:
            self.most = knots[-1][1]

    def _bend(self, at: float, before: float, after: float) -> float:
        self._hinges.append((at, after - before))
        return after

    def days_to(self, cumulated: Days) -> Days:
        """The day on which the hazard has cumulated to each of these values; infinite where it never does."""
        days = np.zeros(cumulated.shape)
        for at, bend in self._hinges:
            days += bend * np.maximum(cumulated - at, 0.0) if at > 0 else bend * cumulated
        for at, jump in self._jumps:
            days += jump * (cumulated > at) if at > 0 else jump
        if self.most < math.inf:
            np.putmask(days, cumulated > self.most, math.inf)
        return days

    def reached(self, days: Days) -> Days:
        """How much hazard has cumulated by each of these days."""
        after = np.maximum(days - self._days[-1], 0.0)
        found: Days = np.interp(days, self._days, self._reached) + self._then * after
        return found


def hazard_by(by: Sequence[tuple[float, float]], then: float = 0.0) -> Hazard:
    """The hazard under which this share of the patients has had the event by each day, were it alone.

    ``by`` holds (day, cumulative probability) pairs in ascending order; ``then`` is the hazard per day after the last.
    """
    return Hazard([day for day, _ in by], [-math.log1p(-share) for _, share in by], then)


def in_words(distribution: Distribution) -> str:
    """A distribution of durations in a few words: ``35 days``, or the median and range."""
    match distribution:
        case Fixed():
            return _days(distribution.value)
        case Exponential():
            return f"{_days(distribution.mean)} on average"
    least, median, most = distribution(np.array([0.0, 0.5, 1.0 - 2**-53]))
    return f"{_days(median)} ({least:.4g}\N{EN DASH}{most:.4g})"


def _days(number: float) -> str:
    return f"{number:.4g} {'day' if number == 1 else 'days'}"
