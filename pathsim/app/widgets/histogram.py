"""The headline of many trials: hazard ratios, or survival; below it what was published and the trial on screen."""

import math
from collections import Counter
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from pathsim.app.axis import Axis, usable
from pathsim.app.canvas import Canvas, fitted
from pathsim.app.eighths import EIGHTHS
from pathsim.app.widgets.picture import Picture
from pathsim.player.views.ensemble import Headline
from pathsim.text import counted

LEAST_AT_MODE = 0.05
"""What part of the replicates the highest bar holds at least; else bars become wider."""
MOST_POINTS = 3
"""Rows of single trials below the axis."""
ROWS_BELOW = 4
"""The axis, what points at it, its numbers, and what the shades mean."""

WHOLE, WEAK = 8, "░"
"""The eighths of a full cell, and what it is drawn with where trials have no such P: color alone would not tell."""


class Histogram(Picture):
    """The distribution of one figure over replicates."""

    headline: Headline | None = None
    none = "no replicates yet"
    level = 0.0
    is_over = True
    so_far: float | None = None
    points: tuple[float, ...] = ()
    tells_power = True

    def show(
        self,
        headline: Headline | None,
        none: str,
        level: float,
        *,
        is_over: bool,
        so_far: float | None,
        points: tuple[float, ...] = (),
        tells_power: bool = True,
    ) -> None:
        """Draw this figure, or say that there is ``none``; P values below ``level`` are told apart.

        Of the trial on screen, that at its end is shown once it is over, and before it the hazard ratio ``so_far``.
        Each of the ``points`` is a trial by itself, below the others. Where a lesson is still to ask for the power,
        nothing ``tells_power``.
        """
        self.points, self.tells_power = points, tells_power
        self.headline, self.none, self.level = headline, none, level
        self.is_over, self.so_far = is_over, so_far
        self.entitle("" if headline is None else headline.label)
        self.redraw()

    def draw(self, canvas: Canvas) -> None:
        """Bars, axis, pointers."""
        headline = self.headline
        if headline is None or not usable(headline.values, is_ratio=headline.is_ratio).any():
            canvas.write(0, 1, self.none, "dim")
            return
        if canvas.height < 7 or canvas.width < 12:
            canvas.write(0, 1, "too small", "dim")
            return
        own = _Own(headline.own, "▲", "this trial")
        if not self.is_over:
            so_far = self.so_far if headline.is_ratio and self.so_far is not None else math.nan
            own = _Own(so_far, "△", "this trial so far")
        _Bars(canvas, headline, self.level, own, self.points, tells_power=self.tells_power).draw()


class _Own(NamedTuple):
    """The figure of the trial on screen, and how it is pointed at."""

    value: float
    sign: str
    words: str


class _Pointer(NamedTuple):
    """Something that stands below the axis."""

    column: int
    sign: str
    label: str
    fore: str


