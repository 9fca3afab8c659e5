"""Figures that somebody names, for every trial of a chunk: only what they need is made."""

import math
from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from pathsim.paths import Picks, next_name, parts_of
from pathsim.results.declared import is_number, part_above
from pathsim.results.json import ResultsJson
from pathsim.results.lookup import figure, leaf, leaf_below, number, shown
from pathsim.results.trial import TrialResults
from pathsim.results.views import Columns, of_trial, where_there
from pathsim.trial import tables
from pathsim.trial.data_cut import Chunk


def figures(chunk: Chunk, paths: Sequence[str]) -> Columns:
    """These figures of every replicate; NaN where a trial could not estimate one.

    Raises KeyError, with a sentence, for a path that leads nowhere.
    """
    return figures_of(TrialResults(chunk), paths)


def figures_of(results: TrialResults, paths: Sequence[str]) -> Columns:
    """These figures of the trials that have these results. Raises KeyError as ``figures`` does."""
    found = _Figures(results)
    return {path: found.column(path).astype(np.float64) for path in paths}


class _Figures:
    """The figures of the trials of a chunk."""

    def __init__(self, results: TrialResults) -> None:
        self._results, self._trials = results, results.trials
        self._rows: dict[tuple[str, tuple[str, ...]], dict[tuple[str, ...], list[tables.Row]]] = {}
        """The rows of each table that was asked for, by their values under the keys by which they are picked."""

    def column(self, path: str) -> NDArray[np.float64]:
        """The figure at this path, for each trial."""
        try:
            first, *rest = parts_of(path)
        except ValueError as wrong:
            raise KeyError(str(wrong)) from None
        if isinstance(table := self._results.get(first.name), list):
            return self._of_rows(table, path)
        if first.name == "trial" and rest and rest[0].name == "looks":
            asks_more = any(part.name == "analysis" for part in rest)
            return np.array([_of_looks(looks, path) for looks in (self._looks if asks_more else self._looks_alone)])
        column = np.broadcast_to(number(leaf(self._results, path), path), self._trials)
        if first.name == "cutoffs":
            cutoff, _ = next_name(self._results.cutoffs, [part.name for part in rest])
            return where_there(self._results.cutoffs[cutoff or ""], column)
        return column

    @cached_property
    def _looks(self) -> list[ResultsJson]:
        """The looks of each trial, as its results tell them."""
        looks = self._results.trial.looks
        return [{"trial": {"looks": of_trial(looks, trial)}} for trial in range(self._trials)]

    @cached_property
    def _looks_alone(self) -> list[ResultsJson]:
        """The same without what the committee could see, which takes longer than all the rest."""
        looks = tuple(self._results.looks)
        return [{"trial": {"looks": of_trial(looks, trial)}} for trial in range(self._trials)]

    def _of_rows(self, rows: list[tables.Row], path: str) -> NDArray[np.float64]:
        """What the results of each trial show: the first of the picked rows in which this trial has anybody."""
        (table, picks), *rest = parts_of(path)
        picked = self._picked(rows, table, picks or ())
        if not picked or any(not value for _, value in picks or ()):
            number(leaf({table: rows}, path), path)  # A key that no row has is empty in all of them.
        column = np.full(self._trials, number(leaf({table: []}, path), path))
        for row in reversed(picked):
            column = np.where(tables.population(row) != 0, number(leaf_below(row, rest, path), path), column)
        return column

    def _picked(self, rows: list[tables.Row], table: str, picks: Picks) -> list[tables.Row]:
        keys, values = tuple(key for key, _ in picks), tuple(value for _, value in picks)
        if (table, keys) not in self._rows:
            by_values = self._rows[table, keys] = {}
            for row in rows:
                by_values.setdefault(tuple(shown(row, key) for key in keys), []).append(row)
        return self._rows[table, keys].get(values, [])


def _of_looks(looks: ResultsJson, path: str) -> float:
    """A figure of a look of one trial; NaN in a part that it lacks, as a common horizon that it does not need."""
    try:
        return figure(looks, path)
    except KeyError:
        if not is_number(path) or (above := part_above(path)) is None:
            raise
        leaf(looks, above)  # raises KeyError if the part is not where the path looks for it
        return math.nan
