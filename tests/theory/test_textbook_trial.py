"""The textbook trial: two exponential survival times, Poisson arrivals, one cut, and everything in closed form."""

import math

import numpy as np
import pytest
from errors import assert_mean, assert_share
from scipy import integrate, special
from study import Floats, Walk, walk

from pathsim.calendar import DAYS_PER_MONTH
from pathsim.scenario.scenario import load

REPLICATES = 2_000
CUT = 1461
PER_DAY = 16 / DAYS_PER_MONTH
MEDIANS = {"experimental": 730, "control": 511}


@pytest.fixture(scope="module", name="chunks")
def _chunks() -> list[Walk]:
    scenario = load("two-arm-exponential")
    return [walk(scenario, range(start, start + 50)) for start in range(0, REPLICATES, 50)]


def survival(arm: str, days: float | Floats) -> Floats:
    return np.exp(-math.log(2) / MEDIANS[arm] * np.asarray(days))


def expected_deaths(arm: str) -> float:
    """Arrivals are a Poisson process that ends with the 400th; half of them are in each arm."""

    def deaths_of_arrivals_on(day: float) -> float:
        still_open = special.pdtr(399, PER_DAY * day)
        return float(PER_DAY / 2 * still_open * (1 - survival(arm, CUT - day)))

    return float(integrate.quad(deaths_of_arrivals_on, 0, CUT, points=[600, 760, 900], limit=200)[0])


@pytest.mark.parametrize("arm", MEDIANS)
def test_the_mean_number_of_deaths_at_the_cut_is_that_of_the_closed_form(chunks: list[Walk], arm: str) -> None:
    deaths = [
        chunk.by_replicate(~np.isnan(chunk.entered(arm)) & (chunk.entered("dead") <= CUT)).sum(axis=1)
        for chunk in chunks
    ]
    assert_mean(np.concatenate(deaths), expected_deaths(arm))


@pytest.mark.parametrize("years", [1, 2, 3])
@pytest.mark.parametrize("arm", MEDIANS)
def test_survival_is_exponential(chunks: list[Walk], arm: str, years: int) -> None:
    times = np.concatenate([chunk.entered("dead") - chunk.entered(arm) for chunk in chunks])
    times = times[~np.isnan(times)]
    assert_share(int((times > 365 * years).sum()), times.size, float(survival(arm, 365 * years)))


@pytest.mark.parametrize("arm", MEDIANS)
def test_the_mean_survival_is_that_of_the_closed_form(chunks: list[Walk], arm: str) -> None:
    times = np.concatenate([chunk.entered("dead") - chunk.entered(arm) for chunk in chunks])
    assert_mean(times[~np.isnan(times)], MEDIANS[arm] / math.log(2))


def test_the_gaps_between_arrivals_are_exponential(chunks: list[Walk]) -> None:
    arrivals = np.concatenate([chunk.by_replicate(chunk.entered("randomization")) for chunk in chunks])
    gaps = np.diff(arrivals, axis=1).ravel()
    assert_mean(gaps, 1 / PER_DAY)
    for days in (0.5, 2, 5):
        assert_share(int((gaps > days).sum()), gaps.size, math.exp(-PER_DAY * days))


def test_every_patient_is_in_one_arm_and_dies_once(chunks: list[Walk]) -> None:
    for chunk in chunks:
        in_arm = [~np.isnan(chunk.entered(arm)) for arm in MEDIANS]
        assert np.array_equal(in_arm[0], ~in_arm[1])
        assert not np.isnan(chunk.entered("dead")).any()
