"""What rests on nobody is no number, and what is infinite is not averaged: in a trial, in many, in reports."""

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from calls import Pathsim
from hypothesis import given
from hypothesis import strategies as st
from numpy.testing import assert_allclose

from pathsim.engines.choose import simulate_many
from pathsim.ensembles.averages import quantiles
from pathsim.ensembles.summary import figure, summary
from pathsim.ensembles.vary import comparison
from pathsim.export.json_text import as_json
from pathsim.results.json import results
from pathsim.results.replicates import rows
from pathsim.scenario.scenario import Scenario, load
from pathsim.validation.targets import compared

CASES = Path(__file__).parent / "cases"
RATIO = "endpoints.os.comparisons.drug.cox.hazard_ratio"


def case(name: str, **settings: str) -> Scenario:
    return load(str(CASES / f"{name}.toml"), settings)


def trial(scenario: Scenario, seed: int = 1) -> dict[str, Any]:
    return results(simulate_many(scenario, seed, [0]))


# --- nobody ---------------------------------------------------------------------------------------------------------


def test_an_arm_that_nobody_reached_has_no_figures_and_no_comparison() -> None:
    endpoint = next(
        found["endpoints"]["late"]
        for found in (trial(case("01-late-endpoint-empty-arm"), seed) for seed in range(50))
        if sorted(arm["n"] for arm in found["endpoints"]["late"]["arms"].values()) == [0, 1]
    )
    empty = next(arm for arm in endpoint["arms"].values() if arm["n"] == 0)
    assert empty["at"]["100"] == {"survival": None, "lower": None, "upper": None, "at_risk": 0}
    assert empty["median_days"] is None
    assert empty["restricted_mean_days"] is None
    compared = endpoint["comparisons"]["drug"]
    missing = {"difference_days": None, "lower": None, "upper": None, "horizon_days": 100.0}
    assert compared["restricted_mean"] == missing
    assert compared["cox"]["hazard_ratio"] is None
    assert compared["logrank"]["z"] is None


def test_over_trials_empty_arms_are_missing_and_the_mean_is_that_of_the_others() -> None:
    scenario, trials = case("01-late-endpoint-empty-arm"), 1000
    figures = summary(scenario, rows(simulate_many(scenario, 1, range(trials))))["figures"]
    # Of ten patients each reaches the endpoint with probability 0.1 and has a median of the day that is asked.
    nobody = 0.9**10
    for arm in ("drug", "ctl"):
        found = figures[f"endpoints.late.arms.{arm}.at.100.survival"]
        assert found["missing"] / trials == pytest.approx(nobody, abs=4 * math.sqrt(nobody * (1 - nobody) / trials))
        assert found["mean"] == pytest.approx(0.5, abs=4 * found["sd"] / math.sqrt(found["averaged"]))


# --- nobody followed so long ----------------------------------------------------------------------------------------


def test_beyond_follow_up_the_difference_is_that_up_to_the_longest_common_horizon() -> None:
    endpoint = trial(case("base"))["endpoints"]["os"]
    gain = endpoint["comparisons"]["drug"]["restricted_mean"]
    assert gain["difference_days"] is None
    assert gain["common_horizon"]["horizon_days"] < 400
    assert abs(gain["common_horizon"]["difference_days"]) < gain["common_horizon"]["horizon_days"]
    for arm in endpoint["arms"].values():
        assert arm["restricted_mean_days"] is None
        assert arm["at"]["730"] == {"survival": None, "lower": None, "upper": None, "at_risk": 0}


def test_nobody_survives_a_hundred_years_unseen() -> None:
    scenario = case("at_days-beyond-followup")
    for arm in trial(scenario)["endpoints"]["os"]["arms"].values():
        assert 0 < arm["at"]["730"]["survival"] < 1
        assert arm["at"]["36500"]["survival"] is None
    column = rows(simulate_many(scenario, 1, range(8)))[
        "endpoints.os.comparisons.experimental.restricted_mean.difference_days"
    ]
    assert np.isnan(column).all()


def test_who_has_died_is_dead_a_hundred_years_later_too() -> None:
    scenario = case("at_days-beyond-followup", **{"trial.cutoffs.final.day": "36500"})
    endpoint = trial(scenario)["endpoints"]["os"]
    assert [arm["at"]["36500"]["survival"] for arm in endpoint["arms"].values()] == [0, 0]
    assert endpoint["comparisons"]["experimental"]["restricted_mean"]["difference_days"] is not None


def test_the_medians_of_a_flat_stretch_are_those_of_r() -> None:
    arms = trial(case("median-flat-stretch"))["endpoints"]["os"]["arms"]
    assert [round(arm["median_days"]) for arm in arms.values()] == [1036, 1173]


# --- hazard ratios at either end ------------------------------------------------------------------------------------


def test_all_deaths_at_once_in_one_arm_are_an_infinite_ratio_with_its_test() -> None:
    endpoint = trial(case("base", **{"steps.drug.exit.death.median_days": "1e-300"}))["endpoints"]["os"]
    compared = endpoint["comparisons"]["drug"]
    assert compared["cox"] == {"hazard_ratio": math.inf, "lower": None, "upper": None}
    # Four of four die against none of four: 2 beyond what was expected, with a hypergeometric variance of 4/7.
    assert compared["logrank"]["z"] == pytest.approx(math.sqrt(7))
    assert compared["logrank"]["p_one_sided"] == pytest.approx(0.99592, abs=1e-5)
    assert json.loads(as_json(compared))["cox"]["hazard_ratio"] == "Infinity"


