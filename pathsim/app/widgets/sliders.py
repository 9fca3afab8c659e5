"""The numbers of a scenario as sliders in groups: which are changed, from what, and how far they can go."""

import math
import textwrap
from dataclasses import dataclass
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from pathsim.app.canvas import Canvas, shortened, without_middle
from pathsim.app.widgets.picture import Picture
from pathsim.names import in_words
from pathsim.player.views.live import Parameter

VALUE_WIDTH = 7
LEAST_TRACK, MOST_TRACK = 6, 16
FAST = 5
SHORTER = (("hazard ratio", "HR"), ("odds ratio", "OR"), ("risk ratio", "RR"), ("grade ", ""))
"""What a label says where there is no room for all of it."""
LEAST_FOR_BOTH = 16
"""Columns in which a name and a condition can be told from others."""
KIND_SIGNS = {"published": "●", "derived": "◆", "calibrated": "≈", "assumed": "?"}
DIGITS = "0123456789"
TYPED = f"{DIGITS}.%-e"
"""What a number can begin with, and what can follow."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the list: the heading of a group, or a number in it."""

    group: str
    parameter: Parameter | None = None
    hidden: int = 0
    is_open: bool = False


class Sliders(Picture, can_focus=True):
    """All numbers that can be turned, in their groups; a group shows its most uncertain ones until it is opened."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "cursor(-1)", "Up", show=False, id="sliders.up"),
        Binding("down", "cursor(1)", "Down", show=False, id="sliders.down"),
        Binding("pageup", "cursor(-10)", "Page up", show=False, id="sliders.page_up"),
        Binding("pagedown", "cursor(10)", "Page down", show=False, id="sliders.page_down"),
        Binding("home", "cursor(-9999)", "First", show=False, id="sliders.first"),
        Binding("end", "cursor(9999)", "Last", show=False, id="sliders.last"),
        Binding("left", "turn(-1)", "Less", show=False, id="sliders.less"),
        Binding("right", "turn(1)", "More", show=False, id="sliders.more"),
        Binding("shift+left", f"turn(-{FAST})", "Much less", show=False, id="sliders.much_less"),
        Binding("shift+right", f"turn({FAST})", "Much more", show=False, id="sliders.much_more"),
        Binding("enter", "confirm", "Open or accept", show=False, id="sliders.confirm"),
        Binding("backspace,delete", "reset", "Default", show=False, id="sliders.reset"),
    ]

    class Turned(Message):
        """A number was changed, or given back its own value (None)."""

        def __init__(self, parameter: Parameter, value: float | None) -> None:
            self.parameter, self.value = parameter, value
            super().__init__()

    class NumberMarked(Message):
        """Another number is under the cursor."""

    parameters: tuple[Parameter, ...] = ()
    notes: tuple[tuple[str, str], ...] = ()
    """Lines at the bottom, with their colors."""

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id, classes=classes)
        self.values: dict[str, float] = {}
        self.opened: set[str] = set()
        self.filter = ""
        self.typed = ""
        self.cursor = 0
        self.top = 0
        self._rows: list[Row] = []

    def show(self, parameters: tuple[Parameter, ...], values: dict[str, float]) -> None:
        """List these numbers; ``values`` are those that are changed, by path.

        Where the scenario calls none of them uncertain, all groups are open to begin with.
        """
        if not self.parameters and not any(parameter.is_main for parameter in parameters):
            self.opened = {parameter.group for parameter in parameters}
        self.parameters, self.values = parameters, values
        self.entitle("Parameters")
        self._list()

    def note(self, notes: tuple[tuple[str, str], ...]) -> None:
        """Show these lines at the bottom."""
        if notes != self.notes:
            self.notes = notes
            self.redraw()

    def narrow(self, text: str) -> None:
        """List only numbers that are found by each of these words, or their beginnings, in any order."""
        self.filter = in_words(text)
        # Below the first heading, so that the arrows turn what was looked for.
        self.cursor = 1 if self.filter else 0
        self._list()

    def clear(self) -> bool:
        """List all numbers again; False if they are."""
        was_narrowed = bool(self.filter)
        if was_narrowed:
            self.narrow("")
        return was_narrowed

    @property
    def marked(self) -> Parameter | None:
        """The number under the cursor."""
        return self._rows[self.cursor].parameter if self.cursor < len(self._rows) else None

    def value(self, parameter: Parameter) -> float:
        """The number as it is set."""
        return self.values.get(parameter.path, parameter.value)

    def _list(self) -> None:
        self._rows = list(self._listed())
        self.cursor = min(self.cursor, max(len(self._rows) - 1, 0))
        self.redraw()

    def _listed(self) -> list[Row]:
        groups: dict[str, list[Parameter]] = {}
        for parameter in self.parameters:
            groups.setdefault(parameter.group, []).append(parameter)
        rows: list[Row] = []
        for group, mine in groups.items():
            is_open = group in self.opened or bool(self.filter)
            seen = [parameter for parameter in mine if is_open or parameter.is_main or parameter.path in self.values]
            if self.filter:
                seen = [one for one in seen if all(_finds(word, one.found_by) for word in self.filter.split())]
                if not seen:
                    continue
            rows.append(Row(group, hidden=len(mine) - len(seen), is_open=is_open))
            rows += [Row(group, parameter) for parameter in seen]
        return rows

    def draw(self, canvas: Canvas) -> None:
        """As many rows as there is room for, with the cursor among them."""
        notes = self._notes(canvas.width)
        height = max(canvas.height - len(notes), 1)
        self.top = min(max(self.top, self.cursor - height + 1, 0), max(self.cursor - 1, 0))
        for line, row in enumerate(self._rows[self.top : self.top + height]):
            is_here = self.top + line == self.cursor and self.has_focus
            if is_here:
                canvas.fill(line, 0, canvas.width, "cursor")
            if row.parameter is None:
                self._heading(canvas, line, row)
            else:
                self._slider(canvas, line, row.parameter, is_here=is_here)
        if not self._rows:
            canvas.write(0, 1, "nothing found", "text")
            canvas.write(1, 1, f"esc shows all {len(self.parameters)}", "dim")
        for line, (text, fore) in enumerate(notes, height):
            canvas.write(line, 1, text, fore)

    def _notes(self, width: int) -> list[tuple[str, str]]:
        """The lines at the bottom, each on as many rows as it needs."""
        return [(line, fore) for text, fore in self.notes for line in textwrap.wrap(text, max(width - 1, 1))]

    @staticmethod
    def _heading(canvas: Canvas, line: int, row: Row) -> None:
        more = f" +{row.hidden}" if row.hidden else ""
        glyph = "▾" if row.is_open else "▸"
        end = canvas.write(line, 0, f"{glyph} {shortened(row.group, canvas.width - len(more) - 2)}", "primary!")
        canvas.write(line, end, more, "dim")

    def _slider(self, canvas: Canvas, line: int, parameter: Parameter, *, is_here: bool) -> None:
        is_changed = parameter.path in self.values
        label, track = _track(canvas.width)
        fore = "accent!" if is_changed else "text"
        canvas.write(line, 1, KIND_SIGNS[parameter.kind], "dim")
        canvas.write(line, 3, fitted_label(parameter.label, label - 4), fore)
        if track:
            canvas.write(line, label, "─" * track, "faint")
            canvas.write(line, label + self._place(parameter, parameter.value, track), "┊", "text")
            canvas.write(
                line,
                label + self._place(parameter, self.value(parameter), track),
                "●",
                fore if is_changed else "primary!",
            )
        shown = f"{self.typed}▏" if is_here and self.typed else written(parameter, self.value(parameter))
        star = "*" if is_changed else " "
        canvas.write(line, canvas.width - VALUE_WIDTH - 1, f"{shown:>{VALUE_WIDTH}}{star}", fore)

    @staticmethod
    def _place(parameter: Parameter, value: float, track: int) -> int:
        part = (value - parameter.lowest) / (parameter.highest - parameter.lowest)
        return min(max(round(part * (track - 1)), 0), track - 1)

    def action_cursor(self, step: int) -> None:
        """Move the cursor."""
        self.typed = ""
        self.cursor = min(max(self.cursor + step, 0), max(len(self._rows) - 1, 0))
        self.post_message(self.NumberMarked())
        self.redraw()

    def action_turn(self, steps: int) -> None:
        """Turn the number under the cursor; open or close a group."""
        parameter = self.marked
        if parameter is None:
            self._toggle(is_open=steps > 0)
            return
        value = self.value(parameter) + steps * parameter.step
        self._turn(parameter, round(value / parameter.step) * parameter.step)

    def _turn(self, parameter: Parameter, value: float) -> None:
        """Bring the slider to a value, or as near as its ends and its steps let it."""
        value = min(max(value, parameter.lowest), parameter.highest)
        value = float(f"{round(value) if parameter.whole else value:.6g}")
        is_own = math.isclose(value, parameter.value, rel_tol=1e-6, abs_tol=1e-12)
        self._set(parameter, None if is_own else value)

    def _set(self, parameter: Parameter, value: float | None) -> None:
        if value is None:
            self.values.pop(parameter.path, None)
        else:
            self.values[parameter.path] = value
        self.post_message(self.Turned(parameter, value))
        self.redraw()

    def _toggle(self, *, is_open: bool) -> None:
        if self.cursor < len(self._rows):
            group = self._rows[self.cursor].group
            self.opened = self.opened | {group} if is_open else self.opened - {group}
            self._list()

    def action_confirm(self) -> None:
        """Take what was typed, or open or close the group under the cursor."""
        parameter = self.marked
        if parameter is None:
            self._toggle(is_open=self.cursor < len(self._rows) and not self._rows[self.cursor].is_open)
            return
        if self.typed:
            self._take(parameter, read(parameter, self.typed))
        self.typed = ""
        self.redraw()

    def _take(self, parameter: Parameter, value: float | None) -> None:
        """Set the number to what was typed, or say why not: to nothing else than that."""
        if value is None:
            self.app.notify(f"{self.typed} is not a number", severity="warning")
        elif parameter.whole and value % 1:
            self.app.notify(f"{parameter.label} is a whole number: {self.typed} is not set", severity="warning")
        elif not _is_within(parameter, value):
            lowest, highest = written(parameter, parameter.lowest), written(parameter, parameter.highest)
            told = f"{parameter.label} goes from {lowest} to {highest}: {self.typed} is not set"
            self.app.notify(told, severity="warning")
        else:
            self._set(parameter, None if value == parameter.value else value)

    def action_reset(self) -> None:
        """Take back a typed digit, or give the number its own value again."""
        if self.typed:
            self.typed = self.typed[:-1]
            self.redraw()
        elif (parameter := self.marked) is not None:
            self._set(parameter, None)

    def takes(self, event: events.Key) -> bool:
        """Type a digit, or what may follow one; escape forgets it. False if the key is none of these."""
        if self.marked is not None and event.character and event.character in (TYPED if self.typed else DIGITS):
            self.typed += event.character
        elif event.key == "escape" and self.typed:
            self.typed = ""
        else:
            return False
        self.redraw()
        return True

    def on_click(self, event: events.Click) -> None:
        """Go to a row, open a group, or set a slider where it was clicked."""
        number = self.top + event.y
        if number >= len(self._rows) or event.y >= self.size.height - len(self._notes(self.size.width)):
            return
        self.action_cursor(number - self.cursor)
        parameter = self.marked
        if parameter is None:
            self.action_confirm()
            return
        label, track = _track(self.size.width)
        if label <= event.x < label + track:
            part = (event.x - label) / max(track - 1, 1)
            self._turn(parameter, parameter.lowest + part * (parameter.highest - parameter.lowest))

    def on_mouse_scroll_down(self) -> None:
        """Three rows down."""
        self.action_cursor(3)

    def on_mouse_scroll_up(self) -> None:
        """Three rows up."""
        self.action_cursor(-3)


def _finds(word: str, words: str) -> bool:
    """Whether one of these words begins like this one, or like its singular."""
    return f" {word}" in f" {words}" or (word.endswith("s") and f" {word[:-1]} " in f" {words} ")


def _track(width: int) -> tuple[int, int]:
    """Where the tracks begin, and how long they are; labels have the rest of the room, where there is little all."""
    track = min(max(width // 5, LEAST_TRACK), MOST_TRACK) if width >= 4 * LEAST_TRACK else 0
    return max(width - track - VALUE_WIDTH - 2, 0), track


def fitted_label(label: str, room: int) -> str:
    """The name of a number: if need be with usual abbreviations, at last without its middle; its end tells most.

    Of a condition in parentheses the end is left, and before it the end of what it is a condition of.
    """
    if len(label) <= room:
        return label
    short = label
    for long, abbreviation in SHORTER:
        short = short.replace(long, abbreviation)
    if len(short) <= room:
        return short
    name, _, condition = short.partition(" (")
    if condition and room >= LEAST_FOR_BOTH:
        most = room * 3 // 5
        told = f" ({condition}" if len(condition) + 2 <= most else f" (…{condition[3 - most :]}"
        return f"{without_middle(name, room - len(told))}{told}"
    tail = short[len(short) - room // 2 :].partition(" ")[2]
    end = f"… {tail}" if tail else "…"
    return f"{short[: max(room - len(end), 0)].rstrip()}{end}"


def _is_within(parameter: Parameter, value: float) -> bool:
    """Whether a slider reaches so far; its ends as they are written are within."""
    ends = parameter.lowest, parameter.highest
    return ends[0] <= value <= ends[1] or written(parameter, value) in [written(parameter, end) for end in ends]


def written(parameter: Parameter, value: float) -> str:
    """A value as readers expect it: a share in per cent."""
    if parameter.is_share:
        return f"{100 * value:.3g}%"
    return f"{value:.0f}" if parameter.whole else f"{value:.4g}"


def read(parameter: Parameter, text: str) -> float | None:
    """What was typed, if it is a number: of a share in per cent, as it is shown."""
    try:
        value = float(text.rstrip("%"))
    except ValueError:
        return None
    return value / 100 if text.endswith("%") or parameter.is_share else value
