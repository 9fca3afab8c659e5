"""Prediction intervals: where 95% of single trials lie, with this trial and the published one."""

import math
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from pathsim.report.html.figures.drawing import INK, POINTS, RULE, arm_pen, axes_in, figure_of, short

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ROW = 13.0


class Prediction(NamedTuple):
    """An estimate in many trials: what it is, of which group, its mean and interval, this trial's, the published."""

    label: str
    group: str
    arm: int
    mean: float
    lower: float
    upper: float
    here: float
    published: float | None


class Predictions(NamedTuple):
    """What the figure shows."""

    rows: tuple[Prediction, ...]


def draw_predictions(shown: Predictions) -> "Figure":
    """A line for each estimate, those of one kind together."""
    labels, y = list[tuple[float, str]](), 0.0
    groups = [(label, list(rows)) for label, rows in groupby(shown.rows, lambda row: row.label)]
    height = ROW * (len(shown.rows) + 0.7 * len(groups))
    figure = figure_of((height + 58) / POINTS)
    axes = axes_in(figure, 150, 22, 12, 36)
    for label, rows in groups:
        labels.append((y + (len(rows) - 1) / 2, short(label, 34)))
        for row in rows:
            color = arm_pen(row.arm).color
            axes.plot([row.lower, row.upper], [y, y], color=color, linewidth=2.4, solid_capstyle="butt", alpha=0.45)
            axes.plot([row.mean], [y], "|", color=color, markersize=8, markeredgewidth=1.6)
            if not math.isnan(row.here):
                axes.plot([row.here], [y], "o", color=color, markersize=4)
            if row.published is not None:
                axes.plot([row.published], [y], "D", color=INK, markerfacecolor="none", markersize=4.8)
            y += 1
        y += 0.7
    axes.set_ylim(y - 0.7, -0.7)
    axes.set_yticks([at for at, _ in labels], [label for _, label in labels])
    axes.tick_params(axis="y", length=0)
    axes.set_xlim(0, 1)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", "25", "50", "75", "100"])
    axes.set_xlabel("Without event (%)")
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x", color=RULE, linewidth=0.5)
    axes.set_axisbelow(True)
    for row in {row.arm: row for row in shown.rows}.values():
        axes.plot([], [], color=arm_pen(row.arm).color, linewidth=2.4, alpha=0.6, label=short(row.group, 22))
    axes.plot([], [], "o", color=INK, markersize=4, label="this trial")
    if any(row.published is not None for row in shown.rows):
        axes.plot([], [], "D", color=INK, markerfacecolor="none", markersize=4.8, label="published")
    axes.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=4, frameon=False, fontsize=7.5, borderaxespad=0.1)
    return figure
