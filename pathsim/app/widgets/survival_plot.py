"""One drawing of survival curves: where everything is, and its parts one over the other.

The cost of a drawing grows with its width, not with the number of patients.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pathsim.app.canvas import Canvas, fitted, shortened
from pathsim.app.eighths import EIGHTHS
from pathsim.app.step_lines import PENS, PENS_WITHOUT_HUES, STRONG_PENS, LinePen, level_of, levels, trace
from pathsim.app.widgets.survival_words import comparison, end_of_curve, legend
from pathsim.player.views.live import Curve, EndpointCard, EndpointView
from pathsim.report.figures import months

LEAST_LEFT, LEAST_COLUMNS = 10, 12
LEAST_LABEL, MOST_LABEL = 13, 24
WIDE = 64
"""From this width on there is room for labels at the ends of the curves."""
MOST_BANDS = 6
"""Of more curves than this no intervals are drawn: nobody could tell which tint belongs to which."""
NOTHING = {ord(glyph) for glyph in f" ┈╌{EIGHTHS}"}
"""What words may be written over: the grid, and the edges of intervals."""
GRIDS = {0.0: 4, 0.25: 3, 0.5: 5, 0.75: 5}
"""Where the axis can begin, and into how many parts it is divided then."""


def lowest_shown(curves: Sequence[Curve]) -> float:
    """The highest beginning of the axis from which all curves can be seen."""
    least = min((float(curve.survival.min()) for curve in curves if curve.n), default=0.0)
    return max(base for base in GRIDS if base <= least)


class Plot:
    """A drawing on a canvas. ``base`` is the survival at which the axis begins."""

    def __init__(self, canvas: Canvas, card: EndpointCard, view: EndpointView, *, base: float = 0.0) -> None:
        self.canvas, self.card, self.view, self.groups = canvas, card, view, card.groups
        self.base, parts = base, GRIDS[base]
        widest = max((len(group) for group in self.groups), default=0)
        self.has_labels = canvas.width >= WIDE
        self.right = min(max(widest + 7, LEAST_LABEL), MOST_LABEL, canvas.width * 3 // 10) if self.has_labels else 1
        self.left = min(max(widest + 2, LEAST_LEFT), max(canvas.width // (5 if self.has_labels else 3), LEAST_LEFT))
        self.columns = canvas.width - self.left - self.right
        self.top = 0 if self.has_labels else 1
        rows = canvas.height - self.top - 1 - len(self.groups)
        self.has_censored = rows > 2 * parts + 1
        self.height = (rows - 1 - self.has_censored) // parts * parts + 1
        self.edges: NDArray[np.float64] = np.linspace(0, card.horizon_days, max(self.columns, 1) + 1)
        self.middles = (self.edges[:-1] + self.edges[1:]) / 2
        self._at_edges: list[tuple[Curve, NDArray[np.int64]]] = []

    @property
    def is_too_small(self) -> bool:
        """Whether nothing could be read off it."""
        return self.height < GRIDS[self.base] + 1 or self.columns < LEAST_COLUMNS

    def draw(self, *, show_intervals: bool, ticks_censored: bool) -> None:
        """All of it; ``ticks_censored`` puts ticks on the curves."""
        self.grid()
        if show_intervals:
            self.intervals()
        self.gaps()
        self.ghosts()
        self.axis()
        self.lines(ticks_censored=ticks_censored)
        self.ticks()
        self.published()
        self.at_risk()
        self.censored()
        if self.has_labels:
            self.labels()
        else:
            self.legend()
        self.ratios()

    # ---- places

    def down(self, survival: NDArray[np.float64]) -> NDArray[np.float64]:
        """Which part of the way from 100% to the axis lies above these."""
        return np.asarray((1 - survival) / (1 - self.base))

    def row(self, survival: float) -> int:
        """The row in which a survival lies."""
        return self.top + round(float(self.down(np.asarray(survival))) * (self.height - 1))

    def column(self, day: float) -> int:
        """The column in which a day lies."""
        return self.left + min(int(day / self.card.horizon_days * self.columns), self.columns - 1)

    def pen(self, arm: int) -> LinePen:
        """What an arm is drawn with."""
        palette = self.canvas.palette
        pens = STRONG_PENS if palette.is_strong else PENS if palette.has_hues else PENS_WITHOUT_HUES
        return pens[arm % len(pens)]

    def at_edges(self, curve: Curve) -> NDArray[np.int64]:
        """The levels of a curve at the edges of the columns."""
        for one, found in self._at_edges:
            if one is curve:
                return found
        survival = curve.survival[np.searchsorted(curve.time, self.edges, side="right") - 1]
        self._at_edges.append((curve, levels(self.down(survival), self.height)))
        return self._at_edges[-1][1]

    def columns_of(self, curve: Curve) -> int:
        """Over how many columns anybody was followed."""
        if not curve.n:
            return 0
        return min(int(np.searchsorted(self.edges[:-1], curve.followed_days, side="right")), self.columns)

    # ---- what lies below the curves

    def grid(self) -> None:
        """Lines as far from each other as they are in survival, with their per cents."""
        parts = GRIDS[self.base]
        for part in range(parts + 1):
            level = 1 - (1 - self.base) * part / parts
            row = self.top + part * (self.height - 1) // parts
            is_zoomed = part == parts and self.base > 0
            self.canvas.write(row, self.left - 6, f"{level:4.0%}", "title" if is_zoomed else "dim")
            if 0 < part < parts:
                self.canvas.write(row, self.left, "┈" * self.columns, "rule")

    def intervals(self) -> None:
        """Intervals, in eighths of a cell; where they overlap the tint is a third one. Thin ones are told in words."""
        if len(self.view.curves) > MOST_BANDS:
            return
        shown = [arm for arm, curve in enumerate(self.view.curves) if not self.is_thin(curve)]
        if not self.canvas.palette.has_hues:
            for arm in shown:
                self._outline(arm, self.view.curves[arm])
            return
        levels_of_eighths = 1 - (1 - self.base) * ((np.arange(self.height * 8) + 0.5) / 8 - 0.5) / (self.height - 1)
        inside = np.zeros((self.height * 8, self.columns), np.int64)
        for arm in shown:
            curve = self.view.curves[arm]
            at = np.searchsorted(curve.time, self.middles, side="right") - 1
            known = np.arange(self.columns) < self.columns_of(curve)
            level = levels_of_eighths[:, None]
            between = (level <= curve.upper[at]) & (level >= curve.lower[at]) & known
            inside |= between.astype(np.int64) << arm
        self._tint(inside.reshape(self.height, 8, self.columns))

    def is_thin(self, curve: Curve) -> bool:
        """Whether an interval is nowhere as high as a row, so that no more than chance would be seen of it."""
        return bool(2 * self.reach(curve) * (self.height - 1) < 1 - self.base)

    def told_reach(self, curve: Curve) -> float:
        """Half an interval that is told in words, for it is too thin to be drawn; 0 of one that is drawn."""
        return self.reach(curve) if self.is_thin(curve) else 0.0

    def reach(self, curve: Curve) -> float:
        """Half the interval where it is widest."""
        seen = curve.time <= min(self.card.horizon_days, curve.thin_days or curve.followed_days)
        return float(((curve.upper - curve.lower)[seen] / 2).max(initial=0.0))

    def _outline(self, arm: int, curve: Curve) -> None:
        """The edges of an interval, where no colors could tell its tint."""
        at = np.searchsorted(curve.time, self.middles, side="right") - 1
        for limit in (curve.upper, curve.lower):
            rows = np.rint(self.down(limit[at]) * (self.height - 1)).astype(int).tolist()
            for column in range(self.columns_of(curve)):
                if rows[column] < self.height - 1:
                    self.canvas.write(self.top + rows[column], self.left + column, "╌", f"pale{arm}")

    def _tint(self, inside: NDArray[np.int64]) -> None:
        canvas, number = self.canvas, self.canvas.palette.number
        names = [_band(mask, len(self.view.curves)) for mask in range(1 << len(self.view.curves))]
        numbers = np.array([number(name) for name in names], np.int16)
        top, bottom = inside[:, 0], inside[:, 7]
        eighths = (inside == bottom[:, None, :]).sum(axis=1)
        place = np.s_[self.top : self.top + self.height, self.left : self.left + self.columns]
        glyphs, fore, back = canvas.glyphs[place], canvas.fore[place], canvas.back[place]
        back[:] = numbers[top]
        # Parts of cells would look like lines where there are only letters.
        parted = (top != bottom) & (not canvas.palette.ascii_only)
        blocks = np.array([ord(glyph) for glyph in EIGHTHS], np.uint32)
        glyphs[parted] = blocks[np.minimum(eighths[parted], 8)]
        fore[parted] = numbers[bottom[parted]]
        covered = ~parted & (top > 0)
        glyphs[covered] = ord(" ")

    def gaps(self) -> None:
        """A tint between each curve and that of the trial it is compared with."""
        number = self.canvas.palette.number("gap")
        for curve, ghost in zip(self.view.curves, self.view.ghosts, strict=False):
            columns = min(self.columns_of(curve), self.columns_of(ghost))
            pairs = zip(self.at_edges(curve)[:columns].tolist(), self.at_edges(ghost)[:columns].tolist(), strict=True)
            for column, ends in enumerate(pairs):
                first, last = (level_of(end).row for end in sorted(ends))
                if last - first > 1:
                    place = np.s_[self.top + first + 1 : self.top + last, self.left + column]
                    self.canvas.back[place], self.canvas.glyphs[place] = number, ord(" ")

    def ghosts(self) -> None:
        """The curves of the trial that this one is compared with."""
        for arm, curve in enumerate(self.view.ghosts):
            for row, column in trace(self.pen(arm), self.at_edges(curve), self.columns_of(curve)):
                self.canvas.put(self.top + row, self.left + column, "·", f"arm{arm}")

    # ---- the curves

    def lines(self, *, ticks_censored: bool) -> None:
        """The curves; where they run on top of each other they take turns, so that none is hidden."""
        curves = self.view.curves
        pens = [self.pen(arm) for arm in range(len(curves))]
        traced = [
            trace(pen, self.at_edges(curve), self.columns_of(curve)) for pen, curve in zip(pens, curves, strict=True)
        ]
        censored = [self._rebinned(curve) > 0 for curve in curves] if ticks_censored else []
        thin = [int(np.searchsorted(self.edges, curve.thin_days, side="right")) for curve in curves]
        for row, column in set().union(*traced):
            here = [arm for arm, glyphs in enumerate(traced) if (row, column) in glyphs]
            arm = here[column // 2 % len(here)]
            glyph = traced[arm][row, column]
            if ticks_censored and glyph in pens[arm].along and censored[arm][column]:
                glyph = "╀" if pens[arm].along[1] == "─" else "╇"
            fore = f"pale{arm}" if column >= thin[arm] else f"arm{arm}!"
            self.canvas.put(self.top + row, self.left + column, glyph, fore)

    def _rebinned(self, curve: Curve) -> NDArray[np.int64]:
        """How many were censored in each column."""
        place = np.arange(curve.censored.size) * self.columns // max(curve.censored.size, 1)
        return np.bincount(place, curve.censored, minlength=self.columns).astype(np.int64)

    def published(self) -> None:
        """Published survival, as points to aim at."""
        for arm, points in enumerate(self.card.published):
            for day, survival in points:
                if day <= self.card.horizon_days and survival >= self.base:
                    self.canvas.write(self.row(survival), self.column(day), "◇", f"arm{arm}!")

    # ---- what stands around them

    def axis(self) -> None:
        """The axis, which is the line of no survival, with its ticks."""
        canvas, row = self.canvas, self.top + self.height - 1
        for above in range(self.top, row):
            canvas.put(above, self.left - 1, "│", "rule")
        canvas.write(row, self.left - 1, "└" + "─" * self.columns, "rule")
        if self.base:
            canvas.write(row - 1, self.left - 1, "≈", "title")
        every = self._every()
        canvas.write(row + 1, 0, "at risk"[: self.left - 1], "dim")
        after = self.left
        for number, (day, label) in enumerate(zip(self.card.ticks, self.card.tick_labels, strict=True)):
            if number % every:
                continue
            column = self._tick(day)
            after = canvas.write(row + 1, column - (0 if number == 0 else len(label) // 2), label, "dim")
        if after + 1 + len(self.card.unit) <= canvas.width:
            canvas.write(row + 1, max(after + 1, self.left + self.columns), self.card.unit, "dim")

    def ticks(self) -> None:
        """The ticks of the axis, over the curves of those in whom nobody is left."""
        for day in self.card.ticks[self._every() :: self._every()]:
            self.canvas.put(self.top + self.height - 1, self._tick(day), "┴", "rule")

    def _tick(self, day: float) -> int:
        return self.left + round(day / self.card.horizon_days * (self.columns - 1))

    def at_risk(self) -> None:
        """How many are at risk at each tick."""
        every = self._every()
        for arm, (group, curve) in enumerate(zip(self.groups, self.view.curves, strict=True)):
            row = self.top + self.height + 1 + arm
            self.canvas.write(row, 0, shortened(group, self.left - 1), f"arm{arm}")
            for number in range(0, len(self.card.ticks), every):
                text = str(curve.at_risk[number])
                column = self._tick(self.card.ticks[number])
                self.canvas.write(row, max(column - len(text) // 2, self.left), text, f"arm{arm}")

    def _every(self) -> int:
        """Every how many ticks there is room for a number."""
        room = self.columns / max(len(self.card.ticks), 1)
        return max(1, int(np.ceil(5 / room)))

    def censored(self) -> None:
        """How many were censored when, in eighths of a cell."""
        if not self.has_censored:
            return
        row = self.top + self.height + 1 + len(self.groups)
        counts = sum((self._rebinned(curve) for curve in self.view.curves), np.zeros(self.columns, np.int64))
        self.canvas.write(row, 0, shortened("censored", self.left - 1), "dim")
        if most := int(counts.max(initial=0)):
            eighths = np.ceil(counts / max(most, len(EIGHTHS) - 1) * 8).astype(int).tolist()
            self.canvas.write(row, self.left, "".join(EIGHTHS[eighth] for eighth in eighths), "other")

    # ---- words

    def labels(self) -> None:
        """At the end of each curve its share, its name and its events, moved apart by whole rows."""
        column = self.left + self.columns + 1
        room = self.canvas.width - column
        told = [
            end_of_curve(self.pen(arm).sample, group, curve, self.card.horizon_days, self.told_reach(curve), room)
            for arm, (group, curve) in enumerate(zip(self.groups, self.view.curves, strict=True))
        ]
        ends = [self._end(curve) for curve in self.view.curves]
        space = self.height - 1
        most = max((len(lines) for lines in told), default=0)
        while most > 1 and sum(min(len(lines), most) for lines in told) > space:
            most -= 1
        row = 0
        left = sum(min(len(lines), most) for lines in told)
        for arm in sorted(range(len(told)), key=lambda arm: (ends[arm], arm)):
            lines = told[arm][:most]
            row = min(max(row, ends[arm] - len(lines) // 2), max(space - left, row))
            for line in lines:
                self.canvas.write(self.top + row, column, line, f"arm{arm}!")
                row += 1
            left -= len(lines)

    def _end(self, curve: Curve) -> int:
        """The row in which a curve ends."""
        columns = self.columns_of(curve)
        return level_of(int(self.at_edges(curve)[columns])).row if columns else 0

    def legend(self) -> None:
        """One line: each arm with its pen, its patients, its median; from the edge if it needs the room."""
        both = zip(self.groups, self.view.curves, strict=True)
        texts = [legend(self.pen(arm).sample, group, curve) for arm, (group, curve) in enumerate(both)]
        arms = max(len(self.groups), 1)
        start = self.left if self.canvas.width - self.left >= sum(len(words[3]) + 3 for words in texts) else 0
        room = (self.canvas.width - start) // arms - 2
        column = start
        for arm, words in enumerate(texts):
            column = self.canvas.write(0, column, fitted(words, room), f"arm{arm}!") + 3

    def ratios(self) -> None:
        """The comparison of each arm with control by now, in the lowest rows that have room: all in the same words."""
        told = []
        for found, published in zip(self.view.ratios, self.card.published_ratios, strict=True):
            of = f"{found.arm}: " if len(self.view.ratios) > 1 else ""
            wordings = comparison(found, published, is_stratified=self.card.is_stratified)
            if lines := [[of + first, *more] for first, *more in wordings]:
                told.append(lines)
        for number in range(max(map(len, told), default=0)):
            if self._say_all([one[min(number, len(one) - 1)] for one in told]):
                return
        for one in told:
            next(filter(self._say, one), None)

    def _say_all(self, texts: list[list[str]]) -> bool:
        """Write these texts, the first highest, if there is room for all of them."""
        below, places = self.top + self.height - 1, []
        for lines in reversed(texts):
            row = self._room(lines, below)
            if row is None:
                return False
            places.append((row, lines))
            below = row
        for row, lines in places:
            self._write(lines, row)
        return True

    def _say(self, lines: list[str]) -> bool:
        """Write these lines into the lowest rows where no curve runs, at the left; False if there are none."""
        return self._say_all([lines])

    def _room(self, lines: list[str], below: int) -> int | None:
        """The lowest row above another one from which on lines have room at the left, where no curve runs."""
        first, last = self.left + 1, self.left + max(map(len, lines)) + 2
        if last > self.left + self.columns - 1:
            return None
        rows = range(below - len(lines), self.top - 1, -1)
        return next((r for r in rows if set(self.canvas.glyphs[r : r + len(lines), first:last].flat) <= NOTHING), None)

    def _write(self, lines: list[str], row: int) -> None:
        for number, line in enumerate(lines):
            self.canvas.write(row + number, self.left + 1, line, "text")

    def cross(self, day: float) -> None:
        """A crosshair that reads survival off all curves."""
        canvas, column = self.canvas, self.column(day)
        for row in range(self.top, self.top + self.height):
            canvas.fill(row, column, 1, "select")
        told = []
        for group, curve in zip(self.groups, self.view.curves, strict=True):
            at = int(np.searchsorted(curve.time, day, side="right")) - 1
            told.append((group, f"{curve.survival[at]:.0%}" if day <= curve.followed_days else "-"))
        names, values = (", ".join(parts) for parts in zip(*((f"{g} {v}", v) for g, v in told), strict=True))
        self._say([fitted((f"{months(day)}: {names}", f"{months(day)}: {values}"), self.columns - 1)])


def _band(mask: int, arms: int) -> str:
    return "band" + "".join(str(arm) for arm in range(arms) if mask >> arm & 1) if mask else ""
