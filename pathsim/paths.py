"""Paths: how a setting of a scenario, or a figure of the results, is named in one line of text.

A path is a row of names with points between them: ``steps.donor.exit.relapse.hazard_ratio``. As in TOML a name that
is not plain stands in quotation marks: ``endpoints.os.arms."drug 2.5 mg".at."365.25".survival``. A row of a table is
picked by what is in it: ``toxicity[arm=drug,step=cycle.1,type="pain, severe"].rate``.
"""

import json
import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import Any, NamedTuple, TypeAlias

Picks: TypeAlias = tuple[tuple[str, str], ...]
NAMES_KEPT = 2**14
"""How many written names are kept ready: each chunk of an ensemble names the same figures."""
_PLAIN = re.compile(r"""[^\s.,="'\[\]\\]+""")
_PLAIN_PICK = re.compile(r"""[^\s,="'\[\]\\]*""")
_QUOTED = r"""("(?:[^"\\]|\\.)*"|'[^']*')"""
_NAME = re.compile(rf"""{_QUOTED}(?=[.\[]|$)|([^.\["'][^.\[]*)""")
_KEY = re.compile(rf"""{_QUOTED}(?=\.|$)|([^."'][^.]*)""")
_PICK = re.compile(rf"""\s*([^\s=,\]"']+)\s*=\s*(?:{_QUOTED}|([^,\]"']*))\s*([,\]])""")
_SETTING = re.compile(rf"((?:{_QUOTED}|[^=\"'])*)=(.*)", re.DOTALL)


class PathPart(NamedTuple):
    """A name of a path, and by what a row is picked from the table of that name: None if none is."""

    name: str
    picks: Picks | None = None


def path_of(*names: str | int) -> str:
    """The path of these names, each in quotation marks if it needs them. ``names_in`` reads it."""
    return ".".join(_written(str(name), _PLAIN) for name in names)


def compared_path(endpoint: str, arm: str, *names: str) -> str:
    """The path of what is told of an endpoint in an arm against control: the method, and the figure."""
    return path_of("endpoints", endpoint, "comparisons", arm, *names)


def row_of(table: str, **picks: str) -> str:
    """The path of a row of a table that has these values. ``parts_of`` reads it."""
    return f"{table}[{','.join(f'{key}={_written(value, _PLAIN_PICK)}' for key, value in picks.items())}]"


def day_name(day: float) -> str:
    """A day as a name in the results: the shortest decimal that is this number and no other, such as 730 or 365.25."""
    return repr(float(day)).removesuffix(".0")


@cache
def parts_of(path: str) -> tuple[PathPart, ...]:
    """The parts of the path of a figure. Raises ValueError, with a sentence, if this is no path."""
    found: list[PathPart] = []
    position = 0
    while not found or position < len(path):
        position += bool(found)
        name, position = _next(_NAME, path, position)
        picks = None
        if path[position : position + 1] == "[":
            picks, position = _picks(path, position + 1)
            if path[position : position + 1] not in ("", "."):
                raise _no_path(path)
        found.append(PathPart(name, picks))
    return tuple(found)


def without_quotes(path: str) -> str:
    """The names of a figure's path with points between them: one text for all ways to write it."""
    return ".".join(part.name for part in parts_of(path))


def names_in(path: str) -> tuple[str, ...]:
    """The names in the path of a setting. Raises ValueError, with a sentence, if this is no path."""
    found: list[str] = []
    position = 0
    while not found or position < len(path):
        position += bool(found)
        name, position = _next(_KEY, path, position)
        found.append(name)
    return tuple(found)


def next_name(table: Mapping[str, Any], names: Sequence[str]) -> tuple[str | None, int]:
    """The key of a table with which these names begin, and how many of them it takes; None if none does.

    A key that holds points can be written without quotation marks where no shorter one is there.
    """
    for taken in range(1, len(names) + 1):
        if (key := ".".join(names[:taken])) in table:
            return key, taken
    return None, 0


def split_setting(text: str) -> tuple[str, str, str]:
    """``path=value`` at the first equals sign that stands in no quotation marks, as ``str.partition`` splits."""
    found = _SETTING.fullmatch(text)
    return text.partition("=") if found is None else (found[1], "=", found[found.re.groups])


@lru_cache(NAMES_KEPT)
def _written(name: str, plain: re.Pattern[str]) -> str:
    return name if plain.fullmatch(name) else json.dumps(name, ensure_ascii=False)


def _next(pattern: re.Pattern[str], path: str, position: int) -> tuple[str, int]:
    found = pattern.match(path, position)
    if found is None:
        raise _no_path(path)
    return _read(found[1], path) if found[1] else found[2], found.end()


def _read(quoted: str, path: str) -> str:
    if quoted[0] == "'":
        return quoted[1:-1]
    try:
        return str(json.loads(quoted))
    except ValueError:
        raise _no_path(path) from None


def _picks(path: str, position: int) -> tuple[Picks, int]:
    found: list[tuple[str, str]] = []
    while not found or path[position - 1] == ",":
        pair = _PICK.match(path, position)
        if pair is None:
            raise _no_path(path)
        found.append((pair[1], _read(pair[2], path) if pair[2] else pair[3].strip()))
        position = pair.end()
    return tuple(found), position


def _no_path(path: str) -> ValueError:
    return ValueError(
        f"'{path}' is not a path: write names with dots between them, those with a dot or a space in quotation "
        "marks, and rows of a table as table[step=NAME,type=NAME]"
    )
