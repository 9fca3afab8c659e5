"""Gray's test: whether a kind of event comes as often in two arms, where another kind may come before it."""

from collections.abc import Mapping
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pathsim.statistics.comparison import ScoreTest
from pathsim.statistics.figures import Trials
from pathsim.statistics.grid import Grid, grid
from pathsim.statistics.two_arms import CauseCounts, TwoArms, sum_by_trial

Matrix: TypeAlias = NDArray[Any]
"""Something of each arm at each time, or of both together: (arms x lines x columns) or (lines x columns)."""


class Gray(NamedTuple):
    """Gray's statistic of each trial, and what it is made of: arrays (trials,)."""

    z: Trials
    score: Trials
    """Events of this kind of the treated arm beyond those expected if both arms had the same incidence of them."""
    variance: Trials


def gray(counts: CauseCounts, cause: int) -> Gray:
    """Gray's test of the incidence of one kind of event in two arms, stratified if the counts are.

    z is NaN where the variance is 0.

    Patients who had another kind of event count as still at risk, as far as they would still be followed: of an arm of
    which Y are at risk at a time, S are alive without any event, and F have had this kind of event just before it,
    R = Y (1 - F) / S count. At each time with d events of this kind, those d1 of the treated arm are compared with
    d R1 / (R1 + R2). The square of z is the chi-squared statistic of R's ``cmprsk::cuminc`` with rho = 0, and the sign
    is that of the difference.

    Gray (1988), doi:10.1214/aos/1176350951, whose variance it has.
    """
    starts = (np.diff(counts.trial, prepend=-1) != 0) | (np.diff(counts.stratum, prepend=-1) != 0)
    places = grid(np.cumsum(starts) - 1, int(starts.sum()))
    scores, variances = _by_stratum(
        _laid_out(places, counts.at_risk),
        _laid_out(places, counts.events[cause - 1]),
        _laid_out(places, counts.events.sum(axis=0)),
    )
    score, variance = (sum_by_trial(counts.trial[starts], each, counts.trials) for each in (scores, variances))
    z = np.divide(score, np.sqrt(variance), out=np.full(counts.trials, np.nan), where=variance > 0)
    return Gray(z, score, variance)


def _laid_out(places: Grid, of_arms: NDArray[np.intp]) -> Matrix:
    return np.array([places.laid_out(arm, 0.0) for arm in of_arms])


def _by_stratum(at_risk: Matrix, events: Matrix, all_events: Matrix) -> tuple[Trials, Trials]:
    """The score and its variance in each line, from matrices (arms x lines x columns), the treated arm first."""
    after = np.cumprod(_of(at_risk - all_events, at_risk, nothing=1.0), axis=2)
    survival = _before(after, 1.0)
    incidence = _before(np.cumsum(survival * _of(events, at_risk), axis=2), 0.0)
    # In the paper's terms h, and R, of each arm.
    unlost = _of(at_risk, survival)
    at_risk_of_cause = unlost * (1 - incidence)
    both, unlost_in_all = events.sum(axis=0), unlost.sum(axis=0)
    expected = both * _of(at_risk_of_cause[0], at_risk_of_cause.sum(axis=0))
    score = _summed(events[0] - expected)

    pooled = np.cumsum(_of(both, unlost_in_all), axis=1)
    weight = _of(unlost[0] * unlost[1], unlost_in_all)
    drift = np.cumsum(weight * _of(both, unlost_in_all * (1 - _before(pooled, 0.0))), axis=1)
    to_come = drift[:, -1:] - drift
    free = _of(1 - pooled, after)
    by_cause = _shrunken(both, unlost_in_all * survival) * survival * _of(both, unlost_in_all * at_risk)
    others = all_events - events
    by_others = np.where(after > 0, _shrunken(others, at_risk) * survival**2 * _of(others, at_risk**2), 0.0)
    parts = by_cause * (weight + (1 - free) * to_come) ** 2 + by_others * (free * to_come) ** 2
    return score, _summed(parts[0]) + _summed(parts[1])


def _of(part: Matrix, whole: Matrix, nothing: float = 0.0) -> Matrix:
    """The quotient; a number of its own where the divisor is 0."""
    shape = np.broadcast_shapes(part.shape, whole.shape)
    quotient: Matrix = np.divide(part, whole, out=np.full(shape, nothing), where=whole > 0)
    return quotient


def _before(values: Matrix, first: float) -> Matrix:
    """What was so just before each time."""
    moved = np.roll(values, 1, axis=-1)
    moved[..., 0] = first
    return moved


def _shrunken(tied: Matrix, at_risk: Matrix) -> Matrix:
    """By what the variance of tied events is smaller than that of as many single ones."""
    return np.where(tied > 1, 1 - _of(tied - 1, at_risk - 1), 1.0)


def _summed(values: Matrix) -> Trials:
    """The sum of each line, in order: one in pairs would depend on how many columns other lines need."""
    return np.cumsum(values, axis=1)[:, -1]


class GrayTest(ScoreTest):
    """Gray's test of one kind of event in the arm against control."""

    label = "Gray's test"

    def __init__(self, arms: TwoArms, cause: int) -> None:
        super().__init__(arms)
        self._cause = cause

    def statistic(self) -> Trials:
        """The statistic of each trial."""
        return gray(self.arms.cause_counts, self._cause).z


def gray_tests(arms: TwoArms) -> Mapping[str, GrayTest] | None:
    """Gray's test of each kind of first event; None where there is only one kind."""
    causes = arms.data.causes
    return {name: GrayTest(arms, number) for number, name in enumerate(causes, 1)} if len(causes) > 1 else None
