"""Bars as sharp as a terminal can draw them upward: in eighths of a cell."""

from collections.abc import Iterable, Iterator

EIGHTHS = " ▁▂▃▄▅▆▇█"


def rows_of_bars(heights: Iterable[int], rows: int) -> Iterator[str]:
    """Bars of these heights in eighths, row by row from the lowest up, a glyph for each bar."""
    heights = list(heights)
    for row in range(rows):
        yield "".join(EIGHTHS[min(max(height - 8 * row, 0), 8)] for height in heights)
