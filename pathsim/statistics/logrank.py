"""The log-rank test of two arms, stratified as their counts are."""

from typing import NamedTuple

import numpy as np

from pathsim.statistics.comparison import ScoreTest
from pathsim.statistics.figures import Trials
from pathsim.statistics.two_arms import ArmCounts, sum_by_trial


class LogRank(NamedTuple):
    """The log-rank statistic of each trial, and what it is made of: arrays (trials,)."""

    z: Trials
    observed_minus_expected: Trials
    """Events of the treated arm beyond those expected if the arms had the same hazard, each with its weight."""
    variance: Trials


def logrank(counts: ArmCounts, weight: Trials | float = 1.0) -> LogRank:
    """The log-rank test of two arms in each trial, stratified if the counts are; z is NaN where the variance is 0.

    At each time at which d of n patients at risk have the event, n1 of them in the treated arm, d1 is compared with
    d n1/n, with the hypergeometric variance d (n1/n) (1 - n1/n) (n - d)/(n - 1), so that ties need no correction. The
    differences are summed up with these weights, one for each row of the counts, and the variances with their squares.

    Mantel (1966), Cancer Chemotherapy Reports 50, 163-170; Peto and Peto (1972), doi:10.2307/2344317; with weights
    Tarone and Ware (1977), doi:10.1093/biomet/64.1.156.
    """
    at_risk = counts.at_risk_treated + counts.at_risk_control
    events = counts.events_treated + counts.events_control
    share = counts.at_risk_treated / at_risk
    expected = events * share
    # Both arms are at risk in these rows, so there are at least two patients.
    variances = expected * (1 - share) * (at_risk - events) / (at_risk - 1)
    difference = sum_by_trial(counts.trial, weight * (counts.events_treated - expected), counts.trials)
    variance = sum_by_trial(counts.trial, weight**2 * variances, counts.trials)
    z = np.divide(difference, np.sqrt(variance), out=np.full(counts.trials, np.nan), where=variance > 0)
    return LogRank(z, difference, variance)


class LogRankTest(ScoreTest):
    """The log-rank test of the arm against control."""

    label = "log-rank test"

    def statistic(self) -> Trials:
        """The statistic of each trial."""
        return logrank(self.arms.counts).z
