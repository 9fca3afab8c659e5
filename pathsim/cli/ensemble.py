"""``pathsim ensemble``: the same trial many times, and its operating characteristics."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

import click

from pathsim.api.arguments import MOST_REPLICATES, drawn_seed
from pathsim.cli.figures import asked, figure_option, none_chosen_told, where_option
from pathsim.cli.many import (
    progress,
    quiet_option,
    say,
    told_of_trouble,
    uncertain_option,
    workers_begun,
    workers_option,
)
from pathsim.cli.options import (
    chosen_format,
    json_option,
    scenario_argument,
    seed_option,
    set_option,
    until_option_with,
    vary_option,
    whole,
)
from pathsim.cli.output import page, print_json
from pathsim.text import counted, harmless

if TYPE_CHECKING:
    from datetime import date

    from pathsim import Ensemble
    from pathsim.ensembles.precision import Precision
    from pathsim.ensembles.request import EnsembleRequest
    from pathsim.ensembles.run import Recipe
    from pathsim.ensembles.spans import Shard
    from pathsim.ensembles.store import Store
    from pathsim.ensembles.workers import Workers
    from pathsim.parquet import TableFormat

Backend: TypeAlias = Literal["processes", "dask"]
REPLICATES, REPLICATES_UNTIL_SE = 1000, 1_000_000
_SHARD = re.compile(r"\s*(\d{1,9})\s*/\s*(\d{1,9})\s*", re.ASCII)


def _standard_error(ctx: click.Context, param: click.Parameter, value: float | None) -> float | None:
    if value is not None and not 0 < value < 1:
        raise click.BadParameter("a standard error of the power lies between 0 and 1, such as 0.002", ctx, param)
    return value


def _shard(ctx: click.Context, param: click.Parameter, text: str | None) -> "Shard | None":
    if text is None:
        return None
    from pathsim.ensembles.spans import Shard

    parts = _SHARD.fullmatch(text)
    if parts is None or not 1 <= int(parts[1]) <= int(parts[2]):
        raise click.BadParameter(f"write i/n, such as 2/8 for the second of eight shards, not '{text}'", ctx, param)
    return Shard(int(parts[1]), int(parts[2]))


format_option = click.option(
    "--format",
    "rows_format",
    type=click.Choice(["parquet", "csv"]),
    help="The format of the rows, one for each replicate.",
)
until_option = until_option_with("Report every trial as it was at the end of this date, before its final cut-off.")
force_option = click.option("--force", is_flag=True, help="Start afresh in a folder that holds another ensemble.")


@click.command(short_help="The same trial many times: power, stopping, prediction intervals.")
@scenario_argument
@click.option(
    "--replicates",
    type=whole(1, MOST_REPLICATES),
    show_default=f"{REPLICATES}; {REPLICATES_UNTIL_SE} with --until-se",
    help="How many trials; with --until-se, the most.",
)
@click.option(
    "--until-se",
    type=float,
    callback=_standard_error,
    metavar="SE",
    help="Go on until the Monte Carlo standard error of the power is at most this, such as 0.002.",
)
@seed_option
@set_option
@vary_option
@until_option
@figure_option
@where_option
@click.option("--null", is_flag=True, help="Give all arms the control arm's pathway: the power is the type I error.")
@uncertain_option
@workers_option
@click.option(
    "--backend",
    type=click.Choice(["processes", "dask"]),
    default="processes",
    show_default=True,
    help="Where to simulate: in processes on this machine, or on the workers of a dask cluster.",
)
@click.option("--scheduler", metavar="ADDRESS", help="The scheduler of the dask cluster, such as tcp://HOST:8786.")
@json_option
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="Keep finished chunks, rows and summary in this folder; run again, it goes on where it stopped.",
)
@click.option(
    "--shard",
    callback=_shard,
    metavar="I/N",
    help="Simulate only the I-th of N equal parts, in --out; pathsim merge joins them.",
)
@format_option
@force_option
@quiet_option
def ensemble(
    scenario: str,
    replicates: int | None,
    until_se: float | None,
    seed: int | None,
    settings: dict[str, str],
    variations: list[tuple[str, list[str]]],
    until: "date | None",
    figures: tuple[str, ...],
    where: tuple[str, ...],
    null: bool,
    uncertain: bool,
    workers: int | None,
    backend: Backend,
    scheduler: str | None,
    as_json: bool,
    out: Path | None,
    shard: "Shard | None",
    rows_format: "TableFormat | None",
    force: bool,
    quiet: bool,
) -> None:
    """Simulate SCENARIO many times and print its operating characteristics."""
    _refuse_contradictions(backend, scheduler, workers)
    if until_se is not None:
        _refuse_out_of_reach(until_se, replicates or REPLICATES_UNTIL_SE)
    if uncertain and (variations or until_se is not None):
        raise click.UsageError(
            "--uncertain compares numbers as stated with numbers as drawn, over a given number of replicates: leave "
            f"{'--vary' if variations else '--until-se'} out"
        )
    if uncertain and where:
        from pathsim.api.ensembles import NOT_OF_UNCERTAIN

        raise click.UsageError(f"--uncertain with --where: {NOT_OF_UNCERTAIN}")
    if shard is not None:
        _refuse_for_shards(out, until_se, as_json=as_json, rows_format=rows_format, where=where)
    replicates = replicates or (REPLICATES if until_se is None else REPLICATES_UNTIL_SE)
    crew = workers_begun(scheduler or workers, replicates)
    from pathsim.ensembles.request import EnsembleRequest
    from pathsim.ensembles.run import Recipe
    from pathsim.ensembles.vary import crossed
    from pathsim.scenario.files import find

    recipe = Recipe.of(
        find(scenario),
        settings,
        null=null,
        varied=crossed(variations) if variations else (),
        uncertain=uncertain,
    )
    if until is not None:
        recipe = replace(recipe, until=_date_within(recipe, until))
    request = EnsembleRequest(recipe, _seed(seed, out, shard), replicates, until_se, 1 if shard is None else shard.of)
    request = asked(request, figures, where)
    precision = precision_of(request)
    rows_format = chosen_format(rows_format)
    store = None if out is None else begun(out, request, force=force)
    if shard is not None and store is not None:
        _make_shard(request, shard, store, crew, quiet=quiet)
        return
    made = _make(request, precision, store, crew, quiet=quiet)
    conclude(made, store, rows_format, as_json=as_json)


def _refuse_contradictions(backend: Backend, scheduler: str | None, workers: int | None) -> None:
    if scheduler is not None and not scheduler.strip():
        raise click.UsageError("--scheduler needs the address of the cluster, such as tcp://HOST:8786")
    if backend == "dask" and scheduler is None:
        raise click.UsageError("--backend dask needs the cluster's address: add --scheduler tcp://HOST:8786")
    if backend != "dask" and scheduler is not None:
        raise click.UsageError("--scheduler is for a dask cluster: add --backend dask")
    if backend == "dask" and workers is not None:
        raise click.UsageError("a dask cluster has its own workers: leave --workers out")


def _refuse_out_of_reach(until_se: float, replicates: int) -> None:
    """Refuse a precision that neither so many replicates nor a million can reach, whatever the power."""
    from pathsim.ensembles.precision import monte_carlo_error

    if until_se < monte_carlo_error(0, max(replicates, REPLICATES_UNTIL_SE)):
        least = monte_carlo_error(0, replicates)
        raise click.UsageError(
            f"--until-se {until_se:g} is out of reach: after {counted(replicates, 'replicate')} the error is at least "
            f"{least:.1e}, whatever the power; ask for a larger error, or for more --replicates"
        )


def _date_within(recipe: "Recipe", until: "date") -> "date":
    from pathsim.api.arguments import ArgumentError
    from pathsim.api.until import date_until

    try:
        return date_until(recipe.scenarios(), until)
    except ArgumentError as wrong:
        raise click.UsageError(f"--{wrong}") from None


def _refuse_for_shards(
    out: Path | None,
    until_se: float | None,
    *,
    as_json: bool,
    rows_format: "TableFormat | None",
    where: Sequence[str],
) -> None:
    if out is None:
        raise click.UsageError("a shard is kept in a folder, for pathsim merge: add --out FOLDER")
    if until_se is not None:
        raise click.UsageError(
            "--until-se looks at all replicates in order, and a shard has only some: give --replicates instead"
        )
    if as_json or rows_format is not None:
        raise click.UsageError("a shard has no results yet: leave --json and --format to pathsim merge")
    if where:
        raise click.UsageError(
            "a shard is summarized with the others: leave --where to pathsim merge, and name with --figure what it is "
            "about if ensembles do not have it anyway"
        )


def _seed(seed: int | None, out: Path | None, shard: "Shard | None") -> int:
    """The seed asked for, or that of the folder, or one that is drawn."""
    if seed is not None:
        return seed
    from pathsim.ensembles.store import StoreError, stored_seed

    try:
        stored = None if out is None else stored_seed(out)
    except StoreError as wrong:
        raise click.UsageError(str(wrong)) from None
    if stored is None and shard is not None:
        raise click.UsageError("all shards need the same seed: add --seed N")
    return drawn_seed() if stored is None else stored


def precision_of(request: "EnsembleRequest") -> "Precision | None":
    """The precision that is asked of the power, if any is."""
    from pathsim.ensembles.precision import Precision

    scenario = request.recipe.scenario()
    if request.until_se is None:
        return None
    precision = Precision.of(scenario, request.until_se, request.selection)
    if precision is None:
        raise click.UsageError(
            f"'{scenario.name}' does not compare two arms, so it has no power: give --replicates instead of --until-se"
        )
    return precision


def _make(
    request: "EnsembleRequest",
    precision: "Precision | None",
    store: "Store | None",
    workers: "Workers",
    *,
    quiet: bool,
) -> "Ensemble":
    from pathsim.api.ensembles import simulated

    total = None if precision is not None else request.replicates
    with none_chosen_told(), told_of_trouble(store), progress(total, quiet=quiet) as finished:
        return simulated(
            request,
            workers=workers,
            store=store,
            precision=precision,
            progress=finished,
        )


def _make_shard(request: "EnsembleRequest", shard: "Shard", store: "Store", workers: "Workers", *, quiet: bool) -> None:
    """Make the chunks of a shard, and say how to go on."""
    from pathsim.ensembles.run import fill
    from pathsim.ensembles.spans import spans

    places = spans(request.replicates, shard)
    count = places.replicates
    with told_of_trouble(store), progress(count, quiet=quiet) as finished:
        fill(request.recipe, request.seed, places, store, workers=workers, finished=finished)
    folder = harmless(str(store.folder))
    click.echo(
        f"shard {shard} is done: {count:,} of {counted(request.replicates, 'replicate')} are in {folder}. When all "
        f"{shard.of} shards are done: pathsim merge {folder} [FOLDERS of the others] --out RESULTS",
        err=True,
    )


def conclude(many: "Ensemble", store: "Store | None", rows_format: "TableFormat", *, as_json: bool) -> None:
    """Keep the rows and what they say, and print it."""
    if store is not None:
        with told_of_trouble(store):
            for path in store.publish(many.file_table, many.to_json() + "\n", rows_format):
                click.echo(f"wrote {harmless(str(path))}", err=True)
    if "until_se" in many:
        _say_precision(many)
    if as_json:
        print_json(dict(many))
        return
    from pathsim.report.characteristics import print_characteristics
    from pathsim.report.comparison import print_comparison

    with page() as screen:
        if "settings" in many:
            print_comparison(screen, many.scenario, many["seed"], dict(many), many.request.figures)
        else:
            print_characteristics(screen, many.scenario, many["seed"], dict(many), many.columns, many.request.figures)


def _say_precision(many: "Ensemble") -> None:
    until_se = many["until_se"]
    label = many.scenario.compared_label(until_se["endpoint"], until_se["arm"])
    missed = until_se["reached"] > until_se["asked"]
    chosen = f", {many['where']['replicates']:,} of which meet the conditions," if "where" in many else ""
    click.echo(
        f"after {counted(many.rows.replicates, 'replicate')}{chosen} the power of {label} has a standard error "
        f"of {until_se['reached']:.2g}"
        + (f", more than the {until_se['asked']:g} asked for: raise --replicates" if missed else ""),
        err=True,
    )


def begun(folder: Path, request: "EnsembleRequest", *, force: bool) -> "Store":
    """The store of this ensemble in a folder, or a message why there cannot be one."""
    from pathsim.ensembles.store import Store, StoreError

    try:
        return Store.begin(folder, request.kept(), say, force=force)
    except StoreError as wrong:
        raise click.UsageError(str(wrong)) from None
