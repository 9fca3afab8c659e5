"""An axis on which figures of many trials stand: hazard ratios on a scale of logarithms, or shares."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pathsim.app.canvas import Canvas

RATIOS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 1.0, 1.25, 1.5, 2.0, 3.0, 5.0, 10.0)
SHARE_STEPS = (0.01, 0.02, 0.05, 0.1, 0.2)
MOST_TICKS = 8
LOWEST, HIGHEST = 0.4, 1.25
"""The axis of ratios reaches from here to here at least."""
LEAST_REACH = 0.02
"""The axis of shares reaches so far to either side of their median at least."""
OUTSIDE = 0.002
"""What part of the trials may lie beyond either end of the axis."""


def usable(values: NDArray[np.float64], *, is_ratio: bool) -> NDArray[np.bool_]:
    """Which of these have a place on an axis."""
    found: NDArray[np.bool_] = np.isfinite(values) & (values > 0) if is_ratio else np.isfinite(values)
    return found


@dataclass(frozen=True, slots=True)
class Axis:
    """From where to where it reaches, of ratios as logarithms, and the columns on which it lies."""

    low: float
    high: float
    left: int
    width: int
    is_ratio: bool

    @classmethod
    def over(cls, values: NDArray[np.float64], left: int, width: int, *, is_ratio: bool) -> "Axis":
        """One that nearly all of these lie on, all of which are usable."""
        scaled = np.log(values) if is_ratio else values
        low, high = (float(np.quantile(scaled, part)) for part in (OUTSIDE, 1 - OUTSIDE))
        if is_ratio:
            least, most = math.log(LOWEST), math.log(HIGHEST)
        else:
            middle = float(np.median(scaled))
            least, most = max(middle - LEAST_REACH, 0.0), min(middle + LEAST_REACH, 1.0)
        return cls(min(low, least), max(high, most), left, width, is_ratio)

    def column(self, value: float) -> int:
        """Where a value stands; at an end of the axis if it lies beyond it."""
        scaled = math.log(value) if self.is_ratio else value
        place = round((scaled - self.low) / (self.high - self.low) * self.width - 0.5)
        return self.left + min(max(place, 0), self.width - 1)

    def counts(self, values: NDArray[np.float64], columns: int = 1) -> NDArray[np.int64]:
        """How many usable values stand on each ``columns`` columns; those beyond the ends are left out."""
        scaled = np.log(values) if self.is_ratio else values
        within = scaled[(scaled >= self.low) & (scaled <= self.high)]
        place = ((within - self.low) / (self.high - self.low) * self.width).astype(np.int64)
        bars = np.minimum(place, self.width - 1) // columns
        return np.bincount(bars, minlength=-(-self.width // columns)).astype(np.int64)

    def ticks(self) -> list[tuple[float, str]]:
        """The values of the ticks, and their labels."""
        if self.is_ratio:
            return [(tick, f"{tick:g}") for tick in RATIOS if self.low <= math.log(tick) <= self.high]
        reach = self.high - self.low
        step = next((step for step in SHARE_STEPS if reach / step <= MOST_TICKS), SHARE_STEPS[-1])
        first, last = math.ceil(self.low / step), math.floor(self.high / step)
        return [(number * step, f"{number * step:.0%}") for number in range(first, last + 1)]

    def draw(self, canvas: Canvas, row: int, labels_row: int) -> None:
        """The line with its ticks on a row, and their labels on another."""
        canvas.write(row, self.left, "─" * self.width, "rule")
        after = 0
        for tick, label in self.ticks():
            column = self.column(tick)
            canvas.put(row, column, "┴", "rule")
            start = min(max(column - (len(label) - 1) // 2, 0), canvas.width - len(label))
            if start >= after:
                after = canvas.write(labels_row, start, label, "dim") + 1

    def draw_null(self, canvas: Canvas, rows: range) -> int:
        """The line of no effect behind what is drawn on these rows, so that nothing of it is cut; its column."""
        column = self.column(1.0)
        for row in rows:
            if canvas.glyphs[row, column] == ord(" "):
                canvas.put(row, column, "┊", "rule")
        return column
