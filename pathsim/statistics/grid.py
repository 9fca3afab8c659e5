"""The grid: rows sorted by trial, laid out as a matrix with a line for each trial.

What accumulates along a line is the same to the last bit whichever other trials are in the chunk.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pathsim.statistics.columns import Days, Flags, Numbers


@dataclass(frozen=True, slots=True)
class Grid:
    """The place in the matrix of each row: its trial's line, the rows of a trial in order from column 1.

    Column 0 is the beginning, before any row; the columns after a trial's last row are left over.
    """

    line: Numbers
    column: Numbers
    lines: int
    columns: int

    def laid_out(self, values: NDArray[Any], elsewhere: float) -> NDArray[np.float64]:
        """The values of the rows as a matrix (lines x columns), with this number at the beginning and left over."""
        matrix = np.full((self.lines, self.columns), elsewhere)
        matrix[self.line, self.column] = values
        return matrix


def grid(trial: Numbers, trials: int) -> Grid:
    """The grid of rows of these trials, which have to be sorted."""
    each = np.bincount(trial, minlength=trials)
    before = np.cumsum(each) - each
    column = np.arange(trial.size) - before[trial] + 1
    return Grid(trial, column, trials, 1 + int(each.max(initial=0)))


def grid_by_stratum(trial: Numbers, stratum: Numbers) -> tuple[Flags, Grid]:
    """The grid of rows sorted by trial and stratum, with a line for each of both, and in which rows one begins."""
    begins = (np.diff(trial, prepend=-1) != 0) | (np.diff(stratum, prepend=-1) != 0)
    return begins, grid(np.cumsum(begins) - 1, int(np.count_nonzero(begins)))


def columns_at(time: Days, at_days: Days) -> Numbers:
    """The column that holds on each day: the last one whose time is not after it, or the beginning.

    ``time`` is a matrix (trials x columns), ascending along its lines; the result has shape (trials x days).
    """
    column: Numbers = np.count_nonzero(time[:, None, 1:] <= at_days[:, None], axis=2)
    return column
