"""What is wrong with a text that is not TOML, in words, and on which line."""

import re
from typing import NamedTuple

_ANYWHERE: tuple[tuple[str, str], ...] = (
    (r"[\u201c-\u201f\u2018\u2019«»]", 'use straight quotation marks: "'),
    (r"=\s*-?\d+,\d", "write decimals with a point: 0.35"),
)
_SLIPS: tuple[tuple[str, str], ...] = (
    *_ANYWHERE,
    (r"\d\s*%", "write a percentage as a fraction: 0.35 for 35%"),
    (
        r"=\s*\d{1,4}([-./])\d{1,2}\1\d{1,4}",
        "there is no such date; a date is year-month-day, with two digits for month and day: 2014-12-17",
    ),
    (r"=\s*(?i:yes|no|on|off|true|false)\b", "write true or false, in small letters; a text goes in quotation marks"),
    (r"=\s*-?\.\d", "write a number with a digit before the point: 0.5"),
    (r"=\s*[+-]?0\d", "write a number without zeros in front"),
    (r"=\s*[^\W\d]", 'a text goes in quotation marks: name = "text"'),
)
"""Slips of the pen that leave no value that can be read, as they look on the line."""

_SENTENCES: tuple[tuple[str, str], ...] = (
    ("Illegal character '\\n'", "a text has no closing quotation mark"),
    ("Unterminated string", "a text has no closing quotation mark"),
    ("Expected \"'", "a text has no closing quotation mark"),
    ("Expected '='", "expected a key, an equals sign and a value; a remark begins with #"),
    ("Invalid statement", "expected key = value, or a header such as [trial]; a remark begins with #"),
    ("Invalid initial character for a key", "expected a key; the last entry in braces has no comma after it"),
    ("Expected ']'", "a header is written [name]; a name with spaces goes in quotation marks"),
    ("Expected ']]'", "this header is written [[name]], with two brackets on either side"),
    ("Cannot overwrite a value", "what this line names is already in the file; keep one of them"),
    ("Duplicate inline table key", "a key is written twice in these braces; keep one of them"),
    ("Cannot declare", "this table is already in the file; put its keys together below one header"),
    ("Cannot mutate immutable", "this adds to something that is complete; write all of it in one place"),
    ("Cannot redefine", "this adds to something that is complete; write all of it in one place"),
    ("Unclosed array", "a list is not closed: a ] or a comma is missing"),
    ("Unclosed inline table", "a table is not closed: a } or a comma is missing; all of it stands on one line"),
    ("Unescaped '\\'", "a backslash in a text is written twice"),
    ("Invalid hex value", "a backslash in a text is written twice"),
    ("Escaped character", "a backslash in a text is written twice"),
    ("Invalid date", "there is no such date; write a date as 2014-12-17"),
    ("Expected newline", "nothing can follow the value on its line, except a remark that begins with #"),
    ("Invalid value", "expected a value: a number, a text in quotation marks, true, false, a date, a list or a table"),
    ("invalid character", "here is a character that cannot be seen; remove it"),
    ("Illegal character", "here is a character that cannot be seen; remove it"),
)
"""What the TOML reader says, and what it means for the author of a scenario."""

_ABOUT_A_VALUE = ("Expected newline", "Invalid value", "Invalid date", "Unclosed")
_QUOTED_OR_REMARK = re.compile(r""" "[^"]*" | '[^']*' | \#.* """, re.VERBOSE)
_LONG_NUMBER = re.compile(r"\d{1000,}")


class Slip(NamedTuple):
    """Where a text stops being TOML, and what to do about it."""

    line: int
    sentence: str


def slip(text: str, complaint: str) -> Slip:
    """What the TOML reader's complaint about this text means."""
    if "\r" in text:
        line = text.count("\n", 0, text.index("\r")) + 1
        return Slip(line, "lines end with CR alone, which TOML does not allow; save the file with line ends LF or CRLF")
    if number := _LONG_NUMBER.search(text):
        return Slip(text.count("\n", 0, number.start()) + 1, "here is a number with more than a thousand digits")
    place = re.search(r"\(at line (\d+), column \d+\)", complaint)
    if place is None or "Unclosed array" in complaint:
        from pathsim.scenario.positions import first_unread  # noqa: PLC0415 - loaded only for an error

        line = first_unread(text)
    else:
        line = int(place[1])
    return Slip(line, _sentence(text.split("\n")[line - 1], complaint))


def _sentence(line: str, complaint: str) -> str:
    bare = _QUOTED_OR_REMARK.sub('""', line)
    slips = _SLIPS if complaint.startswith(_ABOUT_A_VALUE) else _ANYWHERE
    for looks, sentence in slips:
        if re.search(looks, bare):
            return sentence
    sentences = (sentence for said, sentence in _SENTENCES if said in complaint)
    return next(sentences, "this is not written as TOML wants it")
