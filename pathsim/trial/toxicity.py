"""Toxicity of each trial of a chunk: patients by worst grade, in every step and over the compared therapies."""

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import TypeAlias, TypedDict

import numpy as np
from numpy.typing import NDArray

from pathsim.journal import Rows
from pathsim.scenario.scenario import Scenario
from pathsim.scenario.schema import ANY, THERAPY
from pathsim.statistics.figures import Count, Share
from pathsim.trial.data_cut import DataCut
from pathsim.trial.tables import Counts, Tally, Visits, by_arm, entries_of, share
from pathsim.trial.time_to_event import Allocation

Grades: TypeAlias = tuple[Counts, Counts, Counts]
"""How many patients of each trial had grade 3, 4 and 5 at worst."""


class ToxicityCounts(TypedDict):
    """Patients of an arm in a step by the worst grade of a type of toxicity; the arm is None before they had any."""

    arm: str | None
    step: str
    type: str
    patients: Count
    grade3plus: Count
    grade4: Count
    grade5: Count
    rate: Share
    """The share of them with grade 3 or higher."""


def toxicity(known: DataCut, groups: Allocation, visited: Visits) -> list[ToxicityCounts]:
    """Patients with a toxicity of grade 3 or higher, by arm, step and type, and by the worst grade over several steps.

    A phase that repeats has rows of its own, over all its cycles, and so have the compared therapies. The last row of
    a step, of such a phase and of the therapy counts patients with any of the types.
    """
    scenario, entered = known.chunk.scenario, entries_of(known, groups, visited)
    adverse = _adverse(known, groups)
    by_code, by_step = adverse.by_code(), adverse.in_steps()
    totals = [adverse.over(name, steps) for name, steps in adverse.together.items()]
    rows: list[ToxicityCounts] = []
    for group, arm in by_arm(scenario, groups):
        treated: dict[str, Counts] = {}
        for number, (step, codes) in enumerate(adverse.steps.items()):
            patients = entered.count(scenario.entry(step).number, group)
            if patients.any():
                worst = {name: by_code.graded(code, group) for name, code in codes.items()}
                rows += _graded(arm, step, worst | {ANY: by_step.graded(number, group)}, patients)
                treated[step] = patients
        for total in totals:
            at_risk = adverse.at_risk({step: treated[step] for step in treated if step in total.steps})
            if at_risk and (arm is not None or total.name != THERAPY):
                patients = _treated(known, visited, total.steps, group)
                for name, grades in total.worst(at_risk, group).items():
                    rows += _graded(arm, total.name, {name: grades}, np.where(at_risk[name] > 0, patients, 0))
    return rows


def toxic_steps(scenario: Scenario) -> frozenset[str]:
    """The steps whose visits the table is made from."""
    toxic = frozenset(event.step for event in scenario.vocabulary.of("toxicity"))
    return toxic.union(*(steps for steps in steps_together(scenario).values() if steps & toxic))


def steps_together(scenario: Scenario) -> dict[str, frozenset[str]]:
    """The steps that are totalled, by the name under which they are."""
    therapy = (entry.name for name in scenario.trial.therapy for entry in scenario.entries(name))
    together = {name: frozenset(entry.name for entry in scenario.entries(name)) for name in scenario.repeats}
    return {**together, THERAPY: frozenset(therapy)}


def _graded(arm: str | None, step: str, worst: Mapping[str, Grades], patients: Counts) -> Iterator[ToxicityCounts]:
    """The rows of an arm in a step, from how many had which worst grade (3 to 5) of each type."""
    for name, (third_alone, fourth, fifth) in worst.items():
        third = third_alone + fourth + fifth
        yield {
            "arm": arm,
            "step": step,
            "type": name,
            "patients": patients,
            "grade3plus": third,
            "grade4": fourth,
            "grade5": fifth,
            "rate": share(third, patients),
        }


def _treated(known: DataCut, visited: Visits, steps: AbstractSet[str], group: int) -> Counts:
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
    by_type: "_Worst"
    """By the type's place in ``types``."""
    at_all: "_Worst"

    def worst(self, types: Iterable[str], group: int) -> dict[str, Grades]:
        """How many patients of an arm had which worst grade of these types, the last of which is any."""
        by_type = {name: self.by_type.graded(self.types.index(name), group) for name in types if name != ANY}
        return by_type | {ANY: self.at_all.graded(0, group)}


