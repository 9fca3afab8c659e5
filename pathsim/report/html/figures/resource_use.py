"""Scarce resources over time: how much of each is in use, and how many wait for it."""

from typing import TYPE_CHECKING, NamedTuple

from pathsim.calendar import DAYS_PER_MONTH
from pathsim.report.html.figures.drawing import (
    INK,
    OTHER,
    POINTS,
    WIDTH,
    YOURS,
    axes_in,
    figure_of,
    short,
)
from pathsim.report.html.figures.survival_curves import set_share, set_time

if TYPE_CHECKING:
    from matplotlib.figure import Figure

PANEL, TOP, BELOW = 74.0, 20.0, 34.0


class ResourceLine(NamedTuple):
    """A resource by period: from which day, the share of places in use, and how many waited on average."""

    label: str
    days: tuple[float, ...]
    in_use: tuple[float, ...]
    waiting: tuple[float, ...]


class ResourceHistory(NamedTuple):
    """What a figure of resources shows."""

    lines: tuple[ResourceLine, ...]
    until: float


def draw_use(shown: ResourceHistory) -> "Figure":
    """A pair of panels for each resource: use on the left, waiting on the right."""
    row = PANEL + TOP + BELOW
    figure = figure_of(row * len(shown.lines) / POINTS)
    half = WIDTH * POINTS / 2
    for number, line in enumerate(shown.lines):
        below = (len(shown.lines) - number - 1) * row + BELOW
        use = axes_in(figure, 36, number * row + TOP, half + 10, below)
        waiting = axes_in(figure, half + 36, number * row + TOP, 10, below)
        days = (*line.days, shown.until)
        use.stairs(line.in_use, days, fill=True, color=OTHER)
        set_share(use, "In use")
        use.set_yticks([0, 0.5, 1], ["0", "50", "100"])
        use.set_title(short(line.label, 44), loc="left", fontsize=8, fontweight="bold", color=INK)
        waiting.stairs(line.waiting, days, fill=True, color=YOURS)
        waiting.set_ylabel("Waiting, mean")
        waiting.set_ylim(0, max(1e-3, 1.1 * max(line.waiting)))
        for axes in (use, waiting):
            set_time(axes, max(shown.until, DAYS_PER_MONTH / 10))
    return figure
