"""Toxicity of each trial of a chunk: patients by worst grade, in every step and over the compared therapies."""

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pathsim.journal import Rows
from pathsim.scenario.models import ANY, THERAPY
from pathsim.scenario.scenario import Scenario
from pathsim.trial.known import Known
from pathsim.trial.outcomes import Allocation
from pathsim.trial.tables import Counts, Row, Visits, by_arm, entries_of, share


def toxicity(known: Known, groups: Allocation, visited: Visits) -> list[Row]:
    """Patients with a toxicity of grade 3 or higher, by arm, step and type, and by the worst grade over several steps.

    A phase that repeats has rows of its own, over all its cycles, and so have the compared therapies. The last row of
    a step, of such a phase and of the therapy counts patients with any of the types.
    """
    scenario, entered = known.chunk.scenario, entries_of(known, groups, visited)
    struck = _struck(known, groups)
    by_code, by_step = struck.by_code(), struck.in_steps()
    totals = [struck.over(name, steps) for name, steps in struck.together.items()]
    rows: list[Row] = []
    for group, arm in by_arm(scenario, groups):
        treated: set[str] = set()
        for number, (step, codes) in enumerate(struck.steps.items()):
            patients = entered.counts[scenario.entry(step).number, group + 1]
            if patients.any():
                worst = {name: by_code[:, code] for name, code in codes.items()} | {ANY: by_step[:, number]}
                rows += _graded(arm, step, worst, group, patients)
                treated.add(step)
        for total in totals:
            here = [name for step, codes in struck.steps.items() if step in total.steps & treated for name in codes]
            if here and (arm is not None or total.name != THERAPY):
                patients = _treated(known, visited, total.steps, group)
                rows += _graded(arm, total.name, total.worst(dict.fromkeys(here)), group, patients)
    return rows


def toxic_steps(scenario: Scenario) -> frozenset[str]:
    """The steps whose visits the table is made from."""
    toxic = frozenset(event.step for event in scenario.vocabulary.of("toxicity"))
    return toxic.union(*(steps for steps in _together(scenario).values() if steps & toxic))


def _together(scenario: Scenario) -> dict[str, frozenset[str]]:
    """The steps that are totalled, by the name under which they are."""
    therapy = (entry.name for name in scenario.trial.therapy for entry in scenario.entries(name))
    together = {name: frozenset(entry.name for entry in scenario.entries(name)) for name in scenario.repeats}
    return {**together, THERAPY: frozenset(therapy)}


def _graded(arm: str | None, step: str, worst: Mapping[str, Counts], group: int, patients: Counts) -> Iterator[Row]:
    """The rows of an arm in a step, from how many had which worst grade (grades 3 to 5 x groups x trials)."""
    for name, by_grade in worst.items():
        mine = by_grade[:, group + 1]
        third = mine.sum(axis=0)
        yield {
            "arm": arm,
            "step": step,
            "type": name,
            "patients": patients,
            "grade3plus": third,
            "grade4": mine[1],
            "grade5": mine[2],
            "rate": share(third, patients),
        }


def _treated(known: Known, visited: Visits, steps: AbstractSet[str], group: int) -> Counts:
    """How many patients of an arm entered any of these steps."""
    is_one = np.array([entry.name in steps for entry in known.chunk.scenario.steps])
    began = np.zeros(known.chunk.rows, np.bool_)
    began[visited.row[is_one[visited.step] & (visited.group == group)]] = True
    counts: Counts = began.reshape(known.day.size, -1).sum(axis=1)
    return counts


@dataclass(frozen=True, slots=True)
class _Total:
    """Patients by their worst grade over several steps, under a name of their own."""

    name: str
    steps: frozenset[str]
    types: list[str]
    by_type: Counts
    """Grades x types x groups x trials."""
    at_all: Counts

    def worst(self, types: Iterable[str]) -> dict[str, Counts]:
        """The counts of these types, and of any."""
        return {name: self.by_type[:, self.types.index(name)] for name in types} | {ANY: self.at_all[:, 0]}


