"""What the results say of an endpoint: survival by arm, first events, and how the arms compare."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pathsim.paths import day_name
from pathsim.results.part import NOT_APPLICABLE, Figures, ResultsPart, Trials, replicated, result
from pathsim.scenario.scenario import Scenario
from pathsim.scenario.schema import Endpoint
from pathsim.statistics.compare import HazardRatio, p_one_sided
from pathsim.statistics.competing import cumulative_incidence
from pathsim.statistics.normal import deviations
from pathsim.statistics.risk_table import RiskTable
from pathsim.statistics.survival import (
    KaplanMeier,
    Median,
    kaplan_meier,
    longest_horizon,
    median,
    numbers_at_risk,
    restricted_mean,
)
from pathsim.trial.data_cut import DataCut
from pathsim.trial.time_to_event import ArmComparison, TimeToEvent, compared, record, survival_table, time_to_event


class LogRankTest(NamedTuple):
    """The log-rank test of the arms of each trial: below 0, and below one half, where the treated arm does better."""

    z: Trials
    p_one_sided: Trials


@dataclass(frozen=True)
class _Patients:
    """Who is at risk of an endpoint, by what is known.

    Parts hold this and never each other: no circle keeps a journal.
    """

    endpoint: Endpoint
    known: DataCut

    @cached_property
    def data(self) -> TimeToEvent:
        """The times of all patients at risk."""
        return time_to_event(self.known, self.endpoint)

    @cached_property
    def table(self) -> RiskTable:
        """The risk table, without strata."""
        return survival_table(self.data, len(self.groups), self.trials, stratified=False)

    @cached_property
    def groups(self) -> tuple[str, ...]:
        """The arms, or the one group of a study without arms."""
        return record(self.known.chunk).allocation.groups

    @property
    def scenario(self) -> Scenario:
        """The scenario of the trials."""
        return self.known.chunk.scenario

    @property
    def days(self) -> tuple[float, ...]:
        """The days on which survival is told."""
        return self.endpoint.at_days

    @property
    def trials(self) -> int:
        """How many trials there are."""
        return int(self.known.day.size)

    def tally(self, wanted: NDArray[np.bool_]) -> Trials:
        """How many of these patients there are in each trial."""
        return np.bincount(self.data.trial[wanted], minlength=self.trials)

    @cached_property
    def compared(self) -> ArmComparison | None:
        """How the arms compare; None where there are not two."""
        if len(self.scenario.arms) != 2:
            return None
        return compared(self.data, self.endpoint, self.scenario, self.trials)


@dataclass(frozen=True)
class _Arm:
    """One arm of them."""

    patients: _Patients
    number: int

    @cached_property
    def mine(self) -> NDArray[np.bool_]:
        """Which patients are in it."""
        mine: NDArray[np.bool_] = self.patients.data.group == self.number
        return mine

    @cached_property
    def median(self) -> Median:
        """Median survival."""
        return median(self.patients.table, self.number)

    @cached_property
    def survival(self) -> KaplanMeier:
        """Survival on the days of the endpoint: arrays (trials x days)."""
        return kaplan_meier(self.patients.table, self.number, np.array(self.patients.days))

    @cached_property
    def at_risk(self) -> NDArray[np.intp]:
        """How many are still followed on these days (trials x days)."""
        patients, data = self.patients, self.patients.data
        days, arms = np.array(patients.days), len(patients.groups)
        return numbers_at_risk(data.trial, data.group, data.time, days, patients.trials, arms)[:, self.number]


class EndpointResults(ResultsPart):
    """An endpoint by what is known of each trial."""

    def __init__(self, endpoint: Endpoint, known: DataCut) -> None:
        self._patients = _Patients(endpoint, known)

    @result
    def label(self) -> str:
        """What people call the endpoint."""
        return self._patients.endpoint.label

    @replicated
    def events(self) -> Trials:
        """Patients with an event."""
        return self._patients.tally(self._patients.data.event)

    @replicated
    def events_by(self) -> Figures:
        """Patients with an event by each day of the endpoint, on the very day included."""
        patients, data = self._patients, self._patients.data
        return {day_name(day): patients.tally(data.event & (data.time <= day)) for day in patients.days}

    @replicated
    def arms(self) -> Mapping[str, "ArmResults"]:
        """Survival of each arm."""
        return {name: ArmResults(_Arm(self._patients, number)) for number, name in enumerate(self._patients.groups)}

    @replicated
    def first_events(self) -> Mapping[str, Figures]:
        """Patients of each arm by the kind of their first event."""
        patients, data = self._patients, self._patients.data
        return {
            name: {
                event: patients.tally((data.group == number) & (data.cause == cause))
                for cause, event in enumerate(patients.endpoint.events, 1)
            }
            for number, name in enumerate(patients.groups)
        }

    @result
    def incidence(self) -> Mapping[str, Mapping[str, Figures]] | None:
        """The cumulative incidence of each kind of first event on each day, by arm; None where there is one kind."""
        patients, data = self._patients, self._patients.data
        days, events = patients.days, patients.endpoint.events
        if len(events) < 2 or not days:
            return None
        shares = cumulative_incidence(
            data.trial,
            data.group,
            data.time,
            data.cause,
            days,
            trials=patients.trials,
            arms=len(patients.groups),
            causes=len(events),
        )
        return {
            arm: {
                event: {day_name(day): shares[:, number, cause, i] for i, day in enumerate(days)}
                for cause, event in enumerate(events)
            }
            for number, arm in enumerate(patients.groups)
        }

    @replicated
    def hazard_ratio(self) -> HazardRatio | None:
        """The hazard ratio of the treated arm; None where there are not two arms."""
        return None if self._patients.compared is None else self._patients.compared.ratio

    @replicated
    def logrank(self) -> LogRankTest | None:
        """The log-rank test; None where there are not two arms."""
        if self._patients.compared is None:
            return None
        z = self._patients.compared.test.z
        return LogRankTest(z, p_one_sided(z))

    @replicated
    def restricted_mean_difference(self) -> "MeanDifference | None":
        """What the treated arm gains in days without event up to the last day of the endpoint."""
        patients = self._patients
        if not patients.days or len(patients.scenario.arms) != 2:
            return None
        control = patients.groups.index(patients.scenario.trial.control or "")
        horizon_days = np.full(patients.trials, float(max(patients.days)))
        return MeanDifference(patients.table, 1 - control, control, horizon_days)

    @property
    def comparison(self) -> dict[str, NamedTuple]:
        """The hazard ratio and the test by their names; nothing where there are not two arms."""
        both = {"hazard_ratio": self.hazard_ratio, "logrank": self.logrank}
        return {name: found for name, found in both.items() if found is not None}


class ArmResults(ResultsPart):
    """Survival of one arm of each trial."""

    def __init__(self, arm: _Arm) -> None:
        self._arm = arm

    @result
    def n(self) -> Trials:
        """Patients at risk from the start."""
        return self._arm.patients.tally(self._arm.mine)

    @replicated
    def events(self) -> Trials:
        """Those of them with an event."""
        return self._arm.patients.tally(self._arm.mine & self._arm.patients.data.event)

    @result
    def median_days(self) -> Trials:
        """Median survival."""
        return self._arm.median.estimate

    @result
    def median_lower_days(self) -> Trials:
        """The lower limit of its 95% interval."""
        return self._arm.median.lower

    @result
    def median_upper_days(self) -> Trials:
        """The upper limit."""
        return self._arm.median.upper

    @result
    def restricted_mean_days(self) -> Trials:
        """The mean of the days without event up to the last day of the endpoint."""
        patients = self._arm.patients
        if not patients.days:
            return NOT_APPLICABLE
        return restricted_mean(patients.table, self._arm.number, max(patients.days)).mean

    @replicated
    def at(self) -> Mapping[str, "SurvivalAt"]:
        """Survival on each day of the endpoint."""
        return {day_name(day): SurvivalAt(self._arm, i) for i, day in enumerate(self._arm.patients.days)}


class SurvivalAt(ResultsPart):
    """Survival of one arm on one day, by Kaplan-Meier, with its 95% interval."""

    def __init__(self, arm: _Arm, day_number: int) -> None:
        self._arm, self._day = arm, day_number

    @replicated
    def survival(self) -> Trials:
        """The share without event."""
        return self._arm.survival.survival[:, self._day]

    @replicated
    def lower(self) -> Trials:
        """The lower limit."""
        return self._arm.survival.lower[:, self._day]

    @replicated
    def upper(self) -> Trials:
        """The upper limit."""
        return self._arm.survival.upper[:, self._day]

    @result
    def at_risk(self) -> Trials:
        """How many are still followed."""
        return self._arm.at_risk[:, self._day]


@dataclass(frozen=True, eq=False)
class MeanDifference(ResultsPart):
    """What the treated arm gains in days without event up to a horizon, with its 95% interval.

    Missing in trials in which an arm was not followed so long; the same up to the longest common horizon then stands
    beside it.
    """

    table: RiskTable
    treated: int
    control: int
    horizon: Trials
    """The horizon of each trial, in days; NaN where it has none."""

    def is_there(self, trial: int) -> bool:
        """Whether the trial has a horizon."""
        return bool(np.isfinite(self.horizon[trial]))

    @cached_property
    def _gained(self) -> tuple[Trials, Trials]:
        """The difference and half the width of its interval."""
        has_one = np.isfinite(self.horizon)
        until = np.where(has_one, self.horizon, 0.0)
        one, other = (restricted_mean(self.table, arm, until) for arm in (self.treated, self.control))
        # Not np.hypot, which can differ from it in the last bit.
        error = np.array(list(map(math.hypot, one.standard_error, other.standard_error)))
        return np.where(has_one, one.mean - other.mean, np.nan), deviations(0.95) * error

    @result
    def horizon_days(self) -> Trials:
        """Up to when days are counted."""
        return self.horizon

    @replicated
    def days(self) -> Trials:
        """The days gained."""
        return self._gained[0]

    @result
    def lower(self) -> Trials:
        """The lower limit."""
        return self._gained[0] - self._gained[1]

    @result
    def upper(self) -> Trials:
        """The upper limit."""
        return self._gained[0] + self._gained[1]

    @result
    def common_horizon(self) -> "MeanDifference | None":
        """The same up to the longest day to which both arms were followed, if that comes before the horizon."""
        longest = np.minimum(*(longest_horizon(self.table, arm) for arm in (self.treated, self.control)))
        earlier = np.where((longest > 0) & (longest < self.horizon), longest, np.nan)
        if np.isnan(earlier).all():
            return None
        return MeanDifference(self.table, self.treated, self.control, earlier)
