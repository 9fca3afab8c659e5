"""Endpoints: for each patient, the time from a step to the first of some events, as far as it is known."""

import math
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from pathsim.calendar import Days
from pathsim.journal import Journal, Rows
from pathsim.scenario.models import Endpoint
from pathsim.scenario.scenario import Scenario
from pathsim.stats.risk_table import RiskTable, risk_table
from pathsim.trial.known import KNOWN_AT_ONCE, Known

Causes: TypeAlias = NDArray[np.intp]
ALL = "all"
"""What the one group of a study without arms is called."""


@dataclass(frozen=True, slots=True)
class Allocation:
    """The group and stratum of each row of a chunk; -1 for rows that belong to none."""

    groups: tuple[str, ...]
    """The arms the trial compares, or ``all`` in a study without arms."""
    group: Rows
    stratum: Rows
    day: Days
    """When the patient was randomized, or came; infinite if never."""


def allocation(known: Known) -> Allocation:
    """Who is in which arm, by what the journal says."""
    scenario, journal, rows = known.chunk.scenario, known.journal, known.chunk.rows
    group = np.full(rows, -1, dtype=np.intp)
    stratum = np.full(rows, -1, dtype=np.intp)
    day = np.full(rows, math.inf)
    randomisation = scenario.randomisation
    if randomisation is None:
        here = journal.event == scenario.steps[0].enter
        group[journal.row[here]] = stratum[journal.row[here]] = 0
        day[journal.row[here]] = journal.day[here]
        return Allocation((ALL,), group, stratum, day)
    step, spec = randomisation
    for event in scenario.vocabulary.events:
        if event.step == step.name and event.kind in ("arm", "stratum"):
            here = journal.event == event.code
            into = group if event.kind == "arm" else stratum
            into[journal.row[here]] = journal.value[here].astype(np.intp)
            day[journal.row[here]] = journal.day[here]
    return Allocation(tuple(spec.arms), group, stratum, day)


def essentials(scenario: Scenario) -> list[int]:
    """The codes of those entries that arms and endpoints are read from: a fifth of a journal."""
    codes = [scenario.steps[0].enter, *(event.code for kind in KNOWN_AT_ONCE for event in scenario.vocabulary.of(kind))]
    for endpoint in scenario.sections.endpoints.values():
        codes += [scenario.entry(endpoint.start).enter, *codes_of(scenario, endpoint.events + endpoint.censored_by)]
    return codes


@dataclass(frozen=True, slots=True)
class Outcomes:
    """One endpoint of the patients who are at risk of it, as columns."""

    row: Rows
    trial: Rows
    """Position of the patient's replicate in the chunk."""
    group: Rows
    stratum: Rows
    time: Days
    """Days from the start to the event, or to the last day on which the patient was seen without one."""
    cause: Causes
    """The number of the event in the endpoint's list, from 1; 0 if there was none."""

    @property
    def event(self) -> NDArray[np.bool_]:
        """Whether there was an event."""
        return self.cause > 0


def outcomes(known: Known, endpoint: Endpoint, groups: Allocation) -> Outcomes:
    """This endpoint for every patient who has entered its first step and is in some group."""
    scenario = known.chunk.scenario
    start = first_day(known.journal, [scenario.entry(endpoint.start).enter], scenario, known.chunk.rows)
    row = np.flatnonzero((start < math.inf) & (groups.group >= 0))
    causes = [event_codes(scenario, name) for name in endpoint.events]
    days = np.stack([first_day(known.journal, codes, scenario, known.chunk.rows)[row] for codes in causes])
    lost = first_day(known.journal, codes_of(scenario, endpoint.censored_by), scenario, known.chunk.rows)[row]
    first = days.min(axis=0)
    last = np.maximum(np.minimum(lost, known.until[row]), start[row])
    happened = first <= last
    return Outcomes(
        row,
        row // scenario.patients,
        groups.group[row],
        groups.stratum[row],
        np.where(happened, first, last) - start[row],
        np.where(happened, days.argmin(axis=0) + 1, 0),
    )


def survival_table(data: Outcomes, groups: int, trials: int = 1, *, stratified: bool) -> RiskTable:
    """The risk table of an endpoint, for every trial of the chunk it comes from."""
    stratum = data.stratum if stratified else None
    return risk_table(data.trial, data.group, data.time, data.event, stratum=stratum, trials=trials, arms=groups)


def event_codes(scenario: Scenario, name: str) -> list[int]:
    """The codes of all exits and rules of this name."""
    return [event.code for event in scenario.vocabulary.of("exit") if event.name == name]


def codes_of(scenario: Scenario, names: tuple[str, ...]) -> list[int]:
    """The codes of all exits and rules of these names."""
    return [code for name in names for code in event_codes(scenario, name)]


def first_day(journal: Journal, codes: list[int], scenario: Scenario, rows: int) -> Days:
    """For each row, the day of the first entry with one of these codes; infinite if there is none."""
    first = np.full(rows, math.inf)
    here = np.flatnonzero(scenario.vocabulary.lookup(codes)[journal.event])
    np.minimum.at(first, journal.row[here], journal.day[here])
    return first
