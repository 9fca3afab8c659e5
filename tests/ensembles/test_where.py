"""Replicates that meet conditions: their summary is what numpy makes of the rows of all."""

import re
from datetime import date
from typing import Any

import numpy as np
import pytest

import pathsim
from pathsim.ensembles.precision import Precision, monte_carlo_error
from pathsim.ensembles.request import EnsembleRequest
from pathsim.ensembles.run import Recipe, ensemble
from pathsim.ensembles.selection import Selection
from pathsim.ensembles.spans import CHUNK
from pathsim.paths import compared_path
from pathsim.results.figure_conditions import figure_condition
from pathsim.scenario.files import find
from pathsim.statistics.normal import deviations

MONITORED, TEXTBOOK = "tests/scenarios/monitored.toml", "two-arm-exponential"
COUNT, SEED = 80, 7
RATIO = compared_path("pfs", "drug", "cox", "hazard_ratio")
P_VALUE = compared_path("pfs", "drug", "logrank", "p_one_sided")
OS_RATIO = compared_path("os", "experimental", "cox", "hazard_ratio")
LOOK = "trial.looks[information=0.5]"


@pytest.fixture(scope="module")
def whole() -> pathsim.Ensemble:
    return pathsim.ensemble(MONITORED, COUNT, SEED)


@pytest.fixture(scope="module")
def some() -> pathsim.Ensemble:
    return pathsim.ensemble(MONITORED, COUNT, SEED, where=f"{RATIO} in 0.5..0.9")


@pytest.fixture(scope="module")
def chosen(whole: pathsim.Ensemble) -> Any:
    ratio = whole.replicates[RATIO]
    return (ratio >= 0.5) & (ratio <= 0.9)


def test_it_says_how_many_of_how_many_they_are(some: pathsim.Ensemble, chosen: Any) -> None:
    assert 10 < chosen.sum() < COUNT - 10
    assert some["where"] == {"conditions": [f"{RATIO} in 0.5..0.9"], "replicates": chosen.sum(), "of": COUNT}
    assert some["replicates"] == chosen.sum()


def test_every_figure_is_of_these_replicates(some: pathsim.Ensemble, whole: pathsim.Ensemble, chosen: Any) -> None:
    assert list(some["figures"]) == list(whole["figures"])
    for path, told in some["figures"].items():
        values = whole.columns[path][chosen]
        assert told["missing"] == np.isnan(values).sum(), path
        known = values[~np.isnan(values)]
        if not known.size:
            assert told["median"] is None
            continue
        np.testing.assert_allclose(told["median"], np.quantile(known, 0.5, method="linear"), err_msg=path)
        if "mean" in told:
            np.testing.assert_allclose(told["mean"], known.mean(), err_msg=path)


def test_power_and_its_interval_are_of_so_many(some: pathsim.Ensemble, whole: pathsim.Ensemble, chosen: Any) -> None:
    significant, n = (whole.columns[P_VALUE][chosen] < 0.025), int(chosen.sum())
    told, z = some["power"]["pfs"]["drug"]["logrank"], deviations(0.95)
    share = significant.mean()
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    reach = z / (1 + z * z / n) * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    np.testing.assert_allclose(
        [told["estimate"], told["lower"], told["upper"]], [share, middle - reach, middle + reach]
    )


def test_looks_are_of_these_replicates(some: pathsim.Ensemble, whole: pathsim.Ensemble, chosen: Any) -> None:
    held = np.isfinite(whole.columns["looks.2.day"][chosen])
    assert some["stopping"][1]["held"]["estimate"] == held.mean()
    benefit = sum(np.nansum(whole.columns[f"looks.{number}.benefit"][chosen]) for number in (1, 2, 3, 4))
    assert some["sequential_power"]["pfs"]["estimate"] == benefit / chosen.sum()


def test_the_rows_are_all_there_and_say_which_are_meant(
    some: pathsim.Ensemble, whole: pathsim.Ensemble, chosen: Any
) -> None:
    assert len(some.replicates) == COUNT
    np.testing.assert_array_equal(some.replicates["chosen"], chosen)
    np.testing.assert_array_equal(some.replicates[RATIO], whole.replicates[RATIO])
    assert "chosen" not in whole.replicates.names


