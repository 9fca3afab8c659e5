"""Waiting for places: who had to wait for a resource, and how long."""

from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

from pathsim.journal import Rows
from pathsim.statistics.figures import Count, DaysFigure
from pathsim.trial.data_cut import DataCut
from pathsim.trial.requests import RequestsByStep
from pathsim.trial.tables import Counts, quantiles_of_each


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


def waits(known: DataCut, requests: RequestsByStep) -> list[WaitRow]:
    """For each step in which a place is waited for: how many had to wait, how many still do, and who gave up.

    ``requests`` are those of which something is known. Those who still wait have had to. How long is told of waits that
    have ended, so that long ones are missing at first.
    """
    scenario, trials = known.chunk.scenario, known.day.size
    rows: list[WaitRow] = []
    for step, asked in requests.items():
        trial = asked.row // scenario.patients
        left, days = np.isfinite(asked.left), asked.left - asked.asked

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
                "resource": str(scenario.entry(step).resource),
                "step": step,
                "asked": np.bincount(trial, minlength=trials),
                "waited": tally(~left | (days > 0)),
                "waiting": tally(~left),
                "left_queue": tally(left & ~asked.got),
                "mean_days": np.divide(total, answered, out=np.full(trials, np.nan), where=answered > 0),
                "median_days": median,
                "percentile_90_days": percentile_90,
                "longest_days": np.where(answered > 0, longest, np.nan),
            }
        )
    return rows
