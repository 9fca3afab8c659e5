"""Single arms as R's survival package sees them; oracles/survival.R made the values."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose
from survival_data import patients

from pathsim.statistics.kaplan_meier import kaplan_meier, median
from pathsim.statistics.restricted_mean import restricted_mean

ARMS = json.loads((Path(__file__).parent / "oracles" / "survival.json").read_text(encoding="utf-8"))


def numbers(values: Any) -> Any:
    """A list of R's, with NaN for NA."""
    return np.array([math.nan if value is None else value for value in np.atleast_1d(np.array(values, object))], float)


@pytest.fixture(params=range(len(ARMS)))
def arm(request: pytest.FixtureRequest) -> dict[str, Any]:
    found: dict[str, Any] = ARMS[request.param]
    return found


def test_survival_within_follow_up_and_its_limits_are_rs(arm: dict[str, Any]) -> None:
    found = kaplan_meier(patients(numbers(arm["time"]), numbers(arm["event"])).table(), 0, numbers(arm["days"]))
    assert_allclose(found.survival[0], numbers(arm["survival"]), atol=1e-12)
    # Before the first event R writes 1 for what it calls NA elsewhere: there is no interval either.
    inside = (found.survival[0] > 0) & (found.survival[0] < 1)
    assert np.isnan(found.lower[0][~inside]).all()
    assert np.isnan(found.upper[0][~inside]).all()
    assert_allclose(found.lower[0][inside], numbers(arm["lower"])[inside], atol=1e-12)
    assert_allclose(found.upper[0][inside], numbers(arm["upper"])[inside], atol=1e-12)


def test_the_median_and_its_limits_are_rs_quantiles(arm: dict[str, Any]) -> None:
    found = median(patients(numbers(arm["time"]), numbers(arm["event"])).table(), 0)
    expected = numbers([arm[key][0] for key in ("median", "median_lower", "median_upper")])
    assert_allclose([figure[0] for figure in found], expected, rtol=1e-12)


def test_restricted_means_up_to_the_longest_follow_up_are_rs(arm: dict[str, Any]) -> None:
    table = patients(numbers(arm["time"]), numbers(arm["event"])).table()
    rows = zip(numbers(arm["horizons"]), numbers(arm["means"]), numbers(arm["mean_errors"]), strict=True)
    for horizon, mean, error in rows:
        if not math.isnan(mean):
            found = restricted_mean(table, 0, horizon)
            assert_allclose(found.mean[0], mean, rtol=1e-10)
            assert_allclose(found.standard_error[0], error, rtol=1e-10, atol=1e-10)


def test_where_survival_stays_at_one_half_the_median_is_the_middle_of_the_stretch() -> None:
    # R: quantile(survfit(Surv(c(1, 2, 5, 6), c(1, 1, 0, 0)) ~ 1), 0.5); the last two are censored, so that 6 ends it.
    assert median(patients([1, 2, 5, 6], [1, 1, 0, 0]).table(), 0).estimate.tolist() == [4.0]
    assert median(patients([1, 2, 3, 4], [1, 1, 1, 1]).table(), 0).estimate.tolist() == [2.5]
