"""Toxicity of each trial of a chunk: patients by worst grade, in every step and over the compared therapies."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple, TypeAlias, TypedDict

import numpy as np
from numpy.typing import NDArray

from pathsim.journal import Rows
from pathsim.scenario.scenario import Scenario
from pathsim.scenario.schema import ANY, THERAPY
from pathsim.statistics.figures import Count, Share
from pathsim.trial.data_cut import DataCut
from pathsim.trial.tables import Counts, Tally, by_arm, share
from pathsim.trial.time_to_event import Allocation

Worst: TypeAlias = NDArray[np.int8]
FATAL = 3
"""The number of grade 5 among grades 3 to 5."""


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


def toxicity(known: DataCut, groups: Allocation) -> list[ToxicityCounts]:
    """Patients with a toxicity of grade 3 or higher, by arm, step and type, and by the worst grade over several steps.

    A phase that repeats has rows of its own, over all its cycles, and so have the compared therapies. The last row of
    a step, of such a phase and of the therapy counts patients with any of the types.
    """
    scenario = known.chunk.scenario
    counter = _Counter(known, groups)
    codes: dict[str, dict[str, int]] = {}
    for event in scenario.vocabulary.of("toxicity"):
        codes.setdefault(event.step, {})[event.name] = event.code
    totals = {
        name: _Total(counter, [code_of for step, code_of in codes.items() if step in steps], steps)
        for name, steps in steps_together(scenario).items()
        if not steps.isdisjoint(codes)
    }
    in_steps: dict[str, _Counts] = {}
    for step in dict.fromkeys([*codes, *(step for total in totals.values() for step in total.steps)]):
        entered = counter.entered(step)
        worst = counter.worst(list(codes[step].values())) if step in codes else None
        if worst is not None:
            in_steps[step] = counter.in_step(codes[step], entered, worst)
        for total in totals.values():
            if step in total.steps:
                total.add(entered, in_steps.get(step), worst)
    over_steps = {name: total.counts() for name, total in totals.items()}
    rows: list[ToxicityCounts] = []
    for group, arm in by_arm(scenario, groups):
        for step, found in in_steps.items():
            rows += found.rows(arm, step, group)
        for name, found in over_steps.items():
            if arm is not None or name != THERAPY:
                rows += found.rows(arm, name, group)
    return rows


def rows_of_some(rows: Sequence[ToxicityCounts], which: slice, scenario: Scenario) -> list[ToxicityCounts]:
    """The rows that some of the trials have without the others, in the order in which they have them."""
    together, found = steps_together(scenario), list[ToxicityCounts]()
    for _, own in groupby(rows, key=itemgetter("arm")):
        of_arm = list(own)
        here = [row for row in of_arm if row["step"] not in together and row["patients"][which].any()]
        found += here
        for name, steps in together.items():
            total = {row["type"]: row for row in of_arm if row["step"] == name}
            types = dict.fromkeys(row["type"] for row in here if row["step"] in steps and row["type"] != ANY)
            found += [total[kind] for kind in (*types, ANY) if types and kind in total]
    return found


def steps_together(scenario: Scenario) -> dict[str, frozenset[str]]:
    """The steps that are totalled, by the name under which they are."""
    therapy = (entry.name for name in scenario.trial.therapy for entry in scenario.entries(name))
    together = {name: frozenset(entry.name for entry in scenario.entries(name)) for name in scenario.repeats}
    return {**together, THERAPY: frozenset(therapy)}


@dataclass(frozen=True, slots=True)
class _Counts:
    """Patients in a step, or in any of several, by their worst grades there.

    Groups are numbered as they are counted: 0 for patients without an arm, and the arms from 1.
    """

    patients: NDArray[np.intp]
    """How many came there (groups x trials)."""
    entries: list[dict[str, Counts]]
    """For each group, how many entries there were into steps with each type and, last, with any of them."""
    places: dict[str, int]
    """The place of each type among those that are tallied."""
    tally: Tally

    def rows(self, arm: str | None, step: str, group: int) -> Iterator[ToxicityCounts]:
        """The rows of an arm (-1: of patients without one)."""
        groups, counted = len(self.entries), group + 1
        for name, entries in self.entries[counted].items():
            first = 3 * (self.places[name] * groups + counted)
            third, fourth, fifth = (self.tally[first + grade] for grade in range(3))
            patients = np.where(entries > 0, self.patients[counted], 0)
            yield {
                "arm": arm,
                "step": step,
                "type": name,
                "patients": patients,
                "grade3plus": third + fourth + fifth,
                "grade4": fourth,
                "grade5": fifth,
                "rate": share(third + fourth + fifth, patients),
            }


class _Entered(NamedTuple):
    """Who came to a step: the group of each row at the time, and the rows of those who came."""

    group: Rows
    row: Rows


class _Counter:
    """Counts patients in steps by trial and by the arm they had when they came there, if they had one by then."""

    def __init__(self, known: DataCut, groups: Allocation) -> None:
        self._known, self._scenario = known, known.chunk.scenario
        self._groups, self._trials, self.rows = len(self._scenario.arms) + 1, known.day.size, known.chunk.rows
        self._trial = np.repeat(np.arange(self._trials), self._scenario.patients)
        self.no_arm = np.zeros(self.rows, np.intp)
        self.arm = self.no_arm if self._scenario.randomization is None else groups.group + 1

    def entered(self, step: str) -> _Entered:
        """Who came to a step."""
        enter, randomization = self._scenario.entry(step).enter, self._scenario.randomization
        # Codes ascend along the pathway.
        has_arms = randomization is not None and enter > randomization[0].enter
        return _Entered(self.arm if has_arms else self.no_arm, self._known.entries([enter]).row)

    def count(self, group: Rows, row: Rows) -> NDArray[np.intp]:
        """How many of these patients there are of each group in each trial (groups x trials)."""
        cell = group * self._trials + self._trial.take(row)
        return np.bincount(cell, minlength=self._groups * self._trials).reshape(self._groups, self._trials)

    def worst(self, codes: Sequence[int]) -> Worst:
        """The worst grade of each patient for each of these codes and, last, for any of them."""
        found = self._known.entries(codes)
        place = np.zeros(max(codes) + 1, np.intp)
        place[list(codes)] = np.arange(len(codes)) * self.rows
        cell, grade = place.take(found.event) + found.row, (found.value - 2).astype(np.int8)
        worst = np.zeros((len(codes) + 1, self.rows), np.int8)
        each = worst.ravel()
        each[cell] = grade
        # A fatal one is there as grade 4 when it begins and as grade 5 when it kills.
        each[cell[grade == FATAL]] = FATAL
        worst[:-1].max(axis=0, out=worst[-1])
        return worst

    def in_step(self, codes: Mapping[str, int], entered: _Entered, worst: Worst) -> _Counts:
        """The counts of a step."""
        places = {name: number for number, name in enumerate((*codes, ANY))}
        patients = self.count(entered.group.take(entered.row), entered.row)
        entries = [dict.fromkeys(places, some) if some.any() else {} for some in patients]
        return _Counts(patients, entries, places, self.tally([(worst, entered.group)]))

    def tally(self, parts: Sequence[tuple[Worst, Rows]]) -> Tally:
        """How many patients had which worst grade of each type, by the group of each row."""
        things, trials = [], []
        for worst, group in parts:
            for kind, grade in enumerate(worst):
                row = np.flatnonzero(grade > 0)
                things.append((group.take(row) + kind * self._groups) * 3 + grade.take(row) - 1)
                trials.append(self._trial.take(row))
        most = 3 * self._groups * parts[0][0].shape[0]
        return Tally(np.concatenate(things), np.concatenate(trials), things=most, trials=self._trials)


class _Total:
    """Adds up the patients of several steps, by the worst grade in any of them.

    What a patient had before there were arms is none of the arm's, however bad it was.
    """

    def __init__(self, counter: _Counter, codes: Sequence[Mapping[str, int]], steps: frozenset[str]) -> None:
        self.steps, self._counter = steps, counter
        types = dict.fromkeys([*(name for of_step in codes for name in of_step), ANY])
        self._places = {name: number for number, name in enumerate(types)}
        # First without an arm, then with one.
        self._came = np.zeros((2, counter.rows), np.bool_)
        self._worst = np.zeros((2, len(types), counter.rows), np.int8)
        self._entries: list[dict[str, Counts]] = []

    def add(self, entered: _Entered, counts: _Counts | None, worst: Worst | None) -> None:
        """A further step; without counts, one that has no toxicity."""
        has_arm = entered.group > 0
        of_entered = has_arm.take(entered.row)
        self._came[of_entered.astype(np.intp), entered.row] = True
        if counts is None or worst is None:
            return
        all_have, none_has = bool(of_entered.all()), not of_entered.any()
        for layer, here, is_empty in ((0, ~has_arm, all_have), (1, has_arm, none_has)):
            if not is_empty:
                for name, grades in zip(counts.places, worst, strict=True):
                    mine = self._worst[layer, self._places[name]]
                    np.maximum(mine, grades if all_have or none_has else grades * here, out=mine)
        self._entries = self._entries or [{} for _ in counts.entries]
        for mine, theirs in zip(self._entries, counts.entries, strict=True):
            for name, patients in theirs.items():
                mine[name] = mine.get(name, 0) + patients

    def counts(self) -> _Counts:
        """The counts of all of them."""
        counter = self._counter
        layer, row = np.nonzero(self._came)
        patients = counter.count(counter.arm.take(row) * layer, row)
        parts = [(self._worst[0], counter.no_arm), (self._worst[1], counter.arm)]
        any_last = [dict(sorted(of_group.items(), key=lambda entry: entry[0] == ANY)) for of_group in self._entries]
        return _Counts(patients, any_last, self._places, counter.tally(parts))
