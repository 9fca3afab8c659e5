"""The names of the views, where there is room for only one at a time."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from textual import events
from textual.message import Message

from pathsim.app.canvas import Canvas
from pathsim.app.widgets.picture import Picture


class ViewTabs(Picture):
    """One name for each view; the one that is shown stands out."""

    class ViewChosen(Message):
        """A view was clicked."""

        def __init__(self, view: str) -> None:
            self.view = view
            super().__init__()

    views: Mapping[Any, str] = MappingProxyType({})
    """The views with what they are called."""
    current = ""

    def show(self, views: Mapping[Any, str], current: str) -> None:
        """Show which views there are, and which it is."""
        self.views, self.current = views, current
        self.redraw()

    def draw(self, canvas: Canvas) -> None:
        """The names in a line."""
        for (start, label), view in zip(self._places(), self.views, strict=True):
            is_here = view == self.current
            canvas.write(0, start, label, "title" if is_here else "dim", "select" if is_here else "")

    def _places(self) -> list[tuple[int, str]]:
        column, found = 0, []
        for label in self.views.values():
            found.append((column, f" {label} "))
            column += len(label) + 2
        return found

    def on_click(self, event: events.Click) -> None:
        """Show the view whose name was clicked."""
        for (start, label), view in zip(self._places(), self.views, strict=True):
            if start <= event.x < start + len(label):
                self.post_message(self.ViewChosen(view))
