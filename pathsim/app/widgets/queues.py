"""Queues for scarce resources: how many places are taken and how many wait, who, and how long they waited."""

import math
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from pathsim.app.canvas import Canvas, shortened
from pathsim.app.eighths import rows_of_bars
from pathsim.app.widgets.picture import Picture
from pathsim.names import lowered
from pathsim.player.views.live import QueueView
from pathsim.report.figures import months
from pathsim.text import counted

LEFT, LEAST_WIDTH = 9, 24
LEAST_BLOCK, USUAL_BLOCK, MOST_BLOCK = 4, 7, 10
"""Rows for one resource: at least its words and two charts of a row each."""
BESIDE, WHO_WIDTH = 84, 30
"""From this width on those who wait stand beside the charts."""
TIMES_ROWS = 7
"""The distribution of waiting times is drawn where so many rows are left."""
PERCENTILE = 90


class QueueChart(Picture):
    """The queues of a trial on a day; that with the longest waits first."""

    views: tuple[QueueView, ...] = ()
    day = 0.0

    def show(self, views: tuple[QueueView, ...], day: float) -> None:
        """Draw these."""
        self.views, self.day = tuple(sorted(views, key=_ease)), day
        self.entitle("Queues", *([f"+ - places, {lowered(self.views[0].label)}", "+ - places"] if views else []))
        self.redraw()

    @property
    def bottleneck(self) -> QueueView | None:
        """The resource for which patients waited longest in the trial that this one is compared with."""
        return self.views[0] if self.views else None

    def draw(self, canvas: Canvas) -> None:
        """A block for each resource; the waiting times of the first one below, if there is room."""
        if not self.views:
            canvas.write(0, 1, "nobody has to wait in this trial", "dim")
            return
        if canvas.width < LEAST_WIDTH:
            canvas.write(0, 0, "too small", "dim")
            return
        count = len(self.views)
        block = min(max(canvas.height // count, LEAST_BLOCK), MOST_BLOCK)
        if canvas.height >= count * USUAL_BLOCK + TIMES_ROWS:
            block = min(block, (canvas.height - TIMES_ROWS) // count)
        for number, view in enumerate(self.views):
            if (top := number * block) + LEAST_BLOCK <= canvas.height:
                _Block(canvas, view, top, block, self.day).draw()
        top = count * block
        if canvas.height - top >= TIMES_ROWS:
            _times(canvas, self.views[0], top, canvas.height - top)


def _ease(view: QueueView) -> float:
    """How short the waits were; before the number of places was changed, so that the order stays while it is."""
    times = view.times if view.times_before is None else view.times_before
    return -float(np.percentile(times, PERCENTILE)) if times.size else 0.0


class _Block:
    """One resource: a line of words, use, waiting, who waits, and what became of those who asked."""

    def __init__(self, canvas: Canvas, view: QueueView, top: int, rows: int, day: float) -> None:
        self.canvas, self.view, self.top, self.rows, self.day = canvas, view, top, rows, day
        self.has_list = canvas.width >= BESIDE
        self.columns = canvas.width - LEFT - (WHO_WIDTH if self.has_list else 0) - 1
        self.charts = max(rows - 2 - (rows > LEAST_BLOCK), 2)
        self.waiting_rows = max(self.charts // 2, 1)

    def draw(self) -> None:
        view, canvas = self.view, self.canvas
        places = counted(view.capacity, "place")
        end = canvas.write(self.top, 0, f"{view.label}, {places}", "title")
        if view.capacity_before not in (None, view.capacity):
            end = canvas.write(self.top, end, f" (before {view.capacity_before})", "yours")
        told = f"   {view.busy} taken, {view.now_waiting} waiting now"
        canvas.write(self.top, end, told if end + len(told) <= canvas.width else "", "text")
        use_rows = self.charts - self.waiting_rows
        self.chart(self.top + 1, use_rows, view.use, 1.0, "in use", "other")
        longest = float(view.waiting.max(initial=0.0))
        most, label = max(longest, 1.0), f"wait {math.ceil(longest)}"
        self.chart(self.top + 1 + use_rows, self.waiting_rows, view.waiting, most, label, "text")
        row = self.top + 1 + self.charts
        if self.rows > LEAST_BLOCK:
            back = f"{self.day - view.begins:.0f} days ago"
            canvas.write(row, LEFT, "─" * self.columns, "rule")
            canvas.write(row, LEFT, f"{back} ", "dim")
            canvas.write(row, LEFT + self.columns - len(" today"), " today", "dim")
            row += 1
        width = self.columns + LEFT
        now, before = _summary(view, width)
        end = canvas.write(row, 0, shortened(now, width), "text")
        canvas.write(row, end + 2, before, "yours")
        if self.has_list:
            self.who()

    def chart(self, top: int, rows: int, values: NDArray[np.float64], most: float, label: str, fore: str) -> None:
        """A chart of eighths, of as many columns as there are."""
        self.canvas.write(top + rows - 1, 0, label, "dim")
        place = np.minimum(np.arange(self.columns) * values.size // max(self.columns, 1), values.size - 1)
        eighths = np.ceil(np.clip(values / most, 0, 1) * rows * 8 - 1e-9).astype(int)[place].tolist()
        for row, line in enumerate(rows_of_bars(eighths, rows)):
            self.canvas.write(top + rows - 1 - row, LEFT, line, fore)

    def who(self) -> None:
        """Those who wait now, the longest first."""
        left = self.canvas.width - WHO_WIDTH + 2
        if not self.view.who:
            self.canvas.write(self.top + 1, left, "nobody waits now", "dim")
            return
        self.canvas.write(self.top, left, "who waits", "dim")
        room = self.rows - 2
        for row, one in enumerate(self.view.who[:room], self.top + 1):
            end = self.canvas.write(row, left, f"{one.patient:04d}  ", "text!")
            self.canvas.write(row, end, f"for {months(one.days)}", "text")
        if self.view.now_waiting > room:
            self.canvas.write(self.top + room + 1, left, f"and {self.view.now_waiting - room} more", "dim")


def _summary(view: QueueView, width: int) -> tuple[str, str]:
    """How long they waited and who gave up; and the same before, in the same figures, so that both can be compared.

    The fullest wording that fits; of one that does not even fit at its shortest, without what was before.
    """
    wordings = list(_wordings(view))
    return next((words for words in wordings if len("  ".join(words)) <= width), (wordings[-1][0], ""))


def _wordings(view: QueueView) -> Iterator[tuple[str, str]]:
    """Now and before, the fullest first."""
    now, before = (view.times, view.share_in_use, view.gave_up), None
    if view.times_before is not None and view.share_in_use_before is not None and view.gave_up_before is not None:
        before = view.times_before, view.share_in_use_before, view.gave_up_before
    for told in (_fully, _briefly, _shortly, _use_alone, _who_gave_up):
        yield told(*now, view.asked), "" if before is None else f"(before: {told(*before, None)})"


def _fully(times: NDArray[np.float64], use: float, gave_up: int, asked: int | None) -> str:
    of = "" if asked is None else f" of {asked}"
    return f"in use {use:.0%} of the time; {_waited(times)}; {gave_up}{of} gave up"


def _briefly(times: NDArray[np.float64], use: float, gave_up: int, asked: int | None) -> str:
    del asked
    return f"use {use:.0%}; {_waited(times)}; {gave_up} gave up"


def _shortly(times: NDArray[np.float64], use: float, gave_up: int, asked: int | None) -> str:
    del asked
    return f"use {use:.0%}; {_nine_in_ten(times)}; {gave_up} gave up"


def _use_alone(times: NDArray[np.float64], use: float, gave_up: int, asked: int | None) -> str:
    del times, asked
    return f"use {use:.0%}; {gave_up} gave up"


def _who_gave_up(times: NDArray[np.float64], use: float, gave_up: int, asked: int | None) -> str:
    del times, use, asked
    return f"{gave_up} gave up"


def _waited(times: NDArray[np.float64]) -> str:
    """How many of those who have had a place had to wait for it, and how long."""
    share = f"{np.mean(times > 0):.0%} had to wait, " if times.size else ""
    return share + _nine_in_ten(times)


def _nine_in_ten(times: NDArray[np.float64]) -> str:
    """How long nine in ten of them waited at most."""
    if not times.size:
        return "nobody has had a place yet"
    most = float(np.percentile(times, PERCENTILE))
    return f"9 in 10 up to {months(most)}" if most else "9 in 10 at once"


def _times(canvas: Canvas, view: QueueView, top: int, rows: int) -> None:
    """The distribution of waiting times."""
    heading = f"How long they waited: {lowered(view.label)}"
    told = f"{view.times.size} of {view.asked} served"
    canvas.write(top, 0, "─" * canvas.width, "rule")
    end = canvas.write(top, 0, shortened(f"{heading} ", canvas.width), "title")
    if end + len(told) + 2 < canvas.width:
        canvas.write(top, canvas.width - len(told) - 1, f" {told}", "dim")
    if not view.times.size:
        canvas.write(top + 1, 0, "nobody yet", "dim")
        return
    height, columns = rows - 3, canvas.width - 2
    longest = max(float(np.percentile(view.times, 99)), 1 / 1440)
    counts, _ = np.histogram(np.minimum(view.times, longest), columns, (0.0, longest))
    eighths = np.ceil(counts / max(int(counts.max()), 1) * height * 8).astype(int).tolist()
    for row, line in enumerate(rows_of_bars(eighths, height)):
        canvas.write(top + height - row, 1, line, "other")
    canvas.write(top + height + 1, 1, "─" * columns, "rule")
    canvas.write(top + height + 2, 1, "at once", "dim")
    far = months(longest)
    canvas.write(top + height + 2, canvas.width - len(far) - 1, far, "dim")
