"""Parameter uncertainty of hazard ratios that are 0 in some trials: such a trial is left out, with its pair."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from pathsim.ensembles.parameter_uncertainty import uncertainty
from pathsim.scenario.scenario import load

RATIO = "endpoints.os.comparisons.experimental.cox.hazard_ratio"


def spread(stated: list[float], drawn: list[float]) -> dict[str, Any] | None:
    scenario = load(str(Path(__file__).parents[1] / "scenarios" / "fever.toml"))
    found = uncertainty(scenario, {RATIO: np.array(stated)}, {RATIO: np.array(drawn)})["figures"]
    assert set(found) <= {RATIO}
    one: dict[str, Any] | None = found.get(RATIO)
    return one


@pytest.mark.parametrize("odd", [0.0, math.inf, math.nan])
def test_a_pair_without_a_mean_counts_for_neither(odd: float) -> None:
    """All other ratios are 1 as stated, so that nothing is chance, whichever of a pair is odd."""
    for first, second in ((odd, 2.0), (5.0, odd)):
        found = spread([first, 1.0, 1.0, 1.0, 1.0], [second, 0.5, 1.0, 2.0, 1.5])
        assert found is not None
        assert found["parameter_share"] == 1
        assert found["standard_error"] < math.inf


def test_two_pairs_are_too_few() -> None:
    assert spread([1.0, 2.0, 0.0, 0.0], [1.0, 3.0, 2.0, 1.0]) is None
