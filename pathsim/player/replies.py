"""All that the worker can reply, and what it says if it cannot do what was asked."""

from dataclasses import dataclass
from typing import TypeAlias

from pathsim.lessons.lesson import FigureValue, LessonFigure
from pathsim.player.views.compare import ComparisonView, ContrastView
from pathsim.player.views.ensemble import EnsembleView
from pathsim.player.views.evidence import EvidenceView, ValidationView
from pathsim.player.views.live import Opened, Snapshot
from pathsim.player.views.patients import JourneyView, RosterView


@dataclass(frozen=True, slots=True)
class Refused:
    """A scenario that cannot be used as it is, with everything that is wrong with it."""

    generation: int
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Saved:
    """A scenario was written to this file, and what is to be known of it."""

    generation: int
    file: str
    note: str


@dataclass(frozen=True, slots=True)
class Drafted:
    """The text of a scenario, the name of the file that it is to be, and what is to be known of it."""

    generation: int
    name: str
    text: str
    note: str


@dataclass(frozen=True, slots=True)
class Unsaved:
    """A scenario was not written, and why."""

    generation: int
    why: str


@dataclass(frozen=True, slots=True)
class Failed:
    """A defect of ours, with a sentence for a report."""

    generation: int
    message: str


@dataclass(frozen=True, slots=True)
class Computed:
    """The figures of a lesson that are computed so far, and in a sentence why one cannot be."""

    generation: int
    values: tuple[tuple[LessonFigure, FigureValue], ...]
    problem: str = ""


Reply: TypeAlias = (
    Opened
    | Snapshot
    | RosterView
    | JourneyView
    | ComparisonView
    | EnsembleView
    | ContrastView
    | EvidenceView
    | ValidationView
    | Refused
    | Saved
    | Drafted
    | Unsaved
    | Failed
    | Computed
)
