"""What is known on a day. This is the only place that cuts data off; everything else reads what it leaves."""

import math
from collections.abc import Callable, Collection, Hashable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from pathsim.calendar import Days
from pathsim.draws import Keys, keys, stream, uniform
from pathsim.journal import Block, EventKind, Journal
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
        return first_day(self.journal, [self.scenario.steps[0].enter], self.rows)

    @kept
    def reached_randomization(self) -> Days:
        """The day on which each patient came to the randomization that the trial is about; infinite if never."""
        step = self.scenario.randomization
        return first_day(self.journal, [] if step is None else [step[0].enter], self.rows)


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
        return self.entries(self.chunk.scenario.vocabulary.codes)

    def entries(self, codes: Collection[int]) -> Journal:
        """Those with these codes of which something is known."""
        found: list[Block] = []
        for inside, last in self._last_days:
            blocks = self.chunk.journal.only(inside.intersection(codes)).blocks
            found += [block.pick(np.flatnonzero(block.day <= last.take(block.row))) for block in blocks]
        return Journal(*found)

    @kept
    def _last_days(self) -> list[tuple[frozenset[int], Days]]:
        """For each row, the last day of which entries of these codes are known; together they are all codes."""
        scenario = self.chunk.scenario
        codes = frozenset(scenario.vocabulary.codes)
        at_once = frozenset([scenario.steps[0].enter]).union(
            event.code for kind in KNOWN_AT_ONCE for event in scenario.vocabulary.of(kind)
        )
        # Codes ascend along the pathway, so they tell what comes before at one instant.
        last_before = max(codes) if scenario.randomization is None else scenario.randomization[0].enter
        before = frozenset(range(last_before + 1))
        up_to, beyond = self._before_closing
        return [
            (of_day & of_place, np.minimum(known, last))
            for of_day, known in ((at_once, self.today), (codes - at_once, self.until))
            for of_place, last in ((before, up_to), (codes - before, beyond))
        ]

    @property
    def _before_closing(self) -> tuple[Days, Days]:
        """Until when entries count for which there is no closing: up to the randomization, and beyond it.

        Nothing of patients who were enrolled after it; who comes to the randomization later goes no further than that.
        """
        chunk = self.chunk
        last = np.where(self.in_time(chunk.enrolled), math.inf, -math.inf)
        reached = chunk.reached_randomization
        late = (last > 0) & (reached < math.inf) & ~self.in_time(reached)
        return np.where(late, reached, last), np.where(late, np.nextafter(reached, -math.inf), last)


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


def first_day(journal: Journal, codes: Collection[int], rows: int) -> Days:
    """For each row, the day of the first entry with one of these codes; infinite if there is none."""
    first = np.full(rows, math.inf)
    found = journal.only(codes)
    np.minimum.at(first, found.row, found.day)
    return first
