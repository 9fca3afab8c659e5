"""``pathsim sensitivity``: on which uncertain numbers a figure depends."""

from typing import TYPE_CHECKING

import click

from pathsim.api.arguments import MOST_REPLICATES, drawn_seed
from pathsim.cli.many import needs_fit, points_tried, quiet_option, told_of_trouble, workers_begun, workers_option
from pathsim.cli.options import (
    json_option,
    scenario_argument,
    seed_option,
    set_option,
    whole,
)
from pathsim.cli.output import page, print_json

if TYPE_CHECKING:
    from pathsim.scenario.scenario import Scenario

REPLICATES, TOGETHER, SAMPLES, SHOWN = 200, 6, 64, 12
MOST_TOGETHER, MOST_SAMPLES = 1000, 2**20


def _power_of_two(ctx: click.Context, param: click.Parameter, value: int) -> int:
    if value & (value - 1):
        raise click.BadParameter(
            f"the points of a Sobol' sequence are a power of two, such as 64, not {value}", ctx, param
        )
    return value


def _part(ctx: click.Context, param: click.Parameter, value: float) -> float:
    if not 0 <= value <= 1:
        raise click.BadParameter(f"a fraction lies between 0 and 1, such as 0.2; this is {value:g}", ctx, param)
    return value


@click.command(short_help="On which numbers does a figure depend, and how much?")
@scenario_argument
@click.option(
    "--figure",
    required=True,
    metavar="PATH",
    help="A figure of pathsim run --json, such as endpoints.os.comparisons.ARM.cox.hazard_ratio.",
)
@click.option("--over", multiple=True, metavar="PATH", help="Only numbers under this path. Can be repeated.")
@click.option(
    "--assumed",
    type=float,
    callback=_part,
    default=0.0,
    metavar="FRACTION",
    help="Move assumed numbers too, by this fraction of their value in either direction, such as 0.2.",
)
@click.option(
    "--replicates", type=whole(2, MOST_REPLICATES), default=REPLICATES, show_default=True, help="Trials at each point."
)
@click.option(
    "--sobol",
    "together",
    type=whole(0, MOST_TOGETHER),
    default=TOGETHER,
    show_default=True,
    help="How many of the numbers that matter most to vary together; 0 for none.",
)
@click.option(
    "--samples",
    type=whole(2, MOST_SAMPLES),
    default=SAMPLES,
    show_default=True,
    callback=_power_of_two,
    help="Points for each of these.",
)
@click.option("--top", type=whole(1), default=SHOWN, show_default=True, help="How many numbers to show.")
@seed_option
@set_option
@workers_option
@json_option
@quiet_option
def sensitivity(
    scenario: str,
    figure: str,
    over: tuple[str, ...],
    assumed: float,
    replicates: int,
    together: int,
    samples: int,
    top: int,
    seed: int | None,
    settings: dict[str, str],
    workers: int | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Move every uncertain number of SCENARIO, and see what becomes of a figure, with the same draws throughout.

    The uncertain numbers are published counts and intervals, and those with a range. Each is first moved alone, to
    the ends of its 95% interval; those that matter most are then varied together.
    """
    needs_fit("scipy", "SALib")
    from pathsim.api.json_object import about
    from pathsim.ensembles.run import Recipe
    from pathsim.scenario.files import find
    from pathsim.validation.points import Field
    from pathsim.validation.sensitivity import sensitivity as examine
    from pathsim.validation.sensitivity import uncertain_numbers, varied_paths

    recipe = Recipe.of(find(scenario), settings)
    made = recipe.scenario()
    _check_figure(made, figure)
    numbers = uncertain_numbers(made, over, assumed)
    if not numbers:
        where = f" under {', '.join(over)}" if over else ""
        raise click.UsageError(
            f"'{made.name}' has no number{where} with a published count, an interval or a range; --assumed 0.2 moves "
            "those that are assumed"
        )
    seed = drawn_seed() if seed is None else seed
    with told_of_trouble(None, "nothing was kept"), points_tried(quiet=quiet) as told:
        found = examine(
            Field(recipe.keeping([figure]), varied_paths(made, numbers), seed, range(replicates)),
            numbers,
            together=together,
            samples=samples,
            workers=workers_begun(workers, replicates * len(numbers)),
            told=told,
        )
    if not found.base.count:
        raise click.UsageError(f"no trial of {replicates:,} has the figure '{figure}': name another one")
    if as_json:
        print_json(
            {
                **about(made, seed, replicates),
                "figure": figure,
                "base": found.base.value,
                "averaged": found.base.count,
                "one_way": [swing.about() for swing in found.swings],
                "sobol": [index.about() for index in found.indices],
            }
        )
        return
    from pathsim.report.sensitivity import print_sensitivity

    with page() as screen:
        print_sensitivity(screen, made, figure, found, seed=seed, replicates=replicates, top=top)


def _check_figure(made: "Scenario", figure: str) -> None:
    from pathsim.engines.choose import simulate
    from pathsim.validation.picks import check_figure

    try:
        check_figure(simulate(made, seed=1)[0], figure)
    except (KeyError, ValueError) as wrong:
        raise click.BadParameter(str(wrong.args[0]), param_hint="--figure") from None
