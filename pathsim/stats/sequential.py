"""Monitoring a trial: how much error to spend by when, and the boundaries that spend just that.

Information fractions t run up to 1, the planned end. The statistic is the log-rank z turned so that it grows with
benefit; at t its mean is drift * sqrt(t) and its increments are independent. Error probabilities are one-sided.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import NormalDist
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pathsim.stats.normal import probability_below

Points: TypeAlias = NDArray[np.float64]
Spending: TypeAlias = Callable[[float, float], float]
"""The error spent until an information fraction, of the whole error."""

_NORMAL = NormalDist()
_COARSEST, _FINEST = 40, 600
"""Jennison and Turnbull's r: their 16 gives errors near 1e-6 in the probabilities, 40 near 1e-8."""


def obrien_fleming(information: float, alpha: float) -> float:
    """Little error early, most of it at the end: 2 - 2 Phi(z(alpha/2) / sqrt(t)).

    Lan and DeMets (1983), doi:10.1093/biomet/70.3.659, for the boundaries of O'Brien and Fleming (1979),
    doi:10.2307/2530245.
    """
    return 2 - 2 * _NORMAL.cdf(_NORMAL.inv_cdf(1 - alpha / 2) / math.sqrt(information))


def pocock(information: float, alpha: float) -> float:
    """Error spent almost evenly: alpha ln(1 + (e - 1) t). Lan and DeMets (1983), doi:10.1093/biomet/70.3.659."""
    return alpha * math.log1p((math.e - 1) * information)


def hwang_shih_decani(gamma: float) -> Spending:
    """Error spent by one parameter: negative ones keep it for the end, 0 spends it evenly.

    Hwang, Shih and De Cani (1990), doi:10.1002/sim.4780091207.
    """

    def spent(information: float, alpha: float) -> float:
        if gamma == 0:
            return alpha * information
        return alpha * math.expm1(-gamma * information) / math.expm1(-gamma)

    return spent


def spending(name: str) -> Spending:
    """The spending function of this name: ``obrien-fleming``, ``pocock`` or ``hsd:GAMMA``.

    Raises ValueError, with a sentence for the user, if there is none.
    """
    if name in _SPENDING:
        return _SPENDING[name]
    family, _, parameter = name.partition(":")
    try:
        gamma = float(parameter)
    except ValueError:
        gamma = math.nan
    if family != "hsd" or not math.isfinite(gamma) or abs(gamma) > 40:
        raise ValueError(f"there is no spending function '{name}'; write obrien-fleming, pocock, or hsd:-4")
    return hwang_shih_decani(gamma)


_SPENDING: dict[str, Spending] = {"obrien-fleming": obrien_fleming, "pocock": pocock}


class Bounds(NamedTuple):
    """For each look: the z at or beyond which the trial stops for benefit, and the error spent until then."""

    efficacy: list[float]
    alpha_spent: list[float]


def efficacy_bounds(information: Sequence[float], alpha: float, spend: Spending) -> Bounds:
    """The boundaries that spend the error as planned, by recursive numerical integration.

    Armitage, McPherson and Rowe (1969), doi:10.2307/2343787; the grid of Jennison and Turnbull (2000), Group
    Sequential Methods with Applications to Clinical Trials, chapter 19.

    Raises ValueError if the information fractions do not ascend within (0, 1] or alpha is not within (0, 0.5).
    """
    check_information(information)
    if not 0 < alpha < 0.5:
        raise ValueError(f"alpha lies between 0 and 0.5, one-sided; this is {alpha:g}")
    spent = [spend(t, alpha) for t in information]
    bounds: list[float] = []
    grid = _fineness(information)
    walk: _Walk | None = None
    for t, now, before in zip(information, spent, [0.0, *spent[:-1]], strict=True):
        here = _Step(t, 0.0, grid) if walk is None else walk.onward(t)
        bound = here.upper_quantile(max(now - before, 0.0))
        bounds.append(bound)
        walk = here.within(-math.inf, bound)
    return Bounds(bounds, spent)


class Exits(NamedTuple):
    """For each look, the probability that the trial stops just there, for benefit or for futility."""

    efficacy: list[float]
    futility: list[float]


def exit_probabilities(
    information: Sequence[float],
    efficacy: Sequence[float],
    futility: Sequence[float] | None = None,
    *,
    drift: float = 0.0,
) -> Exits:
    """How likely a trial is to leave by each boundary at each look, when the final z has this mean.

    ``futility`` bounds are binding; leave them out, or give -inf, where a trial goes on whatever it sees.
    """
    check_information(information)
    lower = [-math.inf] * len(information) if futility is None else list(futility)
    benefit, futile = [], []
    grid = _fineness(information)
    walk: _Walk | None = None
    for t, high, low in zip(information, efficacy, lower, strict=True):
        here = _Step(t, drift, grid) if walk is None else walk.onward(t)
        benefit.append(here.above(high))
        futile.append(here.below(low))
        walk = here.within(low, high)
    return Exits(benefit, futile)


def conditional_power(z: float, information: float, final_bound: float, *, drift: float) -> float:
    """The probability that the final z reaches its bound, given z now, if the rest of the trial has this drift.

    Lan, Simon and Halperin (1982), doi:10.1080/07474948208836014. The drift of the trend so far is z / sqrt(t).
    """
    left = 1 - information
    if left <= 0:
        return float(z >= final_bound)
    mean = z * math.sqrt(information) + drift * left
    return _NORMAL.cdf((mean - final_bound) / math.sqrt(left))


