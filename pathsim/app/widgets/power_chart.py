"""Power as it settles while replicates arrive, with its Monte Carlo interval."""

import math

from pathsim.app.canvas import Canvas
from pathsim.app.widgets.picture import Picture
from pathsim.names import lowered
from pathsim.player.views.ensemble import EnsembleView
from pathsim.text import counted

WITH_COMMITTEE = "Power, whatever the committee says"
LEFT = 6
STEPS = (5, 10, 20, 25, 50)
"""Per cent between two lines of the axis."""
ROWS_BETWEEN = 3


class PowerChart(Picture):
    """Power after so many replicates."""

    view: EnsembleView | None = None

    def show(self, view: EnsembleView | None, *, has_committee: bool) -> None:
        """Draw these replicates."""
        self.view = view
        power = brief = ""
        if view is not None and view.power_by_count:
            share = view.power_by_count[-1][1]
            brief = f"{share.estimate:.1%} ({share.lower:.1%} to {share.upper:.1%})"
            power = f"{brief} {lowered(view.endpoint)}"
        self.entitle(WITH_COMMITTEE if has_committee else "Power", *([power, brief] if power else []))
        self.redraw()

    def draw(self, canvas: Canvas) -> None:
        """The estimate between its limits."""
        if self.view is None or not self.view.power_by_count or canvas.height < 4:
            canvas.write(0, 1, "no replicates yet", "dim")
            return
        _Chart(canvas, self.view).draw()


class _Chart:
    """Per cent upward, replicates to the right. The axis reaches over what the later half of them left possible."""

    def __init__(self, canvas: Canvas, view: EnsembleView) -> None:
        self.canvas, self.view = canvas, view
        self.rows, self.columns = canvas.height - 2, canvas.width - LEFT - 1
        later = [share for _, share in view.power_by_count[len(view.power_by_count) // 2 :]]
        lowest, highest = (100 * limit for limit in (min(s.lower for s in later), max(s.upper for s in later)))
        lines = max((self.rows - 1) // ROWS_BETWEEN, 1)
        self.step = next((step for step in STEPS if (highest - lowest) / step <= lines - 1), STEPS[-1])
        self.lowest = math.floor(lowest / self.step) * self.step
        self.highest = max(math.ceil(highest / self.step) * self.step, self.lowest + self.step)

    def row(self, share: float) -> int:
        part = (self.highest - 100 * share) / (self.highest - self.lowest)
        return round(part * (self.rows - 1))

    def draw(self) -> None:
        canvas = self.canvas
        for level in range(self.lowest, self.highest + 1, self.step):
            row = self.row(level / 100)
            canvas.write(row, 0, f"{level:>4}%", "dim")
            canvas.write(row, LEFT, "┈" * self.columns, "rule")
        wanted = max(self.view.wanted, 1)
        # Of several counts in one column the last one stays.
        at_columns = {
            LEFT + min(round(count / wanted * self.columns), self.columns - 1): share
            for count, share in self.view.power_by_count
        }
        places = list(at_columns.items())
        afters = [column for column, _ in places[1:]] + [places[-1][0] + 1]
        for (column, share), after in zip(places, afters, strict=True):
            width = max(after - column, 1)
            top, bottom = self.row(share.upper), self.row(share.lower)
            for row in range(max(top, 0), min(bottom, self.rows - 1) + 1):
                canvas.fill(row, column, width, "panel")
            if 0 <= (row := self.row(share.estimate)) < self.rows:
                canvas.write(row, column, "━" * width, "title")
        canvas.write(self.rows, LEFT, "─" * self.columns, "rule")
        canvas.write(
            self.rows + 1, LEFT, f"{self.view.replicates:,} of {counted(self.view.wanted, 'replicate')}", "dim"
        )
