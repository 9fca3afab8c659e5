"""Two views of results: what one trial says, and the columns that an ensemble keeps."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pathsim.paths import path_of, row_of
from pathsim.statistics.figures import ResultsPart, Trials, declared, replicated
from pathsim.trial.tables import of_trial as rows_of_trial

Columns: TypeAlias = dict[str, NDArray[np.float64]]
"""One array for each figure, by its path, with an entry for each replicate; NaN where a trial could not tell."""


def of_trial(found: Any, trial: int) -> Any:
    """What one trial says, in plain numbers, lists and dictionaries; what it cannot tell is None.

    A list holds the rows of a table, whose figures are arrays; a tuple has the rows of each trial.
    """
    match found:
        case np.ndarray() as figures:
            value = figures[trial].item() if figures.size else None
            return None if isinstance(value, float) and math.isnan(value) else value
        case Mapping() as parts:
            there = {
                name: part for name, part in parts.items() if not isinstance(part, ResultsPart) or part.is_there(trial)
            }
            return {name: of_trial(part, trial) for name, part in there.items()}
        case list() as rows:
            return rows_of_trial(rows, trial)
        case tuple() as each:
            return [{field.name: getattr(row, field.name) for field in fields(row)} for row in each[trial]]
        case constant:
            return constant


def kept_of(found: Any, *names: str) -> Columns:
    """What an ensemble keeps of these results, which stand under these names."""
    columns: Columns = {}
    for names_of_figure, figures in _kept(found, names):
        if figures.size:
            columns[path_of(*names_of_figure)] = figures.astype(np.float64)
    return columns


def kept_rows(found: ResultsPart) -> Columns:
    """What an ensemble keeps of the tables of these results."""
    tables = ((name, way.key) for name, way in declared(type(found)).items() if isinstance(way, replicated))
    return {
        f"{row_of(table, **{key: row[key]})}.{name}": figures.astype(np.float64)
        for table, key in tables
        if key is not None
        for row in found[table]
        for name, figures in row.items()
        if isinstance(figures, np.ndarray)
    }


def where_there(part: ResultsPart, figures: Trials) -> Trials:
    """Figures of a part, missing in trials that do not have it."""
    return figures if part.there is None or not figures.size else np.where(part.there, figures, np.nan)


def _kept(found: Any, names: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Trials]]:
    if isinstance(found, np.ndarray):
        yield names, found
    elif isinstance(found, ResultsPart):
        for name, way in declared(type(found)).items():
            if isinstance(way, replicated):
                for path, figures in _kept(getattr(found, name), (*names, name)):
                    yield path, where_there(found, figures)
    elif isinstance(found, Mapping):
        for name, part in found.items():
            yield from _kept(part, (*names, name))