@dataclass(frozen=True, slots=True)
class _Struck:
    """Toxicities, as columns: a fatal one is there as grade 4 when it begins and as grade 5 when it kills."""

    scenario: Scenario
    steps: dict[str, dict[str, int]]
    """For each step in which there can be any, the code of each type."""
    together: dict[str, frozenset[str]]
    """The steps that are totalled, by the name under which they are."""
    code: NDArray[np.int16]
    row: Rows
    group: Rows
    """The patient's arm at the time, from 1; 0 if he had none."""
    grade: Counts
    """0 to 2 for grades 3 to 5."""
    trials: int

    def by_code(self) -> Counts:
        """How many had which worst grade of each type in each step (grades x codes x groups x trials)."""
        codes, arms = len(self.scenario.vocabulary.events) + 1, len(self.scenario.arms) + 1
        trial = self.row // self.scenario.patients
        cell = ((self.grade * codes + self.code) * arms + self.group) * self.trials + trial
        counts = np.bincount(cell, minlength=3 * codes * arms * self.trials).reshape(3, codes, arms, self.trials)
        counts[1] -= counts[2]
        return counts

    def in_steps(self) -> Counts:
        """The same of any type, with a column for each step."""
        return self._worst({code: n for n, codes in enumerate(self.steps.values()) for code in codes.values()})

    def over(self, name: str, steps: frozenset[str]) -> _Total:
        """The same over all of these steps, by type and of any type."""
        inside = [pair for step, codes in self.steps.items() if step in steps for pair in codes.items()]
        types = list(dict.fromkeys(kind for kind, _ in inside))
        by_type = self._worst({code: types.index(kind) for kind, code in inside})
        return _Total(name, steps, types, by_type, self._worst({code: 0 for _, code in inside}))

    def _worst(self, columns: Mapping[int, int]) -> Counts:
        """How many had which worst grade of all that is counted in a column; what is given no column is not counted."""
        width, arms = max(columns.values(), default=0) + 1, len(self.scenario.arms) + 1
        column = np.full(len(self.scenario.vocabulary.events) + 1, -1, np.intp)
        column[list(columns)] = list(columns.values())
        worst, group = np.zeros((2, self.trials * self.scenario.patients * width), np.int8)
        counted = column.take(self.code) >= 0
        for grade in range(3):
            here = np.flatnonzero(counted & (self.grade == grade))
            at = self.row.take(here) * width + column.take(self.code.take(here))
            worst[at], group[at] = grade + 1, self.group.take(here)
        cells = np.flatnonzero(worst)
        row = cells // width
        cell = (worst[cells].astype(np.intp) - 1) * width + cells - row * width
        cell = (cell * arms + group[cells]) * self.trials + row // self.scenario.patients
        counts = np.bincount(cell, minlength=3 * width * arms * self.trials)
        return counts.reshape(3, width, arms, self.trials)


def _struck(known: Known, groups: Allocation) -> _Struck:
    scenario, journal = known.chunk.scenario, known.chunk.journal
    steps: dict[str, dict[str, int]] = {}
    for event in scenario.vocabulary.of("toxicity"):
        steps.setdefault(event.step, {})[event.name] = event.code
    is_toxic = scenario.vocabulary.lookup([code for codes in steps.values() for code in codes.values()])
    found = known.entries(np.flatnonzero(is_toxic.take(journal.event)))
    group = np.zeros(found.row.size, np.intp)
    if scenario.randomisation is not None:
        # Codes ascend along the pathway.
        after = np.flatnonzero(found.event > scenario.randomisation[0].enter)
        group[after] = groups.group.take(found.row.take(after)) + 1
    return _Struck(
        scenario,
        steps,
        _together(scenario),
        found.event,
        found.row,
        group,
        found.value.astype(np.intp) - 3,
        known.day.size,
    )
