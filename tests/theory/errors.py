"""Agreement with a closed form, within four standard errors: by chance about one such check in 16,000 fails.

The seeds are fixed, so a check that holds today holds for ever, unless the numbers change.
"""

import math

import numpy as np
from numpy.typing import ArrayLike

ERRORS = 4


def assert_mean(batches: ArrayLike, expected: float) -> None:
    """The mean of independent values of one quantity, such as one for each replicate, is the expected one."""
    values = np.asarray(batches, dtype=np.float64)
    error = values.std(ddof=1) / math.sqrt(values.size)
    assert abs(values.mean() - expected) < ERRORS * error, (
        f"{values.mean():.6g} +- {error:.2g}, expected {expected:.6g}"
    )


def assert_share(count: float, of: int, expected: float) -> None:
    """This many of so many independent patients are as many as the probability says."""
    error = math.sqrt(expected * (1 - expected) / of)
    share = count / of
    assert abs(share - expected) < ERRORS * error, f"{share:.6g} +- {error:.2g}, expected {expected:.6g}"
