"""The comparison of two arms: log-rank test and hazard ratio, stratified as the risk table is.

Whatever is below 0 (z, log hazard ratio), or below 1 (hazard ratio), favors the treated arm.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pathsim.statistics.columns import Numbers, check_number
from pathsim.statistics.normal import deviations, probability_below
from pathsim.statistics.risk_table import RiskTable

Figures = NDArray[np.float64]
"""One figure for each trial."""

_CLOSE_ENOUGH = 1e-10
"""A Newton step this short leaves an error of about its square."""


class LogRank(NamedTuple):
    """The log-rank statistic of each trial, and what it is made of: arrays (trials,)."""

    z: Figures
    observed_minus_expected: Figures
    """Events of the treated arm beyond those expected if the arms had the same hazard."""
    variance: Figures


class Cox(NamedTuple):
    """The estimate of each trial's Cox model: arrays (trials,)."""

    log_hazard_ratio: Figures
    standard_error: Figures


class HazardRatio(NamedTuple):
    """The hazard of the treated arm as a multiple of the control arm's, with its limits: arrays (trials,)."""

    estimate: Figures
    lower: Figures
    upper: Figures


class _Counts(NamedTuple):
    """Rows of a risk table in which two arms differ."""

    trial: Numbers
    at_risk_treated: Figures
    at_risk_control: Figures
    events_treated: Figures
    events_control: Figures


def logrank(table: RiskTable, *, treated: int, control: int) -> LogRank:
    """The log-rank test of two arms in each trial, stratified if the table is; z is NaN where the variance is 0.

    The variance is hypergeometric, so that ties need no correction; other arms of the table play no part.

    Mantel (1966), Cancer Chemotherapy Reports 50, 163-170; Peto and Peto (1972), doi:10.2307/2344317.

    Raises ValueError if the table has no such arms, or they are one and the same.
    """
    counts = _counts(table, treated, control)
    at_risk = counts.at_risk_treated + counts.at_risk_control
    events = counts.events_treated + counts.events_control
    share = counts.at_risk_treated / at_risk
    expected = events * share
    # Both arms are at risk in these rows, so there are at least two patients.
    variances = expected * (1 - share) * (at_risk - events) / (at_risk - 1)
    difference = _by_trial(counts.trial, counts.events_treated - expected, table.trials)
    variance = _by_trial(counts.trial, variances, table.trials)
    z = np.divide(difference, np.sqrt(variance), out=np.full(table.trials, np.nan), where=variance > 0)
    return LogRank(z, difference, variance)


def p_one_sided(z: ArrayLike) -> NDArray[np.float64]:
    """The probability of a z this low or lower if the arms do not differ, in the shape of ``z``; NaN for NaN."""
    return probability_below(z)


def cox(table: RiskTable, *, treated: int, control: int) -> Cox:
    """The log hazard ratio of two arms in each trial and its standard error, stratified if the table is.

    Only times at which both arms are at risk say anything about it. If all events at those times are in the control
    arm the likelihood rises forever towards -inf, if all are in the treated arm towards +inf, and that is the
    estimate; if there are none, it is NaN. The standard error is NaN in all three cases.

    Cox (1972), doi:10.1111/j.2517-6161.1972.tb00899.x; ties of Efron (1977), doi:10.1080/01621459.1977.10480613.

    Raises ValueError if the table has no such arms, or they are one and the same.
    """
    counts = _counts(table, treated, control)
    of_treated = _by_trial(counts.trial, counts.events_treated, table.trials)
    of_control = _by_trial(counts.trial, counts.events_control, table.trials)
    estimate, standard_error = np.full((2, table.trials), np.nan)
    estimate[(of_treated == 0) & (of_control > 0)] = -np.inf
    estimate[(of_treated > 0) & (of_control == 0)] = np.inf
    finite = (of_treated > 0) & (of_control > 0)
    likelihood = _likelihood(counts, finite, of_treated, of_control)
    estimate[finite] = likelihood.maximum()
    standard_error[finite] = 1 / np.sqrt(likelihood.derivatives(estimate[finite])[1])
    return Cox(estimate, standard_error)


