"""A lesson on paper: a page with its questions to hand out, and one with the answers."""

from collections.abc import Iterator, Sequence
from html import escape

from pathsim.lessons.lesson import Lesson, LessonStep
from pathsim.lessons.plain import Values
from pathsim.lessons.words import html, inline_html
from pathsim.text import counted, harmless

STYLE = """
@page { size: A4; margin: 18mm 20mm; }
:root { color-scheme: light; }
body { font: 11pt/1.45 Georgia, "Times New Roman", serif; color: #111; }
body { max-width: 42em; margin: 2em auto; padding: 0 1em; }
h1 { font-size: 1.6em; line-height: 1.2; margin: 0 0 .2em; }
h2 { font-size: 1.1em; margin: 1.6em 0 .4em; }
.about { color: #444; margin: 0 0 1.2em; }
section { break-inside: avoid; border-top: 1px solid #999; }
.ask { font-weight: bold; }
ol.choices { list-style: none; padding: 0; }
ol.choices li { margin: .35em 0 .35em 1.9em; text-indent: -1.9em; }
ol.choices li::before { content: "\\2610"; display: inline-block; width: 1.9em; text-indent: 0; }
ol.choices li.right::before { content: "\\2611"; }
ol.choices li.right { font-weight: bold; }
.why { display: block; font-weight: normal; font-size: .92em; color: #333; text-indent: 0; }
.line { border-bottom: 1px solid #999; height: 1.9em; }
.reveal { border-left: 3px solid #777; padding-left: .9em; }
footer { border-top: 1px solid #999; margin-top: 2em; padding-top: .5em; font-size: .85em; color: #444; }
@media print { body { margin: 0; max-width: none; padding: 0; } }
"""
LINES = 3
"""For words of one's own, below each question."""


def worksheet(lesson: Lesson, values: Sequence[Values], command: str, *, has_answers: bool) -> str:
    """A page in HTML that needs nothing else.

    ``values`` are the figures of each step by name, ``command`` the one that opens the lesson as it is here.
    """
    body = "\n".join(_body(lesson, values, command, has_answers=has_answers))
    title = escape(harmless(lesson.title))
    head = f'<meta charset="utf-8"><title>{title}</title><style>{STYLE}</style>'
    return f'<!DOCTYPE html>\n<html lang="en"><head>{head}</head>\n<body>\n{body}\n</body></html>\n'


def _body(lesson: Lesson, values: Sequence[Values], command: str, *, has_answers: bool) -> Iterator[str]:
    yield f"<h1>{escape(harmless(lesson.title))}</h1>"
    about = f"{counted(lesson.minutes, 'minute')}{', with answers' if has_answers else ''}"
    yield f'<p class="about">{about}</p>'
    yield html(lesson.story, {})
    yield "<p>Afterwards you can</p><ul>"
    yield from (f"<li>{inline_html(objective, {})}</li>" for objective in lesson.objectives)
    yield "</ul>"
    for number, (step, mine) in enumerate(zip(lesson.steps, values, strict=True), 1):
        yield "<section>"
        yield f"<h2>{number}. {inline_html(step.title, {})}</h2>"
        yield html(step.say, mine)
        yield from _question(step, mine, has_answers=has_answers)
        if has_answers and step.reveal:
            yield f'<div class="reveal">{html(step.reveal, mine)}</div>'
        yield "</section>"
    yield "<footer>"
    yield f"<p>What is assumed: {inline_html(lesson.assumed, {})}</p>"
    if has_answers and lesson.sources:
        yield "<p>What is known:</p><ul>"
        yield from (f"<li>{inline_html(source, {})}</li>" for source in lesson.sources)
        yield "</ul>"
    yield f"<p>A simulation: no patient in it is real. <code>{escape(harmless(command))}</code></p></footer>"


def _question(step: LessonStep, values: Values, *, has_answers: bool) -> Iterator[str]:
    question = step.question
    if question is None:
        return
    yield f'<p class="ask">{inline_html(question.text, values)}</p>'
    if question.choices:
        yield '<ol class="choices">'
        for choice in question.choices:
            kind = ' class="right"' if has_answers and choice.is_right else ""
            why = f'<span class="why">{inline_html(choice.why, values)}</span>' if has_answers and choice.why else ""
            yield f"<li{kind}>{inline_html(choice.text, values)}{why}</li>"
        yield "</ol>"
    if has_answers and question.predicts:
        yield f"<p>It is <strong>{escape(values[question.predicts].told)}</strong>.</p>"
    if not has_answers:
        yield '<div class="line"></div>' * LINES
