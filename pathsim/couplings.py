"""How the luck of a patient's other fate goes with their own, what that fate can be, and what both are called."""

from typing import Literal, TypeAlias, get_args

Coupling: TypeAlias = Literal["shared", "therapy", "independent"]
"""How a patient's luck in the other arm goes with their own.

``shared``: it is the same in every step; draws that two steps share are shared between arms, too. ``therapy``: other
luck in the steps that only one of the arms leads to and in the compared therapies, the same before and after.
``independent``: other luck in all that follows the randomization.
"""
COUPLINGS: tuple[Coupling, ...] = get_args(Coupling)
DRAWS: dict[Coupling, str] = {
    "shared": "shared draws",
    "therapy": "other draws in the therapies",
    "independent": "independent draws",
}
OtherFate: TypeAlias = Literal["better", "worse", "later", "earlier", "same", "unknown"]
"""How a patient fares in the treated arm against the control arm, by an endpoint and a day.

Without the event instead of with it, or the other way about; with it in both, but much later or earlier; no different;
or censored before it could be said, or never at the endpoint's start.
"""
OTHER_FATES: tuple[OtherFate, ...] = get_args(OtherFate)
