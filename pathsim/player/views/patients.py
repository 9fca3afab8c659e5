"""Patients one by one: the list of all of them, and the journey of one in each arm."""

from dataclasses import dataclass
from typing import Literal

from pathsim.couplings import Coupling, IndividualEffect


@dataclass(frozen=True, slots=True)
class RosterRow:
    """A patient in a line."""

    patient: int
    came: str
    about: tuple[str, ...]
    arm: int
    now: str
    event: str
    days: float | None
    """Days from the start of the first endpoint to its event, or until now."""
    individual_effect: IndividualEffect | None
    """None of those who were not randomized, or where nobody can know."""


@dataclass(frozen=True, slots=True)
class RosterView:
    """All patients who have come by a day, and how the randomized fare in one arm against the other."""

    generation: int
    day: float
    columns: tuple[str, ...]
    rows: tuple[RosterRow, ...]
    balance: "Balance | None"
    """None where nobody can know, or not yet."""
    is_too_early: bool
    """Whether nobody can know only as nobody has been randomized yet."""


@dataclass(frozen=True, slots=True)
class Balance:
    """How all randomized patients fare in one arm against the other, by an endpoint and a day."""

    arm: str
    """The arm that is asked about: the one that is not the control."""
    control: str
    endpoint: str
    by: str
    """By when: so many years after the start of the endpoint, or by today."""
    coupling: Coupling
    known: int
    """How many patients there are of whom it is known in both arms."""
    fewer: int
    """How many fewer of them have the event in the arm; negative if more do."""
    better: int
    worse: int
    beside: tuple[Coupling, int, int]
    """How many fare better and worse under another coupling, as far from this one as can be."""
    bounds: tuple[tuple[int, int], tuple[int, int]]
    """The fewest and the most who can fare better, and worse, with as many events in each arm, whatever the draws."""


@dataclass(frozen=True, slots=True)
class StepBar:
    """A bar of a timeline: a step that lasted some time."""

    label: str
    begins: float
    ends: float


@dataclass(frozen=True, slots=True)
class Happening:
    """Something on a day of a journey, with the grade if it is a toxicity."""

    day: float
    kind: Literal["toxicity", "assess", "arm", "exit", "step", "passed"]
    """``step`` is an entry into one in which patients stay, ``passed`` into one in which nobody does."""
    label: str
    grade: int = 0
    ends: float | None = None
    """The day on which it is over; None if it is not, or was over at once."""


@dataclass(frozen=True, slots=True)
class Journey:
    """What has happened to a patient in one arm by a day of the trial; days count from enrollment."""

    arm: int
    stays: tuple[StepBar, ...]
    happenings: tuple[Happening, ...]
    until: float
    """The day until which there is room: that on which the trial ends."""
    outcome: str
    """Where the patient is on that day."""
    is_over: bool
    """Whether that is the last day of the trial."""


@dataclass(frozen=True, slots=True)
class OtherJourney:
    """Another journey of the same patient, and where it parts from theirs."""

    journey: Journey | None
    """None where there is none, or nobody can know."""
    parts: tuple[str, ...]
    """Where the two part: a sentence, and what each says; or one sentence that they do not, or why there is none."""
    parts_on: float | None
    """The day from the enrollment; None if they do not part."""


@dataclass(frozen=True, slots=True)
class JourneyView:
    """A patient's journey, and those that can be set beside it."""

    generation: int
    patient: int
    about: str
    came: str
    came_on: float
    """The day of the trial."""
    own: Journey
    in_other_arm: OtherJourney
    before_change: OtherJourney | None
    """In the trial that this one is compared with; None if that is the same."""
