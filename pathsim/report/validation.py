"""The report of a validation: every target beside many simulated trials, as a table and a plot in one."""

from collections.abc import Callable, Iterator, Sequence
from itertools import groupby

from rich.console import Console
from rich.table import Table
from rich.text import Text

from pathsim.report.figures import ROOMY, decimal, figure_table, percent
from pathsim.scenario.models import Target
from pathsim.scenario.scenario import Scenario
from pathsim.truth.targets import VERDICTS, Comparison, Verdict, tally

STYLES: dict[Verdict, str] = {"met": "green", "wrong on average": "yellow", "beyond luck": "red", "no figure": "red"}
WIDE_STRIP, NARROW_STRIP = 25, 13
REACH = 3.0
"""Standard deviations of a single trial from the middle of the plot to either end."""


def print_validation(
    console: Console, scenario: Scenario, seed: int, replicates: int, comparisons: Sequence[Comparison]
) -> None:
    """Print the targets of a scenario, each beside these trials."""
    console.print(Text(scenario.title, "bold"))
    console.print(Text(f"{replicates:,} simulated trials of the course that the published one took, seed {seed}"))
    console.print()
    for table in _tables(console, comparisons):
        console.print(table)
        console.print()
    console.print(_legend(ascii_only=_ascii(console)))
    for line in _conclusion(comparisons):
        console.print(line)


def _ascii(console: Console) -> bool:
    return console.options.ascii_only


def _tables(console: Console, comparisons: Sequence[Comparison]) -> Iterator[Table]:
    """One table for each part; all with columns of the same width."""
    for part, inside in groupby(comparisons, lambda one: one.target.part or ""):
        yield _table(console, part, list(inside), max(len(one.label) for one in comparisons))


def _table(console: Console, part: str, comparisons: Sequence[Comparison], width: int) -> Table:
    roomy = console.width >= ROOMY
    strip = WIDE_STRIP if roomy else NARROW_STRIP
    table = figure_table(
        (part, ""), ("published", ""), ("mean", ""), ("95% of trials", ""), ("%ile", ""), ("", ""), ("", "")
    )
    table.columns[0].min_width = min(width, console.width - (75 if roomy else 55))
    for number, least in enumerate((9 if not roomy else 17, 6, 13, 4, strip, 0), 1):
        table.columns[number].min_width = least
    table.columns[5].justify = table.columns[6].justify = "left"
    for one in comparisons:
        shown = _shown(one.target)
        style = STYLES[one.verdict]
        table.add_row(
            one.label if one.target.kind == "fit" else f"{one.label} *",
            _published(one, roomy=roomy),
            _mean(one),
            _span(shown(one.lower), shown(one.upper)),
            f"{one.percentile:.0f}",
            _strip(one, strip, style, ascii_only=_ascii(console)),
            Text("" if one.met else _words(one, roomy=roomy), style),
        )
    return table


def _shown(target: Target) -> Callable[[float], str]:
    is_share = target.of is not None or target.figure.rsplit(".", 1)[-1] in ("survival", "rate", "share")
    return percent if is_share else decimal


def _mean(one: Comparison) -> str:
    is_count = _shown(one.target) is decimal and one.published == round(one.published)
    return f"{one.mean:.1f}" if is_count else _shown(one.target)(one.mean)


def _published(one: Comparison, *, roomy: bool) -> str:
    shown = _shown(one.target)
    if roomy and one.target.ci is not None:
        return f"{shown(one.published)} ({_span(*map(shown, one.target.ci))})"
    if roomy and one.evidence is not None and one.evidence.n is not None:
        return f"{one.evidence.n}/{one.evidence.of} {shown(one.published)}"
    return shown(one.published)


def _span(lower: str, upper: str) -> str:
    return f"{lower}-{upper}".replace("%-", "-")


def _words(one: Comparison, *, roomy: bool) -> str:
    return one.verdict if roomy else {"wrong on average": "off", "beyond luck": "missed"}.get(one.verdict, one.verdict)


def _strip(one: Comparison, width: int, style: str, *, ascii_only: bool) -> Text:
    """The interval of single trials around their mean, with the published result; one scale for all rows."""
    line, mean, published = "-|o" if ascii_only else "─┼●"
    middle = width // 2
    if not one.standard_deviation > 0:
        return Text(" " * middle + published, style)

    def place(value: float) -> int:
        deviations = (value - one.mean) / one.standard_deviation
        return round(middle + min(max(deviations / REACH, -1.0), 1.0) * middle)

    first, last = place(one.lower), place(one.upper)
    text = Text(" " * first + line * (last - first + 1) + " " * (width - last - 1), "dim")
    for at, glyph, look in ((middle, mean, "dim"), (place(one.published), published, style)):
        text = Text.assemble(text[:at], (glyph, look), text[at + 1 :])
    return text


def _legend(*, ascii_only: bool) -> Text:
    line, mean, published = "-|o" if ascii_only else "─┼●"
    return Text(
        f" {line * 3}{mean}{line * 3} 95% of single trials around their mean   {published} published   "
        "%ile: trials below the published result\n * holdout: compared, never fitted",
        "dim",
    )


def _conclusion(comparisons: Sequence[Comparison]) -> Iterator[Text]:
    counts = tally(comparisons)
    for kind, name in (("fit", "fitted"), ("holdout", "held out")):
        total = sum(counts[kind].values())
        if not total:
            continue
        text = Text(f" {total} targets {name}: ", "bold")
        told = [(f"{counts[kind][one]} {one}", STYLES[one]) for one in VERDICTS if counts[kind][one]]
        for number, part in enumerate(told):
            text.append(", " if number else "").append(*part)
        yield text
    missed = [one for one in comparisons if one.verdict == "wrong on average"]
    if missed:
        yield Text(
            " Wrong on average: a single trial could well show the published result, but trials do not on average.",
            "dim",
        )
    if any(one.verdict == "beyond luck" for one in comparisons):
        yield Text(" Beyond luck: fewer than one trial in twenty shows a result as far off as the published.", "dim")
