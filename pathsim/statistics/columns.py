"""Columns: what the patients of a chunk of trials bring to an analysis, checked on the way in."""

from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Days: TypeAlias = NDArray[np.float64]
Numbers: TypeAlias = NDArray[np.intp]
"""Trials, arms, strata and causes, by number from 0."""
Flags: TypeAlias = NDArray[np.bool_]


def numbers(name: str, values: ArrayLike, below: int | None = None) -> Numbers:
    """A column of whole numbers from 0 and, if there is a bound, below it; ValueError names the column that is not."""
    column = np.asarray(values)
    if column.ndim != 1:
        raise ValueError(f"'{name}' has {column.ndim} dimensions: give one number for each patient")
    if column.size == 0:
        return np.empty(0, np.intp)
    if column.dtype.kind not in "biu":
        raise ValueError(f"'{name}' has to hold whole numbers, not {column.dtype}")
    if column.min() < 0 or (below is not None and column.max() >= below):
        bound = "0 or more" if below is None else f"from 0 to {below - 1}"
        raise ValueError(f"'{name}' goes from {column.min()} to {column.max()}; it has to be {bound}")
    return column.astype(np.intp, copy=False)


def durations(values: ArrayLike) -> Days:
    """A column of times, in days; ValueError if one of them is negative or not a number."""
    column = np.asarray(values, dtype=np.float64)
    if column.ndim != 1:
        raise ValueError(f"'time' has {column.ndim} dimensions: give one time for each patient")
    if not bool(np.all(column >= 0)):
        raise ValueError("'time' has to be 0 or more days for every patient")
    return column


def flags(name: str, values: ArrayLike) -> Flags:
    """A column of yes and no; ValueError if it is not a column."""
    column = np.asarray(values, dtype=np.bool_)
    if column.ndim != 1:
        raise ValueError(f"'{name}' has {column.ndim} dimensions: give one answer for each patient")
    return column


def same_length(**columns: Numbers | Days | Flags) -> None:
    """Nothing, if all columns have an entry for each patient; else ValueError says how many each has."""
    if len({column.size for column in columns.values()}) > 1:
        sizes = ", ".join(f"{name} {column.size}" for name, column in columns.items())
        raise ValueError(f"every column needs one entry for each patient, but there are: {sizes}")


def days_asked(at_days: ArrayLike) -> Days:
    """The days at which something is wanted, as an array; ValueError if one of them is not a number."""
    days = np.atleast_1d(np.asarray(at_days, dtype=np.float64))
    if days.ndim != 1 or bool(np.isnan(days).any()):
        raise ValueError("'at_days' has to be a list of days")
    return days


def check_number(name: str, number: int, below: int) -> None:
    """Nothing, if there is an arm or trial of this number; else ValueError."""
    if not 0 <= number < below:
        raise ValueError(f"there is no {name} {number}: they go from 0 to {below - 1}")
