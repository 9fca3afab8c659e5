"""The text of a lesson: what is said, what is asked, and once that is answered what was to be seen."""

from collections.abc import Iterator

from textual import events

from pathsim.app.canvas import Canvas, shortened
from pathsim.app.widgets.picture import Picture
from pathsim.lessons.lesson import LessonStep
from pathsim.lessons.words import PENDING, Run, made
from pathsim.names import in_line
from pathsim.player.lesson_session import LessonSession
from pathsim.text import counted

Line = list[tuple[str, str]]
"""Pieces of text with the names of their colors."""
DIGITS, TYPED = "123456789", "0123456789.,-"
"""Keys that choose, and those that a number is typed with."""
OWN_TRIAL = (
    "Beside this page stands **your own trial**, number {} of the class: the same design and the same truth as "
    "everybody's, and patients of its own. **space** lets it run. The pages that follow speak of one trial, the same "
    "for all."
)
"""What is said to a student in a class."""
RIGHT, WRONG, MARK = "✓", "✗", "▌"


class Reading(Picture):
    """A page of a lesson."""

    can_focus = True
    session: LessonSession | None = None
    first_line = 0
    """How many lines are above what is seen."""

    def show(self, session: LessonSession) -> None:
        """Draw the page that one is on."""
        self.session = session
        self.redraw()

    def takes(self, event: events.Key) -> bool:
        """Mark the choice of a digit, or type a number where one is predicted; whether the key is one for that."""
        session = self.session
        if session is None:
            return False
        if session.is_predicting and (event.key == "backspace" or event.character in set(TYPED)):
            session.type("" if event.key == "backspace" else str(event.character))
        elif session.choices and event.character in set(DIGITS[: session.choices]):
            session.choose(DIGITS.index(str(event.character)))
        else:
            return False
        self.redraw()
        return True

    def follow(self, *, to_end: bool) -> None:
        """Show the beginning of the page, or its end if it is longer than there is room for."""
        self.first_line = self._most if to_end else 0
        self.redraw()

    def scroll(self, lines: int) -> None:
        """Show other lines of the page."""
        self.first_line = min(max(self.first_line + lines, 0), self._most)
        self.redraw()

    @property
    def _most(self) -> int:
        return max(len(list(self._lines(self.size.width - 2))) - self.size.height, 0)

    def draw(self, canvas: Canvas) -> None:
        """The lines for which there is room, and a sign where there are more."""
        lines = list(self._lines(canvas.width - 2))
        self.first_line = min(self.first_line, max(len(lines) - canvas.height, 0))
        seen = lines[self.first_line : self.first_line + canvas.height]
        for row, pieces in enumerate(seen):
            column = 1
            is_mine = bool(pieces) and pieces[0] == (MARK, "yours")
            if is_mine:
                canvas.fill(row, 1, canvas.width - 2, "select")
            for text, fore in pieces:
                column = canvas.write(row, column, text, fore)
        if self.first_line:
            canvas.write(0, canvas.width - 1, "↑", "yours")
        if self.first_line + canvas.height < len(lines):
            canvas.write(canvas.height - 1, canvas.width - 1, "↓", "yours")

    def _lines(self, width: int) -> Iterator[Line]:
        session = self.session
        if session is None or width < 8:
            return
        step = session.step
        if step is None:
            yield from _introduction(session, width)
            return
        yield [(shortened(in_line(step.title), width), "title")]
        yield []
        yield from self._said(step.say, width)
        # Once something else is shown, it is no longer there.
        if step.watch and session.beside == step.beside:
            yield []
            yield from self._said(f"→ {step.watch}", width, "dim")
        if step.question is not None:
            yield []
            yield from self._question(session, step, width)
        if session.is_asking or not (step.reveal or step.tries):
            return
        if step.question is not None:
            yield []
            yield [("─" * width, "rule")]
        yield from self._said(step.reveal, width)
        for number, text in enumerate(step.tries):
            if not number:
                yield []
                yield [("Try it", "title")]
            yield from self._said(f"- {text}", width, "dim")

    def _said(self, text: str, width: int, fore: str = "text") -> Iterator[Line]:
        """Paragraphs, with an empty line between them but none between entries of a list."""
        session = self.session
        values = {} if session is None else session.told
        before = None
        for block in made(text, values):
            if before is not None and not (block.mark and before.mark):
                yield []
            for line in block.lines(width):
                yield [(run.text, _fore(run, fore)) for run in line]
            before = block

    def _question(self, session: LessonSession, step: LessonStep, width: int) -> Iterator[Line]:
        question = step.question
        if question is None:
            return
        yield from self._said(question.text, width, "text!")
        yield []
        if question.predicts:
            yield from self._prediction(session, question.predicts)
        for number, choice in enumerate(question.choices):
            is_mine, is_open = session.choice == number, not session.is_asking
            sign = ""
            if is_open and not question.is_vote:
                sign = RIGHT if choice.is_right else WRONG if is_mine else ""
            fore = "yours" if is_mine else "text!" if sign else "text"
            told = f"{number + 1}  {choice.text} {sign}"
            for row, line in enumerate(self._said(told, width - 2, fore)):
                yield [(MARK, "yours") if is_mine else (" ", "text"), (" " if row == 0 else "    ", fore), *line]
            if is_open and is_mine and choice.why:
                yield from ([("     ", "dim"), *line] for line in self._said(choice.why, width - 5, "dim"))
        if session.is_asking:
            yield []
            yield from self._said(_how(session), width, "dim")

    def _prediction(self, session: LessonSession, name: str) -> Iterator[Line]:
        found = session.told.get(name)
        guess = session.guess or ("_" if session.is_asking else "")
        if session.is_asking:
            yield [(MARK, "yours"), (f" {guess}", "yours!")]
            return
        if guess:
            yield [(MARK, "yours"), (f" you said {guess}", "yours")]
        yield [(f"  it is {PENDING if found is None else found.told}", "text!")]


