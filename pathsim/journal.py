"""The journal: the dated events of all patients, and the vocabulary that says what each event code means."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pathsim.calendar import Days
from pathsim.kept import kept

Rows: TypeAlias = NDArray[np.intp]
Codes: TypeAlias = NDArray[np.int16]
Values: TypeAlias = NDArray[np.float64]
EventKind: TypeAlias = Literal["enter", "ready", "toxicity", "resolved", "assess", "stratum", "arm", "exit"]


class Event(NamedTuple):
    """What an event code means: something of this name and kind, in this step.

    The value that comes with it in the journal is the grade of a toxicity, the level of an assessment, a stratum or
    an arm, and, for an exit, the code of the toxicity that caused it (0 if none did).
    """

    code: int
    kind: EventKind
    step: str
    name: str


@dataclass(slots=True)
class Vocabulary:
    """All events a scenario can write, numbered from 1 in the order in which a patient can meet them.

    Steps come in the order of the pathway, and within a step an entry precedes what happens there and what happens
    precedes the exit; so entries of one instant read rightly when they are sorted by code.
    """

    events: list[Event] = field(default_factory=list)

    def add(self, kind: EventKind, step: str, name: str) -> int:
        """A new event's code."""
        self.events.append(Event(len(self.events) + 1, kind, step, name))
        return len(self.events)

    def __getitem__(self, code: int) -> Event:
        return self.events[code - 1]

    @property
    def codes(self) -> range:
        """All codes."""
        return range(1, len(self.events) + 1)

    def of(self, kind: EventKind) -> Iterator[Event]:
        """The events of one kind, in order."""
        return (event for event in self.events if event.kind == kind)

    def lookup(self, codes: list[int]) -> NDArray[np.bool_]:
        """A table with an entry for every code: whether it is one of these."""
        table = np.zeros(len(self.events) + 1, dtype=np.bool_)
        table[codes] = True
        return table


class Block(NamedTuple):
    """Entries of a journal that were written together; a single event code or value holds for all of them."""

    row: Rows
    day: Days
    event: Codes | int
    value: Values | float

    def pick(self, which: Rows | NDArray[np.bool_] | slice) -> "Block":
        """Some of the entries, by position, mask or slice."""
        event = self.event if isinstance(self.event, int) else self.event[which]
        value = self.value if isinstance(self.value, float) else self.value[which]
        return Block(self.row[which], self.day[which], event, value)

    def codes(self) -> list[int]:
        """The event codes that occur."""
        return [self.event] if isinstance(self.event, int) else np.flatnonzero(np.bincount(self.event)).tolist()

    def only(self, wanted: frozenset[int], here: Sequence[int]) -> "Block":
        """The entries of these codes, of those that occur."""
        if wanted.issuperset(here):
            return self
        is_wanted = np.array([code in wanted for code in range(here[-1] + 1)])
        return self.pick(np.flatnonzero(is_wanted.take(self.event)))


class Journal:
    """Dated events. A row is a patient: replicate number in the chunk times patients, plus patient.

    They are kept in blocks as they were written, and become columns when these are asked for.
    """

    def __init__(self, *blocks: Block) -> None:
        self.blocks = blocks

    @kept
    def row(self) -> Rows:
        """The patient of each entry."""
        return self._column([block.row for block in self.blocks], np.intp)

    @kept
    def day(self) -> Days:
        """When it happened."""
        return self._column([block.day for block in self.blocks], np.float64)

    @kept
    def event(self) -> Codes:
        """What happened, by the code of the vocabulary."""
        return self._column([block.event for block in self.blocks], np.int16)

    @kept
    def value(self) -> Values:
        """What comes with it: see ``Event``."""
        return self._column([block.value for block in self.blocks], np.float64)

    def __iter__(self) -> Iterator[NDArray[Any]]:
        """The columns, in the order of those of a block."""
        return iter((self.row, self.day, self.event, self.value))

    def _column(self, parts: Sequence[Any], kind: type[np.generic]) -> NDArray[Any]:
        if len(parts) == 1 and isinstance(parts[0], np.ndarray):
            return parts[0]
        column, begin = np.empty(sum(block.row.size for block in self.blocks), kind), 0
        for part, block in zip(parts, self.blocks, strict=True):
            column[begin : begin + block.row.size] = part
            begin += block.row.size
        return column

    def in_order(self) -> "Journal":
        """The same entries, patient by patient in the order in which they happened."""
        return self.pick(np.lexsort((self.value, self.event, self.day, self.row)))

    def by_day(self) -> "Journal":
        """The same entries in the order of the calendar, all patients together."""
        return self.pick(np.lexsort((self.value, self.event, self.row, self.day)))

    def pick(self, which: Rows | NDArray[np.bool_] | slice) -> "Journal":
        """Some of the entries, by position, mask or slice."""
        return Journal(Block(self.row, self.day, self.event, self.value).pick(which))

    def moved(self, rows: int) -> "Journal":
        """The same entries of patients so many rows further on."""
        return Journal(*(block._replace(row=block.row + rows) for block in self.blocks))

    def only(self, codes: Collection[int]) -> "Journal":
        """The entries of these codes; blocks without any are not looked through."""
        wanted = frozenset(codes)
        numbers = sorted({number for code in wanted for number in self._having.get(code, ())})
        return Journal(*(self.blocks[number].only(wanted, self._codes[number]) for number in numbers))

    @cached_property
    def _codes(self) -> list[list[int]]:
        """The codes that occur in each block."""
        return [block.codes() for block in self.blocks]

    @cached_property
    def _having(self) -> dict[int, list[int]]:
        """The numbers of the blocks in which a code occurs."""
        found: dict[int, list[int]] = {}
        for number, codes in enumerate(self._codes):
            for code in codes:
                found.setdefault(code, []).append(number)
        return found


def joined(parts: Iterable[Journal]) -> Journal:
    """Several journals as one."""
    return Journal(*(block for part in parts for block in part.blocks))
