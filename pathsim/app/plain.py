"""What is painted where there are only the characters of ASCII."""

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

from pathsim.text import instead

PLAIN = {
    ord(glyph): letter
    for letter, glyphs in {
        "=": "━╍═≈",
        "-": "─\u2013\u2014\u2212",
        '"': "▔\u203e",
        "_": "▁",
        ".": "┈·▂▃",
        "~": "…",
        "#": "┃█▀■",
        "H": "▓",
        "|": "┊▮│║▏▎▍▌▋▊▉▕▐❚",
        "+": "▒┓┗┐└╗╚┤├┬┼╭╮╰╯┏┛┌┘┳┻┣┫╋┷┴╧╀╇",
        ">": "▶▸→≥",
        "<": "◀←≤⌫",
        "*": "•◆\u00d7",
        "o": "●",
        "O": "○◇◌",
        "@": "◉",
        "&": "⇄",
        ":": "╌░▄▅▆▇",
        "^": "▲△↑",
        "v": "▼▾↓✓",
        "x": "✗†",
        "d": "Δ",
        "M": "┿",
        "'": "˙\u2018\u2019",
    }.items()
    for glyph in glyphs
}
"""What stands for each glyph."""


class Harmless(LineFilter):
    """Writes a sign instead of every character that the terminal would obey: names of files can hold any."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The same line without them."""
        del background
        return [segment if segment.text.isprintable() else _harmless(segment) for segment in segments]


def _harmless(segment: Segment) -> Segment:
    return segment if segment.control else segment._replace(text=one_cell_each(segment.text))


def one_cell_each(text: str) -> str:
    """A text in which a space stands for the end of a line, and a sign of one cell for each harmful character."""
    return text if text.isprintable() else instead(text.translate(_BLANKS), "\ufffd")


_BLANKS = {ord(blank): " " for blank in "\n\t"}


class OnlyAscii(LineFilter):
    """Writes everything in ASCII, as wide as it was."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """The same line with other characters."""
        del background
        return [
            segment if segment.text.isascii() else segment._replace(text=plain(segment.text)) for segment in segments
        ]


def plain(text: str) -> str:
    """A text in ASCII; a question mark for each cell of what nothing stands for."""
    text = text.replace("± ", "+-").replace("±", "+").translate(PLAIN)
    return text if text.isascii() else "".join(glyph if glyph.isascii() else "?" * cell_len(glyph) for glyph in text)
