"""The monitoring chart: z as events become known, the planned bounds for benefit, and what each look met."""

from typing import TYPE_CHECKING, Any, NamedTuple

from pathsim.report.html.figures.drawing import DIM, INK, OTHER, POINTS, RULE, YOURS, axes_in, figure_of

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure


class LookMark(NamedTuple):
    """A look: the information, z, and the bounds there; None of what there is not."""

    information: float
    z: float | None
    efficacy: float | None
    futility: float | None


class MonitoringChart(NamedTuple):
    """What the chart shows."""

    way: tuple[tuple[float, float], ...]
    """Information and z, each time an event became known."""
    planned: tuple[tuple[float, float], ...]
    """The planned looks with their bounds for benefit."""
    looks: tuple[LookMark, ...]


def draw_monitoring(shown: MonitoringChart) -> "Figure":
    """The way of z over information; looks are numbered."""
    figure = figure_of(205 / POINTS)
    axes = axes_in(figure, 42, 10, 90, 34)
    if shown.way:
        axes.step(*zip(*shown.way, strict=True), where="post", color=OTHER, linewidth=1.1)
    if shown.planned:
        at, bounds = zip(*shown.planned, strict=True)
        axes.plot(at, bounds, color=INK, linewidth=0.9, linestyle=(0, (4, 2)), marker="_", markersize=9)
    for number, look in enumerate(shown.looks, 1):
        if look.efficacy is not None:
            axes.plot([look.information], [look.efficacy], "_", color=INK, markersize=12, markeredgewidth=1.6)
        if look.futility is not None:
            axes.plot([look.information], [look.futility], "_", color=DIM, markersize=12, markeredgewidth=1.6)
        if look.z is not None:
            axes.plot([look.information], [look.z], "o", color=YOURS, markersize=4.5)
            # Looks can be close to each other: their numbers stand by turns to the left above and to the right below.
            shift, side, up = ((-6, 4), "right", "bottom") if number % 2 else ((6, -4), "left", "top")
            look_at = (look.information, look.z)
            bold: dict[str, Any] = {"color": YOURS, "fontweight": "bold", "ha": side, "va": up}
            axes.annotate(f"{number}", look_at, shift, textcoords="offset points", **bold)
    axes.axhline(0, color=RULE, linewidth=0.7)
    axes.margins(y=0.08)
    axes.set_xlim(0, 1.02)
    axes.set_xticks([0, 0.25, 0.5, 0.75, 1], ["0", "25", "50", "75", "100"])
    axes.set_xlabel("Information: share of the planned events (%)")
    axes.set_ylabel("z, positive for benefit")
    _legend(axes, shown)
    return figure


def _legend(axes: "Axes", shown: MonitoringChart) -> None:
    axes.plot([], [], "o", color=YOURS, markersize=4.5, label="look")
    axes.plot([], [], color=OTHER, linewidth=1.1, label="z")
    axes.plot([], [], "_", color=INK, markersize=10, markeredgewidth=1.6, label="benefit from")
    if any(look.futility is not None for look in shown.looks):
        axes.plot([], [], "_", color=DIM, markersize=10, markeredgewidth=1.6, label="futile below")
    axes.legend(loc="center left", bbox_to_anchor=(1.01, 0.5), frameon=False, fontsize=7.5)