def hazard_ratio(cox: Cox, confidence: float = 0.95) -> HazardRatio:
    """The hazard ratio and its Wald interval; 0 or infinite without limits (NaN) where the model has no maximum.

    Raises ValueError if the confidence is not between 0 and 1.
    """
    reach = deviations(confidence) * cox.standard_error
    return HazardRatio(
        np.exp(cox.log_hazard_ratio), np.exp(cox.log_hazard_ratio - reach), np.exp(cox.log_hazard_ratio + reach)
    )


def _counts(table: RiskTable, treated: int, control: int) -> _Counts:
    """The rows that tell the two arms apart: somebody is at risk in both, and has the event in either."""
    check_number("arm", treated, table.arms)
    check_number("arm", control, table.arms)
    if treated == control:
        raise ValueError(f"arm {treated} cannot be compared with itself")
    columns = [table.at_risk[:, treated], table.at_risk[:, control], table.events[:, treated], table.events[:, control]]
    rows = (columns[0] > 0) & (columns[1] > 0) & (columns[2] + columns[3] > 0)
    return _Counts(table.trial[rows], *(column[rows].astype(np.float64) for column in columns))


def _by_trial(trial: Numbers, values: Figures, trials: int) -> Figures:
    # Without rows bincount forgets the weights and gives whole numbers.
    sums: Figures = np.bincount(trial, values, trials).astype(np.float64, copy=False)
    return sums


class _Likelihood(NamedTuple):
    """The partial likelihood of each trial, as one term for each event.

    A term's odds are those of the control arm to the treated arm, by heads: the event is the treated arm's with
    probability exp(b) / (exp(b) + odds).
    """

    trial: Numbers
    odds: Figures
    of_treated: Figures
    """Events of each trial in the treated arm; at least one."""
    of_control: Figures

    def derivatives(self, log_ratio: Figures) -> tuple[Figures, Figures]:
        """The score and the information of each trial at these log hazard ratios."""
        ratio = np.exp(log_ratio)[self.trial]
        probability = ratio / (ratio + self.odds)
        trials = self.of_treated.size
        expected = _by_trial(self.trial, probability, trials)
        return self.of_treated - expected, _by_trial(self.trial, probability * (1 - probability), trials)

    def maximum(self) -> Figures:
        """The log hazard ratio of each trial at which its score is 0: by Newton steps, and bisection where they fail.

        If all terms of a trial had the same odds, the score would be 0 at ``same`` plus their logarithm; so it is 0
        between the smallest and the largest of these. A step is halved at least, or else the bracket is: this ends.
        """
        same = np.log(self.of_treated / self.of_control)
        low, high = np.full(same.size, np.inf), np.full(same.size, -np.inf)
        np.minimum.at(low, self.trial, np.log(self.odds))
        np.maximum.at(high, self.trial, np.log(self.odds))
        low, high = low + same, high + same
        here: Figures = np.clip(0.0, low, high)
        last_step = high - low + 1
        moving = np.ones(same.size, np.bool_)
        while moving.any():
            score, information = self.derivatives(here)
            low, high = np.where(score >= 0, here, low), np.where(score <= 0, here, high)
            newton = here + score / information
            trusted = (low <= newton) & (newton <= high) & (np.abs(newton - here) <= last_step / 2)
            # A trial that has arrived stays: its result must not depend on how long the others take.
            there = np.where(moving, np.where(trusted, newton, (low + high) / 2), here)
            last_step = np.abs(there - here)
            here, moving = there, moving & (last_step > _CLOSE_ENOUGH)
        return here


def _likelihood(counts: _Counts, wanted: NDArray[np.bool_], of_treated: Figures, of_control: Figures) -> _Likelihood:
    """The likelihood of the wanted trials, renumbered from 0.

    Efron: of d tied events, the k-th (from 0) finds each of the d patients at risk with probability 1 - k/d.
    """
    rows = wanted[counts.trial]
    trial, at_risk_treated, at_risk_control, events_treated, events_control = (column[rows] for column in counts)
    tied = events_treated + events_control
    row = np.repeat(np.arange(tied.size), tied.astype(np.intp))
    gone = (np.arange(row.size) - (np.cumsum(tied) - tied)[row]) / tied[row]
    odds = (at_risk_control[row] - gone * events_control[row]) / (at_risk_treated[row] - gone * events_treated[row])
    renumbered = np.cumsum(wanted) - 1
    return _Likelihood(renumbered[trial[row]], odds, of_treated[wanted], of_control[wanted])
