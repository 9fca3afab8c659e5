"""``pathsim sources``: every number of a scenario and where it comes from."""

from typing import TYPE_CHECKING

import click

from pathsim.cli.options import json_option, scenario_argument, set_option
from pathsim.cli.output import console, print_json

if TYPE_CHECKING:
    from pathsim.scenario.evidence import Rate
    from pathsim.scenario.scenario import Scenario


@click.command(short_help="Every number of a scenario, and where it comes from.")
@scenario_argument
@set_option
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    type=click.Choice(["published", "derived", "calibrated", "assumed"]),
    help="Only numbers of this kind. Can be repeated.",
)
@json_option
def sources(scenario: str, settings: dict[str, str], kinds: tuple[str, ...], as_json: bool) -> None:
    """List the numbers of SCENARIO with their evidence. Their paths are what --set takes."""
    from pathsim.scenario.problems import dotted
    from pathsim.scenario.scenario import load

    loaded = load(scenario, settings)
    rates = [rate for rate in loaded.rates.values() if not kinds or rate.evidence.kind in kinds]
    if as_json:
        rows = [
            {
                "path": dotted(rate.path),
                "value": rate.value,
                "kind": rate.evidence.kind,
                "source": rate.evidence.text if rate.evidence.kind == "published" else None,
                "note": _note(rate),
                "n": rate.n,
                "of": rate.of,
                "ci": None if rate.ci is None else list(rate.ci),
            }
            for rate in rates
        ]
        print_json({"rates": rows})
        return
    _print_table(loaded, rates)


def _note(rate: "Rate") -> str | None:
    told = rate.evidence.text if rate.evidence.kind != "published" else None
    return "; ".join(part for part in (told, rate.evidence.note) if part) or None


def _print_table(loaded: "Scenario", rates: "list[Rate]") -> None:
    from rich.table import Table
    from rich.text import Text

    from pathsim.scenario.problems import dotted

    screen = console()
    table = Table(box=None, padding=(0, 1), show_header=True, header_style="dim", show_edge=False)
    table.add_column("path", overflow="fold")
    table.add_column("value", justify="right", overflow="fold")
    table.add_column("evidence", no_wrap=True)
    table.add_column("where it comes from", overflow="fold", ratio=1)
    for rate in rates:
        told = ", ".join(part for part in (rate.evidence.text, rate.evidence.note) if part)
        style = {"assumed": "yellow", "calibrated": "cyan"}.get(rate.evidence.kind, "")
        table.add_row(dotted(rate.path), _value(rate), Text(rate.evidence.kind, style=style), told)
    screen.print(table)
    cited = {rate.source for rate in rates if rate.source is not None}
    if cited:
        screen.print()
    for key, entry in loaded.sections.sources.items():
        if key in cited:
            link = f" https://doi.org/{entry.doi}" if entry.doi else f" {entry.url}" if entry.url else ""
            screen.print(Text.assemble((key, "bold"), f"  {entry.cite}{link}"))


def _value(rate: "Rate") -> str:
    if isinstance(rate.value, list):
        return " ".join(f"{value:g}" for value in rate.value)
    return f"{rate.n}/{rate.of}" if rate.n is not None else f"{rate.value:.4g}"
