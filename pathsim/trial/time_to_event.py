"""Endpoints: for each patient, the time from a step to the first of some events, as far as it is known, by group."""

import math
from dataclasses import dataclass, fields, replace
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pathsim.calendar import Days
from pathsim.journal import Rows
from pathsim.scenario.endpoint import ALL, Endpoint, groups_of
from pathsim.scenario.scenario import Scenario
from pathsim.statistics.two_arms import SurvivalData
from pathsim.trial.data_cut import Chunk, DataCut, Flags, first_day
from pathsim.trial.groups import NO_GROUP, Changes, group_changes, holding, stretches

Causes: TypeAlias = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Allocation:
    """The group and stratum of each row of a chunk; -1 for rows that belong to none."""

    groups: tuple[str, ...]
    """The arms the trial compares, or ``all`` in a study without arms."""
    group: Rows
    stratum: Rows
    day: Days
    """When the patient was randomized, or came; infinite if never."""


def allocation(known: DataCut) -> Allocation:
    """Who is in which arm, by what is known."""
    whole = record(known.chunk).allocation
    out = np.flatnonzero((whole.group >= 0) & ~((whole.day <= known.today) & known.in_time(whole.day)))
    if not out.size:
        return whole
    group, stratum, day = whole.group.copy(), whole.stratum.copy(), whole.day.copy()
    group[out], stratum[out], day[out] = -1, -1, math.inf
    return Allocation(whole.groups, group, stratum, day)


@dataclass(frozen=True, slots=True)
class History:
    """One endpoint of the patients in some group, as columns, by all that ever happens to them."""

    start: Days
    first: Days
    """The day of the first event from the start on; infinite if none comes."""
    cause: Causes
    """The number of that event in the endpoint's list, from 1; 0 if none comes."""
    lost: Days
    """The day on which the patient is lost; infinite if never."""


@dataclass(frozen=True, slots=True)
class Record:
    """What a chunk's journal says of arms and endpoints, read once; what of it is known on a day depends on the day.

    Its columns have an entry for each patient who is in some group in the end.
    """

    allocation: Allocation
    row: Rows
    trial: Rows
    group: Rows
    day: Days
    """When the patient was randomized, or came."""
    delay: Days
    """How many days the patient's record lags behind."""
    histories: dict[Endpoint, History]


def record(chunk: Chunk) -> Record:
    """The record of a chunk."""
    return chunk.read("record", _record)


def _record(chunk: Chunk) -> Record:
    groups = _allocation(chunk)
    row = np.flatnonzero(groups.group >= 0)
    endpoints = chunk.scenario.sections.endpoints.values()
    return Record(
        groups,
        row,
        row // chunk.scenario.patients,
        groups.group[row],
        groups.day[row],
        chunk.reporting_delay[row],
        {endpoint: _history(chunk, endpoint, row) for endpoint in endpoints},
    )


def in_groups(known: DataCut) -> NDArray[np.bool_]:
    """Which patients of the record are in a group as far as is known."""
    whole = record(known.chunk)
    return whole.day <= np.minimum(known.day, known.closing)[whole.trial]


def _allocation(chunk: Chunk) -> Allocation:
    scenario, journal, rows = chunk.scenario, chunk.journal, chunk.rows
    group = np.full(rows, -1, dtype=np.intp)
    stratum = np.full(rows, -1, dtype=np.intp)
    day = np.full(rows, math.inf)
    randomization = scenario.randomization
    if randomization is None:
        here = np.isfinite(chunk.enrolled)
        group[here] = stratum[here] = 0
        return Allocation((ALL,), group, stratum, chunk.enrolled)
    step, spec = randomization
    for event in scenario.vocabulary.events:
        if event.step == step.name and event.kind in ("arm", "stratum"):
            found = journal.only([event.code])
            into = group if event.kind == "arm" else stratum
            into[found.row] = found.value.astype(np.intp)
            day[found.row] = found.day
    return Allocation(tuple(spec.arms), group, stratum, day)


def starts(scenario: Scenario, endpoint: Endpoint) -> list[int]:
    """The codes of the entries from whose first one an endpoint counts."""
    return [entry.enter for entry in scenario.entries(endpoint.start)]


def ends(scenario: Scenario, endpoint: Endpoint, *names: str) -> list[int]:
    """The codes of all exits and rules of these names that can come after the endpoint's start.

    Codes ascend along every pathway: what has a lower one than the start was over when it came, whatever the day.
    """
    start = min(starts(scenario, endpoint))
    return [event.code for event in scenario.vocabulary.of("exit") if event.name in names and event.code > start]


def _history(chunk: Chunk, endpoint: Endpoint, row: Rows) -> History:
    def day_of(codes: list[int]) -> Days:
        return first_day(chunk.journal, codes, chunk.rows).take(row)

    scenario = chunk.scenario
    events = [day_of(ends(scenario, endpoint, name)) for name in endpoint.events]
    first = np.minimum.reduce(events)
    cause = np.where(first < math.inf, np.argmin(events, axis=0) + 1, 0)
    return History(
        day_of(starts(scenario, endpoint)), first, cause, day_of(ends(scenario, endpoint, *endpoint.censored_by))
    )


