"""Toxicity by type: the arms on one axis, a point for each, and the line between them; its length is the message."""

from pathsim.app.canvas import Canvas, fitted, shortened
from pathsim.app.widgets.picture import Picture
from pathsim.player.views.live import ToxicityRow

SCALES = (0.1, 0.25, 0.5, 0.75, 1.0)
POINTS = "●■▲◆"
LEAST_AXIS = 10
GRADES_WIDTH = 8
"""How wide the columns with grades 4 and 5 are, where there is room for them."""
TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)


class ToxicityPairs(Picture):
    """Patients with a toxicity of grade 3 or higher, over the compared therapies."""

    rows: tuple[ToxicityRow, ...] = ()
    groups: tuple[str, ...] = ()

    def show(self, rows: tuple[ToxicityRow, ...], groups: tuple[str, ...]) -> None:
        """Draw these."""
        patients = [max((row.patients[arm] for row in rows), default=0) for arm in range(len(groups))]
        signs = [POINTS[arm % len(POINTS)] for arm in range(len(groups))]
        told = [
            "  ".join(
                f"{sign} {group[:letters]} {n}".replace("  ", " ")
                for sign, group, n in zip(signs, groups, patients, strict=True)
            )
            for letters in (40, 5, 0)
        ]
        self.entitle("Toxicity, grade 3 or higher", *(told if rows else ()))
        if (rows, groups) != (self.rows, self.groups):
            self.rows, self.groups = rows, groups
            self.redraw()

    def draw(self, canvas: Canvas) -> None:
        """A line for each type, those first between which the arms lie farthest apart."""
        if not self.rows:
            canvas.write(0, 1, "none yet", "dim")
            return
        _Pairs(canvas, self.rows, self.groups).draw()


class _Pairs:
    """One drawing: names, shares in per cent, worse grades where there is room, and the axis."""

    def __init__(self, canvas: Canvas, rows: tuple[ToxicityRow, ...], groups: tuple[str, ...]) -> None:
        self.canvas, self.rows, self.groups = canvas, rows, groups
        arms = len(groups)
        self.names = min(max(len(row.label) for row in rows), max(canvas.width * 2 // 5, 10))
        bare, with_grades = 5 * arms, (5 + GRADES_WIDTH) * arms
        self.has_grades = canvas.width - self.names - 1 - with_grades >= 3 * LEAST_AXIS
        self.arm_width = 5 + (GRADES_WIDTH if self.has_grades else 0)
        self.left = self.names + 1 + (with_grades if self.has_grades else bare) + 1
        self.columns = canvas.width - self.left - 1
        highest = max((rate or 0.0 for row in rows for rate in row.rates), default=0.0)
        self.scale = next(scale for scale in SCALES if highest <= scale)

    def draw(self) -> None:
        self.heading()
        room = self.canvas.height - 1
        shown = self.rows[: room if len(self.rows) <= room else max(room - 1, 0)]
        for number, row in enumerate(shown, 1):
            self.line(number, row)
        if hidden := len(self.rows) - len(shown):
            words = [
                f"those widest apart first; {hidden} more types",
                f"widest apart first; {hidden} more",
                f"{hidden} more",
            ]
            alone = [f"the commonest first; {hidden} more types", f"{hidden} more"]
            told = fitted(words if len(self.groups) > 1 else alone, self.canvas.width)
            self.canvas.write(self.canvas.height - 1, 0, told, "dim")

    def heading(self) -> None:
        """Over the shares the signs of the arms, over the axis its ticks."""
        canvas = self.canvas
        for arm in range(len(self.groups)):
            column = self.names + 1 + arm * self.arm_width
            sign = POINTS[arm % len(POINTS)]
            canvas.write(0, column, f"   {sign}", f"arm{arm}!")
            if self.has_grades:
                canvas.write(0, column + 6, " 4  5", "dim")
        if self.columns < LEAST_AXIS:
            return
        after = 0
        for tick in TICKS:
            value = tick * self.scale
            label = f"{value:.0%}" if (100 * value).is_integer() else ""
            start = min(max(self.column(value) - len(label) // 2, self.left), canvas.width - len(label))
            if label and start >= after:
                after = canvas.write(0, start, label, "dim") + 1

    def column(self, rate: float) -> int:
        return self.left + min(round(rate / self.scale * (self.columns - 1)), self.columns - 1)

    def line(self, at: int, row: ToxicityRow) -> None:
        canvas = self.canvas
        canvas.write(at, 0, shortened(row.label, self.names), "text")
        for arm, rate in enumerate(row.rates):
            self.share(at, arm, row, rate)
        if self.columns < LEAST_AXIS:
            return
        for tick in TICKS:
            canvas.put(at, self.column(tick * self.scale), "┊", "rule")
        places = {arm: self.column(rate) for arm, rate in enumerate(row.rates) if rate is not None}
        if places:
            first, last = min(places.values()), max(places.values())
            canvas.write(at, first, "─" * (last - first), "dim")
        for arm, place in reversed(places.items()):
            same = [other for other in places if places[other] == place]
            # Points on one place take it in turns, row by row.
            if same[at % len(same)] == arm:
                canvas.put(at, place, POINTS[arm % len(POINTS)], f"arm{arm}!")

    def share(self, at: int, arm: int, row: ToxicityRow, rate: float | None) -> None:
        """The share of grade 3 or higher; how many had grade 4, and how many died of it, at worst."""
        column = self.names + 1 + arm * self.arm_width
        if rate is None:
            self.canvas.write(at, column, "   -", "dim")
            return
        self.canvas.write(at, column, f"{rate:>4.0%}", f"arm{arm}!" if rate else "dim")
        _, fourth, died = row.grades[arm]
        if self.has_grades:
            self.canvas.write(at, column + 5, f"{fourth:>2}" if fourth else " ·", "dim")
            if died:
                self.canvas.write(at, column + 8, f"†{died}", "lost!")
        elif died:
            self.canvas.write(at, column + 4, "†", "lost!")