def test_all_conditions_have_to_hold(whole: pathsim.Ensemble) -> None:
    both = pathsim.ensemble(MONITORED, COUNT, SEED, where=["looks.1.hazard_ratio < 0.4", "looks.2.benefit == 1"])
    expected = (whole.columns["looks.1.hazard_ratio"] < 0.4) & (whole.columns["looks.2.benefit"] == 1)
    assert 0 < expected.sum() == both["where"]["replicates"] < (whole.columns["looks.2.benefit"] == 1).sum()


def test_a_decision_is_named_in_words() -> None:
    going = pathsim.ensemble(MONITORED, 20, SEED, where=f"{LOOK}.decision == 'continue'")
    looks = [pathsim.run(MONITORED, SEED, replicate)["trial"]["looks"] for replicate in range(20)]
    decisions = [[look["decision"] for look in held if look["information"] == 0.5] for held in looks]
    assert ["continue"] in decisions
    assert [] in decisions
    assert len({decision for each in decisions for decision in each}) > 1
    assert going.replicates["chosen"].tolist() == [each == ["continue"] for each in decisions]


def test_a_figure_beside_the_ordinary_ones_is_made_for_each_trial(whole: pathsim.Ensemble) -> None:
    path = "endpoints.pfs.arms.drug.median_days"
    assert path not in whole.columns
    some = pathsim.ensemble(MONITORED, COUNT, SEED, where=f"{path} > 650", figures=[path, P_VALUE, "looks.4.z"])
    each = np.array([pathsim.run(MONITORED, SEED, replicate).figure(path) for replicate in range(12)])
    np.testing.assert_array_equal(some.replicates[path][:12], each)
    chosen = some.replicates["chosen"]
    assert 0 < chosen.sum() < COUNT
    assert some["figures"][path]["mean"] == some.replicates[path][chosen].mean() > 650
    told, values = some["figures"]["looks.4.z"], whole.columns["looks.4.z"][chosen]
    assert told["missing"] == np.isnan(values).sum() > 0


@pytest.mark.parametrize("path", ["endpoints.pfs.arms.'drug'.events", 'endpoints."pfs".arms.drug.events'])
def test_names_may_stand_in_quotation_marks(path: str) -> None:
    many = pathsim.ensemble(MONITORED, 20, SEED, where=f"{path} >= 20", figures=path)
    plain = pathsim.ensemble(MONITORED, 20, SEED, where="endpoints.pfs.arms.drug.events >= 20")
    assert many["where"] == plain["where"]
    assert list(many.columns) == list(plain.columns)


def test_a_horizon_that_few_trials_need_can_be_named() -> None:
    """In most chunks no trial has it, nor has the first trial of any seed to."""
    path = compared_path("os", "experimental", "restricted_mean", "common_horizon", "difference_days")
    many = pathsim.ensemble(TEXTBOOK, 4, 1, figures=path)
    assert many["figures"][path]["missing"] == 4
    assert many["figures"][path]["mean"] is None


def test_of_several_settings_the_first_decides() -> None:
    settings = [pathsim.load(TEXTBOOK, {"trial.patients": patients}) for patients in (200, 300)]
    whole = pathsim.compare(*settings, replicates=40, seed=3)
    some = pathsim.compare(*settings, replicates=40, seed=3, where=f"{OS_RATIO} < 0.7")
    here = whole.rows[f"0:{OS_RATIO}"] < 0.7
    assert 0 < here.sum() < 40
    assert [setting["replicates"] for setting in some["settings"]] == [here.sum()] * 2
    assert some["settings"][1]["figures"][OS_RATIO]["median"] == np.median(whole.rows[f"1:{OS_RATIO}"][here])
    assert some["settings"][1]["differences"][OS_RATIO]["averaged"] == here.sum()
    np.testing.assert_array_equal(some.replicates["chosen"], [*here, *here])


