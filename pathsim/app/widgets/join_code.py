"""The code by which a phone joins: squares of a QR code, large enough for the back row."""

from collections.abc import Sequence

from pathsim.app.canvas import Canvas, shortened
from pathsim.app.widgets.picture import Picture

QUIET, NARROW = 4, 2
"""So many squares around the code are light, by its standard; and where there is no room for them."""
HALVES = {(False, False): " ", (True, False): "▀", (False, True): "▄", (True, True): "█"}
LIGHT = 0.5
"""Above this brightness a color is light."""


class JoinCode(Picture):
    """A QR code, dark on light whatever the theme, with the words that say the same below."""

    _squares: Sequence[Sequence[bool]] = ()
    _words = ""

    def show(self, squares: Sequence[Sequence[bool]], words: str) -> None:
        """Draw these squares, of which True are dark; and words below, where there is a row for them."""
        self._squares, self._words = squares, words
        self.redraw()

    def draw(self, canvas: Canvas) -> None:
        """Two squares in each cell, one above the other."""
        border = next((one for one in (QUIET, NARROW) if (len(self._squares) + 2 * one + 1) // 2 <= canvas.height), 0)
        size = len(self._squares) + 2 * border
        if not self._squares or not border or size > canvas.width or canvas.palette.ascii_only:
            canvas.write(0, 1, shortened(self._words, canvas.width - 2), "text!")
            return
        is_dark_theme = canvas.palette.color("text").brightness > LIGHT
        ground, ink = ("text", "paper") if is_dark_theme else ("", "text")
        squares = [[False] * size for _ in range(size + size % 2)]
        for row, line in enumerate(self._squares, border):
            squares[row][border : border + len(line)] = line
        height, left = len(squares) // 2, (canvas.width - size) // 2
        top = max(canvas.height - height - 2, 0) // 2
        for row in range(height):
            above, below = squares[2 * row], squares[2 * row + 1]
            canvas.write(top + row, left, "".join(HALVES[pair] for pair in zip(above, below, strict=True)), ink, ground)
        if top + height + 1 < canvas.height:
            told = shortened(self._words, canvas.width - 2)
            canvas.write(top + height + 1, (canvas.width - len(told)) // 2, told, "text!")
