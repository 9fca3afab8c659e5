"""The report of a calibration: the fitted numbers, how well the targets know them, and what could not be met."""

from collections.abc import Iterator

from rich.console import Console
from rich.table import Table
from rich.text import Text

from pathsim.report.figures import figure_table
from pathsim.report.validation import ASCII_GLYPHS, GLYPHS, print_comparisons
from pathsim.scenario.problems import dotted
from pathsim.scenario.scenario import Scenario
from pathsim.text import counted
from pathsim.validation.calibrate import Calibration, FittedNumber

STRIP = 9


def print_calibration(console: Console, scenario: Scenario, seed: int, replicates: int, found: Calibration) -> None:
    """Print what was fitted, what the targets say of it, and every target beside trials the fit has not seen."""
    console.print(Text(scenario.title, "bold"))
    console.print(
        Text(f"{found.evaluations} points of {counted(replicates, 'trial')} each, the same draws at each, seed {seed}")
    )
    if not found.converged:
        console.print(Text("The search ended before it had settled: allow more --replicates.", "yellow"))
    console.print()
    console.print(_numbers(console, found))
    for line in _doubts(found):
        console.print(line)
    console.print()
    console.print(Text(f"Checked on {counted(replicates, 'other trial')}", "bold"))
    console.print()
    print_comparisons(console, found.comparisons)


def _numbers(console: Console, found: Calibration) -> Table:
    table = figure_table(
        ("calibrated", ""), ("was", "dim"), ("is", "bold"), ("error", ""), ("from", "dim"), ("", ""), ("to", "dim")
    )
    table.columns[0].overflow = "fold"
    for one in found.numbers:
        table.add_row(
            dotted(one.number.path) + _sign(one),
            f"{one.number.before:g}",
            f"{one.value:g}",
            f"{one.standard_error:.2g}",
            f"{one.number.lower:g}",
            _place(one, ascii_only=console.options.ascii_only),
            f"{one.number.upper:g}",
        )
    return table


def _sign(one: FittedNumber) -> str:
    return f" {'?' if one.is_loose else ''}{'!' if one.is_at_limit else ''}".rstrip()


def _place(one: FittedNumber, *, ascii_only: bool) -> Text:
    """Where in its range the value lies, with its error."""
    line, _, value = ASCII_GLYPHS if ascii_only else GLYPHS
    width = one.number.upper - one.number.lower

    def place(at: float) -> int:
        return round(min(max((at - one.number.lower) / width, 0.0), 1.0) * (STRIP - 1))

    first, middle, last = (place(one.value + shift * one.standard_error) for shift in (-1, 0, 1))
    return Text.assemble(
        " " * first, (line * (middle - first), "dim"), (value, "cyan"), (line * (last - middle), "dim")
    )


def _doubts(found: Calibration) -> Iterator[Text]:
    if any(one.is_loose for one in found.numbers):
        yield Text(" ? the targets do not pin it down: most of its range would do just as well", "yellow")
    if any(one.is_at_limit for one in found.numbers):
        yield Text(" ! at the limit of its range: the targets would take it beyond", "yellow")
    told = set()
    for one in found.numbers:
        for path, correlation in one.stands_in:
            pair = frozenset((path, one.number.path))
            if pair not in told:
                told.add(pair)
                yield Text(
                    f" {dotted(one.number.path)} and {dotted(path)} can stand in for each other "
                    f"(correlation {correlation:.2f})",
                    "yellow",
                )
