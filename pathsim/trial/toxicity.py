"""Toxicity of each trial of a chunk: patients by worst grade, in every step and over the compared therapies."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pathsim.journal import Rows
from pathsim.scenario.scenario import Scenario
from pathsim.trial.known import Known
from pathsim.trial.outcomes import Allocation
from pathsim.trial.tables import Counts, Row, Visits, by_arm, entries_of, share

THERAPY = "therapy"
"""The name under which toxicity is totalled over the steps of the compared therapies."""
ANY = "any"
"""The type under which patients with a toxicity of whatever type are counted."""


def toxicity(known: Known, groups: Allocation, visited: Visits) -> list[Row]:
    """Patients with a toxicity of grade 3 or higher, by arm, step and type, and over the compared therapies.

    The last row of a step, and of the therapy, counts patients with any of the types.
    """
    scenario, entered = known.chunk.scenario, entries_of(known, groups, visited)
    struck = _struck(known, groups)
    by_code, by_step = struck.by_code(), struck.in_steps()
    by_type, at_all = struck.over_therapy()
    rows: list[Row] = []
    for group, arm in by_arm(scenario, groups):
        treated: list[str] = []
        for number, (step, codes) in enumerate(struck.steps.items()):
            patients = entered.counts[scenario.entry(step).number, group + 1]
            if patients.any():
                worst = {name: by_code[:, code] for name, code in codes.items()} | {ANY: by_step[:, number]}
                rows += _graded(arm, step, worst, group, patients)
                treated += codes if step in struck.therapy else ()
        if arm is not None and treated:
            worst = {name: by_type[:, struck.types.index(name)] for name in dict.fromkeys(treated)} | {
                ANY: at_all[:, 0]
            }
            rows += _graded(arm, THERAPY, worst, group, _treated(known, visited, struck.therapy, group))
    return rows


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


def _treated(known: Known, visited: Visits, therapy: set[str], group: int) -> Counts:
    """How many patients of an arm began any of the compared therapies."""
    scenario = known.chunk.scenario
    is_therapy = np.array([entry.name in therapy for entry in scenario.steps])
    began = np.zeros(known.chunk.rows, np.bool_)
    began[visited.row[is_therapy[visited.step] & (visited.group == group)]] = True
    counts: Counts = began.reshape(known.day.size, -1).sum(axis=1)
    return counts


@dataclass(frozen=True, slots=True)
class _Struck:
    """Toxicities, as columns: a fatal one is there as grade 4 when it begins and as grade 5 when it kills."""

    scenario: Scenario
    steps: dict[str, dict[str, int]]
    """For each step in which there can be any, the code of each type."""
    therapy: set[str]
    """The names of the steps of the compared therapies."""
    types: list[str]
    """What can happen in these steps."""
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

    def over_therapy(self) -> tuple[Counts, Counts]:
        """The same over all steps of the compared therapies, with a column for each type, and one for any of them."""
        inside = [pair for step, codes in self.steps.items() if step in self.therapy for pair in codes.items()]
        by_type = self._worst({code: self.types.index(name) for name, code in inside})
        return by_type, self._worst({code: 0 for _, code in inside})

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
    therapy = {scenario.entry(name).name for name in scenario.trial.therapy}
    return _Struck(
        scenario,
        steps,
        therapy,
        list(dict.fromkeys(name for step, codes in steps.items() if step in therapy for name in codes)),
        found.event,
        found.row,
        group,
        found.value.astype(np.intp) - 3,
        known.day.size,
    )