def _fore(run: Run, fore: str) -> str:
    return f"{fore.rstrip('!')}!" if run.is_bold else fore


def _how(session: LessonSession) -> str:
    if session.is_waiting:
        told = "What follows is shown to all at once; until then you can answer again."
        return f"Your answer is in: **{session.given[session.page]}**. {told}"
    if session.is_led:
        typed = "Type a number" if session.is_predicting else f"**1** to **{session.choices}** choose"
        return f"{typed}, **enter** answers."
    if session.is_predicting:
        return "Type a number; **enter** shows what came of it."
    return f"**1** to **{session.choices}** choose, **enter** answers, **→** passes."


def _introduction(session: LessonSession, width: int) -> Iterator[Line]:
    """What the lesson is about, what one learns, and what is assumed."""
    lesson = session.lesson
    yield [(shortened(in_line(lesson.title), width), "title")]
    yield [(f"{counted(lesson.minutes, 'minute')}, {counted(len(lesson.steps), 'step')}", "dim")]
    yield []

    def said(text: str, fore: str = "text") -> Iterator[Line]:
        for block in made(text, {}):
            yield from ([(run.text, _fore(run, fore)) for run in line] for line in block.lines(width))

    yield from said(lesson.story)
    if session.own is not None:
        yield []
        yield from said(OWN_TRIAL.format(session.student))
    yield []
    yield [("Afterwards you can", "text!")]
    for objective in lesson.objectives:
        yield from said(f"- {objective}")
    yield []
    yield [("What is assumed", "text!")]
    yield from said(lesson.assumed, "dim")
    if lesson.sources:
        yield []
        yield [("What is known", "text!")]
        for source in lesson.sources:
            yield from said(f"- {source}", "dim")
    yield []
    yield from said("**→** begins", "dim")


class LessonProgress(Picture):
    """How far one is in a lesson: a point for each page."""

    session: LessonSession | None = None
    remark = ""

    def show(self, session: LessonSession, remark: str) -> None:
        """Draw where one is, and a remark beside it."""
        self.session, self.remark = session, remark
        self.redraw()

    def draw(self, canvas: Canvas) -> None:
        """Points on a line: full where one has been."""
        session = self.session
        if session is None:
            return
        column = 1
        for page in range(session.pages):
            here = page == session.page
            sign = "◉" if here else "●" if page < session.page else "○"
            column = canvas.write(0, column, sign, "yours!" if here else "text" if page < session.page else "dim")
            if page < session.pages - 1:
                column = canvas.write(0, column, "──", "text" if page < session.page else "dim")
        if self.remark:
            canvas.write(0, column + 3, self.remark, "yours")
