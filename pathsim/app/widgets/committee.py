"""The monitoring committee: z walks with information toward the bounds, and the looks are where it was seen."""

from itertools import pairwise

from pathsim.app.canvas import SPACE, Canvas, fitted
from pathsim.app.widgets.picture import Picture
from pathsim.player.views.live import CommitteeCard, Snapshot

LEFT = 4
NEAR = 12
"""Columns that a label may be away from its look."""
HIGHEST_BOUND = 6.5
"""Bounds of early looks can be far higher than any z: they would press the rest of the chart flat."""


class CommitteeChart(Picture):
    """z against information, with the bounds of the looks."""

    card: CommitteeCard | None = None
    snapshot: Snapshot | None = None

    def show(self, card: CommitteeCard | None, snapshot: Snapshot) -> None:
        """Draw the chart on this day."""
        self.card, self.snapshot = card, snapshot
        self.entitle("Committee", "" if card is None else _counted(card, snapshot))
        self.redraw()

    def draw(self, canvas: Canvas) -> None:
        """The axes, the bounds, the walk, the looks."""
        if self.card is None or self.snapshot is None:
            canvas.write(0, 1, "this trial has no monitoring committee", "dim")
            return
        if canvas.height < 4 or canvas.width < 20:
            return
        _Chart(canvas, self.card, self.snapshot).draw()


def is_shown(bound: float) -> bool:
    """Whether there is room for a bound in the chart."""
    return abs(bound) <= HIGHEST_BOUND


def _counted(card: CommitteeCard, snapshot: Snapshot) -> str:
    """How many events the committee goes by, and how many the curves count where that is another number."""
    known = f"{snapshot.events_known} of {card.planned_events} events"
    told = f"stopped at {known}" if snapshot.is_stopped else f"{known} known"
    other = f"; the curves count {snapshot.events_counted}" if snapshot.events_counted != snapshot.events_known else ""
    return f"{told}{other}"


class _Chart:
    def __init__(self, canvas: Canvas, card: CommitteeCard, snapshot: Snapshot) -> None:
        self.canvas, self.card, self.snapshot = canvas, card, snapshot
        bounds = [bound for bound in (*card.efficacy, *card.futility) if bound is not None and is_shown(bound)]
        values = [z for _, z in snapshot.z_path] + bounds + [0.0, 3.0]
        self.lowest, self.highest = min(-1.0, *values) - 0.2, max(values) + 0.2
        self.columns, self.rows = canvas.width - LEFT - 2, canvas.height - 2

    def row(self, z: float) -> int:
        part = (self.highest - z) / (self.highest - self.lowest)
        return min(max(round(part * (self.rows - 1)), 0), self.rows - 1)

    def column(self, information: float) -> int:
        return LEFT + min(round(information * (self.columns - 1)), self.columns - 1)

    def draw(self) -> None:
        canvas = self.canvas
        for z in range(-4, 7):
            if self.lowest <= z <= self.highest and (z % 2 == 0 or self.rows > 9):
                canvas.write(self.row(z), 0, f"{z:>2}", "dim")
                canvas.write(self.row(z), LEFT - 1, "┤", "dim")
        for row in range(self.rows):
            if canvas.glyphs[row, LEFT - 1] == ord(" "):
                canvas.write(row, LEFT - 1, "│", "dim")
        canvas.write(self.row(0), LEFT, "┈" * self.columns, "faint")
        canvas.write(self.rows, LEFT - 1, "└" + "─" * self.columns, "dim")
        self.bound(self.card.efficacy, "good", ("benefit", "b"))
        self.bound(self.card.futility, "bad", ("futility", "f"))
        self.walk()
        for information in self.card.information:
            label = f"{information:.0%}"
            column = min(self.column(information) - len(label) // 2, canvas.width - len(label))
            canvas.write(self.rows + 1, column, label, "dim")
        canvas.write(self.rows + 1, 0, "z by information", "dim")
        held = [
            (number, self.row(look.z), self.column(look.information), f"look {number}: {look.z:.2f}, {look.decision}")
            for number, look in enumerate(self.snapshot.looks, 1)
            if look.z is not None
        ]
        for number, row, column, _ in held:
            canvas.write(row, column, str(number % 10), "accent!", "cursor")
        for _, row, column, text in reversed(held):
            self.say(row, column, text)

    def bound(self, bounds: tuple[float | None, ...], fore: str, words: tuple[str, str]) -> None:
        """A bound at its looks, and between them."""
        all_looks = zip(self.card.information, bounds, strict=True)
        known = [(at, bound) for at, bound in all_looks if bound is not None and is_shown(bound)]
        for (at, bound), (after, then) in pairwise(known):
            first, last = self.column(at), self.column(after)
            for column in range(first, last + 1):
                part = (column - first) / max(last - first, 1)
                self.canvas.write(self.row(bound + part * (then - bound)), column, "╌", fore)
        for at, bound in known:
            self.canvas.write(self.row(bound), self.column(at), "┿", f"{fore}!")
        if known:
            at, bound = known[0]
            label = fitted([f"{words[0]} {bound:.2f}", words[0]], max(self.column(at) - LEFT - 1, 0))
            self.canvas.write(self.row(bound), self.column(at) - len(label) - 1, label, fore)

    def walk(self) -> None:
        """The way of z so far."""
        before: tuple[int, int] | None = None
        for information, z in self.snapshot.z_path:
            row, column = self.row(z), self.column(information)
            if before is not None:
                for between in range(min(row, before[0]) + 1, max(row, before[0])):
                    self.canvas.write(between, column, "│", "faint")
            self.canvas.write(row, column, "•", "primary!")
            before = row, column
        if before is not None and not self.snapshot.looks:
            z = self.snapshot.z_path[-1][1]
            self.canvas.write(before[0], min(before[1] + 2, self.canvas.width - 5), f"{z:.2f}", "primary")

    def say(self, row: int, column: int, text: str) -> None:
        """What the rules say at a look, as near to it as there is room."""
        lefts = range(max(column - len(text) - NEAR, LEFT), column + NEAR)
        places = [(other, left) for other in range(self.rows) for left in lefts]

        def far(place: tuple[int, int]) -> int:
            other, left = place
            return 3 * abs(other - row) + max(left - column, column - left - len(text) + 1, 0)

        place = next((place for place in sorted(places, key=far) if self.is_free(*place, len(text))), None)
        if place is not None:
            self.canvas.write(*place, text, "accent!")

    def is_free(self, row: int, column: int, width: int) -> bool:
        """Whether nothing stands there, nor right before or behind it."""
        first, last = column - 1, column + width + 1
        if first < LEFT or last > self.canvas.width + 1:
            return False
        return set(self.canvas.glyphs[row, first:last].tolist()) <= {SPACE}
