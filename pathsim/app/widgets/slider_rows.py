"""The rows of the list of numbers: which there are, how high each is, and what stands in it."""

import textwrap
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pathsim.names import in_words
from pathsim.player.suggestions import ranked
from pathsim.player.views.live import Parameter

CHANGED, FIRST = "Changed by you", "What matters most"
"""The headings of what the user changed, and of what the scenario says to turn first."""
MOST_PINNED = 5
"""So many changed numbers stand at the top, the last ones; more would leave no room for the list."""
LEFT = 3
"""Columns for the cursor and the sign of the evidence."""
VALUE_WIDTH = 9
LEAST_TRACK, MOST_TRACK = 6, 20
LEAST_LABEL = 16
"""A slider stands beside its label where the label has so much room; else below it."""


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the list: the heading of a group, or a number in it."""

    group: str
    parameter: Parameter | None = None
    hidden: int = 0
    is_open: bool = False
    is_pinned: bool = False
    is_first: bool = False
    """Whether it stands among those to turn first, under a name that needs no heading."""

    @property
    def label(self) -> str:
        """What the number is called where it stands."""
        if self.parameter is None:
            return self.group
        return self.parameter.name if self.is_pinned or self.is_first else self.parameter.label

    def same(self, other: "Row") -> bool:
        """Whether both are the same row, of a list that has changed."""
        path = None if self.parameter is None else self.parameter.path
        its = None if other.parameter is None else other.parameter.path
        return (self.group, path, self.is_pinned) == (other.group, its, other.is_pinned)


@dataclass(frozen=True, slots=True)
class Shape:
    """A row in so many columns: its label on one line or several, and where its slider is."""

    label: tuple[str, ...]
    track_left: int
    track: int

    @property
    def height(self) -> int:
        """How many lines it takes."""
        return len(self.label)


def shape(row: Row, width: int) -> Shape:
    """How a row stands in a list of this width: no name is cut, however long it is."""
    return Shape((row.label,), width, 0) if row.parameter is None else _shape(row.label, width)


@lru_cache(maxsize=4096)
def _shape(label: str, width: int) -> Shape:
    room = width - LEFT - VALUE_WIDTH - 1
    track = min(max(room - LEAST_LABEL, LEAST_TRACK), MOST_TRACK)
    beside = room - track - 1
    if beside < 1:
        return Shape(tuple(textwrap.wrap(label, max(width - LEFT, 1))) or ("",), width, 0)
    if len(label) <= beside:
        return Shape((label,), LEFT + beside + 1, track)
    lines = textwrap.wrap(label, max(width - LEFT, 1)) or [""]
    if len(lines[-1]) <= beside:
        return Shape(tuple(lines), LEFT + beside + 1, track)
    long = min(room - 2, MOST_TRACK)
    return Shape((*lines, ""), LEFT + room - long - 1, long)


def listed(
    parameters: Sequence[Parameter], changed: Mapping[str, float], opened: Collection[str], words: Sequence[str]
) -> Iterator[Row]:
    """The rows: what is changed, what to turn first, then the groups; of those only what is found by all ``words``."""
    first = ranked(parameters)
    if words:
        found = [one for one in first if _is_found(words, in_words(one.sentence))]
        if found:
            yield Row(FIRST, is_open=True)
            yield from (Row(FIRST, one, is_first=True) for one in found)
    else:
        seen_first = {one.path for one in first if FIRST in opened}
        yield from _pinned(parameters, [path for path in changed if path not in seen_first])
        if first:
            is_open = FIRST in opened
            yield Row(FIRST, hidden=0 if is_open else len(first), is_open=is_open)
            yield from (Row(FIRST, one, is_first=True) for one in first if is_open)
    groups: dict[str, list[Parameter]] = {}
    for parameter in parameters:
        groups.setdefault(parameter.group, []).append(parameter)
    for group, mine in groups.items():
        is_open = group in opened or bool(words)
        seen = [one for one in mine if is_open or (one.is_main and not first)]
        if words:
            seen = [one for one in seen if _is_found(words, one.found_by)]
            if not seen:
                continue
        yield Row(group, hidden=len(mine) - len(seen), is_open=is_open)
        yield from (Row(group, parameter) for parameter in seen)


def _pinned(parameters: Sequence[Parameter], changed: Sequence[str]) -> Iterator[Row]:
    """What the user changed and is not right below, the last first."""
    by_path = {one.path: one for one in parameters}
    mine = [by_path[path] for path in reversed(changed) if path in by_path]
    if mine:
        yield Row(CHANGED, hidden=max(len(mine) - MOST_PINNED, 0), is_open=True, is_pinned=True)
        yield from (Row(CHANGED, one, is_pinned=True) for one in mine[:MOST_PINNED])


def best(rows: Sequence[Row], words: Sequence[str]) -> int:
    """The row that is most likely looked for: one with all words in its name, before one with them elsewhere."""
    names = [in_words(row.label.partition(" (")[0]) for row in rows]
    numbers = [i for i, row in enumerate(rows) if row.parameter is not None]
    return next((i for i in numbers if _is_found(words, names[i])), numbers[0] if numbers else 0)


def _is_found(words: Sequence[str], where: str) -> bool:
    return all(_finds(word, where) for word in words)


def _finds(word: str, words: str) -> bool:
    """Whether one of these words begins like this one, or like its singular."""
    return f" {word}" in f" {words}" or (word.endswith("s") and f" {word[:-1]} " in f" {words} ")


def written(parameter: Parameter, value: float) -> str:
    """A value as readers expect it: a share in per cent, others with their unit."""
    if parameter.is_share:
        return f"{100 * value:.3g}%"
    number = f"{value:,.0f}" if parameter.whole else f"{value:.4g}"
    before, _, after = parameter.unit.partition("#")
    return f"{before}{number}{after}"


def written_within(parameter: Parameter, value: float, width: int) -> str:
    """The same in so many columns: with fewer digits, and without its unit, where there is no room for them."""
    if len(whole := written(parameter, value)) <= width or parameter.is_share or parameter.whole:
        return whole
    numbers = [f"{value:.{digits}g}" for digits in (3, 2)]
    with_unit = [parameter.unit.replace("#", number) for number in numbers]
    return next((text for text in (*with_unit, *numbers) if len(text) <= width), f"{value:.0e}")


def read(parameter: Parameter, text: str) -> float | None:
    """What was typed, if it is a number: of a share in per cent, as it is shown."""
    try:
        value = float(text.rstrip("%"))
    except ValueError:
        return None
    return value / 100 if text.endswith("%") or parameter.is_share else value


def is_within(parameter: Parameter, value: float) -> bool:
    """Whether a slider reaches so far; its ends as they are written are within."""
    ends = parameter.lowest, parameter.highest
    return ends[0] <= value <= ends[1] or written(parameter, value) in [written(parameter, end) for end in ends]
