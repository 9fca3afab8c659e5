"""``pathsim run``: one trial, headless."""

import sys
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

import pathsim
from pathsim.api.arguments import drawn_seed
from pathsim.cli.options import (
    RenamedChoice,
    chosen_format,
    json_option,
    scenario_argument,
    seed_option,
    set_option,
    until_option_with,
    whole,
)
from pathsim.cli.output import page, patience, print_json
from pathsim.couplings import COUPLINGS, Coupling
from pathsim.text import counted, harmless

if TYPE_CHECKING:
    from pathsim import Results, Scenario
    from pathsim.engines.choose import Engine
    from pathsim.parquet import TableFormat

ENGINES = ("auto", "vectorized", "discrete-event")
FORMER_ENGINES = {"sweep": "vectorized", "clock": "discrete-event"}


@click.command(short_help="Simulate one trial and print its report.")
@scenario_argument
@seed_option
@click.option(
    "--replicate",
    type=whole(),
    default=0,
    metavar="K",
    help="Which of this seed's trials; the first is 0.",
)
@set_option
@click.option(
    "--engine",
    type=RenamedChoice(ENGINES, FORMER_ENGINES),
    default="auto",
    help="vectorized puts all patients through the pathway at once and is faster, discrete-event follows the calendar; "
    "both give the same trial. auto takes the former.",
)
@until_option_with("Report the trial as it was at the end of this date, before its final cut-off.")
@click.option(
    "--hold-arms",
    is_flag=True,
    help="Patients keep the arms they have without --set, so that only what is set changes their course.",
)
@click.option(
    "--coupling",
    type=click.Choice(COUPLINGS),
    help="How patients' draws in the other arm go with their own: the same (shared, as without this option); other "
    "draws in the therapies; other draws from the randomization on. The trial itself stays as it is.",
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
@click.option("--force", is_flag=True, help="Overwrite the files of an earlier run.")
@click.option("-q", "--quiet", is_flag=True, help="No progress or messages on standard error.")
def run(
    scenario: str,
    seed: int | None,
    replicate: int,
    settings: dict[str, str],
    engine: "Engine",
    until: date | None,
    hold_arms: bool,
    coupling: Coupling | None,
    as_json: bool,
    watch: bool,
    out: Path | None,
    journal_format: "TableFormat | None",
    force: bool,
    quiet: bool,
) -> None:
    """Simulate one trial of SCENARIO and print what a trial report would."""
    _refuse_contradictions(watch=watch, as_json=as_json, engine=engine, is_cut=until is not None, held=hold_arms)
    _refuse_idle_coupling(coupling, watch=watch, as_json=as_json, is_cut=until is not None)
    _refuse_without_folder(out, {"--format": journal_format is not None, "--force": force})
    loaded = pathsim.load(scenario, settings)
    _refuse_coupling_without_two_arms(coupling, loaded)
    _refuse_other_dates(loaded, until)
    if out is not None:
        journal_format = chosen_format(journal_format)
        _make_writable(out, force=force)
    if seed is None:
        seed = drawn_seed()
        if watch and not quiet:
            click.echo(f"seed {seed}", err=True)
    if watch:
        _watch(loaded, seed, replicate)
        if out is None:
            return
    with patience(f"simulating {counted(loaded.patients, 'patient')}", quiet=quiet):
        trial = _trial(loaded, seed, replicate, engine, until, held=hold_arms)
    if out is not None and journal_format is not None:
        from pathsim.export.folder import write

        write(out, trial.chunk, dict(trial), journal_format, sys.argv[1:])
        if not quiet:
            click.echo(f"wrote {harmless(str(out))}", err=True)
    if as_json:
        print_json(dict(trial))
    elif not watch:
        from pathsim.report.terminal import print_report

        with page() as screen:
            print_report(screen, trial.chunk, dict(trial), coupling or "shared")


def _refuse_contradictions(*, watch: bool, as_json: bool, engine: str, is_cut: bool, held: bool) -> None:
    if watch and as_json:
        raise click.UsageError("--watch prints lines and --json one object: choose one")
    if watch and engine == "vectorized":
        raise click.UsageError(
            "--watch follows the calendar, which only the discrete-event engine has: leave --engine vectorized out"
        )
    if watch and (is_cut or held):
        raise click.UsageError("--watch shows the whole trial as it goes: leave --until and --hold-arms out")


def _refuse_idle_coupling(coupling: Coupling | None, *, watch: bool, as_json: bool, is_cut: bool) -> None:
    if coupling is None:
        return
    if watch:
        raise click.UsageError("--coupling is about a part of the report that --watch does not print: leave one out")
    if as_json:
        raise click.UsageError("--json has the counterfactual under every coupling: leave --coupling out")
    if is_cut:
        raise click.UsageError("of a trial that goes on (--until) the counterfactual is not told: leave --coupling out")


def _refuse_coupling_without_two_arms(coupling: Coupling | None, scenario: "Scenario") -> None:
    if coupling is not None and len(scenario.arms) != 2:
        has = f"has {len(scenario.arms) or 'none'}"
        raise click.UsageError(f"--coupling is about the other of two arms, and '{scenario.name}' {has}: leave it out")


def _refuse_without_folder(out: Path | None, options: Mapping[str, bool]) -> None:
    for name, is_given in options.items():
        if is_given and out is None:
            raise click.UsageError(f"{name} is about the files of --out FOLDER: name a folder, or leave it out")


def _refuse_other_dates(scenario: "Scenario", until: date | None) -> None:
    if until is None:
        return
    from pathsim.api.arguments import ArgumentError
    from pathsim.api.until import day_until

    try:
        day_until(scenario, until)
    except ArgumentError as wrong:
        raise click.UsageError(f"--{wrong}") from None


def _trial(
    scenario: "Scenario", seed: int, replicate: int, engine: "Engine", until: date | None, *, held: bool
) -> "Results":
    """The trial; if arms are held, patients keep those that they have where nothing is set."""
    if not held:
        return pathsim.run(scenario, seed, replicate, until=until, engine=engine)
    from pathsim.scenario.scenario import load

    return pathsim.run(scenario, seed, replicate, until=until, engine=engine, arms_of=load(scenario.layers.source))


def _make_writable(out: Path, *, force: bool) -> None:
    from pathsim.export.folder import FolderError, make_writable

    try:
        make_writable(out, force=force)
    except FolderError as wrong:
        raise click.UsageError(str(wrong)) from None


def _watch(loaded: "Scenario", seed: int, replicate: int) -> None:
    from pathsim.engines.discrete_event import DiscreteEventEngine
    from pathsim.report.monthly import monthly

    engine = DiscreteEventEngine(loaded, seed, replicate)
    for line in monthly(engine, seed, replicate):
        click.echo(line)
