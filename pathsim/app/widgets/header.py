"""The line at the top: which trial, on which day, how far it is; and where one can go."""

from typing import NamedTuple

from textual import events
from textual.message import Message

from pathsim.app.canvas import Canvas
from pathsim.app.widgets.picture import Picture

GAP = 2
ALL_NAMES_WIDTH = 120
"""From this width on the screens stand there with their names."""


class Tab(NamedTuple):
    """A screen: its name, the key that opens it, what it is called, and what it is for."""

    name: str
    key: str
    label: str
    words: str
    short: str = ""
    """What it is called where there is little room: its first letters, if nothing else is said."""

    @property
    def brief(self) -> str:
        """Its short name."""
        return self.short or self.label[:3]


class HeaderPart(NamedTuple):
    """Something that the line says, with the name of its color; shorter where there is little room."""

    text: str
    fore: str
    short: str = ""

    def brief(self) -> "HeaderPart":
        """The same in few words."""
        return self._replace(text=self.short or self.text)


class TrialHeader(Picture):
    """The trial in a line."""

    class ScreenChosen(Message):
        """A screen was clicked."""

        def __init__(self, name: str) -> None:
            self.name = name
            super().__init__()

    tabs: tuple[Tab, ...] = ()
    current = ""
    parts: tuple[HeaderPart, ...] = ()
    """The most important first: what does not fit is left out."""

    def show(self, parts: tuple[HeaderPart, ...], tabs: tuple[Tab, ...], current: str) -> None:
        """Draw these."""
        if (parts, tabs, current) != (self.parts, self.tabs, self.current):
            self.parts, self.tabs, self.current = parts, tabs, current
            self.redraw()

    def draw(self, canvas: Canvas) -> None:
        """The parts from the left, the screens at the right."""
        places = self._places(canvas.width)
        room = places[0][0] - 1 if places else canvas.width
        column = 1
        fits = column + sum(len(part.text) + GAP for part in self.parts) - GAP <= room
        for part in self.parts if fits else map(HeaderPart.brief, self.parts):
            if column + len(part.text) <= room:
                column = canvas.write(0, column, part.text, part.fore) + GAP
        for at, tab, label in places:
            is_here = tab.name == self.current
            canvas.write(0, at, label, "paper!" if is_here else "text", "text" if is_here else "panel")
            if not is_here and tab.key in label.lower():
                mark = label.lower().index(tab.key)
                canvas.write(0, at + mark, label[mark], "title")

    def _places(self, width: int) -> list[tuple[int, Tab, str]]:
        """Where each screen's name stands; at a narrow terminal only its first letters."""
        labels = [f" {tab.label} " for tab in self.tabs]
        if width < ALL_NAMES_WIDTH:
            labels = [f" {tab.brief} " for tab in self.tabs]
        column, found = width - sum(map(len, labels)), []
        for tab, label in zip(self.tabs, labels, strict=True):
            found.append((column, tab, label))
            column += len(label)
        return found

    def on_click(self, event: events.Click) -> None:
        """Go to the screen whose name was clicked."""
        for at, tab, label in self._places(self.size.width):
            if at <= event.x < at + len(label):
                self.post_message(self.ScreenChosen(tab.name))
