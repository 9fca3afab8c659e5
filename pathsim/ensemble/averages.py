"""What of many trials enters a mean, and the quantiles of figures that can be infinite.

The hazard ratio of a trial is 0 or infinite where all its events are in one arm. Both ends are treated alike: they
count in medians and quantiles, and neither enters a mean.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Figures = NDArray[np.float64]
"""One figure for each trial; NaN where it could not be estimated."""


def is_ratio(path: str) -> bool:
    """Whether the figure at this path is a hazard ratio; that of a look is called just so."""
    return path == "hazard_ratio" or path.endswith(".hazard_ratio.estimate")


def averaged(path: str, values: Figures) -> NDArray[np.bool_]:
    """Which values of a figure enter a mean: those that are finite, and of ratios those whose logarithm is."""
    usable = np.isfinite(values)
    return usable & (values > 0) if is_ratio(path) else usable


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
