"""What all our widgets are: a picture drawn from data, of which only the rows that changed are painted again."""

from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from pathsim.app.canvas import Canvas, Palette


class Picture(Widget):
    """A widget that draws itself on a canvas, whenever it is shown something else."""

    DEFAULT_CSS = """
    Picture { width: 1fr; height: 1fr; }
    """
    _strips: list[Strip]
    _canvas: Canvas | None = None
    _drawn_for: object = None
    _palette: Palette | None = None

    def draw(self, canvas: Canvas) -> None:
        """Draw what there is to see."""
        raise NotImplementedError

    @property
    def ascii_only(self) -> bool:
        """Whether to do without glyphs beyond ASCII."""
        return bool(getattr(self.app, "ascii_only", False))

    @property
    def palette(self) -> Palette:
        """The colours of the theme on this widget's background."""
        if self._palette is None:
            self._palette = Palette(self.app.current_theme, self.background_colors[1])
        return self._palette

    def redraw(self) -> None:
        """Draw again, and paint the parts of rows that have changed."""
        if not self.is_attached or not self.size:
            return
        before, same_room = self._canvas, self._drawn_for == self._room
        self._draw()
        if before is None or not same_room:
            self.refresh()
        elif self._canvas is not None and (changed := self._canvas.changes(before)):
            self.refresh(*(Region(first, y, last - first, 1) for y, first, last in changed))

    @property
    def _room(self) -> object:
        """What a drawing depends on besides its data."""
        return self.size, self.app.theme, self.background_colors[1], self.ascii_only, self.has_focus

    def _draw(self) -> None:
        if self._drawn_for != self._room:
            self._palette = None
        self._drawn_for = self._room
        self._canvas = Canvas(self.size.width, self.size.height, self.palette)
        self.draw(self._canvas)
        self._strips = self._canvas.strips(ascii_only=self.ascii_only)

    def render_line(self, y: int) -> Strip:
        """One row of the picture."""
        if self._drawn_for != self._room:
            self._draw()
        return self._strips[y] if y < len(self._strips) else Strip.blank(self.size.width, self.rich_style)
