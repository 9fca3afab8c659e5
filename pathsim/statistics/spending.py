"""Spending functions: how much of the error a group sequential design may have spent by an information fraction.

Each ascends with information, and is never more than the whole error. All are exact far into the tail.
"""

import math
from collections.abc import Callable
from functools import lru_cache
from statistics import NormalDist
from typing import NamedTuple, TypeAlias

Spending: TypeAlias = Callable[[float, float], float]
"""The one-sided error spent until an information fraction, of the whole error."""

_NORMAL = NormalDist()
LARGEST_GAMMA = 40
NOTHING_SPENT = "none"
"""The name of the naive rule: every look tests at the whole level, and no error is spent over them."""
_EVEN = 1e-16
"""With a parameter closer to 0 than this, spending cannot be told from even spending."""


def obrien_fleming(information: float, alpha: float) -> float:
    """Little error early, most of it at the end: 2 - 2 Phi(z(alpha/2) / sqrt(t)).

    Lan and DeMets (1983), doi:10.1093/biomet/70.3.659, for the boundaries of O'Brien and Fleming (1979),
    doi:10.2307/2530245.
    """
    quantile = -_NORMAL.inv_cdf(alpha / 2)
    return min(math.erfc(quantile / math.sqrt(2 * information)), alpha)


def pocock(information: float, alpha: float) -> float:
    """Error spent almost evenly: alpha ln(1 + (e - 1) t). Lan and DeMets (1983), doi:10.1093/biomet/70.3.659."""
    return alpha * min(math.log1p((math.e - 1) * information), 1.0)


@lru_cache(maxsize=64)
def hwang_shih_decani(gamma: float) -> Spending:
    """Error spent by one parameter: alpha (1 - exp(-gamma t)) / (1 - exp(-gamma)), and alpha t where gamma is 0.

    Negative parameters keep the error for the end. Hwang, Shih and De Cani (1990), doi:10.1002/sim.4780091207.
    """

    def spent(information: float, alpha: float) -> float:
        if abs(gamma) < _EVEN:
            return alpha * information
        return alpha * min(math.expm1(-gamma * information) / math.expm1(-gamma), 1.0)

    return spent


def spending(name: str) -> Spending | None:
    """The spending function of this name: ``obrien-fleming``, ``pocock`` or ``hsd:GAMMA``; of ``none`` there is none.

    Raises ValueError, with a sentence for the user, if there is none.
    """
    if name == NOTHING_SPENT:
        return None
    if name in _SPENDING:
        return _SPENDING[name].function
    family, _, parameter = name.partition(":")
    try:
        gamma = float(parameter)
    except ValueError:
        gamma = math.nan
    if family != "hsd" or not math.isfinite(gamma):
        raise ValueError(f"there is no spending function '{name}'; write obrien-fleming, pocock, hsd:-4, or none")
    if abs(gamma) > LARGEST_GAMMA:
        raise ValueError(f"the parameter of hsd lies between {-LARGEST_GAMMA} and {LARGEST_GAMMA}; this is {gamma:g}")
    return hwang_shih_decani(gamma)


def spending_label(name: str) -> str:
    """What statisticians call the spending function of this name."""
    return _SPENDING[name].label if name in _SPENDING else f"Hwang-Shih-DeCani, gamma {name.partition(':')[2]},"


class _Named(NamedTuple):
    function: Spending
    label: str


_SPENDING = {
    "obrien-fleming": _Named(obrien_fleming, "O'Brien-Fleming-type"),
    "pocock": _Named(pocock, "Pocock-type"),
}