def test_as_of_a_date_the_figures_of_that_date_decide() -> None:
    when = date(2021, 6, 1)
    whole = pathsim.ensemble(MONITORED, COUNT, SEED, until=when)
    some = pathsim.ensemble(MONITORED, COUNT, SEED, until=when, where=f"{RATIO} > 1")
    assert 0 < some["where"]["replicates"] == (whole.columns[RATIO] > 1).sum() < COUNT


def test_a_precision_is_that_of_the_replicates_that_count() -> None:
    recipe, where = Recipe.of(find(TEXTBOOK), {}), (figure_condition(f"{OS_RATIO} > 0.75"),)
    request = EnsembleRequest(recipe, SEED, 10 * CHUNK, 0.06, where=where)
    precision = Precision.of(recipe.scenario(), 0.06, request.selection)
    assert precision is not None
    found = ensemble(recipe, SEED, request.replicates, precision=precision)
    counts = list(range(CHUNK, found.replicates + 1, CHUNK))
    ratio, p_value = found[OS_RATIO], found[compared_path("os", "experimental", "logrank", "p_one_sided")]
    errors = [
        monte_carlo_error(int((p_value[:n][ratio[:n] > 0.75] < 0.025).sum()), int((ratio[:n] > 0.75).sum()))
        for n in counts
    ]
    assert len(errors) > 1
    assert errors[-1] <= 0.06 < errors[-2], "it goes on until so many count"
    assert precision.told(found)["reached"] == errors[-1]


def test_no_replicate_that_counts_reaches_no_precision() -> None:
    nobody = Selection((figure_condition("trial.enrolled < 0"),))
    precision = Precision("os", "experimental", 0.025, 0.4, nobody)
    columns = {"trial.enrolled": np.ones(3), compared_path("os", "experimental", "logrank", "p_one_sided"): np.zeros(3)}
    assert (precision.successes(columns), precision.counted(columns)) == (0, 0)
    assert not precision.is_reached(0, 0)


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"where": "trial.enrolled < 0"}, "where: of 20 replicates none meets trial.enrolled < 0"),
        ({"where": "trial.enroled < 0"}, "where: the results have no 'enroled'"),
        ({"where": "trial.enrolled"}, "where: 'trial.enrolled' is not a condition"),
        ({"where": "looks.6.z > 0"}, "where: there is no 'looks.6.z': write looks.NUMBER.FIGURE"),
        ({"where": "looks.1 > 0"}, "where: there is no 'looks.1'"),
        ({"where": [3]}, "where: expected texts, found 3"),
        ({"figures": "endpoints.pfs.label"}, "figures: 'endpoints.pfs.label' is not a number"),
        ({"figures": "toxicity[arm=drog,step=drug,type=rash].rate"}, "figures: there is no arm 'drog'"),
        ({"figures": f"{LOOK}.decision"}, "figures: 'trial.looks[information=0.5].decision' is not a number"),
        ({"figures": "trial.looks[events=1].zz"}, "figures: 'trial.looks[events=1].zz' is not a number"),
        ({"figures": "trial.looks[event=30].z"}, "figures: no row has 'event'"),
        ({"figures": "flow[step=drug,arm=drug].went"}, "figures: the results have no 'went'"),
        ({"until": "2021-01-01"}, "until: expected a date"),
        ({"until": date(2019, 12, 31)}, "until 2019-12-31: the trial goes from 2020-01-01"),
        ({"where": "trial.enrolled > 0", "uncertain": True}, "where: replicates that are chosen"),
    ],
)
def test_what_cannot_be_asked_is_said_in_a_sentence(asked: dict[str, Any], told: str) -> None:
    with pytest.raises(ValueError, match=re.escape(told)):
        pathsim.ensemble(MONITORED, 20, SEED, **asked)


def test_without_a_committee_there_are_no_looks_to_name() -> None:
    with pytest.raises(ValueError, match="'two-arm-exponential' has no committee"):
        pathsim.ensemble(TEXTBOOK, 4, SEED, where="looks.1.z > 0")
