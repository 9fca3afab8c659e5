"""A patient's dated course in each arm, in words, and where the others part from their own."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from pathsim.counterfactual import other_courses
from pathsim.couplings import Coupling
from pathsim.journal import Event
from pathsim.report.followed_trial import FollowedTrial
from pathsim.report.partings import DECIDES, Parting, parting
from pathsim.text import counted
from pathsim.trial.course import Course

NOBODY_KNOWS = (
    "Patients queue here, so what would have happened in another arm cannot be known: their turn hangs on others."
)
NEVER = "Never randomized between the arms, so there is no other course."


class DatedEntry(NamedTuple):
    """Something that happened to a patient."""

    day: float
    """The day of the trial."""
    kind: str
    text: str
    ends: float | None = None
    """The day on which a toxicity is over; None if it is not, or it is none."""


@dataclass(frozen=True, slots=True)
class CourseInArm:
    """What happens to a patient in one arm until the last day of the trial."""

    arm: str
    """Empty of a patient who is in none."""
    is_own: bool
    entries: tuple[DatedEntry, ...]
    outcome: str
    """The step in which they are in the end."""
    parting: Parting | None
    """Where it parts from their own; None of their own."""

    def parts_at(self, entry: DatedEntry, enrolled: float, parted_on: float | None) -> bool:
        """Whether an entry decides the course on or after the day, from the enrollment, on which two courses part."""
        return parted_on is not None and entry.kind in DECIDES and entry.day - enrolled >= parted_on


@dataclass(frozen=True, slots=True)
class ArmCourses:
    """A patient in every arm."""

    patient: int
    about: str
    enrolled: float
    """The day of the trial on which they came."""
    coupling: Coupling
    courses: tuple[CourseInArm, ...]
    """Their own first, then the others in the order of the file."""
    why_alone: str
    """Why there is no other course, in a sentence; empty if there is one."""

    def as_results(self, own: FollowedTrial) -> dict[str, Any]:
        """What ``--json`` has of it."""
        return {
            "coupling": self.coupling,
            "patient": self.patient,
            "about": self.about,
            "enrolled_day": self.enrolled,
            "why_alone": self.why_alone or None,
            "courses": [self._course(course, own) for course in self.courses],
        }

    def _course(self, course: CourseInArm, own: FollowedTrial) -> dict[str, Any]:
        return {
            "arm": course.arm or None,
            "own": course.is_own,
            "outcome": course.outcome,
            "parts_on_day": None if course.parting is None else course.parting.day,
            "parting": None if course.parting is None else list(course.parting.told),
            "events": [
                {
                    "day": entry.day - self.enrolled,
                    "date": own.scenario.date(entry.day).isoformat(),
                    "kind": entry.kind,
                    "text": entry.text,
                    "ends_day": None if entry.ends is None else entry.ends - self.enrolled,
                }
                for entry in course.entries
            ],
        }


def arm_courses(own: FollowedTrial, patient: int, coupling: Coupling) -> ArmCourses:
    """The courses of a patient who came to the trial, in their own arm and in each of the others."""
    number, last_day = int(own.arm_of[patient]), own.last_day
    arms = own.scenario.arms
    mine = arms[number] if number >= 0 else ""
    others = _others(own.course, mine, coupling) if mine else {}
    courses = [_course(own, patient, mine, None)]
    for arm, other in others.items():
        courses.append(_course(other, patient, arm, parting(own, other, patient, last_day)))
    return ArmCourses(
        patient,
        own.storyteller.described(patient),
        float(own.chunk.enrolled[patient]),
        coupling,
        tuple(courses),
        "" if others else NOBODY_KNOWS if mine else NEVER,
    )


def _others(own: Course, mine: str, coupling: Coupling) -> Mapping[str, FollowedTrial]:
    """The trials in which the patients of an arm are in each of the others; none where nobody can know."""
    others = {arm: other_courses(own, (arm, mine), [coupling]) for arm in own.scenario.arms if arm != mine}
    return {arm: FollowedTrial(courses[coupling]) for arm, courses in others.items() if courses}


def _course(trial: FollowedTrial, patient: int, arm: str, parts: Parting | None) -> CourseInArm:
    journal, scenario = trial.journal_of(patient, trial.last_day), trial.scenario
    events = [scenario.vocabulary[code] for code in journal.event.tolist()]
    columns = list(zip(journal.day.tolist(), events, journal.value.tolist(), strict=True))
    entered = [scenario.entry(event.step).label for _, event, _ in columns if event.kind == "enter"]
    entries = (
        DatedEntry(day, event.kind, trial.storyteller.sentence(patient, day, event, value), _end(columns, at))
        for at, (day, event, value) in enumerate(columns)
        if _is_told(trial, event)
    )
    return CourseInArm(arm, parts is None, tuple(entries), entered[-1], parts)


def _is_told(trial: FollowedTrial, event: Event) -> bool:
    """Whether an entry of the journal is told: not that a patient passes a step in which nobody stays."""
    match event.kind:
        case "enter":
            entry = trial.scenario.entry(event.step)
            return entry.number == 0 or (entry.spec.is_stay and not entry.spec.is_end)
        case "toxicity" | "assess" | "arm" | "exit":
            return True
        case _:
            return False


def _end(columns: list[tuple[float, Event, float]], at: int) -> float | None:
    """The day on which a toxicity is over."""
    event = columns[at][1]
    if event.kind != "toxicity":
        return None
    return next((day for day, one, _ in columns[at:] if one.kind == "resolved" and one[2:] == event[2:]), None)


def lasted(entry: DatedEntry) -> str:
    """How long a toxicity lasted, to be put behind it."""
    days = 0 if entry.ends is None else round(entry.ends - entry.day)
    return f", {counted(days, 'day')}" if days else ""


def before_arms(course: CourseInArm) -> Iterator[DatedEntry]:
    """What happened before the randomization, which is the same in every arm; all of it where there was none."""
    for entry in course.entries:
        if entry.kind == "arm" and course.arm:
            return
        yield entry
