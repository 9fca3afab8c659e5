"""The headline of many trials: hazard ratios, or survival; what was published and the trial on screen among them."""

import math

import numpy as np
from numpy.typing import NDArray

from pathsim.app.canvas import SPACE, Canvas
from pathsim.app.widgets.picture import Picture
from pathsim.player.views.ensemble import Headline

EIGHTHS = " ▁▂▃▄▅▆▇█"
RATIOS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 1.0, 1.25, 1.5, 2.0, 3.0, 5.0, 10.0)
SHARE_STEPS = (0.01, 0.02, 0.05, 0.1, 0.2)
MOST_TICKS = 8
LOWEST, HIGHEST = 0.4, 1.25
"""The axis of ratios reaches from here to here at least, on a scale of logarithms."""
LEAST_REACH = 0.02
"""The axis of shares reaches so far to either side of their median at least."""
OUTSIDE = 0.002
"""What part of the replicates may lie beyond either end of the axis."""
SMOOTH = 100
"""With fewer replicates than this for each column, its neighbors have a say in its height."""


class Histogram(Picture):
    """The distribution of one figure over replicates."""

    headline: Headline | None = None
    none = "no replicates yet"

    def show(self, headline: Headline | None, none: str) -> None:
        """Draw this figure; ``none`` is what to say if there is none."""
        self.headline, self.none = headline, none
        self.entitle("" if headline is None else headline.label)
        self.redraw()

    def draw(self, canvas: Canvas) -> None:
        """Bars, axis, pointers."""
        values = np.empty(0) if self.headline is None else _usable(self.headline)
        if self.headline is None or not values.size or canvas.height < 6 or canvas.width < 12:
            canvas.write(0, 1, self.none, "dim")
            return
        _Bars(canvas, self.headline, values).draw()


def _usable(headline: Headline) -> NDArray[np.float64]:
    values = headline.values[np.isfinite(headline.values)]
    return values[values > 0] if headline.is_ratio else values


class _Bars:
    """One drawing, on a scale of logarithms if the figure is a ratio."""

    def __init__(self, canvas: Canvas, headline: Headline, values: NDArray[np.float64]) -> None:
        self.canvas, self.headline = canvas, headline
        self.scaled = np.log(values) if headline.is_ratio else values
        low, high = (float(np.quantile(self.scaled, part)) for part in (OUTSIDE, 1 - OUTSIDE))
        middle = float(np.median(self.scaled))
        least, most = (
            (math.log(LOWEST), math.log(HIGHEST))
            if headline.is_ratio
            else (max(middle - LEAST_REACH, 0.0), min(middle + LEAST_REACH, 1.0))
        )
        self.low, self.high = min(low, least), max(high, most)
        self.width, self.height = canvas.width - 2, canvas.height - 4

    def column(self, value: float) -> int:
        scaled = math.log(value) if self.headline.is_ratio else value
        place = round((scaled - self.low) / (self.high - self.low) * self.width - 0.5)
        return 1 + min(max(place, 0), self.width - 1)

    def draw(self) -> None:
        counts, _ = np.histogram(self.scaled, bins=self.width, range=(self.low, self.high))
        is_rough = self.scaled.size < SMOOTH * self.width
        shown = np.convolve(counts, np.ones(3) / 3, mode="same") if is_rough else counts
        null = self.column(1.0) if self.headline.is_ratio else self.canvas.width
        for x, count in enumerate(shown.tolist(), 1):
            eighths = round(count / max(float(shown.max()), 1e-9) * self.height * 8)
            for row in range(self.height):
                if part := min(max(eighths - 8 * row, 0), 8):
                    fore = "primary" if x < null else "dim"
                    self.canvas.write(2 + self.height - row, x, EIGHTHS[part], fore)
        self.axis()
        if self.headline.is_ratio:
            self.mark(1.0, 0, "no effect", "text")
        if self.headline.published is not None:
            self.mark(self.headline.published, 1, f"published {self.said(self.headline.published)}", "accent!")
        own = self.headline.own
        if math.isfinite(own) and (own > 0 or not self.headline.is_ratio):
            self.mark(own, 2, f"this trial {self.said(own)}", "good!")

    def said(self, value: float) -> str:
        return f"{value:.2f}" if self.headline.is_ratio else f"{value:.1%}"

    def axis(self) -> None:
        ticks = [(tick, f"{tick:g}") for tick in RATIOS if self.low <= math.log(tick) <= self.high]
        if not self.headline.is_ratio:
            reach = self.high - self.low
            step = next((step for step in SHARE_STEPS if reach / step <= MOST_TICKS), SHARE_STEPS[-1])
            first, last = math.ceil(self.low / step), math.floor(self.high / step)
            ticks = [(number * step, f"{number * step:.0%}") for number in range(first, last + 1)]
        row, after = self.canvas.height - 1, 0
        for tick, label in ticks:
            if (start := self.column(tick) - 1) >= after:
                after = self.canvas.write(row, start, label, "dim") + 1

    def mark(self, value: float, row: int, label: str, fore: str) -> None:
        column = self.column(value)
        for at in range(row, self.height + 3):
            self.canvas.write(at, column, "│", fore)
        places = (column + 2, column - len(label) - 1)
        start = next((start for start in places if self.is_free(row, start, len(label))), max(places[1], 0))
        self.canvas.write(row, start, label, fore)

    def is_free(self, row: int, start: int, width: int) -> bool:
        """Whether a label fits there, and nothing stands in its way."""
        is_within = start >= 0 and start + width <= self.canvas.width
        return is_within and set(self.canvas.glyphs[row, start : start + width].tolist()) <= {SPACE}
