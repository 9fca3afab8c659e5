"""What stands beside survival curves in words: each in several wordings, the longest first, for any room."""

from collections.abc import Iterator

import numpy as np

from pathsim.app.canvas import fitted, shortened
from pathsim.player.views.live import Curve, HazardRatioView
from pathsim.report.figures import months, p_value, ratio
from pathsim.text import counted


def end_of_curve(sample: str, group: str, curve: Curve, horizon_days: float, reach: float, room: int) -> list[str]:
    """The lines at the end of a curve: its pen and name, the share there, events, median.

    ``reach`` is half an interval that is too thin to be drawn, else 0.
    """
    name = f"{sample} {shortened(group, room - len(sample) - 1)}"
    if not curve.n:
        return [name]
    end = min(curve.followed_days, horizon_days)
    share = f"{curve.survival[int(np.searchsorted(curve.time, end, side='right')) - 1]:.0%}"
    median = f"median {_median(curve)}"
    return [
        name,
        fitted((f"{share} at {months(end)}".replace(".0 ", " "), share), room),
        fitted((f"{counted(curve.events, 'event')} in {curve.n}", f"{curve.events} of {curve.n}"), room),
        *([median] if len(median) <= room else []),
        *([f"± {100 * reach:.0f} points"] if reach else []),
    ]


def legend(sample: str, group: str, curve: Curve) -> list[str]:
    """An arm with its pen, its patients and its median, in a line."""
    return [
        f"{sample} {group} {counted(curve.events, 'event')} in {curve.n}, median {_median(curve)}",
        f"{sample} {group} {counted(curve.events, 'event')} in {curve.n}",
        f"{sample} {group} {curve.events} of {curve.n}",
        f"{sample} {group} {curve.events}/{curve.n}",
        f"{sample} {group}",
    ]


def _median(curve: Curve) -> str:
    return "not reached" if curve.median_days is None else months(curve.median_days)


def comparison(found: HazardRatioView, published: float | None, *, is_stratified: bool) -> Iterator[list[str]]:
    """A hazard ratio beside the published one, and its P, on a line or several; nothing where there is no estimate."""
    if found.estimate is None or found.p_one_sided is None:
        return
    if found.lower is None or found.upper is None:
        yield ["too few events in a group for a hazard ratio"]
        yield ["HR not estimable"]
        return
    estimate = f"{ratio(found.estimate)} ({ratio(found.lower)}-{ratio(found.upper)})"
    beside = [] if published is None else [f"published {published:.2f}"]
    within = "stratified " if is_stratified else ""
    test, whole = f"P {p_value(found.p_one_sided)}", ", ".join((estimate, *beside))
    yield [f"{within}hazard ratio {whole}; one-sided {test}"]
    yield [f"{within}HR {whole}; 1-sided {test}"]
    yield [f"{within}HR {whole}", f"1-sided {test}"]
    for kind in dict.fromkeys((within, "")):
        yield [f"{kind}HR {estimate}", *beside, f"1-sided {test}"]
    yield [f"HR {estimate}"]
    yield [f"HR {ratio(found.estimate)}"]
