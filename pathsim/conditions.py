"""Conditions: ``mrd == 'positive' and age < 18`` as a function of the patients' columns.

The text is parsed as a Python expression and translated, node by node, from a short list of what is allowed:
comparisons, ``and``, ``or``, ``not``, ``in``, names of columns, numbers, texts. Nothing is ever evaluated by Python.
The column ``date`` is compared with dates in quotes: ``date < '2017-08-30'``.
"""

import ast
import datetime
import operator
import re
import unicodedata
import warnings
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from functools import lru_cache
from typing import Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

Column: TypeAlias = NDArray[np.float64] | NDArray[np.int16]
Truth: TypeAlias = NDArray[np.bool_]
UNSET = -1
"""The code of a category that has not been observed yet."""
DATE = "date"
"""The column that holds the date on which a patient enters a step, in days since the year 1 (``toordinal``)."""

LONGEST = 500
MOST_NODES = 200
MOST_SUGGESTED = 20
_ONE_EQUALS = re.compile(r"[^=<>!]=[^=]")
_ORDER: dict[type[ast.cmpop], Callable[[Column, float], Truth]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
_TURNED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.Gt,
    ast.LtE: ast.GtE,
    ast.Gt: ast.Lt,
    ast.GtE: ast.LtE,
    ast.Eq: ast.Eq,
    ast.NotEq: ast.NotEq,
}


_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_WORD = re.compile(r"[^\W\d]\w*")
QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
"""A text in quotes: a level, in whatever letters its author likes."""


class Columns(Protocol):
    """What a condition reads: a column's values, by name."""

    def __getitem__(self, name: str, /) -> Column:
        """The column of this name."""


Condition: TypeAlias = Callable[[Columns], Truth]
Names: TypeAlias = Mapping[str, tuple[str, ...] | None]
"""Every column that a condition may name: its levels, or None if it is a quantity."""


def suggestion(name: str, known: list[str]) -> str:
    """`` Did you mean 'x'?`` if one of the known names is near, else all of them if they are few."""
    close = get_close_matches(name, known, n=1) or get_close_matches(name.lower(), known, n=1)
    if close:
        return f" Did you mean '{close[0]}'?"
    if not known:
        return " There are none yet."
    return f" Known here: {', '.join(known)}." if 0 < len(known) <= MOST_SUGGESTED else ""


def condition(text: str, names: Names) -> Condition:
    """The function of the columns that this text stands for.

    Raises ValueError, with a sentence for the user, if the text is not a condition over these names.
    """
    return _Translator(names).mask(_parsed(text))


@lru_cache(maxsize=4096)
def _parsed(text: str) -> ast.expr:
    """The expression that a text is, if it is short and plain enough for a condition; the same text is read once."""
    names_only = QUOTED.sub("", text)
    if unicodedata.normalize("NFKC", names_only) != names_only:
        raise ValueError(f"'{text}' has letters that only look like others; use plain ones")
    if len(text) > LONGEST:
        raise ValueError(f"this condition has {len(text)} characters; at most {LONGEST} are allowed")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Python's remarks on odd literals are not for our users
            tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        remedy = "two equals signs compare" if _ONE_EQUALS.search(text) else "write for example"
        raise ValueError(f"'{text}' is not a condition; {remedy}: age < 18 and risk == 'high'") from None
    if sum(1 for _ in ast.walk(tree)) > MOST_NODES:
        raise ValueError("this condition is too long; split it over several rules")
    return tree.body


