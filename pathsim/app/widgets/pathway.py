"""The pathway as a map: lines with stations, how many patients are in each, and those on their way between them."""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from pathsim.app.canvas import Canvas, shortened
from pathsim.app.widgets.picture import Picture
from pathsim.names import with_capital
from pathsim.player.views.live import Lane, Snapshot, Station

LEAST_ROWS, FRAME_ROWS = 8, 2
SIDE_BY_SIDE = 112
"""From this width on the arms lie to the right of what comes before them, else below it."""
ROOMY = 145
"""From this width on there is room for another number before the fork."""
LANE_ROWS = 4
"""Two rows of labels, the track, and what is elsewhere."""
ROWS_OF_LABEL = 2
BOX = 6
PASSED = "passed through a step"
LEAST_CELL = 14
"""The least room for a station with a label that can be read."""
FULL = 40
"""From so many patients on a station is as strongly tinted as it gets."""
LEAST_TINT, MOST_TINT = 0.15, 0.35
"""Even on the strongest the number can be read."""


class PathwayMap(Picture):
    """The map of a pathway on a day."""

    lanes: tuple[Lane, ...] = ()
    snapshot: Snapshot | None = None
    is_over = False

    def show(self, lanes: tuple[Lane, ...], snapshot: Snapshot, *, is_over: bool = False) -> None:
        """Draw the map on this day; when all is over, steps say how many have come to them."""
        self.lanes, self.snapshot, self.is_over = lanes, snapshot, is_over
        told = f"there now / have come; in gray who have {PASSED}", f"gray: {PASSED}"
        self.entitle("Pathway", *(told if is_over else ()))
        self.redraw()

    def draw(self, canvas: Canvas) -> None:
        """The lanes, and the fork between them."""
        if self.snapshot is not None and self.lanes:
            for track in _tracks(canvas, self.snapshot, self.lanes):
                track.draw(is_over=self.is_over)


def rows_needed(lanes: Sequence[Lane]) -> int:
    """How many rows a map takes on which the arms lie beside what comes before them, its frame among them."""
    return max(LANE_ROWS * (len(lanes) - 1), LEAST_ROWS) + FRAME_ROWS


