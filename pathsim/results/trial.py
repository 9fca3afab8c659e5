"""The results of all trials of a chunk, made as they are asked for."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from pathsim.results.endpoint import EndpointResults
from pathsim.results.views import of_trial
from pathsim.scenario.scenario import Scenario
from pathsim.scenario.schema import Cutoff
from pathsim.statistics.figures import (
    NOT_APPLICABLE,
    Count,
    CountsByName,
    DaysFigure,
    ResultsPart,
    Share,
    Trials,
    replicated,
    replicated_by,
    result,
)
from pathsim.trial import tables
from pathsim.trial.baseline import CategoryRow, QuantityRow, baseline
from pathsim.trial.course import Course, course
from pathsim.trial.data_cut import Chunk, DataCut
from pathsim.trial.flow import FlowRow, flow
from pathsim.trial.monitoring import Look, ever_beyond, going
from pathsim.trial.requests import RequestsByStep, known_requests
from pathsim.trial.resources import ResourceRow, ResourceUseRow, resource_use, resources
from pathsim.trial.responses import ResponseRow, responses
from pathsim.trial.time_to_event import Allocation, allocation, in_groups, record
from pathsim.trial.toxicity import ToxicityCounts, toxicity
from pathsim.trial.waits import WaitRow, waits


@dataclass(frozen=True)
class _Reading:
    """What all parts are made from. They hold this and never each other: no circle keeps a journal."""

    chunk: Chunk
    until: float | None

    @property
    def scenario(self) -> Scenario:
        """The scenario of the trials."""
        return self.chunk.scenario

    @cached_property
    def course(self) -> Course:
        """What the committees decided."""
        return course(self.chunk)

    @cached_property
    def final(self) -> DataCut:
        """The data cut of the results."""
        return self.course.final() if self.until is None else self.course.reported_on(self.until)

    @cached_property
    def endpoints(self) -> dict[str, EndpointResults]:
        """Each endpoint, as it is known then."""
        return endpoints_of(self.final)

    @cached_property
    def groups(self) -> Allocation:
        """Who is in which arm."""
        return allocation(self.final)

    @cached_property
    def visits(self) -> tables.Visits:
        """Every entry into a step."""
        return tables.visits(self.final, self.groups)

    @cached_property
    def requests(self) -> RequestsByStep:
        """The requests for places of which something is known."""
        return known_requests(self.final)

    @cached_property
    def requests_that_happened(self) -> RequestsByStep:
        """All of them by then, reported or not."""
        return self.requests if self.final.complete else known_requests(replace(self.final, complete=True))


class TrialResults(ResultsPart):
    """What is known of each trial at the scenario's final cut-off or, if a day is named, was known on that day."""

    def __init__(self, chunk: Chunk, until: float | None = None) -> None:
        self._reading = _Reading(chunk, until)

    @property
    def scenario(self) -> Scenario:
        """The scenario of the trials."""
        return self._reading.scenario

    @property
    def trials(self) -> int:
        """How many trials there are."""
        return len(self._reading.chunk.replicates)

    @property
    def course(self) -> Course:
        """What the committees decided."""
        return self._reading.course

    @property
    def looks(self) -> list[list[Look]]:
        """The looks of each trial; if a day is named, those held by then."""
        return self.course.looks if self._reading.until is None else self.trial.held

    @replicated
    def trial(self) -> "TrialFigures":
        """Who was enrolled, and how the trial came to its end."""
        return TrialFigures(self._reading)

    @replicated
    def cutoffs(self) -> Mapping[str, "CutoffResults"]:
        """What was known at each planned cut-off that has come."""
        planned = self.scenario.trial.cutoffs
        return {name: CutoffResults(name, cutoff, self._reading) for name, cutoff in planned.items()}

    @replicated
    def endpoints(self) -> Mapping[str, EndpointResults]:
        """Each endpoint, as it is known."""
        return self._reading.endpoints

    @result
    def baseline(self) -> list[CategoryRow | QuantityRow]:
        """The patients of each arm as they came."""
        return baseline(self._reading.final, self._reading.groups)

    @result
    def toxicity(self) -> list[ToxicityCounts]:
        """Patients by worst grade, in each step and over the compared therapies."""
        return toxicity(self._reading.final, self._reading.groups)

    @result
    def responses(self) -> list[ResponseRow]:
        """Assessments by arm."""
        return responses(self._reading.final, self._reading.groups, self._reading.visits)

    @result
    def flow(self) -> list[FlowRow]:
        """How many entered each step, and where they went."""
        return flow(self._reading.final, self._reading.groups, self._reading.visits)

    @replicated_by("step")
    def waits(self) -> list[WaitRow]:
        """Who waited for a resource, and how long."""
        return waits(self._reading.final, self._reading.requests)

    @replicated_by("resource")
    def resources(self) -> list[ResourceRow]:
        """How much of each resource was in use, and how many waited for it."""
        return resources(self._reading.final, self._reading.requests_that_happened)

    @result
    def resource_use(self) -> list[ResourceUseRow]:
        """The same over time."""
        return resource_use(self._reading.final, self._reading.requests_that_happened)


