"""Two arms of a trial that is written by hand, compared in closed form."""

from statistics import NormalDist
from typing import Any

import numpy as np
import pytest
from strategies import scenario_of
from twelve_patients import NEW, OLD, TEXT, came, chunk_of, left, randomized

from pathsim.results.json import results
from pathsim.scenario.scenario import Scenario


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return scenario_of(TEXT)


TIMES = {NEW: [4, 10, 22, 50, 60, 35], OLD: [2, 3, 15, 30, 44]}
"""The days after which the patients of each arm die."""


@pytest.fixture(scope="module")
def pfs(scenario: Scenario) -> dict[str, Any]:
    patients = [
        [*randomized(10, arm), came(12, "home"), left(10 + time, "home", "death")]
        for arm, mine in TIMES.items()
        for time in mine
    ]
    endpoint: dict[str, Any] = results(chunk_of(scenario, patients))["endpoints"]["pfs"]
    return endpoint


def test_the_log_rank_test_counts_events_of_the_arm_that_is_not_the_control(pfs: dict[str, Any]) -> None:
    """Events of the new arm beyond those expected at each death, over the root of the hypergeometric variances."""
    excess, variance = 0.0, 0.0
    for day in sorted(TIMES[NEW] + TIMES[OLD]):
        new, old = (sum(time >= day for time in TIMES[arm]) for arm in (NEW, OLD))
        excess += (day in TIMES[NEW]) - new / (new + old)
        variance += new * old / (new + old) ** 2
    assert excess < 0, "the new arm does better"
    compared = pfs["comparisons"]["new"]
    assert compared["logrank"]["z"] == pytest.approx(excess / np.sqrt(variance))
    assert compared["logrank"]["p_one_sided"] == pytest.approx(NormalDist().cdf(excess / np.sqrt(variance)))
    ratio = compared["cox"]
    assert ratio["lower"] < ratio["hazard_ratio"] < 1 < ratio["upper"]


def test_what_an_arm_gains_has_the_error_of_two_independent_means(pfs: dict[str, Any]) -> None:
    """Without censoring a restricted mean is a plain mean of min(time, horizon), with the plain error of a mean."""
    found = pfs["comparisons"]["new"]["restricted_mean"]
    new, old = (np.minimum(TIMES[arm], 40) for arm in (NEW, OLD))
    assert pfs["arms"]["new"]["restricted_mean_days"] == pytest.approx(new.mean())
    assert pfs["arms"]["old"]["restricted_mean_days"] == pytest.approx(old.mean())
    error = np.sqrt(new.var() / new.size + old.var() / old.size)
    assert found["horizon_days"] == 40
    assert found["difference_days"] == pytest.approx(new.mean() - old.mean())
    assert found["lower"] == pytest.approx(new.mean() - old.mean() - 1.959964 * error, abs=1e-6)
    assert found["upper"] == pytest.approx(new.mean() - old.mean() + 1.959964 * error, abs=1e-6)
