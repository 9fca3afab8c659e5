"""How large and how deep a scenario file can be, found out before it is parsed.

TOML parsers keep every beginning of a dotted key, so a key of 20,000 parts takes 1.6 GB. Here a text is looked
through once, from its first character to its last, in time and memory that grow with its length alone.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

LARGEST_FILE = 500_000
"""Bytes of a scenario file: some seven times those of the largest in the library."""
DEEPEST = 20
"""More tables in tables than any scenario needs, and fewer than exhaust Python."""

# No group is possessive: Python before 3.11.5 loses its way in those with alternatives. None of them ever goes back,
# for what follows it always matches.
_TEXT_OR_REMARK = re.compile(
    r'''
    """ [^"\\]*+ (?: (?: \\[\s\S] | "(?!"") ) [^"\\]*+ )* (?: "{3,5} | \\?\Z )   # a text over several lines
    | \'\'\' [^\']*+ (?: \'(?!\'\') [^\']*+ )* (?: \'{3,5} | \Z )
    | " [^"\\\n]*+ (?: \\. [^"\\\n]*+ )* "?
    | \' [^\'\n]*+ \'?
    | \# [^\n]*+
    ''',
    re.VERBOSE,
)
_KEY_OR_VALUE = re.compile(r"[^\n=,\[\]{}]++")
_BRACKET = re.compile(r"[\[\]{}]")


class TooMuch(NamedTuple):
    """Where a text goes beyond a limit, and what to do about it."""

    line: int
    sentence: str


def too_much(text: str) -> TooMuch | None:
    """The first place at which this text has tables or lists in each other, or keys with parts, beyond the limits."""
    bare = _TEXT_OR_REMARK.sub(lambda found: '"' + "\n" * found[0].count("\n"), text)
    if (key := next(_too_long(bare), None)) is not None:
        sentence = f"a key has at most {DEEPEST} parts with dots between them"
        return TooMuch(bare.count("\n", 0, key) + 1, sentence)
    if (deep := next(_too_deep(bare), None)) is not None:
        sentence = f"lists or tables are nested more than {DEEPEST} deep"
        return TooMuch(bare.count("\n", 0, deep) + 1, sentence)
    return None


def _too_long(bare: str) -> Iterator[int]:
    """The places at which a key has too many parts."""
    return (part.start() for part in _KEY_OR_VALUE.finditer(bare) if part[0].count(".") >= DEEPEST)


def _too_deep(bare: str) -> Iterator[int]:
    """The places at which brackets lie in each other too deep."""
    depth = 0
    for bracket in _BRACKET.finditer(bare):
        if bracket[0] in "]}":
            depth = max(depth - 1, 0)
            continue
        depth += 1
        if depth > DEEPEST:
            yield bracket.start()
