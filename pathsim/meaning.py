"""What a key of a scenario means beyond its type: said once, in ``Annotated[...]``, where the key is declared.

Whoever needs it asks ``pathsim.scenario.keys.declared``.
"""

from enum import Enum, auto


class Unit(Enum):
    """What a number is, as far as it makes a difference to how it is shown and how it is uncertain."""

    SHARE = auto()
    """A probability that readers expect in per cent."""
    RATIO = auto()
    """How many times something: as uncertain upward as downward on the scale of logarithms."""


class Together(Enum):
    """How the numbers of a table go together, which decides what the others leave to each."""

    SUM_TO_ONE = auto()
    ASCEND = auto()
    """Each is no less than those of the days before it."""
