"""``pathsim counterfactual --all``: who fares better and worse, by endpoint and day, under each coupling."""

import json
from typing import Any

import numpy as np
import pytest
from calls import Pathsim

from pathsim.counterfactual import other_courses
from pathsim.couplings import COUPLINGS, INDIVIDUAL_EFFECTS
from pathsim.engines.choose import simulate_many
from pathsim.ensembles.individual_effects import effect_chunks, effect_rows
from pathsim.ensembles.run import Recipe
from pathsim.scenario.files import Source, find
from pathsim.scenario.scenario import load
from pathsim.trial.course import course

TEXTBOOK = "two-arm-exponential"
THREE_ARMS = "tests/app/odd/three_arms.toml"
BEDS = "tests/counterfactual/cases/beds-in-one-arm.toml"

ONE_STEP_FOR_BOTH = """
title   = "Both arms lead to the same step"
extends = "two-arm-exponential"
without = ["steps.control"]
[steps.randomization]
arms = { experimental = "experimental", control = "experimental" }
"""


def counted(pathsim: Pathsim, *asked: object) -> dict[str, Any]:
    done = pathsim("counterfactual", *asked, "--all", "--json")
    assert (done.code, done.err) == (0, "")
    found: dict[str, Any] = json.loads(done.out)
    return found


def by_day(found: dict[str, Any], endpoint: str, arm: str) -> dict[str, Any]:
    told: dict[str, Any] = found["endpoints"][endpoint]["comparisons"][arm]["by"]
    return told


@pytest.mark.parametrize("seed", [3, 4])
def test_with_two_identical_arms_and_the_same_draws_nobody_fares_otherwise(pathsim: Pathsim, seed: int) -> None:
    same = ("--set", "steps.experimental.exit.death.median_days=511", "--seed", seed)
    for here in by_day(counted(pathsim, TEXTBOOK, *same), "os", "experimental").values():
        told = {effect: here["shared"][effect]["patients"] for effect in INDIVIDUAL_EFFECTS}
        assert told == {effect: 400 if effect == "same" else 0 for effect in INDIVIDUAL_EFFECTS}
        # It is the draws that make it so: with others as many fare better and worse as chance has it.
        assert here["independent"]["better"]["patients"] > 20


@pytest.mark.parametrize("seed", [21, 23])
def test_one_trial_is_what_its_report_tells(pathsim: Pathsim, seed: int) -> None:
    reported = json.loads(pathsim("run", "aall1331", "--seed", seed, "--json").out)["counterfactual"]
    found = by_day(counted(pathsim, "aall1331", "--seed", seed), "dfs", "blinatumomab")["1095"]
    for coupling in COUPLINGS:
        here, told = found[coupling], reported["couplings"][coupling]
        assert here["patients"] == reported["patients"]
        assert {effect: here[effect]["patients"] for effect in ("fewer", *INDIVIDUAL_EFFECTS)} == {
            effect: told[effect] for effect in ("fewer", *INDIVIDUAL_EFFECTS)
        }
        assert here["better"]["share"] == told["better"] / reported["patients"]
        assert here["better"]["standard_error"] is None


def test_shares_are_those_of_the_closed_form(pathsim: Pathsim) -> None:
    """Deaths come at constant hazards; with the same draws, after times in the ratio of the medians."""
    found = by_day(counted(pathsim, TEXTBOOK, "--replicates", 60, "--seed", 3), "os", "experimental")
    for day in (365, 730, 1095):
        with_it, without = (0.5 ** (day / median) for median in (730, 511))
        expected = {
            "shared": {"better": with_it - without, "worse": 0.0, "fewer": with_it - without},
            "independent": {"better": with_it * (1 - without), "worse": without * (1 - with_it)},
        }
        for coupling, shares in expected.items():
            for effect, share in shares.items():
                told = found[str(day)][coupling][effect]
                assert told["share"] == pytest.approx(share, abs=4 * told["standard_error"])
        nets = [found[str(day)][coupling]["fewer"] for coupling in COUPLINGS]
        assert all(net["share"] == pytest.approx(nets[0]["share"], abs=4 * net["standard_error"]) for net in nets)


