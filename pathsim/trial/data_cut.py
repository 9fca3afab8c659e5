"""What is known on a day. This is the only place that cuts data off; everything else reads what it leaves."""

import math
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from pathsim.calendar import Days
from pathsim.draws import Keys, keys, stream, uniform
from pathsim.journal import Codes, EventKind, Journal, Rows
from pathsim.kept import closed, kept
from pathsim.scenario.scenario import Scenario

KNOWN_AT_ONCE: tuple[EventKind, ...] = ("arm", "stratum")
"""Randomizations, like arrivals, are known on the day they happen."""
Flags: TypeAlias = NDArray[np.bool_]
Reading = TypeVar("Reading")


@dataclass(frozen=True)
class Chunk:
    """Some replicates of a trial: their journal, and what it takes to make more of their patients' draws."""

    scenario: Scenario
    seed: int
    replicates: Sequence[int]
    journal: Journal
    """What happens if nobody stops the trial."""
    stopped: Journal | None = None
    """What happens if the committee may stop it, where that is more than the same journal, cut."""
    _readings: dict[Hashable, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        closed((self.journal, self.stopped))

    def read(self, what: Hashable, how: Callable[["Chunk"], Reading]) -> Reading:
        """What this function reads in the chunk; for each ``what`` it is called once, and nobody can write into it.

        It must not hold the chunk: a circle of both would keep the journal until somebody collects garbage.
        """
        if what not in self._readings:
            self._readings[what] = closed(how(self))
        reading: Reading = self._readings[what]
        return reading

    @property
    def rows(self) -> int:
        """How many patients there can be in all replicates together."""
        return self.scenario.patients * len(self.replicates)

    def only(self, codes: list[int]) -> "Chunk":
        """The chunk with only the entries of these codes, for an analysis that reads no others."""
        needed = self.scenario.vocabulary.lookup(codes)
        stopped = None if self.stopped is None else self.stopped.pick(needed[self.stopped.event])
        return replace(self, journal=self.journal.pick(needed[self.journal.event]), stopped=stopped)

    @property
    def as_stopped(self) -> "Chunk":
        """The same replicates with the journal of what happens if the committee may stop them."""
        return self._other or self

    @cached_property
    def _other(self) -> "Chunk | None":
        return None if self.stopped is None else replace(self, journal=self.stopped, stopped=None)

    @kept
    def patient_keys(self) -> Keys:
        """The key of each patient's draws."""
        numbers = np.arange(self.scenario.patients)
        return keys(self.seed, np.asarray(self.replicates, np.uint64)[:, None], numbers).ravel()

    @kept
    def reporting_delay(self) -> Days:
        """How many days each patient's record lags behind; 0 where the scenario says nothing of it."""
        delay = self.scenario.trial.reporting_delay
        if delay is None:
            return np.zeros(self.rows)
        return delay(uniform(self.patient_keys, stream("trial/reporting_delay")))

    @kept
    def enrolled(self) -> Days:
        """The day on which each patient came; infinite if never."""
        return first_day(self.journal, [self.scenario.steps[0].enter], self.scenario, self.rows)

    @kept
    def reached_randomization(self) -> Days:
        """The day on which each patient came to the randomization that the trial is about; infinite if never."""
        step = self.scenario.randomization
        return first_day(self.journal, [] if step is None else [step[0].enter], self.scenario, self.rows)


@dataclass(frozen=True)
class DataCut:
    """What is known of a chunk on a day: until when each patient was followed, and the entries of the journal."""

    chunk: Chunk
    day: Days
    """For each replicate, the day on which its data are cut."""
    closing: Days
    """For each replicate, the last day on which anybody is enrolled or randomized; infinite if a stop sets none."""
    complete: bool

    @kept
    def today(self) -> Days:
        """For each row, the day on which its data are cut."""
        return np.repeat(self.day, self.chunk.scenario.patients)

    @kept
    def until(self) -> Days:
        """For each row, the last day of which anything is known but arrivals and randomizations."""
        return self.today if self.complete else self.today - self.chunk.reporting_delay

    def in_time(self, day: Days) -> Flags:
        """Whether a patient who is enrolled or randomized on this day (one for each row) is so before the closing."""
        if not np.isfinite(self.closing).any():
            return day < math.inf
        return day <= np.repeat(self.closing, self.chunk.scenario.patients)

    @property
    def enrolled(self) -> Days:
        """The day on which each patient came; infinite for those who have not come, as far as is known."""
        day = self.chunk.enrolled
        return np.where((day <= self.today) & self.in_time(day), day, math.inf)

    @kept
    def journal(self) -> Journal:
        """The entries of which something is known."""
        return self.entries(np.arange(self.chunk.journal.row.size))

    def entries(self, wanted: Rows) -> Journal:
        """Those of these entries, by position in the journal, of which something is known."""
        scenario, journal = self.chunk.scenario, self.chunk.journal
        at_once = [scenario.steps[0].enter]
        at_once += [event.code for kind in KNOWN_AT_ONCE for event in scenario.vocabulary.of(kind)]
        row, day, event = journal.row.take(wanted), journal.day.take(wanted), journal.event.take(wanted)
        limit = self.until.take(row)
        if not self.complete:
            early = np.flatnonzero(scenario.vocabulary.lookup(at_once).take(event))
            limit[early] = self.today.take(row.take(early))
        kept = day <= limit
        if np.isfinite(self.closing).any():
            kept &= self._before_closing(row, day, event)
        return journal.pick(wanted.compress(kept))

    def _before_closing(self, row: Rows, day: Days, event: Codes) -> Flags:
        """Which of these entries are not of patients who come after the closing.

        Those who were enrolled by then and reach the randomization later go no further than that.
        """
        chunk = self.chunk
        # Until when a patient's entries count: those of one who comes too late, not at all.
        last = np.where(self.in_time(chunk.enrolled), math.inf, -math.inf)
        if chunk.scenario.randomization is None:
            return day <= last.take(row)
        reached = chunk.reached_randomization
        late = (last > 0) & (reached < math.inf) & ~self.in_time(reached)
        last[late] = reached[late]
        kept = day <= last.take(row)
        # Codes ascend along the pathway, so they tell what comes before at one instant.
        at_the_end = np.flatnonzero((event > chunk.scenario.randomization[0].enter) & late.take(row) & kept)
        kept[at_the_end] = day[at_the_end] < last.take(row[at_the_end])
        return kept


def data_cut_on(
    chunk: Chunk, day: float | Days, *, complete: bool = False, closing: float | Days = math.inf
) -> DataCut:
    """What is known on this day of the trial: one for all replicates, or an array with one for each.

    A patient's record lags by a reporting delay, so the day a thing happened and the day it is known differ. Only
    arrivals and randomizations are known at once. With ``complete`` the records were brought up to date first. After
    the ``closing`` nobody is enrolled or randomized.
    """
    trials = len(chunk.replicates)
    cut, closed = (np.broadcast_to(np.asarray(days, dtype=np.float64), trials) for days in (day, closing))
    return DataCut(chunk, cut, closed, complete)


def everything(chunk: Chunk) -> DataCut:
    """The whole journal, as if the trial were followed for ever."""
    return data_cut_on(chunk, math.inf, complete=True)


def first_day(journal: Journal, codes: list[int], scenario: Scenario, rows: int) -> Days:
    """For each row, the day of the first entry with one of these codes; infinite if there is none."""
    first = np.full(rows, math.inf)
    here = np.flatnonzero(scenario.vocabulary.lookup(codes)[journal.event])
    np.minimum.at(first, journal.row[here], journal.day[here])
    return first
