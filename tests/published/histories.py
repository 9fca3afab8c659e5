"""What happened to each patient of some trials, as columns: one row a patient."""

import math

import numpy as np
from numpy.typing import NDArray

from pathsim.journal import EventKind
from pathsim.trial.data_cut import Chunk

Flags = NDArray[np.bool_]
Numbers = NDArray[np.float64]


class Histories:
    """The patients of a chunk, by what their journal says."""

    def __init__(self, chunk: Chunk) -> None:
        self.scenario = chunk.scenario
        self._columns = chunk.scenario.cohort.draw(chunk.patient_keys)
        journal, events = chunk.journal, chunk.scenario.vocabulary.events
        self._day = np.full((len(events) + 1, chunk.rows), math.inf)
        self._value = np.full(self._day.shape, math.nan)
        np.minimum.at(self._day, (journal.event, journal.row), journal.day)
        self._value[journal.event, journal.row] = journal.value

    def day(self, kind: EventKind, step: str, name: str | None = None) -> Numbers:
        """The day on which this happened first; infinite if it never did."""
        return self._day[self._code(kind, step, name)]

    def value(self, kind: EventKind, step: str, name: str | None = None) -> Numbers:
        """What was noted with it: a grade, or of an exit the code of the toxicity that caused it."""
        return self._value[self._code(kind, step, name)]

    def entered(self, step: str) -> Flags:
        return self.day("enter", step) < math.inf

    def had(self, step: str, toxicity: str) -> Flags:
        return self.day("toxicity", step, toxicity) < math.inf

    def assessed(self, step: str, column: str, *levels: str) -> Flags:
        """Who was found to be at one of these levels there."""
        names = list(self.scenario.names[column] or ())
        return np.isin(self.value("assess", step, column), [names.index(level) for level in levels])

    def are(self, column: str, *levels: str) -> Flags:
        """Whose category of the cohort is one of these."""
        names = list(self.scenario.names[column] or ())
        return np.isin(self._columns[column], [names.index(level) for level in levels])

    @property
    def age(self) -> Numbers:
        return self._columns["age"].astype(np.float64)

    def died_of(self, step: str, exit_: str = "death") -> list[str]:
        """For each patient who died of a toxicity there, which."""
        codes = self.value("exit", step, exit_)
        names = {event.code: event.name for event in self.scenario.vocabulary.of("toxicity")}
        return [names[int(code)] for code in codes[codes > 0]]

    def _code(self, kind: EventKind, step: str, name: str | None) -> int:
        [code] = [
            event.code
            for event in self.scenario.vocabulary.of(kind)
            if event.step == step and name in {None, event.name}
        ]
        return code
