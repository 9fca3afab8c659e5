"""``pathsim lesson``: a lesson with the live trial beside it, in plain lines, or on paper."""

import shlex
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pathsim.cli.app import THEME_NAMES, is_terminal, open_app
from pathsim.cli.options import json_option, whole
from pathsim.cli.output import page, patience, print_json, refuse_unwritable
from pathsim.text import counted, harmless, harmless_lines

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pathsim.lessons.lesson import FigureValue, Lesson, LessonFigure
    from pathsim.player.lesson_session import LessonSession

LIST = "list"


@click.command(short_help="A lesson with the live trial beside it: pathsim lesson list.")
@click.argument("name", metavar="NAME|FILE|list", default=LIST)
@click.option("--seed", type=whole(), metavar="N", help="Other patients: another seed than the lesson's own.")
@click.option("--replicate", type=whole(), metavar="K", help="Another trial of the seed.")
@click.option("--plain", is_flag=True, help="In plain lines: the question, your answer, what comes of it.")
@click.option("--notes", "wants_notes", is_flag=True, help="Print all of it with the notes for the teacher.")
@click.option(
    "--worksheet", type=click.Path(path_type=Path), metavar="FILE", help="Write a page (HTML) with the questions."
)
@click.option("--key", "has_answers", is_flag=True, help="Write the answers on that page, too.")
@click.option("--force", is_flag=True, help="Overwrite the page if it is there.")
@click.option("--theme", type=click.Choice(THEME_NAMES), default="dark", help="Colors; projector is for a lecture.")
@click.option("--ascii", "ascii_only", is_flag=True, help="Draw with ASCII characters only.")
@json_option
def lesson(
    name: str,
    seed: int | None,
    replicate: int | None,
    plain: bool,
    wants_notes: bool,
    worksheet: Path | None,
    has_answers: bool,
    force: bool,
    theme: str,
    ascii_only: bool,
    as_json: bool,
) -> None:
    """Give a lesson: NAME is one of those that come with pathsim (pathsim lesson list), or a file of your own."""
    if name == LIST:
        if plain or wants_notes or worksheet is not None or has_answers:
            raise click.UsageError("say which lesson: pathsim lesson NAME; pathsim lesson list says what there is")
        _list(as_json=as_json)
        return
    if as_json:
        raise click.UsageError("--json is for pathsim lesson list")
    if has_answers and worksheet is None:
        raise click.UsageError("--key writes the answers on a page: name it with --worksheet FILE")
    if sum((plain, wants_notes, worksheet is not None)) > 1:
        raise click.UsageError("choose one of --plain, --notes and --worksheet")
    from pathsim.lessons.read import lesson as read

    found = read(name, seed=seed, replicate=replicate)
    command = ["pathsim", "lesson", name]
    command += [] if seed is None else ["--seed", str(seed)]
    command += [] if replicate is None else ["--replicate", str(replicate)]
    if worksheet is not None:
        _write(found, worksheet, shlex.join(command), has_answers=has_answers, force=force)
    elif wants_notes:
        from pathsim.lessons.plain import notes

        click.echo("\n\n".join(map(harmless_lines, notes(found, _step_by_step(found)))))
    elif plain:
        give(found)
    elif not is_terminal():
        raise click.UsageError(
            f"a lesson needs a terminal that it can draw on; without one: {shlex.join(command)} --plain"
        )
    else:
        from pathsim.player.lesson_session import LessonSession

        open_lesson(LessonSession(found, seed=seed, replicate=replicate), theme, ascii_only=ascii_only)


def _list(*, as_json: bool) -> None:
    from pathsim.lessons.read import lesson as read
    from pathsim.lessons.read import lesson_names

    lessons = [read(name) for name in lesson_names()]
    if as_json:
        keys = ("name", "title", "minutes", "objectives")
        print_json({"lessons": [{key: getattr(one, key) for key in keys} for one in lessons]})
        return
    from rich.padding import Padding
    from rich.text import Text

    with page() as screen:
        for one in lessons:
            screen.print(Text.assemble((one.name, "bold"), f"  {counted(one.minutes, 'minute')}"))
            screen.print(Padding(Text(one.title), (0, 0, 0, 2)))
            for objective in one.objectives:
                screen.print(Padding(Text(f"- {objective}", "dim"), (0, 0, 0, 2)))
            screen.print()


def values_of(figures: "Iterable[LessonFigure]") -> "dict[LessonFigure, FigureValue]":
    """These figures, all computed."""
    from pathsim.lessons.figures import FigureError, computed

    with patience("computing the figures of the lesson", quiet=False):
        try:
            return computed(figures)
        except FigureError as wrong:
            raise click.UsageError(str(wrong)) from None


def _step_by_step(found: "Lesson") -> "list[dict[str, FigureValue]]":
    """The figures of each step, by the names that it has for them."""
    values = values_of(found.figures)
    return [step.values(values) for step in found.steps]


def _write(found: "Lesson", file: Path, command: str, *, has_answers: bool, force: bool) -> None:
    from pathsim.lessons.worksheet import worksheet
    from pathsim.whole_files import UnwritableError, write_whole

    refuse_unwritable(file, "--worksheet", force=force)
    text = worksheet(found, _step_by_step(found), command, has_answers=has_answers)
    try:
        write_whole(file, text.encode())
    except UnwritableError as wrong:
        raise click.UsageError(str(wrong)) from None
    click.echo(f"wrote {harmless(str(file))}", err=True)


def give(found: "Lesson") -> dict[int, str]:
    """In plain lines: what is said and asked; an answer from standard input; what came of it.

    Returns what was answered, by the number of the step.
    """
    from pathsim.lessons.plain import answered, introduction, said

    def tell(parts: "list[str]") -> None:
        click.echo("\n\n".join(map(harmless_lines, parts)) + "\n")

    tell(list(introduction(found)))
    values: dict[LessonFigure, FigureValue] = {}
    given: dict[int, str] = {}
    for number, step in enumerate(found.steps, 1):
        values |= values_of(figure for figure in step.figures.values() if figure not in values)
        mine = step.values(values)
        tell(list(said(number, found, step, mine)))
        answer = "" if step.question is None else _asked(len(step.question.choices))
        tell(list(answered(step, answer, mine)))
        if answer:
            given[number] = answer
    return given


def _asked(choices: int) -> str:
    """An answer from standard input; none where it has come to its end."""
    told = f"your answer, 1 to {choices}; enter passes: " if choices else "a number; enter passes: "
    with suppress(AttributeError, ValueError):
        # Whatever is typed is an answer, if a wrong one.
        sys.stdin.reconfigure(errors="replace")  # type: ignore[union-attr]
    while True:
        click.echo(told, nl=False, err=True)
        answer = sys.stdin.readline()
        if not answer.endswith("\n"):
            click.echo(err=True)
            return answer.strip()
        if not choices or not answer.strip() or answer.strip() in map(str, range(1, choices + 1)):
            return answer.strip()
        click.echo(f"'{harmless(answer.strip())}' is none of 1 to {choices}", err=True)


def open_lesson(session: "LessonSession", theme: str, *, ascii_only: bool) -> None:
    """Give a lesson in the app, until it is left."""
    from dataclasses import replace

    open_app(replace(session.state, screen="lesson"), theme, ascii_only=ascii_only, lesson=session)
