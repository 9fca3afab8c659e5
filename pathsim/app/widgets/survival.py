"""Survival curves: heavy and light lines, intervals as tints, censored patients, numbers at risk under the ticks.

The cost of a drawing grows with the width of the widget, not with the number of patients.
"""

from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from textual.binding import Binding, BindingType
from textual.reactive import reactive

from pathsim.app.canvas import Canvas, fitted
from pathsim.app.widgets.picture import Picture
from pathsim.player.views.live import Curve, EndpointCard, EndpointView, HazardRatioView
from pathsim.report.curves import BOX_PENS, trace
from pathsim.report.figures import months, p_value, ratio
from pathsim.text import counted

EIGHTHS = " ▁▂▃▄▅▆▇█"
CROSSHAIR_STEPS = 72
LEAST_LEFT = 8
NOTHING = {ord(glyph) for glyph in f" ┈{EIGHTHS}"}
"""What words may be written over: the grid, and the edges of intervals."""
LEVELS = (0.0, 0.25, 0.5, 0.75, 1.0)


class SurvivalPlot(Picture, can_focus=True):
    """The curves of one endpoint."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("left", "move(-1)", "Earlier", show=False, id="plot.earlier"),
        Binding("right", "move(1)", "Later", show=False, id="plot.later"),
    ]
    show_bands: reactive[bool] = reactive(default=True)
    crosshair: reactive[float | None] = reactive(None)

    card: EndpointCard | None = None
    view: EndpointView | None = None
    groups: tuple[str, ...] = ()

    def show(self, card: EndpointCard, view: EndpointView, groups: tuple[str, ...]) -> None:
        """Draw this endpoint on this day."""
        self.card, self.view, self.groups = card, view, groups
        self.entitle(card.label, card.unit)
        self.redraw()

    def watch_show_bands(self) -> None:
        """Draw with or without intervals."""
        self.redraw()

    def watch_crosshair(self) -> None:
        """Draw the crosshair elsewhere."""
        self.redraw()

    def action_move(self, step: int) -> None:
        """Move the crosshair."""
        if self.card is None:
            return
        horizon = self.card.horizon_days
        here = horizon / 2 if self.crosshair is None else self.crosshair + step * horizon / CROSSHAIR_STEPS
        self.crosshair = min(max(here, 0.0), horizon)

    def action_toggle_crosshair(self) -> None:
        """Show the crosshair, or hide it."""
        self.crosshair = None if self.crosshair is not None or self.card is None else self.card.horizon_days / 2

    def draw(self, canvas: Canvas) -> None:
        """The plot, its axis and the numbers at risk."""
        if self.card is None or self.view is None:
            return
        plot = _Plot(canvas, self.card, self.view, self.groups)
        if plot.height < 3 or plot.columns < 12:
            canvas.write(0, 0, "too small for curves", "dim")
            return
        plot.grid()
        if self.show_bands:
            plot.bands()
        plot.ghosts()
        plot.lines()
        plot.published()
        plot.axis()
        plot.legend()
        plot.ratios()
        if self.crosshair is not None:
            plot.cross(self.crosshair)


class _Plot:
    """One drawing: where everything is, and its parts one over the other."""

    def __init__(self, canvas: Canvas, card: EndpointCard, view: EndpointView, groups: tuple[str, ...]) -> None:
        self.canvas, self.card, self.view, self.groups = canvas, card, view, groups
        widest = max((len(group) for group in groups), default=0) + 2
        self.left = min(max(widest, LEAST_LEFT), max(canvas.width // 3, LEAST_LEFT))
        self.columns = canvas.width - self.left - 3
        self.top = 1
        self.height = canvas.height - self.top - 2 - len(groups)
        self.edges: NDArray[np.float64] = np.linspace(0, card.horizon_days, max(self.columns, 1) + 1)

    def row(self, survival: float) -> int:
        return self.top + round((1 - survival) * (self.height - 1))

    def column(self, day: float) -> int:
        return self.left + min(int(day / self.card.horizon_days * self.columns), self.columns - 1)

    def grid(self) -> None:
        for level in LEVELS:
            row = self.row(level)
            self.canvas.write(row, self.left - 6, f"{level:4.0%}", "dim")
            if 0 < level < 1:
                self.canvas.write(row, self.left, "┈" * self.columns, "faint")
        for row in range(self.top, self.top + self.height):
            self.canvas.write(row, self.left - 1, "│", "dim")
        for level in LEVELS:
            self.canvas.write(self.row(level), self.left - 1, "┤", "dim")

    def bands(self) -> None:
        """Intervals, in eighths of a cell; where they overlap the tint is a third one."""
        middles = (self.edges[:-1] + self.edges[1:]) / 2
        levels = 1 - (np.arange(self.height * 8) + 0.5) / 8 / (self.height - 1) + 0.5 / (self.height - 1)
        inside = np.zeros((self.height * 8, self.columns), np.int64)
        for arm, curve in enumerate(self.view.curves):
            at = np.searchsorted(curve.time, middles, side="right") - 1
            known = middles <= curve.followed_days
            between = (levels[:, None] <= curve.upper[at]) & (levels[:, None] >= curve.lower[at]) & known
            inside |= between.astype(np.int64) << arm
        self._tint(inside.reshape(self.height, 8, self.columns))

    def _tint(self, inside: NDArray[np.int64]) -> None:
        canvas, number = self.canvas, self.canvas.palette.number
        names = [_band(mask, len(self.view.curves)) for mask in range(1 << len(self.view.curves))]
        numbers = np.array([number(name) for name in names], np.int16)
        top, bottom = inside[:, 0], inside[:, 7]
        eighths = (inside == bottom[:, None, :]).sum(axis=1)
        place = np.s_[self.top : self.top + self.height, self.left : self.left + self.columns]
        glyphs, fore, back = canvas.glyphs[place], canvas.fore[place], canvas.back[place]
        back[:] = numbers[top]
        parted = top != bottom
        blocks = np.array([ord(glyph) for glyph in EIGHTHS], np.uint32)
        glyphs[parted] = blocks[np.minimum(eighths[parted], 8)]
        fore[parted] = numbers[bottom[parted]]
        covered = ~parted & (top > 0)
        glyphs[covered] = ord(" ")

    def ghosts(self) -> None:
        """The curves of the trial that this one is compared with."""
        for arm, curve in enumerate(self.view.ghosts):
            for (row, column), glyph in self._traced(arm, curve, np.empty(0)).items():
                dotted = "·" if glyph in ("━", "─", "═") else glyph
                self._put(row, column, dotted, f"ghost{arm}")

    def lines(self) -> None:
        """The curves; where they run on top of each other they take turns, so that none is hidden."""
        traced = [self._traced(arm, curve, curve.censored) for arm, curve in enumerate(self.view.curves)]
        for place in set().union(*traced):
            here = [arm for arm, glyphs in enumerate(traced) if place in glyphs]
            arm = here[place[1] // 2 % len(here)]
            curve = self.view.curves[arm]
            is_thin = self.edges[place[1]] > curve.thin_days
            self._put(*place, traced[arm][place], f"ghost{arm}" if is_thin else f"arm{arm}!")

    def _traced(self, arm: int, curve: Curve, censored: NDArray[np.float64]) -> dict[tuple[int, int], str]:
        pen = BOX_PENS[arm % len(BOX_PENS)]
        last = curve.followed_days if curve.n else -1.0
        return trace(pen, curve.time, curve.survival, censored, last, edges=self.edges, height=self.height)

    def _put(self, row: int, column: int, glyph: str, fore: str) -> None:
        self.canvas.write(self.top + row, self.left + column, glyph, fore)

    def published(self) -> None:
        """Published survival, as points to aim at."""
        for arm, points in enumerate(self.card.published):
            for day, survival in points:
                if day <= self.card.horizon_days:
                    self.canvas.write(self.row(survival), self.column(day), "◇", f"arm{arm}!")

    def axis(self) -> None:
        """The axis with its ticks, and who is at risk at each of them."""
        canvas, row = self.canvas, self.top + self.height
        canvas.write(row, self.left - 1, "└" + "─" * self.columns, "dim")
        canvas.write(row + 1, 0, "at risk"[: self.left - 1], "dim")
        every = self._every()
        for number, (day, label) in enumerate(zip(self.card.ticks, self.card.tick_labels, strict=True)):
            if number % every:
                continue
            column = self.left + round(day / self.card.horizon_days * (self.columns - 1))
            if number:
                canvas.write(row, column, "┴", "dim")
            canvas.write(row + 1, column - (0 if number == 0 else len(label) // 2), label, "dim")
            for arm, curve in enumerate(self.view.curves):
                text = str(curve.at_risk[number])
                canvas.write(row + 2 + arm, max(column - len(text) // 2, self.left), text, f"arm{arm}")
        for arm, group in enumerate(self.groups):
            canvas.write(row + 2 + arm, 0, group[: self.left - 1], f"arm{arm}")

    def _every(self) -> int:
        """Every how many ticks there is room for a number."""
        room = self.columns / max(len(self.card.ticks), 1)
        return max(1, int(np.ceil(5 / room)))

    def legend(self) -> None:
        """One line: each arm with its pen, its patients, its median; from the edge if it needs the room."""
        texts = [self._words(arm) for arm in range(len(self.groups))]
        arms = max(len(self.groups), 1)
        start = self.left if self.canvas.width - self.left >= sum(len(words[3]) + 3 for words in texts) else 0
        room = (self.canvas.width - start) // arms - 2
        column = start
        for arm, words in enumerate(texts):
            column = self.canvas.write(0, column, fitted(words, room), f"arm{arm}!") + 3

    def _words(self, arm: int) -> list[str]:
        group, curve = self.groups[arm], self.view.curves[arm]
        pen = BOX_PENS[arm % len(BOX_PENS)].along * 2
        middle = "not reached" if curve.median_days is None else months(curve.median_days)
        return [
            f"{pen} {group} {counted(curve.events, 'event')} in {curve.n}, median {middle}",
            f"{pen} {group} {counted(curve.events, 'event')} in {curve.n}",
            f"{pen} {group} {curve.events} of {curve.n}",
            f"{pen} {group} {curve.events}/{curve.n}",
            f"{pen} {group}",
        ]

    def ratios(self) -> None:
        """The comparison of each arm with control by now, in the lowest rows that have room for it."""
        told = list(zip(self.view.ratios, self.card.published_ratios, strict=True))
        for found, published in reversed(told):
            self._ratio(found, published, f"{found.arm}: " if len(told) > 1 else "")

    def _ratio(self, found: HazardRatioView, published_ratio: float | None, of: str) -> None:
        if found.estimate is None or found.p_one_sided is None:
            return
        estimate = ratio(found.estimate)
        if found.lower is not None and found.upper is not None:
            estimate += f" ({ratio(found.lower)}-{ratio(found.upper)})"
        published = "" if published_ratio is None else f"; published {published_ratio:.2f}"
        within = "stratified " if self.card.is_stratified else ""
        test = f"P {p_value(found.p_one_sided)}{published}"
        said, whole = f"1-sided {test}", f"{within}hazard ratio {estimate}, one-sided {test}"
        texts = [[whole], [f"{within}HR {estimate}, {said}"], [f"{within}HR {estimate}", said]]
        texts += [[f"{kind}HR {estimate}", *said.split("; ")] for kind in dict.fromkeys((within, ""))]
        texts += [[f"HR {estimate}"], [f"HR {ratio(found.estimate)}"]]
        for lines in texts:
            told = [of + lines[0], *lines[1:]]
            if max(map(len, told)) < self.columns and self._say(told):
                return

    def _say(self, lines: list[str]) -> bool:
        """Write these lines into the lowest rows where no curve runs, at the left; False if there are none."""
        first, last = self.left + 1, self.left + max(map(len, lines)) + 2
        for row in range(self.top + self.height - len(lines), self.top, -1):
            if set(self.canvas.glyphs[row : row + len(lines), first:last].flat) <= NOTHING:
                for number, line in enumerate(lines):
                    self.canvas.write(row + number, first, line, "text")
                return True
        return False

    def cross(self, day: float) -> None:
        """A crosshair that reads survival off both curves."""
        canvas, column = self.canvas, self.column(day)
        for row in range(self.top, self.top + self.height):
            canvas.fill(row, column, 1, "cursor")
        told = []
        for group, curve in zip(self.groups, self.view.curves, strict=True):
            at = int(np.searchsorted(curve.time, day, side="right")) - 1
            told.append((group, f"{curve.survival[at]:.0%}" if day <= curve.followed_days else "-"))
        names, values = (", ".join(parts) for parts in zip(*((f"{g} {v}", v) for g, v in told), strict=True))
        self._say([fitted((f"{months(day)}: {names}", f"{months(day)}: {values}"), self.columns - 1)])


def _band(mask: int, arms: int) -> str:
    return "band" + "".join(str(arm) for arm in range(arms) if mask >> arm & 1) if mask else ""
