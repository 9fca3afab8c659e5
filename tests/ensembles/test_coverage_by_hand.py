"""Coverage where some trials have no interval: they do not count, but the average that is to be held is that of all."""

import numpy as np
import pytest

from pathsim.ensembles.summary import Summary, summary
from pathsim.scenario.scenario import load

SURVIVAL, RATIO = "endpoints.pfs.arms.drug.at.365", "endpoints.pfs.comparisons.drug.cox"


def coverage(path: str, estimate: str, values: list[float], lower: list[float], upper: list[float]) -> Summary:
    columns = {f"{path}.{estimate}": values, f"{path}.lower": lower, f"{path}.upper": upper}
    columns |= {f"cutoffs.{name}.reached": [1.0] * len(values) for name in ("early", "planned")}
    found = summary(load("tests/scenarios/monitored.toml"), {name: np.array(one) for name, one in columns.items()})
    here: Summary = found["coverage"][path]
    return here


def test_trials_in_which_everybody_survives_are_averaged_though_they_have_no_interval() -> None:
    """The average of 1, 1, 0.8 and 0.6 is 0.85; that of the two with an interval would be 0.7, which neither holds."""
    nan = np.nan
    found = coverage(SURVIVAL, "survival", [1.0, 1.0, 0.8, 0.6], [nan, nan, 0.72, 0.5], [nan, nan, 0.9, 0.69])
    assert (found["estimate"], found["of"]) == (0.5, 2)


@pytest.mark.parametrize("end", [np.inf, np.nan])
def test_an_interval_that_lacks_an_end_is_none(end: float) -> None:
    """The geometric mean of 0.5, 1 and 2 is 1: of the two intervals with both ends, one holds it."""
    for lower, upper in ((1.2, end), (0.9, end), (-end, 3.0), (-end, 1.2)):
        found = coverage(RATIO, "hazard_ratio", [0.5, 1.0, 2.0], [0.3, 0.5, lower], [0.9, 1.4, upper])
        assert (found["estimate"], found["of"]) == (0.5, 2)
