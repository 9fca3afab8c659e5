"""A canvas of character cells: what our widgets draw on, and what becomes lines of the terminal.

Colors have names, which a palette turns into the colors of the theme: its roles (``text``, ``dim``, ``title``,
``yours``, ``other``, ``lost``, ``rule``), and of the arms ``arm0`` and so on, or ``pale0``; with ``!`` behind it a
name is bold. Backgrounds are ``""``, ``panel``, ``select``, ``text`` with ``paper`` on it, ``shade0/0.5``, ``gap``,
and ``band`` with the numbers of the arms that lie over each other there.
"""

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.strip import Strip
from textual.theme import Theme

from pathsim.app.plain import one_cell_each
from pathsim.app.themes import roles_of

SPACE = 32
ROLE_NAMES = ("text", "dim", "title", "yours", "other", "lost", "rule", "panel", "select")


class Palette:
    """The colors of a theme by name."""

    def __init__(self, theme: Theme, background: Color, *, has_colors: bool = True, ascii_only: bool = False) -> None:
        """On this background; without colors what is the user's is underlined, as it is in a theme without hues."""
        self.ascii_only = ascii_only
        roles = roles_of(theme)
        self.has_hues, self.is_strong = roles.has_hues and has_colors, roles.is_strong
        self._background = background
        self._arms = [Color.parse(color) for color in roles.arms]
        self._pale, self._tint = roles.pale, roles.tint
        named = {name: Color.parse(getattr(roles, name)) for name in ROLE_NAMES}
        self._named = named | {"paper": background, "": background}
        self.names: list[str] = []
        self._numbers: dict[str, int] = {}
        self._styles: dict[int, Style] = {}

    def number(self, name: str) -> int:
        """The number of a color's name, for arrays of cells."""
        if name not in self._numbers:
            self._numbers[name] = len(self.names)
            self.names.append(name)
        return self._numbers[name]

    def style(self, fore: int, back: int) -> Style:
        """The style of cells with these colors."""
        key = fore * 1000 + back
        if key not in self._styles:
            name = self.names[fore]
            color, ground = self.color(name.rstrip("!")), self.color(self.names[back])
            self._styles[key] = Style(
                color=color.rich_color,
                bgcolor=ground.rich_color,
                bold=name.endswith("!") or name == "title",
                underline=name.startswith("yours") and not self.has_hues,
            )
        return self._styles[key]

    def color(self, name: str) -> Color:
        """The color of this name."""
        if name.startswith("arm"):
            return self._arm(name[3:])
        if name.startswith("pale"):
            return self._background.blend(self._arm(name[4:]), self._pale)
        if name.startswith("shade"):
            arm, part = name[5:].split("/")
            return self._background.blend(self._arm(arm), float(part))
        if name.startswith("band"):
            ground = self._background
            for arm in name[4:]:
                ground = ground.blend(self._arm(arm), self._tint)
            return ground
        if name == "gap":
            return self._background.blend(self._named["yours"], self._tint)
        return self._named[name]

    def _arm(self, number: str) -> Color:
        return self._arms[int(number) % len(self._arms)]


class Canvas:
    """Cells of a picture in the making."""

    def __init__(self, width: int, height: int, palette: Palette) -> None:
        self.width, self.height, self.palette = width, height, palette
        self.glyphs: NDArray[np.uint32] = np.full((height, width), SPACE, np.uint32)
        self.fore: NDArray[np.int16] = np.full((height, width), palette.number("text"), np.int16)
        self.back: NDArray[np.int16] = np.full((height, width), palette.number(""), np.int16)

    def write(self, row: int, column: int, text: str, fore: str = "text", back: str | None = None) -> int:
        """Write a text, as far as it fits; the column after it."""
        end = column + len(text)
        if 0 <= row < self.height:
            first, last = max(column, 0), min(end, self.width)
            if first < last:
                seen = text[first - column : last - column]
                self.glyphs[row, first:last] = _codes(seen)
                self.fore[row, first:last] = self.palette.number(fore)
                if back is not None:
                    self.back[row, first:last] = self.palette.number(back)
        return end

    def put(self, row: int, column: int, glyph: str, fore: str) -> None:
        """One glyph in a cell of the canvas: quicker than a text."""
        self.glyphs[row, column] = ord(glyph)
        self.fore[row, column] = self.palette.number(fore)

    def fill(self, row: int, column: int, width: int, back: str) -> None:
        """Give some cells of a row another background."""
        if 0 <= row < self.height:
            self.back[row, max(column, 0) : max(column + width, 0)] = self.palette.number(back)

    def changes(self, before: "Canvas") -> list[tuple[int, int, int]]:
        """Where this differs from a canvas of the same size: row, first column, and the column after the last."""
        differs = (self.glyphs != before.glyphs) | (self.fore != before.fore) | (self.back != before.back)
        rows = np.flatnonzero(differs.any(axis=1))
        first = differs[rows].argmax(axis=1)
        last = self.width - differs[rows, ::-1].argmax(axis=1)
        return list(zip(rows.tolist(), first.tolist(), last.tolist(), strict=True))

    def strip(self, row: int) -> Strip:
        """A row as the terminal shows it."""
        line = self.glyphs[row].astype("<u4").tobytes().decode("utf-32-le")
        fore, back = self.fore[row], self.back[row]
        changes = np.flatnonzero((fore[1:] != fore[:-1]) | (back[1:] != back[:-1])) + 1
        starts = [0, *changes.tolist()] if self.width else []
        styles = map(self.palette.style, fore[starts].tolist(), back[starts].tolist())
        cuts = pairwise([*starts, self.width])
        segments = [Segment(line[first:last], style) for (first, last), style in zip(cuts, styles, strict=True)]
        return Strip(segments, self.width)


@lru_cache(maxsize=4096)
def _codes(text: str) -> NDArray[np.uint32]:
    return np.array([ord(letter) for letter in one_cell_each(text)], np.uint32)


def fitted(words: Sequence[str], width: int) -> str:
    """The longest of some wordings that fits; the last one, cut short, if none does."""
    for text in words:
        if len(text) <= width:
            return text
    return shortened(words[-1], width)


def without_middle(text: str, width: int) -> str:
    """A text, cut short in its middle if it is too long: more is left of its end."""
    end = width * 2 // 3
    return text if len(text) <= width or width < 3 else f"{text[: width - end - 1]}…{text[len(text) - end :]}"


def shortened(text: str, width: int) -> str:
    """A text, cut short with an ellipsis if it is too long."""
    return text if len(text) <= width else text[: max(width - 1, 0)] + ("…" if width > 0 else "")
