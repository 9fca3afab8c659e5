"""A canvas of character cells: what our widgets draw on, and what becomes lines of the terminal.

Colors have names, which a palette turns into the colors of the theme: ``text``, ``dim``, ``faint``, ``accent``,
``good``, ``bad``, ``arm0`` and so on; with ``!`` behind it a name is bold. Backgrounds are ``""``, ``panel``,
``cursor``, and ``band`` with the numbers of the arms that lie over each other there.
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
from pathsim.app.themes import ARMS, ON_DARK, ON_LIGHT

SPACE = 32


class Palette:
    """The colors of a theme by name."""

    def __init__(self, theme: Theme, background: Color) -> None:
        colors = ARMS.get(theme.name) or (ON_DARK if theme.dark else ON_LIGHT)
        text = Color.parse(theme.foreground or ("#e0e0e0" if theme.dark else "#111111"))
        self._background = background
        self._arms = [Color.parse(color) for color in colors]
        self._strength = 0.22 if theme.dark else 0.16
        self._named = {
            "text": text,
            "dim": background.blend(text, 0.62),
            "faint": background.blend(text, 0.3),
            "accent": Color.parse(theme.accent or theme.primary),
            "primary": Color.parse(theme.primary),
            "good": Color.parse(theme.success or theme.primary),
            "bad": Color.parse(theme.error or theme.primary),
            "warn": Color.parse(theme.warning or theme.primary),
            "paper": background,
            "": background,
        }
        self._panel = Color.parse(theme.panel or theme.primary)
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
            color, ground = self.fore(name.rstrip("!")), self.back(self.names[back])
            self._styles[key] = Style(color=color.rich_color, bgcolor=ground.rich_color, bold=name.endswith("!"))
        return self._styles[key]

    def fore(self, name: str) -> Color:
        """The color of this name."""
        if name.startswith("arm"):
            return self._arms[int(name[3:] or 0) % len(self._arms)]
        if name.startswith("ghost"):
            return self._background.blend(self._arms[int(name[5:]) % len(self._arms)], 0.65)
        if name.startswith("shade"):
            arm, part = name[5:].split("/")
            return self._background.blend(self._arms[int(arm) % len(self._arms)], float(part))
        if name.startswith("band"):
            return self.back(name)
        return self._named[name]

    def back(self, name: str) -> Color:
        """The background of this name."""
        if name.startswith("band"):
            ground = self._background
            for arm in name[4:]:
                ground = ground.blend(self._arms[int(arm) % len(self._arms)], self._strength)
            return ground
        if name == "panel":
            return self._panel
        if name == "cursor":
            return self._background.blend(self._named["primary"], 0.3)
        if name.startswith(("arm", "shade", "dim", "text", "accent", "primary")):
            return self.fore(name)
        return self._background


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
