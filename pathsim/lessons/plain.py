"""A lesson in plain lines, for a pipe, a screen reader, or the teacher's own terminal."""

import string
from collections.abc import Iterator, Mapping, Sequence

from pathsim.lessons.lesson import FigureValue, Lesson, LessonStep
from pathsim.lessons.words import plain
from pathsim.text import counted

Values = Mapping[str, FigureValue]
WIDTH = 78


def introduction(lesson: Lesson) -> Iterator[str]:
    """What a lesson is about."""
    yield f"{lesson.title} ({counted(lesson.minutes, 'minute')})"
    yield plain(lesson.story, {}, WIDTH)
    yield "Afterwards you can\n" + "\n".join(plain(f"- {objective}", {}, WIDTH) for objective in lesson.objectives)
    yield plain(f"What is assumed: {lesson.assumed}", {}, WIDTH)


def said(number: int, lesson: Lesson, step: LessonStep, values: Values) -> Iterator[str]:
    """What is said in a step, and what is asked."""
    yield f"Step {number} of {len(lesson.steps)}: {step.title}"
    yield plain(step.say, values, WIDTH)
    if step.question is not None:
        yield plain(step.question.text, values, WIDTH)
        if step.question.choices:
            yield "\n".join(
                plain(f"{place}\\. {choice.text}", values, WIDTH)
                for place, choice in enumerate(step.question.choices, 1)
            )


def answered(step: LessonStep, answer: str, values: Values) -> Iterator[str]:
    """What is said to somebody who has answered: of their choice, and what came of it."""
    question = step.question
    if question is not None and question.predicts:
        told = values[question.predicts].told if question.predicts in values else ""
        yield f"You said {answer}; it is {told}." if answer else f"It is {told}."
    elif question is not None:
        choices = question.choices
        mine = int(answer) - 1 if answer.isascii() and answer.isdigit() and 0 < int(answer) <= len(choices) else None
        right = [choice.text for choice in choices if choice.is_right]
        if mine is not None:
            verdict = "" if question.is_vote else "Yes. " if choices[mine].is_right else "No. "
            if verdict or choices[mine].why:
                yield plain(f"{verdict}{choices[mine].why}".strip(), values, WIDTH)
        if right and (mine is None or not choices[mine].is_right):
            yield plain(f"Right is: {'; '.join(right)}.", values, WIDTH)
    if step.reveal:
        yield plain(step.reveal, values, WIDTH)


def notes(lesson: Lesson, values: Sequence[Values]) -> Iterator[str]:
    """All that the teacher should know: objectives, what is assumed, and for each step its answer and notes."""
    yield from introduction(lesson)
    if lesson.notes:
        yield "For the teacher\n" + plain(lesson.notes, {}, WIDTH)
    for number, step in enumerate(lesson.steps, 1):
        mine = values[number - 1]
        yield from said(number, lesson, step, mine)
        if step.question is not None and step.question.choices:
            for place, choice in zip(string.digits[1:], step.question.choices, strict=False):
                if choice.why:
                    yield plain(f"{place}\\. {'(right) ' if choice.is_right else ''}{choice.why}", mine, WIDTH)
        if step.question is not None and step.question.predicts:
            yield f"It is {mine[step.question.predicts].told}."
        if step.reveal:
            yield plain(f"Then: {step.reveal}", mine, WIDTH)
        if step.notes:
            yield plain(f"Note: {step.notes}", mine, WIDTH)
    if lesson.sources:
        yield "What is known\n" + "\n".join(plain(f"- {source}", {}, WIDTH) for source in lesson.sources)
