"""What a figure depends on: a tornado of single numbers, and the indices of those that vary together."""

import math
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from pathsim.report.figures import ROOMY, figure_table
from pathsim.scenario.problems import dotted
from pathsim.scenario.scenario import Scenario
from pathsim.text import counted
from pathsim.truth.sensitivity import Index, Sensitivity, Swing

REACH, NARROW_REACH = 11, 6
"""Characters of a bar on either side of the middle."""
GLYPHS, ASCII_GLYPHS = ("░", "█"), ("-", "#")
"""What bars are drawn with: where the number is low, and where it is high."""


def print_sensitivity(
    console: Console, scenario: Scenario, figure: str, found: Sensitivity, *, seed: int, replicates: int, top: int
) -> None:
    """Print the numbers that move a figure most."""
    console.print(Text(scenario.title, "bold"))
    console.print(
        Text(
            f"{figure}: {found.base:.4g} on average over {counted(replicates, 'trial')} of seed {seed}; "
            f"{counted(len(found.swings), 'uncertain number')}"
        )
    )
    console.print()
    console.print(Text("One number at a time, at the ends of its 95% interval", "bold"))
    console.print(_tornado(console, found, found.swings[:top]))
    low, high = ASCII_GLYPHS if console.options.ascii_only else GLYPHS
    console.print(Text(f" {low} the number is low, {high} it is high; ±: twice the Monte Carlo error", "dim"))
    if found.indices:
        console.print()
        console.print(Text("Those that matter most, all at once: part of the variance that each explains", "bold"))
        console.print(_indices(found.indices))


def _tornado(console: Console, found: Sensitivity, swings: Sequence[Swing]) -> Table:
    roomy = console.width >= ROOMY
    table = figure_table(("", ""), ("from", ""), ("to", ""), ("swing", ""), ("", ""))
    table.columns[0].overflow = "fold"
    table.columns[-1].justify = "left"
    most = max((abs(end - found.base) for end in _finite_ends(swings)), default=0.0)
    for one in swings:
        table.add_row(
            dotted(one.path),
            f"{one.low:.3g}",
            f"{one.high:.3g}",
            f"{one.at_high - one.at_low:+.3g} ±{2 * one.standard_error:.1g}",
            _bar(one, found.base, most, REACH if roomy else NARROW_REACH, ascii_only=console.options.ascii_only),
        )
    return table


def _finite_ends(swings: Sequence[Swing]) -> list[float]:
    return [end for one in swings for end in (one.at_low, one.at_high) if math.isfinite(end)]


def _bar(one: Swing, base: float, most: float, reach: int, *, ascii_only: bool) -> Text:
    """Which way the figure goes from its middle when the number is low, and when it is high."""
    low, high = ASCII_GLYPHS if ascii_only else GLYPHS
    cells = [" "] * (2 * reach + 1)
    ends = [(end - base, glyph) for end, glyph in ((one.at_low, low), (one.at_high, high)) if math.isfinite(end)]
    # The longer one first: where both go the same way, it shows behind the other.
    for apart, glyph in sorted(ends, key=lambda end: -abs(end[0])):
        steps = round(apart / most * reach) if most else 0
        for step in range(1, abs(steps) + 1):
            cells[reach + (step if steps > 0 else -step)] = glyph
    cells[reach] = "|" if ascii_only else "│"
    return Text("".join(cells), "cyan")


def _indices(indices: Sequence[Index]) -> Table:
    table = figure_table(("", ""), ("alone", ""), ("with others", ""))
    for one in indices:
        table.add_row(
            dotted(one.path),
            f"{one.first:.2f} ±{one.first_reach:.2f}",
            f"{one.total:.2f} ±{one.total_reach:.2f}",
        )
    return table
