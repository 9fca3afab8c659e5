"""How patients fare in the other arm: a bar for each assumption, divided by what becomes of them."""

from typing import TYPE_CHECKING, NamedTuple

from pathsim.report.html.figures.drawing import DIM, GROUND, INK, POINTS, RULE, axes_in, figure_of, lines_of

if TYPE_CHECKING:
    from matplotlib.figure import Figure

BETTER, WORSE = "#00694c", "#9e4a00"
LOOKS = (
    (BETTER, INK, ""),
    (WORSE, INK, ""),
    (BETTER, INK, "///"),
    (WORSE, INK, "\\\\\\"),
    (RULE, INK, ""),
    (GROUND, DIM, ""),
)
"""The color of each part, that of its edge, and its hatching: later is paler than without the event."""


class EffectBars(NamedTuple):
    """What the figure shows: assumptions, effects, and for each assumption the patients with each effect."""

    draws: tuple[str, ...]
    effects: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]


def draw_effects(shown: EffectBars) -> "Figure":
    """The bars below each other, the effects in the order of the legend."""
    height = 30.0 * len(shown.draws) + 66
    figure = figure_of(height / POINTS)
    axes = axes_in(figure, 104, 34, 10, 32)
    for row, counts in enumerate(shown.counts):
        begin = 0
        for number, count in enumerate(counts):
            color, edge, hatch = LOOKS[number]
            is_pale = bool(hatch)
            axes.barh(
                row,
                count,
                left=begin,
                height=0.66,
                facecolor=GROUND if is_pale else color,
                edgecolor=color if is_pale else edge if color in (GROUND, RULE) else color,
                hatch=hatch,
                linewidth=0.6,
                label=shown.effects[number] if row == 0 else None,
            )
            begin += count
    axes.set_yticks(range(len(shown.draws)), [lines_of(draws, 20, 2) for draws in shown.draws])
    axes.set_ylim(len(shown.draws) - 0.5, -0.5)
    axes.tick_params(axis="y", length=0)
    axes.spines["left"].set_visible(False)
    axes.set_xlabel("Patients")
    axes.legend(loc="lower left", bbox_to_anchor=(-0.02, 1.0), ncols=3, frameon=False, fontsize=7.5, handlelength=1.6)
    return figure
