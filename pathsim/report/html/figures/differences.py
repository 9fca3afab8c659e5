"""By how much shares differ between two scenarios: each with its margin, around no difference."""

from typing import TYPE_CHECKING, NamedTuple

from pathsim.report.html.figures.drawing import INK, POINTS, RULE, YOURS, axes_in, figure_of, short

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ROW = 13.0
LETTERS = 44


class ShareDifference(NamedTuple):
    """A difference of shares, and the half of its 95% interval."""

    label: str
    mean: float
    margin: float


class ShareDifferences(NamedTuple):
    """What the figure shows."""

    rows: tuple[ShareDifference, ...]


def draw_differences(shown: ShareDifferences) -> "Figure":
    """A line for each, in percentage points."""
    figure = figure_of((ROW * len(shown.rows) + 50) / POINTS)
    axes = axes_in(figure, 215, 6, 14, 40)
    axes.axvline(0, color=INK, linewidth=0.7)
    for row, one in enumerate(shown.rows):
        ends = [100 * (one.mean - one.margin), 100 * (one.mean + one.margin)]
        axes.plot(ends, [row, row], color=YOURS, linewidth=1.6)
        axes.plot([100 * one.mean], [row], "o", color=YOURS, markersize=4)
    reach = 1.1 * max(abs(100 * one.mean) + 100 * one.margin for one in shown.rows) or 1.0
    axes.set_xlim(-reach, reach)
    axes.set_ylim(len(shown.rows) - 0.4, -0.6)
    axes.set_yticks(range(len(shown.rows)), [short(one.label, LETTERS) for one in shown.rows], fontsize=7)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x", color=RULE, linewidth=0.5)
    axes.set_axisbelow(True)
    axes.set_xlabel("Percentage points, B less A")
    return figure
