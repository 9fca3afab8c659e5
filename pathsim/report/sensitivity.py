"""What a figure depends on: a tornado of single numbers, and the indices of those that vary together."""

import math
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from pathsim.ensembles.averages import Average
from pathsim.report.figures import ROOMY, figure_table, of_fewer, times
from pathsim.scenario.problems import dotted
from pathsim.scenario.scenario import Scenario
from pathsim.text import counted
from pathsim.validation.sensitivity import Index, Sensitivity, Swing

REACH, NARROW_REACH = 11, 6
"""Characters of a bar on either side of the middle."""
GLYPHS, ASCII_GLYPHS = ("░", "█"), ("-", "#")
"""What bars are drawn with: where the number is low, and where it is high."""


def print_sensitivity(
    console: Console, scenario: Scenario, figure: str, found: Sensitivity, *, seed: int, replicates: int, top: int
) -> None:
    """Print the numbers that move a figure most."""
    console.print(Text(scenario.title, "bold"))
    numbers = counted(len(found.swings), "uncertain number")
    console.print(Text(f"{figure}: {_base(found.base, replicates, seed)}; {numbers}"))
    console.print()
    console.print(Text("One number at a time, at the ends of its 95% interval", "bold"))
    console.print(_tornado(console, found, found.swings[:top], replicates))
    low, high = ASCII_GLYPHS if console.options.ascii_only else GLYPHS
    error = "in brackets the 95% Monte Carlo interval" if found.base.is_ratio else "±: twice the Monte Carlo error"
    console.print(Text(f" {low} the number is low, {high} it is high; {error}", "dim"))
    if found.indices:
        console.print()
        variance = "variance of the logarithm" if found.base.is_ratio else "variance"
        console.print(Text(f"Those that matter most, all at once: part of the {variance} that each explains", "bold"))
        console.print(_indices(found.indices))


def _base(base: Average, replicates: int, seed: int) -> str:
    """The figure with the numbers as stated, and of how many trials it is."""
    mean = ", the geometric mean of" if base.is_ratio else " on average over"
    trials = f"{replicates:,}" if base.count == replicates else f"{base.count:,} of {replicates:,}"
    return f"{base.value:.4g}{mean} {trials} trials of seed {seed}"


def _tornado(console: Console, found: Sensitivity, swings: Sequence[Swing], replicates: int) -> Table:
    roomy = console.width >= ROOMY
    table = figure_table(("", ""), ("from", ""), ("to", ""), ("swing", ""), ("", ""))
    table.columns[0].overflow = "fold"
    table.columns[-1].justify = "left"
    most = max((abs(end) for one in swings for end, _ in _ends(one, found.base, GLYPHS)), default=0.0)
    for one in swings:
        table.add_row(
            dotted(one.path),
            f"{one.low:.3g}",
            f"{one.high:.3g}",
            _swing(one.change) + of_fewer(one.change.count, replicates),
            _bar(one, found.base, most, REACH if roomy else NARROW_REACH, ascii_only=console.options.ascii_only),
        )
    return table


def _swing(change: Average) -> str:
    """How much the figure changes from one end to the other, with the error."""
    if change.is_ratio:
        return times(change.value, *change.limits())
    return f"{change.mean:+.3g} ±{2 * change.standard_error:.1g}"


def _ends(one: Swing, base: Average, glyphs: tuple[str, str]) -> list[tuple[float, str]]:
    """How far the figure is from its middle when the number is low, and when it is high; of ratios in logarithms."""
    ends = [(end.mean - base.mean, glyph) for end, glyph in zip((one.at_low, one.at_high), glyphs, strict=True)]
    return [(apart, glyph) for apart, glyph in ends if math.isfinite(apart)]


def _bar(one: Swing, base: Average, most: float, reach: int, *, ascii_only: bool) -> Text:
    """Which way the figure goes from its middle when the number is low, and when it is high."""
    cells = [" "] * (2 * reach + 1)
    # The longer one first: where both go the same way, it shows behind the other.
    for apart, glyph in sorted(_ends(one, base, ASCII_GLYPHS if ascii_only else GLYPHS), key=lambda end: -abs(end[0])):
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
