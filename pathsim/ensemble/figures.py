"""Chosen figures of the results object for every trial of a chunk, named by their paths."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pathsim.engines import simulate_many
from pathsim.ensemble.rows import Columns, final_of_all, followed_by_endpoints, rows_of
from pathsim.trial import tables
from pathsim.trial.known import Chunk, Known
from pathsim.trial.outcomes import Allocation, allocation
from pathsim.trial.results import figure, leaf, results
from pathsim.trial.toxicity import toxicity

_Table: TypeAlias = Callable[[Known, Allocation, tables.Visits], list[tables.Row]]
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
    in_tables = [path for path in paths if path.split("[")[0] in _TABLES]
    if in_tables:
        made = _tables(final_of_all(followed, chunk), {path.split("[")[0] for path in in_tables})
        found |= {path: _column(leaf(made, path), path, len(chunk.replicates)) for path in in_tables}
    others = [path for path in paths if path not in found]
    if others:
        quick = rows_of(followed)
        found |= {path: quick[path] for path in others if path in quick}
    if slow := [path for path in others if path not in found]:
        found |= _one_by_one(chunk, slow)
    return {path: found[path] for path in paths}


def _tables(known: Known, names: set[str]) -> dict[str, list[tables.Row]]:
    groups = allocation(known)
    visited = tables.visits(known, groups)
    return {name: _TABLES[name](known, groups, visited) for name in sorted(names)}


def _column(found: Any, path: str, trials: int) -> NDArray[np.float64]:
    if found is None:
        return np.full(trials, np.nan)
    if not isinstance(found, np.ndarray):
        raise KeyError(f"'{path}' is not a number of the results")
    return found.astype(np.float64)


def _one_by_one(chunk: Chunk, paths: Sequence[str]) -> Columns:
    """Figures that only the whole results object has: slower."""
    each = [results(simulate_many(chunk.scenario, chunk.seed, [replicate])) for replicate in chunk.replicates]
    return {path: np.array([figure(one, path) for one in each]) for path in paths}