def test_an_ensemble_is_the_mean_of_its_trials(pathsim: Pathsim) -> None:
    asked = ("aall1331", "--set", "trial.patients=200", "--seed", 5)
    many = by_day(counted(pathsim, *asked, "--replicates", 4), "os", "blinatumomab")["730"]
    each = [by_day(counted(pathsim, *asked, "--replicate", k), "os", "blinatumomab")["730"] for k in range(4)]
    for coupling in COUPLINGS:
        for effect in ("fewer", *INDIVIDUAL_EFFECTS):
            shares = [trial[coupling][effect]["share"] for trial in each]
            here = many[coupling][effect]
            assert here["share"] == pytest.approx(np.mean(shares), abs=1e-15)
            assert here["standard_error"] == pytest.approx(np.std(shares, ddof=1) / 2)
        assert sum(many[coupling][effect]["share"] for effect in INDIVIDUAL_EFFECTS) == pytest.approx(1)


def test_every_arm_of_three_is_set_against_control(pathsim: Pathsim) -> None:
    found = counted(pathsim, THREE_ARMS, "--seed", 2)
    assert found["control"] == "placebo"
    arms = json.loads(pathsim("run", THREE_ARMS, "--seed", 2, "--json").out)["trial"]["arms"]
    for arm in ("drug", "drug_b"):
        for here in by_day(found, "os", arm).values():
            for coupling in COUPLINGS:
                assert here[coupling]["patients"] == arms[arm] + arms["placebo"]
                assert sum(here[coupling][e]["patients"] for e in INDIVIDUAL_EFFECTS) == here[coupling]["patients"]


def test_another_arm_changes_nothing_between_two(pathsim: Pathsim) -> None:
    """Who is in the third arm is not asked for, and their pathway is none of the two."""
    asked = (THREE_ARMS, "--seed", 2, "--set", "steps.drug_b.exit.death.median_days=50")
    found, plain = (by_day(counted(pathsim, *each), "os", "drug") for each in (asked, asked[:3]))
    assert found == plain
    assert by_day(counted(pathsim, *asked), "os", "drug_b") != by_day(counted(pathsim, *asked[:3]), "os", "drug_b")


def test_trials_in_which_anybody_queues_are_left_out_and_counted(pathsim: Pathsim) -> None:
    asked = (BEDS, "--set", "resources.bed.capacity=10", "--seed", 3)
    alone = [
        pathsim("counterfactual", *asked, "--all", "--json", "--replicate", replicate).code for replicate in range(12)
    ]
    found = counted(pathsim, *asked, "--replicates", 12)
    assert (found["averaged"], found["missing"]) == (alone.count(0), alone.count(2))
    assert found["averaged"] > 0 < found["missing"]
    done = pathsim("counterfactual", *asked, "--all", "--replicates", 12)
    assert f"Left out: {found['missing']} trial" in done.out


BEDS_OF_THREE = """
title = "Beds for one arm of three"
extends = "tests/app/odd/three_arms.toml"
[trial]
patients = 60
assumed = "x"
[resources.bed]
capacity = 10
assumed = "x"
[steps.allocation]
arms = { drug = "look", drug_b = "drug_b", placebo = "placebo" }
[steps.look]
kind = "wait"
resource = "bed"
ready = { exponential = 20 }
next = "drug"
assumed = "x"
[steps.drug]
holds = "bed"
"""


def test_a_trial_is_told_of_every_arm_or_left_out() -> None:
    """With some seeds somebody queues only where the patients of one pair have changed places."""
    scenario = load(Source("beds", "<test>", BEDS_OF_THREE))
    rows = effect_rows(scenario, 3, range(24))
    missing = np.isnan(np.array(list(rows.values())))
    assert 0 < missing[0].sum() < 24
    assert (missing == missing[0]).all()
    pairs = [("drug", "placebo"), ("drug_b", "placebo")]
    trials = [course(simulate_many(scenario, 3, [replicate])) for replicate in range(24)]
    known = np.array([[bool(other_courses(trial, pair)) for pair in pairs] for trial in trials])
    np.testing.assert_array_equal(~missing[0], known.all(axis=1))
    assert (known[:, 0] != known[:, 1]).any()


