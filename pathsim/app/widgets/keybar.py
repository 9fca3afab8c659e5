"""The keys at the bottom: as many as there is room for, in the order in which one needs them.

Textual's own footer is made anew whenever a key becomes active or not, and what it was before stays in memory.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from textual import events
from textual.binding import ActiveBinding

from pathsim.app.canvas import Canvas
from pathsim.app.widgets.picture import Picture

PALETTE = "^p commands"
GAP = 2
FIRST = (
    ("player.play",),
    ("sliders.less", "sliders.more"),
    ("player.undo",),
    ("screen.ensemble",),
    ("player.help",),
)
"""What everybody needs, the same on every screen; keys of one entry stand together. The screen's own keys follow.

What makes no sense yet, as to undo, stands among those that follow.
"""
SHORT = {"screen.back": "leave", "sliders.less": "turn", "screen.ensemble": "many trials", "player.help": "keys"}
"""What they are called here."""


class _Key(NamedTuple):
    """A key, and what it does."""

    name: str
    label: str
    key: str
    """What is to be pressed."""
    is_active: bool


class KeyBar(Picture):
    """One line of keys, and what they do."""

    def on_mount(self) -> None:
        """Draw again when other keys are active."""
        self.screen.bindings_updated_signal.subscribe(self, self._changed)

    def _changed(self, _: Any) -> None:
        if self.screen.is_current:
            self.redraw()

    def draw(self, canvas: Canvas) -> None:
        """The keys from the left, the commands at the right."""
        for column, one in self._places(canvas.width):
            end = canvas.write(0, column, one.name, "title" if one.is_active else "dim")
            canvas.write(0, end + 1, one.label, "text" if one.is_active else "dim")
        if self._has_palette(canvas.width):
            canvas.write(0, canvas.width - len(PALETTE) - 1, PALETTE, "dim")

    @staticmethod
    def _has_palette(width: int) -> bool:
        return width >= 3 * len(PALETTE)

    def _places(self, width: int) -> list[tuple[int, _Key]]:
        room = width - (len(PALETTE) + 2 if self._has_palette(width) else 0)
        found, column = [], 1
        for one in self._keys():
            end = column + len(one.name) + 1 + len(one.label)
            if end > room:
                break
            found.append((column, one))
            column = end + GAP
        return found

    def _keys(self) -> Iterator[_Key]:
        active = {one.binding.id: one for one in reversed(self.screen.active_bindings.values()) if one.binding.id}
        enabled = {name for name, one in active.items() if one.enabled}
        first_here: Sequence[tuple[str, ...]] = getattr(self.screen, "FIRST_KEYS", FIRST)
        needed = [ids for ids in first_here if enabled.issuperset(ids)]
        for ids in needed:
            if not self._is_here(ids[0]):
                ones = [active[name] for name in ids]
                names = "".join(self.app.get_key_display(one.binding) for one in ones)
                yield _Key(names, self._label(ones[0]), ones[-1].binding.key, ones[0].enabled)
        first = {name for ids in needed for name in ids}
        for name, one in reversed(active.items()):
            if name not in first and one.binding.show and not one.binding.system:
                yield _Key(self.app.get_key_display(one.binding), self._label(one), one.binding.key, one.enabled)

    def _is_here(self, name: str) -> bool:
        """Whether a key only leads to the screen that one is on."""
        return name.startswith("screen.") and name == f"screen.{self.app.current_mode}"

    @staticmethod
    def _label(one: ActiveBinding) -> str:
        return SHORT.get(str(one.binding.id), one.binding.description.lower())

    def on_click(self, event: events.Click) -> None:
        """Do what the key under the mouse does."""
        if self._has_palette(self.size.width) and event.x >= self.size.width - len(PALETTE) - 1:
            self.app.action_command_palette()
            return
        for column, one in self._places(self.size.width):
            if column <= event.x < column + len(one.name) + 1 + len(one.label) and one.is_active:
                self.app.simulate_key(one.key.split(",")[0])
