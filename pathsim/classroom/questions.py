"""What a class has answered to the questions of a lesson."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import median
from typing import NamedTuple

from pathsim.classroom.answers import Answers
from pathsim.classroom.classroom import Classroom
from pathsim.ensembles.summary import Summary
from pathsim.lessons.lesson import FigureValue, LessonFigure, LessonQuestion, LessonStep
from pathsim.lessons.read import NAMED, lesson
from pathsim.lessons.words import plain

LONGEST = 10_000
"""Characters to a line, so that none is broken."""


@dataclass(frozen=True, slots=True)
class ChoiceCount:
    """How many have chosen an answer."""

    text: str
    is_right: bool
    """By the lesson; of a vote none is."""
    count: int


@dataclass(frozen=True, slots=True)
class QuestionAnswers:
    """A question of a lesson, and what a class has answered to it."""

    page: int
    """The number of its step."""
    title: str
    text: str
    choices: tuple[ChoiceCount, ...]
    predictions: tuple[float, ...]
    """In order of size, where a number is to be predicted."""
    truth: str
    """What is right by the lesson: an answer or more, or the figure that is predicted; of a vote nothing."""
    missing: int
    """How many students of the class have not answered it."""
    depends_on_trial: bool
    """Whether the lesson supposes something here of its own trial, and the class has another seed."""

    @property
    def answered(self) -> int:
        """How many have."""
        return len(self.predictions) + sum(choice.count for choice in self.choices)

    @property
    def middle(self) -> float:
        """The median of the predictions; NaN if there are none."""
        return median(self.predictions) if self.predictions else math.nan

    def as_results(self) -> Summary:
        """The same as JSON has it."""
        found: Summary = {
            "step": self.page,
            "title": self.title,
            "question": self.text,
            "answered": self.answered,
            "missing": self.missing,
            "truth": self.truth or None,
            "depends_on_trial": self.depends_on_trial,
        }
        if self.choices:
            return found | {"choices": [asdict(choice) for choice in self.choices]}
        return found | {"predictions": list(self.predictions), "median": self.middle}


class _Asked(NamedTuple):
    """A step that asks something."""

    page: int
    step: LessonStep
    question: LessonQuestion
    named: tuple[str, ...]
    """The figures that its question and answers name."""
    depends_on_trial: bool


def question_figures(classroom: Classroom) -> tuple[LessonFigure, ...]:
    """The figures that questions name. Raises as ``questions_of`` does."""
    return tuple(dict.fromkeys(one.step.figures[name] for one in _asked(classroom) for name in one.named))


def trial_questions(classroom: Classroom) -> tuple[int, ...]:
    """The steps whose questions suppose something of the lesson's own trial, where a class has another seed.

    What the lesson calls right need not be right there. Raises as ``questions_of`` does.
    """
    return tuple(one.page for one in _asked(classroom) if one.depends_on_trial)


def questions_of(
    classroom: Classroom, answers: Sequence[Answers], values: Mapping[LessonFigure, FigureValue]
) -> tuple[QuestionAnswers, ...]:
    """Every question of the lesson with what these students have answered, each of whom stands there once.

    Answers are ``checked`` ones. ``values`` are those of ``question_figures``; where one is missing there is an
    ellipsis. Raises LookupError if the class is about a scenario alone.
    """
    return tuple(_counted(one, answers, values) for one in _asked(classroom))


def _counted(asked: _Asked, answers: Sequence[Answers], values: Mapping[LessonFigure, FigureValue]) -> QuestionAnswers:
    question, mine = asked.question, asked.step.values(values)
    told = {name: mine[name] for name in asked.named if name in mine}
    given = [one.given[asked.page] for one in answers if asked.page in one.given]
    counts = Counter(given) if question.choices else Counter[str]()
    choices = tuple(
        ChoiceCount(plain(choice.text, told, LONGEST), choice.is_right, counts[str(number)])
        for number, choice in enumerate(question.choices, 1)
    )
    truth = "; ".join(choice.text for choice in choices if choice.is_right)
    if question.predicts:
        truth = told[question.predicts].told if question.predicts in told else ""
    return QuestionAnswers(
        page=asked.page,
        title=asked.step.title,
        text=plain(question.text, told, LONGEST),
        choices=choices,
        predictions=() if question.choices else tuple(sorted(map(float, given))),
        truth=truth,
        missing=len(answers) - len(given),
        depends_on_trial=asked.depends_on_trial,
    )


def _asked(classroom: Classroom) -> Iterator[_Asked]:
    """The steps of the lesson that ask something, beside those of who reads it alone."""
    own = lesson(classroom.material.asked)
    for page, step in enumerate(classroom.lesson().steps, 1):
        if (question := step.question) is None:
            continue
        kept = all(_is_same(name, step, own.steps[page - 1]) for name, _, _ in step.expected)
        yield _Asked(page, step, question, tuple(_named_in(question)), not kept)


def _is_same(name: str, step: LessonStep, other: LessonStep) -> bool:
    """Whether two are told the same figure: over many replicates it is all the same which of them they see."""
    return bool(step.figures[name].over) or step.figures[name] == other.figures[name]


def _named_in(question: LessonQuestion) -> list[str]:
    """The figures that a question and its answers name, and the one that is to be predicted."""
    texts = [question.text, *(choice.text for choice in question.choices)]
    named = [name for text in texts for name in NAMED.findall(text)]
    return list(dict.fromkeys(filter(None, [*named, question.predicts])))
