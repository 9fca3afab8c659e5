"""The monitoring committee: z walks with information toward the bounds, and the looks are where it was seen.

Inside the chart there is no word: bounds are named in a gutter at the right, looks on the axis, verdicts below.
"""

from collections.abc import Iterator
from itertools import pairwise

from pathsim.app.canvas import Canvas, fitted, shortened
from pathsim.app.step_lines import LEVELS_OF_ROW, level_of
from pathsim.app.widgets.picture import Picture
from pathsim.player.views.live import CommitteeCard, LookView, Snapshot

LEFT = 4
GUTTER, WIDE_ENOUGH = 16, 46
"""Columns for the names of the bounds; in a narrower chart there is only room for their numbers."""
NARROW_GUTTER = 7
LEAST_ROWS = 5
"""With fewer rows for z there is no chart, only its present value on a line."""
ROOMY_ROWS = 8
"""With so many the rules that the bounds follow from are told below."""
HIGHEST_BOUND = 6.5
"""Bounds of early looks can be far higher than any z: they would press the rest of the chart flat."""
WALK = "˙·."
"""A point at the top of its cell, in the middle, at the bottom."""
LOOK, BOUND = "◉", "╋"


class CommitteeChart(Picture):
    """z against information, with the bounds of the looks."""

    card: CommitteeCard | None = None
    snapshot: Snapshot | None = None

    def show(self, card: CommitteeCard | None, snapshot: Snapshot) -> None:
        """Draw the chart on this day."""
        self.card, self.snapshot = card, snapshot
        self.entitle("Committee", *(() if card is None else _counted(card, snapshot)))
        self.redraw()

    def draw(self, canvas: Canvas) -> None:
        """The axes, the bounds, the walk, the looks."""
        if self.card is None or self.snapshot is None:
            canvas.write(0, 1, "this trial has no monitoring committee", "dim")
            return
        if canvas.height < 2 or canvas.width < 20:
            return
        _Chart(canvas, self.card, self.snapshot).draw()


def is_shown(bound: float) -> bool:
    """Whether there is room for a bound in the chart."""
    return abs(bound) <= HIGHEST_BOUND


def _counted(card: CommitteeCard, snapshot: Snapshot) -> tuple[str, ...]:
    """How many events the committee goes by, and how many the curves count where that is another number."""
    known = f"{snapshot.events_known} of {card.planned_events} events"
    told = f"stopped at {known}" if snapshot.is_stopped else f"{known} known"
    if snapshot.events_counted == snapshot.events_known:
        return told, known
    other = snapshot.events_counted
    return f"{told}; the curves count {other}", f"{known}; curves {other}", known


