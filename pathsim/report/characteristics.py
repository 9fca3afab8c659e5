"""The operating characteristics of an ensemble, in the terminal."""

import math
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

from pathsim.ensemble.rows import Columns
from pathsim.ensemble.summary import Summary
from pathsim.report.figures import arm_style, figure_table, span
from pathsim.scenario.scenario import Scenario

BARS = " ▁▂▃▄▅▆▇█"
ASCII_BARS = " .:-=+*%#"


def print_characteristics(console: Console, scenario: Scenario, seed: int, found: Summary, columns: Columns) -> None:
    """Print the whole report of an ensemble."""
    console.print(Text(scenario.title, style="bold"))
    console.print(
        Text(f"{found['replicates']:,} replicates of seed {seed}. Intervals hold 95% of single trials.", "dim")
    )
    if scenario.overrides:
        changed = ", ".join(f"{path} = {value}" for path, value in scenario.overrides.items())
        console.print(Text(f"changed: {changed}", style="yellow"))
    for title, part in _parts(console, scenario, found, columns):
        console.print()
        console.print(Text(title, style="bold"))
        console.print(part)


def _parts(
    console: Console, scenario: Scenario, found: Summary, columns: Columns
) -> Iterator[tuple[str, RenderableType]]:
    yield "The trial", _trial(found)
    for name, endpoint in scenario.sections.endpoints.items():
        yield endpoint.label, _endpoint(console, scenario, found, columns, name)
    if found["stopping"]:
        yield "Looks of the committee", _looks(scenario, found)


def _trial(found: Summary) -> Table:
    table = figure_table(("", ""), ("mean", ""), ("95% of trials", ""))
    for path, figure in found["figures"].items():
        section, _, rest = path.partition(".")
        if section == "trial":
            table.add_row(rest.removeprefix("arms."), _mean(figure), _interval(figure))
        elif section == "cutoffs":
            name, _, endpoint = rest.partition(".events.")
            table.add_row(f"{endpoint.upper()} events known, {name} cut-off", _mean(figure), _interval(figure))
    return table


def _endpoint(console: Console, scenario: Scenario, found: Summary, columns: Columns, name: str) -> RenderableType:
    figures = found["figures"]
    arms = scenario.arms or ("all",)
    table = figure_table(("", ""), *((arm, arm_style(i) if scenario.arms else "") for i, arm in enumerate(arms)))
    for day in scenario.sections.endpoints[name].at_days:
        of = [figures[f"endpoints.{name}.arms.{arm}.at.{day:g}.survival"] for arm in arms]
        table.add_row(f"at {span(day)}", *(f"{_mean(figure)} ({_interval(figure)})" for figure in of))
    of = [figures[f"endpoints.{name}.arms.{arm}.events"] for arm in arms]
    table.add_row("events", *(f"{_mean(figure)} ({_interval(figure)})" for figure in of))
    parts: list[RenderableType] = [table]
    if name in found["power"]:
        power, ratio = found["power"][name], figures[f"endpoints.{name}.hazard_ratio.estimate"]
        parts.append(
            Text(
                f" power {_share(power)} at one-sided {found['alpha']:g}, whatever the committee says; "
                f"hazard ratio {_mean(ratio)} ({_interval(ratio)})"
            )
        )
        parts.append(_histogram(console, columns[f"endpoints.{name}.hazard_ratio.estimate"]))
    return Group(*parts)


def _histogram(console: Console, ratios: NDArray[np.float64], width: int = 60) -> Text:
    """Hazard ratios from 0.25 to 2 on a logarithmic scale, in one line, with 1 marked under it."""
    low, high = math.log(0.25), math.log(2)
    logs = np.log(ratios[np.isfinite(ratios) & (ratios > 0)])
    counts, _ = np.histogram(np.clip(logs, low, high), bins=width, range=(low, high))
    bars = ASCII_BARS if console.options.ascii_only else BARS
    heights = np.ceil(counts / max(counts.max(), 1) * (len(bars) - 1)).astype(int)
    ticks = {round((math.log(x) - low) / (high - low) * (width - 1)): f"{x:g}" for x in (0.25, 0.5, 0.7, 1, 1.5, 2)}
    under = [" "] * (width + 4)
    for place, text in ticks.items():
        under[place : place + len(text)] = text
    return Text(" " + "".join(bars[h] for h in heights) + "\n " + "".join(under).rstrip() + "  hazard ratio", "dim")


def _looks(scenario: Scenario, found: Summary) -> Table:
    headings = ("held", "stops for benefit", "for futility", "events", "date", "hazard ratio", "if for benefit")
    table = figure_table(("", ""), *((heading, "") for heading in headings))
    for look in found["stopping"]:
        day = look["day"]["mean"]
        table.add_row(
            f"look {look['look']}",
            f"{look['held']['estimate']:.1%}",
            _share(look["benefit"]),
            _share(look["futility"]),
            _mean(look["events"]),
            "-" if day is None else f"{scenario.date(day):%b %Y}",
            _mean(look["hazard_ratio"]),
            _mean(look["hazard_ratio_if_benefit"]),
        )
    return table


def _share(found: dict[str, Any]) -> str:
    return f"{found['estimate']:.1%} ({found['lower']:.1%}-{found['upper']:.1%})".replace("%-", "-")


def _mean(figure: dict[str, Any]) -> str:
    return "-" if figure["mean"] is None else _number(figure["mean"])


def _interval(figure: dict[str, Any]) -> str:
    return "-" if figure["mean"] is None else f"{_number(figure['lower'])}-{_number(figure['upper'])}"


def _number(value: float) -> str:
    return f"{value:.3f}" if abs(value) < 5 else f"{value:.0f}"
