"""Chosen figures of the results object for every trial of a chunk, named by their paths."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pathsim.engines.choose import simulate_many
from pathsim.ensembles.rows import Columns, final_of_all, followed_by_endpoints, rows_of
from pathsim.paths import parts_of
from pathsim.trial import tables
from pathsim.trial.data_cut import Chunk, DataCut
from pathsim.trial.results import figure, is_picked, leaf, results
from pathsim.trial.time_to_event import Allocation, allocation
from pathsim.trial.toxicity import toxicity

_Table: TypeAlias = Callable[[DataCut, Allocation, tables.Visits], list[tables.Row]]
_TABLES: Mapping[str, _Table] = {
    "flow": tables.flow,
    "responses": tables.responses,
    "toxicity": toxicity,
    "baseline": lambda known, groups, _: tables.baseline(known, groups),
}


def figures(chunk: Chunk, paths: Sequence[str]) -> Columns:
    """These figures of every replicate; NaN where a trial could not estimate one.

    Raises KeyError, with a sentence, for a path that leads nowhere.
    """
    found: Columns = {}
    followed = followed_by_endpoints(chunk)
    in_tables = {path: table for path in paths if (table := _first_name(path)) in _TABLES}
    if in_tables:
        made = _tables(final_of_all(followed, chunk), set(in_tables.values()))
        found |= {path: _of_each_trial(made[table], path, len(chunk.replicates)) for path, table in in_tables.items()}
    others = [path for path in paths if path not in found]
    if others:
        quick = {parts_of(path): column for path, column in rows_of(followed).items()}
        found |= {path: quick[parts] for path in others if (parts := parts_of(path)) in quick}
    if slow := [path for path in others if path not in found]:
        found |= _one_by_one(chunk, slow)
    return {path: found[path] for path in paths}


def _first_name(path: str) -> str:
    try:
        return parts_of(path)[0].name
    except ValueError as wrong:
        raise KeyError(str(wrong)) from None


def _tables(known: DataCut, names: set[str]) -> dict[str, list[tables.Row]]:
    groups = allocation(known)
    visited = tables.visits(known, groups)
    return {name: _TABLES[name](known, groups, visited) for name in sorted(names)}


def _of_each_trial(rows: list[tables.Row], path: str, trials: int) -> NDArray[np.float64]:
    """What the results of each trial show: the first of the rows that are picked in which this trial has anybody."""
    table, picks = parts_of(path)[0]
    _number(leaf({table: rows}, path), path)
    column = np.full(trials, _number(leaf({table: []}, path), path))
    for row in reversed([row for row in rows if is_picked(row, picks or ())]):
        column = np.where(tables.population(row) != 0, _number(leaf({table: [row, *rows]}, path), path), column)
    return column


def _number(found: Any, path: str) -> Any:
    if found is None:
        return np.nan
    if not isinstance(found, (int, np.ndarray)):
        raise KeyError(f"'{path}' is not a number of the results")
    return found


def _one_by_one(chunk: Chunk, paths: Sequence[str]) -> Columns:
    """Figures that only the whole results object has: slower."""
    each = [results(simulate_many(chunk.scenario, chunk.seed, [replicate])) for replicate in chunk.replicates]
    return {path: np.array([figure(one, path) for one in each]) for path in paths}
