"""The small things that generated scenarios consist of: numbers, shares, durations, conditions."""

import datetime
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, TypeAlias, TypeVar

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from pathsim.conditions import DATE

Tree: TypeAlias = dict[str, Any]
Levels: TypeAlias = Sequence[str] | None
"""The levels of a category, or None for a quantity."""
Item = TypeVar("Item")

BEGINS = datetime.date(2020, 1, 1)


@cache
def _integers(low: int, high: int) -> SearchStrategy[int]:
    return st.integers(low, high)


class Pen:
    """Draws the small things that scenarios consist of. All draws are whole numbers: hypothesis is quick with them."""

    def __init__(self, draw: DrawFn) -> None:
        self._draw = draw

    def number(self, low: int, high: int) -> int:
        return self._draw(_integers(low, high))

    def chance(self, percent: int) -> bool:
        return self.number(0, 99) >= 100 - percent

    def one_of(self, items: Sequence[Item]) -> Item:
        return items[self.number(0, len(items) - 1)]

    def share(self) -> float:
        return self.number(0, 100) / 100

    def tenths(self, low: int, high: int) -> float:
        """A decimal number, seldom a whole tick."""
        return self.number(low * 10, high * 10) / 10

    def quantiles(self, low: int, high: int) -> list[float]:
        return sorted(self.tenths(low, high) for _ in range(self.number(2, 5)))

    def duration(self, longest: int) -> object:
        match self.number(0, 3):
            case 0:
                return 0
            case 1:
                return self.tenths(0, longest)
            case 2:
                return self.quantiles(0, longest)
        return {"exponential": self.tenths(1, longest)}

    def shares(self, names: Sequence[str]) -> Tree:
        """Probabilities of these names; the last takes the rest."""
        most = 100 // max(1, len(names) - 1)
        return {**{name: self.number(0, most) / 100 for name in names[:-1]}, names[-1]: "rest"}

    def condition(self, columns: Mapping[str, Levels], deepest: int = 2) -> str:
        match self.number(0, 5) if deepest else 0:
            case 4:
                return f"not ({self.condition(columns, deepest - 1)})"
            case 5:
                parts = [self.condition(columns, deepest - 1) for _ in range(self.number(2, 3))]
                return f"({self.one_of([' and ', ' or ']).join(parts)})"
        name = self.one_of(list(columns))
        if name == DATE:
            return self._date()
        levels = columns[name]
        return self._size(name) if levels is None else self._level(name, levels)

    def _size(self, name: str) -> str:
        number = self.number(-3, 40) if self.chance(50) else self.tenths(-3, 40)
        order = self.one_of(["<", "<=", ">", ">=", "==", "!="])
        match self.number(0, 3):
            case 2:
                return f"{number} {order} {name}"
            case 3:
                return f"{number} <= {name} {order} {self.number(-3, 40)}"
        return f"{name} {order} {number}"

    def _date(self) -> str:
        day = BEGINS + datetime.timedelta(days=self.number(-1, 500))
        return f"{DATE} {self.one_of(['<', '<=', '>', '>=', '==', '!='])} '{day}'"

    def _level(self, name: str, levels: Sequence[str]) -> str:
        if self.chance(60):
            return f"{name} {self.one_of(['==', '!='])} '{self.one_of(levels)}'"
        some = ", ".join(f"'{self.one_of(levels)}'" for _ in range(self.number(0, 2)))
        return f"{name} {self.one_of(['in', 'not in'])} [{some}]"
