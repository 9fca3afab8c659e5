"""Cox's model of proportional hazards: the hazard ratio of two arms, stratified as their counts are."""

from functools import cached_property
from typing import Annotated, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pathsim.statistics.columns import Numbers
from pathsim.statistics.comparison import Comparison
from pathsim.statistics.figures import Label, Ratio, Trials, replicated
from pathsim.statistics.normal import deviations
from pathsim.statistics.two_arms import ArmCounts, sum_by_trial

_CLOSE_ENOUGH = 1e-10
"""A Newton step this short leaves an error of about its square."""


class Cox(NamedTuple):
    """The estimate of each trial's Cox model: arrays (trials,)."""

    log_hazard_ratio: Trials
    standard_error: Trials


class HazardRatio(NamedTuple):
    """The hazard of the treated arm as a multiple of the control arm's, with its limits: arrays (trials,)."""

    estimate: Trials
    lower: Trials
    upper: Trials


def cox(counts: ArmCounts) -> Cox:
    """The log hazard ratio of two arms in each trial and its standard error, stratified if the counts are.

    Only times at which both arms are at risk say anything about it. If all events at those times are in the control
    arm the likelihood rises forever towards -inf, if all are in the treated arm towards +inf, and that is the
    estimate; if there are none, it is NaN. The standard error is NaN in all three cases.

    Cox (1972), doi:10.1111/j.2517-6161.1972.tb00899.x; ties of Efron (1977), doi:10.1080/01621459.1977.10480613.
    """
    of_treated = sum_by_trial(counts.trial, counts.events_treated, counts.trials)
    of_control = sum_by_trial(counts.trial, counts.events_control, counts.trials)
    estimate, standard_error = np.full((2, counts.trials), np.nan)
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


class _Likelihood(NamedTuple):
    """The partial likelihood of each trial, as one term for each event.

    A term's odds are those of the control arm to the treated arm, by heads: the event is the treated arm's with
    probability exp(b) / (exp(b) + odds).
    """

    trial: Numbers
    odds: Trials
    of_treated: Trials
    """Events of each trial in the treated arm; at least one."""
    of_control: Trials

    def derivatives(self, log_ratio: Trials) -> tuple[Trials, Trials]:
        """The score and the information of each trial at these log hazard ratios."""
        ratio = np.exp(log_ratio)[self.trial]
        probability = ratio / (ratio + self.odds)
        trials = self.of_treated.size
        expected = sum_by_trial(self.trial, probability, trials)
        return self.of_treated - expected, sum_by_trial(self.trial, probability * (1 - probability), trials)

    def maximum(self) -> Trials:
        """The log hazard ratio of each trial at which its score is 0: by Newton steps, and bisection where they fail.

        If all terms of a trial had the same odds, the score would be 0 at ``same`` plus their logarithm; so it is 0
        between the smallest and the largest of these. A step is halved at least, or else the bracket is: this ends.
        """
        same = np.log(self.of_treated / self.of_control)
        low, high = np.full(same.size, np.inf), np.full(same.size, -np.inf)
        np.minimum.at(low, self.trial, np.log(self.odds))
        np.maximum.at(high, self.trial, np.log(self.odds))
        low, high = low + same, high + same
        here: Trials = np.clip(0.0, low, high)
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


def _likelihood(counts: ArmCounts, wanted: NDArray[np.bool_], of_treated: Trials, of_control: Trials) -> _Likelihood:
    """The likelihood of the wanted trials, renumbered from 0.

    Efron: of d tied events, the k-th (from 0) finds each of the d patients at risk with probability 1 - k/d.
    """
    rows = np.flatnonzero(wanted[counts.trial])
    events = counts.events_treated + counts.events_control
    tied = events[rows].astype(np.intp)
    row = np.repeat(rows, tied)
    gone = (np.arange(row.size) - np.repeat(np.cumsum(tied) - tied, tied)) / events[row]
    left_control = counts.at_risk_control[row] - gone * counts.events_control[row]
    left_treated = counts.at_risk_treated[row] - gone * counts.events_treated[row]
    renumbered = np.cumsum(wanted) - 1
    return _Likelihood(
        renumbered[counts.trial[row]], left_control / left_treated, of_treated[wanted], of_control[wanted]
    )


class CoxModel(Comparison):
    """The hazard of the arm as a multiple of the control arm's, with its 95% interval."""

    label = "Cox model"
    estimate = "hazard_ratio"

    @cached_property
    def _ratio(self) -> HazardRatio:
        return hazard_ratio(cox(self.arms.counts))

    @replicated
    def hazard_ratio(self) -> Annotated[Ratio, Label("hazard ratio")]:
        """The hazard ratio; 0 or infinite where all events that tell the arms apart are in one of them."""
        return self._ratio.estimate

    def remark(self, trial: int) -> str:
        """That all events are in one arm, where they are."""
        ratio = self.hazard_ratio[trial]
        only = {0.0: self.arms.control, np.inf: self.arms.treated}.get(ratio)
        if only is None:
            return super().remark(trial)
        return f"all events while both groups were followed are in {self.arms.data.arms[only]}"

    @replicated
    def lower(self) -> Ratio:
        """The lower limit; missing where the ratio is 0 or infinite."""
        return self._ratio.lower

    @replicated
    def upper(self) -> Ratio:
        """The upper limit."""
        return self._ratio.upper
