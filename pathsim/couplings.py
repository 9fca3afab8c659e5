"""How the luck of a patient's other fate goes with their own: the choices, and what they are called."""

from typing import Literal, TypeAlias

Coupling: TypeAlias = Literal["shared", "therapy", "independent"]
"""How a patient's luck in the other arm goes with their own.

``shared``: it is the same in every step; draws that two steps share are shared between arms, too. ``therapy``: other
luck in the steps that only one of the arms leads to and in the compared therapies, the same before and after.
``independent``: other luck in all that follows the randomization.
"""
DRAWS: dict[Coupling, str] = {
    "shared": "shared draws",
    "therapy": "other draws in the therapies",
    "independent": "independent draws",
}
COUPLINGS: tuple[Coupling, ...] = tuple(DRAWS)
