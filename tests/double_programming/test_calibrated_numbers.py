"""The model written by hand has the calibrated numbers of the scenario: who calibrates it anew brings both in line."""

import sys
from pathlib import Path

from pathsim.scenario.problems import dotted
from pathsim.scenario.scenario import load

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

import aall1331_numbers


def test_the_calibrated_numbers_of_the_plain_model_are_those_of_the_scenario() -> None:
    rates = load("aall1331").rates.values()
    calibrated = {dotted(rate.path): rate.value for rate in rates if rate.evidence.kind == "calibrated"}
    assert calibrated == aall1331_numbers.CALIBRATED
