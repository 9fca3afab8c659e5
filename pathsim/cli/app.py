"""``pathsim app``, and ``pathsim`` alone: watch a trial happen."""

import gc
import os
import sys
import threading
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NoReturn

import click

from pathsim.api.arguments import drawn_seed
from pathsim.cli.app_memory import is_first_time, keep_state, keep_welcomed, left_at
from pathsim.cli.options import seed_option_with, set_option, whole

if TYPE_CHECKING:
    from pathsim.player.class_session import ClassSession
    from pathsim.player.lesson_session import LessonSession
    from pathsim.state import AppState, Date

DEFAULT_SCENARIO = "aall1331"
LOOK_SECONDS = 1.0
LAST = "last"
"""The state in which the app was left."""
THEME_NAMES = ("dark", "light", "projector", "mono")


def _state(ctx: click.Context, param: click.Parameter, text: str | None) -> "AppState | None":
    from pathsim.state import AppState, StateError

    try:
        return None if text is None else AppState.read(left_at() if text == LAST else text)
    except StateError as wrong:
        raise click.BadParameter(str(wrong), ctx, param) from None
    except OSError:
        told = "nothing is known of a last time: the app keeps where it was left"
        raise click.BadParameter(told, ctx, param) from None


def _date(ctx: click.Context, param: click.Parameter, text: str | None) -> "Date":
    from pathsim.state import StateError, date_of

    try:
        return None if text is None else date_of(text)
    except StateError as wrong:
        raise click.BadParameter(str(wrong), ctx, param) from None


@click.command(short_help="Watch a trial happen, and change it.")
@click.argument("scenario", required=False)
@seed_option_with("The scenario's own if absent, or drawn where it has none.")
@click.option("--replicate", type=whole(), metavar="K", help="Which of this seed's trials; the first is 0.")
@set_option
@click.option("--day", callback=_date, metavar="DATE", help="Open at the end of this date, or on the last day: last.")
@click.option("--screen", metavar="NAME", help="Open on this screen, such as ensemble or patients.")
@click.option("--patient", type=whole(), metavar="N", help="Whose journey to open, on the screen patients.")
@click.option("--paused", is_flag=True, help="Let the trial stand still.")
@click.option(
    "--at",
    callback=_state,
    metavar="STATE",
    help="Open where Y in the app has copied this, or where you left it: last. Other options go before it.",
)
@click.option("--theme", type=click.Choice(THEME_NAMES), default="dark", help="Colors; projector is for a lecture.")
@click.option("--ascii", "ascii_only", is_flag=True, help="Draw with ASCII characters only.")
@click.option("--welcome", is_flag=True, help="Begin with what a newcomer has to know, as the first time.")
@click.option("--keys", "list_keys", is_flag=True, help="List the names of all keys, for a keys.toml of your own.")
def app(
    scenario: str | None,
    seed: int | None,
    replicate: int | None,
    settings: dict[str, str],
    day: "Date",
    screen: str | None,
    patient: int | None,
    paused: bool,
    at: "AppState | None",
    theme: str,
    ascii_only: bool,
    welcome: bool,
    list_keys: bool,
) -> None:
    """Open SCENARIO (default: aall1331) and watch it happen. This is what pathsim alone does."""
    if list_keys:
        _list_keys()
        return
    if at is not None and scenario is not None:
        raise click.UsageError(f"--at says which scenario: leave '{scenario}' out, or --at")
    from pathsim.state import AppState

    state = AppState(scenario or DEFAULT_SCENARIO, is_playing=True) if at is None else at
    if not is_terminal():
        raise click.UsageError(
            f"the app needs a terminal that it can draw on; without one: pathsim run {state.scenario}"
        )
    if state.scenario == "-":
        raise click.UsageError("the app reads keys from standard input: give the scenario as a file")
    asked: dict[str, Any] = {"seed": seed, "replicate": replicate, "day": day, "screen": screen, "patient": patient}
    state = replace(state, **{name: value for name, value in asked.items() if value is not None})
    if settings:
        state = replace(state, settings=tuple(sorted({**dict(state.settings), **settings}.items())))
    if patient is not None and not state.screen:
        state = replace(state, screen="patients")
    if paused:
        state = replace(state, is_playing=False)
    open_app(state, theme, ascii_only=ascii_only, welcomes=welcome)


