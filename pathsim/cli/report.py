"""``pathsim report``: one HTML file, as a trial report would be."""

import shlex
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

import click

import pathsim
from pathsim.api.arguments import MOST_REPLICATES, drawn_seed
from pathsim.cli.many import progress, quiet_option, told_of_trouble, workers_begun, workers_option
from pathsim.cli.options import scenario_argument, seed_option_with, set_option, whole
from pathsim.cli.output import refuse_unwritable, refuse_without
from pathsim.text import harmless

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pathsim import Scenario
    from pathsim.report.html.content import ReportDocument
    from pathsim.report.html.reported import ReportedTrial
    from pathsim.report.html.sections.compared import ReportedComparison
    from pathsim.validation.targets import TargetComparison

REPLICATES = 1000
MOST_BESIDE_TARGETS = 500
"""So many trials that take the published course tell well enough whether a target is met.

The error of their mean is a twentieth of what one trial of the same size is uncertain by.
"""
DOCUMENT = "pathsim.report.html.document"
ENDING = ".html"


@click.command(short_help="Write a report of a trial as one HTML file, with figures and tables.")
@scenario_argument
@click.argument("other", metavar="[OTHER]", required=False)
@click.option(
    "--replicates",
    type=whole(1, MOST_REPLICATES),
    default=REPLICATES,
    show_default=True,
    help="How many trials of the same design to set beside this one; 1 is this one alone.",
)
@click.option("--replicate", type=whole(), default=0, metavar="K", help="Which of this seed's trials; the first is 0.")
@seed_option_with("Drawn if absent, and told in the report.")
@set_option
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="The file to write; SCENARIO-report.html in this folder if absent.",
)
@click.option(
    "--figures",
    type=click.Path(path_type=Path, file_okay=False),
    metavar="DIR",
    help="Write every figure as SVG, PDF and PNG to this folder, too.",
)
@click.option("--force", is_flag=True, help="Overwrite files that are there already.")
@workers_option
@quiet_option
def report(
    scenario: str,
    other: str | None,
    replicates: int,
    replicate: int,
    seed: int | None,
    settings: dict[str, str],
    out: Path | None,
    figures: Path | None,
    force: bool,
    workers: int | None,
    quiet: bool,
) -> None:
    """Write a report of one trial of SCENARIO, and of many like it, as one HTML file that needs no network.

    It is made to be printed, too: on A4 or letter. Every number in it is one of pathsim run, ensemble or validate. With
    OTHER it sets two scenarios side by side on the same patients with the same draws, and --set changes OTHER, which
    can be the same scenario again.
    """
    refuse_without("report", "jinja2", "matplotlib")
    _refuse_contradictions(scenario, other, replicate=replicate, replicates=replicates)
    crew = workers_begun(workers, replicates)
    made = pathsim.load(scenario, settings if other is None else {})
    second = None if other is None else pathsim.load(other, settings)
    file = _file(made, out, force=force)
    folder = None if figures is None else _folder(figures, force=force)
    seed = drawn_seed() if seed is None else seed
    words = [scenario, *([] if other is None else [other])]
    numbers = {"seed": seed, "replicate": replicate, "replicates": replicates}
    command = _command(words, settings, numbers if other is None else {"seed": seed, "replicates": replicates})
    # It takes long to load what draws: meanwhile the workers begin.
    Thread(target=import_module, args=(DOCUMENT,), daemon=True).start()
    if second is None:
        written = _of_one(_trial(made, seed, replicate, replicates, crew, command, quiet=quiet))
    else:
        written = _of_two(_comparison(made, second, seed, replicates, crew, command, quiet=quiet))
    _write(written, file, folder, quiet=quiet)


def _refuse_contradictions(scenario: str, other: str | None, *, replicate: int, replicates: int) -> None:
    if other is None:
        return
    if scenario == other == "-":
        raise click.UsageError("standard input can be read once: only one of the two scenarios can be -")
    if replicates < 2:
        raise click.UsageError("two scenarios are compared over many trials: --replicates is 2 at least")
    if replicate:
        raise click.UsageError("of two scenarios trial 0 is told: leave --replicate out")


