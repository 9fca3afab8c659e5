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

    def pick(self, which: Rows | NDArray[np.bool_]) -> "Journal":
        """Some of the entries, by position or by mask."""
        return Journal(self.row[which], self.day[which], self.event[which], self.value[which])


def joined(parts: list[Journal]) -> Journal:
    """Several journals as one."""
    if not parts:
        return Journal(np.empty(0, np.intp), np.empty(0), np.empty(0, np.int16), np.empty(0))
    return Journal(*(np.concatenate(columns) for columns in zip(*parts, strict=True)))
