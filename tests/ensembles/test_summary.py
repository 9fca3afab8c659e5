"""Operating characteristics, from rows small enough to count by hand."""

from typing import TYPE_CHECKING

import numpy as np
import pytest

from pathsim.ensembles.summary import Summary, summary
from pathsim.scenario.scenario import load

if TYPE_CHECKING:
    from pathsim.results.views import Columns

ENDPOINT = "endpoints.pfs.comparisons.drug.cox"


@pytest.fixture(scope="module")
def found() -> Summary:
    """Five trials: two stopped for benefit, at the first and at the second look, one for futility, one by order."""
    nan = np.nan
    columns: Columns = {
        f"{ENDPOINT}.hazard_ratio": np.array([0.5, 0.8, 1.25, 1.0, 2.0]),
        f"{ENDPOINT}.lower": np.array([0.3, 0.5, 1.1, 0.7, 1.2]),
        f"{ENDPOINT}.upper": np.array([0.9, 1.4, 1.9, 1.5, 3.0]),
        "endpoints.pfs.comparisons.drug.logrank.p_one_sided": np.array([0.001, 0.02, 0.9, 0.5, 0.99]),
        "endpoints.pfs.arms.drug.at.365.survival": np.array([0.5, 0.6, 0.4, 0.5, 0.5]),
        "endpoints.pfs.arms.drug.at.365.lower": np.array([0.4, 0.55, 0.3, 0.4, 0.4]),
        "endpoints.pfs.arms.drug.at.365.upper": np.array([0.6, 0.7, 0.45, 0.6, 0.6]),
    }
    for look, (ratios, benefit, futility, order) in enumerate(
        [
            ([0.4, 0.7, 1.3, 0.9, nan], [1, 0, 0, 0, nan], [0, 0, 1, 0, nan], [0, 0, 0, 0, nan]),
            ([nan, 0.6, nan, 0.9, nan], [nan, 1, nan, 0, nan], [nan, 0, nan, 0, nan], [nan, 0, nan, 1, nan]),
        ],
        1,
    ):
        day = np.where(np.isnan(ratios), nan, 100.0 * look)
        columns |= {
            f"looks.{look}.{name}": np.array(values, dtype=float)
            for name, values in {
                "day": day,
                "events": day,
                "z": day,
                "hazard_ratio": ratios,
                "benefit": benefit,
                "futility": futility,
                "order": order,
            }.items()
        }
    reached = {"early": [1.0, 1, 0, 1, 1], "planned": [0.0] * 5}
    columns |= {f"cutoffs.{name}.reached": np.array(called) for name, called in reached.items()}
    return summary(load("tests/scenarios/monitored.toml"), columns)


def test_the_reasons_of_stops_are_counted_over_all_looks(found: Summary) -> None:
    assert {why: share["estimate"] for why, share in found["ending"].items()} == pytest.approx(
        {"benefit": 0.4, "futility": 0.2, "order": 0.2, "none": 0.2}
    )
    assert [look["held"]["estimate"] for look in found["stopping"]] == pytest.approx([0.8, 0.4])
    assert [look["benefit"]["estimate"] for look in found["stopping"]] == pytest.approx([0.2, 0.2])


def test_bias_sets_those_stopped_for_benefit_on_their_day_beside_all_in_the_end(found: Summary) -> None:
    assert found["bias"]["stopped_for_benefit"] == pytest.approx(np.sqrt(0.4 * 0.6))
    assert found["bias"]["all"] == pytest.approx(np.prod([0.5, 0.8, 1.25, 1.0, 2.0]) ** 0.2)


def test_coverage_counts_intervals_that_hold_the_average_on_both_sides(found: Summary) -> None:
    assert found["coverage"][ENDPOINT]["estimate"] == pytest.approx(2 / 5), "two lie above 1, one below, two hold it"
    assert found["coverage"]["endpoints.pfs.arms.drug.at.365"]["estimate"] == pytest.approx(3 / 5)


def test_power_is_the_share_of_significant_trials_and_limits_are_no_figures(found: Summary) -> None:
    assert found["power"]["pfs"]["drug"]["logrank"]["estimate"] == pytest.approx(0.4)
    assert f"{ENDPOINT}.hazard_ratio" in found["figures"]
    assert not [name for name in found["figures"] if name.endswith(("lower", "upper"))]


def test_a_cut_off_by_events_tells_how_many_trials_it_was_called_in_by_them(found: Summary) -> None:
    assert not [name for name in found["figures"] if "reached" in name]
    assert found["cutoffs"]["early"]["reached"]["estimate"] == pytest.approx(0.8)
    assert found["cutoffs"]["planned"]["reached"]["estimate"] == 0
    assert "reached" not in found["cutoffs"]["final"]
