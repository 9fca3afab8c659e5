"""Figures of the results by their paths, such as ``endpoints.dfs.comparisons.drug.cox.hazard_ratio``.

The same paths lead to numbers in the results object of one trial, and to arrays in the results of many.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from pathsim.meaning import Unit
from pathsim.paths import PathPart, Picks, next_name, parts_of, path_of
from pathsim.results.declared import Declaration, columns_of, declaration, unit_of
from pathsim.results.json import ResultsJson
from pathsim.scenario.former import renamed, renamed_comparison
from pathsim.scenario.schema import Target
from pathsim.trial import tables

INFINITE = ("Infinity", "-Infinity")
"""What JSON, which has no such numbers, holds for them: results that were read from it have figures too."""


def figure(found: ResultsJson, path: str) -> float:
    """A number of the results object by its path, such as ``endpoints.dfs.comparisons.drug.cox.hazard_ratio``.

    A row of a list is picked by what is in it: ``toxicity[arm=control,type=infection].rate``; ``pathsim.paths`` tells
    how names are written. In a row that is not there, because nobody came so far, a count is 0 and all else is missing.
    Below a text that is one of a few, as the decision of a look, each of these is 1 if it is this one, and else 0.
    Raises KeyError, with a sentence, if the path leads nowhere; NaN where the trial could not estimate the figure.
    """
    here = leaf(found, path)
    if here is None:
        return math.nan
    if here in INFINITE:
        return float(here)
    if isinstance(here, bool) or not isinstance(here, (int, float)):
        raise KeyError(f"'{path}' is not a number of the results")
    return float(here)


def targeted(found: ResultsJson, target: Target) -> float:
    """What the results show of a target: its figure, or the share that it is of another one."""
    shown = figure(found, target.figure)
    if target.of is None:
        return shown
    return float(tables.share(np.array(shown), np.array(figure(found, target.of))))


def is_share(target: Target) -> bool:
    """Whether a target is a share, which readers expect in per cent."""
    return target.of is not None or unit_of(target.figure) is Unit.SHARE


def number(found: Any, path: str) -> Any:
    """What stands at a path as numbers: a count, an array with an entry for each trial, or NaN if it is missing.

    Raises KeyError, with a sentence, if it is something else.
    """
    if found is None or (isinstance(found, np.ndarray) and not found.size):
        return math.nan
    if not isinstance(found, (int, np.ndarray)) or isinstance(found, bool):
        raise KeyError(f"'{path}' is not a number of the results")
    return found


def leaf(found: Mapping[str, Any], path: str) -> Any:
    """What stands at a path of the results, or 0 or None in a missing row. Raises KeyError as ``figure`` does."""
    try:
        parts = parts_of(path)
    except ValueError as wrong:
        raise KeyError(str(wrong)) from None
    return leaf_below(found, parts, path)


def leaf_below(found: Mapping[str, Any], parts: Sequence[PathPart], path: str) -> Any:
    """What stands at these parts of a path, of which those before them have led to ``found``."""
    here: Any = found
    while parts:
        if isinstance(here, str) and len(parts) == 1 and declaration(path) != Declaration():
            return int(here == parts[0].name)
        names = _names_ahead(parts)
        key, taken = (names[0], 1) if isinstance(here, _Nothing) else _next(here, names)
        if key is None:
            raise KeyError(f"the results have no '{names[0]}' in '{path}'{_instead(here, path, names)}")
        here = here[key]
        if (picks := parts[taken - 1].picks) is not None:
            here = _picked(here, key, picks, path)
        parts = parts[taken:]
    if isinstance(here, _Nothing):
        return 0 if unit_of(path) is Unit.COUNT else None
    return here


def _instead(here: Any, path: str, names: Sequence[str]) -> str:
    """What there is in the place of the first of these names: what it is called now, or everything else."""
    if not isinstance(here, Mapping):
        return "; here are: no more"
    now = renamed_comparison(path.removesuffix(path_of(*names)), names, list(here.get("comparisons") or ()))
    return f".{now}" if now else f"; here are: {', '.join(map(str, here))}"


def _names_ahead(parts: Sequence[PathPart]) -> list[str]:
    """The names up to the first by which a row is picked."""
    last = next((number for number, part in enumerate(parts) if part.picks is not None), len(parts) - 1)
    return [part.name for part in parts[: last + 1]]


def _next(here: Any, names: Sequence[str]) -> tuple[str | None, int]:
    return next_name(here, names) if isinstance(here, Mapping) else (None, 0)


def _picked(rows: Any, table: str, picks: Picks, path: str) -> Any:
    if not isinstance(rows, list):
        raise KeyError(f"'{path}' picks from something that is not a list")
    keys = {key for row in rows for key in row} or columns_of(table)
    if keys and (unknown := dict(picks).keys() - keys):
        key = unknown.pop()
        now = renamed(key, keys)
        raise KeyError(
            f"no row has '{key}' in '{path}'" + (f".{now}" if now else f"; rows have: {', '.join(sorted(keys))}")
        )
    return next((row for row in rows if all(shown(row, key) == value for key, value in picks)), _Nothing())


def shown(row: Mapping[str, Any], key: str) -> str:
    """The value of a row by which it is picked: empty if it has none."""
    return "" if row.get(key) is None else str(row[key])


class _Nothing(dict[str, Any]):
    """A row that this trial does not have, because nobody came so far, or what stands under a key of it."""

    def __missing__(self, key: str) -> "_Nothing":
        return self
