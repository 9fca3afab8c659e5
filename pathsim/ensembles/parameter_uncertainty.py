"""How much single trials differ by chance, and how much by what nobody knows exactly.

Each replicate is simulated twice with the same draws: with the numbers as stated, and with published numbers drawn anew
from their uncertainty. The variance of the second holds both, that of the first only chance; the difference counts as
parameter uncertainty. That is nearly, but not exactly, a decomposition of the total variance, which takes chance on
average over the numbers drawn, and not at those stated. Where chance with drawn numbers is greater on average, the
uncertainty here is greater by as much: it is what a single trial varies more because nobody knows the numbers exactly.
"""

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pathsim.ensembles.averages import is_ratio, paired
from pathsim.ensembles.collected import ByName
from pathsim.ensembles.summary import Summary, is_figure, power_of
from pathsim.scenario.scenario import Scenario


def uncertainty(scenario: Scenario, stated: ByName, drawn: ByName) -> Summary:
    """The spread of each figure by chance and by parameters, and the power with numbers as stated and drawn."""
    figures = {name: _spread(name, stated[name], drawn[name]) for name in stated if name in drawn and is_figure(name)}
    return {
        "figures": {name: found for name, found in figures.items() if found is not None},
        "power": {
            name: {"stated": power, "drawn": power_of(scenario, drawn, "endpoints", name)}
            for name, endpoint in scenario.sections.endpoints.items()
            if endpoint.compares_arms and (power := power_of(scenario, stated, "endpoints", name))
        },
    }


def _spread(path: str, stated: NDArray[np.float64], drawn: NDArray[np.float64]) -> Mapping[str, Any] | None:
    """Standard deviations of one figure; None where too few replicates have it, or it never varies.

    Of hazard ratios they are those of logarithms. ``standard_error`` is that of the share which is due to parameters;
    from pairs with the same draws, whose noise cancels for the most part.
    """
    as_drawn, as_stated = paired(path, drawn, stated)
    count = as_drawn.size
    if count < 3:
        return None
    chance, total = float(as_stated.var(ddof=1)), float(as_drawn.var(ddof=1))
    if total <= 0:
        return None
    gained = (as_drawn - as_drawn.mean()) ** 2 - (as_stated - as_stated.mean()) ** 2
    error = float(gained.std(ddof=1)) / math.sqrt(count)
    scale = "_log" if is_ratio(path) else ""
    return {
        f"mean{scale}": float(as_drawn.mean()),
        f"total_sd{scale}": math.sqrt(total),
        f"chance_sd{scale}": math.sqrt(chance),
        f"parameter_sd{scale}": math.sqrt(max(total - chance, 0.0)),
        "parameter_share": max(total - chance, 0.0) / total,
        "standard_error": error / total,
        "averaged": count,
    }
