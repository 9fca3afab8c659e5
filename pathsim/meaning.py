"""What a key of a scenario means beyond its type: said once, where the key is declared.

What programs go by stands in ``Annotated[...]``, and ``pathsim.scenario.keys.declared`` finds it. What people read is
the docstring below the key.
"""

import ast
import inspect
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum, auto
from itertools import pairwise
from textwrap import dedent
from typing import Any


class Unit(Enum):
    """What a number is, in the words of the reference: it matters to how it is shown and how it is uncertain."""

    SHARE = "probability"
    """A probability that readers expect in per cent."""
    RATIO = "ratio"
    """How many times something: as uncertain upward as downward on the scale of logarithms."""
    P_VALUE = "one-sided P"
    COUNT = "count"
    """How many patients or events there are."""
    LEVEL = "fraction"
    """The probability of a wrong decision: turned by orders of magnitude, and as a fraction."""
    DAYS = "days"
    PER_DAY = "hazard per day"
    PER_MONTH = "patients per month"


class Role(Enum):
    """What numbers are for that do not say what the world is like: one of them, or all that are in a table."""

    DESIGN = auto()
    """Those who plan a trial choose them, so they are neither known nor unknown."""
    USE = auto()
    """They say how what stands beside them is used, so they need no evidence."""


class Together(Enum):
    """How the numbers of a table go together, which decides what the others leave to each."""

    SUM_TO_ONE = auto()
    ASCEND = auto()
    """Each is no less than those of the days before it."""
    IN_TURN = auto()
    """A list in which the first entry whose condition holds counts."""
    NEST = auto()
    """Some are within others, and all of them have parts that are: toxicities of a step, with their grades."""


class Scope(Enum):
    """For how much of what a file says a key holds, if not for the table in which it stands."""

    ALL_CYCLES = auto()
    """A phase that repeats, as a whole: no cycle can say it."""


class Name(Enum):
    """What a text, each text of a list or each key of a table is the name of, in the words of the reference."""

    STEP = "step"
    RESOURCE = "resource"
    ENDPOINT = "endpoint"
    TOXICITY = "toxicity"
    LEVEL = "level"
    COLUMN = "column"
    """A column of the patients that is made here."""
    ARM = "arm"
    """An arm that is made here."""
    EVENT = "event"
    """What happens to patients who go this way, as endpoints count it."""
    LABEL = "label"
    """Whatever it is that the table describes, for readers."""
    CONDITION = "condition"
    """Patients for whom a comparison of columns holds."""


@dataclass(frozen=True, slots=True)
class Words:
    """What a key is called in the name of a number, if not by itself; nothing where the name is clear without it."""

    said: str


@dataclass(frozen=True, slots=True)
class AlsoCalled:
    """Other words for a key, by which people look for its numbers."""

    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Abbreviation:
    """What stands before a number of this key where there is no room for its name."""

    said: str


@dataclass(frozen=True, slots=True)
class Slider:
    """How a number is turned, or the numbers in a table, as far as their units and neighbors do not say."""

    is_shown: bool = True
    """Whether there is something to turn, and not just what goes with other numbers."""
    least: Callable[[Mapping[str, Any]], float] | None = None
    """The least value, by the table of the file in which the number stands."""
    most: float = math.inf


def docstrings(table: type) -> dict[str, str]:
    """What the docstring below each key of a table says in its first paragraph; keys without one are left out."""
    (declared,) = ast.parse(dedent(inspect.getsource(table))).body
    found = {}
    for key, below in pairwise(getattr(declared, "body", ())):
        match key, below:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                found[name] = inspect.cleandoc(text).partition("\n\n")[0]
    return found
