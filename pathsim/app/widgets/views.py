"""The names of the views, where there is room for only one at a time."""

from collections.abc import Sequence

from textual import events
from textual.message import Message

from pathsim.app.canvas import Canvas
from pathsim.app.widgets.picture import Picture


class ViewTabs(Picture):
    """One name for each view; the one that is shown stands out."""

    class Chosen(Message):
        """A view was clicked."""

        def __init__(self, number: int) -> None:
            self.number = number
            super().__init__()

    def __init__(self, views: Sequence[str], labels: Sequence[str], *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.views, self.labels, self.current = views, labels, views[0]

    def show(self, current: str) -> None:
        """Show which view it is."""
        self.current = current
        self.redraw()

    def draw(self, canvas: Canvas) -> None:
        """The names in a line."""
        for (start, label), view in zip(self._places(), self.views, strict=True):
            is_here = view == self.current
            canvas.write(0, start, label, "primary!" if is_here else "dim", "cursor" if is_here else "")

    def _places(self) -> list[tuple[int, str]]:
        column, found = 0, []
        for label in self.labels:
            found.append((column, f" {label} "))
            column += len(label) + 2
        return found

    def on_click(self, event: events.Click) -> None:
        """Show the view whose name was clicked."""
        for number, (start, label) in enumerate(self._places()):
            if start <= event.x < start + len(label):
                self.post_message(self.Chosen(number))
