"""How a patient's draws in the other arm go with their own, what effects there can be, and what both are called."""

from typing import Literal, TypeAlias, get_args

Coupling: TypeAlias = Literal["shared", "therapy", "independent"]
"""How a patient's draws in the other arm go with their own.

``shared``: they are the same in every step; draws that two steps share are shared between arms, too. ``therapy``: other
draws in the steps that only one of the arms leads to and in the compared therapies, the same before and after.
``independent``: other draws in all that follows the randomization.
"""
COUPLINGS: tuple[Coupling, ...] = get_args(Coupling)
DRAWS: dict[Coupling, str] = {
    "shared": "shared draws",
    "therapy": "other draws in the therapies",
    "independent": "independent draws",
}
IndividualEffect: TypeAlias = Literal["better", "worse", "later", "earlier", "same", "unknown"]
"""How a patient fares in the treated arm against the control arm, by an endpoint and a day.

Without the event instead of with it, or the other way about; with it in both, but much later or earlier; no different;
or censored before it could be said, or never at the endpoint's start.
"""
INDIVIDUAL_EFFECTS: tuple[IndividualEffect, ...] = get_args(IndividualEffect)
