"""``pathsim calibrate``: fit the numbers that are marked as calibrated to the published results."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from pathsim.api.arguments import MOST_REPLICATES, drawn_seed
from pathsim.cli.many import needs_fit, points_tried, quiet_option, told_of_trouble, workers_begun, workers_option
from pathsim.cli.options import json_option, scenario_argument, seed_option, whole
from pathsim.cli.output import page, print_json, refuse_unwritable
from pathsim.text import harmless

if TYPE_CHECKING:
    from pathsim.scenario.files import Source
    from pathsim.scenario.scenario import Scenario
    from pathsim.validation.calibrate import Calibration

REPLICATES = 1000


@click.command(short_help="Fit the numbers marked as calibrated to the published results, and write them back.")
@scenario_argument
@click.option(
    "--replicates",
    type=whole(2, MOST_REPLICATES),
    default=REPLICATES,
    show_default=True,
    help="How many trials at each point of the search.",
)
@seed_option
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    metavar="FILE",
    help="Write the calibrated scenario to this file instead.",
)
@click.option("--force", is_flag=True, help="Overwrite a file that exists.")
@click.option("--dry-run", is_flag=True, help="Write nothing; only report.")
@workers_option
@json_option
@quiet_option
def calibrate(
    scenario: str,
    replicates: int,
    seed: int | None,
    out: Path | None,
    force: bool,
    dry_run: bool,
    workers: int | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Fit exactly the numbers of SCENARIO that are marked as calibrated, each within its range.

    The fit minimizes how far the means of many trials are from the targets of kind "fit", all with the same draws. It
    is then checked on trials it has not seen. The values are written back into the file; the rest of it stays as it
    is. Exits with 1 if a target of kind "fit" is missed.
    """
    needs_fit("scipy")
    from pathsim.api.json_object import about
    from pathsim.cli import FAILED
    from pathsim.ensembles.run import Recipe
    from pathsim.scenario.files import find
    from pathsim.scenario.problems import ScenarioError
    from pathsim.validation.calibrate import calibrate as fit
    from pathsim.validation.calibrate import free_numbers, range_problems
    from pathsim.validation.targets import paths, problems
    from pathsim.validation.write_back import rewritten
    from pathsim.whole_files import UnwritableError, write_whole

    source = find(scenario)
    file = None if dry_run else _file(scenario, source, out, force=force)
    recipe = Recipe.of(source, {})
    made = recipe.scenario()
    numbers = free_numbers(made)
    if file is not None:
        # Before the search, which takes minutes: whether its values can be written.
        rewritten(source, {number.path: number.before for number in numbers})
    if wrong := [*range_problems(made), *problems(made)]:
        raise ScenarioError(wrong)
    recipe = recipe.keeping(paths(made.sections.targets), as_it_went=True)
    seed = drawn_seed() if seed is None else seed
    crew = workers_begun(workers, replicates * (1 + len(numbers)))
    with told_of_trouble(None, "nothing was written"), points_tried(quiet=quiet) as told:
        found = fit(recipe, seed, replicates, workers=crew, told=told)
    unwritten = ""
    if file is not None:
        values = {one.number.path: one.value for one in found.numbers}
        try:
            write_whole(file, rewritten(source, values))
            click.echo(f"wrote {harmless(str(file))}", err=True)
        except UnwritableError as wrong:
            # What was found took minutes: it is printed all the same.
            unwritten = str(wrong)
    if as_json:
        print_json(
            {
                **about(made, seed, replicates),
                **found.about(),
            }
        )
    else:
        _print(made, seed, replicates, found)
    if unwritten:
        raise click.UsageError(f"{unwritten}; what was found stands above")
    if any(one.target.kind == "fit" and one.is_missed for one in found.comparisons):
        raise click.exceptions.Exit(FAILED)


def _file(asked: str, source: "Source", out: Path | None, *, force: bool) -> Path:
    """The file to write, or a message why there is none."""
    from pathsim.scenario.files import STANDARD_INPUT

    if out is None and source.file == STANDARD_INPUT:
        raise click.UsageError("standard input cannot be written back: add --out FILE, or --dry-run")
    if out is None and asked == source.name:
        raise click.UsageError(
            f"'{source.name}' belongs to the library: add --out FILE to write a calibrated copy, or --dry-run"
        )
    if out is None:
        return Path(source.file)
    refuse_unwritable(out, "--out", force=force)
    return out


def _print(made: "Scenario", seed: int, replicates: int, found: "Calibration") -> None:
    from pathsim.report.calibration import print_calibration

    with page() as screen:
        print_calibration(screen, made, seed, replicates, found)
