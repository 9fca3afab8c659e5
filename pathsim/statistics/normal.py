"""The normal distribution: how wide an interval is, and how surprising a z."""

import math
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray


def deviations(confidence: float) -> float:
    """How many standard errors an interval of this confidence reaches to either side: 1.96 for 0.95.

    Raises ValueError if the confidence is not between 0 and 1.
    """
    if not 0 < confidence < 1:
        raise ValueError(f"a confidence of {confidence} is not between 0 and 1: write 0.95 for 95%")
    return NormalDist().inv_cdf((1 + confidence) / 2)


def probability_below(z: ArrayLike) -> NDArray[np.float64]:
    """The probability that a standard normal number is this low or lower, exact far into both tails; NaN for NaN."""
    values = np.asarray(z, dtype=np.float64)
    below = [math.erfc(each) for each in (values.ravel() / -math.sqrt(2)).tolist()]
    return np.array(below).reshape(values.shape) / 2
