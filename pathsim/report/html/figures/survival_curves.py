"""Survival curves as trial reports print them: bands, censored patients, and the numbers at risk below the axis."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pathsim.report.curves import time_axis
from pathsim.report.html.figures.drawing import (
    DIM,
    INK,
    POINTS,
    RULE,
    TINT,
    WIDTH,
    ArmPen,
    arm_pen,
    axes_in,
    figure_of,
    short,
)

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Floats = NDArray[np.float64]
PLOT_POINTS = 235.0
"""How high the curves are."""
LONGEST_SINCE = 60
"""Letters of when time begins to count."""
ROW_POINTS = 12.5
"""How high a row of numbers at risk is."""
MOST_CENSORED = 400
"""More censored patients than this make a line of their own, and are not drawn."""


class ArmCurve(NamedTuple):
    """The curve of one group: its steps with their band, who was censored when, and numbers at risk at the ticks."""

    label: str
    time: Floats
    survival: Floats
    lower: Floats
    upper: Floats
    censored: Floats
    last: float
    """The longest follow-up."""
    at_risk: tuple[int, ...]
    published: tuple[tuple[float, float], ...] = ()


class SurvivalFigure(NamedTuple):
    """What a figure of survival shows."""

    label: str
    horizon_days: float
    curves: tuple[ArmCurve, ...]
    since: str
    """When time begins to count."""
    axis: str = "Probability"


def draw_survival(shown: SurvivalFigure) -> "Figure":
    """The curves, the first heavy and the second light, with the numbers at risk under the ticks they belong to."""
    below = 44 + ROW_POINTS * (1 + len(shown.curves))
    figure = figure_of((PLOT_POINTS + 10 + below) / POINTS)
    left = 30 + max(60.0, 4.6 * max(len(short(curve.label)) for curve in shown.curves))
    axes = axes_in(figure, left, 10, 14, below)
    unit, unit_days, ticks = time_axis(shown.horizon_days)
    set_time(axes, shown.horizon_days)
    set_share(axes, shown.axis)
    for number, curve in enumerate(shown.curves):
        _draw_curve(axes, curve, arm_pen(number), shown.horizon_days)
    name_lines(axes, [(curve.label, *_end(curve, shown.horizon_days)) for curve in shown.curves])
    _numbers_at_risk(axes, shown, [tick * unit_days for tick in ticks])
    axes.set_xlabel(f"{unit.capitalize()} since {short(shown.since, LONGEST_SINCE)}")
    return figure


def set_time(axes: "Axes", horizon_days: float) -> None:
    """An axis of time in the unit that a reader would choose."""
    unit, unit_days, ticks = time_axis(horizon_days)
    axes.set_xlim(0, horizon_days)
    axes.set_xticks([tick * unit_days for tick in ticks], [f"{tick:g}" for tick in ticks])
    axes.set_xlabel(unit.capitalize())


def set_share(axes: "Axes", label: str) -> None:
    """An axis of shares from 0 to 100 per cent."""
    axes.set_ylim(0, 1)
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1], ["0", "25", "50", "75", "100"])
    axes.set_ylabel(f"{label} (%)")
    axes.grid(axis="y", color=RULE, linewidth=0.5)
    axes.set_axisbelow(True)


def _draw_curve(axes: "Axes", curve: ArmCurve, pen: ArmPen, horizon: float) -> None:
    until = min(curve.last, horizon)
    if not curve.time.size or until <= 0:
        return
    shown = curve.time <= until
    time, level, lower, upper = (
        np.append(values[shown], last)
        for values, last in (
            (curve.time, until),
            *((values, values[shown][-1]) for values in (curve.survival, curve.lower, curve.upper)),
        )
    )
    axes.fill_between(time, lower, upper, step="post", color=pen.color, alpha=TINT, linewidth=0)
    axes.step(time, level, where="post", **pen.style)
    censored = curve.censored[curve.censored <= until]
    if censored.size <= MOST_CENSORED:
        at = curve.survival[np.searchsorted(curve.time, censored, side="right") - 1]
        axes.plot(censored, at, linestyle="", marker="|", markersize=5, markeredgewidth=0.7, color=pen.color)
    for day, share in curve.published:
        if day <= horizon:
            axes.plot([day], [share], "D", markersize=4.5, markerfacecolor="none", color=INK, markeredgewidth=0.9)


def _end(curve: ArmCurve, horizon: float) -> tuple[float, float]:
    """Where the curve is at two thirds of the axis, to be named there."""
    day = min(0.66 * horizon, curve.last)
    return day, float(curve.survival[np.searchsorted(curve.time, day, side="right") - 1]) if curve.time.size else 1.0


def name_lines(axes: "Axes", lines: Sequence[tuple[str, float, float]]) -> None:
    """Name lines beside them, each in its color: the higher of two above, the lower below."""
    if len(lines) < 2:
        return
    if len(lines) > 2:
        for number, (label, _, _) in enumerate(lines):
            axes.plot([], [], label=short(label), **arm_pen(number).style)
        axes.legend(loc="best", frameon=False, handlelength=2.6)
        return
    top = max(range(2), key=lambda number: lines[number][2])
    for number, (label, day, level) in enumerate(lines):
        is_above = number == top
        axes.annotate(
            short(label),
            (day, level),
            (0, 9 if is_above else -9),
            textcoords="offset points",
            ha="left" if is_above else "right",
            va="bottom" if is_above else "top",
            color=arm_pen(number).color,
            fontweight="bold",
        )


def _numbers_at_risk(axes: "Axes", shown: SurvivalFigure, days: Sequence[float]) -> None:
    width, begin = WIDTH * POINTS * axes.get_position().width, -42.0

    def write(text: str, x: float, row: int, color: str, **look: Any) -> None:
        place = (x, begin - ROW_POINTS * row)
        axes.annotate(text, place, xycoords="axes points", va="center", color=color, annotation_clip=False, **look)

    write("Number at risk", -24, 0, INK, ha="right", fontweight="bold")
    for row, curve in enumerate(shown.curves, 1):
        color = arm_pen(row - 1).color if len(shown.curves) > 1 else DIM
        write(short(curve.label), -24, row, color, ha="right")
        for day, count in zip(days, curve.at_risk, strict=True):
            write(f"{count}", day / shown.horizon_days * width, row, INK, ha="center")
