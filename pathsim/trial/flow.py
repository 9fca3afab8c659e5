"""The flow of patients: how many entered each step, and where they went from it."""

from collections.abc import Collection, Iterator
from typing import Any, TypedDict

import numpy as np

from pathsim.scenario.scenario import Scenario
from pathsim.statistics.figures import Count, CountsByName
from pathsim.trial.data_cut import DataCut
from pathsim.trial.tables import NOWHERE, Counts, Tally, Visits, by_arm, entries_of, group_of, groups_in
from pathsim.trial.time_to_event import Allocation


class FlowRow(TypedDict):
    """How many patients of an arm entered a step, and where they went; the arm is None before they had any."""

    step: str
    arm: str | None
    entered: Count
    left: CountsByName
    """By the step that came next."""
    still_there: Count


def flow(known: DataCut, groups: Allocation, visited: Visits) -> list[FlowRow]:
    """How many entered each step, and where they went; patients without an arm (yet) stand apart.

    A phase that repeats has rows of its own after those of all steps: what its cycles together are.
    """
    scenario, entered = known.chunk.scenario, entries_of(known, groups, visited)
    ways = _Ways(known, groups, visited)
    rows: list[FlowRow] = []
    for entry in scenario.steps:
        nexts = dict.fromkeys(scenario.entry(arrow.to).name for arrow in entry.spec.arrows())
        for group, arm in by_arm(scenario, groups):
            came = entered.count(entry.number, group)
            if came.any():
                left = {name: ways.count(entry.number, scenario.entry(name).number, group) for name in nexts}
                still_there = ways.count(entry.number, NOWHERE, group)
                rows.append({"step": entry.name, "arm": arm, "entered": came, "left": left, "still_there": still_there})
    for name in scenario.repeats:
        rows += _flow_over_cycles(name, scenario, groups, ways)
    return rows


def _flow_over_cycles(name: str, scenario: Scenario, groups: Allocation, ways: "_Ways") -> Iterator[FlowRow]:
    """The rows of a phase that repeats: how many entered it, by whichever cycle, and where they went from it."""
    cycles = scenario.entries(name)
    inside = {entry.number for entry in cycles}
    onwards = [scenario.entry(arrow.to) for entry in cycles for arrow in entry.spec.arrows()]
    for group, arm in by_arm(scenario, groups):
        left = {to.name: ways.from_any(inside, to.number, group) for to in onwards if to.number not in inside}
        still_there = ways.from_any(inside, NOWHERE, group)
        entered = sum(left.values(), still_there)
        if entered.any():
            yield {"step": name, "arm": arm, "entered": entered, "left": left, "still_there": still_there}


class _Ways:
    """How many patients went from one step to another, along the arrows that there are."""

    def __init__(self, known: DataCut, groups: Allocation, visited: Visits) -> None:
        scenario = known.chunk.scenario
        self._steps, self._arms = len(scenario.steps), groups_in(scenario, groups)
        self._ways = np.array(sorted(set(self._numbers(scenario))))
        way = np.searchsorted(self._ways, self._number(visited.step, visited.following))
        thing = way * self._arms + group_of(visited, self._arms)
        self._tally = Tally(thing, visited.trial, things=self._ways.size * self._arms, trials=known.day.size)

    def _numbers(self, scenario: Scenario) -> Iterator[int]:
        """The numbers of all ways that there are."""
        for entry in scenario.steps:
            yield self._number(entry.number, NOWHERE)
            yield from (self._number(entry.number, scenario.entry(arrow.to).number) for arrow in entry.spec.arrows())

    def _number(self, step: Any, following: Any) -> Any:
        return step * (self._steps + 1) + following + 1

    def count(self, step: int, following: int, group: int) -> Counts:
        """How many patients of an arm went this way in each trial."""
        return self._of(self._number(step, following), group)

    def _of(self, way: int, group: int) -> Counts:
        return self._tally[int(np.searchsorted(self._ways, way)) * self._arms + group + 1]

    def from_any(self, steps: Collection[int], following: int, group: int) -> Counts:
        """How many patients of an arm went from any of these steps to the one that follows, or nowhere."""
        ways = {self._number(step, following) for step in steps}.intersection(self._ways.tolist())
        return sum((self._of(way, group) for way in ways), self._tally.none)
