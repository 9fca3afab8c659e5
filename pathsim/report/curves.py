"""Survival curves drawn in text: a grid of glyphs, with the numbers at risk under the ticks they belong to.

A Kaplan-Meier curve has only horizontals and verticals, so box-drawing lines show it sharply, and heavy and light
lines tell two arms apart without color.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pathsim.calendar import DAYS_PER_MONTH

DIM = "dim"


class Pen(NamedTuple):
    """The glyphs of one line: along, falling, the corner before and after a fall, and a censored patient."""

    along: str
    falling: str
    before: str
    after: str
    censored: str


HEAVY, LIGHT, DOUBLE = Pen("━", "┃", "┓", "┗", "┷"), Pen("─", "│", "┐", "└", "┴"), Pen("═", "║", "╗", "╚", "╧")
ASCII_PENS = (Pen("=", "#", "#", "#", "+"), Pen("-", "|", ".", "`", "'"), Pen("~", ":", ":", ":", "*"))
BOX_PENS = (HEAVY, LIGHT, DOUBLE)


class Cell(NamedTuple):
    """One character of the picture and the name of its style."""

    glyph: str
    style: str


@dataclass(frozen=True, slots=True)
class CurveLine:
    """The curve of one arm: its steps, its censored patients, and how many are at risk as time goes by."""

    label: str
    style: str
    time: NDArray[np.float64]
    survival: NDArray[np.float64]
    censored: NDArray[np.float64]
    followed: NDArray[np.float64]
    """Each patient's time, event or not: who is at risk on a day has one at least as long."""
    published: Sequence[tuple[float, float]] = field(default=())
    """Published (day, survival) points to aim at."""
    late: NDArray[np.float64] = field(default_factory=lambda: np.empty(0))
    """After how many days those came to be at risk who were not from the beginning."""


def drawn_until(time: NDArray[np.float64]) -> float:
    """The day until which a curve is worth drawing: a tenth of these patients were followed so long.

    Beyond it curves are thin. In whole half-years, where it is longer than one.
    """
    half_year = 6 * DAYS_PER_MONTH
    longest = float(np.quantile(time, 0.93))
    if longest > half_year:
        return float(np.ceil(longest / half_year) * half_year)
    return max(longest, 1.0)


