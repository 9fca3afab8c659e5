"""What of many trials enters a mean, and the quantiles of figures that can be infinite.

The hazard ratio of a trial is 0 or infinite where all its events are in one arm. Both ends are treated alike: they
count in medians and quantiles, and neither enters a mean. That of the others is a mean of logarithms: a ratio of one
half and one of two are then equally far from one, and on average there is no difference.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pathsim.meaning import Unit
from pathsim.results.declared import unit_of
from pathsim.statistics.normal import deviations

Figures = NDArray[np.float64]
"""One figure for each trial; NaN where it could not be estimated."""


def is_ratio(path: str) -> bool:
    """Whether the figure at this path is declared to be a ratio, or a limit of one."""
    return unit_of(path) is Unit.RATIO


def averaged(path: str, values: Figures) -> NDArray[np.bool_]:
    """Which values of a figure enter a mean: those that are finite, and of ratios those whose logarithm is."""
    usable = np.isfinite(values)
    return usable & (values > 0) if is_ratio(path) else usable


def counts(path: str, values: Figures) -> dict[str, int]:
    """How many trials enter the mean of a figure, and how many do not for which reason."""
    missing = {"averaged": int(averaged(path, values).sum()), "missing": int(np.isnan(values).sum())}
    if not is_ratio(path):
        return missing
    return {"zero": int((values == 0).sum()), "infinite": int((values == np.inf).sum()), **missing}


def known_or_none(value: float) -> float | None:
    """A number, or None if it is NaN."""
    return None if math.isnan(value) else value


def on_scale(path: str, values: Figures) -> Figures:
    """What is averaged of values that all enter a mean: of ratios their logarithms."""
    return np.log(values) if is_ratio(path) else values


@dataclass(frozen=True, slots=True)
class Average:
    """A figure over trials, as far as they enter a mean."""

    is_ratio: bool
    mean: float
    """Of ratios that of their logarithms, as are the others here; NaN if no trial counts."""
    deviation: float
    """The standard deviation of single trials; NaN of fewer than two."""
    count: int

    @property
    def value(self) -> float:
        """The mean as a figure: of ratios the geometric mean."""
        return math.exp(self.mean) if self.is_ratio else self.mean

    @property
    def standard_error(self) -> float:
        """Of the mean, by the chance of so many trials."""
        return self.deviation / math.sqrt(self.count) if self.count else math.nan

    def above(self, figure: float) -> float:
        """How far the mean lies above a figure; of ratios in logarithms, which can be infinitely far."""
        if self.is_ratio:
            figure = math.log(figure) if figure > 0 else -math.inf
        return self.mean - figure

    def limits(self) -> tuple[float, float]:
        """The 95% interval of the value."""
        reach = deviations(0.95) * self.standard_error
        ends = self.mean - reach, self.mean + reach
        lower, upper = map(math.exp, ends) if self.is_ratio else ends
        return lower, upper


def average(path: str, values: Figures) -> Average:
    """The average of a figure over trials."""
    return _averaged(on_scale(path, values[averaged(path, values)]), of_ratios=is_ratio(path))


def _averaged(used: Figures, *, of_ratios: bool) -> Average:
    mean = float(used.mean()) if used.size else math.nan
    deviation = float(used.std(ddof=1)) if used.size > 1 else math.nan
    return Average(of_ratios, mean, deviation, used.size)


def paired(path: str, mine: Figures, base: Figures) -> tuple[Figures, Figures]:
    """What is compared of a figure in two settings: the trials of which both values enter a mean."""
    both = averaged(path, mine) & averaged(path, base)
    return on_scale(path, mine[both]), on_scale(path, base[both])


def average_change(path: str, mine: Figures, base: Figures) -> Average:
    """How much more a figure is in one setting than in another on the same trials; of a ratio, how many times it is."""
    here, there = paired(path, mine, base)
    return _averaged(here - there, of_ratios=is_ratio(path))


def change_told(change: Average) -> dict[str, Any]:
    """What ``--json`` tells of a change: its mean or, of ratios, the factor; nothing of fewer than two pairs."""
    known = change.count > 1
    mean, error = (change.mean, change.standard_error) if known else (None, None)
    if not change.is_ratio:
        return {"mean": mean, "standard_error": error, "averaged": change.count}
    lower, upper = change.limits() if known else (None, None)
    return {
        "ratio": change.value if known else None,
        "lower": lower,
        "upper": upper,
        "mean_log": mean,
        "standard_error_log": error,
        "averaged": change.count,
    }


def quantiles(values: Figures, parts: Sequence[float], *, of_trials: bool = False) -> Figures:
    """The quantiles of these values, none of them NaN, of which some may be infinite.

    Between two values lies a point between them or, if ``of_trials``, the value of a trial (the inverse of the
    empirical distribution function, so that counts stay whole). Nothing lies between a finite and an infinite value:
    there it is the infinite one.
    """
    if np.isfinite(values).all():
        finite: Figures = np.quantile(values, parts, method="inverted_cdf" if of_trials else "linear")
        return finite
    ordered, wanted = np.sort(values), np.asarray(parts)
    if of_trials:
        place = np.maximum(np.ceil(wanted * ordered.size).astype(np.intp) - 1, 0)
        whole: Figures = ordered[place]
        return whole
    position = wanted * (ordered.size - 1)
    below, above = ordered[np.floor(position).astype(np.intp)], ordered[np.ceil(position).astype(np.intp)]
    reach = np.subtract(above, below, out=np.zeros(below.size), where=np.isfinite(above) & np.isfinite(below))
    between: Figures = np.where(np.isfinite(below), below + reach * (position % 1), below)
    return np.where(np.isfinite(above), between, above)