@dataclass(frozen=True, slots=True)
class _Adverse:
    """Toxicities, as columns: a fatal one is there as grade 4 when it begins and as grade 5 when it kills."""

    scenario: Scenario
    steps: dict[str, dict[str, int]]
    """For each step in which there can be any, the code of each type."""
    together: dict[str, frozenset[str]]
    """The steps that are totalled, by the name under which they are."""
    code: NDArray[np.int16]
    row: Rows
    group: Rows
    """The patient's arm at the time, from 1; 0 if they had none."""
    grade: Counts
    """0 to 2 for grades 3 to 5."""
    trials: int

    def by_code(self) -> "_Worst":
        """How many had which worst grade of each type in each step, by the code of both."""
        return self._worst({code: code for codes in self.steps.values() for code in codes.values()})

    def in_steps(self) -> "_Worst":
        """The same of any type, by the step's place in ``steps``."""
        return self._worst({code: n for n, codes in enumerate(self.steps.values()) for code in codes.values()})

    def at_risk(self, treated: Mapping[str, Counts]) -> dict[str, Counts]:
        """Of each type how many entries there were into steps with it, and of any; nothing if there were none."""
        found: dict[str, Counts] = {}
        for step, patients in treated.items():
            for name in (*self.steps[step], ANY):
                found[name] = found.get(name, 0) + patients
        return found

    def over(self, name: str, steps: frozenset[str]) -> _Total:
        """The same over all of these steps, by type and of any type."""
        inside = [pair for step, codes in self.steps.items() if step in steps for pair in codes.items()]
        types = list(dict.fromkeys(kind for kind, _ in inside))
        by_type = self._worst({code: types.index(kind) for kind, code in inside})
        return _Total(name, steps, types, by_type, self._worst({code: 0 for _, code in inside}))

    def _worst(self, columns: Mapping[int, int]) -> "_Worst":
        """How many had which worst grade of all that is counted in a column; what is given no column is not counted."""
        width, arms = max(columns.values(), default=0) + 1, len(self.scenario.arms) + 1
        column = np.full(len(self.scenario.vocabulary.events) + 1, -1, np.intp)
        column[list(columns)] = list(columns.values())
        counted = np.flatnonzero(column.take(self.code) >= 0)
        # What a patient had before there were arms is none of the arm's, however bad it was.
        where = column.take(self.code.take(counted)) * arms + self.group.take(counted)
        # By patient, column and arm, then by grade: the last of each is the worst.
        ordered = np.sort((self.row.take(counted) * width * arms + where) * 3 + self.grade.take(counted))
        cell, grade = np.divmod(ordered[np.diff(ordered // 3, append=-1) != 0], 3)
        row, where = np.divmod(cell, width * arms)
        thing, trial = where * 3 + grade, row // self.scenario.patients
        return _Worst(arms, Tally(thing, trial, things=3 * width * arms, trials=self.trials))


@dataclass(frozen=True, slots=True)
class _Worst:
    """How many patients had which worst grade, by some column."""

    arms: int
    tally: Tally

    def graded(self, column: int, group: int) -> Grades:
        """How many patients of an arm (-1: who had none) did in each trial."""
        first = 3 * (column * self.arms + group + 1)
        return self.tally[first], self.tally[first + 1], self.tally[first + 2]


def _adverse(known: DataCut, groups: Allocation) -> _Adverse:
    scenario = known.chunk.scenario
    steps: dict[str, dict[str, int]] = {}
    for event in scenario.vocabulary.of("toxicity"):
        steps.setdefault(event.step, {})[event.name] = event.code
    found = known.entries([code for codes in steps.values() for code in codes.values()])
    group = np.zeros(found.row.size, np.intp)
    if scenario.randomization is not None:
        # Codes ascend along the pathway.
        after = np.flatnonzero(found.event > scenario.randomization[0].enter)
        group[after] = groups.group.take(found.row.take(after)) + 1
    return _Adverse(
        scenario,
        steps,
        steps_together(scenario),
        found.event,
        found.row,
        group,
        found.value.astype(np.intp) - 3,
        known.day.size,
    )