def test_no_deaths_in_one_arm_are_a_ratio_of_nothing_with_its_test() -> None:
    endpoint = trial(case("base", **{"steps.drug.exit.death.median_days": "1e9"}))["endpoints"]["os"]
    compared = endpoint["comparisons"]["drug"]
    assert compared["cox"] == {"hazard_ratio": 0, "lower": None, "upper": None}
    # One of the four on control dies while all eight are followed.
    assert compared["logrank"]["z"] == pytest.approx(-1)


@given(st.lists(st.sampled_from([0.0, 0.25, 0.5, 1.0, 2.0, 8.0, math.inf, math.nan]), min_size=1, max_size=41))
def test_both_ends_of_ratios_are_treated_alike(values: list[float]) -> None:
    ratios = np.array(values)
    with np.errstate(divide="ignore"):
        found, turned = figure(RATIO, ratios), figure(RATIO, 1 / ratios)
    assert (found["zero"], found["infinite"], found["missing"]) == (
        turned["infinite"],
        turned["zero"],
        turned["missing"],
    )
    assert found["averaged"] == turned["averaged"] == sum(0 < value < math.inf for value in values)
    if found["averaged"]:
        assert found["mean_log"] == pytest.approx(-turned["mean_log"])
    seen = sorted(value for value in values if not math.isnan(value))
    if len(seen) % 2:
        assert found["median"] == seen[len(seen) // 2]


@given(st.lists(st.floats(-9, 9), min_size=1, max_size=30), st.integers(0, 5), st.floats(0, 1))
def test_quantiles_of_finite_values_stay_where_they_were_when_the_upper_end_becomes_infinite(
    values: list[float], infinite: int, part: float
) -> None:
    ordered = sorted(values)
    moved = np.array([math.inf if place >= len(ordered) - infinite else one for place, one in enumerate(ordered)])
    position = part * (len(ordered) - 1)
    expected = math.inf if math.ceil(position) >= len(ordered) - infinite else np.quantile(values, part)
    assert_allclose(quantiles(moved, [part]), expected, atol=1e-12)
    of_trials = quantiles(moved, [part], of_trials=True)[0]
    place = max(math.ceil(part * len(ordered)) - 1, 0)
    assert of_trials == moved[place]


def test_ratios_of_small_trials_are_summed_up_by_their_median_and_the_mean_of_finite_logarithms() -> None:
    scenario = case("base")
    columns = rows(simulate_many(scenario, 1, range(400)))
    ratios, found = columns[RATIO], summary(scenario, columns)
    here = found["figures"][RATIO]
    usable = ratios[(ratios > 0) & (ratios < math.inf)]
    assert (here["zero"], here["infinite"], here["missing"], here["averaged"]) == (77, 57, 13, usable.size)
    assert here["lower"] == 0
    assert here["upper"] == math.inf
    assert here["mean_log"] == pytest.approx(np.log(usable).mean())
    assert "mean" not in here
    assert found["coverage"][RATIO.removesuffix(".hazard_ratio")]["of"] == usable.size


def test_differences_of_ratios_and_targets_leave_out_both_ends() -> None:
    scenario = case("base")
    ratio = np.array([0.0, 0.5, math.inf, 1.0, 2.0])
    both = {f"{number}:{RATIO}": ratio + number / 8 for number in (0, 1)}
    both |= {f"{number}:trial.enrolled": np.full(5, 8.0) for number in (0, 1)}
    both |= {f"{number}:endpoints.os.comparisons.drug.logrank.p_one_sided": np.full(5, 0.5) for number in (0, 1)}
    both |= {f"{number}:cutoffs.final.events.os": np.full(5, 8.0) for number in (0, 1)}
    difference = comparison([scenario, scenario], [(), ()], both)["settings"][1]["differences"][RATIO]
    assert difference["ratio"] == pytest.approx((5 / 4 * 9 / 8 * 17 / 16) ** (1 / 3))
    assert difference["averaged"] == 3


def test_a_target_of_a_ratio_has_the_mean_of_finite_ones_and_an_interval_of_all() -> None:
    scenario = load("aall1331")
    name, target = next((n, t) for n, t in scenario.sections.targets.items() if t.figure.endswith("cox.hazard_ratio"))
    columns = {path: np.ones(5) for one in scenario.sections.targets.values() for path in one.figures}
    columns[target.figure] = np.array([0.0, 0.5, 0.9, math.inf, math.nan])
    found = next(one for one in compared(scenario, columns) if one.name == name)
    assert found.mean == pytest.approx(math.sqrt(0.5 * 0.9))
    assert (found.lower, found.upper) == (0, math.inf)
    assert found.missing == 1
    assert found.target == target


def test_an_infinite_end_of_an_interval_is_told_in_words(pathsim: Pathsim, tmp_path: Path) -> None:
    target = f'[targets.ratio]\npublished = 0.5\nfigure = "{RATIO}"\nkind = "holdout"\npart = "p"\nassumed = "x"\n'
    path = tmp_path / "small.toml"
    path.write_text((CASES / "base.toml").read_text(encoding="utf-8") + target, encoding="utf-8")
    assert "0-infinite" in pathsim("validate", path, "--seed", "1", "--replicates", "30").out
