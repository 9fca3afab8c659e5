"""Text that somebody else wrote, made harmless before it leaves for a terminal, a spreadsheet or a picture.

Harmful are characters that a reader does not see and a program obeys: control characters (C0, C1, delete), signs that
turn the direction of writing around (Unicode's bidirectional overrides and isolates), breaks of a line that are no
line feed, and halves of characters, which stand for bytes of a file's name that are no UTF-8.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, TextIO

HARMFUL = "\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff"
"""As a class of a regular expression."""
_HARMFUL = re.compile(f"[{HARMFUL}]")
_IN_LINES = re.compile(f"(?![\n\t])[{HARMFUL}]")
_FORMULA = re.compile(r"\s*[=+\-@]|[\t\r]")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)


def harmless(text: str) -> str:
    """A text in one line, with the number in Unicode of each harmful character instead of it."""
    return _HARMFUL.sub(_numbered, text)


def harmless_lines(text: str) -> str:
    """The same of a text of several lines, which keeps its line feeds and tabs."""
    return _IN_LINES.sub(_numbered, text)


def instead(text: str, sign: str) -> str:
    """A text with a sign instead of each harmful character."""
    return _HARMFUL.sub(sign, text)


def counted(count: int, noun: str) -> str:
    """How many there are of something, in words: ``1 trial``, ``2,000 trials``."""
    return f"{count:,} {noun if count == 1 else f'{noun}s'}"


def enumeration(words: Sequence[str]) -> str:
    """Words one after the other: ``a``, ``a and b``, ``a, b and c``."""
    *first, last = words
    return f"{', '.join(first)} and {last}" if first else last


def _numbered(found: re.Match[str]) -> str:
    return f"\\u{ord(found[0]):04x}"


def harmful_places(tree: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], str]]:
    """Where in a tree of tables and lists a key or a text holds a harmful character, and a sentence about it.

    Texts may have several lines; keys are names and have one.
    """
    if isinstance(tree, dict):
        for key, value in tree.items():
            if found := _HARMFUL.search(key):
                yield (*path, key), f"a name cannot hold {_told(found)}; take it out"
            yield from harmful_places(value, (*path, key))
    elif isinstance(tree, list):
        for number, value in enumerate(tree):
            yield from harmful_places(value, (*path, number))
    elif isinstance(tree, str) and (found := _IN_LINES.search(tree)):
        yield path, f"this text holds {_told(found)}; take it out"


def _told(found: re.Match[str]) -> str:
    return f"the invisible character U+{ord(found[0]):04X}"


def write_csv(file: TextIO, columns: Sequence[str], rows: Iterable[Iterable[object]]) -> None:
    """Write a table as CSV (RFC 4180, but for the ends of lines), with ``csv_cell`` for every text in it."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(map(csv_cell, columns))
    writer.writerows(map(csv_cell, row) for row in rows)


def csv_cell(value: object) -> object:
    """What to write into a cell of a CSV file: never a text that a spreadsheet would take for a formula.

    Such a text, which begins with ``=``, ``+``, ``-``, ``@``, a tab or a carriage return, gets an apostrophe in front
    (OWASP, CSV Injection). Harmful characters become their numbers. Numbers stay as they
    are, below zero and as texts too.
    """
    if not isinstance(value, str):
        return value
    is_formula = _FORMULA.match(value) and not _NUMBER.fullmatch(value)
    return harmless_lines(f"'{value}" if is_formula else value)