def test_chunks_change_nothing() -> None:
    recipe = Recipe.of(find(TEXTBOOK), {"trial.patients": "60"})
    together = effect_rows(recipe.scenario(), 3, range(7))
    first, second = effect_chunks(recipe, 3, 0, 4, 3)
    for name, column in together.items():
        np.testing.assert_array_equal(column, np.concatenate([first[name], second[name]]))
    last = effect_rows(load(TEXTBOOK, {"trial.patients": "60"}), 3, [6])
    assert {name: column[6] for name, column in together.items()} == {name: last[name][0] for name in together}


@pytest.mark.slow
def test_workers_change_nothing(pathsim: Pathsim) -> None:
    asked = (TEXTBOOK, "--replicates", 130, "--seed", 3)
    assert counted(pathsim, *asked, "--workers", 1) == counted(pathsim, *asked, "--workers", 2)


def test_the_keys_are_stable(pathsim: Pathsim) -> None:
    for asked, which in (((), ["replicates", "replicate"]), (("--replicates", 2), ["replicates"])):
        found = counted(pathsim, TEXTBOOK, "--seed", 3, *asked)
        begin = ["schema_version", "pathsim", "scenario", "seed", *which]
        assert list(found) == [*begin, "averaged", "missing", "control", "endpoints"]
        days = by_day(found, "os", "experimental")
        assert list(days) == ["365", "730", "1095"]
        assert list(days["365"]) == list(COUPLINGS)
        assert list(days["365"]["shared"]) == ["patients", "fewer", *INDIVIDUAL_EFFECTS]
        assert list(days["365"]["shared"]["fewer"]) == ["patients", "share", "standard_error"]


@pytest.mark.parametrize("columns", [80, 120])
@pytest.mark.parametrize("replicates", [1, 3])
@pytest.mark.parametrize("name", ["aall1331", THREE_ARMS])
def test_the_report_fits_its_page(
    pathsim: Pathsim, monkeypatch: pytest.MonkeyPatch, name: str, replicates: int, columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    done = pathsim("counterfactual", name, "--all", "--replicates", replicates, "--seed", 21)
    assert (done.code, done.err) == (0, "")
    assert max(map(len, done.out.splitlines())) <= columns
    assert "…" not in done.out
    assert ("\N{PLUS-MINUS SIGN}" in done.out) == (replicates > 1)
    told = " ".join(done.out.split())
    assert "it is the same under every coupling" in told
    assert "which no trial can know" in told


def test_a_coupling_that_is_the_same_as_another_one_is_not_shown_twice(pathsim: Pathsim) -> None:
    """Where no step is one arm's own, and no therapy is named, only the arm itself differs."""
    done = pathsim("counterfactual", "-", "--all", "--seed", 1, stdin=ONE_STEP_FOR_BOTH)
    assert (done.code, done.err) == (0, "")
    assert "shared draws" in done.out
    assert "independent" in done.out
    assert "therapies" not in done.out


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ((TEXTBOOK,), "choose one patient with --patient N, or count them all with --all"),
        ((TEXTBOOK, "--all", "--patient", 3), "choose one patient"),
        ((TEXTBOOK, "--all", "--coupling", "shared"), "--all shows every coupling"),
        ((TEXTBOOK, "--patient", 3, "--replicates", 5), "--replicates is for --all"),
        ((TEXTBOOK, "--all", "--replicates", 5, "--replicate", 0), "choose one"),
        ((TEXTBOOK, "--all", "--workers", 2), "--workers is for many trials"),
        (("stroke-thrombectomy", "--all"), "'stroke-thrombectomy' has no arms"),
        ((TEXTBOOK, "--all", "--set", "endpoints.os.at_days=[]"), "tabulates no endpoint on any day"),
        ((TEXTBOOK, "--patient", 400, "--seed", 1), "400 patients came, with numbers from 0 to 399"),
        ((TEXTBOOK, "--patient", 0, "--set", "trial.per_month=0.0001"), "nobody came to this trial"),
        (
            ("aall1331", "--all", "--set", "resources.transplant_bed.capacity=1", "--seed", 1),
            "patients queue in every one",
        ),
    ],
)
def test_what_cannot_be_told_is_refused(pathsim: Pathsim, asked: tuple[object, ...], told: str) -> None:
    done = pathsim("counterfactual", *asked)
    assert (done.code, done.out) == (2, "")
    assert told in " ".join(done.err.split())
