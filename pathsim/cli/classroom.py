"""``pathsim class``: a class with one code, in which every student has a trial of their own."""

import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pathsim.api.arguments import drawn_seed
from pathsim.cli.app import THEME_NAMES, is_terminal, open_app
from pathsim.cli.lesson import give, open_lesson, values_of
from pathsim.cli.many import progress, quiet_option, told_of_trouble, workers_begun, workers_option
from pathsim.cli.options import json_option, whole
from pathsim.cli.output import page, print_json
from pathsim.text import counted, enumeration, harmless

if TYPE_CHECKING:
    from pathsim.classroom.classroom import Classroom
    from pathsim.classroom.results import ClassResults

NEW = "new"
STANDARD_INPUT = "-"
LARGEST_FILE = 1_000_000
"""Bytes of a file of answers: more than those of ten thousand students."""
LARGEST_NUMBER = 9_999


@click.command(name="class", short_help="A class with one code: every student has a trial of their own.")
@click.argument("code", metavar="new|CODE")
@click.argument("about", metavar="[SCENARIO|FILE]", required=False)
@click.option("--lesson", "lesson_name", metavar="NAME|FILE", help="With new: the lesson that the class is about.")
@click.option(
    "--seed",
    type=whole(),
    metavar="N",
    help="With new: the seed of the trials. The lesson's own if absent; drawn without a lesson.",
)
@click.option("--same", is_flag=True, help="With new: all see the same trial, without --seed the lesson's own.")
@click.option(
    "--student", type=whole(1, LARGEST_NUMBER), metavar="N", help="Whose trial to open; the teacher's if absent."
)
@click.option("--plain", is_flag=True, help="The lesson in plain lines: the question, your answer, what comes of it.")
@click.option(
    "--results", metavar="FILE", help="Show what the class has answered: a line for each student; - is standard input."
)
@click.option("--theme", type=click.Choice(THEME_NAMES), help="Colors; projector is for a lecture.")
@click.option("--ascii", "ascii_only", is_flag=True, help="Draw with ASCII characters only.")
@workers_option
@json_option
@quiet_option
def classroom(
    code: str,
    about: str | None,
    lesson_name: str | None,
    seed: int | None,
    same: bool,
    student: int | None,
    plain: bool,
    results: str | None,
    theme: str | None,
    ascii_only: bool,
    workers: int | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Make a code for a class (new), or open the trial of a student, or show what the class has answered.

    Student n sees trial n of the code's seed, the same on any machine; what they answer comes back as one short
    line. A class about a file of your own needs that FILE after the code.
    """
    is_new = code.lower() == NEW
    opening = {"--student": student is not None, "--plain": plain, "--theme": theme is not None, "--ascii": ascii_only}
    making = {"--lesson": lesson_name is not None, "--seed": seed is not None, "--same": same}
    shows = {"--workers": workers is not None, "--quiet": quiet}
    if is_new:
        _refuse("a code that there is: leave new out", {**opening, "--results": results is not None, **shows})
        _make(about, lesson_name, seed, is_same=same, as_json=as_json)
        return
    _refuse("a new class, and this code says it already", making)
    if results is None:
        _refuse("what a class has answered: add --results FILE", {"--json": as_json, **shows})
        _open(_found(code, about), student, plain=plain, theme=theme or THEME_NAMES[0], ascii_only=ascii_only)
    else:
        _refuse(
            "opening a trial, not for --results", {name: opening[name] for name in ("--student", "--plain", "--theme")}
        )
        _show(_found(code, about), results, workers, as_json=as_json, quiet=quiet, ascii_only=ascii_only)


def _refuse(what_for: str, options: dict[str, bool]) -> None:
    """Refuse options that are for something else than what was asked."""
    if given := [name for name, is_given in options.items() if is_given]:
        raise click.UsageError(f"{enumeration(given)} {'is' if len(given) == 1 else 'are'} for {what_for}")


def _found(code: str, file: str | None) -> "Classroom":
    from pathsim.classroom.classroom import Classroom
    from pathsim.classroom.code import ClassCodeError
    from pathsim.classroom.material import MaterialError

    try:
        return Classroom.read(code, file)
    except (ClassCodeError, MaterialError) as wrong:
        raise click.UsageError(str(wrong)) from None


def _make(scenario: str | None, lesson: str | None, seed: int | None, *, is_same: bool, as_json: bool) -> None:
    """Print a new code, and what everybody has to type."""
    from pathsim.classroom.classroom import Classroom
    from pathsim.classroom.code import SHORT_SEEDS
    from pathsim.classroom.material import MaterialError, named

    try:
        material = named(scenario, lesson)
    except MaterialError as wrong:
        raise click.UsageError(str(wrong)) from None
    if seed is None and not is_same and material.is_lesson:
        # What a lesson says of other trials of its seed, and of many, holds for this one alone.
        seed = material.trial.seed
    if seed is None and (not is_same or material.trial.seed is None):
        seed = drawn_seed(SHORT_SEEDS)
    made = Classroom.of(material, seed, is_same=is_same)
    if as_json:
        _print_code(made)
        return
    file = [material.asked] if material.is_file else []
    command = ["pathsim", "class", str(made.code), *file]
    click.echo(f"{made.code}\n")
    click.echo(f"each student, by number:   {_typed(command)} --student N")
    click.echo(f"the teacher:               {_typed(command)}")
    click.echo(f"what the class answered:   {_typed(command)} --results FILE")
    click.echo(f"or all in their browsers:  {_typed(['pathsim', 'serve', *command[2:]])} --lan")
    if file:
        click.echo(
            f"\nEverybody needs the same {harmless(Path(material.asked).name)}, and the same version of pathsim."
        )
    _warn_of_trials(made)


def _typed(command: list[str]) -> str:
    return harmless(shlex.join(command))


def _print_code(made: "Classroom") -> None:
    from pathsim.version import SCHEMA_VERSION, __version__

    trial = made.trial(0)
    print_json(
        {
            "schema_version": SCHEMA_VERSION,
            "pathsim": __version__,
            "code": str(made.code),
            "lesson": made.material.name if made.material.is_lesson else None,
            "scenario": trial.scenario,
            "seed": trial.seed,
            "same": made.has_same_trial,
        }
    )


def _warn_of_trials(made: "Classroom") -> None:
    """Say where a lesson supposes figures of its own trial."""
    from pathsim.classroom.questions import trial_questions

    if not made.material.is_lesson or not (steps := trial_questions(made)):
        return
    numbers = enumeration([str(step) for step in steps])
    told = f"step {numbers} of this lesson speaks" if len(steps) == 1 else f"steps {numbers} of this lesson speak"
    click.echo(
        f"\n{told} of one trial, the lesson's own: what is right there need not be right in one of another seed. "
        "Without --seed it is that one.",
        err=True,
    )


def _open(made: "Classroom", student: int | None, *, plain: bool, theme: str, ascii_only: bool) -> None:
    """Open the trial of a student or of the teacher, and then print the line of their answers."""
    from pathsim.classroom.answers import answers_given, answers_of
    from pathsim.player.lesson_session import LessonSession

    number = student or 0
    opened = made.student(number)
    whose = f"student {number}" if student else "the teacher, number 0; a student adds --student N"
    if not isinstance(opened, LessonSession):
        if plain:
            raise click.UsageError("--plain is for lessons, and this class is about a scenario alone: leave it out")
        _need_terminal(made)
        click.echo(f"class {made.code}, {whose}", err=True)
        open_app(opened, theme, ascii_only=ascii_only)
        answers = answers_given({}, number)
    elif plain:
        click.echo(f"class {made.code}, {whose}", err=True)
        if student and not made.has_same_trial:
            click.echo(f"a trial of your own, beside that of the lesson: {_printed(made, student)}", err=True)
        answers = answers_given(give(opened.lesson), number)
    else:
        _need_terminal(made)
        click.echo(f"class {made.code}, {whose}", err=True)
        open_lesson(opened, theme, ascii_only=ascii_only)
        answers = answers_of(opened, number)
    if student:
        click.echo("Your answers in one line; read it out, or send it to your teacher:", err=True)
        click.echo(str(answers))


def _printed(made: "Classroom", number: int) -> str:
    """The command that prints the trial of a number."""
    trial = made.trial(number)
    return _typed(["pathsim", "run", trial.scenario, "--seed", str(trial.seed), "--replicate", str(trial.replicate)])


def _need_terminal(made: "Classroom") -> None:
    if not is_terminal():
        trial = made.trial(0)
        instead = (
            "add --plain"
            if made.material.is_lesson
            else f"pathsim run {harmless(trial.scenario)} --seed {trial.seed} --replicate N"
        )
        raise click.UsageError(f"this needs a terminal that it can draw on; without one: {instead}")


def _show(made: "Classroom", file: str, workers: int | None, *, as_json: bool, quiet: bool, ascii_only: bool) -> None:
    """Print what the class has answered and seen."""
    from pathsim.classroom.answers import answer_sheet
    from pathsim.classroom.classroom import SIBLINGS
    from pathsim.classroom.questions import question_figures
    from pathsim.classroom.results import ClassResults
    from pathsim.classroom.siblings import sibling_trials

    text = _read(file)
    crew = workers_begun(workers, SIBLINGS)
    is_lesson = made.material.is_lesson
    answers, remarks = answer_sheet(text, made.lesson() if is_lesson else None)
    for remark in remarks:
        click.echo(harmless(remark), err=True)
    if not answers:
        raise click.UsageError(
            "there are no answers in it: each student's line begins with their number, as in 17: 2=1 4=0.85"
        )
    values = values_of(question_figures(made)) if is_lesson else {}
    with told_of_trouble(None, "nothing was kept"), progress(SIBLINGS, quiet=quiet) as finished:
        siblings = sibling_trials(made, workers=crew, finished=finished)
    found = ClassResults.of(made, answers, siblings, values, remarks)
    if as_json:
        print_json(found.as_results())
        return
    _print(found, ascii_only=ascii_only)


def _print(found: "ClassResults", *, ascii_only: bool) -> None:
    from pathsim.classroom.told import print_class

    with page() as screen:
        print_class(screen, found, ascii_only=ascii_only or screen.options.ascii_only)


def _read(file: str) -> str:
    """The text of a file of answers, or of standard input; bytes that are no UTF-8 stand there as signs of that."""
    try:
        if file == STANDARD_INPUT:
            data = sys.stdin.buffer.read(LARGEST_FILE + 1)
        else:
            with Path(file).open("rb") as opened:
                data = opened.read(LARGEST_FILE + 1)
    except OSError as wrong:
        raise click.UsageError(f"{file} cannot be read: {wrong.strerror}") from None
    if len(data) > LARGEST_FILE:
        raise click.UsageError(f"these answers are too long: at most {counted(LARGEST_FILE, 'byte')}")
    return data.decode("utf-8-sig", "replace")
