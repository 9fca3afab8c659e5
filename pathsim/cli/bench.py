"""``pathsim bench``: how fast, as ratios measured in one run."""

import click

from pathsim.cli.options import json_option
from pathsim.cli.output import patience, print_json


@click.command(short_help="How fast: ratios measured in one run.")
@click.argument("scenario", default="aall1331")
@json_option
def bench(scenario: str, as_json: bool) -> None:
    """Measure the engines on SCENARIO (default: aall1331) in CPU time of one core, best of interleaved rounds."""
    from pathsim.bench import measure
    from pathsim.scenario.scenario import load
    from pathsim.sweep import ShortageError

    try:
        with patience("measuring", quiet=False):
            speeds = measure(load(scenario))
    except ShortageError as wrong:
        raise click.UsageError(
            f"patients of '{scenario}' queue for '{wrong.pool}', and the sweep cannot follow a queue: "
            "name a scenario in which nobody queues"
        ) from None
    if as_json:
        print_json(
            {
                "sweep_patients_per_second": speeds.sweep_patients_per_second,
                "clock_patients_per_second": speeds.clock_patients_per_second,
                "sweep_over_clock": speeds.sweep_over_clock,
                "sweep_over_luck": speeds.sweep_over_luck,
                "draws_per_patient": speeds.draws_per_patient,
            }
        )
        return
    click.echo(f"{scenario}, one core, best of interleaved rounds")
    click.echo(f"  sweep                            {speeds.sweep_patients_per_second:>12,.0f} patients/s")
    click.echo(f"  clock                            {speeds.clock_patients_per_second:>12,.0f} patients/s")
    click.echo(f"  sweep over clock                 {speeds.sweep_over_clock:>12.1f} times")
    click.echo(f"  sweep over drawing its luck      {speeds.sweep_over_luck:>12.2f} times the time")
    click.echo(f"  draws                            {speeds.draws_per_patient:>12.1f} a patient")