def survival_plot(
    lines: Sequence[CurveLine], horizon_days: float, *, width: int, height: int, ascii_only: bool = False
) -> list[list[Cell]]:
    """The curves from day 0 to the horizon as rows of cells, at most ``width`` wide: plot, axis and numbers at risk."""
    pens = ASCII_PENS if ascii_only else BOX_PENS
    margin = min(max([8, *(len(line.label) + 3 for line in lines)]), width // 3)
    columns = max(width - margin - 4, 10)
    edges = np.linspace(0, horizon_days, columns + 1)
    grid = _empty(columns, height, ascii_only=ascii_only)
    drawn = [_drawn(line, pens[number % len(pens)], edges, height) for number, line in enumerate(lines)]
    for row, column in set().union(*drawn):
        here = [cells[row, column] for cells in drawn if (row, column) in cells]
        # Where lines run on top of each other they take turns, so that none of them is hidden.
        grid[row][column] = here[column // 2 % len(here)]
    for line in lines:
        for day, survival in line.published:
            if day <= horizon_days:
                column = min(int(day / horizon_days * columns), columns - 1)
                grid[_row(survival, height)][column] = Cell("o" if ascii_only else "◇", line.style)
    rows = [_labeled(row, i, height, margin, ascii_only=ascii_only) for i, row in enumerate(grid)]
    unit, unit_days, ticks = time_axis(horizon_days)
    places = [min(round(tick * unit_days / horizon_days * columns), columns - 1) for tick in ticks]
    rows.append(_axis(columns, places, margin, ascii_only=ascii_only))
    rows.append(_texts([f"{tick:g}" for tick in ticks], places, margin, unit, DIM, DIM))
    for line in lines:
        days = [tick * unit_days for tick in ticks]
        at_risk = [str(int((line.followed >= day).sum() - (line.late >= day).sum())) for day in days]
        rows.append(_texts(at_risk, places, margin, line.label[: margin - 2], line.style, line.style))
    return rows


def _empty(columns: int, height: int, *, ascii_only: bool) -> list[list[Cell]]:
    dot = Cell("." if ascii_only else "┈", DIM)
    ruled = {_row(level, height) for level in (0.25, 0.5, 0.75)}
    return [[dot if row in ruled else Cell(" ", "") for _ in range(columns)] for row in range(height)]


def _row(survival: float, height: int) -> int:
    return round((1 - survival) * (height - 1))


def _drawn(line: CurveLine, pen: Pen, edges: NDArray[np.float64], height: int) -> dict[tuple[int, int], Cell]:
    """The cells of one line, by row and column, as far as anybody was followed."""
    last = float(line.followed.max()) if line.followed.size else 0.0
    traced = trace(pen, line.time, line.survival, line.censored, last, edges=edges, height=height)
    return {place: Cell(glyph, line.style) for place, glyph in traced.items()}


def trace(
    pen: Pen,
    time: NDArray[np.float64],
    survival: NDArray[np.float64],
    censored: NDArray[np.float64],
    last: float,
    *,
    edges: NDArray[np.float64],
    height: int,
) -> dict[tuple[int, int], str]:
    """The glyphs of a step curve by row and column, from the first of the columns' edges until ``last``."""
    level = survival[np.searchsorted(time, edges, side="right") - 1]
    rows = np.rint((1 - level) * (height - 1)).astype(int).tolist()
    marked = set((np.searchsorted(edges, censored, side="right") - 1).tolist())
    glyphs: dict[tuple[int, int], str] = {}
    for column in range(int(np.searchsorted(edges[:-1], last, side="right"))):
        top, bottom = rows[column], rows[column + 1]
        if top == bottom:
            glyphs[top, column] = pen.censored if column in marked else pen.along
            continue
        glyphs |= {(row, column): pen.falling for row in range(top + 1, bottom)}
        glyphs[top, column] = pen.before
        glyphs[bottom, column] = pen.after
    return glyphs


def _labeled(row: list[Cell], number: int, height: int, margin: int, *, ascii_only: bool) -> list[Cell]:
    labels = {_row(level, height): f"{level:.0%}" for level in (1, 0.75, 0.5, 0.25, 0)}
    tick = ("+" if ascii_only else "┤") if number in labels else ("|" if ascii_only else "│")
    return [*_written(labels.get(number, "").rjust(margin - 1), DIM), Cell(tick, DIM), *row]


def _axis(columns: int, places: list[int], margin: int, *, ascii_only: bool) -> list[Cell]:
    along, tick, corner = ("-", "+", "+") if ascii_only else ("─", "┴", "└")
    line = [tick if column in places[1:] else along for column in range(columns)]
    return [*_written(" " * (margin - 1), DIM), *_written(corner + "".join(line), DIM)]


_UNITS = (
    ("months", DAYS_PER_MONTH, (1, 3, 6, 12, 24, 60, 120, 1200, 12000, 10**9)),
    ("days", 1.0, (1, 2, 5, 10)),
    ("hours", 1 / 24, (1, 2, 6, 12)),
)
"""Units of the time axis, with how far apart its ticks may stand; the first that has two ticks or more is taken."""


def time_axis(horizon_days: float) -> tuple[str, float, list[int]]:
    """The unit of the axis, its length in days, and the ticks: at most nine."""
    for unit, days, steps in _UNITS:
        length = horizon_days / days
        if length >= 2 or unit == "hours":
            step = next((step for step in steps if length / step <= 8), steps[-1])
            break
    return unit, days, list(range(0, int(length + 0.5) + 1, step))


def _texts(texts: list[str], places: list[int], margin: int, label: str, label_style: str, style: str) -> list[Cell]:
    row = _written(label.ljust(margin), label_style)
    for text, place in zip(texts, places, strict=True):
        start = max(margin + place - len(text) // 2, len(row) + (1 if len(row) > margin else 0))
        row += _written(" " * (start - len(row)), "")
        row += _written(text, style)
    return row


def _written(text: str, style: str) -> list[Cell]:
    return [Cell(glyph, style) for glyph in text]
