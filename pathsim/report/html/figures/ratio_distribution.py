"""The distribution of hazard ratios over many trials, with this trial and the published one marked."""

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from matplotlib.ticker import MaxNLocator
from numpy.typing import NDArray

from pathsim.report.html.figures.drawing import INK, OTHER, POINTS, YOURS, axes_in, figure_of, short

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

FEWEST_BINS, MOST_BINS = 12, 60
LETTERS = 60
LEAST_REACH = math.log(2.0)
TICKS = (0.05, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.4, 2.0, 3.0, 5.0, 10.0, 20.0)


class RatioBin(NamedTuple):
    """How many trials have a ratio between two."""

    lower: float
    upper: float
    trials: int


class RatioDistribution(NamedTuple):
    """What the figure shows."""

    bins: tuple[RatioBin, ...]
    here: float
    """That of this trial; NaN if it has none."""
    published: float | None
    label: str


def bins_of(ratios: NDArray[np.float64]) -> tuple[RatioBin, ...]:
    """The ratios in bins of one width on a logarithmic scale, all that lies beyond an end in the last bin there."""
    known = ratios[~np.isnan(ratios)]
    with np.errstate(divide="ignore"):
        logs = np.log(known)
    finite = logs[np.isfinite(logs)]
    low, high = np.quantile(finite, [0.002, 0.998]).tolist() if finite.size else (0.0, 0.0)
    low, high = min(low, -LEAST_REACH / 2), max(high, LEAST_REACH / 2)
    counts, edges = np.histogram(
        np.clip(logs, low, high),
        bins=int(np.clip(2 * math.sqrt(known.size), FEWEST_BINS, MOST_BINS)),
        range=(low, high),
    )
    limits = np.exp(edges).tolist()
    return tuple(RatioBin(*one) for one in zip(limits[:-1], limits[1:], counts.tolist(), strict=True))


def draw_ratios(shown: RatioDistribution) -> "Figure":
    """The histogram; ratios below 1 favor the arm."""
    figure = figure_of(175 / POINTS)
    axes = axes_in(figure, 44, 30, 10, 34)
    edges = [one.lower for one in shown.bins] + [shown.bins[-1].upper]
    counts = [one.trials for one in shown.bins]
    axes.stairs(counts, edges, fill=True, color=OTHER)
    axes.set_xscale("log")
    axes.set_xlim(edges[0], edges[-1])
    axes.set_xticks([tick for tick in TICKS if edges[0] <= tick <= edges[-1]], minor=False)
    axes.set_xticks([], minor=True)
    axes.xaxis.set_major_formatter(lambda value, _: f"{value:g}")
    axes.set_xlabel(f"{short(shown.label, LETTERS)} (log scale)")
    axes.set_ylabel("Trials")
    axes.yaxis.set_major_locator(MaxNLocator(5, integer=True))
    axes.set_ylim(0, max(counts) * 1.05 or 1)
    axes.axvline(1.0, color=INK, linewidth=0.7)
    _mark(axes, shown)
    return figure


def _mark(axes: "Axes", shown: RatioDistribution) -> None:
    """This trial and the published one, named above the plot to either side of their lines."""
    pointers: list[tuple[float, str, str, Any]] = []
    if not math.isnan(shown.here):
        pointers.append((shown.here, "this trial", YOURS, "solid"))
    if shown.published is not None:
        pointers.append((shown.published, "published", INK, (0, (3, 2))))
    pointers.sort(key=lambda mark: mark[0])
    low, high = axes.get_xlim()
    for number, (ratio, label, color, line) in enumerate(pointers):
        at = min(max(ratio, low), high)
        axes.axvline(at, color=color, linewidth=1.4, linestyle=line)
        side, shift = ("right", -3) if number == 0 and len(pointers) > 1 else ("left", 3)
        axes.annotate(
            f"{label} {ratio:.2f}",
            (at, 1.0),
            (shift, 4),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            ha=side,
            va="bottom",
            color=color,
            fontweight="bold",
        )
