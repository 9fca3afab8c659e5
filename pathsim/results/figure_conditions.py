"""Conditions on the figures of a trial: ``endpoints.dfs.comparisons.drug.cox.hazard_ratio in 0.67..0.73``.

A condition is the path of a figure, a sign, and a number, a range or, for a figure that is one of a few texts, one of
them in quotes: ``trial.looks[events=80].decision == 'continue'``.
"""

import math
import operator
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from pathsim.conditions import LONGEST, QUOTED, suggestion
from pathsim.paths import parts_of, path_of
from pathsim.results.declared import texts_at

Figures: TypeAlias = Mapping[str, NDArray[np.float64]]
"""Figures of trials by path."""
_ORDER: dict[str, Callable[[NDArray[np.float64], float], NDArray[np.bool_]]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
}
_NUMBER = r"[+-]?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?"
_RANGE = re.compile(rf"(.+?)\s+in\s+({_NUMBER})\s*\.\.\s*({_NUMBER})", re.ASCII | re.DOTALL)
_COMPARED = re.compile(rf"(.+?)\s*(<=|>=|==|<|>)\s*(?:({_NUMBER})|({QUOTED.pattern}))", re.ASCII | re.DOTALL)
_ONE_EQUALS = re.compile(r"[^=<>!]=(?!=)")
_PICKS = re.compile(r"\[[^\]]*\]")


@dataclass(frozen=True, slots=True)
class Between:
    """A range of numbers, both ends included."""

    lower: float
    upper: float

    def __str__(self) -> str:
        return f"in {_written(self.lower)}..{_written(self.upper)}"

    def holds(self, values: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which of these numbers lie in it."""
        return (self.lower <= values) & (values <= self.upper)


@dataclass(frozen=True, slots=True)
class Compared:
    """How numbers are to compare with one."""

    sign: str
    number: float

    def __str__(self) -> str:
        return f"{self.sign} {_written(self.number)}"

    def holds(self, values: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which of these numbers do."""
        holds: NDArray[np.bool_] = _ORDER[self.sign](values, self.number)
        return holds


@dataclass(frozen=True, slots=True)
class IsText:
    """What a text is to be."""

    text: str

    def __str__(self) -> str:
        quote = '"' if "'" in self.text else "'"
        return f"== {quote}{self.text}{quote}"

    def holds(self, values: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Where it is, by whether it is: 1 or 0."""
        holds: NDArray[np.bool_] = values == 1
        return holds


@dataclass(frozen=True, slots=True)
class FigureCondition:
    """A condition on a figure. A trial that lacks the figure does not meet it."""

    path: str
    wanted: Between | Compared | IsText

    def __str__(self) -> str:
        return f"{self.path} {self.wanted}"

    @property
    def figure(self) -> str:
        """The path of the number that is looked at: for a text whether it is this one."""
        return f"{self.path}.{path_of(self.wanted.text)}" if isinstance(self.wanted, IsText) else self.path

    def met(self, figures: Figures, prefix: str = "") -> NDArray[np.bool_]:
        """Which trials meet it, by their figures, whose names begin with ``prefix``."""
        if (name := prefix + self.figure) in figures:
            return self.wanted.holds(figures[name])
        return np.zeros(next(iter(figures.values())).size, np.bool_)


def all_met(conditions: Iterable[FigureCondition], figures: Figures, prefix: str = "") -> NDArray[np.bool_]:
    """Which trials meet all of these conditions."""
    met = np.ones(next(iter(figures.values())).size, np.bool_)
    for condition in conditions:
        met &= condition.met(figures, prefix)
    return met


def figure_condition(text: str) -> FigureCondition:
    """The condition that a text is. Raises ValueError, with a sentence, if it is none."""
    if len(text) > LONGEST:
        raise ValueError(f"this condition has {len(text)} characters; at most {LONGEST} are allowed")
    stripped = text.strip()
    if found := _RANGE.fullmatch(stripped):
        path, lower, upper = found[1], _number(found[2]), _number(found[3])
        if lower > upper:
            raise ValueError(f"'{text}' holds for no number: write the lower end of the range first")
        return _of(path, Between(lower, upper))
    if found := _COMPARED.fullmatch(stripped):
        path, sign, number, quoted = found[1], found[2], found[3], found[4]
        if number is not None:
            return _of(path, Compared(sign, _number(number)))
        if sign != "==":
            raise ValueError(f"'{text}' compares a text by size: write == before {quoted}")
        return _of(path, IsText(quoted[1:-1]))
    remedy = "two equals signs compare" if _ONE_EQUALS.search(_PICKS.sub("", stripped)) else "write for example"
    raise ValueError(
        f"'{text}' is not a condition; {remedy}: endpoints.os.events in 80..90, trial.enrolled >= 300 or "
        "trial.looks[events=80].decision == 'continue'"
    )


def _of(path: str, wanted: Between | Compared | IsText) -> FigureCondition:
    parts_of(path)  # raises ValueError if it is no path
    texts = texts_at(path)
    if isinstance(wanted, IsText):
        if not texts:
            raise ValueError(f"'{path}' is no text: compare it with a number, not with '{wanted.text}'")
        if wanted.text not in texts:
            raise ValueError(f"'{path}' is never '{wanted.text}'.{suggestion(wanted.text, list(texts))}")
    elif texts:
        raise ValueError(f"'{path}' is one of {', '.join(texts)}: write == and one of them in quotes")
    return FigureCondition(path, wanted)


def _number(text: str) -> float:
    if math.isinf(number := float(text)):
        raise ValueError(f"{text} is far too large")
    return number


def _written(number: float) -> str:
    return repr(number).removesuffix(".0")