class _Chart:
    def __init__(self, canvas: Canvas, card: CommitteeCard, snapshot: Snapshot) -> None:
        self.canvas, self.card, self.snapshot = canvas, card, snapshot
        bounds = [bound for kind in range(2) for _, bound in self.known(kind)]
        values = [z for _, z in snapshot.z_path] + bounds + [0.0, 3.0]
        self.lowest, self.highest = min(-0.5, *values), max(values)
        self.gutter = GUTTER if canvas.width >= WIDE_ENOUGH else NARROW_GUTTER
        self.columns = canvas.width - LEFT - self.gutter
        looks = [(number, look) for number, look in enumerate(snapshot.looks, 1) if look.z is not None]
        self.looks = looks[max(len(looks) - max(canvas.height - LEAST_ROWS - 2, 1), 0) :]
        """Those with a verdict that there is room for: the last ones."""
        self.rules = card.rules if canvas.height - 2 - len(self.looks) - len(card.rules) >= ROOMY_ROWS else ()
        self.rows = canvas.height - 2 - len(self.looks) - len(self.rules)

    def draw(self) -> None:
        if self.rows < LEAST_ROWS:
            self.on_a_line()
            return
        self.axes()
        self.bounds()
        self.walk()
        self.ticks()
        self.gutter_labels()
        for row, (number, look) in enumerate(self.looks, self.rows + 2):
            self.verdict(row, number, look)
        for row, rule in enumerate(self.rules, self.canvas.height - len(self.rules)):
            self.canvas.write(row, 0, shortened(rule, self.canvas.width), "dim")

    # ---- places

    def level(self, z: float) -> int:
        """The level of a value, three to a row, counted downward from the middle of the first row."""
        part = (self.highest - z) / (self.highest - self.lowest)
        return round(min(max(part, 0.0), 1.0) * (self.rows - 1) * LEVELS_OF_ROW)

    def row(self, z: float) -> int:
        return level_of(self.level(z)).row

    def column(self, information: float) -> int:
        return LEFT + min(round(information * (self.columns - 1)), self.columns - 1)

    # ---- parts

    def axes(self) -> None:
        canvas = self.canvas
        for row in range(self.rows):
            canvas.write(row, LEFT - 1, "│", "rule")
        canvas.write(self.row(0), LEFT, "┈" * self.columns, "rule")
        taken: set[int] = set()
        for z in sorted(range(-6, 7), key=lambda z: (z % 2 != 0, abs(z))):
            if self.lowest <= z <= self.highest and not taken & {row := self.row(z), row - 1, row + 1}:
                taken.add(row)
                canvas.write(row, 0, f"{z:>2}", "dim")
                canvas.write(row, LEFT - 1, "┤", "rule")
        canvas.write(self.rows, LEFT - 1, "└" + "─" * self.columns, "rule")

    def bounds(self) -> None:
        """The way between the bounds of the looks."""
        for kind in range(2):
            known = list(self.known(kind))
            for (at, bound), (after, then) in pairwise(known):
                first, last = self.column(at), self.column(after)
                for column in range(first, last + 1):
                    part = (column - first) / max(last - first, 1)
                    self.canvas.put(self.row(bound + part * (then - bound)), column, "╌", "rule")

    def known(self, kind: int) -> Iterator[tuple[float, float]]:
        """The information and the height of the bounds for benefit (0) or futility (1) that there is room for.

        Of looks that were held as they were then, of others as they are planned.
        """
        held = [(look.information, look.bounds[kind]) for look in self.snapshot.looks]
        planned = zip(self.card.information, (self.card.efficacy, self.card.futility)[kind], strict=True)
        last = max((at for at, _ in held), default=-1.0)
        ahead = [] if self.snapshot.is_stopped else [(at, bound) for at, bound in planned if at > last]
        for at, bound in (*held, *ahead):
            if bound is not None and is_shown(bound):
                yield at, bound

    def walk(self) -> None:
        """The way of z so far; over it the bounds at their looks, and where the committee looked at z, a ring."""
        for information, z in self.snapshot.z_path:
            row, part = level_of(self.level(z))
            self.canvas.put(row, self.column(information), WALK[part], "text!")
        for kind in range(2):
            for at, bound in self.known(kind):
                self.canvas.write(self.row_of_bound(kind, at, bound), self.column(at), BOUND, "title")
        for look in self.snapshot.looks:
            if look.z is not None:
                self.canvas.write(self.row(look.z), self.column(look.information), LOOK, "title")

    def row_of_bound(self, kind: int, information: float, bound: float) -> int:
        """The row of a bound; beyond that of a z which has not crossed it, so that z does not seem to lie on it."""
        row = self.row(bound)
        seen = [look.z for look in self.snapshot.looks if look.information == information and look.z is not None]
        if kind == 0:
            return max(row - any(z < bound and self.row(z) == row for z in seen), 0)
        return min(row + any(z > bound and self.row(z) == row for z in seen), self.rows - 1)

    def ticks(self) -> None:
        """Below the axis the looks that were held, by number, and the information at which looks are planned."""
        row, after = self.rows + 1, self.canvas.write(self.rows + 1, 0, "z", "dim") + 1
        held = [(look.information, str(number), "title") for number, look in enumerate(self.snapshot.looks, 1)]
        planned = [(information, f"{information:.0%}", "dim") for information in self.card.information]
        marked: list[tuple[int, str, str]] = []
        for at, text, fore in held:
            # Looks that came soon after each other stand beside each other.
            start = max(self.column(at) - (len(text) - 1) // 2, marked[-1][0] + len(marked[-1][1]) + 1 if marked else 0)
            marked.append((start, text, fore))
            self.canvas.write(row, start, text, fore)
        taken = [(start - 1, start + len(text) + 1) for start, text, _ in marked]
        for at, text, fore in planned:
            start = min(self.column(at) - len(text) // 2, self.canvas.width - len(text))
            end = start + len(text)
            if start >= after and all(end <= first or last <= start for first, last in taken):
                after = self.canvas.write(row, start, text, fore) + 1
        if self.canvas.width - after > len(" information") and self.gutter == GUTTER:
            self.canvas.write(row, self.canvas.width - len("information"), "information", "dim")

    def gutter_labels(self) -> None:
        """The bounds by name, on their rows: the first of either kind, and the last where it is on another one."""
        named: dict[int, tuple[float, str]] = {}
        for kind, word in enumerate(("benefit", "futility")):
            known = list(self.known(kind))
            last = "at the end" if known and known[-1][0] >= 1 else f"at look {len(self.snapshot.looks)}"
            for (at, bound), name in zip((*known[:1], *known[-1:]), (word, last), strict=False):
                named.setdefault(self.row_of_bound(kind, at, bound), (bound, name))
        for row, (bound, name) in named.items():
            text = f"{bound:.2f} {name}" if self.gutter == GUTTER else f"{bound:.2f}"
            self.canvas.write(row, LEFT + self.columns + 1, text, "title")

    def verdict(self, row: int, number: int, look: LookView) -> None:
        """What the committee saw at a look, and what it decided."""
        column = self.canvas.write(row, 0, f"{number:>2} ", "title")
        self.canvas.write(row, column, fitted(look.verdict, self.canvas.width - column), "text")

    def on_a_line(self) -> None:
        """Where there is no room for a chart: the last z between the bounds that come next, and the last verdict."""
        canvas = self.canvas
        z = self.snapshot.z_path[-1][1] if self.snapshot.z_path else None
        told = "nothing is known yet" if z is None else f"z {z:.2f}"
        column = canvas.write(0, 0, told, "text!") + 2
        for kind, word in enumerate(("benefit from", "futility below")):
            known = list(self.known(kind))
            if known:
                text = f"{word} {known[-1][1]:.2f}"
                if column + len(text) <= canvas.width:
                    column = canvas.write(0, column, text, "dim") + 2
        for row, (number, look) in enumerate(self.looks[-(canvas.height - 1) :], 1):
            self.verdict(row, number, look)
