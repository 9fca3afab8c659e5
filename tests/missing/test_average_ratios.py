"""Hazard ratios on average: logarithms as far as they are finite, and of settings side by side the factor."""

import json
import math
import re

import numpy as np
import pytest
from calls import Pathsim
from hypothesis import given
from many_ratios import BASE, RATIO, SURVIVAL, finite, ratios, turned

from pathsim.engines.choose import simulate_many
from pathsim.ensembles.averages import Figures, average, average_change, change_told, is_ratio
from pathsim.ensembles.parameter_uncertainty import uncertainty
from pathsim.results.replicates import rows
from pathsim.scenario.scenario import load


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("endpoints.os.comparisons.drug.cox.hazard_ratio", True),
        ("endpoints.'os.1'.comparisons.'drug 2.5'.cox.lower", True),
        ("cutoffs.final.endpoints.os.comparisons.drug.cox.hazard_ratio", True),
        ("looks.2.hazard_ratio", True),
        ("hazard_ratio", False),
        ("looks.2.events", False),
        ("trial.arms.hazard_ratio", False),
        ("cutoffs.final.events.hazard_ratio", False),
        ("endpoints.hazard_ratio.comparisons.cox.logrank.z", False),
        ("endpoints.os.arms.hazard_ratio.at.730.survival", False),
    ],
)
def test_a_ratio_is_known_by_its_place_and_not_by_what_somebody_called_an_arm(path: str, *, expected: bool) -> None:
    assert is_ratio(path) is expected


# --- averages and changes, by hand ----------------------------------------------------------------------------------


def test_half_and_double_are_no_difference_on_average() -> None:
    found = average(RATIO, np.array([0.5, 2.0, 0.0, math.inf, math.nan]))
    assert (found.value, found.count) == (pytest.approx(1), 2)
    assert found.deviation == pytest.approx(math.log(2) * math.sqrt(2))
    assert average(SURVIVAL, np.array([0.0, 0.5, math.nan])).value == 0.25


def test_a_change_is_the_factor_over_pairs_of_which_both_are_finite() -> None:
    """Factors of 2, 2 and 4 are 1, 1 and 2 doublings: 4/3 with a deviation of the root of 1/3, and an error of 1/3."""
    base, mine = np.array([0.5, 1, 2, 0, 1, math.nan]), np.array([1.0, 2, 8, 1, math.inf, 1])
    told = change_told(average_change(RATIO, mine, base))
    doubling = math.log(2)
    assert told == {
        "ratio": pytest.approx(2 ** (4 / 3)),
        "lower": pytest.approx(2 ** (4 / 3 - 1.959964 / 3), rel=1e-6),
        "upper": pytest.approx(2 ** (4 / 3 + 1.959964 / 3), rel=1e-6),
        "mean_log": pytest.approx(4 / 3 * doubling),
        "standard_error_log": pytest.approx(doubling / 3),
        "averaged": 3,
    }


def test_a_change_that_one_pair_shows_is_none() -> None:
    told = change_told(average_change(RATIO, np.array([1.0, 0.0]), np.array([2.0, 1.0])))
    assert (told["ratio"], told["lower"], told["standard_error_log"], told["averaged"]) == (None, None, None, 1)


@given(ratios)
def test_with_the_other_arm_as_control_averages_and_changes_turn_round(values: list[float]) -> None:
    base = np.array(values)
    mine = np.roll(base, 1)
    one, other = average_change(RATIO, mine, base), average_change(RATIO, turned(mine), turned(base))
    assert one.count == other.count
    assert average(RATIO, base).count == average(RATIO, turned(base)).count
    if one.count:
        assert one.value == pytest.approx(1 / other.value)
        assert average(RATIO, base).value == pytest.approx(1 / average(RATIO, turned(base)).value)


def test_chance_and_parameter_uncertainty_of_a_ratio_are_those_of_its_logarithm() -> None:
    """By hand, in doublings: 5/3 by chance alone and 20/3 in all; a fifth trial has no ratio."""
    stated, drawn = ({RATIO: 2.0 ** np.array(powers)} for powers in ([1.0, 2, 3, 4, math.nan], [2.0, 4, 6, 8, 1]))
    spread = uncertainty(load("two-arm-exponential").under_null(), stated, drawn | {"none": stated[RATIO]})
    found = spread["figures"][RATIO]
    assert (found["total_sd_log"] / math.log(2)) ** 2 == pytest.approx(20 / 3)
    assert (found["chance_sd_log"] / math.log(2)) ** 2 == pytest.approx(5 / 3)
    assert (found["parameter_share"], found["averaged"]) == (pytest.approx(0.75), 4)
    assert "total_sd" not in found


# --- what is printed ------------------------------------------------------------------------------------------------


def columns(replicates: int, **settings: str) -> dict[str, Figures]:
    return rows(simulate_many(load(str(BASE), settings), 1, range(replicates)))


def test_settings_side_by_side_tell_factors_and_of_how_many(pathsim: Pathsim, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "120")
    path = "steps.drug.exit.death.median_days"
    asked = ("ensemble", BASE, "--vary", f"{path}=100,730,1e9", "--replicates", "50", "--seed", "1")
    out = pathsim(*asked).out
    first, second = (columns(50, **{path: value})[RATIO] for value in ("100", "730"))
    both = [(0 < one < math.inf and 0 < other < math.inf) for one, other in zip(first, second, strict=True)]
    apart = np.log(second[both] / first[both])
    factor = f"{math.exp(apart.mean()):.3f}"
    for values in (first, second):
        assert f"{math.exp(np.log(finite(values)).mean()):.3f}, of {finite(values).size}" in re.split(r"\s{2,}", out)
    line = next(line for line in out.splitlines() if factor in line)
    assert f"{factor} (" in line
    assert f", of {apart.size}" in line
    assert "0 (median)" in out
    assert "0.0%, of 2" in out


def test_where_all_ratios_are_finite_the_factor_is_that_of_the_means(pathsim: Pathsim) -> None:
    varied = "steps.control.exit.death.median_days=400,511"
    asked = ("ensemble", "two-arm-exponential", "--vary", varied, "--replicates", "40", "--seed", "1", "--json")
    one, other = json.loads(pathsim(*asked).out)["settings"]
    ratio = RATIO.replace("drug", "experimental")
    factor = other["differences"][ratio]["ratio"]
    assert factor == pytest.approx(math.exp(other["figures"][ratio]["mean_log"] - one["figures"][ratio]["mean_log"]))
    assert factor > 1, "whoever lives longer on control gains less"
