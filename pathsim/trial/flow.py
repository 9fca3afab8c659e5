"""The flow of patients: how many entered each step, and where they went from it."""

from collections.abc import Collection, Iterator
from typing import TypedDict

import numpy as np

from pathsim.scenario.scenario import Scenario
from pathsim.statistics.figures import Count, CountsByName
from pathsim.trial.data_cut import DataCut
from pathsim.trial.tables import NOWHERE, Counted, Counts, Visits, by_arm
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
    scenario, ways = known.chunk.scenario, _Ways(known, visited)
    rows: list[FlowRow] = []
    for entry in scenario.steps:
        nexts = dict.fromkeys(scenario.entry(arrow.to).name for arrow in entry.spec.arrows())
        for group, arm in by_arm(scenario, groups):
            came = ways.entered(entry.number, group)
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

    def __init__(self, known: DataCut, visited: Visits) -> None:
        scenario = known.chunk.scenario
        self._ways: dict[int, list[int]] = {}
        self._counted: dict[int, Counted] = {}
        self._nobody = np.zeros(known.day.size, np.intp)
        for number, visit in visited.items():
            arrows = scenario.steps[number].spec.arrows()
            ways = self._ways[number] = sorted({NOWHERE, *(scenario.entry(arrow.to).number for arrow in arrows)})
            self._counted[number] = Counted(known, visit, np.searchsorted(ways, visit.following), len(ways))

    def count(self, step: int, following: int, group: int) -> Counts:
        """How many patients of an arm went this way in each trial."""
        return self._counted[step].count(group, self._ways[step].index(following))

    def entered(self, step: int, group: int) -> Counts:
        """How many of them came to a step."""
        return sum((self.count(step, following, group) for following in self._ways[step]), self._nobody)

    def from_any(self, steps: Collection[int], following: int, group: int) -> Counts:
        """How many of them went from any of these steps to the one that follows, or nowhere."""
        having = (step for step in steps if following in self._ways[step])
        return sum((self.count(step, following, group) for step in having), self._nobody)
