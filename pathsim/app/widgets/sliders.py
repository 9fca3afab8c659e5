"""The numbers of a scenario as sliders in groups: which are changed, from what, and how far they can go."""

import math
import textwrap
from functools import lru_cache
from itertools import accumulate
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from pathsim.app.canvas import Canvas, shortened
from pathsim.app.widgets.picture import Picture
from pathsim.app.widgets.slider_rows import (
    FIRST,
    LEFT,
    VALUE_WIDTH,
    Row,
    best,
    is_within,
    listed,
    read,
    shape,
    written,
    written_within,
)
from pathsim.names import in_words
from pathsim.player.views.live import Parameter

FAST = 5
KIND_SIGNS = {"published": "●", "derived": "◆", "calibrated": "≈", "assumed": "~"}
DIGITS = "0123456789"
TYPED = f"{DIGITS}.%-e"
"""What a number can begin with, and what can follow."""


class Sliders(Picture, can_focus=True):
    """All numbers that can be turned: first those that are changed, then those that matter most, then by group."""

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
        self.opened: set[str] = {FIRST}
        self.filter = ""
        self.typed = ""
        self.cursor = 0
        self.top = 0
        self._rows: list[Row] = []

    def show(self, parameters: tuple[Parameter, ...], values: dict[str, float]) -> None:
        """List these numbers; ``values`` are those that are changed, by path, the last one last.

        Where the scenario neither says which matter most nor calls any uncertain, all groups are open to begin with.
        """
        is_new = not self.parameters
        if is_new and not any(one.is_main or one.rank is not None for one in parameters):
            self.opened |= {one.group for one in parameters}
        self.parameters = parameters
        order = [path for path in self.values if path in values]
        self.values = {path: values[path] for path in (*order, *(path for path in values if path not in order))}
        self.entitle(f"Numbers you can turn ({len(parameters)})", "/ find")
        self._list()
        if is_new:
            # Below the first heading, so that the arrows turn a number at once.
            self.cursor = min(1, max(len(self._rows) - 1, 0))
            self.redraw()

    def note(self, notes: tuple[tuple[str, str], ...]) -> None:
        """Show these lines at the bottom."""
        if notes != self.notes:
            self.notes = notes
            self.redraw()

    def narrow(self, text: str) -> None:
        """List only numbers that are found by each of these words, or their beginnings, in any order."""
        self.filter = in_words(text)
        # Below the first heading, so that the arrows turn what was looked for.
        self._rows, self.cursor, self.top = [], 1, 0
        self._list()
        if self.filter:
            self.cursor = best(self._rows, self.filter.split())
            self.redraw()

    def seek(self, path: str) -> None:
        """Go to a number, and open its group if need be."""
        self.clear()
        found = next((one for one in self.parameters if one.path == path), None)
        if found is None:
            return
        if not any(row.parameter is not None and row.parameter.path == path for row in self._rows):
            self.opened = self.opened | {found.group}
            self._list()
        self.action_cursor(
            next(i for i, row in enumerate(self._rows) if row.parameter is not None and row.parameter.path == path)
            - self.cursor
        )

    def clear(self) -> bool:
        """List all numbers again, with the cursor on the one that it is on; False if all are listed."""
        if not self.filter:
            return False
        marked = self.marked
        self.narrow("")
        if marked is not None:
            self.seek(marked.path)
        return True

    @property
    def marked(self) -> Parameter | None:
        """The number under the cursor."""
        return self._rows[self.cursor].parameter if self.cursor < len(self._rows) else None

    def value(self, parameter: Parameter) -> float:
        """The number as it is set."""
        return self.values.get(parameter.path, parameter.value)

    def _list(self) -> None:
        """List anew; the cursor stays on its row, and the row where it is, if what is pinned leaves it there."""
        before = self._rows[self.cursor] if self.cursor < len(self._rows) else None
        self._rows = list(listed(self.parameters, self.values, self.opened, self.filter.split()))
        place = None if before is None else next((i for i, row in enumerate(self._rows) if row.same(before)), None)
        self.cursor = min(self.cursor if place is None else place, max(len(self._rows) - 1, 0))
        self.redraw()

    @property
    def _pinned(self) -> int:
        """How many rows stand at the top, whatever is seen of the others."""
        return sum(row.is_pinned for row in self._rows)

    def draw(self, canvas: Canvas) -> None:
        """What is changed, and of the rest as many rows as there is room for, with the cursor among them."""
        notes = self._notes(canvas.width)
        height = max(canvas.height - len(notes), 1)
        for number, top in self._places(canvas.width, height):
            self._row(canvas, number, top, height)
        if not self._rows:
            canvas.write(0, 1, "nothing found", "text")
            canvas.write(1, 1, f"esc shows all {len(self.parameters)}", "dim")
        for line, (text, fore) in enumerate(notes, height):
            canvas.write(line, 1, text, fore)

    def _places(self, width: int, height: int) -> list[tuple[int, int]]:
        """The rows that are seen, each with its first line."""
        heights = [shape(row, width).height for row in self._rows]
        pinned = self._pinned
        above = sum(heights[:pinned])
        if above > height // 2:
            # Too little room to keep them all in sight.
            pinned = above = 0
        self.top = min(max(self.top, pinned), max(self.cursor - 1, pinned))
        while self.cursor >= self.top and above + sum(heights[self.top : self.cursor + 1]) > height:
            self.top += 1
        seen = [*range(pinned), *range(self.top, len(self._rows))]
        starts = accumulate((heights[number] for number in seen), initial=0)
        return [(number, start) for number, start in zip(seen, starts, strict=False) if start < height]

    def _row(self, canvas: Canvas, number: int, top: int, height: int) -> None:
        row, is_here = self._rows[number], number == self.cursor and self.has_focus
        lines = shape(row, canvas.width)
        for line in range(top, min(top + lines.height, height)):
            if is_here:
                canvas.fill(line, 0, canvas.width, "select")
                canvas.write(line, 0, "▌", "yours")
        if row.parameter is None:
            self._heading(canvas, top, row)
            return
        parameter = row.parameter
        is_changed = parameter.path in self.values
        fore = "yours!" if is_changed else "text"
        canvas.write(top, 1, KIND_SIGNS[parameter.kind], "dim")
        for line, text in enumerate(lines.label[: height - top], top):
            canvas.write(line, LEFT, text, fore)
        last = top + lines.height - 1
        if last >= height:
            # There is no room for all of it.
            return
        if lines.track:
            canvas.write(last, lines.track_left, "─" * lines.track, "rule")
            own, now = (
                self._place(parameter, value, lines.track) for value in (parameter.value, self.value(parameter))
            )
            if own != now:
                canvas.write(last, lines.track_left + own, "┊", "text")
            canvas.write(last, lines.track_left + now, "●", fore)
        value = written_within(parameter, self.value(parameter), VALUE_WIDTH)
        shown = f"{self.typed}▏" if is_here and self.typed else value
        canvas.write(last, canvas.width - VALUE_WIDTH - 1, f"{shown:>{VALUE_WIDTH}}{'*' if is_changed else ' '}", fore)

    def _notes(self, width: int) -> list[tuple[str, str]]:
        """The lines at the bottom, each on as many rows as it needs."""
        return [(line, fore) for text, fore in self.notes for line in _wrapped(text, max(width - 1, 1))]

    @staticmethod
    def _heading(canvas: Canvas, line: int, row: Row) -> None:
        more = f" +{row.hidden}" if row.hidden else ""
        glyph = " " if row.is_pinned else "▾" if row.is_open else "▸"
        fore = "yours!" if row.is_pinned else "title"
        end = canvas.write(line, 1, f"{glyph} {shortened(row.group, canvas.width - len(more) - 3)}", fore)
        canvas.write(line, end, more, "dim")

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
        self._list()

    def _toggle(self, *, is_open: bool) -> None:
        if self.cursor < len(self._rows):
            group = self._rows[self.cursor].group
            if self._rows[self.cursor].is_pinned:
                return
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
        elif not is_within(parameter, value):
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
        width, place = self.size.width, event.get_content_offset(self)
        height = max(self.size.height - len(self._notes(width)), 1)
        if place is None or place.y >= height:
            return
        heights = {number: shape(row, width).height for number, row in enumerate(self._rows)}
        places = self._places(width, height)
        found = next(((n, top) for n, top in places if top <= place.y < top + heights[n]), None)
        if found is None:
            return
        number, top = found
        lines = shape(self._rows[number], width)
        self.action_cursor(number - self.cursor)
        parameter = self.marked
        if parameter is None:
            self.action_confirm()
        elif place.y == top + lines.height - 1 and lines.track_left <= place.x < lines.track_left + lines.track:
            part = (place.x - lines.track_left) / max(lines.track - 1, 1)
            self._turn(parameter, parameter.lowest + part * (parameter.highest - parameter.lowest))

    def on_mouse_scroll_down(self) -> None:
        """Three rows down."""
        self.action_cursor(3)

    def on_mouse_scroll_up(self) -> None:
        """Three rows up."""
        self.action_cursor(-3)


@lru_cache(maxsize=256)
def _wrapped(text: str, width: int) -> tuple[str, ...]:
    return tuple(textwrap.wrap(text, width))
