"""A trial of twelve patients whose journal is written by hand, so that every figure of it can be counted."""

from collections.abc import Iterable

import numpy as np

from pathsim.journal import Block, Journal
from pathsim.scenario.scenario import Scenario
from pathsim.trial.data_cut import Chunk, DataCut
from pathsim.trial.time_to_event import time_to_event

TEXT = """
title = "By hand"
[trial]
assumed         = "a test"
begins          = 2020-01-01
patients        = 12
per_month       = 10
randomization   = "allocation"
control         = "old"
therapy         = ["new", "old", "second"]
reporting_delay = 10
cutoffs.end     = { day = 100, complete = true }
[resources]
assumed         = "a test"
bed.capacity      = 1
[cohort]
assumed       = "a test"
hidden.levels = { no = 0.5, yes = "rest" }
hidden.latent = true
age.quantiles = [0, 100]
[endpoints.pfs]
label       = "PFS"
start       = "allocation"
events      = ["progression", "death"]
censored_by = ["withdrawal"]
at_days     = [20, 40]
assumed     = "a test"
[endpoints.os]
label       = "OS"
start       = "screening"
events      = ["death"]
[toxicities]
assumed   = "a test"
infection = { onset = 1, lasts = 1 }
rash      = { onset = 1, lasts = 1 }
[steps]
assumed = "a test"
[steps.screening]
kind     = "phase"
days     = 5
next     = "allocation"
exit     = { death = { next = "dead" } }
toxicity = { rash = { grade3plus = 0.1 } }
assess   = [{ set = "risk", levels = { low = 0.5, high = "rest" } }]
[steps.allocation]
kind  = "randomize"
arms  = { new = "new", old = "old" }
block = 2
[steps.new]
kind     = "phase"
days     = 10
next     = "second"
fatal    = "death"
toxicity = { infection = { grade3plus = 0.5, grade5 = 0.1 }, rash = { grade3plus = 0.1 } }
assess   = [{ set = "answer", levels = { yes = 0.5, no = "rest" } }]
exit     = { progression = { next = "lost" }, death = { next = "dead" } }
[steps.old]
kind     = "phase"
days     = 10
next     = "queue"
toxicity = { rash = { grade3plus = 0.1 } }
exit     = { progression = { next = "lost" } }
[steps.second]
kind     = "phase"
days     = 10
next     = "queue"
toxicity = { infection = { grade3plus = 0.5 } }
[steps.queue]
kind  = "wait"
ready = 2
resource  = "bed"
next  = "operation"
exit  = { death = { next = "dead" } }
[steps.operation]
kind  = "phase"
days  = 1
holds = "bed"
next  = "home"
[steps.home]
kind  = "phase"
exit  = { progression = { next = "lost" }, death = { next = "dead" }, withdrawal = { next = "lost" } }
[steps.lost]
kind = "end"
[steps.dead]
kind = "end"
"""
NEW, OLD = 0, 1
Entries = Iterable[tuple[float, str, str, str, float]]
"""Of one patient: day, kind, step, name, value."""


def came(day: float, step: str) -> tuple[float, str, str, str, float]:
    return day, "enter", step, step, 0.0


def randomized(day: float, arm: int) -> list[tuple[float, str, str, str, float]]:
    """Somebody who came five days earlier."""
    at = "allocation"
    to = came(day, ("new", "old")[arm])
    return [came(day - 5, "screening"), came(day, at), (day, "stratum", at, "arm", 0), (day, "arm", at, "arm", arm), to]


def left(day: float, step: str, name: str, cause: float = 0.0) -> tuple[float, str, str, str, float]:
    return day, "exit", step, name, cause


def chunk_of(scenario: Scenario, patients: list[Entries], trials: int = 1) -> Chunk:
    """The patients of one trial, or the same ones in each of several trials."""
    codes = {(event.kind, event.step, event.name): event.code for event in scenario.vocabulary.events}
    columns: list[tuple[int, float, int, float]] = []
    for trial in range(trials):
        for number, entries in enumerate(patients):
            row = trial * scenario.patients + number
            columns += [(row, day, codes[kind, step, name], value) for day, kind, step, name, value in entries]
    row, day, event, value = zip(*columns, strict=True)
    types = (np.intp, np.float64, np.int16, np.float64)
    journal = Journal(
        Block(*(np.array(column, kind) for column, kind in zip((row, day, event, value), types, strict=True)))
    )
    return Chunk(scenario, 1, range(trials), journal)


def read(known: DataCut, patient: int, endpoint: str = "pfs") -> tuple[float, int] | None:
    """Time and cause of a patient; None for one of whom nothing is known."""
    data = time_to_event(known, known.chunk.scenario.sections.endpoints[endpoint])
    mine = np.flatnonzero(data.row == patient)
    return None if not mine.size else (float(data.time[mine[0]]), int(data.cause[mine[0]]))
