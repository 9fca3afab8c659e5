"""An ensemble that goes on until its power is known well enough."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from calls import Pathsim
from folders import chunks, published
from hypothesis import given
from hypothesis.strategies import integers

from pathsim.ensembles.merge import IncompleteError, merged
from pathsim.ensembles.precision import Precision, monte_carlo_error
from pathsim.ensembles.run import Recipe, ensemble
from pathsim.ensembles.spans import CHUNK
from pathsim.ensembles.store import Store
from pathsim.scenario.files import find
from pathsim.scenario.scenario import load

TEXTBOOK = Recipe.of(find("two-arm-exponential"), {})
MOST = 40 * CHUNK


def reached(asked: float, workers: int = 1) -> int:
    """How many replicates it takes to know the power so well."""
    precision = Precision.of(TEXTBOOK.scenario(), asked)
    columns = ensemble(TEXTBOOK, 3, MOST, workers=workers, precision=precision)
    return next(iter(columns.values())).size


@given(integers(1, 10**6), integers(0, 10**6))
def test_the_error_is_never_smaller_than_the_usual_one_and_never_nothing(of: int, successes: int) -> None:
    share = min(successes, of) / of
    assert monte_carlo_error(min(successes, of), of) >= math.sqrt(share * (1 - share) / of)
    assert monte_carlo_error(min(successes, of), of) > 0


@pytest.mark.parametrize(("successes", "of", "share"), [(0, 16, 0.1), (16, 16, 0.9), (6, 16, 0.4), (48, 96, 0.5)])
def test_the_error_is_that_of_two_successes_and_two_failures_more(successes: int, of: int, share: float) -> None:
    assert monte_carlo_error(successes, of) == pytest.approx(math.sqrt(share * (1 - share) / of))
    wanted = Precision("os", "experimental", 0.025, 0.01).expected(successes, of)
    assert wanted == pytest.approx(share * (1 - share) / 0.01**2, abs=1)
    assert Precision("os", "experimental", 0.025, 0.5).expected(successes, of) == of, "they are there already"


def test_a_trial_is_significant_below_the_level_and_an_error_is_small_enough_at_what_is_asked() -> None:
    columns = {"endpoints.os.comparisons.experimental.logrank.p_one_sided": np.array([0.0249, 0.025, 0.0251, math.nan])}
    assert Precision("os", "experimental", 0.025, 0.1).successes(columns) == 1
    assert Precision("os", "experimental", 0.025, monte_carlo_error(1, 4)).is_reached(1, 4)
    assert not Precision("os", "experimental", 0.025, monte_carlo_error(1, 4) - 1e-9).is_reached(1, 4)
    told = Precision("os", "experimental", 0.025, 0.1).told(columns)
    assert told == {
        "endpoint": "os",
        "arm": "experimental",
        "asked": 0.1,
        "reached": pytest.approx(math.sqrt(3 / 8 * 5 / 8 / 4)),
    }


def test_it_ends_with_the_first_chunk_that_is_enough() -> None:
    count = reached(0.02)
    power = ensemble(TEXTBOOK, 3, count)["endpoints.os.comparisons.experimental.logrank.p_one_sided"] < 0.025
    assert monte_carlo_error(int(power.sum()), count) <= 0.02
    assert monte_carlo_error(int(power[:-CHUNK].sum()), count - CHUNK) > 0.02


def test_it_does_not_depend_on_the_number_of_workers() -> None:
    assert reached(0.02) == reached(0.02, workers=2) < MOST


@pytest.mark.parametrize("successes", [0, CHUNK])
def test_a_beginning_with_nothing_but_chance_is_not_enough(successes: int) -> None:
    precision = Precision("os", "experimental", 0.025, 0.01)
    assert not precision.is_reached(successes, CHUNK)
    assert precision.expected(successes, CHUNK) > CHUNK


def test_a_power_near_one_comes_to_an_end_all_the_same() -> None:
    assert Precision("os", "experimental", 0.025, 0.01).is_reached(200, 200)


def test_the_power_is_that_of_the_endpoint_at_which_the_committee_looks() -> None:
    precision = Precision.of(load("aall1331"), 0.01)
    assert precision is not None
    assert precision.endpoint == "dfs"
    assert Precision.of(load("stroke-thrombectomy"), 0.01) is None


def test_the_summary_says_what_was_asked_and_what_it_took(pathsim: Pathsim, tmp_path: Path) -> None:
    done = pathsim("ensemble", "two-arm-exponential", "--seed", 3, "--until-se", 0.02, "--json", "--out", tmp_path)
    found = json.loads(done.out)
    assert found["until_se"]["asked"] == 0.02
    assert 0.015 < found["until_se"]["reached"] <= 0.02
    assert found["replicates"] == reached(0.02)
    assert f"after {found['replicates']} replicates the power of OS has a standard error of 0.0" in done.err
    again = pathsim("ensemble", "two-arm-exponential", "--seed", 3, "--until-se", 0.02, "--json", "--out", tmp_path)
    assert again.out == done.out


def test_chunks_are_merged_up_to_the_first_that_is_enough(tmp_path: Path) -> None:
    store = Store.begin(tmp_path, {"seed": 3})
    ensemble(TEXTBOOK, 3, 4 * CHUNK, store=store)
    assert merged([store], 10**9, Precision("os", "experimental", 0.025, 0.06)).rows.replicates == CHUNK


def test_what_lies_beyond_a_missing_chunk_is_not_looked_for(tmp_path: Path) -> None:
    """Nor could it be: a billion replicates are the most, and how many it takes is unknown."""
    with pytest.raises(IncompleteError):
        merged([Store.begin(tmp_path, {"seed": 3})], 10**9, Precision("os", "experimental", 0.025, 0.06))


def test_chunks_beyond_the_end_are_never_counted(pathsim: Pathsim, tmp_path: Path) -> None:
    asked = ("ensemble", "two-arm-exponential", "--seed", 3)
    until = ("--until-se", 0.02)
    pathsim(*asked, *until, "--out", tmp_path / "alone")
    pathsim(*asked, "--replicates", MOST // 4, "--out", tmp_path / "more")
    held = len(chunks(tmp_path / "more"))
    pathsim(*asked, *until, "--out", tmp_path / "more")
    assert held == len(chunks(tmp_path / "more")) > len(chunks(tmp_path / "alone"))
    assert published(tmp_path / "more") == published(tmp_path / "alone")


def test_replicates_are_the_most(pathsim: Pathsim) -> None:
    done = pathsim("ensemble", "two-arm-exponential", "--seed", 3, "--until-se", 0.001, "--replicates", 100, "--json")
    assert done.code == 0
    assert json.loads(done.out)["replicates"] == 100
    assert "more than the 0.001 asked for: raise --replicates" in done.err


@pytest.mark.parametrize("value", ["1e-300", "5e-324", "1e-7"])
def test_a_standard_error_out_of_reach_is_refused(pathsim: Pathsim, value: str) -> None:
    """Agresti and Coull's share of no success among a million is 2 in 1,000,004: an error of 1.4 in a million."""
    done = pathsim("ensemble", "two-arm-exponential", "--until-se", value)
    assert (done.code, done.out) == (2, "")
    told = f"--until-se {float(value):g} is out of reach: after 1,000,000 replicates the error is at least 1.4e-06"
    assert told in done.err


def test_it_is_refused_with_the_replicates_that_were_asked_for(pathsim: Pathsim) -> None:
    done = pathsim("ensemble", "two-arm-exponential", "--replicates", 3000, "--until-se", "1e-300")
    assert "after 3,000 replicates the error is at least 4.7e-04" in done.err


@pytest.mark.parametrize("value", ["0", "1", "-0.1", "nan"])
def test_a_standard_error_lies_between_zero_and_one(pathsim: Pathsim, value: str) -> None:
    done = pathsim("ensemble", "two-arm-exponential", "--until-se", value)
    assert (done.code, done.out) == (2, "")
    assert "between 0 and 1" in done.err


def test_a_study_without_two_arms_has_no_power(pathsim: Pathsim) -> None:
    done = pathsim("ensemble", "stroke-thrombectomy", "--until-se", 0.01)
    assert (done.code, done.out) == (2, "")
    assert "does not compare two arms" in done.err