@dataclass(frozen=True, slots=True)
class TimeToEvent:
    """One endpoint of the patients who are at risk of it, as columns: an entry for each of them.

    Where they can go from one group to another they have an entry for each piece of their time.
    """

    row: Rows
    trial: Rows
    """Position of the patient's replicate in the chunk."""
    group: Rows
    stratum: Rows
    day: Days
    """The day of the trial on which the time ends."""
    time: Days
    """Days from the start to the event, or to the last day on which the patient was seen without one."""
    cause: Causes
    """The number of the event in the endpoint's list, from 1; 0 if there was none."""
    entry: Days | None = None
    """Days from the start after which the patient is at risk in this group; minus infinity of those who always were.

    None where that holds for all.
    """

    @property
    def event(self) -> NDArray[np.bool_]:
        """Whether there was an event."""
        return self.cause > 0

    def only(self, which: Rows | Flags) -> "TimeToEvent":
        """Some of the entries, by position or mask."""
        columns = {field.name: getattr(self, field.name) for field in fields(self)}
        return replace(self, **{name: column[which] for name, column in columns.items() if column is not None})

    def of_patients(self) -> "TimeToEvent":
        """One entry for each patient: of their pieces of time the last one."""
        return self if self.entry is None else self.only(np.append(np.diff(self.row) != 0, True)[: self.row.size])


class Analyzed(NamedTuple):
    """Whom an endpoint analyzes by what is known, and the trials of those whom it leaves out."""

    data: TimeToEvent
    before_landmark: Rows
    """Of each patient whose time ended before the landmark, the trial."""
    without_group: Rows
    """Of each patient at risk of whom it is not known in which group they are."""


class _Followed(NamedTuple):
    """The patients who have come to an endpoint's start, and since and until when they are followed."""

    data: TimeToEvent
    start: Days
    last: Days
    """The last day of which anything is known."""

    def only(self, which: Flags) -> "_Followed":
        return _Followed(self.data.only(which), self.start[which], self.last[which])


def time_to_event(known: DataCut, endpoint: Endpoint) -> TimeToEvent:
    """This endpoint for every patient whom it analyzes: who is in some group and is known to have entered its start."""
    return analyzed(known, endpoint).data


def analyzed(known: DataCut, endpoint: Endpoint) -> Analyzed:
    """The same, with those whom the endpoint leaves out."""
    found = _followed(known, endpoint)
    early = unknown = found.data.trial[:0]
    if endpoint.is_of_all:
        return Analyzed(found.data, early, unknown)
    if endpoint.from_day is not None:
        in_time = found.data.time >= endpoint.from_day
        early, found = found.data.trial[~in_time], found.only(in_time)
        data = replace(found.data, time=found.data.time - endpoint.from_day)
        found = found._replace(data=data, start=found.start + endpoint.from_day)
    if endpoint.among is not None:
        found = found.only(holding(known.chunk, endpoint.among, found.data.row, found.start))
    changes = group_changes(known.chunk, endpoint)
    if changes is None:
        return Analyzed(found.data, early, unknown)
    data = _in_pieces(found, changes) if endpoint.is_time_dependent else _in_one_group(found, changes, endpoint)
    unknown = found.data.trial[~np.isin(found.data.row, data.row)]
    return Analyzed(data, early, unknown)


def _in_one_group(found: _Followed, changes: Changes, endpoint: Endpoint) -> TimeToEvent:
    """The patients by what they are when time begins to count, or by what becomes of them."""
    group = changes.on(found.data.row, found.last if endpoint.looks_ahead else found.start).astype(np.intp)
    return replace(found.data, group=group).only(group != NO_GROUP)


def _in_pieces(found: _Followed, changes: Changes) -> TimeToEvent:
    """The patients' time in pieces, in each of which they are in one group."""
    data = found.data
    pieces = stretches(changes, data.row, found.start, data.time)
    is_last = np.isnan(pieces.end)
    begin, own = found.start.take(pieces.patient), data.only(pieces.patient)
    return replace(
        own,
        group=pieces.group,
        day=np.where(is_last, own.day, begin + pieces.end),
        time=np.where(is_last, own.time, pieces.end),
        cause=np.where(is_last, own.cause, 0),
        entry=pieces.entry,
    )


def _followed(known: DataCut, endpoint: Endpoint) -> _Followed:
    whole = record(known.chunk)
    history, stratum = whole.histories[endpoint], whole.allocation.stratum
    today = known.day[whole.trial]
    until = today if known.complete else today - whole.delay
    # Arrivals are known at once, entries into other steps when they are reported.
    begun = history.start <= (today if known.chunk.scenario.entry(endpoint.start).number == 0 else until)
    begun &= np.isfinite(history.start)
    here = np.flatnonzero(begun & in_groups(known))
    row, start, first = whole.row.take(here), history.start.take(here), history.first.take(here)
    last = np.minimum(history.lost.take(here), until.take(here))
    happened = first <= last
    # Who has just come is at risk, although nothing after their arrival has been reported yet.
    ends = np.where(happened, first, np.maximum(last, start))
    data = TimeToEvent(
        row,
        whole.trial.take(here),
        whole.group.take(here),
        stratum.take(row),
        ends,
        ends - start,
        np.where(happened, history.cause.take(here), 0),
    )
    return _Followed(data, start, last)


def by_trial(values: NDArray[np.float64], trial: Rows, trials: int) -> list[NDArray[np.float64]]:
    """The values of each trial, from columns that come trial by trial."""
    return np.split(values, np.searchsorted(trial, np.arange(1, trials)))


def survival_data(data: TimeToEvent, endpoint: Endpoint, chunk: Chunk, trials: int = 1) -> SurvivalData:
    """An endpoint of these trials as statistics take it."""
    scenario = chunk.scenario
    groups = groups_of(endpoint, scenario.names, scenario.arms, scenario.trial.control)
    return SurvivalData(
        data.trial,
        data.group,
        data.stratum,
        data.time,
        data.cause,
        trials=trials,
        arms=groups.names,
        control=groups.reference,
        causes=endpoint.events,
        is_stratified=endpoint.stratified,
        horizon_days=max(endpoint.at_days, default=None),
        entry=data.entry,
    )
