"""What the user did, as a thread of states that one can walk along: the state under the cursor is the one on screen."""

from collections.abc import Mapping
from contextlib import suppress
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.message import Message

from pathsim.app.canvas import Canvas, shortened
from pathsim.app.widgets.picture import Picture
from pathsim.app.widgets.slider_rows import written
from pathsim.player.history import Setup, UndoHistory, UserAction
from pathsim.player.views.live import Parameter
from pathsim.report.figures import ratio

LINES = 2
"""Of each state: what was done, and from what to what."""
FIGURES_WIDTH = 14
KEYS = (
    "↑↓ go to a state  enter its slider",
    "⌫ take out only this one",
    "k compare with this one from now on",
    "D all as published  h or esc close",
)


class HistoryThread(Picture, can_focus=True):
    """The states one after the other, the oldest first."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "walk(-1)", "Earlier state", show=False, id="history.earlier"),
        Binding("down", "walk(1)", "Later state", show=False, id="history.later"),
        Binding("backspace,delete", "take_out", "Take out", show=False, id="history.take_out"),
        Binding("enter", "slider", "Its slider", show=False, id="history.slider"),
    ]

    class StateChosen(Message):
        """Another state is asked for: that after so many actions."""

        def __init__(self, place: int) -> None:
            self.place = place
            super().__init__()

    class ActionTakenOut(Message):
        """The numbers of an action are to be as they were before it."""

        def __init__(self, action: UserAction) -> None:
            self.action = action
            super().__init__()

    class SliderChosen(Message):
        """The number that an action changed is to be turned."""

        def __init__(self, path: str) -> None:
            self.path = path
            super().__init__()

    history: UndoHistory | None = None
    setup: Setup | None = None
    """The trial on screen."""
    parameters: Mapping[str, Parameter]
    day = 0.0

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id, classes=classes)
        self.parameters = {}

    def show(self, history: UndoHistory, setup: Setup, parameters: Mapping[str, Parameter], day: float) -> None:
        """Draw what was done; figures of other days than this one are not told, for they do not go together."""
        self.history, self.setup, self.parameters, self.day = history, setup, parameters, day
        self.entitle("What you changed", "u undo  U redo")
        self.redraw()

    @property
    def _actions(self) -> tuple[UserAction, ...]:
        return () if self.history is None else self.history.actions

    @property
    def _place(self) -> int:
        return 0 if self.history is None else self.history.place

    def draw(self, canvas: Canvas) -> None:
        """The states, as many as there is room for around the one on screen."""
        if self.history is None or self.setup is None:
            return
        if not self._actions:
            canvas.write(0, 1, "nothing yet", "text")
            canvas.write(1, 1, shortened("turn a number, and it stands here", canvas.width - 1), "dim")
            return
        column = max(canvas.width - FIGURES_WIDTH, 0)
        canvas.write(0, column, "  differ    HR", "dim")
        keys = KEYS if canvas.height >= len(KEYS) + 4 * LINES else ()
        room = max((canvas.height - 1 - len(keys)) // LINES, 1)
        count = len(self._actions) + 1
        first = min(max(self._place - room // 2, 0), max(count - room, 0))
        for line, place in enumerate(range(first, min(first + room, count))):
            self._state(canvas, 1 + line * LINES, place)
        for line, text in enumerate(keys, canvas.height - len(keys)):
            canvas.write(line, 1, shortened(text, canvas.width - 1), "dim")

    def _state(self, canvas: Canvas, row: int, place: int) -> None:
        is_here, is_undone = place == self._place, place > self._place
        if is_here:
            for line in range(row, row + LINES):
                canvas.fill(line, 0, canvas.width, "select" if self.has_focus else "panel")
                canvas.write(line, 0, "▌", "yours")
        fore = "dim" if is_undone else "yours!" if is_here else "text"
        canvas.write(row, 1, "◌" if is_undone else "○" if place == 0 else "●", fore)
        action = self._actions[place - 1] if place else None
        name, change = ("as it was opened", "") if action is None else self._told(action)
        canvas.write(row, 3, shortened(name, canvas.width - 3), fore)
        left = max(canvas.width - FIGURES_WIDTH, 0)
        canvas.write(row + 1, 3, shortened(change, max(left - 4, 0)), fore)
        self._figures(canvas, row + 1, left, self._setup(place), fore)

    def _setup(self, place: int) -> Setup:
        actions = self._actions
        return actions[place - 1].after if place else actions[0].before

    def _figures(self, canvas: Canvas, row: int, left: int, setup: Setup, fore: str) -> None:
        found = None if self.history is None else self.history.figures(setup)
        if found is None:
            return
        if found.day != self.day:
            canvas.write(row, left, f"day {found.day:,.0f}".rjust(FIGURES_WIDTH), "dim")
            return
        changed = "" if found.changed is None else str(found.changed)
        estimate = "" if found.ratio is None else ratio(found.ratio)
        canvas.write(row, left, f"{changed:>8}{estimate:>6}", fore)

    def _told(self, action: UserAction) -> tuple[str, str]:
        """What was done, and from what to what."""
        for path, (before, after) in action.turned.items():
            if (one := self.parameters.get(path)) is not None:
                others = len(action.turned) - 1
                more = f" and {others} more" if others else ""
                return f"{one.name}{more}", f"{_written(one, before)} → {_written(one, after)}"
        if action.before.seed != action.after.seed:
            return "other draws", f"seed {action.before.seed} → {action.after.seed}"
        if action.before.kept != action.after.kept:
            return "the baseline", "compared with from here on"
        if action.days is not None:
            return "a jump in time", f"day {action.days[0]:,.0f} → {action.days[1]:,.0f}"
        return action.what, ""

    def action_walk(self, step: int) -> None:
        """To the state before or after."""
        if 0 <= (place := self._place + step) <= len(self._actions):
            self.post_message(self.StateChosen(place))

    def action_take_out(self) -> None:
        """Take only this change out of what is set."""
        if (action := self._marked) is not None and action.turned:
            self.post_message(self.ActionTakenOut(action))
        else:
            self.app.notify("Only the change of a number can be taken out alone; u undoes what was done last.")

    def action_slider(self) -> None:
        """Go to the number that was changed."""
        action = self._marked
        if action is not None and (path := next(iter(action.turned), None)) is not None:
            self.post_message(self.SliderChosen(path))

    @property
    def _marked(self) -> UserAction | None:
        return self._actions[self._place - 1] if self._place else None


def _written(parameter: Parameter, value: str | None) -> str:
    """What a number was set to; its own value if to nothing."""
    if value is None:
        return written(parameter, parameter.value)
    with suppress(ValueError):
        return written(parameter, float(value))
    return value
