"""What a class has answered: a bar for each choice, or the predictions; and who has answered."""

from collections.abc import Iterator, Mapping
from statistics import median

import numpy as np

from pathsim.app.canvas import Canvas, shortened
from pathsim.app.widgets.picture import Picture
from pathsim.lessons.lesson import FigureValue, LessonQuestion
from pathsim.lessons.words import made
from pathsim.player.class_session import ClassSession
from pathsim.player.lesson_session import LessonSession
from pathsim.text import counted

BAR = "█"
MOST_LETTERS = 200
"""Of the words of a choice."""
MOST_BINS = 8
"""Bars of predictions, at most."""
CELL = 8
"""Columns of a student."""
ANSWERED, READING, AWAY = "●", "○", "·"


class Votes(Picture):
    """The question, and how the class answers it."""

    lesson: LessonSession | None = None
    classroom: ClassSession | None = None

    def show(self, lesson: LessonSession, classroom: ClassSession) -> None:
        """Draw the question that the lesson is at."""
        self.lesson, self.classroom = lesson, classroom
        self.redraw()

    def draw(self, canvas: Canvas) -> None:
        """The question, and a bar for each answer: without numbers until the teacher shows them."""
        lesson, classroom = self.lesson, self.classroom
        if lesson is None or classroom is None:
            return
        question = None if lesson.step is None else lesson.step.question
        if question is None:
            canvas.write(0, 1, shortened(self._elsewhere(classroom), canvas.width - 2), "dim")
            return
        row = 0
        for line in _plain(question.text, lesson.told, canvas.width - 2):
            canvas.write(row, 1, line, "text!")
            row += 1
        row += 1
        bars = list(self._bars(lesson, classroom, question))
        is_shown = lesson.page in classroom.unveiled
        self._draw_bars(canvas, row, bars, is_shown=is_shown)
        if not is_shown and row + len(bars) + 1 < canvas.height:
            given = len(classroom.given(lesson.page))
            told = f"{counted(given, 'answer')} so far; how many chose what is shown with a"
            canvas.write(min(row + 2 * len(bars), canvas.height - 1), 1, shortened(told, canvas.width - 2), "dim")

    def _elsewhere(self, classroom: ClassSession) -> str:
        there = sum(classroom.news.places.get(student, 0) >= self._page for student in classroom.news.present)
        return f"Nothing is asked on this page. {counted(there, 'student')} of {len(classroom.news.present)} are here."

    @property
    def _page(self) -> int:
        return 0 if self.lesson is None else self.lesson.page

    def _bars(
        self, lesson: LessonSession, classroom: ClassSession, question: LessonQuestion
    ) -> Iterator[tuple[str, int, bool]]:
        """The words of each bar, how many it is, and whether it is the right one."""
        if question.choices:
            for number, (choice, count) in enumerate(
                zip(question.choices, classroom.votes(lesson.page, question), strict=True)
            ):
                told = " ".join(_plain(choice.text, lesson.told, MOST_LETTERS))
                yield f"{number + 1}  {told}", count, choice.is_right and not lesson.is_asking
            return
        found = classroom.predictions(lesson.page)
        if not found:
            yield "no prediction yet", 0, False
            return
        counts, edges = np.histogram(found, bins=min(MOST_BINS, max(len(set(found)), 1)))
        answer = lesson.told.get(question.predicts)
        for count, lower, upper in zip(counts.tolist(), edges[:-1].tolist(), edges[1:].tolist(), strict=True):
            is_right = not lesson.is_asking and answer is not None and lower <= _as_told(answer) <= upper
            yield f"{lower:.3g} to {upper:.3g}", count, is_right
        told = "" if lesson.is_asking or answer is None else f"; it is {answer.told}"
        yield f"median {median(found):.3g}, from {found[0]:.3g} to {found[-1]:.3g}{told}", -1, False

    def _draw_bars(self, canvas: Canvas, row: int, bars: list[tuple[str, int, bool]], *, is_shown: bool) -> None:
        words = min(max((len(text) for text, _, _ in bars), default=0), canvas.width // 2)
        total = max(sum(count for _, count, _ in bars if count > 0), 1)
        most = max((count for _, count, _ in bars), default=0)
        room = canvas.width - words - 14
        step = 2 if row + 2 * len(bars) <= canvas.height else 1
        for text, count, is_right in bars:
            if row >= canvas.height:
                return
            if count < 0:
                if is_shown:
                    canvas.write(row, 1, shortened(text, canvas.width - 2), "text!")
                return
            fore = "text!" if is_right or (is_shown and count == most and count) else "text"
            canvas.write(row, 1, shortened(text, words), fore)
            if is_shown and room > 0:
                column = canvas.write(row, words + 3, BAR * round(room * count / max(most, 1)), fore)
                sign = " ✓" if is_right else ""
                canvas.write(row, column + 1, f"{count}  {count / total:.0%}{sign}", fore)
            row += step


class Attendance(Picture):
    """Who is there, and who has answered."""

    lesson: LessonSession | None = None
    classroom: ClassSession | None = None

    def show(self, lesson: LessonSession | None, classroom: ClassSession) -> None:
        """Draw all students."""
        self.lesson, self.classroom = lesson, classroom
        self.redraw()

    def draw(self, canvas: Canvas) -> None:
        """A point and a number for each: full for who has answered, smaller for who has left."""
        if self.classroom is None:
            return
        asks = self.lesson is not None and self.lesson.step is not None and self.lesson.step.question is not None
        given = self.classroom.given(self.lesson.page) if self.lesson is not None and asks else {}
        columns = max((canvas.width - 2) // CELL, 1)
        shown = range(1, self.classroom.news.joined + 1)[: columns * canvas.height]
        for place, student in enumerate(shown):
            is_here = student in self.classroom.news.present
            sign = ANSWERED if student in given or (is_here and not asks) else READING if is_here else AWAY
            fore = "text" if sign == ANSWERED else "dim"
            canvas.write(place // columns, 1 + place % columns * CELL, f"{sign} {student:02d}", fore)


def _as_told(answer: FigureValue) -> float:
    """A figure as one who predicts it writes it: shares in per cent."""
    return answer.number * 100 if answer.told.endswith("%") else answer.number


def _plain(text: str, told: Mapping[str, FigureValue], width: int) -> Iterator[str]:
    """A text of a lesson in lines, without what makes its words bold."""
    for block in made(text, told):
        for line in block.lines(width):
            yield "".join(run.text for run in line)
