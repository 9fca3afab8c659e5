"""The pathway as a map: lines with stations, how many patients are in each, and those on their way between them."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass

from pathsim.app.canvas import Canvas, shortened
from pathsim.app.widgets.picture import Picture
from pathsim.player.shown import Lane, Snapshot, Station

SIDE_BY_SIDE = 112
"""From this width on the arms lie to the right of what comes before them, else below it."""
ROOMY = 145
"""From this width on there is room for another number before the fork."""
LANE_ROWS = 4
"""Two rows of labels, the track, and what is elsewhere."""
BOX = 6
FULL = 40
"""From so many patients on a station is as strongly tinted as it gets."""


class PathwayMap(Picture):
    """The map of a pathway on a day."""

    lanes: tuple[Lane, ...] = ()
    snapshot: Snapshot | None = None

    def show(self, lanes: tuple[Lane, ...], snapshot: Snapshot) -> None:
        """Draw the map on this day."""
        self.lanes, self.snapshot = lanes, snapshot
        self.entitle("Pathway")
        self.redraw()

    def draw(self, canvas: Canvas) -> None:
        """The lanes, and the fork between them."""
        if self.snapshot is None or not self.lanes:
            return
        for track in self._tracks(canvas):
            track.draw()

    def _tracks(self, canvas: Canvas) -> "list[_Track]":
        if self.snapshot is None:
            return []
        first, *arms = self.lanes
        if not arms:
            return [_Track(canvas, self.snapshot, first, 0, 0, canvas.width, 0)]
        heads = [f"{lane.label} {self.snapshot.by_group[lane.arm]}" for lane in arms]
        if canvas.width >= SIDE_BY_SIDE and canvas.height >= LANE_ROWS * len(arms):
            is_roomy = canvas.width >= ROOMY
            fork = canvas.width * 3 // 10 if is_roomy else 30
            spare = (canvas.height - LANE_ROWS * len(arms)) // 2
            tops = [spare + LANE_ROWS * number for number in range(len(arms))]
            middle = (tops[0] + tops[-1]) // 2
            tail = f"randomized {self.snapshot.randomized}" if is_roomy else ""
            tracks = [_Track(canvas, self.snapshot, first, 0, 0, fork - 2, middle, "", tail, rows_below=3)]
            tracks += [
                _Track(canvas, self.snapshot, lane, number, fork, canvas.width - fork, top, head)
                for number, (lane, top, head) in enumerate(zip(arms, tops, heads, strict=True), 1)
            ]
            _fork(canvas, fork - 2, middle + 2, [top + 2 for top in tops])
            return tracks
        return self._below_each_other(canvas, self.snapshot, heads)

    def _below_each_other(self, canvas: Canvas, snapshot: Snapshot, heads: Sequence[str]) -> "list[_Track]":
        """Each lane on rows of its own, as many as there are for it."""
        rows = max(canvas.height // len(self.lanes), LANE_ROWS)
        return [
            _Track(canvas, snapshot, lane, number, 0, canvas.width, rows * number, head, rows=rows)
            for number, (lane, head) in enumerate(zip(self.lanes, ["", *heads], strict=True))
        ]


def _fork(canvas: Canvas, column: int, row: int, rows: Sequence[int]) -> None:
    """The randomization: one line becomes several."""
    for between in range(rows[0], rows[-1] + 1):
        canvas.write(between, column, "┃", "dim")
    canvas.write(rows[0], column, "┏", "arm0!")
    canvas.write(rows[-1], column, "┗", "dim")
    canvas.write(row, column, "◆", "accent!")


@dataclass(frozen=True, slots=True)
class _Track:
    """A lane in its place on the canvas."""

    canvas: Canvas
    snapshot: Snapshot
    lane: Lane
    number: int
    left: int
    width: int
    top: int
    head: str = ""
    tail: str = ""
    rows: int = LANE_ROWS
    """How many rows it has; with more than the least its name stands above the track."""
    rows_below: int = 1
    """How many rows there are below the track for those who are elsewhere."""

    @property
    def _has_heading(self) -> bool:
        return self.rows > LANE_ROWS

    @property
    def _row(self) -> int:
        return self.top + (3 if self._has_heading else 2)

    @property
    def _fore(self) -> str:
        return f"arm{self.lane.arm}" if self.lane.arm >= 0 else "dim"

    @property
    def _line(self) -> str:
        return "━" if self.lane.arm == 0 else "─"

    def draw(self) -> None:
        """Track, stations, patients on their way, and those elsewhere."""
        start = self._start()
        self.canvas.write(self._row, self.left, self._line * self.width, self._fore)
        if self.head and self._has_heading:
            self.canvas.write(self.top, self.left, self.head, f"{self._fore}!")
        elif self.head:
            self.canvas.write(self._row, self.left + 1, f" {self.head} ", f"{self._fore}!")
        elif self.lane.arm < 0:
            enrolled = f"enrolled {self.snapshot.enrolled} "
            self.canvas.write(self._row, self.left, enrolled, "text!")
        if self.tail:
            self.canvas.write(self._row, self.left + self.width - len(self.tail) - 2, f" {self.tail} ", "accent")
        slot = self._slot()
        ends: list[tuple[int, int]] = []
        for place, station in enumerate(self.lane.stations):
            column = start + place * slot + (slot - BOX) // 2
            self._station(station, column, slot)
            ends.append((start if place == 0 else ends[-1][1] + BOX, column))
        self._moving(ends)
        self._elsewhere()

    def _start(self) -> int:
        """Where the stations begin, behind the name of the lane."""
        if self.head and self._has_heading:
            return self.left
        head = len(self.head) + 3 if self.head else len(f"enrolled {self.snapshot.enrolled}") + 1
        return self.left + head

    def _slot(self) -> int:
        room = self.left + self.width - self._start() - (len(self.tail) + 2 if self.tail else 0)
        return max(room // max(len(self.lane.stations), 1), BOX + 1)

    def _station(self, station: Station, column: int, slot: int) -> None:
        count = self.snapshot.here[self.number][station.step]
        part = 0.18 + 0.5 * min(count, FULL) / FULL
        back = f"shade{self.lane.arm}/{part:.2f}" if self.lane.arm >= 0 else "panel"
        self.canvas.write(self._row, column - 1, "▶", self._fore)
        self.canvas.write(self._row, column, f"{count:^{BOX}}", "text!" if count else "dim", back)
        lines = textwrap.wrap(_without(self.lane.label, station.label), slot - 2, break_long_words=False)[:2]
        for above, line in enumerate(reversed(lines), 1):
            shown = shortened(line, slot - 2)
            middle = column + BOX // 2 - len(shown) // 2
            self.canvas.write(self._row - above, middle, shown, "text" if count else "dim")

    def _moving(self, ends: list[tuple[int, int]]) -> None:
        for lane, place, part in self.snapshot.moving:
            if lane == self.number and place < len(ends):
                begin, end = ends[place]
                self.canvas.write(self._row, begin + int(part * max(end - begin - 1, 1)), "●", "text!")

    def _elsewhere(self) -> None:
        """How many are in the other steps, the fullest first."""
        counts = [(self.snapshot.here[self.number][s.step], _short(s.label)) for s in self.lane.elsewhere]
        told = [f"{label} {count}" for count, label in sorted(counts, key=lambda pair: -pair[0]) if count]
        lines = textwrap.wrap(" · ".join(told), max(self.width - 4, 10)) if told else []
        rows = max(self.rows - 4, 1) if self._has_heading else self.rows_below
        if len(lines) > rows:
            lines = [*lines[: rows - 1], shortened(lines[rows - 1] + " …", max(self.width - 4, 10))]
        for number, line in enumerate(lines):
            self.canvas.write(self._row + 1 + number, self.left + 1, line, "dim")


def _without(lane: str, label: str) -> str:
    """The label of a station on a lane whose name it need not repeat."""
    first, _, rest = label.partition(", ")
    return rest[:1].upper() + rest[1:] if rest and first.lower() == lane.lower() else label


def _short(label: str) -> str:
    return label.split(" (", maxsplit=1)[0]
