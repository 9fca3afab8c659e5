"""The rules of a committee in words, and its bounds as P values."""

import io

import pytest
from rich.console import Console

from pathsim.engines.choose import simulate
from pathsim.report.rules import rules_in_words
from pathsim.report.terminal import print_report
from pathsim.results.json import results
from pathsim.scenario.scenario import load


@pytest.mark.parametrize(
    ("settings", "told"),
    [
        ({}, "benefit: O'Brien-Fleming-type spending (Lan and DeMets) of one-sided 0.025"),
        ({"spend": "pocock", "alpha": "0.05"}, "benefit: Pocock-type spending (Lan and DeMets) of one-sided 0.05"),
        ({"spend": "hsd:-4"}, "benefit: Hwang-Shih-DeCani, gamma -4, spending (Lan and DeMets) of one-sided 0.025"),
    ],
)
def test_how_the_error_is_spent_is_said(settings: dict[str, str], told: str) -> None:
    made = load("aall1331", {f"trial.monitoring.{key}": value for key, value in settings.items()})
    assert made.trial.monitoring is not None
    assert rules_in_words(made.trial.monitoring)[0] == told


def test_so_is_what_counts_as_futile() -> None:
    for rule, told in (
        ("freidlin-korn", "a test at one-sided 0.005 rejects a hazard ratio of 0.58 (Freidlin and Korn)"),
        ("conditional-power", "conditional power below 0.005 at a hazard ratio of 0.58"),
    ):
        made = load("aall1331", {"trial.monitoring.futility.rule": rule})
        assert made.trial.monitoring is not None
        assert rules_in_words(made.trial.monitoring)[1:] == [f"futility: {told}; not binding"]


def test_the_report_of_a_trial_has_bounds_and_z_as_p_values_too() -> None:
    """P of z 2.17, 2.05, 2.64 and 2.70, from a table of the normal distribution: .0150, .0202, .0041 and .0035."""
    chunk = simulate(load("aall1331"), 23)[0]
    console = Console(file=io.StringIO(), width=114, color_system=None, markup=False, highlight=False)
    print_report(console, chunk, results(chunk))
    assert isinstance(console.file, io.StringIO)
    lines = [" ".join(line.split()) for line in console.file.getvalue().splitlines()]
    begin = lines.index("Monitoring")
    assert "z, positive for benefit 2.17 2.05" in lines[begin:]
    assert "one-sided P 0.015 0.020" in lines[begin:]
    assert "benefit from 2.64 2.70" in lines[begin:]
    assert "that is, P up to 0.004 0.003" in lines[begin:]
    assert (
        "futility: a test at one-sided 0.005 rejects a hazard ratio of 0.58 (Freidlin and Korn); not binding" in lines
    )
