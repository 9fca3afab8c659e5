"""Figures of an ensemble that somebody asked for, by their paths."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from pathsim.ensembles.summary import Summary, middle
from pathsim.meaning import Unit
from pathsim.report.figures import decimal, figure_table, of_fewer, p_value, percent, ratio, times
from pathsim.results.declared import unit_of
from pathsim.text import harmless

HEADING = "mean (95% of trials)"
_WRITTEN: Mapping[Unit | None, Callable[[float], str]] = {
    Unit.SHARE: percent,
    Unit.P_VALUE: p_value,
    Unit.RATIO: ratio,
    None: "{:.3g}".format,
}


def asked_figures(figures: Summary, paths: Sequence[str]) -> Table:
    """A row for each of these figures."""
    table = figure_table(("", ""), (HEADING, ""))
    for path in paths:
        table.add_row(harmless(path), _told(path, figures[path]))
    return table


def asked_of_settings(
    settings: Sequence[Summary], words: Sequence[str], paths: Sequence[str]
) -> Iterator[Text | Table]:
    """For each of these figures a row for each setting, in these words, and how it differs from the first."""
    for path in paths:
        yield Text(harmless(path))
        table = figure_table(("", ""), (HEADING, ""), ("difference", ""))
        for setting, told in zip(settings, words, strict=True):
            difference = setting.get("differences", {}).get(path)
            table.add_row(told, _told(path, setting["figures"][path]), _apart(path, difference))
        yield table


def _told(path: str, figure: Summary) -> str:
    """The mean of a figure or, of a ratio, the median, its interval, and of how many trials it is, if not of all."""
    written, central = _WRITTEN.get(unit_of(path), decimal), middle(figure)
    if central is None:
        return "-"
    known = sum(figure.get(kind, 0) for kind in ("averaged", "zero", "infinite"))
    interval = f"{written(figure['lower'])} to {written(figure['upper'])}"
    kind = "median " if "mean" not in figure else ""
    return f"{kind}{written(central)} ({interval})" + of_fewer(known, known + figure["missing"])


def _apart(path: str, difference: dict[str, Any] | None) -> str:
    """A difference with its standard error; of ratios the factor with its interval."""
    if difference is None:
        return ""
    if "ratio" in difference:
        known = difference["ratio"] is not None
        return times(difference["ratio"], difference["lower"], difference["upper"]) if known else "-"
    mean, error = difference["mean"], difference["standard_error"]
    if mean is None:
        return "-"
    if unit_of(path) is Unit.SHARE:
        return f"{100 * mean:+.2f} \u00b1 {100 * error:.2f} points"
    return f"{mean:+.3g} \u00b1 {error:.2g}"
