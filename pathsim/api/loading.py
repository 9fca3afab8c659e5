"""Scenarios, loaded with settings: the one way to set numbers."""

from collections.abc import Mapping
from os import PathLike, fspath
from typing import TypeAlias

from pathsim.api.arguments import ArgumentError
from pathsim.scenario.scenario import Scenario
from pathsim.scenario.scenario import load as made_ready
from pathsim.scenario.toml_text import as_toml

ScenarioLike: TypeAlias = Scenario | str | PathLike[str]
"""A scenario, or what ``load`` takes for one."""


def load(scenario: str | PathLike[str], settings: Mapping[str, object] | None = None) -> Scenario:
    """Load a scenario: the name of one of the library, or the path of a TOML file.

    ``settings`` change some of its values, by path, such as ``{"trial.patients": 400}``: the same as ``--set`` on the
    command line. A text is read as it would be there; other values are numbers, truths, dates, lists or tables.

    Raises ScenarioError with everything that is wrong with it, each with file, line and path.
    """
    try:
        asked = fspath(scenario)
    except TypeError:
        raise ArgumentError(f"scenario: expected a name or a path, found {scenario!r}") from None
    given = {} if settings is None else settings
    if not isinstance(given, Mapping) or not all(isinstance(path, str) for path in given):
        raise ArgumentError(f'settings: expected values by path, such as {{"trial.patients": 400}}, found {given!r}')
    return made_ready(asked, {path: _text(value) for path, value in given.items()})


def loaded(scenario: ScenarioLike) -> Scenario:
    """The scenario, loaded if it has not been yet. Raises as ``load`` does."""
    return scenario if isinstance(scenario, Scenario) else load(scenario)


def _text(value: object) -> str:
    return value if isinstance(value, str) else as_toml(value)
