"""What is painted where there are only the characters of ASCII."""

from rich.cells import cell_len
from rich.segment import Segment
from textual.color import Color
from textual.filter import LineFilter

PLAIN = {
    ord(glyph): letter
    for letter, glyphs in {
        "=": "━═≈",
        "-": "─╌\u2013\u2014\u2212",
        ".": "┈·▁▂▃",
        "~": "…±",
        "#": "┃█▀",
        "H": "▓",
        "|": "┊▮│║▏▎▍▌▋▊▉▔▕▐❚",
        "+": "▒┓┗┐└╗╚┤├┬┼╭╮╰╯┏┛┌┘┳┻┣┫╋┷┴╧┿",
        ">": "▶▸→≥",
        "<": "◀←≤⌫",
        "*": "•◆\u00d7",
        "o": "●",
        "O": "○◇",
        ":": "░▄▅▆▇",
        "^": "▲↑",
        "v": "▼▾↓✓",
        "x": "✗†",
        "d": "Δ",
        "'": "\u2018\u2019",
    }.items()
    for glyph in glyphs
}
"""What stands for each glyph."""


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
    text = text.translate(PLAIN)
    return text if text.isascii() else "".join(glyph if glyph.isascii() else "?" * cell_len(glyph) for glyph in text)
