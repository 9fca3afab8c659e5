"""What commands share that simulate many trials: processes, progress, and what to say if they come to an early end."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn, TypeVar

import click

from pathsim.api.arguments import MOST_WORKERS, needs
from pathsim.cli.options import whole
from pathsim.text import harmless

if TYPE_CHECKING:
    from pathsim.ensembles.store import Store

workers_option = click.option(
    "--workers",
    type=whole(1, MOST_WORKERS),
    help="How many processes; by default one for each core. Results do not depend on it.",
)
Crew = TypeVar("Crew", bound=int | str)
"""How many processes of this machine, or the address of a dask scheduler."""
NOTHING_KEPT = "nothing was kept; with --out FOLDER the same command would continue from there"
quiet_option = click.option("-q", "--quiet", is_flag=True, help="No progress bar.")


def _with_scipy(ctx: click.Context, param: click.Parameter, value: bool) -> bool:
    del ctx, param
    if value:
        needs_fit("scipy")
    return value


uncertain_option = click.option(
    "--uncertain",
    is_flag=True,
    callback=_with_scipy,
    help="Redraw every published count and interval in each replicate, within its uncertainty.",
)


def workers_begun(asked: Crew | None, replicates: int) -> Crew | int:
    """What was asked, or one process for each core, unless so few replicates do not repay starting them.

    If there are several, they begin to load while this process does.
    """
    from pathsim.ensembles.processes import begin_to_load
    from pathsim.ensembles.spans import CHUNK

    # A job of a cluster may have fewer cores than the machine.
    cores = getattr(os, "sched_getaffinity", None)
    most = len(cores(0)) if cores else os.cpu_count() or 1
    workers = asked or (most if replicates > 8 * CHUNK else 1)
    if isinstance(workers, int) and workers > 1:
        begin_to_load()
    return workers


def needs_fit(*modules: str) -> None:
    """Refuse, with a sentence, to go on without these modules of the extra ``fit``."""
    try:
        needs("fit", *modules)
    except ImportError as wrong:
        raise click.UsageError(str(wrong)) from None


@contextmanager
def told_of_trouble(store: "Store | None", nothing: str = NOTHING_KEPT) -> Iterator[None]:
    """Say in a line what became of the replicates when the user or a lost worker ends a command.

    ``nothing`` is what is said where there is no store.
    """
    from pathsim.cli import FAILED, INTERRUPTED, WRONG
    from pathsim.ensembles.collected import NoRoomError
    from pathsim.ensembles.store import StoreError
    from pathsim.ensembles.workers import LostWorkersError, WorkersError

    try:
        yield
    except KeyboardInterrupt:
        _leave(f"interrupted; {_remains(store, nothing)}", INTERRUPTED)
    except LostWorkersError as wrong:
        _leave(f"pathsim: {wrong}; {_remains(store, nothing)}", FAILED)
    except (NoRoomError, StoreError) as wrong:
        _leave(f"pathsim: {wrong}; {_remains(store, nothing)}", WRONG)
    except WorkersError as wrong:
        raise click.UsageError(str(wrong)) from None


def _remains(store: "Store | None", nothing: str) -> str:
    if store is None:
        return nothing
    return f"finished chunks in {store.folder}: {len(store.held()):,}; the same command continues from there"


def say(sentence: str) -> None:
    """Say what happens to a user's files."""
    click.echo(f"pathsim: {sentence}", err=True)


def _leave(message: str, code: int) -> NoReturn:
    click.echo(harmless(message), err=True)
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


@contextmanager
def points_tried(*, quiet: bool) -> Iterator[Callable[[int], None]]:
    """How many points have been tried, on standard error, if somebody is there to see it."""
    from rich.console import Console

    screen = Console(stderr=True)
    if quiet or not screen.is_terminal:
        yield lambda _: None
        return
    with screen.status("points tried: 0") as status:
        yield lambda done: status.update(f"points tried: {done}")
