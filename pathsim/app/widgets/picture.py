"""What all our widgets are: a picture drawn from data, of which only what changed is painted again."""

from textual.content import Content
from textual.filter import ANSIToTruecolor
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from pathsim.app import textual_private
from pathsim.app.canvas import Canvas, Palette


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
        self._headings = ("", "")
        self._painted: dict[int, Strip] = {}
        self._frame: tuple[Strip, Strip] | None = None

    def draw(self, canvas: Canvas) -> None:
        """Draw what there is to see."""
        raise NotImplementedError

    @property
    def palette(self) -> Palette:
        """The colors of the theme on this widget's background."""
        if self._palette is None:
            self._palette = Palette(self.app.current_theme, self.background_colors[1])
        return self._palette

    def entitle(self, title: str, subtitle: str = "") -> None:
        """Write these into the frame. Textual paints the whole widget for that: only if they are new."""
        if (title, subtitle) != self._headings:
            self._headings = (title, subtitle)
            self.border_title, self.border_subtitle = Content(title), Content(subtitle)
            self._forget()

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
        row = Strip.join((self._frame[0], picture, self._frame[1]))
        for line_filter in self.get_line_filters():
            # All our colors are true ones.
            if not isinstance(line_filter, ANSIToTruecolor):
                row = row.apply_filter(line_filter, self.background_colors[1])
        return row

    def _framed(self, y: int) -> Strip:
        """A row as Textual paints it."""
        return super().render_lines(Region(0, y, self.outer_size.width, 1))[0]
