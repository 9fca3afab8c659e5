"""An end: the patient is dead, or has left the study."""

from typing import ClassVar, Literal

from pathsim.steps.spec import Appearance, Link, StepSpec


class EndSpec(StepSpec):
    """Where the pathway ends."""

    appearance: ClassVar[Appearance] = Appearance("■", "#", ("([", "])"), 'fill="#dedede" stroke="#666666" rx="18"')
    is_end: ClassVar[bool] = True

    kind: Literal["end"]

    def link(self, link: Link) -> None:
        """Nothing happens here."""
        del link
