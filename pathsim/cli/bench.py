"""``pathsim bench``: how fast, as ratios measured in one run."""

from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from pathsim.cli.options import json_option
from pathsim.cli.output import patience, print_json
from pathsim.cli.serve import need_extra

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pathsim.bench import BenchmarkRatio


@click.command(short_help="How fast: ratios measured in one run.")
@click.argument("scenario", default="aall1331")
@click.option("--app", "of_app", is_flag=True, help="Measure the app instead: keys, pictures, changes of numbers.")
@click.option("--serve", "of_server", is_flag=True, help="Measure the server instead: 30 visitors at once.")
@json_option
def bench(scenario: str, of_app: bool, of_server: bool, as_json: bool) -> None:
    """Measure speed on SCENARIO (default: aall1331), as ratios in one run, beside the bounds they should keep to."""
    if of_app and of_server:
        raise click.UsageError("choose one of --app and --serve: measured together they would disturb each other")
    if of_app:
        _bench_app(scenario, as_json=as_json)
        return
    if of_server:
        _bench_server(scenario, as_json=as_json)
        return
    from pathsim.bench import measure
    from pathsim.ensembles.run import Recipe
    from pathsim.scenario.files import find

    recipe = Recipe.of(find(scenario), {})
    with patience("measuring", quiet=False):
        _print(scenario, measure(recipe), as_json=as_json)


def _bench_app(scenario: str, *, as_json: bool) -> None:
    from pathsim.app.bench import MeasureError, measure

    try:
        _print(scenario, measure(scenario), as_json=as_json)
    except MeasureError as wrong:
        raise click.ClickException(f"the measurement was given up: {wrong}") from None


def _bench_server(scenario: str, *, as_json: bool) -> None:
    need_extra()
    from pathsim.serve.bench import LoadError, measure

    try:
        with patience("measuring", quiet=False):
            _print(scenario, measure(scenario), as_json=as_json)
    except LoadError as wrong:
        raise click.ClickException(f"the measurement was given up: {wrong}") from None


def _print(scenario: str, measured: "Iterable[BenchmarkRatio]", *, as_json: bool) -> None:
    ratios = []
    for ratio in measured:
        ratios.append(ratio)
        if not as_json:
            click.echo(_line(ratio))
    if as_json:
        print_json({"scenario": scenario, "ratios": [{**asdict(ratio), "met": ratio.met} for ratio in ratios]})


def _line(ratio: "BenchmarkRatio") -> str:
    bound = f"at {'least' if ratio.at_least else 'most'} {ratio.bound:g}"
    value = f"{ratio.value:,.0f}" if ratio.value >= 1000 else f"{ratio.value:.3g}"
    return f"| {ratio.name:<48} | {value:>6} | {bound:<12} | {ratio.note}"
