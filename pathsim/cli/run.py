"""``pathsim run``: one trial, headless."""

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from pathsim.cli.options import drawn_seed, json_option, scenario_argument, seed_option, set_option
from pathsim.cli.output import page, patience, print_json

if TYPE_CHECKING:
    from pathsim.scenario.scenario import Scenario


@click.command(short_help="Simulate one trial and print its report.")
@scenario_argument
@seed_option
@click.option(
    "--replicate",
    type=click.IntRange(0),
    default=0,
    metavar="K",
    help="Which of this seed's trials; the first is 0.",
)
@set_option
@click.option(
    "--engine",
    type=click.Choice(["auto", "sweep", "clock"]),
    default="auto",
    help="sweep is faster, clock follows queues; both give the same trial. auto takes the clock if a queue forms.",
)
@json_option
@click.option("--watch", is_flag=True, help="Print one plain line for each month of the trial instead of the report.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Write results, journal and ADaM tables to this folder.",
)
@click.option(
    "--format",
    "journal_format",
    type=click.Choice(["parquet", "csv"]),
    help="The journal's format; parquet if pyarrow is installed, else csv.",
)
@click.option("--force", is_flag=True, help="Write over the files of an earlier run.")
@click.option("-q", "--quiet", is_flag=True, help="No progress or messages on standard error.")
def run(
    scenario: str,
    seed: int | None,
    replicate: int,
    settings: dict[str, str],
    engine: Literal["auto", "sweep", "clock"],
    as_json: bool,
    watch: bool,
    out: Path | None,
    journal_format: Literal["parquet", "csv"] | None,
    force: bool,
    quiet: bool,
) -> None:
    """Simulate one trial of SCENARIO and print what a trial report would."""
    _refuse_contradictions(watch=watch, as_json=as_json, engine=engine)
    from pathsim.scenario.scenario import load

    loaded = load(scenario, settings)
    if out is not None:
        journal_format = _format(out, journal_format, force=force)
    if seed is None:
        seed = drawn_seed()
        if watch and not quiet:
            click.echo(f"seed {seed}", err=True)
    if watch:
        _watch(loaded, seed, replicate)
        if out is None:
            return
    from pathsim.engines import simulate
    from pathsim.trial.results import results

    with patience(f"simulating {loaded.patients:,} patients", quiet=quiet):
        chunk, _ = simulate(loaded, seed, replicate, engine)
        found = results(chunk)
    if out is not None and journal_format is not None:
        from pathsim.export.folder import write

        write(out, chunk, found, journal_format, sys.argv[1:])
        if not quiet:
            click.echo(f"wrote {out}", err=True)
    if as_json:
        print_json(found)
    elif not watch:
        from pathsim.report.terminal import print_report

        with page() as screen:
            print_report(screen, chunk, found)


def _refuse_contradictions(*, watch: bool, as_json: bool, engine: str) -> None:
    if watch and as_json:
        raise click.UsageError("--watch prints lines and --json one object: choose one of them")
    if watch and engine == "sweep":
        raise click.UsageError("--watch follows the calendar, which only the clock has: leave --engine sweep out")


def _format(out: Path, journal_format: Literal["parquet", "csv"] | None, *, force: bool) -> Literal["parquet", "csv"]:
    from pathsim.export.folder import FolderError, writable

    try:
        return writable(out, journal_format, force=force)
    except FolderError as wrong:
        raise click.UsageError(str(wrong)) from None


def _watch(loaded: "Scenario", seed: int, replicate: int) -> None:
    from pathsim.clock import Clock
    from pathsim.report.monthly import monthly

    clock = Clock(loaded, seed, replicate)
    for line in monthly(clock, seed, replicate):
        click.echo(line)
