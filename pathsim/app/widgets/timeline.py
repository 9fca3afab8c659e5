"""A patient's journey: what they were in as bars, what happened as signs, and where another journey parts from it."""

import math
import textwrap
from collections.abc import Sequence
from typing import ClassVar, Literal, TypeAlias

from textual.binding import Binding, BindingType
from textual.message import Message

from pathsim.app.canvas import Canvas, fitted, shortened
from pathsim.app.widgets.picture import Picture
from pathsim.player.views.patients import Happening, Journey, JourneyView, OtherJourney

Beside: TypeAlias = Literal["", "arm", "change"]
"""What a journey is set beside: nothing, the one in the other arm, or the one before numbers were changed."""
WHOSE: dict[Beside, tuple[str, str]] = {
    "": ("", ""),
    "arm": ("own arm", "other arm"),
    "change": ("now", "before the change"),
}

TICKS = ((0, "enrolled"), (30, "1 month"), (91, "3"), (183, "6"), (365, "1 year"), (731, "2"), (1096, "3"), (1826, "5"))
SIDE_BY_SIDE = 110
LEAST_WIDTH = 12
LEAST_TOLD = 4
"""With so many rows one can be spared for how many more there are; else the heading says it."""
ROOMY = 16
"""With so many rows there is one to spare between the words and the bars."""
FATAL = 5
FORES = {"toxicity": "text", "passed": "dim", "exit": "lost"}
RANKS = ("passed", "toxicity", "assess", "step", "arm", "exit")
"""Where there is no room for all that happened, the last kinds are told first."""
LEGEND = (
    ("arm", "◆ randomized"),
    ("assess", "◇ assessed"),
    ("toxicity", "3 4 5 toxicity grade"),
    ("exit", "✗ event"),
)
PARTING = "▲ courses differ"
LINES_OF_PARTING = 2
HINT = "↑↓ another patient  esc the list"


