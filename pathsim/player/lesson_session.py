"""A lesson that is being given: on which page one is, and what was answered."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from pathsim.lessons.lesson import Beside, FigureValue, Lesson, LessonFigure, LessonStep
from pathsim.state import AppState

LONGEST_GUESS = 8
"""Characters of a number that is predicted."""


@dataclass
class LessonSession:
    """Where one is in a lesson. Its first page says what it is about; then there is one for each step."""

    lesson: Lesson
    page: int = 0
    seed: int | None = None
    replicate: int | None = None
    """Of which trial it is given, if not of that which its file says."""
    student: int | None = None
    """To whom it is given in a class, by their number."""
    own: AppState | None = None
    """The trial that is this student's alone; it stands beside the first page."""
    chosen: dict[int, int] = field(default_factory=dict)
    """By page, the choice that is marked."""
    guesses: dict[int, str] = field(default_factory=dict)
    """By page, what was typed as a prediction."""
    revealed: set[int] = field(default_factory=set)
    """The pages whose question has been answered, or was passed over."""
    given: dict[int, str] = field(default_factory=dict)
    """By page, the answer before what follows was shown: the number of the choice, counted from 1, or the guess."""
    values: dict[LessonFigure, FigureValue] = field(default_factory=dict)
    """The figures that are computed."""
    is_led: bool = False
    """Whether what follows a question is shown when the teacher of a class shows it, to all at once."""
    opened: set[int] = field(default_factory=set)
    """The pages of which the teacher has shown it."""

    @property
    def pages(self) -> int:
        """How many there are."""
        return len(self.lesson.steps) + 1

    @property
    def step(self) -> LessonStep | None:
        """The step of this page; None on the first."""
        return self.lesson.steps[self.page - 1] if self.page else None

    @property
    def beside(self) -> Beside:
        """What stands beside the text."""
        step = self.lesson.steps[max(self.page - 1, 0)]
        if self.step is None and self.own is not None:
            return step.beside._replace(state=replace(self.own, day=step.state.day, endpoint=step.state.endpoint))
        answered = step.beside_answer if self.page in self.revealed else None
        return answered or step.beside

    @property
    def state(self) -> AppState:
        """What the trial beside the text is to be."""
        return self.beside.state

    @property
    def told(self) -> dict[str, FigureValue]:
        """The figures of this page that are computed, by name."""
        return {} if self.step is None else self.step.values(self.values)

    @property
    def unknown(self) -> tuple[LessonFigure, ...]:
        """The figures that are not computed yet."""
        return tuple(figure for figure in self.lesson.figures if figure not in self.values)

    @property
    def has_to_be_predicted(self) -> bool:
        """Whether a number is still to be predicted, which no chart may give away before."""
        return any(
            step.question is not None and step.question.predicts and page not in self.revealed
            for page, step in enumerate(self.lesson.steps, 1)
        )

    @property
    def is_asking(self) -> bool:
        """Whether a question waits for its answer."""
        return self.step is not None and self.step.question is not None and self.page not in self.revealed

    @property
    def is_waiting(self) -> bool:
        """Whether the answer is given, and the teacher has not shown yet what follows."""
        return self.is_asking and self.is_led and self.page in self.given

    @property
    def is_predicting(self) -> bool:
        """Whether that is a number."""
        return self.is_asking and self.step is not None and bool(self.step.question and self.step.question.predicts)

    @property
    def choices(self) -> int:
        """Between how many answers one can choose."""
        question = None if self.step is None else self.step.question
        return 0 if question is None else len(question.choices)

    @property
    def choice(self) -> int | None:
        """The number of the choice that is marked; None if none is."""
        return self.chosen.get(self.page)

    @property
    def guess(self) -> str:
        """What was typed as a prediction."""
        return self.guesses.get(self.page, "")

    def turn(self, pages: int) -> bool:
        """Go on, or back; whether that leads to another page. What follows a question is shown first."""
        if pages > 0 and self.is_asking:
            self.reveal()
            return False
        before, self.page = self.page, min(max(self.page + pages, 0), self.pages - 1)
        return self.page != before

    def reveal(self) -> None:
        """Give the answer, or none, and show what follows the question; in a class that is led, once all see it.

        What is marked later is no answer.
        """
        if not self.is_asking:
            return
        is_late = self.is_led and self.page in self.opened
        if (answer := self.answer) and not is_late:
            self.given[self.page] = answer
        if not self.is_led or is_late:
            self.revealed.add(self.page)

    def open(self, pages: Iterable[int]) -> None:
        """Show what follows the questions of these pages to those who have answered; the others see it once they do."""
        self.opened.update(pages)
        self.revealed |= self.opened & set(self.given)

    def take_up(self, given: Mapping[int, str], opened: Iterable[int]) -> None:
        """Go on with answers that were given before, by page."""
        self.given |= given
        for page, text in given.items():
            if 0 < page < self.pages and (question := self.lesson.steps[page - 1].question) is not None:
                if question.predicts:
                    self.guesses[page] = text
                elif text.isdigit() and 0 < int(text) <= len(question.choices):
                    self.chosen[page] = int(text) - 1
        self.open(opened)
        if not self.is_led:
            self.revealed |= set(given)

    @property
    def answer(self) -> str:
        """What is marked or typed on this page, as it is given; empty if nothing is."""
        if self.step is not None and self.step.question is not None and self.step.question.predicts:
            return self.guess
        return "" if self.choice is None else str(self.choice + 1)

    def choose(self, number: int) -> None:
        """Mark a choice, counted from 0. It can be changed afterwards, too."""
        if 0 <= number < self.choices:
            self.chosen[self.page] = number

    def move(self, step: int) -> None:
        """Mark the next choice, or the one before."""
        if self.choices:
            first = -1 if step > 0 else self.choices
            here = self.choice if self.choice is not None else first
            self.choose(min(max(here + step, 0), self.choices - 1))

    def type(self, character: str) -> None:
        """Add a character to the prediction; take the last one away with none."""
        if self.is_predicting:
            # As numbers are written elsewhere, too; a sign stands in front.
            character = character.replace(",", ".")
            text = self.guess[:-1] if not character else (self.guess + character)[:LONGEST_GUESS]
            if text.rfind("-") <= 0 and text.count(".") <= 1:
                self.guesses[self.page] = text