def conditional_power_bound(information: float, final_bound: float, below: float, *, drift: float) -> float:
    """The z under which the conditional power falls below this probability; -inf at the planned end."""
    left = 1 - information
    if left <= 0:
        return -math.inf
    mean = final_bound + math.sqrt(left) * _NORMAL.inv_cdf(below)
    return (mean - drift * left) / math.sqrt(information)


def alternative_rejected_bound(events: float, hazard_ratio: float, level: float) -> float:
    """The z under which a test at this level, one-sided, rejects the hazard ratio that the trial was planned for.

    Freidlin and Korn (2002), Controlled Clinical Trials 23, 355-366, doi:10.1016/S0197-2456(02)00218-8. The mean of
    z after d events in two arms of one size is -log(hazard ratio) * sqrt(d) / 2.
    """
    return expected_z(events, hazard_ratio) - _NORMAL.inv_cdf(1 - level)


def expected_z(events: float, hazard_ratio: float) -> float:
    """The mean of z after this many events in two arms of one size. Schoenfeld (1981), doi:10.1093/biomet/68.1.316."""
    return -math.log(hazard_ratio) * math.sqrt(events) / 2


def check_information(information: Sequence[float]) -> None:
    """Raise ValueError, with a sentence, unless these are ascending fractions within (0, 1]."""
    if not information:
        raise ValueError("name at least one look: information fractions such as 0.5,1")
    for t, before in zip(information, [0.0, *information[:-1]], strict=True):
        if not 0 < t <= 1:
            raise ValueError(f"an information fraction lies between 0 and 1; this is {t:g}")
        if t <= before:
            raise ValueError(f"information fractions ascend, but {t:g} follows {before:g}")


@dataclass(frozen=True, slots=True)
class _Walk:
    """The trials that go on after a look: points of z, and the probability that belongs to each."""

    information: float
    drift: float
    grid: int
    points: Points
    mass: Points

    def onward(self, information: float) -> "_Step":
        return _Step(information, self.drift, self.grid, self)


@dataclass(frozen=True, slots=True)
class _Step:
    """The z of the next look among trials that have gone on so far."""

    information: float
    drift: float
    grid: int
    before: _Walk | None = None

    def _standardised(self, z: Points | float) -> Points:
        """How many standard deviations z lies above what each trial so far may expect; a row for each z."""
        values = np.atleast_1d(np.asarray(z, dtype=np.float64))[:, None]
        if self.before is None:
            return values - self.drift * math.sqrt(self.information)
        gained = self.information - self.before.information
        score = self.before.points * math.sqrt(self.before.information) + self.drift * gained
        return (values * math.sqrt(self.information) - score) / math.sqrt(gained)

    def above(self, z: float) -> float:
        """The probability of reaching z."""
        return self._weighed(probability_below(-self._standardised(z)))[0] if z < math.inf else 0.0

    def below(self, z: float) -> float:
        """The probability of staying at or below z."""
        return self._weighed(probability_below(self._standardised(z)))[0] if z > -math.inf else 0.0

    def _weighed(self, values: Points) -> list[float]:
        mass = np.ones(1) if self.before is None else self.before.mass
        weighed: list[float] = (values @ mass).tolist()
        return weighed

    def upper_quantile(self, probability: float) -> float:
        """The z that is reached with this probability, by Newton's method in a bracket; infinite if it is nil."""
        if probability <= 0:
            return math.inf
        low, high, z = -20.0, 40.0, 2.0
        for _ in range(100):
            excess = self.above(z) - probability
            low, high = (z, high) if excess > 0 else (low, z)
            slope = self.density(np.array([z]))[0]
            # Where the density is all but nil, Newton's step would be immense.
            better = z + excess / slope if slope > 1e-9 * abs(excess) else math.inf
            if not low < better < high:
                better = (low + high) / 2
            if abs(better - z) <= 1e-11:
                break
            z = better
        return float(z)

    def density(self, z: Points) -> Points:
        """The density of z at these points."""
        scale = 1.0
        if self.before is not None:
            scale = math.sqrt(self.information / (self.information - self.before.information))
        return np.array(self._weighed(np.exp(-0.5 * self._standardised(z) ** 2))) * (scale / math.sqrt(2 * math.pi))

    def within(self, low: float, high: float) -> _Walk:
        """The trials that go on: those strictly between the bounds."""
        points, weights = _points(self.drift * math.sqrt(self.information), low, high, self.grid)
        return _Walk(self.information, self.drift, self.grid, points, weights * self.density(points))


def _fineness(information: Sequence[float]) -> int:
    """How fine a grid has to be: looks that follow each other closely see little that is new, and need more points."""
    gaps = [1 - before / t for before, t in pairwise(information)]
    return min(max(_COARSEST, math.ceil(16 / math.sqrt(min(gaps)))), _FINEST) if gaps else _COARSEST


def _points(mean: float, low: float, high: float, grid: int) -> tuple[Points, Points]:
    """Points between the bounds, dense where the normal law is, with Simpson's weights."""
    i = np.arange(1, 6 * grid)
    outer = -3 - 4 * np.log(grid / i[: grid - 1])
    middle = -3 + 3 * (i[grid - 1 : 5 * grid] - grid) / (2 * grid)
    nodes = mean + np.concatenate([outer, middle, -outer[::-1]])
    nodes = np.clip(nodes, max(low, nodes[0]), min(high, nodes[-1]))
    nodes = np.unique(nodes)
    if nodes.size < 2:
        return nodes, np.zeros(nodes.size)
    width = np.diff(nodes)
    points = np.empty(2 * nodes.size - 1)
    points[::2] = nodes
    points[1::2] = nodes[:-1] + width / 2
    weights = np.zeros(points.size)
    weights[:-1:2] += width / 6
    weights[2::2] += width / 6
    weights[1::2] = width * (4 / 6)
    return points, weights
