"""Step curves as sharp as a terminal can draw them.

A horizontal lies at the top, in the middle or at the bottom of its cell, so that a row has three levels.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

LEVELS_OF_ROW = 3
TOP, MIDDLE, BOTTOM = range(LEVELS_OF_ROW)
FALL = LEVELS_OF_ROW
"""From so many levels on a fall is drawn as a line."""


@dataclass(frozen=True, slots=True)
class LinePen:
    """The glyphs of one curve."""

    along: str
    """At the top of a cell, in its middle, at its bottom."""
    falling: str
    before: str
    after: str
    every: int = 0
    """Every so many columns are left out; 0 for a whole line."""

    @property
    def sample(self) -> str:
        """How it looks in a legend."""
        return self.along[MIDDLE] * 2


HEAVY, LIGHT = LinePen("▔━▁", "┃", "┓", "┗"), LinePen("‾─_", "│", "┐", "└")
DOUBLE, DASHED = LinePen("═══", "║", "╗", "╚"), LinePen("▔╍▁", "┃", "┓", "┗", every=4)
PENS = (HEAVY, LIGHT, HEAVY, LIGHT)
PENS_WITHOUT_HUES = (HEAVY, LIGHT, DOUBLE, DASHED)
"""Where colors do not tell the third arm from the first."""
STRONG_PENS = (HEAVY, DASHED, HEAVY, DASHED)
"""Where light lines cannot be seen from the last row."""


class Level(NamedTuple):
    """A height: the row, and where in it."""

    row: int
    part: int


def level_of(number: int) -> Level:
    """The height of a level: they are counted downward from the middle of row 0."""
    return Level((number + 1) // LEVELS_OF_ROW, (number + 1) % LEVELS_OF_ROW)


def levels(share_down: NDArray[np.float64], rows: int) -> NDArray[np.int64]:
    """The numbers of the levels of these shares of the way from the middle of the first row to that of the last."""
    return np.rint(share_down * (rows - 1) * LEVELS_OF_ROW).astype(np.int64)


def trace(pen: LinePen, at_edges: NDArray[np.int64], columns: int) -> dict[tuple[int, int], str]:
    """The glyphs of a curve by row and column, of as many columns.

    ``at_edges`` are its levels at the edges of the columns. Within a column the curve falls from one to the next: by
    less than a row it is drawn at the nearer level, else with a vertical.
    """
    glyphs: dict[tuple[int, int], str] = {}
    for column, (first, last) in enumerate(pairwise(at_edges[: columns + 1].tolist())):
        if pen.every and column % pen.every == pen.every - 1:
            continue
        if last - first < FALL:
            row, part = level_of((first + last) // 2)
            glyphs[row, column] = pen.along[part]
            continue
        (top, begins), (bottom, ends) = level_of(first), level_of(last)
        glyphs |= {(row, column): pen.falling for row in range(top + 1, bottom)}
        glyphs[top, column] = (pen.falling, pen.before, pen.along[BOTTOM])[begins]
        glyphs[bottom, column] = (pen.along[TOP], pen.after, pen.falling)[ends]
    return glyphs
