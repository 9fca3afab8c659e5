"""A patient's journey: what he was in as bars, what happened as marks, and where another journey parts from it."""

import math

from pathsim.app.canvas import Canvas, shortened
from pathsim.app.widgets.picture import Picture
from pathsim.player.shown import Happening, Journey, JourneyView

TICKS = ((0, "0"), (30, "1 month"), (91, "3"), (183, "6"), (365, "1 year"), (731, "2"), (1096, "3"), (1826, "5"))
SIDE_BY_SIDE = 110
FATAL = 5


class Timeline(Picture, can_focus=True):
    """One journey, or two of the same patient beside each other."""

    view: JourneyView | None = None
    groups: tuple[str, ...] = ()
    with_twin = False

    def show(self, view: JourneyView | None, groups: tuple[str, ...], *, with_twin: bool) -> None:
        """Draw this patient."""
        self.view, self.groups, self.with_twin = view, groups, with_twin
        if view is None:
            self.entitle("")
        else:
            self.entitle(f"Patient {view.patient:04d}", f"{view.about}, came {view.came}")
        self.redraw()

    def draw(self, canvas: Canvas) -> None:
        """The journeys; with a twin, where they part."""
        if self.view is None:
            canvas.write(0, 1, "choose a patient", "dim")
            return
        journeys = self.view.journeys if self.with_twin else self.view.journeys[:1]
        row = 0
        if self.with_twin:
            canvas.write(0, 0, shortened(self.view.parts, canvas.width), "accent!")
            row = 2
        for journey in journeys:
            row = self._journey(canvas, journey, row) + 1
        self._axis(canvas, row - 1)
        self._told(canvas, journeys, row + 1)

    def _column(self, canvas: Canvas, day: float) -> int:
        """Early days are drawn wider than late ones: the place goes with the square root."""
        until = max(self.view.journeys[0].until, 1.0) if self.view is not None else 1.0
        return min(round(math.sqrt(max(day, 0) / until) * (canvas.width - 1)), canvas.width - 1)

    def _journey(self, canvas: Canvas, journey: Journey, row: int) -> int:
        """A line of words, the bars, the marks; the row after them."""
        fore = f"arm{journey.arm}" if journey.arm >= 0 else "text"
        name = self.groups[journey.arm] if 0 <= journey.arm < len(self.groups) else "not randomized"
        whose = (
            ""
            if len(self.view.journeys if self.view else ()) < 2
            else " (own arm)"
            if journey.is_own
            else " (other arm)"
        )
        end = canvas.write(row, 0, name, f"{fore}!")
        canvas.write(row, end, f"{whose}: {journey.outcome}", "dim")
        for number, stay in enumerate(journey.stays):
            first, last = self._column(canvas, stay.begins), self._column(canvas, stay.ends)
            back = f"shade{max(journey.arm, 0)}/{0.38 if number % 2 else 0.24}" if journey.arm >= 0 else "panel"
            canvas.fill(row + 1, first, max(last - first, 1), back)
            canvas.write(row + 1, first, shortened(stay.label, max(last - first - 1, 0)), "text")
        for happening in journey.happenings:
            self._mark(canvas, happening, row + 2)
        if self.with_twin and self.view is not None and self.view.parts_on is not None:
            canvas.write(row + 2, self._column(canvas, self.view.parts_on), "▲", "accent!")
        return row + 3

    def _mark(self, canvas: Canvas, happening: Happening, row: int) -> None:
        column = self._column(canvas, happening.day)
        match happening.kind:
            case "toxicity":
                worst = "bad!" if happening.grade >= FATAL else "warn!" if happening.grade > 3 else "warn"
                canvas.write(row, column, str(happening.grade), worst)
            case "assess":
                canvas.write(row, column, "◇", "primary")
            case "arm":
                canvas.write(row, column, "◆", "accent!")
            case _:
                canvas.write(row, column, "✗", "bad!")

    def _axis(self, canvas: Canvas, row: int) -> None:
        until = self.view.journeys[0].until if self.view is not None else 0.0
        canvas.write(row, 0, "─" * canvas.width, "faint")
        free = 0
        for day, label in TICKS:
            column = self._column(canvas, day)
            if day <= until and column >= free and column + len(label) <= canvas.width:
                free = canvas.write(row, column, label, "dim") + 1

    def _told(self, canvas: Canvas, journeys: tuple[Journey, ...], row: int) -> None:
        """What happened, in words; two journeys beside each other where there is room."""
        wide = canvas.width >= SIDE_BY_SIDE
        width = canvas.width // len(journeys) if wide else canvas.width
        room = canvas.height - row
        each = room if wide else room // len(journeys)
        for number, journey in enumerate(journeys):
            left, top = (number * width, row) if wide else (0, row + number * each)
            for line, happening in enumerate(self._worth(journey, each)):
                parts_on = self.view.parts_on if self.view is not None and self.with_twin else None
                is_parting = parts_on is not None and happening.day >= parts_on and happening.kind in ("exit", "assess")
                fore = "accent" if is_parting else "warn" if happening.kind == "toxicity" else "text"
                end = canvas.write(top + line, left, f"day {happening.day:>4.0f}  ", "dim")
                lasted = "" if happening.ends is None else f", {happening.ends - happening.day:.0f} days"
                canvas.write(top + line, end, shortened(happening.label + lasted, width - (end - left) - 1), fore)

    @staticmethod
    def _worth(journey: Journey, room: int) -> list[Happening]:
        """What there is room for: if not for everything, then first what decides, and toxicities by their grade."""
        ranked = sorted(journey.happenings, key=lambda one: 9 if one.kind != "toxicity" else one.grade, reverse=True)
        kept = ranked[: max(room, 0)]
        return sorted(kept, key=lambda one: one.day)
