"""The command line. Commands import what they need when they run, so that ``--help`` is quick."""

import io
import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import Any, NoReturn

import click

from pathsim.text import harmless, harmless_lines
from pathsim.version import __version__

DONE, FAILED, WRONG, INTERRUPTED = 0, 1, 2, 130

COMMANDS = {
    "app": "pathsim.cli.app:app",
    "lesson": "pathsim.cli.lesson:lesson",
    "serve": "pathsim.cli.serve:serve",
    "class": "pathsim.cli.classroom:classroom",
    "run": "pathsim.cli.run:run",
    "ensemble": "pathsim.cli.ensemble:ensemble",
    "validate": "pathsim.cli.validate:validate",
    "calibrate": "pathsim.cli.calibrate:calibrate",
    "sensitivity": "pathsim.cli.sensitivity:sensitivity",
    "compare": "pathsim.cli.compare:compare",
    "counterfactual": "pathsim.cli.counterfactual:counterfactual",
    "report": "pathsim.cli.report:report",
    "merge": "pathsim.cli.merge:merge",
    "bounds": "pathsim.cli.bounds:bounds",
    "list": "pathsim.cli.library:list_scenarios",
    "show": "pathsim.cli.show:show",
    "check": "pathsim.cli.check:check",
    "sources": "pathsim.cli.sources:sources",
    "graph": "pathsim.cli.graph:graph",
    "schema": "pathsim.cli.schema:schema",
    "bench": "pathsim.cli.bench:bench",
}


class Commands(click.Group):
    """The commands, each loaded from its own module when it is first looked at."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The commands in the order in which a newcomer meets them."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of this name; None if there is none."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module, function = COMMANDS[cmd_name].split(":")
        command: click.Command = getattr(import_module(module), function)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command, or a message with the nearest name that exists."""
        if args and args[0] not in COMMANDS:
            from difflib import get_close_matches

            near = get_close_matches(args[0], COMMANDS, n=1)
            hint = f" Did you mean '{near[0]}'?" if near else f" The commands are: {', '.join(COMMANDS)}."
            raise click.UsageError(f"there is no command '{args[0]}'.{hint}", ctx)
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command, and stop without a word when the reader of its output has left, as ``| head`` does."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            _silence()
            raise click.exceptions.Exit(DONE) from None


@click.group(
    cls=Commands,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="pathsim")
@click.pass_context
def cli(ctx: click.Context) -> None:
    """A flight simulator for randomized clinical trials.

    Without a command it opens COG AALL1331 and the trial begins; pathsim app SCENARIO opens another one.

    SCENARIO is a name from the library (see pathsim list), the path of a TOML file, or - for standard input.
    Results go to standard output, progress and messages to standard error.
    """
    if ctx.invoked_subcommand is None:
        from pathsim.cli.app import is_terminal, open_app

        if is_terminal():
            open_app()
            return
        click.echo(ctx.get_help(), err=True)
        ctx.exit(WRONG)


def main() -> NoReturn:
    """Run the command line and leave with its exit code: 0 done, 1 failed, 2 wrong usage, 130 interrupted."""
    _reopen_what_is_closed()
    with _interrupts_wait_for_imports():
        try:
            code = _run()
        except BrokenPipeError:
            _silence()
            code = DONE
    sys.exit(code)


def _run() -> int:
    try:
        _refuse_other_bytes(sys.argv[1:])
        code = cli.main(standalone_mode=False, prog_name="pathsim")
        sys.stdout.flush()
    except click.ClickException as wrong:
        # What was typed is said again, and a file's name can hold anything.
        said = io.StringIO()
        wrong.show(said)
        click.echo(harmless_lines(said.getvalue()), nl=False, err=True)
        return WRONG
    except (KeyboardInterrupt, click.Abort):
        click.echo("interrupted", err=True)
        return INTERRUPTED
    except BrokenPipeError:
        raise
    except Exception as wrong:  # noqa: BLE001 - the last line of defense: no traceback reaches a user
        return _explained(wrong)
    return code if isinstance(code, int) else DONE


def _reopen_what_is_closed() -> None:
    """Let standard streams that the caller has closed lead nowhere: Python has none there, and files would take over.

    Whatever is opened next gets the lowest number that is free, and so in this order each gets its own.
    """
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 - until the end


def _refuse_other_bytes(arguments: list[str]) -> None:
    """Refuse what is not UTF-8: it could be neither shown nor kept. Raises UsageError."""
    for text in arguments:
        if not _is_utf8(text):
            shown = text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
            raise click.UsageError(f"'{shown}' is not written in UTF-8: use UTF-8 for options and names of files")


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


MOMENT_SECONDS = 0.02


@contextmanager
def _interrupts_wait_for_imports() -> Iterator[None]:
    """Interrupts wait until nothing is being imported.

    Libraries that are being loaded turn one into an error of their own, and Python may lose it there.
    """
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        yield
        return

    def interrupt(number: int, frame: FrameType | None) -> None:
        if not _is_importing(frame):
            signal.default_int_handler(number, frame)
        again = threading.Timer(MOMENT_SECONDS, _signal_again, (number,))
        again.daemon = True
        again.start()

    signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _signal_again(number: int) -> None:
    """Send the signal to the main thread, which may be waiting and would not notice one that is sent to another."""
    main_thread = threading.main_thread().ident
    if hasattr(signal, "pthread_kill") and main_thread is not None:
        signal.pthread_kill(main_thread, number)
    else:
        signal.raise_signal(number)


def _is_importing(frame: FrameType | None) -> bool:
    while frame is not None:
        if frame.f_code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False


OTHER_DISTRIBUTION = "pathsim"
"""Another project on PyPI, a block-diagram simulator, whose package has the same name as ours."""


def _is_overwritten() -> bool:
    """Whether the other project named pathsim is installed here too, so that its files and ours are mixed."""
    from importlib.metadata import PackageNotFoundError, distribution

    try:
        distribution(OTHER_DISTRIBUTION)
    except PackageNotFoundError:
        return False
    return True


def _silence() -> None:
    """Send what is still to be written nowhere: Python flushes once more at its end, and would complain."""
    with suppress(OSError):  # an output that is no file, as inside another program, needs no silencing
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _explained(wrong: Exception) -> int:
    if isinstance(wrong, (ImportError, AttributeError)) and _is_overwritten():
        click.echo(
            "pathsim: another package named pathsim (a block-diagram simulator) is installed in this environment, and "
            "its files have overwritten ours. Use a separate environment: python -m venv trials, then "
            "trials/bin/pip install pathsim-trials",
            err=True,
        )
        return FAILED
    from pathsim.engines.vectorized import RoundsError
    from pathsim.scenario.problems import ScenarioError

    if isinstance(wrong, ScenarioError):
        for problem in wrong.problems:
            click.echo(str(problem), err=True)
        return WRONG
    if isinstance(wrong, RoundsError):
        click.echo(f"pathsim: {harmless(str(wrong))}", err=True)
        return WRONG
    if os.environ.get("PATHSIM_DEBUG"):
        raise wrong
    if isinstance(wrong, OSError):
        file = f": {harmless(str(wrong.filename))}" if wrong.filename else ""
        click.echo(f"pathsim: the output cannot be written: {wrong.strerror}{file}", err=True)
        _silence()
        return FAILED
    what = harmless(" ".join(str(wrong).split()))
    click.echo(
        f"pathsim: a defect of pathsim, not of your input: {type(wrong).__name__}: {what}. "
        "Please report it with the command; PATHSIM_DEBUG=1 shows where it happened.",
        err=True,
    )
    return FAILED
