"""Toxicity by worst grade: for each arm a bar of every type, whose height says the grade and whose length how often."""

from collections.abc import Sequence

from pathsim.app.canvas import Canvas, fitted, shortened
from pathsim.app.widgets.picture import Picture
from pathsim.app.widgets.toxicity import POINTS, SCALES
from pathsim.player.views.live import ToxicityRow

MEANING = (("▃", "grade 3", "dim"), ("▆", "grade 4", "dim"), ("█", "grade 5, died", "lost!"))
"""What each grade is drawn with."""
DEATH = 2
COUNTED = "numbers are patients"
NUMBER_WIDTH = 4
LEAST_BAR = 8
LEAST_NAME, MOST_NAME = 8, 24
SIDE_BY_SIDE = 44
"""An arm beside another needs so many columns."""
GAP = 2


class ToxicityGrades(Picture):
    """Patients by the worst grade of each type of toxicity, over the compared therapies, one arm a panel."""

    rows: tuple[ToxicityRow, ...] = ()
    groups: tuple[str, ...] = ()

    def show(self, rows: tuple[ToxicityRow, ...], groups: tuple[str, ...]) -> None:
        """Draw these."""
        scale = f"{_scale(rows):.0%}"
        told = [f"a whole bar is {scale} of the patients", f"a whole bar is {scale}", f"bar {scale}"]
        self.entitle("Toxicity by worst grade", *(told if rows else ()))
        if (rows, groups) != (self.rows, self.groups):
            self.rows, self.groups = rows, groups
            self.redraw()

    def draw(self, canvas: Canvas) -> None:
        """The arms beside each other where there is room, else one below the other."""
        if not self.rows:
            canvas.write(0, 1, "none yet", "dim")
            return
        arms = range(len(self.groups))
        width = (canvas.width - GAP * (len(arms) - 1)) // len(arms)
        legend = canvas.height - 1
        if width >= SIDE_BY_SIDE or len(arms) == 1:
            for arm in arms:
                _Panel(canvas, arm, arm * (width + GAP), width).draw(self.rows, self.groups[arm], 0, legend)
        else:
            height = legend // len(arms)
            for arm in arms:
                _Panel(canvas, arm, 0, canvas.width).draw(self.rows, self.groups[arm], arm * height, height)
        self.legend(canvas, legend)

    def legend(self, canvas: Canvas, row: int) -> None:
        """What the heights mean."""
        column = 0
        for sign, words, fore in MEANING:
            column = canvas.write(row, column, f"{sign * 2} {words}  ", fore)
        if column + len(COUNTED) <= canvas.width:
            canvas.write(row, column, COUNTED, "dim")


def _scale(rows: Sequence[ToxicityRow]) -> float:
    """What part of the patients a whole bar stands for."""
    highest = max((rate or 0.0 for row in rows for rate in row.rates), default=0.0)
    return next(scale for scale in SCALES if highest <= scale)


class _Panel:
    """One arm: its name, and below it a type a row with its bar and how many had each grade at worst."""

    def __init__(self, canvas: Canvas, arm: int, left: int, width: int) -> None:
        self.canvas, self.arm, self.left = canvas, arm, left
        self.numbers = left + width - 3 * NUMBER_WIDTH
        self.name_width = min(max((width - 3 * NUMBER_WIDTH) // 2 - 1, LEAST_NAME), MOST_NAME)
        self.bar = left + self.name_width + 1
        self.bar_width = self.numbers - self.bar - 1

    def draw(self, rows: Sequence[ToxicityRow], group: str, top: int, height: int) -> None:
        """The panel on so many rows of the canvas from ``top`` on."""
        canvas = self.canvas
        patients = max(row.patients[self.arm] for row in rows)
        heading = f"{POINTS[self.arm % len(POINTS)]} {group} {patients}"
        canvas.write(top, self.left, shortened(heading, self.numbers - self.left - 1), f"arm{self.arm}!")
        for place in range(len(MEANING)):
            canvas.write(top, self.numbers + place * NUMBER_WIDTH, f"g{place + 3}".rjust(NUMBER_WIDTH), "dim")
        room = height - 1
        shown = rows[: room if len(rows) <= room else max(room - 1, 0)]
        for number, row in enumerate(shown, top + 1):
            self.row(number, row, _scale(rows))
        if (hidden := len(rows) - len(shown)) and room > 0:
            words = [f"{hidden} more types", f"{hidden} more"]
            canvas.write(top + room, self.left, fitted(words, self.numbers - self.left), "dim")

    def row(self, at: int, row: ToxicityRow, scale: float) -> None:
        canvas, arm = self.canvas, self.arm
        canvas.write(at, self.left, shortened(row.label, self.name_width), "text")
        if not row.patients[arm]:
            canvas.write(at, self.bar, "nobody yet"[: max(self.bar_width, 0)], "dim")
            return
        if self.bar_width >= LEAST_BAR:
            self.stack(at, row, scale)
        for place, count in enumerate(row.grades[arm]):
            fore = "lost!" if place == DEATH and count else "text" if count else "dim"
            written = str(count) if count else "·"
            canvas.write(at, self.numbers + place * NUMBER_WIDTH, written.rjust(NUMBER_WIDTH), fore)

    def stack(self, at: int, row: ToxicityRow, scale: float) -> None:
        """The grades one after the other; whoever there is takes a cell at least, the worst first."""
        cells = stacked(row.grades[self.arm], row.patients[self.arm] * scale, self.bar_width)
        column = self.bar
        for place, (sign, _, _) in enumerate(MEANING):
            fore = "lost" if place == DEATH else f"arm{self.arm}"
            column = self.canvas.write(at, column, sign * cells[place], fore)


def stacked(counts: Sequence[int], whole: float, width: int) -> list[int]:
    """How many of ``width`` cells each count takes of a whole; one at least where there is somebody.

    All together they take as many as their sum does, as long as that leaves each its one.
    """
    cells = [0] * len(counts)
    left = max(round(sum(counts) / whole * width), sum(count > 0 for count in counts))
    for place in reversed(range(1, len(counts))):
        cells[place] = max(round(counts[place] / whole * width), int(counts[place] > 0))
        left -= cells[place]
    cells[0] = max(left, int(counts[0] > 0)) if counts[0] else 0
    return cells