class _Bars:
    """One drawing, on a scale of logarithms if the figure is a ratio."""

    def __init__(
        self,
        canvas: Canvas,
        headline: Headline,
        level: float,
        own: _Own,
        points: tuple[float, ...] = (),
        *,
        tells_power: bool = True,
    ) -> None:
        self.tells_power = tells_power
        self.canvas, self.headline, self.level, self.own = canvas, headline, level, own
        self.usable = usable(headline.values, is_ratio=headline.is_ratio)
        self.values = headline.values[self.usable]
        self.axis = Axis.over(self.values, 1, canvas.width - 2, is_ratio=headline.is_ratio)
        self.points = Counter(self.axis.column(value) for value in points)
        """How many are in a column."""
        self.point_rows = min(max(self.points.values(), default=0), MOST_POINTS)
        self.width, self.height = self.axis.width, canvas.height - ROWS_BELOW - self.point_rows

    def draw(self) -> None:
        self.bars()
        if self.headline.is_ratio:
            null = self.axis.draw_null(self.canvas, range(self.height))
            self.beside(0, null, "no effect")
        self.axis.draw(self.canvas, self.height, self.height + 2 + self.point_rows)
        self.pointers()
        self.stacks()
        self.canvas.write(self.canvas.height - 1, 1, fitted(self.meaning(), self.canvas.width - 1), "dim")

    def bars(self) -> None:
        """Strong is the part of each bar whose P is below the level."""
        counts, width = self.binned()
        significant = self.headline.is_significant
        strong = self.values[:0] if significant is None else self.values[significant[self.usable]]
        bright = self.axis.counts(strong, width)
        highest = max(float(counts.max()), 1.0)
        for number, (count, of_it) in enumerate(zip(counts.tolist(), bright.tolist(), strict=True)):
            eighths, bright_eighths = (round(part / highest * self.height * 8) for part in (count, of_it))
            start = 1 + number * width
            for row in range(self.height):
                part = min(max(eighths - 8 * row, 0), 8)
                if not part:
                    break
                is_strong = bright_eighths - 8 * row >= part / 2
                glyph = WEAK if part == WHOLE and significant is not None and not is_strong else EIGHTHS[part]
                glyphs = glyph * min(width, self.width + 1 - start)
                self.canvas.write(self.height - 1 - row, start, glyphs, "dim" if is_strong else "other")

    def binned(self) -> tuple[NDArray[np.int64], int]:
        """How many trials are in each bar, and how many columns wide bars are."""
        for width in range(1, max(self.width // 8, 1) + 1):
            counts = self.axis.counts(self.values, width)
            if counts.max() >= LEAST_AT_MODE * self.values.size:
                break
        return counts, width

    def pointers(self) -> None:
        """▲ this trial and ◇ what was published, with their values beside them where they do not collide."""
        found = []
        if self.headline.published is not None:
            published = self.headline.published
            found.append(_Pointer(self.axis.column(published), "◇", f"published {self.said(published)}", "title"))
        own = self.own
        if math.isfinite(own.value) and (own.value > 0 or not self.headline.is_ratio):
            told = f"{own.words} {self.said(own.value)}"
            found.append(_Pointer(self.axis.column(own.value), own.sign, told, "yours!"))
        found.sort(key=lambda mark: mark.column)
        row = self.height + 1
        if len(found) == 2 and found[0].column == found[1].column:
            # On one place both signs stand beside each other.
            shift = 1 if found[1].column < self.canvas.width - 1 else -1
            found[1] = found[1]._replace(column=found[1].column + shift)
            found.sort(key=lambda mark: mark.column)
        taken = [(mark.column, mark.column + 1) for mark in found]
        for mark in found:
            self.canvas.write(row, mark.column, mark.sign, mark.fore)
        for number, mark in enumerate(found):
            first, *_, value = mark.label.split(" ")
            for label in (mark.label, f"{first} {value}", value):
                # Outward first, so that the words of both do not meet.
                sides = [mark.column - len(label) - 1, mark.column + 2]
                outward = sides if number == 0 and len(found) == 2 else sides[::-1]
                start = next((start for start in outward if self.has_room(start, len(label), taken)), None)
                if start is not None:
                    self.canvas.write(row, start, label, mark.fore)
                    taken.append((start - 1, start + len(label) + 1))
                    break

    def stacks(self) -> None:
        """A point for each single trial, below each other where several lie at one place; how many, where too many."""
        for column, count in self.points.items():
            for row in range(min(count, self.point_rows)):
                is_last = row == self.point_rows - 1 and count > self.point_rows
                more = str(min(count - row, 9)) if is_last else "●"
                self.canvas.write(self.height + 2 + row, column, more, "yours!")

    def has_room(self, start: int, width: int, taken: list[tuple[int, int]]) -> bool:
        """Whether words fit there, beside what else stands in the row."""
        is_within = start >= 0 and start + width <= self.canvas.width
        return is_within and all(start + width <= first or last <= start for first, last in taken)

    def meaning(self) -> list[str]:
        """What the shades mean."""
        significant = self.headline.is_significant
        if significant is None:
            return [counted(self.values.size, "trial")]
        if not self.tells_power:
            trials = counted(significant.size, "trial")
            return [f"Strong bars: one-sided P below {self.level:g}. {trials}.", f"strong: P < {self.level:g}"]
        share = float(significant.mean())
        return [
            f"Strong bars: one-sided P below {self.level:g}, {share:.0%} of {counted(significant.size, 'trial')}.",
            f"Strong bars: P below {self.level:g}, {share:.0%} of trials",
            f"strong: P < {self.level:g}",
        ]

    def beside(self, row: int, column: int, text: str) -> None:
        """Words beside a line, on the side where no bar stands."""
        for start in (column + 1, column - len(text)):
            place = self.canvas.glyphs[row, max(start, 0) : start + len(text)]
            if 0 <= start <= self.canvas.width - len(text) and set(place.tolist()) <= {ord(" ")}:
                self.canvas.write(row, start, text, "dim")
                return

    def said(self, value: float) -> str:
        return f"{value:.2f}" if self.headline.is_ratio else f"{value:.1%}"
