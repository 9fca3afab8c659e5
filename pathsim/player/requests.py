"""What the app asks of its worker. Every request carries the generation of what is on screen, and so does its reply."""

from dataclasses import dataclass
from typing import Literal, TypeAlias

from pathsim.couplings import Coupling
from pathsim.lessons.lesson import LessonFigure
from pathsim.state import Date, Settings

Towards: TypeAlias = Literal["event", "patient", "look"]


@dataclass(frozen=True, slots=True)
class Open:
    """Simulate this trial from its first day to its last, and the one that it is compared with.

    ``kept`` is what was changed in the other: nothing, or what the user kept.
    With a ``day`` it is shown on that day, too, or at the end of a date.
    """

    generation: int
    scenario: str
    seed: int
    """If the user did not ask for it, the scenario's own goes before it."""
    settings: Settings = ()
    kept: Settings = ()
    is_seed_asked: bool = True
    replicate: int = 0
    """Which of the seed's trials."""
    day: float | Date = None
    moving_days: float = 0.0


@dataclass(frozen=True, slots=True)
class Show:
    """Show the trial on a day. Patients who moved in the last ``moving_days`` are on their way."""

    generation: int
    day: float
    moving_days: float = 0.0


@dataclass(frozen=True, slots=True)
class Seek:
    """Show the trial at the next event after the day that was shown last, or the last before it (``step`` -1)."""

    generation: int
    towards: Towards
    step: Literal[-1, 1] = 1


@dataclass(frozen=True, slots=True)
class Roster:
    """List all patients who have come by a day, with the effect of the arm on each under a coupling."""

    generation: int
    day: float
    coupling: Coupling = "shared"


@dataclass(frozen=True, slots=True)
class Travel:
    """Show one patient's journey until a day, and the same patient's in the other arm under a coupling."""

    generation: int
    patient: int
    day: float
    coupling: Coupling = "shared"


@dataclass(frozen=True, slots=True)
class CompareSettings:
    """Set the trial beside the one that it is compared with, patient by patient, on a day."""

    generation: int
    day: float


@dataclass(frozen=True, slots=True)
class Trace:
    """Say where every number and date comes from."""

    generation: int


Work: TypeAlias = Literal["ensemble", "contrast", "validation"]


@dataclass(frozen=True, slots=True)
class Repeat:
    """Simulate so many replicates whenever there is nothing else to do; what is already there is kept."""

    generation: int
    work: Work
    replicates: int


@dataclass(frozen=True, slots=True)
class Save:
    """Write the trial as a scenario that extends the present one."""

    generation: int
    file: str


@dataclass(frozen=True, slots=True)
class Draft:
    """Tell the same as a text, for somebody who keeps it elsewhere under this name."""

    generation: int
    name: str


@dataclass(frozen=True, slots=True)
class Compute:
    """Compute the figures of a lesson, whatever trial is on screen, whenever there is nothing else to do."""

    generation: int
    figures: tuple[LessonFigure, ...]


Request: TypeAlias = Open | Show | Seek | Roster | Travel | CompareSettings | Trace | Repeat | Save | Draft | Compute
