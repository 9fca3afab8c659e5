"""Patients who enter a step together, and the stays that the step holds for them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from pathsim.calendar import Days
from pathsim.conditions import Column
from pathsim.draws import Keys
from pathsim.journal import Codes, Rows, Values

StepNumbers: TypeAlias = NDArray[np.int16]
NOWHERE = -1
"""The step that follows a stay without end."""


class Gathered(dict[str, Column]):
    """The columns of some patients, gathered from those of all of them when first asked for."""

    def __init__(self, columns: Mapping[str, Column], rows: Rows) -> None:
        super().__init__()
        self._columns, self._rows = columns, rows

    def __missing__(self, name: str) -> Column:
        self[name] = found = self._columns[name].take(self._rows)
        return found


@dataclass(slots=True)
class Patients:
    """Patients who enter a step: their draws, their columns, and the facts that only an engine knows."""

    key: Keys
    columns: Gathered
    sequence_number: Rows | None = None
    """How many of the same trial and stratum came before each patient; given to steps that have strata."""
    trial_key: Keys | None = None
    """The key of each patient's trial; given to steps that have strata."""

    @property
    def count(self) -> int:
        """How many they are."""
        return self.key.size


@dataclass(frozen=True, slots=True)
class StepEvents:
    """What happens during a stay, as columns: event code, position among the patients, days after entry, value.

    A single event code or value holds for all of them.
    """

    event: Codes | int
    row: Rows
    after: Days
    value: Values | float = 0.0


@dataclass(frozen=True, slots=True)
class Request:
    """A place that is wanted: from when, and until when and how the patient leaves if none becomes free."""

    ready: Days
    until: Days
    otherwise: StepNumbers
    event: Codes
    """The exit that ends the waiting; 0 where nothing ends it."""


@dataclass(slots=True)
class Stays:
    """What a step holds for each patient, counted from entry, if the calendar lets it be."""

    days: Days
    """How long it lasts; infinite if the patient never leaves."""
    next: StepNumbers
    """The step that is entered then; NOWHERE where the stay has no end."""
    events: list[StepEvents] = field(default_factory=list)
    sets: dict[str, Column] = field(default_factory=dict)
    """Columns with new values, written when the patient leaves."""
    request: Request | None = None