def _tracks(canvas: Canvas, snapshot: Snapshot, lanes: Sequence[Lane]) -> "list[_Track]":
    """Every lane in its place."""
    first, *arms = lanes
    if not arms:
        return _alone(canvas, snapshot, first)
    heads = [f"{lane.label} {snapshot.by_group[lane.arm]}" for lane in arms]
    if canvas.width >= SIDE_BY_SIDE and canvas.height >= LANE_ROWS * len(arms):
        return _beside_each_other(canvas, snapshot, first, list(zip(arms, heads, strict=True)))
    rows = max(canvas.height // len(lanes), LANE_ROWS)
    return [
        _Track(canvas, snapshot, lane, number, 0, canvas.width, rows * number, head, rows=rows)
        for number, (lane, head) in enumerate(zip(lanes, ["", *heads], strict=True))
    ]


def _beside_each_other(
    canvas: Canvas, snapshot: Snapshot, first: Lane, arms: Sequence[tuple[Lane, str]]
) -> "list[_Track]":
    """The lane before the randomization at the left, the arms at the right of it."""
    is_roomy = canvas.width >= ROOMY
    fork = canvas.width * 3 // 10 if is_roomy else 30
    rows = canvas.height // len(arms)
    tops = [rows * number for number in range(len(arms))]
    middle = (tops[0] + tops[-1]) // 2
    tail = f"randomized {snapshot.randomized}" if is_roomy else ""
    below = canvas.height - middle - 3
    tracks = [_Track(canvas, snapshot, first, 0, 0, fork - 2, middle, tail=tail, rows_below=below)]
    for number, (top, (lane, head)) in enumerate(zip(tops, arms, strict=True), 1):
        width = canvas.width - fork
        tracks.append(_Track(canvas, snapshot, lane, number, fork, width, top, head, rows_below=rows - 3))
    _fork(canvas, fork - 2, middle + 2, [top + 2 for top in tops])
    return tracks


def _alone(canvas: Canvas, snapshot: Snapshot, lane: Lane) -> "list[_Track]":
    """The only lane there is; below it the other steps as stations too, if there is room for them."""
    aside = tuple(station for station in lane.elsewhere if not station.is_end)
    if not aside or canvas.height < 2 * LANE_ROWS or canvas.width // len(aside) < LEAST_CELL:
        return [_Track(canvas, snapshot, lane, 0, 0, canvas.width, 0, rows_below=canvas.height - 3)]
    ends = lane.elsewhere[len(aside) :]
    return [
        _Track(canvas, snapshot, replace(lane, elsewhere=ends), 0, 0, canvas.width, 0),
        _Track(
            canvas,
            snapshot,
            replace(lane, stations=aside, elsewhere=()),
            0,
            0,
            canvas.width,
            LANE_ROWS,
            places_before=len(lane.stations),
        ),
    ]


def _fork(canvas: Canvas, column: int, row: int, rows: Sequence[int]) -> None:
    """The randomization: one line becomes several."""
    for between in range(rows[0], rows[-1] + 1):
        canvas.write(between, column, "┃", "dim")
    canvas.write(rows[0], column, "┏", "dim")
    canvas.write(rows[-1], column, "┗", "dim")
    canvas.write(row, column, "◆", "title")


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
    places_before: int = 0
    """How many stations of the lane are on another track: this one has those beside the road that most take."""

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
        return "┈" if self.places_before else "━" if self.lane.arm == 0 else "─"

    def draw(self, *, is_over: bool) -> None:
        """Track, stations, patients on their way, and those elsewhere."""
        is_above = bool(self.head) and (self._has_heading or self._has_room_above())
        start = self.left if is_above else self.left + self._start
        self.canvas.write(self._row, self.left, self._line * self.width, self._fore)
        if is_above:
            self.canvas.write(self.top, self.left + (not self._has_heading), self.head, f"{self._fore}!")
        elif self.head:
            self.canvas.write(self._row, self.left + 1, f" {self.head} ", f"{self._fore}!")
        elif self.lane.arm < 0 and not self.places_before:
            enrolled = f"enrolled {self.snapshot.enrolled} "
            self.canvas.write(self._row, self.left, enrolled, "text!")
        if self.tail:
            self.canvas.write(self._row, self.left + self.width - len(self.tail) - 2, f" {self.tail} ", "text")
        cell = self._cell(start)
        ends: list[tuple[int, int]] = []
        for place, station in enumerate(self.lane.stations):
            column = start + place * cell + (cell - BOX) // 2
            self._station(station, column, cell, is_over=is_over)
            ends.append((start if place == 0 else ends[-1][1] + BOX, column))
        self._moving(ends)
        self._elsewhere()

    @property
    def _start(self) -> int:
        """How far behind the left end the stations begin, if the name of the lane stands on the track."""
        if self.places_before:
            return 0
        return len(self.head) + 3 if self.head else len(f"enrolled {self.snapshot.enrolled}") + 1

    def _has_room_above(self) -> bool:
        """Whether the name of the lane can stand above its first stations, beside and over their labels."""
        cell = self._cell(self.left)
        beside = -(-(len(self.head) + 2) // cell)
        return all(len(self._lines(station, cell)) < 2 for station in self.lane.stations[:beside])

    def _cell(self, start: int) -> int:
        room = self.left + self.width - start - (len(self.tail) + 2 if self.tail else 0)
        return max(room // max(len(self.lane.stations), 1), BOX + 1)

    def _lines(self, station: Station, cell: int) -> tuple[str, ...]:
        return _label(_without(self.lane.label, station.label), cell)

    def _station(self, station: Station, column: int, cell: int, *, is_over: bool) -> None:
        count, came = (of[self.number][station.step] for of in (self.snapshot.here, self.snapshot.passed))
        shown = _at_the_end(count, came) if is_over else str(count)
        part = LEAST_TINT + (MOST_TINT - LEAST_TINT) * min(count, FULL) / FULL
        back = f"shade{self.lane.arm}/{part:.2f}" if self.lane.arm >= 0 else "panel"
        self.canvas.write(self._row, column - 1, "▶", self._fore)
        self.canvas.write(self._row, column, f"{shown:^{BOX}}", "text!" if count else "dim", back)
        for above, line in enumerate(reversed(self._lines(station, cell)), 1):
            middle = column + BOX // 2 - len(line) // 2
            self.canvas.write(self._row - above, middle, line, "text" if count else "dim")

    def _moving(self, ends: list[tuple[int, int]]) -> None:
        for lane, place, part in self.snapshot.moving:
            if lane == self.number and 0 <= place - self.places_before < len(ends):
                begin, end = ends[place - self.places_before]
                self.canvas.write(self._row, begin + int(part * max(end - begin - 1, 1)), "●", "text!")

    def _elsewhere(self) -> None:
        """How many are in the other steps, the fullest first."""
        counts = [(self.snapshot.here[self.number][s.step], _short(s.label)) for s in self.lane.elsewhere]
        told = [f"{label} {count}" for count, label in sorted(counts, key=lambda pair: -pair[0]) if count]
        lines = textwrap.wrap(" · ".join(told), max(self.width - 4, 10)) if told else []
        rows = max(self.rows - 4 if self._has_heading else self.rows_below, 1)
        if len(lines) > rows:
            lines = [*lines[: rows - 1], shortened(lines[rows - 1] + " …", max(self.width - 4, 10))]
        for number, line in enumerate(lines):
            self.canvas.write(self._row + 1 + number, self.left + 1, line, "dim")


def _at_the_end(count: int, came: int) -> str:
    """How many are in a step, of all who have come to it; of an empty one, how many have passed through it."""
    both = f"{count}/{came}"
    return str(came) if not count else both if count < came and len(both) <= BOX else str(count)


@lru_cache(maxsize=256)
def _label(text: str, cell: int) -> tuple[str, ...]:
    """The label of a station on one row or two, both about as long as each other if that is possible."""
    if len(text) < cell - 1:
        return (text,)
    widths = range(min(-(-len(text) // 2), cell - 2), cell - 1)
    wrapped = [textwrap.wrap(text, width, break_long_words=False) for width in widths]
    first, *rest = next((lines for lines in wrapped if len(lines) <= ROWS_OF_LABEL), wrapped[-1])
    # A column is left between it and the next one.
    return tuple(shortened(line, cell - 1) for line in (first, " ".join(rest)) if line)


def _without(lane: str, label: str) -> str:
    """The label of a station on a lane whose name it need not repeat."""
    first, _, rest = label.partition(", ")
    return with_capital(rest) if rest and first.lower() == lane.lower() else label


def _short(label: str) -> str:
    return label.split(" (", maxsplit=1)[0]
