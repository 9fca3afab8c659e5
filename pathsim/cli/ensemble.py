"""``pathsim ensemble``: the same trial many times, and its operating characteristics."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import click

from pathsim import __version__
from pathsim.cli.options import drawn_seed, json_option, scenario_argument, seed_option, set_option
from pathsim.cli.output import page, print_json

if TYPE_CHECKING:
    from pathsim.ensemble.store import Store


@click.command(short_help="The same trial many times: power, stopping, prediction intervals.")
@scenario_argument
@click.option("--replicates", type=click.IntRange(1), default=1000, show_default=True, help="How many trials.")
@seed_option
@set_option
@click.option("--null", is_flag=True, help="Give both arms the control arm's pathway: the power is the type I error.")
@click.option("--workers", type=click.IntRange(1), help="Processes; one for each core if absent. Same results.")
@json_option
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Keep finished chunks, rows and summary in this folder; run again, it goes on where it was.",
)
@click.option("--format", "rows_format", type=click.Choice(["parquet", "csv"]), help="One row a replicate, as this.")
@click.option("--force", is_flag=True, help="Begin anew in a folder that holds another ensemble.")
@click.option("-q", "--quiet", is_flag=True, help="No progress bar.")
def ensemble(
    scenario: str,
    replicates: int,
    seed: int | None,
    settings: dict[str, str],
    null: bool,
    workers: int | None,
    as_json: bool,
    out: Path | None,
    rows_format: Literal["parquet", "csv"] | None,
    force: bool,
    quiet: bool,
) -> None:
    """Simulate SCENARIO many times and print its operating characteristics."""
    from pathsim.ensemble.run import CHUNK, Recipe
    from pathsim.ensemble.run import ensemble as simulate
    from pathsim.ensemble.summary import summary
    from pathsim.export.json_text import as_json as as_json_text
    from pathsim.scenario.files import find

    recipe = Recipe.of(find(scenario), settings, null=null)
    made = recipe.scenario()
    if seed is None:
        seed = _stored_seed(out)
    # Starting a process costs as much as several chunks: a small ensemble does not repay it.
    workers = workers or (os.cpu_count() or 1 if replicates > 8 * CHUNK else 1)
    about = {
        "scenario": {"name": made.name, "sha256": made.sha256, "overrides": dict(made.overrides)},
        "seed": seed,
        "null": null,
    }
    rows_format = _rows_format(rows_format)
    store = None if out is None else _store(out, about, force=force)
    with _progress(replicates, quiet=quiet) as finished:
        columns = simulate(recipe, seed, replicates, workers=workers, store=store, finished=finished)
    found = {"schema_version": 1, "pathsim": __version__, **about, **summary(made, columns)}
    if store is not None:
        for path in store.publish(columns, as_json_text(found) + "\n", rows_format):
            click.echo(f"wrote {path}", err=True)
    if as_json:
        print_json(found)
        return
    from pathsim.report.characteristics import print_characteristics

    with page() as screen:
        print_characteristics(screen, made, seed, found, columns)


def _rows_format(asked: Literal["parquet", "csv"] | None) -> Literal["parquet", "csv"]:
    from importlib.util import find_spec

    has_parquet = find_spec("pyarrow") is not None
    if asked == "parquet" and not has_parquet:
        raise click.UsageError("--format parquet needs pyarrow: install 'pathsim-trials[report]', or use --format csv")
    return asked or ("parquet" if has_parquet else "csv")


def _stored_seed(folder: Path | None) -> int:
    from pathsim.ensemble.store import stored_seed

    stored = None if folder is None else stored_seed(folder)
    return drawn_seed() if stored is None else stored


def _store(folder: Path, about: dict[str, Any], *, force: bool) -> "Store":
    from pathsim.ensemble.store import Store, StoreError

    try:
        return Store(folder, {"pathsim": __version__, **about}, force=force)
    except StoreError as wrong:
        raise click.UsageError(str(wrong)) from None


@contextmanager
def _progress(replicates: int, *, quiet: bool) -> Iterator[Callable[[int], None]]:
    """A bar on standard error with the time that is left, if somebody is there to see it."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    screen = Console(stderr=True)
    columns = (TextColumn("replicates"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=screen, transient=True, disable=quiet or not screen.is_terminal) as bar:
        task = bar.add_task("", total=replicates)
        yield lambda done: bar.update(task, completed=done)