class Timeline(Picture, can_focus=True):
    """One journey, or two of the same patient beside each other."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "other(-1)", "Previous patient", show=False, id="journey.before"),
        Binding("down", "other(1)", "Next patient", show=False, id="journey.next"),
        Binding("pageup", "page(-1)", "What happened before", show=False, id="journey.earlier"),
        Binding("pagedown", "page(1)", "What happened after", show=False, id="journey.later"),
    ]

    class Other(Message):
        """Another patient of the list is asked for."""

        def __init__(self, step: int) -> None:
            self.step = step
            super().__init__()

    view: JourneyView | None = None
    groups: tuple[str, ...] = ()
    beside: Beside = ""
    today = 0.0
    """The day of the trial: what comes after it has not happened yet."""
    is_alone = False
    _page = 0
    """Which part of what happened is told in words; in the first stands what weighs most of all of it."""
    _pages = 1

    def show(self, view: JourneyView | None, groups: tuple[str, ...], *, beside: Beside, is_alone: bool) -> None:
        """Draw this patient; if the timeline is alone on the screen, it says how to leave it."""
        if view is None or self.view is None or view.patient != self.view.patient:
            self._page = 0
        self.view, self.groups, self.beside = view, groups, beside
        self.is_alone = is_alone
        if view is None:
            self.entitle("")
        else:
            who, about = f"Patient {view.patient:04d}", ", ".join(filter(None, (view.about, f"enrolled {view.came}")))
            self.entitle(*((f"{who}: {about}", HINT) if is_alone else (who, about)))
        self.redraw()

    def action_other(self, step: int) -> None:
        """Ask for another patient."""
        self.post_message(self.Other(step))

    def action_page(self, step: int) -> None:
        """Tell what happened before or after what is told now."""
        self._page = min(max(self._page + step, 0), self._pages - 1)
        self.redraw()

    def draw(self, canvas: Canvas) -> None:
        """The journey; with another one beside it, where they part."""
        if self.view is None:
            canvas.write(0, 1, "choose a patient", "dim")
            return
        if canvas.width < LEAST_WIDTH:
            canvas.write(0, 0, "too small", "dim")
            return
        other = self._set_beside
        journeys = self._journeys
        row = 0
        if other is not None:
            is_roomy = canvas.height >= ROOMY
            for line in _lines(other.parts, canvas.width, LINES_OF_PARTING + is_roomy):
                canvas.write(row, 0, line, "title")
                row += 1
            row += is_roomy
        each_whose = WHOSE[self.beside] if len(journeys) > 1 else ("",)
        for whose, journey in zip(each_whose, journeys, strict=True):
            row = self._journey(canvas, journey, whose, row) + 1
        self._axis(canvas, row - 1)
        kinds = {happening.kind for journey in journeys for happening in journey.happenings}
        parting = [PARTING] if self._parts_on is not None else []
        legend = "  ".join([*(text for kind, text in LEGEND if kind in kinds), *parting])
        canvas.write(row, 0, fitted((f"{legend}   days from the enrollment", legend), canvas.width), "dim")
        self._told(canvas, journeys, each_whose, row + 1)

    @property
    def _set_beside(self) -> OtherJourney | None:
        """What the journey is set beside."""
        if self.view is None or not self.beside:
            return None
        return self.view.in_other_arm if self.beside == "arm" else self.view.before_change

    @property
    def _journeys(self) -> tuple[Journey, ...]:
        """The journeys that are drawn."""
        if self.view is None:
            return ()
        other = None if self._set_beside is None else self._set_beside.journey
        return (self.view.own,) if other is None else (self.view.own, other)

    @property
    def _until(self) -> float:
        """The day until which there is room."""
        return max((journey.until for journey in self._journeys), default=0.0)

    @property
    def _parts_on(self) -> float | None:
        return None if self._set_beside is None else self._set_beside.parts_on

    def _column(self, canvas: Canvas, day: float) -> int:
        """Early days are drawn wider than late ones: the place goes with the square root."""
        until = max(self._until, 1.0)
        return min(round(math.sqrt(max(day, 0) / until) * (canvas.width - 1)), canvas.width - 1)

    def _journey(self, canvas: Canvas, journey: Journey, whose: str, row: int) -> int:
        """A line of words, the bars, the signs; the row after them."""
        end = self._heading(canvas, journey, whose, row, 0)
        end += end > 0
        canvas.write(row, end, f"{'by the end' if journey.is_over else 'today'}: {journey.outcome}", "dim")
        for number, stay in enumerate(journey.stays):
            first, last = self._column(canvas, stay.begins), self._column(canvas, stay.ends)
            back = f"shade{max(journey.arm, 0)}/{0.38 if number % 2 else 0.24}" if journey.arm >= 0 else "panel"
            canvas.fill(row + 1, first, max(last - first, 1), back)
            canvas.write(row + 1, first, shortened(stay.label, max(last - first - 1, 0)), "text")
        # What weighs more covers what weighs less.
        for happening in sorted(journey.happenings, key=lambda one: (RANKS.index(one.kind), one.grade)):
            self._mark(canvas, happening, row + 2)
        if self._parts_on is not None:
            canvas.write(row + 2, self._column(canvas, self._parts_on), "▲", "title")
        return row + 3

    def _heading(self, canvas: Canvas, journey: Journey, whose: str, row: int, column: int) -> int:
        """Which journey it is: its arm, and what it has to do with the other one; the column after it."""
        fore = f"arm{journey.arm}" if journey.arm >= 0 else "text"
        group = self._group(journey)
        end = canvas.write(row, column, group, f"{fore}!")
        return canvas.write(row, end, f" ({whose})" if group and whose else whose, "dim")

    def _group(self, journey: Journey) -> str:
        if not self.groups:
            return ""
        if 0 <= journey.arm < len(self.groups):
            return self.groups[journey.arm]
        is_randomized = any(happening.kind == "arm" for happening in journey.happenings)
        return "randomized elsewhere" if is_randomized else "not randomized"

    def _mark(self, canvas: Canvas, happening: Happening, row: int) -> None:
        column = self._column(canvas, happening.day)
        match happening.kind:
            case "toxicity":
                worst = "lost!" if happening.grade >= FATAL else "text!" if happening.grade > 3 else "text"
                canvas.write(row, column, str(happening.grade), worst)
            case "assess":
                canvas.write(row, column, "◇", "text")
            case "arm":
                canvas.write(row, column, "◆", "title")
            case "exit":
                canvas.write(row, column, "✗", "lost!")
            case _:
                # The bars show it.
                pass

    def _axis(self, canvas: Canvas, row: int) -> None:
        until = self._until
        canvas.write(row, 0, "─" * canvas.width, "rule")
        free = 0
        for day, label in TICKS:
            column = self._column(canvas, day)
            if day <= until and column >= free and column + len(label) <= canvas.width:
                free = canvas.write(row, column, label, "dim") + 1
        since = self.today - self.view.came_on if self.view is not None else 0.0
        # Who enrolled on another day before the change has another day today.
        if 0 <= since < until - 1 and all(abs(journey.until - until) < 1 for journey in self._journeys):
            canvas.write(row, self._column(canvas, since), "│now", "title")

    def _told(self, canvas: Canvas, journeys: tuple[Journey, ...], each_whose: tuple[str, ...], row: int) -> None:
        """What happened, in words; two journeys beside each other where there is room."""
        wide = canvas.width >= SIDE_BY_SIDE
        width = canvas.width // len(journeys) if wide else canvas.width
        room = canvas.height - row
        each = room if wide else room // len(journeys)
        self._pages = 1
        for number, journey in enumerate(journeys):
            left, top = (number * width, row) if wide else (0, row + number * each)
            is_headed = len(journeys) > 1
            rows = each - is_headed
            if rows < 1:
                continue
            more = len(journey.happenings) > rows
            if more and (rows >= LEAST_TOLD or not is_headed):
                rows -= 1
                canvas.write(top + each - 1, left, self._rest(journey, rows), "dim")
            if more:
                self._pages = max(self._pages, 1 + -(-len(journey.happenings) // max(rows, 1)))
            if is_headed:
                end = self._heading(canvas, journey, each_whose[number], top, left)
                how_many = f", {self._rest(journey, rows)}" if more and rows < LEAST_TOLD - 1 else ""
                canvas.write(top, end, how_many, "dim")
            for line, happening in enumerate(self._listed(journey, rows), top + is_headed):
                fore = "title" if self._parts(happening) else FORES.get(happening.kind, "text")
                end = canvas.write(line, left, f"day {happening.day:>4.0f}  ", "dim")
                canvas.write(line, end, shortened(_in_words(happening), width - (end - left) - 1), fore)

    def _rest(self, journey: Journey, rows: int) -> str:
        """How many rows are not told, and how to come to them."""
        count = len(journey.happenings)
        if not self._page:
            return f"and {count - rows} more{'  pgdn all, in order' if self.is_alone else ''}"
        first = (self._page - 1) * rows
        return "no more  pgup" if first >= count else f"{first + 1} to {min(first + rows, count)} of {count}  pgup pgdn"

    def _listed(self, journey: Journey, rows: int) -> Sequence[Happening]:
        """What weighs most, or on later pages all of it, in order."""
        first = (self._page - 1) * rows
        return journey.happenings[first : first + rows] if self._page else self._worth(journey, rows)

    def _parts(self, happening: Happening) -> bool:
        """Whether it decides the way, and comes after the ways have parted."""
        parts_on = self._parts_on
        return parts_on is not None and happening.day >= parts_on and happening.kind in ("exit", "assess")

    def _worth(self, journey: Journey, room: int) -> list[Happening]:
        """What there is room for: first what parts the ways, then what decides, then the worst toxicity."""
        told = journey.happenings

        def weight(at: int) -> tuple[bool, int, int]:
            return self._parts(told[at]), RANKS.index(told[at].kind), told[at].grade

        ranked = sorted(range(len(told)), key=weight, reverse=True)
        return [told[at] for at in sorted(ranked[: max(room, 0)])]


def _lines(parts: Sequence[str], width: int, most: int) -> list[str]:
    """Where journeys part, in so many lines at most; where all of it has no room, what each says is cut evenly."""
    whole = textwrap.wrap(" ".join(parts), width)
    if len(whole) <= most:
        return whole
    return [shortened(part, width) for part in parts[-most:]]


def _in_words(happening: Happening) -> str:
    grade = f"grade {happening.grade} " if happening.kind == "toxicity" else ""
    days = 0 if happening.ends is None else round(happening.ends - happening.day)
    lasted = f", {days} {'day' if days == 1 else 'days'}" if days else ""
    return f"{grade}{happening.label}{lasted}"
