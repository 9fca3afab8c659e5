"""The keys at the bottom: as many as there is room for.

Textual's own footer is made anew whenever a key becomes active or not, and what it was before stays in memory.
"""

from typing import Any

from textual import events

from pathsim.app.canvas import Canvas
from pathsim.app.widgets.picture import Picture

PALETTE = "^p commands"


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
        for column, key, label, is_active in self._places(canvas.width - len(PALETTE) - 2):
            end = canvas.write(0, column, key, "primary!" if is_active else "dim")
            canvas.write(0, end + 1, label, "text" if is_active else "dim")
        canvas.write(0, canvas.width - len(PALETTE) - 1, PALETTE, "dim")

    def _places(self, room: int) -> list[tuple[int, str, str, bool]]:
        shown = {active.binding.action: active for active in reversed(self.screen.active_bindings.values())}
        found, column = [], 1
        for active in reversed(shown.values()):
            if not active.binding.show or active.binding.system:
                continue
            key = self.app.get_key_display(active.binding)
            width = len(key) + 1 + len(active.binding.description)
            if column + width > room:
                break
            found.append((column, key, active.binding.description, active.enabled))
            column += width + 2
        return found

    def on_click(self, event: events.Click) -> None:
        """Do what the key under the mouse does."""
        if event.x >= self.size.width - len(PALETTE) - 1:
            self.app.action_command_palette()
            return
        shown = {
            self.app.get_key_display(active.binding): active.binding for active in self.screen.active_bindings.values()
        }
        for column, key, label, is_active in self._places(self.size.width - len(PALETTE) - 2):
            if column <= event.x < column + len(key) + 1 + len(label) and is_active:
                self.app.simulate_key(shown[key].key)
