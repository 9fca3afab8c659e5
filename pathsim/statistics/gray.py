"""Gray's test: whether a kind of event comes as often in two arms, where another kind may come before it."""

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pathsim.statistics.comparison import ScoreTest
from pathsim.statistics.figures import Trials
from pathsim.statistics.grid import grid_by_stratum
from pathsim.statistics.two_arms import CauseCounts, TwoArms, sum_by_trial

Matrix: TypeAlias = NDArray[Any]
"""Something of each arm at each time, or of both together: (arms x lines x columns) or (lines x columns)."""


class Gray(NamedTuple):
    """Gray's statistic of each trial, and what it is made of: arrays (trials,)."""

    z: Trials
    score: Trials
    """Events of this kind of the treated arm beyond those expected if both arms had the same incidence of them."""
    variance: Trials


class Lines:
    """The counts laid out as matrices (arms x lines x columns), a line for each trial and stratum, for all kinds."""

    def __init__(self, counts: CauseCounts) -> None:
        self.counts = counts
        self.begins, self._places = grid_by_stratum(counts.trial, counts.stratum)
        self._at_risk, self._all_events = self._laid_out(counts.at_risk), self._laid_out(counts.events.sum(axis=0))
        self._after = np.cumprod(_of(self._at_risk - self._all_events, self._at_risk, nothing=1.0), axis=2)
        self._survival = _before(self._after, 1.0)
        # In the paper's terms h of each arm.
        self._unlost = _of(self._at_risk, self._survival)

    def _laid_out(self, of_arms: NDArray[np.intp]) -> Matrix:
        return np.array([self._places.laid_out(arm, 0.0) for arm in of_arms])

    def score(self, cause: int) -> tuple[Trials, Trials]:
        """Of one kind of event the score and its variance in each line."""
        events = self._laid_out(self.counts.events[cause - 1])
        at_risk, survival, unlost = self._at_risk, self._survival, self._unlost
        incidence = _before(np.cumsum(survival * _of(events, at_risk), axis=2), 0.0)
        at_risk_of_cause = unlost * (1 - incidence)
        both, unlost_in_all = events.sum(axis=0), unlost.sum(axis=0)
        expected = both * _of(at_risk_of_cause[0], at_risk_of_cause.sum(axis=0))

        pooled = np.cumsum(_of(both, unlost_in_all), axis=1)
        weight = _of(unlost[0] * unlost[1], unlost_in_all)
        drift = np.cumsum(weight * _of(both, unlost_in_all * (1 - _before(pooled, 0.0))), axis=1)
        to_come = drift[:, -1:] - drift
        # Where nobody is left it is 0, and so is what those count who had another kind of event.
        free = _of(1 - pooled, self._after)
        by_cause = _shrunken(both, unlost_in_all * survival) * survival * _of(both, unlost_in_all * at_risk)
        others = self._all_events - events
        by_others = _shrunken(others, at_risk) * survival**2 * _of(others, at_risk**2)
        parts = by_cause * (weight + (1 - free) * to_come) ** 2 + by_others * (free * to_come) ** 2
        return _summed(events[0] - expected), _summed(parts[0]) + _summed(parts[1])


def gray(lines: Lines, cause: int) -> Gray:
    """Gray's test of the incidence of one kind of event in two arms, stratified if the counts are.

    z is NaN where the variance is 0.

    Patients who had another kind of event count as still at risk, as far as they would still be followed: of an arm of
    which Y are at risk at a time, S are alive without any event, and F have had this kind of event just before it,
    R = Y (1 - F) / S count. At each time with d events of this kind, those d1 of the treated arm are compared with
    d R1 / (R1 + R2). The square of z is the chi-squared statistic of R's ``cmprsk::cuminc`` with rho = 0, and the sign
    is that of the difference.

    Gray (1988), doi:10.1214/aos/1176350951, whose variance it has.
    """
    counts = lines.counts
    score, variance = (sum_by_trial(counts.trial[lines.begins], part, counts.trials) for part in lines.score(cause))
    z = np.divide(score, np.sqrt(variance), out=np.full(counts.trials, np.nan), where=variance > 0)
    return Gray(z, score, variance)


def _of(part: Matrix, whole: Matrix, nothing: float = 0.0) -> Matrix:
    """The quotient; a number of its own where the divisor is 0."""
    with np.errstate(divide="ignore", invalid="ignore"):
        quotient: Matrix = part / whole
    # All are divided: numpy is three times as slow where it has to look which.
    quotient[np.broadcast_to(whole <= 0, quotient.shape)] = nothing
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

    def __init__(self, arms: TwoArms, cause: int, lines: Callable[[], Lines]) -> None:
        """``lines`` makes what the tests of all kinds begin with."""
        super().__init__(arms)
        self._cause, self._lines = cause, lines

    def statistic(self) -> Trials:
        """The statistic of each trial."""
        return gray(self._lines(), self._cause).z


def gray_tests(arms: TwoArms) -> Mapping[str, GrayTest] | None:
    """Gray's test of each kind of first event; None where there is only one kind, or patients change groups."""
    if arms.data.entry is not None:
        return None
    lines = cache(lambda: Lines(arms.cause_counts))
    causes = arms.data.causes
    return {name: GrayTest(arms, number, lines) for number, name in enumerate(causes, 1)} if len(causes) > 1 else None
