"""``pathsim validate``: published results beside thousands of simulated trials."""

import click

import pathsim
from pathsim.api.arguments import MOST_REPLICATES
from pathsim.cli.many import progress, quiet_option, told_of_trouble, uncertain_option, workers_begun, workers_option
from pathsim.cli.options import (
    json_option,
    scenario_argument,
    seed_option,
    set_option,
    whole,
)
from pathsim.cli.output import page, print_json

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
    from pathsim.api.arguments import ArgumentError
    from pathsim.cli import FAILED

    crew = workers_begun(workers, replicates)
    made = pathsim.load(scenario, settings)
    try:
        with told_of_trouble(None, "nothing was kept"), progress(replicates, quiet=quiet) as finished:
            found = pathsim.validate(
                made,
                replicates,
                seed,
                parts=parts,
                uncertain=uncertain,
                workers=crew,
                progress=finished,
            )
    except ArgumentError as wrong:
        raise click.UsageError(str(wrong)) from None
    if as_json:
        print_json(dict(found))
    else:
        from pathsim.report.validation import print_validation

        with page() as screen:
            print_validation(screen, made, found["seed"], replicates, found.comparisons)
    if not found.is_met:
        raise click.exceptions.Exit(FAILED)
