"""What the results say of an endpoint: survival by arm, first events, and how the arms compare."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from pathsim.paths import day_name
from pathsim.scenario.endpoint import Endpoint
from pathsim.statistics.cumulative_incidence import cumulative_incidence
from pathsim.statistics.figures import (
    NOT_APPLICABLE,
    Count,
    CountsByName,
    DaysFigure,
    ResultsPart,
    Share,
    Trials,
    replicated,
    result,
)
from pathsim.statistics.kaplan_meier import KaplanMeier, Median, kaplan_meier, median, numbers_at_risk
from pathsim.statistics.methods import Comparisons
from pathsim.statistics.restricted_mean import restricted_mean
from pathsim.statistics.risk_table import RiskTable
from pathsim.statistics.two_arms import SurvivalData
from pathsim.trial.data_cut import DataCut
from pathsim.trial.time_to_event import Analyzed, TimeToEvent, analyzed, survival_data


@dataclass(frozen=True)
class _Patients:
    """Who is at risk of an endpoint, by what is known.

    Parts hold this and never each other: no circle keeps a journal.
    """

    endpoint: Endpoint
    known: DataCut

    @cached_property
    def analyzed(self) -> Analyzed:
        """Who is at risk, and who is left out."""
        return analyzed(self.known, self.endpoint)

    @property
    def data(self) -> TimeToEvent:
        """The times of all patients at risk."""
        return self.analyzed.data

    @cached_property
    def survival(self) -> SurvivalData:
        """The same as statistics take it."""
        return survival_data(self.data, self.endpoint, self.known.chunk, self.trials)

    @property
    def table(self) -> RiskTable:
        """The risk table, without strata."""
        return self.survival.table

    @property
    def groups(self) -> tuple[str, ...]:
        """The arms or other groups, or the one group of a study without arms."""
        return self.survival.arms

    @property
    def days(self) -> tuple[float, ...]:
        """The days on which survival is told."""
        return self.endpoint.at_days

    @property
    def trials(self) -> int:
        """How many trials there are."""
        return int(self.known.day.size)

    @cached_property
    def at_risk(self) -> NDArray[np.intp]:
        """How many of each arm are still followed on these days (trials x arms x days)."""
        data, days, groups = self.data, np.array(self.days), len(self.groups)
        followed = numbers_at_risk(data.trial, data.group, data.time, days, self.trials, groups)
        if data.entry is None:
            return followed
        late = np.flatnonzero(data.entry > -np.inf)
        who = (data.trial[late], data.group[late], data.entry[late])
        return followed - numbers_at_risk(*who, days, self.trials, groups)

    def tally(self, wanted: NDArray[np.bool_]) -> Trials:
        """How many of these entries there are in each trial."""
        return np.bincount(self.data.trial.take(np.flatnonzero(wanted)), minlength=self.trials)

    def counted(self, trial: NDArray[np.intp]) -> Trials:
        """How many patients there are in each trial, of whom these are the trials."""
        return np.bincount(trial, minlength=self.trials)


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

    @property
    def at_risk(self) -> NDArray[np.intp]:
        """How many are still followed on these days (trials x days)."""
        at_risk: NDArray[np.intp] = self.patients.at_risk[:, self.number]
        return at_risk


class EndpointResults(ResultsPart):
    """An endpoint by what is known of each trial."""

    def __init__(self, endpoint: Endpoint, known: DataCut) -> None:
        self._patients = _Patients(endpoint, known)

    @property
    def survival_data(self) -> SurvivalData:
        """The times of all patients at risk."""
        return self._patients.survival

    @result
    def label(self) -> str:
        """What people call the endpoint."""
        return self._patients.endpoint.label

    @replicated
    def events(self) -> Count:
        """Patients with an event."""
        return self._patients.tally(self._patients.data.event)

    @result
    def groups(self) -> str | None:
        """The category or exposure by which patients are compared; None of the arms."""
        return self._patients.endpoint.groups or self._patients.endpoint.exposure

    @result
    def reference(self) -> str | None:
        """The group with which the others are compared; None of the arms, which are with control."""
        return None if self._patients.endpoint.compares_arms else self._patients.survival.control

    @replicated
    def before_landmark(self) -> Count | None:
        """Patients who are left out since their time ended before the landmark; None where there is no landmark."""
        patients = self._patients
        return None if patients.endpoint.from_day is None else patients.counted(patients.analyzed.before_landmark)

    @replicated
    def without_group(self) -> Count | None:
        """Patients at risk who are left out since it is not known in which group they are; None of the arms."""
        patients = self._patients
        return None if patients.endpoint.compares_arms else patients.counted(patients.analyzed.without_group)

    @replicated
    def events_by(self) -> CountsByName:
        """Patients with an event by each day of the endpoint, on the very day included."""
        patients, data = self._patients, self._patients.data
        return {day_name(day): patients.tally(data.event & (data.time <= day)) for day in patients.days}

    @replicated
    def arms(self) -> Mapping[str, "ArmResults"]:
        """Survival of each arm."""
        return {name: ArmResults(_Arm(self._patients, number)) for number, name in enumerate(self._patients.groups)}

    @replicated
    def first_events(self) -> Mapping[str, CountsByName]:
        """Patients of each arm by the kind of their first event."""
        patients, data = self._patients, self._patients.data
        return {
            name: {
                event: patients.tally((data.group == number) & (data.cause == cause))
                for cause, event in enumerate(patients.endpoint.events, 1)
            }
            for number, name in enumerate(patients.groups)
        }

    @replicated
    def incidence(self) -> Mapping[str, Mapping[str, Mapping[str, Share]]] | None:
        """The cumulative incidence of each kind of first event on each day, by arm.

        Of an event that no other can forestall it is what Kaplan-Meier survival leaves of 1. None where no day is
        tabulated, or where patients change groups.
        """
        patients, data = self._patients, self._patients.data
        days, events = patients.days, patients.endpoint.events
        if not days or data.entry is not None:
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
    def comparisons(self) -> Mapping[str, Comparisons] | None:
        """How each arm compares with the control arm; None where there are no arms."""
        compared = self._patients.survival.comparisons
        return {name: Comparisons(arms) for name, arms in compared.items()} or None


class ArmResults(ResultsPart):
    """Survival of one arm of each trial."""

    def __init__(self, arm: _Arm) -> None:
        self._arm = arm

    @result
    def n(self) -> Count:
        """Patients at risk from the start; where patients change groups, all who were ever at risk in this one."""
        patients, mine = self._arm.patients, self._arm.mine
        if patients.data.entry is not None:
            row = patients.data.row[mine]
            return patients.counted(np.unique(row) // patients.known.chunk.scenario.patients)
        return patients.tally(mine)

    @replicated
    def events(self) -> Count:
        """Those of them with an event."""
        return self._arm.patients.tally(self._arm.mine & self._arm.patients.data.event)

    @result
    def median_days(self) -> DaysFigure:
        """Median survival."""
        return self._arm.median.estimate

    @result
    def median_lower_days(self) -> DaysFigure:
        """The lower limit of its 95% interval."""
        return self._arm.median.lower

    @result
    def median_upper_days(self) -> DaysFigure:
        """The upper limit."""
        return self._arm.median.upper

    @result
    def restricted_mean_days(self) -> DaysFigure:
        """The mean of the days without event up to the last day of the endpoint."""
        patients = self._arm.patients
        if not patients.days or patients.data.entry is not None:
            return NOT_APPLICABLE
        return restricted_mean(patients.table, self._arm.number, max(patients.days)).mean

    @replicated
    def at(self) -> Mapping[str, "SurvivalAt"]:
        """Survival on each day of the endpoint."""
        return {day_name(day): SurvivalAt(self._arm, i) for i, day in enumerate(self._arm.patients.days)}


class SurvivalAt(ResultsPart):
    """Survival of one arm on one day, by Kaplan-Meier, with its 95% interval."""

    estimate = "survival"

    def __init__(self, arm: _Arm, day_number: int) -> None:
        self._arm, self._day = arm, day_number

    @replicated
    def survival(self) -> Share:
        """The share without event."""
        return self._arm.survival.survival[:, self._day]

    @replicated
    def lower(self) -> Share:
        """The lower limit."""
        return self._arm.survival.lower[:, self._day]

    @replicated
    def upper(self) -> Share:
        """The upper limit."""
        return self._arm.survival.upper[:, self._day]

    @replicated
    def at_risk(self) -> Count:
        """How many are still followed."""
        return self._arm.at_risk[:, self._day]
