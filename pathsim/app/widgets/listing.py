"""A long list of rows in columns, with a cursor, a filter and an order; ten thousand rows cost no more than ten."""

from collections.abc import Sequence
from typing import ClassVar, NamedTuple

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message

from pathsim.app.canvas import Canvas, shortened, without_middle
from pathsim.app.widgets.picture import Picture

GAP = 2
LEAST = 4
"""No column becomes narrower than this."""


class Column(NamedTuple):
    """A column: its heading, how wide it may become, and whether it holds numbers."""

    heading: str
    most: int = 30
    is_number: bool = False
    rank: int = 0
    """Where there is too little room, columns of the highest rank are left out first; 0 stays."""
    least: int = 16
    """A column that would have to be narrower than this is rather left out, if it can be."""
    ends_differ: bool = False
    """Whether texts that begin alike end otherwise, so that what is left out is their middle."""


class ListRow(NamedTuple):
    """A row: what stands in its columns, the color of each, what it sorts by, and what it is about."""

    cells: tuple[str, ...]
    fores: tuple[str, ...]
    order: tuple[float | str, ...]
    about: object = None


class Listing(Picture, can_focus=True):
    """Rows to look through."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "cursor(-1)", "Up", show=False, id="list.up"),
        Binding("down", "cursor(1)", "Down", show=False, id="list.down"),
        Binding("pageup", "page(-1)", "Page up", show=False, id="list.page_up"),
        Binding("pagedown", "page(1)", "Page down", show=False, id="list.page_down"),
        Binding("home", "cursor(-1000000)", "First", show=False, id="list.first"),
        Binding("end", "cursor(1000000)", "Last", show=False, id="list.last"),
        Binding("left", "sort(-1)", "Sort by previous column", show=False, id="list.sort_before"),
        Binding("right", "sort(1)", "Sort by next column", show=False, id="list.sort_next"),
        Binding("minus", "reverse", "Reverse order", show=False, id="list.reverse"),
        Binding("enter", "choose", "Open", show=False, id="list.choose"),
    ]

    class RowMarked(Message):
        """Another row is under the cursor."""

        def __init__(self, listing: "Listing", about: object) -> None:
            self.listing, self.about = listing, about
            super().__init__()

        @property
        def control(self) -> "Listing":
            """The list."""
            return self.listing

    class RowChosen(RowMarked):
        """A row was chosen."""

    def __init__(
        self,
        title: str = "",
        empty: str = "nothing",
        *,
        id: str | None = None,  # noqa: A002 - Textual's word
        classes: str | None = None,
    ) -> None:
        super().__init__(id=id, classes=classes)
        self.columns: tuple[Column, ...] = ()
        self.lines: Sequence[ListRow] = ()
        self.seen: list[ListRow] = []
        self.longest: tuple[int, ...] = ()
        """The longest cell of each column, in all rows: what is shown of them moves no column."""
        self.filter = ""
        self.sorted_by = -1
        self.is_reversed = False
        self.cursor = self.top = 0
        self.title, self.empty = title, empty

    def show(self, columns: tuple[Column, ...], lines: Sequence[ListRow]) -> None:
        """List these; the cursor stays on what it is on, if that is still there."""
        before = self.marked
        self.columns, self.lines = columns, lines
        self.longest = tuple(max(map(len, cells)) for cells in zip(*(line.cells for line in lines), strict=True))
        self._sift()
        place = (
            next((i for i, line in enumerate(self.seen) if line.about == before), None) if before is not None else None
        )
        self.cursor = min(self.cursor, max(len(self.seen) - 1, 0)) if place is None else place
        self.redraw()
        if self.marked != before:
            self.post_message(self.RowMarked(self, self.marked))

    @property
    def marked(self) -> object:
        """What the row under the cursor is about; None if there is none."""
        return self.seen[self.cursor].about if self.cursor < len(self.seen) else None

    def seek(self, about: object) -> bool:
        """Go to the row that is about this; False if there is none."""
        place = next((i for i, line in enumerate(self.seen) if line.about == about), None)
        if place is not None:
            self.action_cursor(place - self.cursor)
        return place is not None

    def narrow(self, text: str) -> None:
        """List only rows that have all these words in them."""
        self.filter = text.strip().lower()
        self._begin_again()

    def clear(self) -> bool:
        """List all rows again; False if they are."""
        was_narrowed = bool(self.filter)
        if was_narrowed:
            self.narrow("")
        return was_narrowed

    def _begin_again(self) -> None:
        """List what is asked for, from its first row on."""
        self.cursor = 0
        self._sift()
        self.redraw()
        self.post_message(self.RowMarked(self, self.marked))

    def _sift(self) -> None:
        words = self.filter.split()
        self.seen = [line for line in self.lines if all(word in " ".join(line.cells).lower() for word in words)]
        if 0 <= self.sorted_by < len(self.columns):
            self.seen.sort(key=lambda line: _comparable(line.order[self.sorted_by]), reverse=self.is_reversed)
        count = (
            f"{len(self.seen):,}" if not words else f"{len(self.seen):,} of {len(self.lines):,} with '{self.filter}'"
        )
        self.entitle(self.title, count if self.lines else "")

    def draw(self, canvas: Canvas) -> None:
        """The headings, and as many rows as there is room for."""
        if not self.lines:
            canvas.write(0, 1, self.empty, "dim")
            return
        height = max(canvas.height - 1, 1)
        self.top = min(max(self.top, self.cursor - height + 1), self.cursor, max(len(self.seen) - height, 0))
        shown = self.seen[self.top : self.top + height]
        widths = self._widths(canvas.width - 1)
        column = 1
        for number, width in widths.items():
            one = self.columns[number]
            arrow = "" if number != self.sorted_by else "▼" if self.is_reversed else "▲"
            text = shortened(one.heading, width - len(arrow)) + arrow
            canvas.write(0, column, text.rjust(width) if one.is_number else text, "title")
            column += width + GAP
        for row, line in enumerate(shown, 1):
            if self.top + row - 1 == self.cursor:
                canvas.fill(row, 0, canvas.width, "select" if self.has_focus else "panel")
            column = 1
            for number, width in widths.items():
                one = self.columns[number]
                cut = without_middle if one.ends_differ else shortened
                text = cut(line.cells[number], width)
                padded = text.rjust(width) if one.is_number else text
                canvas.write(row, column, padded, line.fores[number])
                column += width + GAP

    def _widths(self, room: int) -> dict[int, int]:
        """The columns that are shown, with their widths: as wide as they need to be, if there is room for all.

        Where there is too little, columns are left out by their rank, and of the others the widest give way.
        """
        widths = {
            number: min(max(len(one.heading) + 1, self.longest[number]), one.most)
            for number, one in enumerate(self.columns)
        }
        least = {number: one.least if one.rank else LEAST for number, one in enumerate(self.columns)}
        ranked = sorted((n for n in widths if self.columns[n].rank), key=lambda n: -self.columns[n].rank)

        def lacking() -> int:
            return sum(widths.values()) + GAP * (len(widths) - 1) - room

        while ranked and lacking() > sum(max(widths[n] - least[n], 0) for n in ranked):
            del widths[ranked.pop(0)]
        while lacking() > 0 and (wide := [n for n in widths if widths[n] > least[n]]):
            widths[max(wide, key=widths.__getitem__)] -= 1
        left = room - sum(widths.values()) - GAP * (len(widths) - 1)
        for number, width in list(widths.items()):
            more = min(max(self.longest[number] - width, 0), left)
            widths[number], left = width + more, left - more
        return widths

    def action_cursor(self, step: int) -> None:
        """Move the cursor."""
        self.cursor = min(max(self.cursor + step, 0), max(len(self.seen) - 1, 0))
        self.redraw()
        self.post_message(self.RowMarked(self, self.marked))

    def action_page(self, step: int) -> None:
        """Move the cursor by a page."""
        self.action_cursor(step * max(self.size.height - 2, 1))

    def action_sort(self, step: int) -> None:
        """Sort by another column of those that are seen; by none before the first."""
        seen = [-1, *(self._widths(self.size.width - 1) if self.lines else ())]
        here = seen.index(self.sorted_by) if self.sorted_by in seen else 0
        self.sorted_by = seen[(here + step) % len(seen)]
        self._begin_again()

    def action_reverse(self) -> None:
        """Turn the order round."""
        self.is_reversed = not self.is_reversed
        self._begin_again()

    def action_choose(self) -> None:
        """Open what is under the cursor."""
        if self.marked is not None:
            self.post_message(self.RowChosen(self, self.marked))

    def on_click(self, event: events.Click) -> None:
        """Go to a row, or open the one at which the cursor is; sort by a column whose heading is clicked."""
        place = event.get_content_offset(self)
        if place is None:
            return
        row = self.top + place.y - 1
        if place.y == 0:
            self._click_heading(place.x)
        elif row == self.cursor:
            self.action_choose()
        elif row < len(self.seen):
            self.action_cursor(row - self.cursor)

    def _click_heading(self, x: int) -> None:
        column = 1
        for number, width in self._widths(self.size.width - 1).items() if self.lines else ():
            if column <= x < column + width:
                self.is_reversed = self.sorted_by == number and not self.is_reversed
                self.sorted_by = number
                self._begin_again()
                return
            column += width + GAP

    def on_mouse_scroll_down(self) -> None:
        """Three rows down."""
        self.action_cursor(3)

    def on_mouse_scroll_up(self) -> None:
        """Three rows up."""
        self.action_cursor(-3)


def _comparable(value: float | str) -> tuple[int, float, str]:
    """What sorts numbers before words."""
    return (1, 0.0, value) if isinstance(value, str) else (0, value, "")
