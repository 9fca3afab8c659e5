"""What is known on a day. This is the only place that cuts data off; everything else reads what it leaves."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from pathsim.calendar import Days
from pathsim.journal import EventKind, Journal
from pathsim.luck import keys, slot, uniform
from pathsim.scenario.scenario import Scenario

KNOWN_AT_ONCE: tuple[EventKind, ...] = ("arm", "stratum")
"""Randomizations, like arrivals, are known on the day they happen."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some replicates of a trial: their journal, and what it takes to draw more of their patients' luck."""

    scenario: Scenario
    seed: int
    replicates: Sequence[int]
    journal: Journal
    """What happens if nobody stops the trial."""
    stopped: Journal | None = None
    """What happens if the committee may stop it, where that is more than the same journal, cut."""

    @property
    def rows(self) -> int:
        """How many patients there can be in all replicates together."""
        return self.scenario.patients * len(self.replicates)

    def only(self, codes: list[int]) -> "Chunk":
        """The chunk with only the entries of these codes, for an analysis that reads no others."""
        needed = self.scenario.vocabulary.lookup(codes)
        stopped = None if self.stopped is None else self.stopped.pick(needed[self.stopped.event])
        return replace(self, journal=self.journal.pick(needed[self.journal.event]), stopped=stopped)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a chunk on a day: the entries of the journal, and until when each patient was followed."""

    chunk: Chunk
    day: Days
    """For each replicate, the day on which its data are cut."""
    journal: Journal
    until: Days
    """For each row, the last day of which anything is known."""


def known_on(chunk: Chunk, day: float | Days, *, complete: bool = False) -> Known:
    """What is known on this day of the trial: one for all replicates, or an array with one for each.

    A patient's record lags by his reporting delay, so the day a thing happened and the day it is known differ. Only
    arrivals and randomizations are known at once. With ``complete`` the records were brought up to date first.
    """
    scenario, journal = chunk.scenario, chunk.journal
    cut = np.broadcast_to(np.asarray(day, dtype=np.float64), len(chunk.replicates))
    today = np.repeat(cut, scenario.patients)
    until = today.copy()
    if not complete:
        until -= reporting_delay(chunk)
    at_once = scenario.vocabulary.lookup(
        [
            scenario.steps[0].enter,
            *(event.code for kind in KNOWN_AT_ONCE for event in scenario.vocabulary.of(kind)),
        ]
    )
    limit = np.where(at_once[journal.event], today[journal.row], until[journal.row])
    return Known(chunk, cut, journal.pick(journal.day <= limit), until)


def reporting_delay(chunk: Chunk) -> Days:
    """How many days each patient's record lags behind; 0 where the scenario says nothing of it."""
    delay = chunk.scenario.trial.reporting_delay
    if delay is None:
        return np.zeros(chunk.rows)
    numbers = np.arange(chunk.scenario.patients)
    key = keys(chunk.seed, np.asarray(chunk.replicates, np.uint64)[:, None], numbers).ravel()
    return delay(uniform(key, slot("trial/reporting_delay")))


def everything(chunk: Chunk) -> Known:
    """The whole journal, as if the trial were followed for ever."""
    return known_on(chunk, math.inf, complete=True)
