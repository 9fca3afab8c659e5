"""Numbers read from results: each written as readers expect it, with its place and its value."""

import math
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from pathsim.report.figures import in_unit, p_value, ratio, unit_for
from pathsim.report.html.content import ResultsName, Told, Words
from pathsim.results.lookup import figure

MISSING = "\N{EN DASH}"
MINUS, RANGE = "\N{MINUS SIGN}", "\N{EN DASH}"


class Written(NamedTuple):
    """How figures of a kind are written: the name of their unit, and the text of a value that is there."""

    unit: str
    write: Callable[[float], str]


def signed(text: str) -> str:
    """A number with a minus sign in the place of a hyphen."""
    return text.replace("-", MINUS)


COUNT = Written("", lambda value: f"{value:,.0f}" if value == round(value) else f"{value:,.1f}")
PERCENT = Written("percent", lambda value: signed(f"{100 * value:.1f}"))
WHOLE_PERCENT = Written("percent", lambda value: signed(f"{100 * value:.0f}"))
RATIO = Written("", ratio)
P_VALUE = Written("p", p_value)
DECIMAL = Written("", lambda value: signed(f"{value:.2f}"))
TENTH = Written("", lambda value: signed(f"{value:.1f}"))
QUANTITY = Written("", lambda value: signed(f"{value:.4g}"))
DAYS = Written("", lambda value: signed(f"{value:,.0f}"))


def in_unit_for(days: float) -> Written:
    """How times like this one are written: in the unit that a reader would choose."""
    unit = unit_for(days)
    return Written(unit.name, lambda value: in_unit(value, unit))


class FigureReader:
    """Reads figures of results by their paths."""

    def __init__(self, found: Mapping[str, Any], of: ResultsName = "trial") -> None:
        self._found, self._of = dict(found), of

    def value(self, path: str) -> float:
        """The figure at a path, as its results have it; NaN if it is missing."""
        return figure(self._found, path)

    def has(self, path: str) -> bool:
        """Whether there is such a figure, and a value of it."""
        try:
            return not math.isnan(self.value(path))
        except KeyError:
            return False

    def told(self, path: str, written: Written) -> Told:
        """The figure at a path, as it is written; a dash if it is missing."""
        return self._told(path, self.value(path), written)

    def total(self, paths: list[str], written: Written = COUNT) -> Told:
        """What the figures at these paths come to together."""
        return self._told(" + ".join(paths), sum(map(self.value, paths)), written)

    def difference(self, path: str, other: str, written: Written = COUNT) -> Told:
        """By how much the first of two figures is more."""
        return self._told(f"{path} - {other}", self.value(path) - self.value(other), written)

    def share(self, path: str, of: str, written: Written) -> Told:
        """The first of two figures as a share of the second; missing if that is nothing."""
        whole = self.value(of)
        return self._told(f"{path} / {of}", self.value(path) / whole if whole else math.nan, written)

    def between(self, lower: str, upper: str, written: Written) -> Words:
        """Two limits as a range; a dash if both are missing."""
        low, high = self.told(lower, written), self.told(upper, written)
        if math.isnan(low.value) and math.isnan(high.value):
            return (MISSING,)
        negative = low.text.startswith(MINUS) or high.text.startswith(MINUS)
        return low, " to " if negative else RANGE, high

    def _told(self, path: str, value: float, written: Written) -> Told:
        return Told(MISSING if math.isnan(value) else written.write(value), path, value, written.unit, self._of)


def joined(*parts: "str | Told | Words") -> Words:
    """Words one after the other."""
    found: list[str | Told] = []
    for part in parts:
        found += part if isinstance(part, tuple) else [part]
    return tuple(found)
