"""How results are declared: parts, whose figures are made when they are first asked for.

A figure is an array with an entry for each trial; NaN where that trial cannot tell.
"""

import math
from collections.abc import Callable, Iterator, Mapping
from functools import cache, cached_property
from typing import Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from pathsim.kept import closed
from pathsim.paths import path_of
from pathsim.trial.tables import of_trial as rows_of_trial

Value = TypeVar("Value")
Trials: TypeAlias = NDArray[Any]
"""A figure: numbers (trials,)."""
Figures: TypeAlias = Mapping[str, Trials]
"""Figures by name, such as those of each arm."""
Columns: TypeAlias = dict[str, NDArray[np.float64]]
"""One array for each figure, by its path, with an entry for each replicate; NaN where a trial could not tell."""

NOT_APPLICABLE: Trials = closed(np.empty(0))
"""A figure that trials of this scenario do not have: null in JSON, and no column of replicates."""


class result(cached_property[Value]):  # noqa: N801 - it is written as a decorator
    """Declares a figure, a table or a part that is under this name in the results; None if it is not there."""

    def __init__(self, made: Callable[[Any], Value]) -> None:
        super().__init__(lambda of: _read_only(made(of)))
        self.__doc__ = made.__doc__


class replicated(result[Value]):  # noqa: N801 - it is written as a decorator
    """Declares one that an ensemble keeps of each replicate; of a part, what of it is declared so."""


class ResultsPart(Mapping[str, Any]):
    """Results under one name. Everything declared is an entry, in the order of declaration."""

    def __getitem__(self, name: str) -> Any:
        found = getattr(self, name) if name in _declared(type(self)) else None
        if found is None:
            raise KeyError(name)
        return found

    def __iter__(self) -> Iterator[str]:
        return (name for name in _declared(type(self)) if getattr(self, name) is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def is_there(self, trial: int) -> bool:  # noqa: ARG002 - for those parts that only some trials have
        """Whether a trial has this part at all."""
        return True


def _read_only(found: Value) -> Value:
    """The same, whose arrays nobody can write into; what other parts hold is left to them, for it may not be made."""
    return found if isinstance(found, Mapping) else closed(found)


@cache
def _declared(kind: type[ResultsPart]) -> dict[str, type[result[Any]]]:
    """What a kind of part declares: by name, in which way."""
    return {name: type(value) for name, value in vars(kind).items() if isinstance(value, result)}


def opened(found: Any) -> Any:
    """The same, or a named tuple of figures as a mapping."""
    return found._asdict() if hasattr(found, "_asdict") else found


def of_trial(found: Any, trial: int) -> Any:
    """What one trial says, in plain numbers, lists and dictionaries; what it cannot tell is None.

    A list holds the rows of a table, whose figures are arrays; a tuple has an entry for each trial.
    """
    match opened(found):
        case np.ndarray() as figures:
            value = figures[trial].item() if figures.size else None
            return None if isinstance(value, float) and math.isnan(value) else value
        case Mapping() as parts:
            there = {
                name: part for name, part in parts.items() if not isinstance(part, ResultsPart) or part.is_there(trial)
            }
            return {name: of_trial(part, trial) for name, part in there.items()}
        case list() as rows:
            return rows_of_trial(rows, trial)
        case tuple() as each:
            return each[trial]
        case constant:
            return constant


def kept_of(found: Any, *names: str) -> Columns:
    """What an ensemble keeps of these results, which stand under these names."""
    columns: Columns = {}
    for names_of_figure, figures in _kept(found, names):
        if figures.size:
            columns[path_of(*names_of_figure)] = figures.astype(np.float64)
    return columns


def _kept(found: Any, names: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Trials]]:
    if isinstance(found, np.ndarray):
        yield names, found
    elif isinstance(found, ResultsPart):
        for name, way in _declared(type(found)).items():
            if issubclass(way, replicated):
                yield from _kept(getattr(found, name), (*names, name))
    elif isinstance(parts := opened(found), Mapping):
        for name, part in parts.items():
            yield from _kept(part, (*names, name))
