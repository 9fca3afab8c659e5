"""Waiting for places in the terminal: in one trial, in many, and under several settings."""

import math
from collections.abc import Sequence
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from pathsim.calendar import DAYS_PER_MONTH
from pathsim.ensembles.summary import Summary
from pathsim.paths import row_of
from pathsim.report.figures import figure_table, in_unit, percent, span, unit_for
from pathsim.report.histogram import ASCII_BARS, BARS
from pathsim.results.json import ResultsJson
from pathsim.scenario.entries import StepEntry
from pathsim.scenario.scenario import Scenario
from pathsim.text import counted

LENGTHS = {
    "mean": "mean wait",
    "median": "median wait",
    "percentile_90": "9 in 10 had waited up to",
    "longest": "longest",
}
"""How long the waits were that have ended, in the order in which it is told."""


def waits_of_one(scenario: Scenario, found: ResultsJson, *, ascii_only: bool) -> RenderableType:
    """Who waited in one trial, and for how long; how much of each resource was in use."""
    return Group(_waits(scenario, found), "", _use(scenario, found, ascii_only=ascii_only))


def _waits(scenario: Scenario, found: ResultsJson) -> Table:
    headings = ("asked", "had to wait", "still wait", "left the queue", "mean", "median", "9 in 10 by", "longest")
    table = figure_table(("", ""), *((heading, "") for heading in headings))
    for row in found["waits"]:
        counts = (str(row[key]) for key in ("asked", "waited", "waiting", "left_queue"))
        table.add_row(
            _step_label(scenario, row["resource"], row["step"]),
            *counts,
            *(span(row[f"{figure}_days"]) for figure in LENGTHS),
        )
    return table


def _step_label(scenario: Scenario, resource: str, step: str) -> str:
    return f"{scenario.resources[resource].label}: {scenario.entry(step).label}"


def _use(scenario: Scenario, found: ResultsJson, *, ascii_only: bool) -> Table:
    """From the first request to the last, and over time as bars: an empty one is no use, a full one all places."""
    starts = sorted({row["from_day"] for row in found["resource_use"]})
    months = round(starts[1] / DAYS_PER_MONTH) if len(starts) > 1 else 1
    over_time = "month by month" if months == 1 else f"every {counted(months, 'month')}"
    headings = ("places", "in use", "waiting, mean", "at most")
    bars = [(f"in use, {over_time}", "cyan")] if len(starts) > 1 else []
    table = figure_table(("from the first request to the last", ""), *((heading, "") for heading in headings), *bars)
    for row in found["resources"]:
        mean = row["mean_waiting"]
        table.add_row(
            scenario.resources[row["resource"]].label,
            str(row["capacity"]),
            percent(row["in_use"]),
            "-" if math.isnan(mean) else f"{mean:.2f}",
            str(row["most_waiting"]),
            *([_bars(found, row["resource"], ascii_only=ascii_only)] if bars else []),
        )
    return table


def _bars(found: ResultsJson, resource: str, *, ascii_only: bool) -> str:
    """A bar for each period, until the last in which any resource was in use: those of all stand below each other."""
    last = max((row["from_day"] for row in found["resource_use"] if row["in_use"]), default=-1.0)
    shares = [row["in_use"] for row in found["resource_use"] if row["resource"] == resource and row["from_day"] <= last]
    bars, none = (ASCII_BARS, "_") if ascii_only else (BARS, "·")
    return "".join(bars[math.ceil(share * (len(bars) - 1))] if share else none for share in shares)


def waiting_steps(scenario: Scenario) -> list[StepEntry]:
    """The steps in which a place is waited for."""
    entries = (scenario.entry(event.step) for event in scenario.vocabulary.of("ready"))
    return [entry for entry in entries if entry.requests is not None]


def waits_of_many(scenario: Scenario, figures: Summary) -> RenderableType | None:
    """The same of an ensemble, each figure with the interval that holds 95% of trials; None where nobody waited."""
    steps = [entry for entry in waiting_steps(scenario) if somebody_waited(figures, entry)]
    if not steps:
        return None
    table = figure_table(("", ""), *((_step_label(scenario, str(entry.resource), entry.name), "") for entry in steps))
    at = {entry.name: row_of("waits", step=entry.name) for entry in steps}
    for name, label in {"asked": "asked", "waited": "had to wait", "left_queue": "left the queue"}.items():
        table.add_row(label, *(_amount(figures[f"{at[entry.name]}.{name}"], 1) for entry in steps))
    for name, label in LENGTHS.items():
        table.add_row(label, *(_time(figures[f"{at[entry.name]}.{name}_days"]) for entry in steps))
    wanted = dict.fromkeys(str(entry.resource) for entry in steps)
    use = figure_table(("", ""), *((scenario.resources[name].label, "") for name in wanted))
    paths = {name: row_of("resources", resource=name) for name in wanted}
    use.add_row("places", *(str(scenario.resources[name].capacity) for name in wanted))
    use.add_row("in use", *(_part(figures[f"{path}.in_use"]) for path in paths.values()))
    use.add_row("waiting, mean", *(_amount(figures[f"{path}.mean_waiting"], 2) for path in paths.values()))
    use.add_row("waiting, at most", *(_amount(figures[f"{path}.most_waiting"], 1) for path in paths.values()))
    return Group(table, "", use, Text(" Use and waiting are told from the first request to the last.", "dim"))


def somebody_waited(figures: Summary, entry: StepEntry) -> bool:
    """Whether anybody had to wait in this step in any trial of an ensemble."""
    waited = figures.get(f"{row_of('waits', step=entry.name)}.waited")
    return waited is not None and bool(waited["mean"])


def _amount(figure: dict[str, Any], digits: int) -> str:
    return _with_interval(figure, [f"{value:.{digits}f}".removesuffix(".0") for value in _told(figure)])


def _part(figure: dict[str, Any]) -> str:
    return _with_interval(figure, [percent(value) for value in _told(figure)]).replace("%-", "-")


def _time(figure: dict[str, Any]) -> str:
    """A time and its interval, the unit once."""
    told = _told(figure)
    unit = unit_for(next(filter(None, told), 0.0))
    return f"{_with_interval(figure, [in_unit(days, unit) for days in told])} {unit.name}" if told else "-"


def _told(figure: dict[str, Any]) -> Sequence[float]:
    """The middle and the interval; nothing of a figure that no trial has."""
    return [] if figure["mean"] is None else [figure["mean"], figure["lower"], figure["upper"]]


def _with_interval(figure: dict[str, Any], written: Sequence[str]) -> str:
    return "-" if figure["mean"] is None else f"{written[0]} ({written[1]}-{written[2]})"
