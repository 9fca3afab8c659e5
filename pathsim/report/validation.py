"""The report of a validation: every target beside many simulated trials, as a table and a plot in one."""

import math
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from rich.console import Console
from rich.table import Table
from rich.text import Text

from pathsim.report.figures import figure_table, of_fewer, percent, ratio
from pathsim.results.lookup import is_share
from pathsim.scenario.scenario import Scenario
from pathsim.scenario.schema import Target, TargetKind
from pathsim.text import counted
from pathsim.validation.targets import VERDICTS, TargetComparison, Verdict, tally

STYLES: dict[Verdict, str] = {
    "met": "green",
    "undecided": "dim",
    "wrong on average": "yellow",
    "implausible": "yellow",
    "beyond chance": "red",
    "no figure": "red",
}
SIGNS: dict[Verdict, str] = {
    "met": "",
    "undecided": "?",
    "wrong on average": "off",
    "implausible": "out",
    "beyond chance": "missed",
    "no figure": "none",
}
LABEL, STRIP = 36, 13
NARROW_LABEL, NARROW_STRIP = 21, 9
MEAN = 6
ROOMY = 113
"""Characters that the wide columns take, with the gaps between them."""
KIND_SIGNS: dict[TargetKind, str] = {"input": "=", "fit": "", "holdout": "*", "plausible": "~"}
GLYPHS, ASCII_GLYPHS = ("─", "┼", "●"), ("-", "|", "o")
"""What the plot is drawn with: the interval, the mean, the published result."""
ENDS = ("[", "]")
"""What the ends of a plausible range are drawn with, in place of a published result."""
REACH = 3.0
"""Standard deviations of a single trial from the middle of the plot to either end."""


def print_validation(
    console: Console, scenario: Scenario, seed: int, replicates: int, comparisons: Sequence[TargetComparison]
) -> None:
    """Print the targets of a scenario, each beside these trials."""
    console.print(Text(scenario.title, "bold"))
    console.print(
        Text(f"{counted(replicates, 'simulated trial')} that took the course of the published one, seed {seed}")
    )
    console.print()
    print_comparisons(console, comparisons)


def print_comparisons(console: Console, comparisons: Sequence[TargetComparison]) -> None:
    """Print a table of targets for each part, and what is to be said of them all."""
    mean = max((len(line) for one in comparisons for line in _mean(one).split("\n")), default=MEAN)
    for number, (part, inside) in enumerate(groupby(comparisons, lambda one: one.target.part or "")):
        if number:
            console.print()
        if part:
            console.print(Text(part, "bold"))
        console.print(_table(console, list(inside), max(mean, MEAN), is_first=not number))
    console.print()
    console.print(_legend(comparisons, ascii_only=console.options.ascii_only))
    for line in _conclusion(comparisons):
        console.print(line)


def _table(console: Console, comparisons: Sequence[TargetComparison], mean: int, *, is_first: bool) -> Table:
    """A part of the targets. Every column has a width of its own, so that the tables of all parts are aligned.

    What the column of means takes beyond its usual width is taken from the labels.
    """
    roomy = console.width >= ROOMY
    label = (LABEL if roomy else NARROW_LABEL) + MEAN - mean
    columns = [("", label), ("published", 16 if roomy else 9), ("mean", mean)]
    columns += [
        ("95% of trials" if roomy else "95% between", 13 if roomy else 12),
        *([("%ile", 4)] if roomy else []),
        ("", STRIP if roomy else NARROW_STRIP),
    ]
    columns.append(("", max(map(len, SIGNS.values()))))
    table = figure_table(*((heading, "") for heading, _ in columns))
    table.show_header = is_first
    for column, (_, width) in zip(table.columns, columns, strict=True):
        column.width = width
    for column in table.columns[-2:]:
        column.justify = "left"
    for one in comparisons:
        table.add_row(*_cells(console, one, roomy=roomy))
    return table


def _cells(console: Console, one: TargetComparison, *, roomy: bool) -> Iterator[Text | str]:
    shown, style = _shown(one.target), STYLES[one.verdict]
    yield f"{one.label} {KIND_SIGNS[one.target.kind]}".strip()
    yield _published(one, roomy=roomy)
    yield _mean(one)
    yield _span(shown(one.lower), shown(one.upper)) + _of(one.trials - one.missing, one)
    if roomy:
        yield "" if one.target.between is not None else f"{one.percentile:.0f}"
    yield _strip(one, STRIP if roomy else NARROW_STRIP, style, ascii_only=console.options.ascii_only)
    yield Text(SIGNS[one.verdict], style)


def _shown(target: Target) -> Callable[[float], str]:
    return percent if is_share(target) else _number


