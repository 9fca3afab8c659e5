"""The story: what is going on in a trial, for the line below the header of every screen."""

from dataclasses import dataclass
from typing import NamedTuple


class Said(NamedTuple):
    """A part of a sentence."""

    text: str
    is_important: bool = False


@dataclass(frozen=True, slots=True)
class Story:
    """What is going on, in one sentence, the most important clauses first: what does not fit is left out."""

    clauses: tuple[tuple[Said, ...], ...]
    is_decision: bool = False
    """Whether the committee decides on this very day."""
