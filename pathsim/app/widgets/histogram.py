"""Hazard ratios of many trials: the published one, the null, and the trial on screen among them."""

import math

import numpy as np

from pathsim.app.canvas import Canvas
from pathsim.app.widgets.picture import Picture
from pathsim.player.shown import EnsembleView

EIGHTHS = " ▁▂▃▄▅▆▇█"
TICKS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 1.0, 1.25, 1.5, 2.0, 3.0, 5.0, 10.0)
LOWEST, HIGHEST = 0.4, 1.25
"""The axis reaches from here to here at least, on a scale of logarithms."""


class RatioHistogram(Picture):
    """The distribution of hazard ratios."""

    view: EnsembleView | None = None

    def show(self, view: EnsembleView | None) -> None:
        """Draw these replicates."""
        self.view = view
        self.entitle("Hazard ratio" if view is None else f"Hazard ratio, {view.endpoint.lower()}")
        self.redraw()

    def draw(self, canvas: Canvas) -> None:
        """Bars, axis, marks."""
        ratios = (
            np.empty(0)
            if self.view is None
            else self.view.ratios[np.isfinite(self.view.ratios) & (self.view.ratios > 0)]
        )
        if self.view is None or not ratios.size or canvas.height < 6 or canvas.width < 12:
            canvas.write(0, 1, "no hazard ratio", "dim")
            return
        logs = np.log(ratios)
        low = min(math.log(LOWEST), float(np.quantile(logs, 0.002)))
        high = max(math.log(HIGHEST), float(np.quantile(logs, 0.998)))
        width, height = canvas.width - 2, canvas.height - 4
        counts, _ = np.histogram(logs, bins=width, range=(low, high))
        smooth = np.convolve(counts, np.ones(3) / 3, mode="same") if ratios.size < 20 * width else counts

        def column(ratio: float) -> int:
            return 1 + min(max(round((math.log(ratio) - low) / (high - low) * width - 0.5), 0), width - 1)

        null = column(1.0)
        for x, count in enumerate(smooth.tolist(), 1):
            eighths = round(count / max(float(smooth.max()), 1e-9) * height * 8)
            for row in range(height):
                part = min(max(eighths - 8 * row, 0), 8)
                if part:
                    canvas.write(2 + height - row, x, EIGHTHS[part], "primary" if x < null else "dim")
        canvas.write(canvas.height - 1, 0, "", "dim")
        for tick in TICKS:
            if low <= math.log(tick) <= high:
                canvas.write(canvas.height - 1, column(tick) - 1, f"{tick:g}", "dim")
        self._mark(canvas, null, 0, "no effect", "text", height)
        if self.view.published is not None:
            self._mark(
                canvas, column(self.view.published), 1, f"published {self.view.published:.2f}", "accent!", height
            )
        own = float(self.view.ratios[0])
        if math.isfinite(own) and own > 0:
            self._mark(canvas, column(own), 2, f"this trial {own:.2f}", "good!", height)

    @staticmethod
    def _mark(canvas: Canvas, column: int, row: int, label: str, fore: str, height: int) -> None:
        for at in range(row, height + 3):
            canvas.write(at, column, "│", fore)
        start = column + 2 if column + 2 + len(label) <= canvas.width else column - len(label) - 1
        canvas.write(row, start, label, fore)
