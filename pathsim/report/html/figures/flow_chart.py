"""The flow of patients as CONSORT 2010 draws it: boxes from top to bottom, those left out beside them, a column an arm.

Schulz, Altman and Moher (2010), doi:10.1136/bmj.c332.
"""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from matplotlib.patches import Rectangle

from pathsim.report.html.figures.drawing import GROUND, INK, POINTS, WIDTH, arm_pen, figure_of
from pathsim.text import harmless

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LINE, PAD, GAP, LETTER = 11.5, 7.0, 18.0, 4.75
"""Points: a line of text, the margin in a box, the space between boxes, and a letter of its text."""
FULL = WIDTH * POINTS
MOST_LINES = 3
"""Of a reason or a title."""


@dataclass(frozen=True, slots=True)
class FlowBox:
    """A box: its title with how many patients, and below it reasons with theirs."""

    title: str
    count: str
    reasons: tuple[tuple[str, str], ...] = ()
    arm: int | None = None
    """The number of the arm that begins with it."""


@dataclass(frozen=True, slots=True)
class FlowChart:
    """The boxes from the top, those who are left out beside the first arrow, and a column for each arm."""

    stem: Sequence[FlowBox]
    excluded: FlowBox | None
    arms: Sequence[Sequence[FlowBox]]


class _Placed(NamedTuple):
    """A box on paper: its left and upper side and its size in points, counted down from the top, and its lines."""

    x: float
    y: float
    width: float
    height: float
    lines: list[tuple[str, bool, float]]
    arm: int | None

    @property
    def middle(self) -> float:
        return self.x + self.width / 2

    @property
    def bottom(self) -> float:
        return self.y + self.height


def _lines(box: FlowBox, width: float) -> list[tuple[str, bool, float]]:
    """The lines of a box, each with whether it is bold and how far it is set in."""
    room = int((width - 2 * PAD) / LETTER)
    title = f"{box.title} (n = {box.count})" if box.count else box.title
    found = [(line, True, 0.0) for line in _wrapped(title, room)]
    for reason, count in box.reasons:
        lines = _wrapped(f"{count}  {reason}", room - 2)
        found += [(line, False, 0.0 if number == 0 else 8.0) for number, line in enumerate(lines)]
    return found


def _wrapped(text: str, room: int) -> list[str]:
    lines = textwrap.wrap(harmless(text), max(room, 12))
    return lines if len(lines) <= MOST_LINES else [*lines[: MOST_LINES - 1], f"{lines[MOST_LINES - 1][: room - 1]}…"]


def _placed(box: FlowBox, x: float, y: float, width: float) -> _Placed:
    lines = _lines(box, width)
    return _Placed(x, y, width, len(lines) * LINE + 2 * PAD, lines, box.arm)


def draw_flow(chart: FlowChart) -> "Figure":
    """The diagram, as high as its boxes need."""
    boxes, arrows, y = list[_Placed](), list[tuple[float, float, float, float]](), 1.0
    width = FULL * (0.42 if chart.arms else 0.6)
    left = (FULL - width) / 2 if not chart.excluded else FULL * 0.5 - width * 0.86
    before: _Placed | None = None
    for number, box in enumerate(chart.stem):
        here = _placed(box, left, y, width)
        if before is not None:
            arrows.append((before.middle, before.bottom, here.middle, here.y))
        boxes.append(here)
        before, y = here, here.bottom + GAP
        if number == 0 and chart.excluded is not None:
            beside = left + width / 2 + 24
            out = _placed(chart.excluded, beside, y - GAP / 3, FULL - 1 - beside)
            boxes.append(out)
            level = out.y + out.height / 2
            arrows.append((here.middle, level, out.x, level))
            y = out.bottom + GAP * 0.7
    bottom = y - GAP
    columns = _arms(chart, before, y + GAP * 0.4, boxes, arrows)
    bottom = max([bottom, *columns])
    return _drawn(boxes, arrows, bottom + 2)


def _arms(
    chart: FlowChart,
    above: _Placed | None,
    top: float,
    boxes: list[_Placed],
    arrows: list[tuple[float, float, float, float]],
) -> list[float]:
    """Place a column of boxes for each arm, those of a kind at one height; how far down each goes."""
    if not chart.arms or above is None:
        return []
    count, gap = len(chart.arms), 12.0
    width = min((FULL - 2 - gap * (count - 1)) / count, FULL * 0.47)
    begin = (FULL - width * count - gap * (count - 1)) / 2
    places = [begin + number * (width + gap) for number in range(count)]
    titles = list(dict.fromkeys(_kind(box, row) for column in chart.arms for row, box in enumerate(column)))
    last: list[_Placed | None] = [None] * count
    for kind in titles:
        bottom = top
        for number, column in enumerate(chart.arms):
            box = next((box for row, box in enumerate(column) if _kind(box, row) == kind), None)
            if box is None:
                continue
            here = _placed(box, places[number], top, width)
            before = last[number]
            start = (above.middle, above.bottom) if before is None else (before.middle, before.bottom)
            arrows.append((*start, here.middle, here.y))
            boxes.append(here)
            last[number], bottom = here, max(bottom, here.bottom)
        top = bottom + GAP
    return [placed.bottom for placed in last if placed is not None]


def _kind(box: FlowBox, row: int) -> str:
    """What boxes of several arms have in common that stand beside each other."""
    return box.title if row else ""


def _drawn(boxes: list[_Placed], arrows: list[tuple[float, float, float, float]], height: float) -> "Figure":
    figure = figure_of(height / POINTS)
    axes = figure.add_axes((0, 0, 1, 1))
    axes.set_xlim(0, FULL)
    axes.set_ylim(height, 0)
    axes.axis("off")
    for arrow in arrows:
        _draw_arrow(axes, *arrow)
    for box in boxes:
        color, width = (INK, 0.7) if box.arm is None else (arm_pen(box.arm).color, 1.6)
        axes.add_patch(
            Rectangle((box.x, box.y), box.width, box.height, facecolor=GROUND, edgecolor=color, linewidth=width)
        )
        for row, (line, is_bold, indent) in enumerate(box.lines):
            at = (box.x + PAD + indent, box.y + PAD + LINE * (row + 0.5))
            axes.text(*at, line, va="center", fontweight="bold" if is_bold else "normal")
    return figure


def _draw_arrow(axes: "Axes", x: float, y: float, to_x: float, to_y: float) -> None:
    """An arrow straight down or across; to a column beside it goes down, across, and down."""
    way = [(x, y), (to_x, to_y)]
    if abs(x - to_x) > 0.5 and abs(y - to_y) > 0.5:
        bend = to_y - GAP * 0.6
        way = [(x, y), (x, bend), (to_x, bend), (to_x, to_y)]
    axes.plot(*zip(*way, strict=True), color=INK, linewidth=0.7, solid_joinstyle="miter")
    head = {
        "arrowstyle": "-|>,head_width=0.18,head_length=0.36",
        "color": INK,
        "linewidth": 0.7,
        "shrinkA": 0,
        "shrinkB": 0,
    }
    axes.annotate("", way[-1], way[-2], arrowprops=head)
