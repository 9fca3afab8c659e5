"""Every arm against control on a day: hazard ratios with their intervals, all on one axis."""

import math
from collections.abc import Sequence
from typing import NamedTuple

from pathsim.app.axis import HIGHEST, LOWEST, Axis
from pathsim.app.canvas import Canvas, shortened
from pathsim.app.widgets.picture import Picture
from pathsim.player.views.live import EndpointCard, EndpointView, HazardRatioView
from pathsim.report.figures import ratio

LEAST, MOST = 0.1, 10.0
"""The axis never reaches farther; an interval that does has an arrow at its end."""
ROWS_BELOW = 2
LEAST_AXIS, ROOMY = 12, 70
"""The narrowest axis that is drawn, and the width from which on intervals are told in numbers too."""


class _Compared(NamedTuple):
    """A row: of which endpoint and arm, and what is known."""

    endpoint: str
    arm: int
    ratio: HazardRatioView


class AgainstControl(Picture):
    """Hazard ratios of all arms but control, endpoint by endpoint."""

    rows: tuple[_Compared, ...] = ()
    groups: tuple[str, ...] = ()

    def show(self, cards: Sequence[EndpointCard], views: Sequence[EndpointView], groups: Sequence[str]) -> None:
        """Draw those of the endpoints that compare the arms; all are in the order of their cards."""
        rows = tuple(
            _Compared(card.short_label, groups.index(found.arm), found)
            for card, view in zip(cards, views, strict=True)
            if card.is_by_arm
            for found in view.ratios
        )
        compared = {groups[row.arm] for row in rows}
        control = next((group for group in groups if group not in compared), "control")
        self.entitle(f"Against {control}", "hazard ratio, 95% interval", "HR, 95%")
        if (rows, tuple(groups)) != (self.rows, self.groups):
            self.rows, self.groups = rows, tuple(groups)
            self.redraw()

    def draw(self, canvas: Canvas) -> None:
        """A heading for each endpoint, a row for each arm, and the axis."""
        if not any(_is_drawn(row.ratio) for row in self.rows):
            canvas.write(0, 1, "too few events yet", "dim")
        else:
            _Drawing(canvas, self).draw()


def _is_drawn(found: HazardRatioView) -> bool:
    """Whether a ratio has an interval, and so a place on the axis."""
    return found.estimate is not None and found.lower is not None and found.upper is not None


def _told(found: HazardRatioView, *, has_interval: bool) -> str:
    """A ratio in numbers, with its interval where there is room; empty where there is none."""
    if found.estimate is None or found.lower is None or found.upper is None:
        return ""
    return ratio(found.estimate) + (f" ({ratio(found.lower)}-{ratio(found.upper)})" if has_interval else "")


class _Drawing:
    """One drawing, on a scale of logarithms."""

    def __init__(self, canvas: Canvas, widget: AgainstControl) -> None:
        self.canvas, self.rows, self.groups = canvas, widget.rows, widget.groups
        names = max(len(self.groups[row.arm]) for row in self.rows)
        self.left = 2 + min(names, max(canvas.width // 3, 6)) + 1
        told = max(len(_told(row.ratio, has_interval=canvas.width >= ROOMY)) for row in self.rows)
        width = canvas.width - self.left - told - 2
        ends = [end for row in self.rows for end in (row.ratio.lower, row.ratio.upper) if end is not None]
        low, high = max(min(*ends, LOWEST), LEAST), min(max(*ends, HIGHEST), MOST)
        self.axis = Axis(math.log(low), math.log(high), self.left, width, is_ratio=True)

    def draw(self) -> None:
        room = self.canvas.height - ROWS_BELOW
        lines = self.lines(room)
        for at, line in enumerate(lines):
            if isinstance(line, str):
                self.canvas.write(at, 0, shortened(line, self.canvas.width), "dim")
            else:
                self.row(at, line)
        if self.axis.width >= LEAST_AXIS:
            self.axis.draw_null(self.canvas, range(len(lines)))
            self.axis.draw(self.canvas, len(lines), len(lines) + 1)

    def lines(self, room: int) -> list[str | _Compared]:
        """What stands on each row: endpoints as headings, arms below, as far as there is room; then how many more."""
        found: list[str | _Compared] = []
        for number, row in enumerate(self.rows):
            if number == 0 or self.rows[number - 1].endpoint != row.endpoint:
                found.append(row.endpoint)
            found.append(row)
        if len(found) <= room:
            return found
        shown = found[: max(room - 1, 0)]
        if shown and isinstance(shown[-1], str):
            shown.pop()
        hidden = len(self.rows) - sum(not isinstance(line, str) for line in shown)
        return [*shown, f"{hidden} more with a higher terminal"][:room]

    def row(self, at: int, one: _Compared) -> None:
        canvas, found, fore = self.canvas, one.ratio, f"arm{one.arm}!"
        canvas.write(at, 2, shortened(self.groups[one.arm], self.left - 3), fore)
        if found.estimate is None or found.lower is None or found.upper is None:
            canvas.write(at, self.left, "too few events yet"[: canvas.width - self.left], "dim")
            return
        if self.axis.width >= LEAST_AXIS:
            lower, upper = self.end(found.lower), self.end(found.upper)
            canvas.write(at, lower, "━" * (upper - lower + 1), f"arm{one.arm}")
            for value, column, arrow in ((found.lower, lower, "◀"), (found.upper, upper, "▶")):
                if not self.reaches(value):
                    canvas.put(at, column, arrow, f"arm{one.arm}")
            canvas.put(at, self.end(found.estimate), "●", fore)
        told = _told(found, has_interval=canvas.width >= ROOMY)
        canvas.write(at, canvas.width - len(told) - 1, told, fore)

    def reaches(self, value: float) -> bool:
        """Whether the axis reaches as far as this value."""
        return value > 0 and self.axis.low - 1e-9 <= math.log(value) <= self.axis.high + 1e-9

    def end(self, value: float) -> int:
        """The column of a value; that of an end of the axis where it lies beyond."""
        return self.axis.column(min(max(value, LEAST), MOST))
