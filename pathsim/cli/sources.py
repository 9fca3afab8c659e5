"""``pathsim sources``: every number and date of a scenario and where it comes from."""

from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING, Any

import click

from pathsim.cli.options import json_option, scenario_argument, set_option
from pathsim.cli.output import page, print_json
from pathsim.text import counted, enumeration

if TYPE_CHECKING:
    from datetime import date

    from pathsim.scenario.evidence import Kind, Rate
    from pathsim.scenario.scenario import Scenario

STYLES: "dict[Kind, str]" = {
    "published": "bold",
    "derived": "bold",
    "calibrated": "bold cyan",
    "assumed": "bold yellow",
}
ROOM_FOR_VALUES = 26


@click.command(short_help="Every number and date of a scenario, and where it comes from.")
@scenario_argument
@set_option
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    type=click.Choice(list(STYLES)),
    help="Only what is of this kind. Can be repeated.",
)
@json_option
def sources(scenario: str, settings: dict[str, str], kinds: tuple[str, ...], as_json: bool) -> None:
    """List the numbers and dates of SCENARIO with their evidence. Their paths are what --set takes."""
    from pathsim.scenario.problems import dotted
    from pathsim.scenario.scenario import load

    loaded = load(scenario, settings)
    counts = Counter(rate.evidence.kind for rate in loaded.stated.values())
    rates = [rate for rate in loaded.stated.values() if not kinds or rate.evidence.kind in kinds]
    if as_json:
        rows = [
            {
                "path": dotted(rate.path),
                "value": list(map(_plain, rate.value)) if isinstance(rate.value, list) else _plain(rate.value),
                "kind": rate.evidence.kind,
                "source": rate.evidence.text if rate.evidence.kind == "published" else None,
                "note": _note(rate),
                "n": rate.n,
                "of": rate.of,
                "ci": None if rate.ci is None else list(rate.ci),
            }
            for rate in rates
        ]
        print_json({"rates": rows, "evidence": dict(counts), "targets": _targets(loaded)})
        return
    _print_groups(loaded, rates)
    _print_shares(loaded, counts)


def _targets(loaded: "Scenario") -> list[dict[str, Any]]:
    """The published results and ranges that the scenario is compared with: no numbers of the model."""
    published, told = loaded.published, loaded.target_evidence
    return [
        {
            "name": name,
            "kind": target.kind,
            "published": target.published,
            "between": None if target.between is None else list(target.between),
            "source": told[name].text if name in told else None,
            "n": published[name].n if name in published else None,
            "of": published[name].of if name in published else None,
            "ci": None if target.ci is None else list(target.ci),
        }
        for name, target in loaded.sections.targets.items()
    ]


def _print_shares(loaded: "Scenario", counts: "Counter[Kind]") -> None:
    from pathsim.scenario.evidence import tally

    total = sum(counts.values())
    shares = ", ".join(f"{counts[kind]} {kind} ({counts[kind] / total:.0%})" for kind in STYLES if counts[kind])
    click.echo(f"\n{tally(loaded.stated.values())}: {shares}")
    targets = loaded.sections.targets.values()
    ranges = sum(target.between is not None for target in targets)
    kinds = ((len(targets) - ranges, "published result"), (ranges, "plausible range"))
    if told := [counted(count, what) for count, what in kinds if count]:
        asked = loaded.layers.sources[-1].asked
        click.echo(f"{enumeration(told)} to compare with, not among them: pathsim validate {asked}")


def _plain(value: "float | date") -> float | str:
    """A number or date as the file would have it: where a count is asked for, --set takes 400 and not 400.0."""
    if not isinstance(value, float):
        return value.isoformat()
    return int(value) if value.is_integer() else value


def _note(rate: "Rate") -> str | None:
    told = rate.evidence.text if rate.evidence.kind != "published" else None
    return "; ".join(part for part in (told, rate.evidence.note) if part) or None


def _print_groups(loaded: "Scenario", rates: "list[Rate]") -> None:
    """Each evidence once, with the numbers below it that rest on it, and then the sources that were cited."""
    from rich.cells import cell_len
    from rich.padding import Padding
    from rich.text import Text

    from pathsim.scenario.problems import dotted

    with page() as screen:
        paths = {rate.path: dotted(rate.path) for rate in rates}
        aligned = min(max(map(cell_len, paths.values()), default=0), screen.width - ROOM_FOR_VALUES)

        def room(rate: "Rate") -> int:
            return aligned - cell_len(paths[rate.path])

        for (kind, told), group in groupby(rates, _spoken):
            screen.print(Text.assemble((kind, STYLES[kind]), f"  {told}"))
            lines = [f"{paths[rate.path]}{' ' * room(rate)}  {_value(rate)}" for rate in group]
            screen.print(Padding(Text("\n".join(lines)), (0, 0, 1, 2)))
        evidence = {rate.evidence for rate in rates}
        for key, entry in loaded.sections.sources.items():
            if any(told.cites(key) for told in evidence):
                link = f" https://doi.org/{entry.doi}" if entry.doi else f" {entry.url}" if entry.url else ""
                screen.print(Text.assemble((key, "bold"), f"  {entry.cite}{link}"))


def _spoken(rate: "Rate") -> "tuple[Kind, str]":
    return rate.evidence.kind, ", ".join(part for part in (rate.evidence.text, rate.evidence.note) if part)


def _value(rate: "Rate") -> str:
    """A value to the last digit, or as the counts that it was given as: two that differ never look alike."""
    if isinstance(rate.value, list):
        return " ".join(str(_plain(value)) for value in rate.value)
    return f"{rate.n}/{rate.of}" if rate.n is not None else str(_plain(rate.value))
