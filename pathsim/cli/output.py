"""Where output goes: results to standard output, progress and messages to standard error."""

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

UNHURRIED_SECONDS = 1.0
PAGE_WIDTH = 114
"""Characters in a line where neither a terminal nor COLUMNS says how many: every table fits."""


@contextmanager
def page() -> "Iterator[Console]":
    """The console of standard output. What is printed on it goes out in one piece, when all of it is ready."""
    screen = _console()
    with screen.capture() as captured:
        yield screen
    text = "\n".join(line.rstrip() for line in captured.get().split("\n"))
    click.echo(text.encode(screen.encoding, "replace").decode(screen.encoding), nl=False, color=True)


def _console() -> "Console":
    from rich.console import Console

    asked = sys.stdout.isatty() or os.environ.get("COLUMNS", "").isdigit()
    return Console(
        width=None if asked else PAGE_WIDTH,
        color_system=None if os.environ.get("NO_COLOR") else "auto",
        # Texts come from scenario files: what looks like markup there is none.
        markup=False,
        emoji=False,
        highlight=False,
    )


def print_json(value: Any) -> None:
    """Print a value as JSON, in ASCII where the output cannot show more."""
    from pathsim.export.json_text import as_json

    is_unicode = (sys.stdout.encoding or "").lower().startswith("utf")
    click.echo(as_json(value, ascii_only=not is_unicode))


@contextmanager
def patience(message: str, *, quiet: bool) -> Iterator[None]:
    """Say on standard error what is going on, if it takes more than a second."""
    if quiet:
        yield
        return
    timer = threading.Timer(UNHURRIED_SECONDS, lambda: click.echo(f"{message} ...", err=True))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def refuse_without(extra: str, *modules: str) -> None:
    """Raise UsageError unless these modules of an extra are installed."""
    from pathsim.api.arguments import needs

    try:
        needs(extra, *modules)
    except ImportError as wrong:
        raise click.UsageError(str(wrong)) from None


def refuse_unwritable(file: "Path", option: str, *, force: bool) -> None:
    """Raise UsageError for a file that is not to be written; ``option`` is the one that names it."""
    if not file.parent.is_dir():
        raise click.UsageError(f"there is no folder {file.parent}: create it first, or name another file with {option}")
    if file.exists() and not force:
        raise click.UsageError(f"{file} already exists: name another file, or overwrite it with --force")
