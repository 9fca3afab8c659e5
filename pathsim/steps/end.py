"""An end: the patient is dead, or has left the study."""

from typing import Literal

from pathsim.steps.spec import Link, StepSpec


class EndSpec(StepSpec):
    """Where the pathway ends."""

    kind: Literal["end"]

    def link(self, link: Link) -> None:
        """Nothing happens here."""
        del link
