"""The calendar of a trial as a slider: where it is, what has been planned, where the looks were."""

from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from pathsim.app.canvas import Canvas
from pathsim.app.widgets.picture import Picture
from pathsim.player.views.live import Opened, Snapshot

MONTH_DAYS = 30
SPEED_WIDTH = 15


class Calendar(Picture, can_focus=True):
    """The days of a trial on one line."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", f"move(-{MONTH_DAYS})", "Month back", show=False, id="calendar.back"),
        Binding("right", f"move({MONTH_DAYS})", "Month on", show=False, id="calendar.on"),
        Binding("shift+left", "move(-1)", "Day back", show=False, id="calendar.day_back"),
        Binding("shift+right", "move(1)", "Day on", show=False, id="calendar.day_on"),
        Binding("home", "move(-100000)", "First day", show=False, id="calendar.first"),
        Binding("end", "move(100000)", "Last day", show=False, id="calendar.last"),
    ]

    class Moved(Message):
        """Somebody moved the trial to a day."""

        def __init__(self, day: float) -> None:
            self.day = day
            super().__init__()

    card: Opened | None = None
    day = 0.0
    ends = ("", "")
    speed = ""
    _dragged = False

    def show(self, card: Opened, snapshot: Snapshot, months_per_second: float) -> None:
        """Draw the calendar on this day, and how fast it moves."""
        self.card, self.day, self.speed = card, snapshot.day, f"{months_per_second:g} months/s"
        self.ends = card.begins.rsplit(" ", maxsplit=1)[-1], card.ends.rsplit(" ", maxsplit=1)[-1]
        self.redraw()

    @property
    def _left(self) -> int:
        return len(self.ends[0]) + 2

    @property
    def _columns(self) -> int:
        return max(self.size.width - self._left - len(self.ends[1]) - SPEED_WIDTH - 2, 1)

    def _column(self, day: float) -> int:
        last = self.card.last_day if self.card is not None else 1.0
        return self._left + round(day / last * (self._columns - 1))

    def draw(self, canvas: Canvas) -> None:
        """The line with its signs."""
        if self.card is None:
            return
        fore = "title" if self.has_focus else "text"
        canvas.write(0, 1, self.ends[0], "dim")
        canvas.write(0, self._left, "─" * self._columns, "rule")
        canvas.write(0, self._left, "━" * (self._column(self.day) - self._left), fore)
        for _, day in self.card.cutoffs:
            canvas.write(0, self._column(day), "┊", "dim")
        for day in self.card.look_days:
            if day > self.day:
                # When the committee will look is told when it does.
                break
            canvas.write(0, self._column(day), "◆", "title")
        canvas.write(0, self._column(self.day), "●", "title")
        end = canvas.write(0, self._left + self._columns + 1, self.ends[1], "dim")
        canvas.write(0, end, f"{self.speed:>{SPEED_WIDTH}}", "dim")

    def action_move(self, days: int) -> None:
        """Go so many days on or back."""
        self._go(self.day + days)

    def on_mouse_down(self, event: events.MouseDown) -> None:
        """Begin to drag."""
        self._dragged = True
        self.capture_mouse()
        self._follow(event)

    def on_mouse_move(self, event: events.MouseMove) -> None:
        """Drag."""
        if self._dragged:
            self._follow(event)

    def on_mouse_up(self) -> None:
        """Let go."""
        self._dragged = False
        self.release_mouse()

    def _follow(self, event: events.MouseEvent) -> None:
        if self.card is not None:
            self._go((event.x - self._left) / max(self._columns - 1, 1) * self.card.last_day)

    def _go(self, day: float) -> None:
        if self.card is not None:
            # Where it will be, so that keys that come at once add up.
            self.day = min(max(day, 0.0), self.card.last_day)
            self.post_message(self.Moved(self.day))
