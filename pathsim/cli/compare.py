"""``pathsim compare``: two scenarios side by side, on the same patients with the same draws."""

from typing import TYPE_CHECKING

import click

import pathsim
from pathsim.api.arguments import MOST_REPLICATES
from pathsim.cli.many import progress, quiet_option, told_of_trouble, workers_begun, workers_option
from pathsim.cli.options import json_option, seed_option, set_option, whole
from pathsim.cli.output import page, print_json
from pathsim.text import harmless

if TYPE_CHECKING:
    from pathsim import Scenario
    from pathsim.scenario.differing import DifferingValue

REPLICATES = 1000


@click.command(short_help="Two scenarios side by side: the differences, and who fares otherwise.")
@click.argument("before", metavar="A")
@click.argument("now", metavar="[B]", required=False)
@set_option
@click.option(
    "--replicates", type=whole(2, MOST_REPLICATES), default=REPLICATES, show_default=True, help="How many trials."
)
@seed_option
@workers_option
@json_option
@quiet_option
def compare(
    before: str,
    now: str | None,
    settings: dict[str, str],
    replicates: int,
    seed: int | None,
    workers: int | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Compare scenario A with scenario B, or with A itself as --set changes it.

    Both are simulated on the same patients, with the same draws and in the arms of A, so that a difference has a
    much smaller error than either figure. With B, --set changes B.
    """
    if now is None and not settings:
        raise click.UsageError(
            "there is nothing to compare with: name a second scenario, or change a value with --set PATH=VALUE"
        )
    if before == now == "-":
        raise click.UsageError("standard input can be read once: only one of the two scenarios can be -")
    crew = workers_begun(workers, replicates)
    first = pathsim.load(before)
    second = _second(first, now, settings)
    differing = differing_or_refused(first, second)
    with told_of_trouble(None, "nothing was kept"), progress(replicates, quiet=quiet) as finished:
        both = pathsim.compare(first, second, replicates=replicates, seed=seed, workers=crew, progress=finished)
    from pathsim.report.compared_trial import ComparedTrial

    trial = ComparedTrial.of(first, second, both["seed"])
    if as_json:
        values = [{"path": one.path, "before": _plain(one.before), "now": _plain(one.now)} for one in differing]
        print_json(dict(both) | {"differing": values, "trial": trial.as_results()})
        return
    from pathsim.report.compared_scenarios import ComparedScenarios, print_compared

    with page() as screen:
        print_compared(screen, ComparedScenarios(first, second, differing, both["settings"], both["seed"]), trial)


def _second(first: "Scenario", now: str | None, settings: dict[str, str]) -> "Scenario":
    """The scenario to compare with: another one, or the first with what is set."""
    from pathsim.scenario.scenario import load

    return pathsim.load(now, settings) if now is not None else load(first.layers.source, settings)


def differing_or_refused(first: "Scenario", second: "Scenario") -> "list[DifferingValue]":
    """The values that differ, or a message why there is nothing to compare."""
    from pathsim.scenario.differing import differing_values

    found = differing_values(first, second)
    names = harmless(f"'{first.name}' and '{second.name}'")
    if not found:
        told = f"{names} say" if first.name != second.name else f"the second '{harmless(first.name)}' says"
        raise click.UsageError(f"{told} the same of the trial: change a value of the second with --set PATH=VALUE")
    endpoints = [made.sections.endpoints for made in (first, second)]
    if all(endpoints) and not set(endpoints[0]) & set(endpoints[1]):
        names_of_each = "; ".join(harmless(", ".join(each)) for each in endpoints)
        raise click.UsageError(
            f"{names} have no endpoint in common ({names_of_each}): compare scenarios of one question, such as two "
            "settings of a trial"
        )
    return found


def _plain(value: object) -> object:
    """A value of a scenario as JSON has it: dates as texts."""
    from datetime import date

    return value.isoformat() if isinstance(value, date) else value
