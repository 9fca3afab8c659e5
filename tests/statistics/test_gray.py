"""Gray's test beside R's cmprsk, and what has to be true of it whatever the patients."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.testing import assert_allclose, assert_array_equal

from pathsim.statistics.gray import GrayTest, gray_tests
from pathsim.statistics.two_arms import SurvivalData, TwoArms

BY_R: list[dict[str, Any]] = json.loads((Path(__file__).parent / "oracles" / "gray.json").read_text())


def data_of(trials: list[dict[str, Any]], *, stratified: bool, causes: tuple[str, ...] = ("one", "other")) -> TwoArms:
    """These trials as one chunk; R's arm 1 is the one that is compared."""
    columns = {name: np.concatenate([np.array(one[name]) for one in trials]) for name in ("arm", "stratum", "cause")}
    trial = np.repeat(np.arange(len(trials)), [len(one["time"]) for one in trials])
    time = np.concatenate([np.array(one["time"], np.float64) for one in trials])
    data = SurvivalData(
        trial,
        columns["arm"],
        columns["stratum"],
        time,
        columns["cause"],
        trials=len(trials),
        arms=("control", "treated"),
        control="control",
        causes=causes,
        is_stratified=stratified,
        horizon_days=None,
    )
    return data.comparisons["treated"]


def gray_test(arms: TwoArms, cause: int) -> GrayTest:
    tests = gray_tests(arms)
    assert tests is not None
    return tests[arms.data.causes[cause - 1]]


@pytest.mark.parametrize(("stratified", "key"), [(False, "plain"), (True, "stratified")])
@pytest.mark.parametrize("cause", [1, 2])
def test_its_square_is_the_statistic_of_cmprsk(*, stratified: bool, key: str, cause: int) -> None:
    z = gray_test(data_of(BY_R, stratified=stratified), cause).z
    compared = 0
    for found, one in zip(z, BY_R, strict=True):
        if (by_r := one[key][cause - 1]) is not None:
            assert found**2 == pytest.approx(by_r, rel=1e-8, abs=1e-10)
            compared += 1
    assert compared > 100


def test_its_sign_is_that_of_the_difference_and_turns_with_the_arms() -> None:
    there = data_of(BY_R, stratified=False)
    z, back = gray_test(there, 1).z, gray_test(TwoArms(there.data, 0, 1), 1).z
    assert_allclose(back, -z, rtol=1e-9, atol=1e-12)


def test_who_has_fewer_events_of_the_kind_does_better() -> None:
    """Ten patients an arm are followed for ten days: two of the treated relapse, and eight of the others."""
    relapses = {0: 8, 1: 2}
    arm = np.repeat([0, 1], 10)
    number = np.tile(np.arange(10), 2)
    cause = np.where(number < [relapses[one] for one in arm], 1, 0)
    trial = {"arm": arm, "stratum": np.zeros(20, int), "time": np.where(cause, number + 1, 10), "cause": cause}
    test = gray_test(data_of([trial], stratified=False), 1)
    assert test.z[0] < 0
    assert test.p_one_sided[0] < 0.05


@pytest.mark.parametrize("stratified", [False, True])
def test_each_trial_of_a_chunk_says_what_it_says_alone(*, stratified: bool) -> None:
    together = gray_test(data_of(BY_R, stratified=stratified), 2).z
    alone = [gray_test(data_of([one], stratified=stratified), 2).z[0] for one in BY_R]
    assert_array_equal(together, alone)


def test_without_events_of_the_kind_there_is_no_test() -> None:
    trial = {"arm": [0, 0, 1, 1], "stratum": [0] * 4, "time": [1, 2, 3, 4], "cause": [2, 0, 2, 0]}
    test = gray_test(data_of([trial], stratified=False), 1)
    assert np.isnan(test.z).all()
    assert np.isnan(test.p_one_sided).all()


def test_one_kind_of_event_needs_no_such_test() -> None:
    trial = {"arm": [0, 0, 1, 1], "stratum": [0] * 4, "time": [1, 2, 3, 4], "cause": [1, 0, 1, 0]}
    assert gray_tests(data_of([trial], stratified=False, causes=("death",))) is None
