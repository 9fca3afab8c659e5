"""The answers of a student as one short line that can be read out or pasted: ``17: 2=1 4=0.85 6=3``."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from pathsim.classroom.classroom import MOST_STUDENTS, TEACHER
from pathsim.lessons.lesson import Lesson, LessonQuestion
from pathsim.lessons.read import MOST_STEPS
from pathsim.player.lesson_session import LessonSession
from pathsim.text import counted, harmless

LONGEST_LINE = 1000
"""Characters of a line of answers."""
LARGEST_NUMBER = 1_000_000_000
MOST_REMARKS = 100
"""So many are told of a text, and how many more there are."""
_LINE = re.compile(r"\s*(?:student|#)?\s*(\d{1,9})\s*[:.)]?\s*(.*)", re.IGNORECASE | re.ASCII | re.DOTALL)
_NUMBER = r"[+-]?(?:\d{1,9}(?:[.,]\d{1,9})?|[.,]\d{1,9})"
_ANSWER = re.compile(rf"[\s,;]*(\d{{1,3}})\s*[=:]\s*({_NUMBER})\s*%?(?![\w=%]|\.\d)", re.ASCII)
"""The number of a step and what was answered there. A comma in a number is no comma between answers: ``2=1,4=3``."""
_BETWEEN = re.compile(r"[\s,;.]*")
_FORM = "write the student's number and, for each step, its number and the answer, such as 17: 2=1 4=0.85"


class AnswerError(ValueError):
    """A text that is no line of answers, with a sentence for the user."""


@dataclass(frozen=True, slots=True)
class Answers:
    """What a student has answered: by page, which is the number of the step, the choice (from 1) or the prediction."""

    student: int
    given: Mapping[int, str]

    def __str__(self) -> str:
        """The line, which ``read`` takes back."""
        return " ".join([f"{self.student}:", *(f"{page}={text}" for page, text in sorted(self.given.items()))])

    @classmethod
    def read(cls, line: str) -> "Answers":
        """The answers on a line. Raises AnswerError if there are none on it."""
        if len(line) > LONGEST_LINE:
            raise AnswerError(f"a line of answers has at most {LONGEST_LINE:,} characters: this one has {len(line):,}")
        if (found := _LINE.fullmatch(line)) is None:
            raise AnswerError(f"'{_shortened(line)}' is no line of answers: {_FORM}")
        student, rest = int(found[1]), found[2]
        if not TEACHER <= student <= MOST_STUDENTS:
            raise AnswerError(f"students have numbers from 1 to {MOST_STUDENTS:,}: {student} is none")
        given: dict[int, str] = {}
        place = 0
        while (answer := _ANSWER.match(rest, place)) is not None:
            page = int(answer[1])
            if page in given:
                raise AnswerError(f"student {student} answers step {page} twice")
            given[page], place = plain_number(answer[2].replace(",", ".")), answer.end()
        if _BETWEEN.fullmatch(rest, place) is None:
            raise AnswerError(f"'{_shortened(rest[place:])}' cannot be read: {_FORM}")
        return cls(student, given)


def answers_of(session: LessonSession, student: int) -> Answers:
    """What has been answered in a lesson so far, by the student with this number."""
    return answers_given(session.given, student)


def answers_given(given: Mapping[int, str], student: int) -> Answers:
    """These answers, by page, without those that are no numbers."""
    numbers = {page: plain_number(text.replace(",", ".").rstrip(" %")) for page, text in sorted(given.items())}
    return Answers(student, {page: number for page, number in numbers.items() if number})


def plain_number(text: str) -> str:
    """A number without what it does not need, such as ``0.5`` for ``.50``; empty for a text that is none."""
    try:
        number = float(text)
    except ValueError:
        return ""
    return f"{number + 0.0:.9f}".rstrip("0").rstrip(".") if abs(number) < LARGEST_NUMBER else ""


def checked(answers: Answers, lesson: Lesson) -> tuple[Answers, list[str]]:
    """The answers that go with the questions of a lesson, and a sentence for each that does not."""
    found = {page: _wrong(page, text, lesson) for page, text in answers.given.items()}
    fitting = {page: text for page, text in answers.given.items() if not found[page]}
    return Answers(answers.student, fitting), [told for told in found.values() if told]


class AnswerSheet(NamedTuple):
    """The answers of a class, each student's once."""

    answers: tuple[Answers, ...]
    """In the order of their numbers."""
    remarks: tuple[str, ...]
    """What was left out, with the line on which it stands."""


def answer_sheet(text: str, lesson: Lesson | None) -> AnswerSheet:
    """The answers in a text of many lines; what is none of them, or goes with no question, is left out and told.

    Of several lines of a student the last one with an answer counts. Without a lesson there are no questions.
    """
    found: dict[int, tuple[int, Answers]] = {}
    remarks: list[str] = []
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        try:
            read = Answers.read(line)
        except AnswerError as wrong:
            remarks.append(f"line {number:,}: {wrong}")
            continue
        if read.student == TEACHER:
            remarks.append(f"line {number:,}: {TEACHER} is the number of the teacher, whose answers are not counted")
            continue
        answers, wrong_ones = checked(read, lesson) if lesson is not None else (Answers(read.student, {}), [])
        remarks += [f"line {number:,}, student {read.student}: {told}" for told in wrong_ones]
        before = found.get(read.student)
        if before is not None and answers.given:
            told = f"a later line of student {read.student}, which counts, not line {before[0]:,}"
            remarks.append(f"line {number:,}: {told}")
        if before is None or answers.given:
            found[read.student] = number, answers
    if len(remarks) > MOST_REMARKS:
        remarks[MOST_REMARKS:] = [f"and {counted(len(remarks) - MOST_REMARKS, 'more remark')} like these"]
    return AnswerSheet(tuple(found[student][1] for student in sorted(found)), tuple(remarks))


def _wrong(page: int, text: str, lesson: Lesson) -> str:
    """What is wrong with an answer to the question of a page; empty if nothing is."""
    if not 1 <= page <= min(len(lesson.steps), MOST_STEPS):
        return f"there is no step {page}, for the lesson has {counted(len(lesson.steps), 'step')}"
    question = lesson.steps[page - 1].question
    if question is None:
        return f"step {page} asks nothing"
    return "" if _fits(text, question) else _wanted(page, text, question)


def _fits(text: str, question: LessonQuestion) -> bool:
    if not question.choices:
        return bool(plain_number(text))
    return text.isascii() and text.isdigit() and 1 <= int(text) <= len(question.choices)


def _wanted(page: int, text: str, question: LessonQuestion) -> str:
    if question.choices:
        return f"step {page} has answers 1 to {len(question.choices)}, and {_shortened(text)} is none"
    return f"step {page} asks for a number, and '{_shortened(text)}' is none"


def _shortened(text: str) -> str:
    told = text.strip()
    return harmless(told if len(told) <= 40 else f"{told[:40]}…")
