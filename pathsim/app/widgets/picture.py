"""What all our widgets are: a picture drawn from data, of which only what changed is painted again."""

from collections.abc import Sequence

from textual.filter import ANSIToTruecolor
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from pathsim.app import textual_private
from pathsim.app.canvas import Canvas, Palette, fitted, shortened
from pathsim.app.plain import OnlyAscii

LEAST_WORD = 8
"""Beside a title with less room than this there is nothing."""


class Picture(Widget):
    """A widget that draws itself on a canvas, whenever it is shown something else."""

    DEFAULT_CSS = """
    Picture { width: 1fr; height: 1fr; }
    """
    _canvas: Canvas | None = None
    _drawn_for: object = None
    _palette: Palette | None = None

    def __init__(self, *, id: str | None = None, classes: str | None = None) -> None:  # noqa: A002 - Textual's word
        super().__init__(id=id, classes=classes)
        self._headings: tuple[str, ...] = ("",)
        self._painted: dict[int, Strip] = {}
        self._frame: tuple[Strip, Strip] | None = None

    def draw(self, canvas: Canvas) -> None:
        """Draw what there is to see."""
        raise NotImplementedError

    @property
    def palette(self) -> Palette:
        """The colors of the theme on this widget's background."""
        if self._palette is None:
            self._palette = Palette(
                self.app.current_theme,
                self.background_colors[1],
                has_colors=not self.app.no_color,
                ascii_only=any(isinstance(one, OnlyAscii) for one in self.app.get_line_filters()),
            )
        return self._palette

    def entitle(self, title: str, *beside: str) -> None:
        """Write these into the rule above the picture: a title, and beside it the first of some words that fits."""
        if (title, *beside) != self._headings:
            self._headings = (title, *beside)
            self._painted.pop(0, None)
            self.refresh(Region(-self.gutter.left, -self.gutter.top, self.outer_size.width, 1))

    @property
    def headings(self) -> tuple[str, ...]:
        """What stands in the rule above the picture: its title, and words on it, the longest first."""
        return self._headings

    def redraw(self) -> None:
        """Draw again, and paint the parts of rows that have changed."""
        if not self.is_attached or not self.size:
            # Not seen now: what was drawn before is not what is to be seen later.
            self._canvas = None
            self._forget()
            return
        before = self._canvas if self._drawn_for == self._room else None
        canvas = self._draw()
        if before is None:
            self.refresh()
        elif changed := canvas.changes(before):
            top = self.gutter.top
            for y, _, _ in changed:
                self._painted.pop(y + top, None)
            self.refresh(*(Region(first, y, last - first, 1) for y, first, last in changed))

    def notify_style_update(self) -> None:
        """The frame may look otherwise now."""
        super().notify_style_update()
        self._forget()

    @property
    def _room(self) -> object:
        """What a drawing depends on besides its data."""
        return self.size, self.app.theme, self.background_colors[1], self.has_focus

    def _draw(self) -> Canvas:
        room = self._room
        if self._drawn_for != room:
            self._palette, self._drawn_for = None, room
            self._forget()
        self._canvas = Canvas(self.size.width, self.size.height, self.palette)
        self.draw(self._canvas)
        return self._canvas

    def _forget(self) -> None:
        self._painted.clear()
        self._frame = None

    def render_lines(self, crop: Region) -> list[Strip]:
        """Rows of the widget as they are painted, its frame among them.

        They are kept until they change: Textual would put each together again from all styles of the widget, which
        takes longer than to draw it.
        """
        canvas = self._current()
        top, (first, last) = self.gutter.top, crop.column_span
        for y in crop.line_range:
            if y not in self._painted:
                is_picture = 0 <= y - top < canvas.height
                self._painted[y] = self._within(canvas, y) if is_picture else self._framed(y)
        textual_private.forget_dirty_regions(self)
        strips = [self._painted[y] for y in crop.line_range]
        if (first, last) == (0, self.outer_size.width):
            return strips
        # A strip keeps all pieces that were ever cut from it: what is cut here is not the one that is kept.
        return [Strip(strip, strip.cell_length).crop(first, last) for strip in strips]

    def render_line(self, y: int) -> Strip:
        """A row of the picture alone."""
        canvas = self._current()
        return canvas.strip(y) if y < canvas.height else Strip.blank(self.size.width)

    def _current(self) -> Canvas:
        return self._canvas if self._canvas is not None and self._drawn_for == self._room else self._draw()

    def _within(self, canvas: Canvas, y: int) -> Strip:
        """A row of the picture between both sides of the frame."""
        if self._frame is None:
            row, left = self._framed(self.gutter.top), self.gutter.left
            self._frame = row.crop(0, left), row.crop(left + canvas.width)
        picture = canvas.strip(y - self.gutter.top)
        return self._filtered(Strip.join((self._frame[0], picture, self._frame[1])))

    def _filtered(self, row: Strip) -> Strip:
        for line_filter in self.get_line_filters():
            # All our colors are true ones.
            if not isinstance(line_filter, ANSIToTruecolor):
                row = row.apply_filter(line_filter, self.background_colors[1])
        return row

    def _framed(self, y: int) -> Strip:
        """A row as Textual paints it; the title in its rule as we do."""
        if y == 0 and self.gutter.top:
            return self._filtered(self._titled_rule())
        return super().render_lines(Region(0, y, self.outer_size.width, 1))[0]

    def _titled_rule(self) -> Strip:
        """The line above the picture: what it shows, and a word on it at the right; a bar where the focus is."""
        canvas = Canvas(self.outer_size.width, 1, self.palette)
        draw_rule(canvas, self._headings, is_focused=self.has_focus, is_divided=bool(self.styles.border_left[0]))
        return canvas.strip(0)


class TitledRule(Picture):
    """A rule with a title above something that is no picture."""

    DEFAULT_CSS = """
    TitledRule { height: 1; }
    """

    def entitle(self, title: str, *beside: str) -> None:
        """Write these into the rule."""
        super().entitle(title, *beside)
        self.redraw()

    def draw(self, canvas: Canvas) -> None:
        """The rule."""
        draw_rule(canvas, self.headings, is_focused=False, is_divided=False)


def draw_rule(canvas: Canvas, headings: Sequence[str], *, is_focused: bool, is_divided: bool) -> None:
    """A line across the first row, with a title, and at the right the first of the words on it that fits."""
    title, *beside = headings
    canvas.write(0, 0, "─" * canvas.width, "rule")
    start = int(is_divided)
    if is_divided:
        canvas.write(0, 0, "├", "rule")
    if is_focused:
        canvas.write(0, start, "▌", "yours")
    end = start + is_focused
    if title:
        room = canvas.width - end - 2
        end = canvas.write(0, end, f"{' ' * (not is_focused)}{shortened(title, room)} ", "title")
    room = canvas.width - end - 4
    if any(beside) and room >= LEAST_WORD:
        told = f" {fitted(beside, room)} "
        canvas.write(0, canvas.width - len(told), told, "dim")
