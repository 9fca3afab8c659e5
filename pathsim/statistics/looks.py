"""Group sequential looks by recursive numerical integration: which trials are still going, and what their next z is.

A trial's score, z * sqrt(t) at information fraction t, is a Brownian motion with a drift. Armitage, McPherson and
Rowe (1969), doi:10.2307/2343787; Jennison and Turnbull (2000), Group Sequential Methods with Applications to Clinical
Trials, chapter 19.

Between two looks the density of the score is smooth on the scale of the spread that a look adds, so Gauss-Legendre
quadrature finds it with a few points for each spread, and also far into the tail, as nothing is ever subtracted.
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from pathsim.statistics.normal import probability_below

Points: TypeAlias = NDArray[np.float64]

_DEVIATIONS_DOWN = 7.0
"""Trials further below their mean are left out: 1e-12 of all, and the least likely of all to come back up."""
_DEVIATIONS_UP = 38.0
"""Beyond this no probability is left that a double can hold."""
_POINTS_PER_SPREAD, _MORE_POINTS = 1.6, 16
"""With these, probabilities are off by 1e-11 at most; half as many points would leave 1e-6."""
_PANEL = 128
_CLOSE_ENOUGH = 1e-6
"""A Newton step this short leaves an error of about its square."""
_MOST_STEPS = 100


@dataclass(frozen=True, slots=True)
class Going:
    """The trials that go on after a look: points of the score, and the probability that belongs to each."""

    information: float
    score: Points
    mass: Points


BEGIN = Going(0.0, np.zeros(1), np.ones(1))
"""Before the first look every trial is at 0."""


@dataclass(frozen=True, slots=True)
class LookDensity:
    """The z of a look among the trials that have gone on so far. The drift is the mean of z at information 1."""

    before: Going
    information: float
    drift: float = 0.0

    @property
    def spread(self) -> float:
        """The standard deviation of what the score has gained since the look before."""
        return math.sqrt(self.information - self.before.information)

    def above(self, z: float) -> float:
        """The probability of reaching z."""
        return float(_weighed(probability_below(-self._deviations(z)), self.before.mass)) if z < math.inf else 0.0

    def below(self, z: float) -> float:
        """The probability of staying at or below z."""
        return float(_weighed(probability_below(self._deviations(z)), self.before.mass)) if z > -math.inf else 0.0

    def upper_quantile(self, probability: float, start: float) -> float:
        """The z that is reached with this probability, by Newton's method on its logarithm, from a z that is not above.

        The logarithm is concave, as all distributions here are log-concave: from above the steps lead straight down to
        the quantile, and only the first can lead too far up.
        """
        low = z = start
        root = math.sqrt(self.information)
        for _ in range(_MOST_STEPS):
            above, density = self.above(z), float(self._density(z * root)) * root
            if not (above > 0 and density > 0):
                z = (low + z) / 2
                continue
            step = math.log(above / probability) * above / density
            low = z if step >= 0 else low
            z += step
            if abs(step) <= _CLOSE_ENOUGH:
                break
        return z

    def between(self, low: float, high: float, following: float) -> Going:
        """The trials that go on, as z lies between these bounds, on points that suit a look at the following time."""
        root, mean = math.sqrt(self.information), self.drift * self.information
        lowest = max(low * root, mean - _DEVIATIONS_DOWN * root)
        highest = max(min(high * root, mean + _DEVIATIONS_UP * root), lowest)
        finest = min(self.spread, math.sqrt(following - self.information))
        points = math.ceil(_POINTS_PER_SPREAD * (highest - lowest) / finest) + _MORE_POINTS
        score, weights = _quadrature(lowest, highest, points)
        return Going(self.information, score, weights * self._density(score[:, None]))

    def _deviations(self, z: float) -> Points:
        """How many standard deviations z lies above what each trial so far may expect."""
        gained = self.drift * (self.information - self.before.information)
        deviations: Points = (z * math.sqrt(self.information) - gained - self.before.score) / self.spread
        return deviations

    def _density(self, score: Points | float) -> Points:
        """The density of the score, at one point or at a column of them."""
        spread, gained = self.spread, self.drift * (self.information - self.before.information)
        terms = score - (self.before.score + gained)
        terms *= terms
        terms *= -0.5 / spread**2
        np.exp(terms, out=terms)
        return _weighed(terms, self.before.mass) / (spread * math.sqrt(2 * math.pi))


def _weighed(values: Points, mass: Points) -> Points:
    # Not a matrix product: its last digits may depend on how many threads there are.
    comparison: Points = np.einsum("...j,j->...", values, mass)
    return comparison


def _quadrature(low: float, high: float, points: int) -> tuple[Points, Points]:
    """Points between two limits, this many or a few more, and their weights: Gauss-Legendre, in panels."""
    panels = math.ceil(points / _PANEL)
    nodes, weights = _legendre(16 * math.ceil(points / panels / 16))
    half = (high - low) / panels / 2
    middles = low + half * (2 * np.arange(panels) + 1)
    return (middles[:, None] + half * nodes).ravel(), np.tile(half * weights, panels)


@lru_cache(maxsize=_PANEL)
def _legendre(points: int) -> tuple[Points, Points]:
    nodes, weights = np.polynomial.legendre.leggauss(points)
    return nodes, weights
