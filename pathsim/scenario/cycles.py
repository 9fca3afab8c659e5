"""Cycles: a phase with ``repeat = 2`` becomes two steps, ``name.1`` and ``name.2``, so that pathways have no loops.

What differs in a cycle stands in a table of its own, ``[steps.name.cycle.2]``.
"""

import copy
import re
from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from pathsim.fields import shown
from pathsim.meaning import Scope
from pathsim.scenario.evidence import Tree
from pathsim.scenario.partial import walked
from pathsim.scenario.problems import Problem, dotted
from pathsim.steps.phase import MOST_CYCLES, PhaseSpec
from pathsim.steps.spec import KeyPath

MOST_UNROLLED = 50_000
"""Keys and values in all cycles of a phase together."""
OF_ALL_CYCLES = [key for key, field in PhaseSpec.model_fields.items() if Scope.ALL_CYCLES in field.metadata]
"""Keys of a phase that repeats which its cycles have not."""
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*")


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
        if not _NAME.fullmatch(name):
            message = "a step's name begins with a letter and holds letters, digits, _ and -"
            unrolled.problems.append(Problem(("steps", name), message))
        if isinstance(table, dict) and table.get("kind") == "phase" and not table.keys().isdisjoint(OF_ALL_CYCLES):
            _cycles(name, table, unrolled)
        else:
            unrolled.steps[name] = table
    return unrolled


def once(problems: Iterable[Problem], steps: Container[str]) -> Iterator[Problem]:
    """These problems without those that a later cycle of a phase only says again."""
    said = set()
    for problem in problems:
        phase, cycle = cycle_of(str(problem.path[1]), steps) if len(problem.path) > 1 else ("", "")
        if cycle and problem.path[0] == "steps":
            same = (phase, problem.path[2:], problem.message)
            if same in said:
                continue
            said.add(same)
        yield problem


def cycle_of(step: str, steps: Container[str]) -> tuple[str, str]:
    """The phase and the number of a step that is a cycle; its own name and nothing if it is none."""
    phase, dot, number = step.rpartition(".")
    return (phase, number) if dot and f"{phase}.1" in steps else (step, "")


def _cycles(name: str, table: Tree, unrolled: Unrolled) -> None:
    at = ("steps", name)
    common = {key: value for key, value in table.items() if key not in OF_ALL_CYCLES}
    times = _times(table, unrolled, at)
    if times is None:
        unrolled.steps[name] = common
        return
    cycles = _differences(table, times, unrolled, at)
    unrolled.first_cycle[name] = f"{name}.1"
    for number in range(1, times + 1):
        differs = cycles.get(str(number), {})
        step = copy.deepcopy(common)
        if isinstance(step.get("label"), str):
            step["label"] = f"{step['label']}, cycle {number}"
        if isinstance(step.get("stream", name), str):
            step["stream"] = f"{step.get('stream', name)}.{number}"
        _overlay(step, differs)
        if number < times:
            step["next"] = f"{name}.{number + 1}"
        unrolled.steps[f"{name}.{number}"] = step
        unrolled.cycles[f"{name}.{number}"] = name, str(number), differs


def _times(table: Tree, unrolled: Unrolled, at: KeyPath) -> int | None:
    """How often a phase is repeated; None, and a problem, if it does not say so or cannot be."""
    times = table.get("repeat")
    if times is None:
        message = "a phase with 'cycle' needs 'repeat', the number of its cycles"
        unrolled.problems.append(Problem((*at, "cycle"), message))
    elif isinstance(times, bool) or not isinstance(times, int) or not 1 <= times <= MOST_CYCLES:
        message = f"expected a whole number from 1 to {MOST_CYCLES}, found {shown(times)}"
        unrolled.problems.append(Problem((*at, "repeat"), message))
    elif times * sum(1 for _ in walked(table)) > MOST_UNROLLED:
        message = f"{times} cycles of a phase as large as this one have more than {MOST_UNROLLED:,} keys and values"
        unrolled.problems.append(Problem((*at, "repeat"), message))
    elif "days" not in table and not isinstance(table.get("cycle"), dict):
        message = "a phase without 'days' is follow-up and lasts for ever, so it cannot repeat"
        unrolled.problems.append(Problem((*at, "repeat"), message))
    else:
        return times
    return None


def _differences(table: Tree, times: int, unrolled: Unrolled, at: KeyPath) -> Tree:
    """What differs in each cycle, by its number."""
    cycles = table.get("cycle", {})
    if not isinstance(cycles, dict):
        message = f"expected tables such as [{dotted(at)}.cycle.2], found {shown(cycles)}"
        unrolled.problems.append(Problem((*at, "cycle"), message))
        return {}
    for key, differs in cycles.items():
        here = (*at, "cycle", key)
        if key not in map(str, range(1, times + 1)):
            message = f"there is no cycle '{key}'; repeat = {times} makes cycles 1 to {times}"
            unrolled.problems.append(Problem(here, message))
        elif not isinstance(differs, dict):
            message = f"expected a table of what differs in this cycle, found {shown(differs)}"
            unrolled.problems.append(Problem(here, message))
        for wrong in _of_no_cycle(differs):
            message = f"'{wrong}' holds for all cycles of '{at[1]}', so none can say it; leave it out here"
            unrolled.problems.append(Problem((*here, wrong), message))
    return {
        number: {key: value for key, value in differs.items() if key not in _of_no_cycle(differs)}
        for number, differs in cycles.items()
        if isinstance(differs, dict)
    }


def _of_no_cycle(differs: object) -> list[str]:
    """The keys of a cycle's table that only the phase as a whole can have."""
    return [key for key in ("kind", *OF_ALL_CYCLES) if key in differs] if isinstance(differs, dict) else []


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


def of_phase(path: KeyPath) -> KeyPath:
    """The place in a phase that repeats which stands behind one of its cycles; any other place as it is."""
    return (*path[:2], *path[4:]) if path[0:1] == ("steps",) and path[2:3] == ("cycle",) else path
