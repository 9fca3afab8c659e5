"""What a lesson is: steps, each with a state of the app, what is said of it, and what is asked."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeAlias

from pathsim.state import AppState

Panel: TypeAlias = Literal["curves", "committee", "toxicity", "grades", "pathway", "ensemble", "log"]
"""What of the trial a step shows beside its text."""
Tell: TypeAlias = Literal["value", "mean", "median", "lower", "upper", "share", "number", "pairs"]
"""How a figure is told: of one trial its value; of many a mean or quantile, the share or number that meet a condition,
or the share of pairs of which one trial meets it and the other does not.
"""


@dataclass(frozen=True, slots=True)
class LessonFigure:
    """A figure that a lesson tells, computed whenever it is given."""

    state: AppState
    """Of which trial, how it is set, and until which date."""
    path: str
    """Of the figure in the results of a trial; empty for those who are counted by ``condition``."""
    tell: Tell = "value"
    over: int = 0
    """Over so many replicates of the seed; over none the trial alone."""
    condition: str = ""
    """Which replicates are counted."""
    where: tuple[str, ...] = ()
    """Among which replicates: those that meet all of these conditions."""
    null: bool = False
    """Whether all arms get the control arm's pathway."""


class FigureValue(NamedTuple):
    """A figure that has been computed."""

    number: float
    """NaN where nothing can be estimated."""
    told: str


@dataclass(frozen=True, slots=True)
class LessonChoice:
    """One of the answers between which one chooses."""

    text: str
    is_right: bool = False
    why: str = ""
    """What is said to those who chose it: the misconception behind it, or why it is so."""


@dataclass(frozen=True, slots=True)
class LessonQuestion:
    """What is asked: to choose, to predict a figure, or to vote where nothing is right."""

    text: str
    choices: tuple[LessonChoice, ...] = ()
    predicts: str = ""
    """The name of the figure whose value is to be predicted."""

    @property
    def is_vote(self) -> bool:
        """Whether there is no right answer."""
        return not self.predicts and not any(choice.is_right for choice in self.choices)


class Beside(NamedTuple):
    """What of a trial stands beside a text."""

    state: AppState
    panels: tuple[Panel, ...]


@dataclass(frozen=True, slots=True)
class LessonStep:
    """A page of a lesson. Its texts are Markdown, with names of figures in braces."""

    title: str
    line: int
    """Where it begins in the file."""
    beside: Beside
    say: str
    watch: str = ""
    """What to look at on the right."""
    question: LessonQuestion | None = None
    beside_answer: Beside | None = None
    """What stands there instead once the question is answered."""
    reveal: str = ""
    """What is said once everybody has answered."""
    notes: str = ""
    """For the teacher."""
    tries: tuple[str, ...] = ()
    """What to try oneself."""
    figures: Mapping[str, LessonFigure] = field(default_factory=dict)
    """Those that its texts name."""
    expected: tuple[tuple[str, float, float], ...] = ()
    """Between what figures must lie for the text to be true of them."""

    @property
    def state(self) -> AppState:
        """The trial that it speaks of."""
        return self.beside.state

    def values(self, computed: Mapping[LessonFigure, FigureValue]) -> dict[str, FigureValue]:
        """The figures that are computed, by the names that the texts have for them."""
        return {name: computed[figure] for name, figure in self.figures.items() if figure in computed}


@dataclass(frozen=True, slots=True)
class Lesson:
    """A lesson as its file has it."""

    name: str
    file: str
    asked: str
    """What to write on the command line to get it: its name, or its path."""
    title: str
    minutes: int
    objectives: tuple[str, ...]
    assumed: str
    """What the simulation assumes, which decides what can be learned from it."""
    sources: tuple[str, ...]
    """What is known of the questions and misconceptions, with where it was published."""
    story: str
    """What it is about, in a few sentences of Markdown."""
    notes: str
    """For the teacher, about the whole."""
    steps: tuple[LessonStep, ...]
    trial: AppState
    """The trial that it is about: that of every step which says no other one."""

    @property
    def figures(self) -> tuple[LessonFigure, ...]:
        """All that it tells, each once."""
        return tuple(dict.fromkeys(figure for step in self.steps for figure in step.figures.values()))
