"""How figures are declared: parts of results, whose figures are made when they are first asked for.

A figure is an array with an entry for each trial; NaN where that trial cannot tell. What it is, as far as programs go
by it, is the annotation of what its method returns; what it says is the docstring.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Annotated, Any, ClassVar, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from pathsim.kept import closed
from pathsim.meaning import Unit

Value = TypeVar("Value")
Trials: TypeAlias = NDArray[Any]
"""A figure: numbers (trials,)."""
Count: TypeAlias = Annotated[Trials, Unit.COUNT]
"""How many patients or events there are: 0 where nobody came so far."""
Share: TypeAlias = Annotated[Trials, Unit.SHARE]
"""A fraction of patients."""
Ratio: TypeAlias = Annotated[Trials, Unit.RATIO]
"""How many times something; 0 or infinite where a trial has only one side of it."""
PValue: TypeAlias = Annotated[Trials, Unit.P_VALUE]
"""The one-sided P of a test."""
DaysFigure: TypeAlias = Annotated[Trials, Unit.DAYS]
"""A number of days, or a day of the trial."""
CountsByName: TypeAlias = Mapping[str, Count]
"""Counts by name, such as those of each arm."""


@dataclass(frozen=True, slots=True)
class Label:
    """What people call a figure where the figures of a part stand in a row; one without it is not shown there."""

    text: str


NOT_APPLICABLE: Trials = closed(np.empty(0))
"""A figure that trials of this scenario do not have: null in JSON, and no column of replicates."""


class result(cached_property[Value]):  # noqa: N801 - it is written as a decorator
    """Declares a figure, a table or a part that is under this name in the results; None if it is not there."""

    def __init__(self, made: Callable[[Any], Value]) -> None:
        super().__init__(lambda of: _read_only(made(of)))
        self.made = made
        self.__doc__ = made.__doc__


class replicated(result[Value]):  # noqa: N801 - it is written as a decorator
    """Declares one that an ensemble keeps of each replicate; of a part, what of it is declared so."""

    key: str | None = None
    """Of a table: what its rows are told apart by."""


def replicated_by(key: str) -> Callable[[Callable[[Any], Value]], replicated[Value]]:
    """Declares a table of which an ensemble keeps every row; what is under ``key`` tells its rows apart."""

    def declare(made: Callable[[Any], Value]) -> replicated[Value]:
        found = replicated(made)
        found.key = key
        return found

    return declare


class ResultsPart(Mapping[str, Any]):
    """Results under one name. Everything declared is an entry, in the order of declaration."""

    estimate: ClassVar[str | None] = None
    """The figure of which ``lower`` and ``upper`` are the limits, if it has such."""

    def __getitem__(self, name: str) -> Any:
        found = getattr(self, name) if name in declared(type(self)) else None
        if found is None:
            raise KeyError(name)
        return found

    def __iter__(self) -> Iterator[str]:
        return (name for name in declared(type(self)) if getattr(self, name) is not None)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    @property
    def there(self) -> NDArray[np.bool_] | None:
        """Which trials have this part at all; None if all have it."""
        return None

    def is_there(self, trial: int) -> bool:
        """Whether a trial has it."""
        return self.there is None or bool(self.there[trial])


def _read_only(found: Value) -> Value:
    """The same, whose arrays nobody can write into; what other parts hold is left to them, for it may not be made."""
    return found if isinstance(found, Mapping) else closed(found)


@cache
def declared(kind: type[ResultsPart]) -> dict[str, result[Any]]:
    """What a kind of part declares, by name."""
    found: dict[str, result[Any]] = {}
    for one in reversed(kind.__mro__):
        found |= {name: value for name, value in vars(one).items() if isinstance(value, result)}
    return found
