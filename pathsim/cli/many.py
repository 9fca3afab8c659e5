"""What commands share that simulate many trials: processes, progress, and what to say if they come to an early end."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn

import click

if TYPE_CHECKING:
    from pathsim.ensemble.store import Store
    from pathsim.ensemble.workers import Workers

workers_option = click.option(
    "--workers", type=click.IntRange(1), help="Processes; one for each core if absent. Same results."
)
quiet_option = click.option("-q", "--quiet", is_flag=True, help="No progress bar.")


def processes(asked: "Workers | None", replicates: int) -> "Workers":
    """What was asked, or one process for each core, unless so few replicates do not repay starting them."""
    from pathsim.ensemble.run import CHUNK

    if asked is not None:
        return asked
    if replicates <= 8 * CHUNK:
        return 1
    # A job of a cluster may have fewer cores than the machine.
    cores = getattr(os, "sched_getaffinity", None)
    return len(cores(0)) if cores else os.cpu_count() or 1


@contextmanager
def told_of_trouble(store: "Store | None") -> Iterator[None]:
    """Say in a line what became of the replicates when the user or a lost worker ends an ensemble."""
    from pathsim.cli import FAILED, INTERRUPTED
    from pathsim.ensemble.workers import LostWorkersError, WorkersError

    try:
        yield
    except KeyboardInterrupt:
        _leave(f"interrupted; {_remains(store)}", INTERRUPTED)
    except LostWorkersError as wrong:
        _leave(f"pathsim: {wrong}; {_remains(store)}", FAILED)
    except WorkersError as wrong:
        raise click.UsageError(str(wrong)) from None


def _remains(store: "Store | None") -> str:
    if store is None:
        return "nothing is kept: with --out FOLDER the same command would go on from there"
    return f"finished chunks in {store.folder}: {len(store.held()):,}; the same command goes on from there"


def _leave(message: str, code: int) -> NoReturn:
    click.echo(message, err=True)
    raise click.exceptions.Exit(code) from None


@contextmanager
def progress(replicates: int | None, *, quiet: bool) -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error with the time that is left, if somebody is there to see it."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    screen = Console(stderr=True)
    columns = (TextColumn("replicates"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=screen, transient=True, disable=quiet or not screen.is_terminal) as bar:
        task = bar.add_task("", total=replicates)

        def finished(done: int, of: int) -> None:
            bar.tasks[task].total = of  # to update it would forget how fast it went
            bar.update(task, completed=done)

        yield finished
