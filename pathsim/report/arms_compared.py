"""How an arm compares with control, in words: a line for each method, whichever methods there are."""

import math
from collections.abc import Iterator, Mapping

from rich.table import Table
from rich.text import Text

from pathsim.meaning import Unit
from pathsim.names import spoken
from pathsim.report.figures import figure_table, span, written
from pathsim.results.declared import Declaration, declared_in
from pathsim.statistics.comparison import Comparison
from pathsim.statistics.methods import Comparisons


def comparison_table(found: Comparisons, trial: int = 0) -> Table:
    """The figures of one trial: a row for each method, and where it compares kinds of events for each of them."""
    table = figure_table(("", ""), ("", ""))
    table.columns[1].justify, table.columns[1].no_wrap, table.show_header = "left", False, False
    for label, one in methods_of(found):
        table.add_row(label, told(one, trial))
    return table


def methods_of(found: Comparisons) -> Iterator[tuple[str, Comparison]]:
    """What each method says, under what people call it."""
    for part in found.values():
        if isinstance(part, Comparison):
            yield part.label, part
        elif isinstance(part, Mapping):
            yield from ((f"{one.label}, {spoken(name)}", one) for name, one in part.items())


def told(found: Comparison, trial: int) -> Text:
    """What a method says of one trial."""
    shown = found.told_of(trial)
    figures = [_figure(shown, name, meant, trial) for name, meant in declared_in(type(shown)).items() if meant.label]
    known = [text for text in figures if text]
    remark = shown.remark(trial)
    if not known:
        return Text(f"-: {remark}", style="dim")
    return Text("; ".join(filter(None, [", ".join(known), remark])))


def _figure(found: Comparison, name: str, meant: Declaration, trial: int) -> str:
    """A figure with its label and, if it has one, its interval; nothing if it is missing."""
    value = float(found[name][trial])
    if math.isnan(value):
        return ""
    if name != found.estimate:
        return f"{meant.label} {span(value) if meant.unit is Unit.DAYS else written(value, meant.unit)}"
    text = f"{meant.label} {written(value, meant.unit)}"
    lower, upper = (float(found[limit][trial]) for limit in ("lower", "upper"))
    if math.isnan(lower) or math.isnan(upper):
        return text
    if meant.unit is Unit.DAYS:
        return f"{text} (95% CI {lower:.0f} to {upper:.0f})"
    return f"{text} (95% CI {written(lower, meant.unit)}-{written(upper, meant.unit)})"
