"""The weighted log-rank test of Fleming and Harrington, stratified as the counts are."""

import numpy as np

from pathsim.statistics.comparison import ScoreTest
from pathsim.statistics.figures import Trials
from pathsim.statistics.grid import grid_by_stratum
from pathsim.statistics.logrank import LogRank, logrank
from pathsim.statistics.two_arms import ArmCounts

RHO, GAMMA = 0.0, 1.0
"""The weights of the test that results tell: late events count most, as where an effect sets in late."""


def fleming_harrington(counts: ArmCounts, rho: float = RHO, gamma: float = GAMMA) -> LogRank:
    """The log-rank test of two arms in each trial with the weights S**rho (1 - S)**gamma.

    S is the Kaplan-Meier estimate of both arms together just before the time of each event, within each stratum. With
    rho = gamma = 0 it is the log-rank test, with rho = 1 and gamma = 0 Peto and Peto's version of Wilcoxon's test; with
    gamma = 1 late differences count most. Of three deaths among four patients, one after the other, S is 1, 3/4 and
    1/2 before them, and the weights of rho = 0, gamma = 1 are 0, 1/4 and 1/2.

    Harrington and Fleming (1982), doi:10.1093/biomet/69.3.553; Fleming and Harrington (2005), chapter 7,
    doi:10.1002/9781118150672.
    """
    survival = _survival_before(counts)
    return logrank(counts, survival**rho * (1 - survival) ** gamma)


def _survival_before(counts: ArmCounts) -> Trials:
    """Survival of both arms together just before the time of each row, in the trial and stratum of the row."""
    at_risk = counts.at_risk_treated + counts.at_risk_control
    left = at_risk - counts.events_treated - counts.events_control
    _, places = grid_by_stratum(counts.trial, counts.stratum)
    survival = np.cumprod(places.laid_out(left / at_risk, 1.0), axis=1)
    before: Trials = survival[places.line, places.column - 1]
    return before


class FlemingHarringtonTest(ScoreTest):
    """Fleming and Harrington's test of the arm against control, with rho = 0 and gamma = 1: late events count most."""

    label = "Fleming-Harrington (0, 1)"

    def statistic(self) -> Trials:
        """The statistic of each trial."""
        return fleming_harrington(self.arms.counts).z