def _number(value: float) -> str:
    """A number with as many digits as a reader compares; a whole one without decimals."""
    if not math.isfinite(value):
        return ratio(value)
    if value == round(value):
        return f"{value:.0f}"
    return f"{value:.0f}" if abs(value) >= 500 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def _mean(one: TargetComparison) -> str:
    """The mean and, if not all trials enter it, of how many it is."""
    is_whole = all(end == round(end) for end in one.target.wanted)
    is_count = _shown(one.target) is _number and is_whole and one.average.count
    shown = f"{one.mean:.1f}" if is_count else _shown(one.target)(one.mean)
    return shown + _of(one.average.count, one)


def _of(count: int, one: TargetComparison) -> str:
    """A second line for a cell: of how many trials it is, if not of all."""
    return of_fewer(count, one.trials, "\n")


def _whole_percent(value: float) -> str:
    return f"{value:.0%}"


def _brief_percent(value: float) -> str:
    return percent(value).replace(".0%", "%")


def _published(one: TargetComparison, *, roomy: bool) -> str:
    """The published result as far as there is room with what is known of it, or a plausible range."""
    shown = _shown(one.target)
    if one.published is None:
        shown = shown if shown is _number else _brief_percent if roomy else _whole_percent
        return _span(*map(shown, one.target.wanted))
    if roomy and one.target.ci is not None:
        shown = _whole_percent if is_share(one.target) else shown
        return f"{shown(one.published)} ({_span(*map(shown, one.target.ci))})"
    if roomy and one.evidence is not None and one.evidence.n is not None:
        return f"{one.evidence.n}/{one.evidence.of} {shown(one.published)}"
    return shown(one.published)


def _span(lower: str, upper: str) -> str:
    return f"{lower}-{upper}".replace("%-", "-")


def _strip(one: TargetComparison, width: int, style: str, *, ascii_only: bool) -> Text:
    """The interval of single trials around their mean, with what the mean is held against; one scale for all rows."""
    line, mean, published = ASCII_GLYPHS if ascii_only else GLYPHS
    middle = width // 2
    glyphs = (published,) if one.target.between is None else ENDS
    if not one.average.deviation > 0:
        return Text(" " * middle + "".join(glyphs), style)

    def place(value: float) -> int:
        deviations = -one.average.above(value) / one.average.deviation
        return round(middle + min(max(deviations / REACH, -1.0), 1.0) * middle)

    first, last = place(one.lower), place(one.upper)
    text = Text(" " * first + line * (last - first + 1) + " " * (width - last - 1), "dim")
    ends = zip(one.target.wanted, glyphs, strict=False)  # a published result is both ends, and drawn once
    for at, glyph, look in ((middle, mean, "dim"), *((place(end), glyph, style) for end, glyph in ends)):
        text = Text.assemble(text[:at], (glyph, look), text[at + 1 :])
    return text


def _legend(comparisons: Sequence[TargetComparison], *, ascii_only: bool) -> Text:
    line, mean, published = ASCII_GLYPHS if ascii_only else GLYPHS
    has_ranges = any(one.target.between is not None for one in comparisons)
    ranges = f"; ~ {''.join(ENDS)} a plausible range" if has_ranges else ""
    ratios = "; hazard ratios: geometric mean" if any(one.average.is_ratio for one in comparisons) else ""
    return Text(
        f" {line * 3}{mean}{line * 3} 95% of single trials around their mean, {published} published; "
        f"%ile: trials below the published result; = an input that comes back; * held out: never fitted"
        f"{ranges}{ratios}",
        "dim",
    )


GROUPS: tuple[tuple[TargetKind, str, str], ...] = (
    ("input", "input", "that must come back"),
    ("fit", "result", "fitted"),
    ("holdout", "result", "held out"),
    ("plausible", "plausible range", ""),
)
"""Each is told apart: that inputs come back says that they were copied right, and nothing of the model."""


def _conclusion(comparisons: Sequence[TargetComparison]) -> Iterator[Text]:
    counts = tally(comparisons)
    for kind, what, rest in GROUPS:
        total = sum(counts[kind].values())
        if total:
            text = Text(f" {counted(total, what)} {rest}".rstrip() + ": ", "bold")
            told = [(f"{counts[kind][one]} {one}", STYLES[one]) for one in VERDICTS if counts[kind][one]]
            for number, part in enumerate(told):
                text.append(", " if number else "").append(*part)
            yield text
    verdicts = {one.verdict for one in comparisons}
    if "undecided" in verdicts:
        yield Text(
            f" {SIGNS['undecided']}: undecided. The mean is off, but no farther than the chance of so many trials: "
            "simulate more.",
            "dim",
        )
    if "wrong on average" in verdicts:
        yield Text(
            f" {SIGNS['wrong on average']}: wrong on average. A single trial could well show the published result, but "
            "trials do not on average.",
            "dim",
        )
    if "implausible" in verdicts:
        yield Text(f" {SIGNS['implausible']}: implausible. The mean lies outside the range of other series.", "dim")
    if "beyond chance" in verdicts:
        yield Text(
            f" {SIGNS['beyond chance']}: beyond chance. Hardly one trial in twenty shows such a result.",
            "dim",
        )
