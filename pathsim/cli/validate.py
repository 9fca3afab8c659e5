"""``pathsim validate``: published results beside thousands of simulated trials."""

from typing import TYPE_CHECKING

import click

from pathsim.cli.many import about, processes, progress, quiet_option, told_of_trouble, uncertain_option, workers_option
from pathsim.cli.options import (
    MOST_REPLICATES,
    drawn_seed,
    json_option,
    scenario_argument,
    seed_option,
    set_option,
    whole,
)
from pathsim.cli.output import page, print_json

if TYPE_CHECKING:
    from pathsim.scenario.scenario import Scenario
    from pathsim.validation.targets import TargetComparison

REPLICATES = 2000


@click.command(short_help="Does the scenario reproduce what was published? Every target beside many trials.")
@scenario_argument
@click.option(
    "--replicates", type=whole(2, MOST_REPLICATES), default=REPLICATES, show_default=True, help="How many trials."
)
@seed_option
@set_option
@click.option(
    "--part",
    "parts",
    multiple=True,
    metavar="HEADING",
    help="Only results under headings that begin with this. Can be repeated.",
)
@uncertain_option
@workers_option
@json_option
@quiet_option
def validate(
    scenario: str,
    replicates: int,
    seed: int | None,
    settings: dict[str, str],
    parts: tuple[str, ...],
    uncertain: bool,
    workers: int | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Set every published result beside simulated trials of the same size and course.

    Exits with 1 if a target of kind "input" or "fit" is missed: if the mean of the trials lies beyond its tolerance, or
    the published result outside the interval that holds 95% of single trials. A holdout or a plausible range
    that is missed is reported, and fails nothing.
    """
    from pathsim.cli import FAILED
    from pathsim.ensembles.run import Recipe, ensemble
    from pathsim.scenario.files import find
    from pathsim.scenario.problems import ScenarioError
    from pathsim.validation.targets import compared, paths, problems, tally, targets_of

    recipe = Recipe.of(find(scenario), settings, uncertain=uncertain)
    made = recipe.scenario()
    if not made.sections.targets:
        raise click.UsageError(
            f"'{made.name}' has no [targets]: write down what was published, and which figure it is compared with"
        )
    if wrong := problems(made):
        raise ScenarioError(wrong)
    wanted = targets_of(made, parts)
    if not wanted:
        headings = dict.fromkeys(target.part for target in made.sections.targets.values() if target.part)
        raise click.UsageError(f"no heading begins with {' or '.join(parts)}; the headings are: {'; '.join(headings)}")
    recipe = recipe.keeping(paths(wanted), as_it_went=True)
    seed = drawn_seed() if seed is None else seed
    with told_of_trouble(None, "nothing was kept"), progress(replicates, quiet=quiet) as finished:
        columns = ensemble(recipe, seed, replicates, workers=processes(workers, replicates), finished=finished)
    comparisons = compared(made, columns, parts)
    if as_json:
        print_json(
            {
                **about(made, seed, replicates),
                "uncertain": uncertain,
                "targets": [comparison.about() for comparison in comparisons],
                "verdicts": tally(comparisons),
            }
        )
    else:
        _print(made, seed, replicates, comparisons)
    if any(one.target.kind in ("input", "fit") and not one.met for one in comparisons):
        raise click.exceptions.Exit(FAILED)


def _print(made: "Scenario", seed: int, replicates: int, comparisons: "list[TargetComparison]") -> None:
    from pathsim.report.validation import print_validation

    with page() as screen:
        print_validation(screen, made, seed, replicates, comparisons)
