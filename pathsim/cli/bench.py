"""``pathsim bench``: how fast, as ratios measured in one run."""

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from pathsim.cli.options import json_option
from pathsim.cli.output import patience, print_json

if TYPE_CHECKING:
    from pathsim.bench import BenchmarkRatio


@click.command(short_help="How fast: ratios measured in one run.")
@click.argument("scenario", default="aall1331")
@click.option("--app", "of_app", is_flag=True, help="Measure the app instead: keys, pictures, changes of numbers.")
@json_option
def bench(scenario: str, of_app: bool, as_json: bool) -> None:
    """Measure speed on SCENARIO (default: aall1331), as ratios in one run, beside the bounds they should keep to."""
    if of_app:
        _bench_app(scenario, as_json=as_json)
        return
    from pathsim.bench import measure
    from pathsim.ensembles.run import Recipe
    from pathsim.scenario.files import find

    recipe = Recipe.of(find(scenario), {})
    ratios = []
    with patience("measuring", quiet=False):
        for ratio in measure(recipe):
            ratios.append(ratio)
            if not as_json:
                click.echo(_line(ratio))
    if as_json:
        print_json({"scenario": scenario, "ratios": [{**asdict(ratio), "met": ratio.met} for ratio in ratios]})


def _bench_app(scenario: str, *, as_json: bool) -> None:
    from pathsim.app.bench import MeasureError, measure

    ratios = []
    try:
        for ratio in measure(scenario):
            ratios.append(ratio)
            if not as_json:
                click.echo(_line(ratio))
    except MeasureError as wrong:
        raise click.ClickException(f"the measurement was given up: {wrong}") from None
    if as_json:
        print_json({"scenario": scenario, "ratios": [{**asdict(ratio), "met": ratio.met} for ratio in ratios]})


def _line(ratio: "BenchmarkRatio") -> str:
    bound = f"at {'least' if ratio.at_least else 'most'} {ratio.bound:g}"
    value = f"{ratio.value:,.0f}" if ratio.value >= 1000 else f"{ratio.value:.3g}"
    return f"| {ratio.name:<48} | {value:>6} | {bound:<12} | {ratio.note}"
