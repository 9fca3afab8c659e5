"""What is known on a day. This is the only place that cuts data off; everything else reads what it leaves."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pathsim.calendar import Days
from pathsim.journal import Journal
from pathsim.luck import keys, slot, uniform
from pathsim.scenario.scenario import Scenario


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some replicates of a trial: their journal, and what it takes to draw more of their patients' luck."""

    scenario: Scenario
    seed: int
    replicates: Sequence[int]
    journal: Journal

    @property
    def rows(self) -> int:
        """How many patients there can be in all replicates together."""
        return self.scenario.patients * len(self.replicates)


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a chunk on a day: the entries of the journal, and until when each patient was followed."""

    chunk: Chunk
    day: float
    journal: Journal
    until: Days
    """For each row, the last day of which anything is known."""


def known_on(chunk: Chunk, day: float, *, complete: bool = False) -> Known:
    """What is known on this day of the trial.

    A patient's record lags by his reporting delay, so the day a thing happened and the day it is known differ. Only
    arrivals and randomizations are known at once. With ``complete`` the records were brought up to date first.
    """
    scenario, journal = chunk.scenario, chunk.journal
    until = np.full(chunk.rows, day)
    delay = scenario.trial.reporting_delay
    if delay is not None and not complete:
        key = keys(chunk.seed, np.asarray(chunk.replicates, np.uint64)[:, None], np.arange(scenario.patients)).ravel()
        until -= delay(uniform(key, slot("trial/reporting_delay")))
    at_once = scenario.vocabulary.lookup(
        [
            scenario.steps[0].enter,
            *(event.code for kind in ("arm", "stratum") for event in scenario.vocabulary.of(kind)),
        ]
    )
    limit = np.where(at_once[journal.event], day, until[journal.row])
    return Known(chunk, day, journal.pick(journal.day <= limit), until)


def everything(chunk: Chunk) -> Known:
    """The whole journal, as if the trial were followed for ever."""
    return known_on(chunk, math.inf, complete=True)
