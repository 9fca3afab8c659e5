"""The restricted mean: event-free days up to a horizon, and how many more one arm has than another."""

import math
from functools import cached_property
from typing import Annotated, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pathsim.statistics.columns import Days
from pathsim.statistics.comparison import Comparison
from pathsim.statistics.figures import DaysFigure, Label, Trials, replicated, result
from pathsim.statistics.kaplan_meier import steps_of
from pathsim.statistics.normal import deviations
from pathsim.statistics.risk_table import RiskTable
from pathsim.statistics.two_arms import TwoArms


class RestrictedMean(NamedTuple):
    """Mean event-free days up to a horizon: arrays (trials,); NaN where nobody was followed so long."""

    mean: Days
    standard_error: Days


def restricted_mean(table: RiskTable, arm: int, horizon_days: float | Days) -> RestrictedMean:
    """The mean of the days without event up to the horizon: the area under the Kaplan-Meier curve, for each trial.

    The horizon is one for all trials, or an array with one for each. NaN where it lies beyond the end of the curve,
    which ``longest_horizon`` tells.

    Irwin (1949), doi:10.1017/S0022172400014443; Royston and Parmar (2013), doi:10.1186/1471-2288-13-152.

    Raises ValueError if the table has strata or no such arm, or the horizon is negative or infinite.
    """
    horizon = np.broadcast_to(np.asarray(horizon_days, dtype=np.float64), table.trials)
    if not bool(((horizon >= 0) & (horizon < np.inf)).all()):
        raise ValueError(f"a horizon of {horizon_days} days is not a number of days from 0")
    steps = steps_of(table, arm)
    begins = np.minimum(steps.time, horizon[:, None])
    ends = np.append(begins[:, 1:], horizon[:, None], axis=1)
    area = steps.survival * (ends - begins)
    onwards = np.cumsum(area[:, ::-1], axis=1)[:, ::-1]
    is_known = horizon <= steps.ends
    # One after the other: a sum in pairs would depend, in its last bit, on how many columns other trials need.
    mean, error = onwards[:, 0], np.sqrt(np.cumsum(onwards**2 * steps.summand, axis=1)[:, -1])
    return RestrictedMean(np.where(is_known, mean, np.nan), np.where(is_known, error, np.nan))


def longest_horizon(table: RiskTable, arm: int) -> Days:
    """The longest horizon of a restricted mean of this arm, for each trial (trials,).

    That is the longest follow-up; infinite if the curve has come down to 0, -inf if the arm has no patients. Raises
    ValueError if the table has strata or no such arm.
    """
    return steps_of(table, arm).ends


class MeanDifference(Comparison):
    """The event-free days that the arm gains up to a horizon, with their 95% interval.

    Missing in trials in which an arm was not followed so long; the same up to the longest common horizon then stands
    beside it.
    """

    label = "restricted mean"
    estimate = "difference_days"

    def __init__(self, arms: TwoArms, horizon_days: Trials, *, is_common: bool = False) -> None:
        """``horizon_days`` has the horizon of each trial; NaN where it has none."""
        super().__init__(arms)
        self._horizon, self._is_common = horizon_days, is_common

    @property
    def there(self) -> NDArray[np.bool_]:
        """The trials that have a horizon."""
        return np.isfinite(self._horizon)

    def told_of(self, trial: int) -> Comparison:
        """The same up to the longest common horizon, if an arm was not followed up to this one."""
        common = self.common_horizon if np.isnan(self.difference_days[trial]) else None
        return self if common is None or not common.is_there(trial) else common

    def remark(self, trial: int) -> str:
        """How long both arms were followed, if that is not so long."""
        if self._is_common:
            return "nobody in one of the groups was followed longer"
        missing = bool(np.isnan(self.difference_days[trial]))
        return "in one group nobody has been followed yet" if missing else ""

    @cached_property
    def _gained(self) -> tuple[Trials, Trials]:
        """The difference and half the width of its interval."""
        has_one = np.isfinite(self._horizon)
        until = np.where(has_one, self._horizon, 0.0)
        one, other = (restricted_mean(self.arms.table, arm, until) for arm in (self.arms.treated, self.arms.control))
        # Not np.hypot, which can differ from it in the last bit.
        error = np.array(list(map(math.hypot, one.standard_error, other.standard_error)))
        return np.where(has_one, one.mean - other.mean, np.nan), deviations(0.95) * error

    @replicated
    def difference_days(self) -> Annotated[DaysFigure, Label("mean time gained")]:
        """The days gained."""
        return self._gained[0]

    @result
    def lower(self) -> DaysFigure:
        """The lower limit."""
        return self._gained[0] - self._gained[1]

    @result
    def upper(self) -> DaysFigure:
        """The upper limit."""
        return self._gained[0] + self._gained[1]

    @result
    def horizon_days(self) -> Annotated[DaysFigure, Label("up to")]:
        """Up to when days are counted."""
        return self._horizon

    @result
    def common_horizon(self) -> "MeanDifference | None":
        """The same up to the longest day to which both arms were followed, in trials where it is before the horizon."""
        if self._is_common:
            return None
        arms = self.arms.treated, self.arms.control
        longest = np.minimum(*(longest_horizon(self.arms.table, arm) for arm in arms))
        earlier = np.where((longest > 0) & (longest < self._horizon), longest, np.nan)
        return MeanDifference(self.arms, earlier, is_common=True)


def mean_difference(arms: TwoArms) -> MeanDifference | None:
    """The event-free days that the arm gains up to the endpoint's horizon.

    None where it has none, or where patients change groups: no patients have the area under such a curve as a mean.
    """
    horizon_days = arms.data.horizon_days
    return (
        None
        if horizon_days is None or arms.data.entry is not None
        else MeanDifference(arms, np.full(arms.data.trials, horizon_days))
    )
