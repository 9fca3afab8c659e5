"""``pathsim serve``: the app in browsers, for oneself or for a class."""

import sys
from typing import TYPE_CHECKING

import click

from pathsim.cli.app import DEFAULT_SCENARIO, THEME_NAMES, is_terminal, open_app
from pathsim.cli.options import seed_option_with, set_option
from pathsim.cli.output import patience, refuse_without

if TYPE_CHECKING:
    from pathlib import Path

    from pathsim.classroom.classroom import Classroom
    from pathsim.lessons.lesson import FigureValue, LessonFigure
    from pathsim.player.class_session import ClassNews
    from pathsim.player.lesson_session import LessonSession
    from pathsim.serve.addresses import Place
    from pathsim.serve.class_process import ClassProcess
    from pathsim.serve.class_server import ClassPlan, Ready
    from pathsim.serve.interface import FirstView
    from pathsim.serve.run import ServePlan
    from pathsim.state import AppState

NEEDED = ("aiohttp", "textual_serve", "segno")
"""The packages of the extra."""
PORT, MOST_VISITORS, MOST_POSSIBLE = 8000, 40, 500


@click.command(short_help="The app in browsers, for yourself or for a class.")
@click.argument("what", metavar="[SCENARIO|LESSON|CODE]", default=DEFAULT_SCENARIO)
@click.argument("file", required=False)
@seed_option_with("The scenario's own if absent, or drawn where it has none.")
@set_option
@click.option("--lan", is_flag=True, help="For all who can reach this machine, not for it alone.")
@click.option("--port", type=click.IntRange(0, 65535), default=PORT, show_default=True, help="0 takes a free one.")
@click.option("--host", "hosts", multiple=True, metavar="NAME", help="Another name under which this machine is found.")
@click.option(
    "--visitors", type=click.IntRange(1, MOST_POSSIBLE), default=MOST_VISITORS, show_default=True, help="At most."
)
@click.option("--own-pace", is_flag=True, help="Let each student go on by themselves; else all wait for your enter.")
@click.option("--fresh", is_flag=True, help="Forget what was answered earlier under this code.")
@click.option("--theme", type=click.Choice(THEME_NAMES), default="dark", help="Colors in the browsers.")
@click.option("--wall", type=click.Choice(THEME_NAMES), default="projector", help="Colors of your own screen.")
def serve(
    what: str,
    file: str | None,
    seed: int | None,
    settings: dict[str, str],
    lan: bool,
    port: int,
    hosts: tuple[str, ...],
    visitors: int,
    own_pace: bool,
    fresh: bool,
    theme: str,
    wall: str,
) -> None:
    """Serve the app to browsers: SCENARIO (default: aall1331), a lesson, or the class of a CODE.

    Without --lan only this machine can open it. Whoever opens it needs the link that is printed, or the code in it. In
    a class your terminal becomes the screen on the wall; FILE is what the class is about, if it is a file of your own.
    """
    need_extra()
    from pathsim.serve.addresses import place

    where = place(port, is_lan=lan, also_called=hosts)
    if (classroom := _class_of(what, file)) is not None:
        if seed is not None or settings:
            raise click.UsageError(
                "the code of a class says its seed, and nothing else is set: leave --seed and --set out"
            )
        _give(classroom, file, where, visitors, theme, wall, is_led=not own_pace, fresh=fresh)
        return
    if file is not None or own_pace or fresh:
        raise click.UsageError(f"'{what}' is no code of a class, which FILE, --own-pace and --fresh are for")
    _serve(_plan(what, seed, settings, where, visitors, theme))


def need_extra() -> None:
    """Raise UsageError where what serving needs is not installed."""
    refuse_without("serve", *NEEDED)


# ---- for oneself


def _plan(asked: str, seed: int | None, settings: dict[str, str], place: "Place", most: int, theme: str) -> "ServePlan":
    from pathsim.api.arguments import drawn_seed
    from pathsim.serve.run import ServePlan
    from pathsim.serve.token import drawn_token

    state, lesson = _opened(asked, seed, settings)
    drawn = drawn_seed()

    def first_view(student: int | None, turns: "Path") -> "FirstView":
        from pathsim.serve.interface import FirstView

        del student
        return FirstView(state, drawn, lesson, theme, turns)

    return ServePlan(place, drawn_token(), first_view, most)


def _opened(asked: str, seed: int | None, settings: dict[str, str]) -> "tuple[AppState, LessonSession | None]":
    """What visitors see first. Raises ScenarioError if it cannot be used: better here than in every browser."""
    from dataclasses import replace

    from pathsim.lessons.figures import scenario_of
    from pathsim.lessons.read import is_lesson
    from pathsim.lessons.read import lesson as read
    from pathsim.player.lesson_session import LessonSession
    from pathsim.state import AppState

    if not is_lesson(asked):
        state = AppState(asked, seed, settings=tuple(sorted(settings.items())), is_playing=True)
        scenario_of(state)
        return state, None
    if settings:
        raise click.UsageError("--set is for a scenario: a lesson says what is set")
    session = LessonSession(read(asked, seed=seed), seed=seed)
    return replace(session.state, screen="lesson"), session


def _serve(plan: "ServePlan") -> None:
    import asyncio

    from pathsim.serve.run import ServeError, served, until_stopped

    async def serve_until_stopped() -> None:
        async with served(plan) as server:
            _tell(plan.place._replace(port=server.port), plan.token)
            await until_stopped()

    try:
        with patience("getting ready", quiet=False):
            asyncio.run(serve_until_stopped())
    except ServeError as wrong:
        raise click.UsageError(str(wrong)) from None