def endpoints_of(known: DataCut) -> dict[str, EndpointResults]:
    """Each endpoint by what is known."""
    return {name: EndpointResults(table, known) for name, table in known.chunk.scenario.sections.endpoints.items()}


class TrialFigures(ResultsPart):
    """Who was enrolled and randomized, and how each trial came to its end."""

    def __init__(self, reading: _Reading) -> None:
        self._reading = reading

    @cached_property
    def _arrived(self) -> NDArray[np.float64]:
        """The day on which each patient came (trials x patients); infinite for who has not."""
        return self._reading.final.enrolled.reshape(self._reading.final.day.size, -1)

    @cached_property
    def _randomized(self) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]:
        """The trial and arm of each patient who is in a group, and how long they have been in it."""
        known, whole = self._reading.final, record(self._reading.final.chunk)
        inside = np.flatnonzero(in_groups(known))
        trial = whole.trial[inside]
        return trial, whole.group[inside], known.day[trial] - whole.day[inside]

    def _tally(self, trial: NDArray[np.intp]) -> Trials:
        return np.bincount(trial, minlength=self._reading.final.day.size)

    @cached_property
    def held(self) -> list[list[Look]]:
        """The looks of each trial's committee that had been held by then."""
        cut_days = self._reading.final.day.tolist()
        return [
            [look for look in held if look.day <= day]
            for held, day in zip(self._reading.course.looks, cut_days, strict=True)
        ]

    @replicated
    def enrolled(self) -> Count:
        """Patients who came."""
        enrolled: Trials = np.count_nonzero(np.isfinite(self._arrived), axis=1)
        return enrolled

    @replicated
    def randomized(self) -> Count:
        """Patients who were randomized."""
        return self._tally(self._randomized[0]) if self._reading.scenario.arms else NOT_APPLICABLE

    @replicated
    def arms(self) -> CountsByName:
        """How many there are in each arm."""
        trial, group, _ = self._randomized
        names = record(self._reading.final.chunk).allocation.groups
        return {name: self._tally(trial[group == number]) for number, name in enumerate(names)}

    @result
    def first_day(self) -> DaysFigure:
        """When the first patient came."""
        first = self._arrived.min(axis=1)
        return np.where(np.isfinite(first), first, np.nan)

    @result
    def last_day(self) -> DaysFigure:
        """When the last one did."""
        last = np.where(np.isfinite(self._arrived), self._arrived, -math.inf).max(axis=1)
        return np.where(np.isfinite(last), last, np.nan)

    @result
    def cutoff_day(self) -> DaysFigure:
        """When the data were cut."""
        return self._reading.final.day

    @replicated
    def median_follow_up_days(self) -> DaysFigure:
        """The median time since randomization, or since they came."""
        trial, _, followed_days = self._randomized
        median: Trials = tables.quantiles_of_each(followed_days, trial, self._reading.final.day.size, [0.5])[0]
        return median

    @replicated
    def ended(self) -> "TrialEnd":
        """When each trial came to its end, by a look or at the final cut-off, and with how many events."""
        return TrialEnd(self._reading, self.held)

    @replicated
    def ever_beyond_bound(self) -> Share | None:
        """Whether z was beyond the bound for benefit at any look by then, had nobody stopped the trial: 1 or 0."""
        course = self._reading.course
        return ever_beyond(course.chunk, course.looks, self._reading.final.day)

    @result
    def looks(self) -> tuple[list["LookResults"], ...]:
        """The looks of each trial, with what the committee could see: the endpoint that is monitored, as known then."""
        plan, course = self._reading.scenario.trial.monitoring, self._reading.course
        told: tuple[list[LookResults], ...] = tuple([] for _ in self.held)
        for number in range(max(map(len, self.held), default=0)):
            day = np.array([looks[number].day if number < len(looks) else -math.inf for looks in self.held])
            seen = {} if plan is None else endpoints_of(course.data_cut_on(day))[plan.endpoint]
            for trial, looks in enumerate(self.held):
                if number < len(looks):
                    told[trial].append(LookResults(**asdict(looks[number]), analysis=of_trial(seen, trial)))
        return told


