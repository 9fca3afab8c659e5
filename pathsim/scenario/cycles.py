"""Cycles: a phase with ``repeat = 2`` becomes two steps, ``name.1`` and ``name.2``, so that pathways have no loops.

What differs in a cycle stands in a table of its own, ``[steps.name.cycle.2]``.
"""

import copy
from dataclasses import dataclass, field
from typing import Any

from pathsim.scenario.evidence import Tree
from pathsim.scenario.problems import Problem
from pathsim.steps.spec import KeyPath


@dataclass(slots=True)
class Unrolled:
    """Steps without repeats, and how they relate to what the file says."""

    steps: dict[str, Any] = field(default_factory=dict)
    first_cycle: dict[str, str] = field(default_factory=dict)
    """For each phase that repeats, the step it begins with."""
    cycles: dict[str, tuple[str, str, Tree]] = field(default_factory=dict)
    """For each step that is a cycle: the phase it comes from, its number, and what differs in it."""
    problems: list[Problem] = field(default_factory=list)

    def origin(self, path: KeyPath) -> KeyPath:
        """Where the file says what stands at this path of the unrolled steps."""
        if len(path) < 2 or path[0] != "steps" or path[1] not in self.cycles:
            return path
        name, number, differs = self.cycles[str(path[1])]
        if len(path) > 2 and _says(differs, path[2:]):
            return ("steps", name, "cycle", number, *path[2:])
        return ("steps", name, *path[2:])


def unroll(steps: Tree) -> Unrolled:
    """The steps of a scenario's tree with each repeated phase written out."""
    unrolled = Unrolled()
    for name, table in steps.items():
        if isinstance(table, dict) and "repeat" in table and table.get("kind") == "phase":
            _cycles(name, table, unrolled)
        else:
            unrolled.steps[name] = table
    return unrolled


def _cycles(name: str, table: Tree, unrolled: Unrolled) -> None:
    times = table["repeat"]
    if isinstance(times, bool) or not isinstance(times, int) or not 1 <= times <= 100:
        unrolled.problems.append(Problem(("steps", name, "repeat"), "expected a whole number from 1 to 100"))
        times = 1
    cycles = table.get("cycle", {})
    numbers = [str(number) for number in range(1, times + 1)]
    if not isinstance(cycles, dict):
        unrolled.problems.append(Problem(("steps", name, "cycle"), "expected tables such as [steps.name.cycle.2]"))
        cycles = {}
    for key in cycles:
        if key not in numbers:
            unrolled.problems.append(
                Problem(("steps", name, "cycle", key), f"there is no cycle {key}; repeat = {times} makes 1 to {times}")
            )
    unrolled.first_cycle[name] = f"{name}.1"
    common = {key: value for key, value in table.items() if key not in ("repeat", "cycle")}
    for number in numbers:
        differs = cycles.get(number, {})
        differs = differs if isinstance(differs, dict) else {}
        step = copy.deepcopy(common)
        if "label" in step:
            step["label"] = f"{step['label']}, cycle {number}"
        step["luck"] = f"{step.get('luck', name)}.{number}"
        _overlay(step, differs)
        if int(number) < times:
            step["next"] = f"{name}.{int(number) + 1}"
        unrolled.steps[f"{name}.{number}"] = step
        unrolled.cycles[f"{name}.{number}"] = name, number, differs


def _overlay(step: Tree, differs: Tree) -> None:
    for key, value in differs.items():
        if isinstance(value, dict) and isinstance(step.get(key), dict):
            _overlay(step[key], value)
        else:
            step[key] = copy.deepcopy(value)


def _says(differs: Any, path: KeyPath) -> bool:
    for key in path:
        if not isinstance(differs, dict):
            return True
        if key not in differs:
            return False
        differs = differs[key]
    return True
