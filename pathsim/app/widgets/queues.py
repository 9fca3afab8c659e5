"""Queues for scarce resources: how many places are taken and how many wait, who, and how long they waited."""

import math
from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from pathsim.app.canvas import Canvas, shortened
from pathsim.app.eighths import rows_of_bars
from pathsim.app.widgets.picture import Picture
from pathsim.names import lowered
from pathsim.player.views.live import WAITED_PERCENTILE, QueueView
from pathsim.report.figures import months
from pathsim.text import counted

Value = TypeVar("Value")
LEFT, LEAST_WIDTH = 9, 24
LEAST_BLOCK, USUAL_BLOCK, MOST_BLOCK = 4, 7, 10
"""Rows for one resource: at least its words and two charts of a row each."""
BESIDE, WHO_WIDTH = 84, 30
"""From this width on those who wait stand beside the charts."""
TIMES_ROWS = 7
"""The distribution of waiting times is drawn where so many rows are left."""


class QueueChart(Picture):
    """The queues of a trial on a day; that with the longest waits first."""

    views: tuple[QueueView, ...] = ()
    day = 0.0

    def show(self, views: tuple[QueueView, ...], day: float) -> None:
        """Draw these."""
        self.views, self.day = tuple(sorted(views, key=lambda view: -view.usual_wait_days)), day
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
            begins, ends = (self.day - at for at in (view.begins, view.ends))
            until = " today" if ends < 1 else f" {ends:.0f} days ago"
            canvas.write(row, LEFT, "─" * self.columns, "rule")
            canvas.write(row, LEFT, f"{begins:.0f} days ago ", "dim")
            canvas.write(row, LEFT + self.columns - len(until), until, "dim")
            row += 1
        width = self.columns + LEFT
        column = 0
        for number, one in enumerate(_summary(view, width)):
            column = canvas.write(row, column, f"{'; ' if number else ''}{shortened(one.now, width)}", "text")
            column = canvas.write(row, column, one.was, "yours")
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


class _Told(NamedTuple):
    """A figure of a queue in words, and beside it what it was before the change."""

    now: str
    was: str = ""


def _summary(view: QueueView, width: int) -> list[_Told]:
    """Use, waits and who left the queue, each beside what it was before: as much of it as fits."""
    wordings = list(_wordings(view))
    fits = (told for told in wordings if len("; ".join(one.now + one.was for one in told)) <= width)
    return next(fits, [wordings[-1][0]._replace(was="")])


def _wordings(view: QueueView) -> Iterator[list[_Told]]:
    """The fullest first."""
    nobody = _Told("nobody has had a place yet")
    before = view.times_before if view.times_before is not None and view.times_before.size else None
    use = f"{view.share_in_use:.0%}"
    was_used = _was(use, view.share_in_use_before, "{:.0%}".format)
    was_left = _was(str(view.gave_up), view.gave_up_before, str)
    used, left = _Told(f"use {use}", was_used), _Told(f"{view.gave_up} left the queue", was_left)
    waits, briefly = [nobody], nobody
    if view.times.size:
        waited, most = _waited(view.times), _most(view.times)
        was_most, at_once = _was(most, before, _most), not float(np.percentile(view.times, WAITED_PERCENTILE))
        longest = "9 in 10 had a place at once" if at_once else f"9 in 10 waited up to {most}"
        waits = [_Told(f"{waited} had to wait", _was(waited, before, _waited)), _Told(longest, was_most)]
        briefly = _Told("9 in 10 at once" if at_once else f"9 in 10 up to {most}", was_most)
    fully = _Told(f"in use {use}", was_used), _Told(f"{view.gave_up} of {view.asked} left the queue", was_left)
    yield [fully[0], *waits, fully[1]]
    yield from ([used, briefly, left], [briefly, left], [used, left], [left])


def _waited(times: NDArray[np.float64]) -> str:
    """How many of those who have had a place had to wait for it."""
    return f"{np.mean(times > 0):.0%}"


def _most(times: NDArray[np.float64]) -> str:
    """How long nine in ten of them waited at most."""
    return months(float(np.percentile(times, WAITED_PERCENTILE)))


def _was(now: str, before: Value | None, written: Callable[[Value], str]) -> str:
    """What a figure was before the change, where that is something else than now."""
    return "" if before is None or written(before) == now else f" (was {written(before)})"


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
