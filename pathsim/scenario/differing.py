"""What two scenarios say differently of what is simulated, path by path."""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from pathsim.scenario.problems import dotted
from pathsim.scenario.scenario import Scenario
from pathsim.steps.spec import KeyPath

SIMULATED = ("trial", "endpoints", "cohort", "toxicities", "resources", "steps")
"""The sections that describe a trial: the others describe a scenario, and what is published."""


class DifferingValue(NamedTuple):
    """A value that two scenarios do not share; None where one of them does not have it."""

    path: str
    before: object
    now: object


def differing_values(before: Scenario, now: Scenario) -> list[DifferingValue]:
    """The values of trials that differ between two scenarios, in the order of the first one's files."""
    first, second = (dict(_values(scenario)) for scenario in (before, now))
    return [
        DifferingValue(dotted(path), first.get(path), second.get(path))
        for path in dict.fromkeys((*first, *second))
        if first.get(path) != second.get(path)
    ]


def _values(scenario: Scenario) -> Iterator[tuple[KeyPath, object]]:
    for section in SIMULATED:
        yield from _below((section,), scenario.layers.tree.get(section, {}))


def _below(path: KeyPath, tree: object) -> Iterator[tuple[KeyPath, object]]:
    """The values below a table; a list is one of them."""
    if not isinstance(tree, Mapping):
        yield path, tree
        return
    for key, inside in tree.items():
        yield from _below((*path, key), inside)
