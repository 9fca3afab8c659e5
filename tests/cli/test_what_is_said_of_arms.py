"""What reports say where there are more than two arms, or where everything there is of is one."""

import json
from pathlib import Path

import pytest
from calls import Pathsim

THREE_ARMS = """
title = "Three arms"
[trial]
begins        = 2020-01-01
patients      = 6
per_month     = 100
randomization = "randomization"
control       = "none"
assumed       = "a test"
cutoffs       = { final = { day = 900 } }
[endpoints]
assumed = "a test"
os = { label = "Overall survival", start = "randomization", events = ["death"], at_days = [0.5, 30, 365] }
[steps.randomization]
kind = "randomize"
arms = { high = "high", low = "low", none = "none" }
block = 3
assumed = "a test"
[steps]
assumed = "a test"
dead = { kind = "end" }
"""
ARM = """
[steps.{name}]
kind = "phase"
exit = {{ death = {{ median_days = 300, next = "dead" }} }}
"""


@pytest.fixture
def three_arms(tmp_path: Path) -> Path:
    file = tmp_path / "three-arms.toml"
    file.write_text(THREE_ARMS + "".join(ARM.format(name=name) for name in ("high", "low", "none")))
    return file


def test_a_report_compares_each_of_three_arms_with_control(pathsim: Pathsim, three_arms: Path) -> None:
    told = pathsim("run", three_arms, "--seed", 1).out
    assert "6 randomized, 2 to high, 2 to low and 2 to none" in told
    assert "high against none" in told
    assert "low against none" in told
    assert "none against" not in told


@pytest.mark.parametrize("more", [(), ("--vary", "trial.per_month=50,100")])
def test_so_does_an_ensemble(pathsim: Pathsim, three_arms: Path, more: tuple[str, ...]) -> None:
    told = pathsim("ensemble", three_arms, "--seed", 1, "--replicates", 3, "--null", *more).out
    assert "all arms follow the control arm's pathway" in told
    assert all(arm in told for arm in ("high", "low"))


def test_figures_of_every_arm_can_be_named(pathsim: Pathsim, three_arms: Path) -> None:
    found = json.loads(pathsim("ensemble", three_arms, "--seed", 1, "--replicates", 5, "--json").out)
    assert list(found["power"]["os"]) == ["high", "low"]
    for arm in ("high", "low"):
        assert f"endpoints.os.comparisons.{arm}.cox.hazard_ratio" in found["figures"]


def test_under_the_null_two_arms_are_both(pathsim: Pathsim) -> None:
    told = pathsim("ensemble", "two-arm-exponential", "--seed", 1, "--replicates", 3, "--null").out
    assert "both arms follow the control arm's pathway" in told


def test_one_replicate_is_one(pathsim: Pathsim, three_arms: Path) -> None:
    assert "\n1 replicate of seed 1." in pathsim("ensemble", three_arms, "--seed", 1, "--replicates", 1).out


def test_spans_of_time_are_written_as_people_do(pathsim: Pathsim, three_arms: Path) -> None:
    told = pathsim("run", three_arms, "--seed", 1).out
    assert {line.split("  ")[0] for line in told.splitlines() if line.startswith(" at ")} == {
        " at 12 hours",
        " at 30 days",
        " at 1 year",
    }
