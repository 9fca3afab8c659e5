"""Toxicity by type: a bar for each arm, its shades the worst grades."""

from pathsim.app.canvas import Canvas, fitted, shortened
from pathsim.app.widgets.picture import Picture
from pathsim.player.views.live import ToxicityRow

SCALES = (0.1, 0.25, 0.5, 0.75, 1.0)
GRADES = (("█", 0.95), ("▓", 0.75), ("▒", 0.5))
"""For grade 5, 4 and 3: the glyph, which tells them apart without color, and how strong the color is."""


class ToxicityBars(Picture):
    """Patients with a toxicity of grade 3 or higher, over the compared therapies."""

    rows: tuple[ToxicityRow, ...] = ()
    groups: tuple[str, ...] = ()

    def show(self, rows: tuple[ToxicityRow, ...], groups: tuple[str, ...]) -> None:
        """Draw these."""
        self.entitle("Toxicity, grade 3 or higher")
        if (rows, groups) != (self.rows, self.groups):
            self.rows, self.groups = rows, groups
            self.redraw()

    def draw(self, canvas: Canvas) -> None:
        """A line for each type, the commonest first."""
        if not self.rows:
            canvas.write(0, 1, "none yet", "dim")
            return
        names = min(max(len(row.label) for row in self.rows), max(canvas.width * 2 // 5, 10))
        arms = len(self.groups)
        room = (canvas.width - names - 1) // arms
        for arm, group in enumerate(self.groups):
            patients = max((row.patients[arm] for row in self.rows), default=0)
            text = fitted([f"{group} n={patients}", group], room - 1)
            canvas.write(0, names + 1 + arm * room, text, f"arm{arm}!")
        highest = max((_rate(row, arm) for row in self.rows for arm in range(arms)), default=0.0)
        scale = next(scale for scale in SCALES if highest <= scale)
        shown = self.rows[: canvas.height - 2]
        for number, row in enumerate(shown, 1):
            canvas.write(number, 0, shortened(row.label, names), "text")
            for arm in range(arms):
                _bar(canvas, row, arm, number, names + 1 + arm * room, room - 6, scale)
        if canvas.height > len(shown) + 1:
            self._key(canvas, len(shown) + 1, len(self.rows) - len(shown))

    @staticmethod
    def _key(canvas: Canvas, row: int, hidden: int) -> None:
        column = 0
        for (glyph, _), label in zip(reversed(GRADES), ("grade 3", "4", "5"), strict=True):
            column = canvas.write(row, column, f"{glyph} {label}  ", "dim")
        column = canvas.write(row, column, "† died  ", "dim")
        if hidden:
            canvas.write(row, column, f"and {hidden} more types", "dim")


def _rate(row: ToxicityRow, arm: int) -> float:
    return sum(row.grades[arm]) / row.patients[arm] if row.patients[arm] else 0.0


def _bar(canvas: Canvas, row: ToxicityRow, arm: int, at: int, left: int, room: int, scale: float) -> None:
    """The worst grades from the left, so that the dark end is where every bar begins."""
    patients, column, so_far = row.patients[arm], left, 0
    for (glyph, strength), count in zip(GRADES, reversed(row.grades[arm]), strict=True):
        so_far += count
        end = left + round(so_far / patients / scale * room) if patients else left
        if count and end == column and glyph != "▒":
            end += 1
        canvas.write(at, column, glyph * (end - column), f"shade{arm}/{strength}")
        column = max(end, column)
    if patients:
        rate = _rate(row, arm)
        died = f" †{row.grades[arm][2]}" if row.grades[arm][2] else ""
        canvas.write(at, column + (1 if column > left else 0), f"{rate:.0%}{died}", "text" if so_far else "dim")
