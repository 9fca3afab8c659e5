"""Cumulative incidence: a panel for each kind of first event, the groups in the lines of the survival curves."""

import math
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pathsim.report.html.figures.drawing import POINTS, WIDTH, arm_pen, axes_in, figure_of, lines_of, short
from pathsim.report.html.figures.survival_curves import set_share, set_time

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ACROSS = 3
PANEL_POINTS, TOP, BELOW, LEFT, GAP = 128.0, 34.0, 34.0, 34.0, 18.0


class EventCurves(NamedTuple):
    """A kind of event, and for each group the share who have had it, as far as they are followed."""

    label: str
    shares: tuple[tuple[str, NDArray[np.float64]], ...]


class IncidencePlot(NamedTuple):
    """What a figure of cumulative incidence shows."""

    horizon_days: float
    days: NDArray[np.float64]
    events: tuple[EventCurves, ...]


def draw_incidence(shown: IncidencePlot) -> "Figure":
    """A panel for each kind, on one scale."""
    across = 2 if len(shown.events) in (2, 4) else min(ACROSS, len(shown.events))
    down = math.ceil(len(shown.events) / across)
    row = PANEL_POINTS + TOP + BELOW
    figure = figure_of(down * row / POINTS)
    width = (WIDTH * POINTS - LEFT - 8 - GAP * (across - 1)) / across
    largest = max((float(share.max(initial=0)) for event in shown.events for _, share in event.shares), default=0.0)
    top = next(limit for limit in (0.1, 0.25, 0.5, 0.75, 1.0) if largest <= limit)
    for number, event in enumerate(shown.events):
        column, line = number % across, number // across
        left = LEFT + column * (width + GAP)
        axes = axes_in(figure, left, line * row + TOP, WIDTH * POINTS - left - width, (down - line - 1) * row + BELOW)
        set_share(axes, "Incidence")
        set_time(axes, shown.horizon_days)
        axes.set_ylim(0, top)
        axes.set_yticks([top * part for part in (0, 0.5, 1)], [f"{100 * top * part:g}" for part in (0, 0.5, 1)])
        if column:
            axes.set_ylabel("")
        axes.set_title(lines_of(event.label, int(width / 5), 2), loc="left", fontsize=8, fontweight="bold")
        for arm, (_, share) in enumerate(event.shares):
            axes.step(shown.days[: share.size], share, where="post", **arm_pen(arm).style)
        if number == 0 and len(event.shares) > 1:
            for arm, (group, _) in enumerate(event.shares):
                axes.plot([], [], label=short(group), **arm_pen(arm).style)
            axes.legend(loc="upper left", frameon=False, handlelength=2.2, fontsize=7.5, borderaxespad=0.2)
    return figure
