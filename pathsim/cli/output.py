"""Where output goes: results to standard output, progress and messages to standard error."""

import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from rich.console import Console

UNHURRIED_SECONDS = 1.0
PAGE_WIDTH = 114
"""Characters in a line where there is no terminal to ask: every table fits."""


def console() -> "Console":
    """The console of standard output. Without a terminal it is wide enough for every table."""
    from rich.console import Console

    plain = Console(highlight=False, soft_wrap=False)
    return plain if plain.is_terminal else Console(highlight=False, width=max(plain.width, PAGE_WIDTH))


def print_json(value: Any) -> None:
    """Print a value as JSON, floats at full precision, infinities and missing numbers as null."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False, default=str))


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


def is_terminal() -> bool:
    """Whether somebody is there to look at standard output."""
    return sys.stdout.isatty()
