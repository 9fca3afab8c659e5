"""``pathsim app``, and ``pathsim`` alone: watch a trial happen."""

import gc
import os
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

import click

from pathsim.api.arguments import drawn_seed
from pathsim.cli.options import seed_option_with, set_option

DEFAULT_SCENARIO = "aall1331"
LOOK_SECONDS = 1.0
THEME_NAMES = ("dark", "light", "projector", "mono")


@click.command(short_help="Watch a trial happen, and change it.")
@click.argument("scenario", default=DEFAULT_SCENARIO)
@seed_option_with("The scenario's own if absent, or drawn where it has none.")
@set_option
@click.option("--theme", type=click.Choice(THEME_NAMES), default="dark", help="Colors; projector is for a lecture.")
@click.option("--ascii", "ascii_only", is_flag=True, help="Draw with ASCII characters only.")
@click.option("--welcome", is_flag=True, help="Begin with what a newcomer has to know, as the first time.")
@click.option("--keys", "list_keys", is_flag=True, help="List the names of all keys, for a keys.toml of your own.")
def app(
    scenario: str,
    seed: int | None,
    settings: dict[str, str],
    theme: str,
    ascii_only: bool,
    welcome: bool,
    list_keys: bool,
) -> None:
    """Open SCENARIO (default: aall1331) and watch it happen. This is what pathsim alone does."""
    if list_keys:
        _list_keys()
        return
    if not is_terminal():
        raise click.UsageError(f"the app needs a terminal that it can draw on; without one: pathsim run {scenario}")
    if scenario == "-":
        raise click.UsageError("the app reads keys from standard input: give the scenario as a file")
    open_app(scenario, seed, settings, theme, ascii_only=ascii_only, welcomes=welcome)


def is_terminal() -> bool:
    """Whether somebody sits in front of it, and it can be drawn on; the app is drawn on standard error."""
    is_dumb = os.environ.get("TERM") == "dumb"
    return not is_dumb and all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr))


def open_app(
    scenario: str,
    seed: int | None,
    settings: dict[str, str],
    theme: str = "dark",
    *,
    ascii_only: bool = False,
    welcomes: bool = False,
) -> None:
    """Run the app until it is left; in ASCII where the terminal has no other characters.

    Without a seed it opens with the scenario's own, or with one that is drawn where it has none. It welcomes whoever
    opens it for the first time without having asked for anything.
    """
    from pathsim.player.process import WorkerProcess

    # The worker gets ready and simulates the trial while the app is loaded.
    worker = WorkerProcess()
    from pathsim.player.user_session import UserSession

    is_unicode = sys.stderr.encoding.lower().startswith("utf")
    session = UserSession(scenario, drawn_seed() if seed is None else seed, dict(settings), seed is not None)
    welcomes = welcomes or (seed is None and not settings and _is_first_time())
    session.is_playing = not welcomes
    worker.send(session.request())
    from pathsim.app.app import PathsimApp

    is_plain = ascii_only or not is_unicode
    app = PathsimApp(worker, session, f"pathsim-{theme}", ascii_only=is_plain, welcomes=welcomes)
    # What is loaded by now stays: to look through it for garbage would hold a picture up for 60 ms every few seconds.
    gc.freeze()
    threading.Thread(target=_end_with_the_terminal, daemon=True).start()
    try:
        app.run()
    finally:
        # Also where the app broke down before it could.
        app.trial.worker.close()
    if welcomes and not app.welcomes:
        _remember()
    if app.return_code:
        _leave(app.return_code)


def _mark() -> Path:
    """The file that is there once this user has been welcomed."""
    from platformdirs import user_state_path

    return user_state_path("pathsim") / "welcomed"


def _is_first_time() -> bool:
    """Whether this user has never been welcomed."""
    try:
        return not _mark().exists()
    except OSError:
        return True


def _remember() -> None:
    """Keep in mind that this user has been welcomed; who has no place for it is welcomed again."""
    with suppress(OSError):
        mark = _mark()
        mark.parent.mkdir(parents=True, exist_ok=True)
        mark.touch()


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
