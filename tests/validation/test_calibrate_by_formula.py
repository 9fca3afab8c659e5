"""Calibration beside formulas: what is fitted, how sure it is, and on which trials it is checked."""

import math

import numpy as np
import pytest

from pathsim.engines.choose import simulate_many
from pathsim.ensembles.run import Recipe
from pathsim.results.chosen import figures
from pathsim.scenario.files import Source
from pathsim.scenario.scenario import load
from pathsim.validation.calibrate import Calibration, FittedNumber, calibrate
from pathsim.validation.targets import paths

FEVER = "toxicity[arm=control,step=screening,type=fever].rate"
RASH = "toxicity[arm=control,step=screening,type=rash].rate"
LOWER, UPPER = 0.05, 0.6
WIDTH = UPPER - LOWER
SCENARIO = """
extends = "two-arm-exponential"
title   = "Two rates"
[sources]
paper = {{ cite = "A paper" }}
[trial]
patients = {{ value = 200, assumed = "small" }}
[steps.randomization]
arms = {{ experimental = "experimental", control = "screening" }}
[steps.screening]
kind    = "phase"
days    = 28
next    = "control"
assumed = "a test"
[steps.screening.toxicity.fever]
grade3plus = {{ value = 0.3, range = [0.05, 0.6], calibrated = "one" }}
onset      = [1, 10]
lasts      = [1, 2]
[steps.screening.toxicity.rash]
grade3plus = {{ value = 0.3, range = [0.05, 0.6], calibrated = "one" }}
onset      = [1, 10]
lasts      = [1, 2]
[targets]
source = "paper"
{targets}
"""
PATIENTS, SEED, REPLICATES = 100, 5, 200
"""In the arm of the targets; of which so many trials are simulated."""


def source(*targets: str) -> Source:
    return Source("rates", "<test>", SCENARIO.format(targets="\n".join(targets)))


def target(name: str, published: float, figure: str = FEVER, more: str = "") -> str:
    return f'[targets.{name}]\npublished = {published}\nfigure = "{figure}"\n{more}\n'


def fitted(*targets: str, replicates: int = REPLICATES) -> Calibration:
    recipe = Recipe(source(*targets), ())
    kept = Recipe(recipe.source, (), figures=paths(recipe.scenario().sections.targets), as_it_went=True)
    return calibrate(kept, SEED, replicates)


def number(found: Calibration, name: str) -> FittedNumber:
    return next(one for one in found.numbers if name in one.number.path)


def test_two_targets_that_disagree_are_weighed_against_each_other() -> None:
    """4 (p - 0.2)^2 + (p - 0.4)^2 is least at p = (4 x 0.2 + 0.4) / 5."""
    same = "tolerance = 0.01\n"
    found = fitted(target("one", 0.2, more=f"{same}weight = 4"), target("two", 0.4, more=same))
    means = {one.name: one.mean for one in found.comparisons}
    assert means["one"] == means["two"] == pytest.approx(0.24, abs=0.01)
    assert number(found, "fever").value == pytest.approx(0.24, abs=0.01)


def test_a_rate_is_as_sure_as_one_trial_and_its_range_make_it() -> None:
    """A trial of n patients has the information n / (p (1 - p)), p amid the range, and the range 12 / width^2."""
    middle = (LOWER + UPPER) / 2
    expected = 1 / math.sqrt(PATIENTS / (middle * (1 - middle)) + 12 / WIDTH**2)
    fever = number(fitted(target("one", 0.3), replicates=600), "fever")
    assert fever.standard_error == pytest.approx(expected, rel=0.1)
    assert fever.open == pytest.approx(fever.standard_error / (WIDTH / math.sqrt(12)))


def test_of_a_number_that_no_target_touches_its_range_is_all_that_is_known() -> None:
    rash = number(fitted(target("one", 0.3)), "rash")
    assert rash.standard_error == pytest.approx(WIDTH / math.sqrt(12))
    assert rash.open == pytest.approx(1)
    assert rash.is_loose


@pytest.mark.parametrize("tolerance", ["", "tolerance = 0.02\n"])
def test_neither_weight_nor_tolerance_makes_a_number_surer(tolerance: str) -> None:
    """They say what a miss counts, and not what a trial shows."""
    plain, weighted = (fitted(target("one", 0.3, more=f"{tolerance}weight = {weight}")) for weight in (1, 9))
    errors = [number(found, "fever").standard_error for found in (plain, weighted, fitted(target("one", 0.3)))]
    assert errors == pytest.approx([errors[0]] * 3, rel=0.05)


def test_a_fit_is_checked_on_trials_that_it_has_not_seen() -> None:
    targets = target("one", 0.3), target("two", 0.25, RASH)
    found = fitted(*targets)
    values = {
        "steps.screening.toxicity." + name + ".grade3plus": repr(number(found, name).value)
        for name in ("fever", "rash")
    }
    scenario = load(source(*targets), values)
    seen, fresh = (
        figures(simulate_many(scenario, SEED, range(begin, begin + REPLICATES)), (FEVER, RASH))
        for begin in (0, REPLICATES)
    )
    shown = {one.target.figure: one.mean for one in found.comparisons}
    for path in (FEVER, RASH):
        assert shown[path] == pytest.approx(np.mean(fresh[path]))
        assert shown[path] != pytest.approx(np.mean(seen[path]))