def _file(made: "Scenario", out: Path | None, *, force: bool) -> Path:
    """Where to write the report. Raises UsageError if that cannot be."""
    file = Path(f"{made.name}-report{ENDING}") if out is None else out
    refuse_unwritable(file, "--out", force=force)
    return file


def _folder(folder: Path, *, force: bool) -> Path:
    """Where to write figures. Raises UsageError if that cannot be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        has_files = any(folder.iterdir())
    except OSError as wrong:
        raise click.UsageError(f"{folder} cannot be written: {wrong.strerror}") from None
    if has_files and not force:
        raise click.UsageError(f"{folder} has files already: name another folder, or overwrite them with --force")
    return folder


def _trial(
    made: "Scenario", seed: int, replicate: int, replicates: int, crew: int, command: str, *, quiet: bool
) -> "ReportedTrial":
    """The trial and its results; many like it and the targets beside them, if they were asked for."""
    from pathsim.report.html.reported import ReportedEnsemble, ReportedTrial

    results = pathsim.run(made, seed, replicate)
    if replicates == 1:
        return ReportedTrial(results.chunk, dict(results), command)
    with told_of_trouble(None, "nothing was written"), progress(replicates, quiet=quiet) as finished:
        many = pathsim.ensemble(made, replicates, seed, workers=crew, progress=finished)
    comparisons: Sequence[TargetComparison] = ()
    if made.sections.targets:
        count = min(replicates, MOST_BESIDE_TARGETS)
        with told_of_trouble(None, "nothing was written"), progress(count, quiet=quiet) as finished:
            comparisons = pathsim.validate(made, count, seed, workers=crew, progress=finished).comparisons
    return ReportedTrial(results.chunk, dict(results), command, ReportedEnsemble(dict(many), many.columns), comparisons)


def _comparison(
    made: "Scenario", second: "Scenario", seed: int, replicates: int, crew: int, command: str, *, quiet: bool
) -> "ReportedComparison":
    """Both scenarios over many trials, and one trial in both."""
    from pathsim.cli.compare import differing_or_refused
    from pathsim.report.compared_scenarios import ComparedScenarios
    from pathsim.report.compared_trial import ComparedTrial
    from pathsim.report.html.reported import ReportedTrial
    from pathsim.report.html.sections.compared import ReportedComparison

    differing = differing_or_refused(made, second)
    with told_of_trouble(None, "nothing was written"), progress(replicates, quiet=quiet) as finished:
        both = pathsim.compare(made, second, replicates=replicates, seed=seed, workers=crew, progress=finished)
    results = pathsim.run(made, seed), pathsim.run(second, seed, arms_of=made)
    first, other = (ReportedTrial(one.chunk, dict(one), command) for one in results)
    found = ComparedScenarios(made, second, differing, both["settings"], seed)
    return ReportedComparison(found, ComparedTrial.of(made, second, seed), (first, other), command)


def _of_one(trial: "ReportedTrial") -> "ReportDocument":
    from pathsim.report.html.document import document

    return document(trial)


def _of_two(comparison: "ReportedComparison") -> "ReportDocument":
    from pathsim.report.html.document import compared_document

    return compared_document(comparison)


def _command(scenarios: list[str], settings: dict[str, str], numbers: dict[str, int]) -> str:
    """What makes the report again."""
    words = ["pathsim", "report", *scenarios]
    words += [word for path, value in settings.items() for word in ("--set", f"{path}={value}")]
    words += [word for name, number in numbers.items() for word in (f"--{name}", f"{number}")]
    return shlex.join(words)


def _write(made: "ReportDocument", file: Path, folder: Path | None, *, quiet: bool) -> None:
    """Write the report, and its figures if there is a folder for them. Raises ClickException if that cannot be."""
    from pathsim.report.html.page import figure_files, page
    from pathsim.whole_files import UnwritableError, write_whole

    try:
        write_whole(file, page(made).encode())
        if folder is not None:
            for name, content in figure_files(made):
                write_whole(folder / name, content)
    except UnwritableError as wrong:
        raise click.ClickException(str(wrong)) from None
    if not quiet:
        click.echo(f"wrote {harmless(str(file))}", err=True)
