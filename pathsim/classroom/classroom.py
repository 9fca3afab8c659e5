"""A class: what its code opens for each student, by their number."""

from dataclasses import dataclass, replace
from typing import NamedTuple

from pathsim.classroom.code import ClassCode
from pathsim.classroom.material import Material, MaterialError, material_of
from pathsim.lessons.lesson import Lesson
from pathsim.lessons.read import lesson
from pathsim.player.lesson_session import LessonSession
from pathsim.state import AppState, Settings

SIBLINGS = 10_000
"""Trials of the seed among which those of the class are shown."""
TEACHER, MOST_STUDENTS = 0, SIBLINGS - 1
"""The number of the teacher, and the largest one of a student: their trial is one of the siblings."""


class ClassTrial(NamedTuple):
    """The trial that somebody in a class sees."""

    scenario: str
    """What to write on the command line to get it."""
    settings: Settings
    seed: int
    replicate: int


@dataclass(frozen=True, slots=True)
class Classroom:
    """A class with its code, and what it is about. Students have numbers from 1; number 0 is the teacher."""

    code: ClassCode
    material: Material

    @classmethod
    def of(cls, material: Material, seed: int | None = None, *, is_same: bool = False) -> "Classroom":
        """A new class. Without a seed all see the trial that the material says itself.

        Raises MaterialError if it says none, or if each is to see another one.
        """
        if seed is None and (material.trial.seed is None or not is_same):
            raise MaterialError(f"say of which seed the trials of the class are: '{material.name}' alone says none")
        return cls(ClassCode(material.name_bits, material.version_bits, seed, is_same), material)

    @classmethod
    def read(cls, text: str, file: str | None = None) -> "Classroom":
        """The class of a code that somebody typed; ``file`` is what it is about, if that did not come with pathsim.

        Raises ClassCodeError, MaterialError or ScenarioError.
        """
        code = ClassCode.read(text)
        return cls(code, material_of(code, file))

    def student(self, number: int) -> LessonSession | AppState:
        """What opens for this number: the lesson, which begins beside the trial of this number, or that trial alone."""
        if not self.material.is_lesson:
            trial = self.trial(number)
            return AppState(trial.scenario, trial.seed, trial.replicate, trial.settings, is_playing=True)
        own = None if self.has_same_trial or number == TEACHER else self.state(number)
        seed, replicate = self._given
        return LessonSession(self.lesson(), seed=seed, replicate=replicate, student=number or None, own=own)

    def lesson(self) -> Lesson:
        """The lesson, which is the same for all: what it says of a trial is true of its own, and not of every other.

        Raises LookupError if the class is about a scenario alone.
        """
        if not self.material.is_lesson:
            raise LookupError(f"'{self.material.name}' is no lesson")
        seed, replicate = self._given
        return lesson(self.material.asked, seed=seed, replicate=replicate)

    @property
    def _given(self) -> tuple[int | None, int | None]:
        """Of which seed and replicate the lesson is given, where not of its own."""
        seed = self.code.seed
        if self.has_same_trial:
            return seed, None if seed is None else 0
        return (None if seed == self.material.trial.seed else seed), None

    def trial(self, number: int) -> ClassTrial:
        """The trial that this number sees, wherever the lesson shows no other one."""
        state = self.state(number)
        if state.seed is None:
            raise MaterialError(f"'{self.material.name}' says no seed, and the code has none")
        return ClassTrial(state.scenario, state.settings, state.seed, state.replicate)

    def state(self, number: int) -> AppState:
        """The same as the app takes it."""
        own = self.material.trial
        seed, replicate = self._asked(number)
        return own if seed is None else replace(own, seed=seed, replicate=replicate or 0)

    @property
    def has_same_trial(self) -> bool:
        """Whether all see the same trial."""
        return self.code.is_same

    def _asked(self, number: int) -> tuple[int | None, int | None]:
        """The seed and the replicate that the code says for a number: neither for the trial of the material itself."""
        if not TEACHER <= number <= MOST_STUDENTS:
            raise ValueError(f"students have numbers from 1 to {MOST_STUDENTS:,}, and the teacher has 0: not {number}")
        return self.code.seed, None if self.code.is_same else number