def is_terminal() -> bool:
    """Whether somebody sits in front of it, and it can be drawn on; the app is drawn on standard error."""
    is_dumb = os.environ.get("TERM") == "dumb"
    return not is_dumb and all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr))


def open_app(
    state: "AppState | None" = None,
    theme: str = "dark",
    *,
    ascii_only: bool = False,
    welcomes: bool = False,
    lesson: "LessonSession | None" = None,
    classroom: "ClassSession | None" = None,
) -> None:
    """Run the app until it is left; in ASCII where the terminal has no other characters.

    Without a seed it opens with the scenario's own, or with one that is drawn where it has none. It welcomes whoever
    opens it for the first time without having asked for anything.
    """
    if state is not None and state.lesson and lesson is None:
        lesson = lesson_at(state)
        if state.screen == "lesson":
            # Its page says which trial it is, wherever the lesson is on this machine.
            state = replace(lesson.state, day=state.day, screen=state.screen, lesson=state.lesson, page=lesson.page)
    from pathsim.player.process import WorkerProcess

    # The worker gets ready and simulates the trial while the app is loaded.
    worker = WorkerProcess()
    from pathsim.player.user_session import UserSession
    from pathsim.state import AppState

    usual = AppState(DEFAULT_SCENARIO, is_playing=True)
    state = usual if state is None else state
    is_unicode = sys.stderr.encoding.lower().startswith("utf")
    session = UserSession.of(state, drawn_seed())
    welcomes = welcomes or (state == replace(usual, scenario=state.scenario) and is_first_time())
    session.is_playing = session.is_playing and not welcomes
    worker.send(session.request())
    from pathsim.app.app import PathsimApp
    from pathsim.app.screens import SCREENS
    from pathsim.app.screens.classroom import ClassScreen
    from pathsim.app.screens.lesson import LessonScreen

    given = {LessonScreen: lesson is not None, ClassScreen: classroom is not None}
    names = [screen.TAB.name for screen in SCREENS if given.get(screen, True)]
    if state.screen and state.screen not in names:
        worker.close()
        hint = "; a lesson is opened by pathsim lesson NAME" if state.screen == LessonScreen.TAB.name else ""
        raise click.UsageError(f"there is no screen '{state.screen}'; there are: {', '.join(names)}{hint}")
    is_plain = ascii_only or not is_unicode
    app = PathsimApp(
        worker,
        session,
        f"pathsim-{theme}",
        ascii_only=is_plain,
        welcomes=welcomes,
        opens_at=state,
        lesson=lesson,
        classroom=classroom,
    )
    # What is loaded by now stays: to look through it for garbage would hold a picture up for 60 ms every few seconds.
    gc.freeze()
    threading.Thread(target=_end_with_the_terminal, daemon=True).start()
    try:
        app.run()
    finally:
        # Also where the app broke down before it could.
        app.trial.worker.close()
    if app.left_at is not None:
        keep_state(app.left_at)
    if welcomes and not app.welcomes:
        keep_welcomed()
    if app.return_code:
        _leave(app.return_code)


def lesson_at(state: "AppState") -> "LessonSession":
    """The lesson of a state, on its page. Raises ScenarioError if there is no such lesson."""
    from pathsim.lessons.read import lesson
    from pathsim.player.lesson_session import LessonSession

    seed, replicate = state.lesson_seed, state.lesson_replicate
    session = LessonSession(lesson(state.lesson, seed=seed, replicate=replicate), seed=seed, replicate=replicate)
    session.page = min(state.page, session.pages - 1)
    return session


def _leave(code: int) -> NoReturn:
    """Leave with this code, also if the terminal takes no last words: Python would say 120 then."""
    try:
        sys.stderr.flush()
    except OSError:
        os._exit(code)
    sys.exit(code)


def _end_with_the_terminal() -> None:
    """End if the terminal has gone without a word: the app waits for ever to write to it, and nobody can end it."""
    while os.isatty(0):
        time.sleep(LOOK_SECONDS)
    os._exit(1)


def _list_keys() -> None:
    from pathsim.app.app import places_of_keys
    from pathsim.app.keys import keys_file

    click.echo(f"# {keys_file()}")
    for binding in (binding for place in places_of_keys() for binding in place.bindings):
        click.echo(f'"{binding.id}" = "{binding.key}"'.ljust(52) + f"# {binding.tooltip or binding.description}")