def _tell(place: "Place", token: str) -> None:
    """Where it is, on standard output; on standard error what is to be known of it."""
    import segno

    from pathsim.serve.interfaces import PLAIN_VISITORS, can_fork
    from pathsim.serve.token import told_token

    link = place.link(token)
    click.echo(link)
    sys.stdout.flush()
    if place.is_lan:
        if sys.stderr.isatty():
            segno.make(link, micro=False).terminal(sys.stderr, compact=True)
        click.echo(f"or open {place.address} and type the code {told_token(token)}", err=True)
    else:
        click.echo("for this machine alone; --lan serves others, too", err=True)
    if not can_fork():
        click.echo(f"this system serves about {PLAIN_VISITORS} visitors for each two cores", err=True)
    click.echo("Ctrl-C ends it", err=True)


# ---- for a class


def _class_of(text: str, file: str | None) -> "Classroom | None":
    """The class of a code; None for the name of a scenario or a lesson."""
    from pathlib import Path

    from pathsim.classroom.classroom import Classroom
    from pathsim.classroom.code import ClassCodeError
    from pathsim.classroom.material import MaterialError
    from pathsim.lessons.read import is_lesson
    from pathsim.scenario.files import names

    if is_lesson(text) or text in names() or Path(text).suffix or "/" in text:
        return None
    try:
        return Classroom.read(text, file)
    except ClassCodeError as wrong:
        if not any(character.isdigit() for character in text) or len(text) > 20:
            return None
        raise click.UsageError(
            f"there is no scenario or lesson '{text}', and as the code of a class: {wrong}"
        ) from None
    except MaterialError as wrong:
        raise click.UsageError(str(wrong)) from None


def _give(
    classroom: "Classroom",
    file: str | None,
    place: "Place",
    most: int,
    theme: str,
    wall: str,
    *,
    is_led: bool,
    fresh: bool,
) -> None:
    """Serve a class until its teacher leaves; then print what was answered."""
    from pathsim.player.class_session import ClassNews
    from pathsim.serve.class_process import ClassProcess
    from pathsim.serve.class_server import ClassPlan
    from pathsim.serve.register import register_file
    from pathsim.serve.run import ServeError

    register = register_file(str(classroom.code))
    if fresh:
        register.unlink(missing_ok=True)
    plan = ClassPlan(str(classroom.code), file, place, most, theme, register, is_led and is_terminal())
    news = ClassNews()
    with patience("preparing the class", quiet=False):
        server = ClassProcess(plan)
        try:
            # While it loads.
            values = _values(classroom)
            server.tell_values(values)
            ready = server.ready()
        except ServeError as wrong:
            server.close()
            raise click.UsageError(str(wrong)) from None
        except BaseException:
            server.close()
            raise
    try:
        news = _on_the_wall(classroom, plan, server, ready, values, wall)
    finally:
        server.close()
    _print_answers(news)


def _values(classroom: "Classroom") -> "dict[LessonFigure, FigureValue]":
    """The figures of the lesson, which are the same for all."""
    from pathsim.lessons.figures import FigureError, computed

    if not classroom.material.is_lesson:
        return {}
    try:
        return computed(classroom.lesson().figures)
    except FigureError as wrong:
        raise click.UsageError(str(wrong)) from None


def _on_the_wall(
    classroom: "Classroom",
    plan: "ClassPlan",
    server: "ClassProcess",
    ready: "Ready",
    values: "dict[LessonFigure, FigureValue]",
    theme: str,
) -> "ClassNews":
    """Show the class on the wall until the teacher leaves; without a terminal until somebody ends it."""
    from dataclasses import replace

    from pathsim.player.class_session import ClassNews, ClassSession
    from pathsim.player.lesson_session import LessonSession
    from pathsim.serve.token import told_token

    place = plan.place._replace(port=ready.port)
    session = ClassSession(
        plan.code,
        place.address,
        told_token(ready.token),
        replace(classroom.state(0), day="last"),
        server.open,
        is_led=plan.is_led,
        has_own_trials=not classroom.has_same_trial,
        squares=_squares(place.link(ready.token)) if place.is_lan else (),
    )

    def take(news: ClassNews | None) -> None:
        if news is None:
            session.is_lost = True
        else:
            session.news = news

    server.listen(take)
    if is_terminal():
        opened = classroom.student(0)
        lesson = opened if isinstance(opened, LessonSession) else None
        if lesson is not None:
            lesson.values |= values
        open_app(replace(session.trial, screen="class"), theme, lesson=lesson, classroom=session)
    else:
        _tell(place, ready.token)
        server.wait()
    return session.news


def _squares(link: str) -> tuple[tuple[bool, ...], ...]:
    """The rows of the QR code of a link: which squares are dark."""
    import segno

    return tuple(tuple(map(bool, row)) for row in segno.make(link, error="l", boost_error=False, micro=False).matrix)


def _print_answers(news: "ClassNews") -> None:
    """What each student answered, as pathsim class CODE --results reads it."""
    from pathsim.classroom.answers import Answers

    students = sorted({student for given in news.answers.values() for student in given})
    for student in students:
        given = {page: answers[student] for page, answers in sorted(news.answers.items()) if student in answers}
        click.echo(str(Answers(student, given)))
