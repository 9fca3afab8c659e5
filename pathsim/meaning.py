"""What a key of a scenario means beyond its type: said once, where the key is declared.

What programs go by stands in ``Annotated[...]``, and ``pathsim.scenario.keys.declared`` finds it. What people read is
the docstring below the key.
"""

import ast
import inspect
from enum import Enum, auto
from itertools import pairwise
from textwrap import dedent


class Unit(Enum):
    """What a number is, as far as it makes a difference to how it is shown and how it is uncertain."""

    SHARE = auto()
    """A probability that readers expect in per cent."""
    RATIO = auto()
    """How many times something: as uncertain upward as downward on the scale of logarithms."""
    P_VALUE = auto()
    """The one-sided P of a test."""
    COUNT = auto()
    """How many patients or events there are."""
    DAYS = auto()


class Together(Enum):
    """How the numbers of a table go together, which decides what the others leave to each."""

    SUM_TO_ONE = auto()
    ASCEND = auto()
    """Each is no less than those of the days before it."""


def docstrings(table: type) -> dict[str, str]:
    """What the docstring below each key of a table says in its first paragraph; keys without one are left out."""
    (declared,) = ast.parse(dedent(inspect.getsource(table))).body
    found = {}
    for key, below in pairwise(getattr(declared, "body", ())):
        match key, below:
            case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                found[name] = inspect.cleandoc(text).partition("\n\n")[0]
    return found
