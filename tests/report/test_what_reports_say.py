"""What reports say in words and figures, against what was put into them."""

import io
from typing import Any

import pytest
from rich.console import Console

from pathsim.engines.choose import simulate, simulate_many
from pathsim.ensembles.summary import share, summary
from pathsim.report.characteristics import print_characteristics
from pathsim.report.figures import span
from pathsim.report.terminal import print_report
from pathsim.results.json import results
from pathsim.results.replicates import rows
from pathsim.scenario.scenario import Scenario, load

POWER = {"stated": 80, "drawn": 60}
RATIO = "endpoints.os.comparisons.experimental.cox.hazard_ratio"


def console() -> Console:
    return Console(file=io.StringIO(), width=114, color_system=None, markup=False, highlight=False)


def written(screen: Console) -> str:
    assert isinstance(screen.file, io.StringIO)
    return " ".join(screen.file.getvalue().split())


def report(scenario: Scenario, seed: int = 1) -> str:
    """The report of one trial, on one line."""
    chunk, screen = simulate(scenario, seed)[0], console()
    print_report(screen, chunk, results(chunk))
    return written(screen)


# --- chance and parameter uncertainty
# ---------------------------------------------------------------------------------------------


def told(parameter_share: float) -> str:
    """The report of three trials, of which this is said to be uncertainty, give or take a standard error of 10%."""
    scenario = load("two-arm-exponential")
    columns = rows(simulate_many(scenario, 1, range(3)))
    spread = {"total_sd_log": 0.3, "chance_sd_log": 0.2, "parameter_sd_log": 0.1, "averaged": 3}
    uncertainty: dict[str, Any] = {
        "figures": {RATIO: spread | {"parameter_share": parameter_share, "standard_error": 0.1}},
        "power": {"os": {which: {"experimental": {"logrank": share(count, 100)}} for which, count in POWER.items()}},
    }
    screen = console()
    found = summary(scenario, columns) | {"null": False, "uncertainty": uncertainty}
    print_characteristics(screen, scenario, 1, found, columns)
    return written(screen)


@pytest.mark.parametrize(("uncertainty", "sign"), [(0.15, " ?"), (0.25, "")])
def test_parameter_uncertainty_within_two_standard_errors_of_none_has_a_question_mark(
    uncertainty: float, sign: str
) -> None:
    assert f"hazard ratio, logarithm 0.3 0.2 0.1 {uncertainty:.0%} ± 20%{sign} " in told(uncertainty)


def test_power_is_told_as_stated_and_as_drawn() -> None:
    assert "80.0% (71.1-86.7%) as stated, 60.0% (50.2-69.1%) as drawn" in told(0.5)


# --- one trial ------------------------------------------------------------------------------------------------------


def test_toxicity_elsewhere_is_told_by_type() -> None:
    text = report(load("tests/scenarios/pathway.toml"))
    assert "Induction: Infection" in text
    assert "Any of these" not in text


@pytest.mark.parametrize(
    ("immortal", "ratio", "only"), [("experimental", "0", "control"), ("control", "infinite", "experimental")]
)
def test_where_all_events_are_in_one_arm_the_report_says_in_which(immortal: str, ratio: str, only: str) -> None:
    text = report(load("two-arm-exponential", {f"steps.{immortal}.exit.death.median_days": "1e9"}))
    assert f"hazard ratio {ratio}" in text
    assert f"all events while both groups were followed are in {only}" in text


def test_first_events_are_told_up_to_the_last_day_and_not_the_last_in_the_alphabet() -> None:
    """1000 days are 32.9 months."""
    text = report(load("tests/scenarios/monitored.toml", {"endpoints.pfs.at_days": "[90, 365, 1000]"}))
    assert "progression first: all (by 32.9 months)" in text


@pytest.mark.parametrize(
    ("days", "words"),
    [(365, "1 year"), (365.25, "1 year"), (730, "2 years"), (700, "23 months"), (360, "11.8 months")],
)
def test_only_whole_years_are_told_in_years(days: float, words: str) -> None:
    assert span(days) == words