class _Translator:
    def __init__(self, names: Names) -> None:
        self._names = names

    def mask(self, node: ast.expr) -> Condition:
        match node:
            case ast.BoolOp(op=ast.And(), values=values):
                return _joined(np.logical_and, [self.mask(value) for value in values])
            case ast.BoolOp(op=ast.Or(), values=values):
                return _joined(np.logical_or, [self.mask(value) for value in values])
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                inner = self.mask(operand)
                return lambda columns: ~inner(columns)
            case ast.Compare():
                return self._chain(node)
        raise ValueError(
            f"'{ast.unparse(node)}' is not allowed in a condition: write comparisons such as age < 18 or "
            "risk == 'high', joined by and, or, not"
        )

    def _chain(self, node: ast.Compare) -> Condition:
        sides = [node.left, *node.comparators]
        parts = [self._comparison(sides[i], op, sides[i + 1]) for i, op in enumerate(node.ops)]
        return parts[0] if len(parts) == 1 else _joined(np.logical_and, parts)

    def _comparison(self, left: ast.expr, op: ast.cmpop, right: ast.expr) -> Condition:
        if isinstance(op, (ast.In, ast.NotIn)):
            return self._membership(left, right, negated=isinstance(op, ast.NotIn))
        if not isinstance(left, ast.Name) and isinstance(right, ast.Name) and type(op) in _TURNED:
            left, op, right = right, _TURNED[type(op)](), left
        if type(op) not in _ORDER:
            raise ValueError("compare with <, <=, >, >=, ==, != or in")
        name, levels = self._column(left)
        value = self._value(name, levels, right)
        if levels is not None and not isinstance(op, (ast.Eq, ast.NotEq)):
            raise ValueError(f"'{name}' is a category: compare it with == or !=, not by size")
        compare = _ORDER[type(op)]
        return lambda columns: compare(columns[name], value)

    def _membership(self, left: ast.expr, right: ast.expr, *, negated: bool) -> Condition:
        name, levels = self._column(left)
        if not isinstance(right, (ast.Tuple, ast.List)):
            raise ValueError(f"after 'in' comes a list, for example: {name} in ['a', 'b']")
        wanted = [self._value(name, levels, item) for item in right.elts]
        if levels is None:
            return lambda columns: np.isin(columns[name], wanted, invert=negated)
        # An entry for each level, and a last one that the code of a category not yet observed finds.
        holds = np.full(len(levels) + 1, negated)
        holds[[int(code) for code in wanted]] = not negated
        return lambda columns: holds[columns[name]]

    def _column(self, node: ast.expr) -> tuple[str, tuple[str, ...] | None]:
        if not isinstance(node, ast.Name):
            raise ValueError(f"'{ast.unparse(node)}' is not allowed here: name a column, for example age < 18")
        if node.id not in self._names:
            raise ValueError(f"there is no column '{node.id}'.{suggestion(node.id, list(self._names))}")
        return node.id, self._names[node.id]

    def _value(self, name: str, levels: tuple[str, ...] | None, node: ast.expr) -> float:
        if name == DATE:
            return _date(node)
        if levels is None:
            return self._number(name, node)
        value = node.value if isinstance(node, ast.Constant) else None
        if not isinstance(value, str):
            raise ValueError(f"'{name}' is one of {', '.join(levels)}: write one of them in quotes")
        if value not in levels:
            raise ValueError(f"'{name}' is never '{value}'.{suggestion(value, list(levels))}")
        return levels.index(value)

    def _number(self, name: str, node: ast.expr) -> float:
        below_zero = isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub)
        number = node.operand if isinstance(node, ast.UnaryOp) and below_zero else node
        value = number.value if isinstance(number, ast.Constant) else None
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise ValueError(f"'{name}' is a number: compare it with a number, not with {ast.unparse(node)}")
        try:
            return -float(value) if below_zero else float(value)
        except OverflowError:
            raise ValueError(f"'{name}' is compared with a number that is far too large") from None


def ordinal_of(text: object) -> int | None:
    """The day that a date such as 2017-08-30 is, in days since the year 1; None if it is no date so written."""
    if not isinstance(text, str) or not _ISO_DATE.fullmatch(text):
        return None
    try:
        return datetime.date.fromisoformat(text).toordinal()
    except ValueError:
        return None


def _date(node: ast.expr) -> int:
    day = ordinal_of(node.value if isinstance(node, ast.Constant) else None)
    if day is None:
        message = f"'{DATE}' is the date of entry: compare it with one in quotes, as in {DATE} < '2017-08-30'"
        raise ValueError(f"{message}, not with {ast.unparse(node)}")
    return day


def words(text: str) -> list[str]:
    """The words of a condition outside quotes, each once: its columns are among them."""
    return list(dict.fromkeys(_WORD.findall(QUOTED.sub("", text))))


def _joined(how: np.ufunc, parts: list[Condition]) -> Condition:
    def joined(columns: Columns) -> Truth:
        mask = parts[0](columns)
        for part in parts[1:]:
            mask = how(mask, part(columns))
        return mask

    return joined
