"""The journal: the dated events of all patients, and the vocabulary that says what each event code means."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pathsim.calendar import Days

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

    def of(self, kind: EventKind) -> Iterator[Event]:
        """The events of one kind, in order."""
        return (event for event in self.events if event.kind == kind)

    def lookup(self, codes: list[int]) -> NDArray[np.bool_]:
        """A table with an entry for every code: whether it is one of these."""
        table = np.zeros(len(self.events) + 1, dtype=np.bool_)
        table[codes] = True
        return table


class Journal(NamedTuple):
    """Dated events as columns. A row is a patient: replicate number in the chunk times patients, plus patient."""

    row: Rows
    day: Days
    event: Codes
    value: Values

    def in_order(self) -> "Journal":
        """The same entries, patient by patient in the order in which they happened."""
        return self.pick(np.lexsort((self.value, self.event, self.day, self.row)))

    def by_day(self) -> "Journal":
        """The same entries in the order of the calendar, all patients together."""
        return self.pick(np.lexsort((self.value, self.event, self.row, self.day)))

    def pick(self, which: Rows | NDArray[np.bool_] | slice) -> "Journal":
        """Some of the entries, by position, mask or slice."""
        return Journal(self.row[which], self.day[which], self.event[which], self.value[which])


class Writer:
    """A journal in the making, with room for so many entries to begin with; they are written once, where they stay."""

    def __init__(self, room: int) -> None:
        self._columns = _blank(room)
        self._size = 0

    def write(self, row: Rows, day: Days, event: Codes | int, value: Values | float) -> None:
        """Add entries; a single event code or value holds for all of them."""
        new = slice(self._size, self._size + row.size)
        if new.stop > self._columns.row.size:
            self._columns = joined([self._columns, _blank(new.stop)])
        self._columns.row[new] = row
        self._columns.day[new] = day
        self._columns.event[new] = event
        self._columns.value[new] = value
        self._size = new.stop

    def journal(self) -> Journal:
        """What has been written."""
        return self._columns.pick(slice(self._size))


def _blank(size: int) -> Journal:
    # One piece of memory: to take and give back several costs more time than to fill them.
    row, day, value = np.empty((3, size))
    return Journal(row.view(np.intp), day, np.empty(size, np.int16), value)


def joined(parts: list[Journal]) -> Journal:
    """Several journals as one."""
    whole = Writer(sum(part.row.size for part in parts))
    for part in parts:
        whole.write(*part)
    return whole.journal()
