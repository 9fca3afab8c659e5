"""Published results beside the interval in which single simulated trials lie, all on one scale."""

from typing import TYPE_CHECKING, NamedTuple

from pathsim.report.html.figures.drawing import INK, OTHER, POINTS, RULE, YOURS, axes_in, figure_of, short

if TYPE_CHECKING:
    from matplotlib.figure import Figure

ROW, REACH = 11.5, 3.5
LETTERS = 46


class TargetLine(NamedTuple):
    """A target in standard deviations of a single trial from the mean of many: the interval, and what is wanted."""

    label: str
    lower: float
    upper: float
    wanted: tuple[float, ...]
    """A published result, twice; or the ends of a plausible range."""
    verdict: str
    is_held_out: bool


class TargetLines(NamedTuple):
    """What the figure shows."""

    lines: tuple[TargetLine, ...]


def draw_targets(shown: TargetLines) -> "Figure":
    """A line for each target around the mean, which is 0 for all."""
    height = ROW * len(shown.lines)
    figure = figure_of((height + 50) / POINTS)
    axes = axes_in(figure, 200, 6, 12, 40)
    axes.axvline(0, color=RULE, linewidth=0.9)
    for row, mark in enumerate(shown.lines):
        ends = [min(max(end, -REACH), REACH) for end in (mark.lower, mark.upper)]
        axes.plot(ends, [row, row], color=OTHER, linewidth=1.2)
        color = INK if mark.verdict in ("met", "undecided") else YOURS
        wanted = [min(max(at, -REACH), REACH) for at in mark.wanted]
        if mark.wanted[0] != mark.wanted[-1]:
            for at, sign in zip(wanted, "[]", strict=True):
                axes.text(at, row, sign, ha="center", va="center", color=color, fontsize=8)
            continue
        face = "none" if mark.is_held_out else color
        axes.plot(wanted[:1], [row], "D", color=color, markerfacecolor=face, markersize=3.8)
    axes.set_xlim(-REACH - 0.2, REACH + 0.2)
    axes.set_ylim(len(shown.lines) - 0.4, -0.6)
    axes.set_yticks(range(len(shown.lines)), [short(mark.label, LETTERS) for mark in shown.lines], fontsize=7)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.set_xlabel("Standard deviations of a single trial from the mean of trials")
    return figure
