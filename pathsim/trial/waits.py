"""Waiting for places: who had to wait for a resource, and how long."""

from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

from pathsim.calendar import Days
from pathsim.journal import Rows
from pathsim.scenario.entries import StepEntry
from pathsim.statistics.figures import Count, DaysFigure
from pathsim.trial.data_cut import DataCut, first_day
from pathsim.trial.resources import gave_up
from pathsim.trial.tables import NOWHERE, Counts, Visits, quantiles_of_each


class WaitRow(TypedDict):
    """How many waited for a resource in a step, and how long."""

    resource: str
    step: str
    asked: Count
    waited: Count
    waiting: Count
    left_queue: Count
    mean_days: DaysFigure
    median_days: DaysFigure
    percentile_90_days: DaysFigure
    longest_days: DaysFigure


def waits(known: DataCut, visited: Visits) -> list[WaitRow]:
    """For each step in which a place is waited for: how many had to wait, how many still do, and who gave up.

    Those who still wait have had to. How long is told of waits that have ended, so that long ones are missing at first.
    """
    scenario, trials = known.chunk.scenario, known.day.size
    rows: list[WaitRow] = []
    for event in scenario.vocabulary.of("ready"):
        entry = scenario.entry(event.step)
        if entry.requests is None:
            continue
        ready = known.entries([event.code])
        trial = ready.row // scenario.patients
        went = np.full(known.chunk.rows, NOWHERE, np.intp)
        went[visited[entry.number].row] = visited[entry.number].following
        got = scenario.entry(entry.requests.then).number
        days = _days_of_following(known, entry).take(ready.row) - ready.day
        left = went.take(ready.row) >= 0
        exited = gave_up(scenario, known.entries, known.chunk.rows, event.step).take(ready.row)

        def tally(of: NDArray[np.bool_], trial: Rows = trial) -> Counts:
            return np.bincount(trial[of], minlength=trials)

        total = np.bincount(trial[left], days[left], minlength=trials)
        longest = np.full(trials, -np.inf)
        np.maximum.at(longest, trial[left], days[left])
        answered = tally(left)
        ended = np.flatnonzero(left)[np.argsort(trial[left], kind="stable")]
        median, percentile_90 = quantiles_of_each(days[ended], trial[ended], trials, (0.5, 0.9))
        rows.append(
            {
                "resource": entry.requests.resource,
                "step": entry.name,
                "asked": np.bincount(trial, minlength=trials),
                "waited": tally(~left | (days > 0)),
                "waiting": tally(~left),
                "left_queue": tally(left & (exited | (went.take(ready.row) != got))),
                "mean_days": np.divide(total, answered, out=np.full(trials, np.nan), where=answered > 0),
                "median_days": median,
                "percentile_90_days": percentile_90,
                "longest_days": np.where(answered > 0, longest, np.nan),
            }
        )
    return rows


def _days_of_following(known: DataCut, entry: StepEntry) -> Days:
    """For each row, the day of the first entry into any step that this one leads to."""
    scenario = known.chunk.scenario
    codes = [scenario.entry(arrow.to).enter for arrow in entry.spec.arrows()]
    return first_day(known.chunk.journal, codes, known.chunk.rows)
