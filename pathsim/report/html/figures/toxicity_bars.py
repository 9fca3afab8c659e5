"""Toxicity as paired bars: two arms to either side of their names, more arms below each other."""

from typing import TYPE_CHECKING, NamedTuple

from pathsim.report.html.figures.drawing import POINTS, RULE, WIDTH, arm_pen, axes_in, figure_of, short

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

ROW, BAR = 14.0, 8.5
"""Points: the height of a row, and of a bar in it."""
LABEL = 128.0
LETTERS = 24


class ToxicityBar(NamedTuple):
    """A toxicity, and the share of each arm's patients with it."""

    label: str
    shares: tuple[float, ...]


class ToxicityBars(NamedTuple):
    """What a figure of toxicity shows."""

    arms: tuple[str, ...]
    bars: tuple[ToxicityBar, ...]


def draw_toxicity(shown: ToxicityBars) -> "Figure":
    """The bars, the commonest toxicity on top."""
    return _to_either_side(shown) if len(shown.arms) == 2 else _below_each_other(shown)


def _to_either_side(shown: ToxicityBars) -> "Figure":
    height = ROW * len(shown.bars) + 50
    figure = figure_of(height / POINTS)
    half = (WIDTH * POINTS - LABEL) / 2 - 6
    for number, arm in enumerate(shown.arms):
        left, right = (6.0, half + LABEL + 6) if number == 0 else (half + LABEL + 6, 6.0)
        axes = axes_in(figure, left, 20, right, 30)
        color = arm_pen(number).color
        for row, bar in enumerate(shown.bars):
            axes.barh(row, bar.shares[number], height=BAR / ROW, color=color)
            _percent(axes, bar.shares[number], row, is_mirrored=number == 0)
        _set_axis(axes, len(shown.bars))
        axes.set_title(short(arm), color=color, fontsize=8, fontweight="bold", loc="right" if number == 0 else "left")
        if number == 0:
            axes.invert_xaxis()
    for row, bar in enumerate(shown.bars):
        y = 1 - (20 + ROW * (row + 0.5)) / height
        figure.text(0.5, y, short(bar.label, LETTERS), ha="center", va="center", fontsize=7.5)
    return figure


def _below_each_other(shown: ToxicityBars) -> "Figure":
    count = len(shown.arms)
    height = (ROW * 0.62 * count + 5) * len(shown.bars) + 54
    figure = figure_of(height / POINTS)
    axes = axes_in(figure, LABEL + 10, 24, 26, 30)
    each = 0.8 / count
    for number, arm in enumerate(shown.arms):
        places = [row - 0.4 + each * (number + 0.5) for row in range(len(shown.bars))]
        shares = [bar.shares[number] for bar in shown.bars]
        axes.barh(places, shares, height=each * 0.88, color=arm_pen(number).color, label=short(arm))
        for place, share in zip(places, shares, strict=True):
            _percent(axes, share, place, is_mirrored=False)
    _set_axis(axes, len(shown.bars))
    axes.set_yticks(range(len(shown.bars)), [short(bar.label, LETTERS) for bar in shown.bars])
    axes.legend(loc="lower right", bbox_to_anchor=(1, 1), ncols=count, frameon=False, borderaxespad=0)
    return figure


def _percent(axes: "Axes", share: float, row: float, *, is_mirrored: bool) -> None:
    offset = (-3, 0) if is_mirrored else (3, 0)
    side = "right" if is_mirrored else "left"
    axes.annotate(
        f"{100 * share:.0f}", (share, row), offset, textcoords="offset points", ha=side, va="center", fontsize=7
    )


def _set_axis(axes: "Axes", rows: int) -> None:
    axes.set_xlim(0, 1.06)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", "25", "50", "75", "100"])
    axes.set_xlabel("Patients (%)")
    axes.set_ylim(rows - 0.5, -0.5)
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x", color=RULE, linewidth=0.5)
    axes.set_axisbelow(True)
