"""The kinds of step. A new kind is one file in this folder and one line here."""

from collections.abc import Mapping
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Annotated, TypeAlias

from pydantic import Field

from pathsim.steps.branch import BranchSpec
from pathsim.steps.end import EndSpec
from pathsim.steps.phase import PhaseSpec
from pathsim.steps.randomize import RandomizeSpec
from pathsim.steps.spec import StepSpec
from pathsim.steps.wait import WaitSpec

KINDS: Mapping[str, type[StepSpec]] = {
    "phase": PhaseSpec,
    "branch": BranchSpec,
    "randomize": RandomizeSpec,
    "wait": WaitSpec,
    "end": EndSpec,
}

if TYPE_CHECKING:
    AnyStep: TypeAlias = StepSpec
else:
    AnyStep = Annotated[reduce(or_, KINDS.values()), Field(discriminator="kind")]
"""Any step, told apart by ``kind``: the union from which the JSON Schema is made."""