class TrialEnd(ResultsPart):
    """The end of each trial: the look that stopped it, or else the final cut-off."""

    def __init__(self, reading: _Reading, held: list[list[Look]]) -> None:
        self._reading = reading
        self._last = [looks[-1] if looks and not going(looks) else None for looks in held]

    @replicated
    def day(self) -> DaysFigure:
        """When it came."""
        cut_days = self._reading.final.day.tolist()
        return np.array([day if look is None else look.day for look, day in zip(self._last, cut_days, strict=True)])

    @replicated
    def events(self) -> Count | None:
        """The events of the monitored endpoint that were known then; None if nobody monitors the trial."""
        plan = self._reading.scenario.trial.monitoring
        if plan is None:
            return None
        known = self._reading.endpoints[plan.endpoint].events.tolist()
        return np.array([count if look is None else look.events for look, count in zip(self._last, known, strict=True)])


@dataclass(frozen=True, slots=True)
class LookResults(Look):
    """A look of one trial, with what the committee could see."""

    analysis: Annotated[Mapping[str, Any], EndpointResults]
    """What one trial said of the endpoint that is monitored."""


class CutoffResults(ResultsPart):
    """What had happened by a planned cut-off, what of it was known, and how the arms compare by then."""

    def __init__(self, name: str, cutoff: Cutoff, reading: _Reading) -> None:
        self._name, self._cutoff, self._reading = name, cutoff, reading

    @property
    def there(self) -> NDArray[np.bool_] | None:
        """The trials in which the cut-off has come by the day of the results."""
        until = self._reading.until
        return None if until is None else np.less_equal(self.day, until)

    @cached_property
    def _known(self) -> DataCut:
        if self._reading.until is None and self._cutoff is self._reading.scenario.final_cutoff:
            return self._reading.final
        return self._reading.course.data_cut_at(self._cutoff)

    @result
    def label(self) -> str:
        """What people call it."""
        return self._cutoff.label or self._name

    @replicated
    def day(self) -> DaysFigure:
        """When the data were cut."""
        return self._known.day

    @result
    def run_on(self) -> bool:
        """Whether the trial is analyzed as if nobody had stopped it."""
        return self._cutoff.run_on

    @replicated
    def randomized(self) -> Count:
        """Patients who were randomized by then."""
        if not self._reading.scenario.arms:
            return NOT_APPLICABLE
        trial = record(self._known.chunk).trial[in_groups(self._known)]
        return np.bincount(trial, minlength=self._known.day.size)

    @replicated
    def events(self) -> CountsByName:
        """Patients with an event of each endpoint, as far as is known."""
        return {name: endpoint.events for name, endpoint in self.endpoints.items()}

    @result
    def events_happened(self) -> CountsByName:
        """The same of all that had happened, reported or not."""
        happened = endpoints_of(self._reading.course.data_cut_at(self._cutoff, complete=True))
        return {name: endpoint.events for name, endpoint in happened.items()}

    @result
    def endpoints(self) -> Mapping[str, EndpointResults]:
        """Each endpoint, as it was known."""
        return self._reading.endpoints if self._known is self._reading.final else endpoints_of(self._known)
