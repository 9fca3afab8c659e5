"""Figures that somebody names, for every trial of a chunk: only what they need is made."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pathsim.paths import parts_of
from pathsim.results.lookup import figure, is_picked, leaf, number
from pathsim.results.trial import TrialResults
from pathsim.results.views import Columns, of_trial
from pathsim.trial import tables
from pathsim.trial.data_cut import Chunk


def figures(chunk: Chunk, paths: Sequence[str]) -> Columns:
    """These figures of every replicate; NaN where a trial could not estimate one.

    Raises KeyError, with a sentence, for a path that leads nowhere.
    """
    found = TrialResults(chunk)
    return {path: _column(found, path, len(chunk.replicates)).astype(np.float64) for path in paths}


def _column(found: TrialResults, path: str, trials: int) -> NDArray[np.float64]:
    try:
        first, *rest = parts_of(path)
    except ValueError as wrong:
        raise KeyError(str(wrong)) from None
    if isinstance(table := found.get(first.name), list):
        return _of_rows(table, path, trials)
    if first.name == "trial" and rest and rest[0].name == "looks":
        each = [{"trial": {"looks": of_trial(found.trial.looks, trial)}} for trial in range(trials)]
        return np.array([figure(one, path) for one in each])
    return np.broadcast_to(number(leaf(found, path), path), trials)


def _of_rows(rows: list[tables.Row], path: str, trials: int) -> NDArray[np.float64]:
    """What the results of each trial show: the first of the rows that are picked in which this trial has anybody."""
    table, picks = parts_of(path)[0]
    number(leaf({table: rows}, path), path)
    column = np.full(trials, number(leaf({table: []}, path), path))
    for row in reversed([row for row in rows if is_picked(row, picks or ())]):
        column = np.where(tables.population(row) != 0, number(leaf({table: [row, *rows]}, path), path), column)
    return column
