"""Hazard ratios of several arms and endpoints over many trials: a row for each, all on one axis."""

import math
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from pathsim.app.axis import Axis, usable
from pathsim.app.canvas import Canvas, fitted, shortened
from pathsim.app.eighths import rows_of_bars
from pathsim.app.widgets.picture import Picture
from pathsim.player.views.ensemble import ComparedArm
from pathsim.report.figures import ratio

BAR_ROWS = 2
"""Of each distribution, where there is room for so many."""
ROWS_BELOW = 3
"""The axis, its numbers, and what the signs mean."""
NUMBERS = (("median", 8), ("this", 7), ("power", 8))
"""The columns of numbers at the right, and how wide they are."""
POWER_WIDTH, LEAST_WIDTH_WITH_POWER = 12, 110
"""Power as a bar, where there is room for it."""


class RatioRows(Picture):
    """The distribution of each hazard ratio over replicates, and power as a number and a bar."""

    rows: tuple[ComparedArm, ...] = ()
    level = 0.0
    is_over = True
    so_far: Mapping[tuple[str, str], float | None]

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id, classes=classes)
        self.so_far = {}

    def show(
        self,
        rows: tuple[ComparedArm, ...],
        level: float,
        *,
        is_over: bool,
        so_far: Mapping[tuple[str, str], float | None],
    ) -> None:
        """Draw these; power is the share of one-sided P values below ``level``.

        Of the trial on screen, the ratios at its end are shown once it is over, and before it those ``so_far``, by
        endpoint and arm.
        """
        self.rows, self.level, self.is_over, self.so_far = rows, level, is_over, so_far
        self.entitle("Hazard ratio against control, trial by trial")
        self.redraw()

    def own(self, row: ComparedArm) -> float:
        """The ratio of the trial on screen; not a number if it has none."""
        found = row.own if self.is_over else self.so_far.get((row.endpoint, row.arm))
        return math.nan if found is None else found

    def draw(self, canvas: Canvas) -> None:
        """A row for each, and the axis."""
        if not self.rows or not any(_usable(row).size for row in self.rows):
            canvas.write(0, 1, "no replicates yet", "dim")
        elif canvas.height < ROWS_BELOW + 3 or canvas.width < 50:
            canvas.write(0, 1, "too small", "dim")
        else:
            _Drawing(canvas, self).draw()


def _usable(row: ComparedArm) -> NDArray[np.float64]:
    """The ratios that have a place on a scale of logarithms."""
    return row.ratios[usable(row.ratios, is_ratio=True)]


class _Drawing:
    """One drawing, on a scale of logarithms."""

    def __init__(self, canvas: Canvas, widget: RatioRows) -> None:
        self.canvas, self.widget = canvas, widget
        self.usable = [_usable(row) for row in widget.rows]
        left = 2 + min(max(len(row.label) for row in widget.rows), canvas.width // 4)
        self.power_width = POWER_WIDTH if canvas.width >= LEAST_WIDTH_WITH_POWER else 0
        self.right = canvas.width - sum(width for _, width in NUMBERS) - self.power_width - 2
        self.axis = Axis.over(np.concatenate(self.usable), left, self.right - left, is_ratio=True)
        self.bar_rows = BAR_ROWS if self.fits((BAR_ROWS + 1) * len(self.usable)) else 1
        self.row_height = self.bar_rows + 1 + self.fits((self.bar_rows + 2) * len(self.usable))

    def fits(self, rows: int) -> bool:
        """Whether so many rows fit between the headings and the axis."""
        return rows <= self.canvas.height - 1 - ROWS_BELOW

    def draw(self) -> None:
        canvas, column = self.canvas, self.right + 1
        for name, width in NUMBERS:
            canvas.write(0, column, name.rjust(width), "dim")
            column += width
        shown = min((canvas.height - 1 - ROWS_BELOW) // self.row_height, len(self.usable))
        bins = [self.axis.counts(ratios) for ratios in self.usable]
        highest = max(int(counts.max()) for counts in bins)
        below = 1 + shown * self.row_height
        for number in range(shown):
            self.row(number, 1 + number * self.row_height, bins[number], highest)
        self.axis.draw_null(canvas, range(1, below))
        self.axis.draw(canvas, below, below + 1)
        self.meaning(below + 2, len(self.usable) - shown)

    def row(self, number: int, top: int, counts: NDArray[np.int64], highest: int) -> None:
        canvas, one = self.canvas, self.widget.rows[number]
        heights = np.ceil(counts / max(highest, 1) * self.bar_rows * 8).astype(int).tolist()
        line = top + self.bar_rows
        for up, bars in enumerate(rows_of_bars(heights, self.bar_rows)):
            canvas.write(line - 1 - up, self.axis.left, bars, "other")
        canvas.write(line - 1, 1, shortened(one.label, self.axis.left - 2), "text!")
        median, ratios = math.nan, self.usable[number]
        if ratios.size:
            median = float(np.median(one.ratios[~np.isnan(one.ratios)]))
            lower, upper = (self.axis.column(float(np.quantile(ratios, part))) for part in (0.025, 0.975))
            canvas.write(line, lower, f"├{'─' * max(upper - lower - 1, 0)}┤", "dim")
            self.point(line, median, "┿", "text!")
        if one.published is not None:
            self.point(line, one.published, "◇", "title")
        self.point(line, self.widget.own(one), "▲" if self.widget.is_over else "△", "yours!")
        self.numbers(line, one, median)

    def point(self, row: int, value: float, sign: str, fore: str) -> None:
        """A sign where a value lies, if it has a place."""
        if math.isfinite(value) and value > 0:
            self.canvas.put(row, self.axis.column(value), sign, fore)

    def numbers(self, row: int, one: ComparedArm, median: float) -> None:
        own = self.widget.own(one)
        told = (
            ("-" if math.isnan(median) else ratio(median), "text"),
            ("-" if math.isnan(own) else ratio(own), "yours!"),
            (f"{one.power.estimate:.1%}", "text!"),
        )
        column = self.right + 1
        for (text, fore), (_, width) in zip(told, NUMBERS, strict=True):
            self.canvas.write(row, column, text.rjust(width), fore)
            column += width
        if self.power_width:
            filled = round(one.power.estimate * (self.power_width - 1))
            self.canvas.write(row, column + 1, "─" * (self.power_width - 1), "rule")
            self.canvas.write(row, column + 1, "━" * filled, "title")

    def meaning(self, row: int, hidden: int) -> None:
        """What the signs mean, and how many rows there was no room for."""
        this = "▲ this trial" if self.widget.is_over else "△ this trial so far"
        published = "  ◇ published" if any(one.published is not None for one in self.widget.rows) else ""
        more = f"{hidden} more with a higher terminal; " if hidden else ""
        signs = f"{more}├ 95% of trials ┤  ┿ median  {this}{published}"
        power = f"  power: one-sided P below {self.widget.level:g}"
        self.canvas.write(row, 1, fitted([f"{signs}{power}", signs, f"{more}{this}"], self.canvas.width - 2), "dim")
