"""Designs beside each other: what rpact says of power, events and stopping, within Monte Carlo error."""

import io
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rich.console import Console

from pathsim.ensembles.run import Recipe, ensemble
from pathsim.ensembles.summary import Summary, summary
from pathsim.ensembles.vary import comparison, crossed
from pathsim.report.comparison import print_comparison
from pathsim.scenario.files import Source

RPACT: dict[str, dict[str, list[float]]] = json.loads((Path(__file__).parent / "oracles/sequential.json").read_text())
SPEND = "trial.monitoring.spend"
COUNT = 1200
THREE_LOOKS = Source(
    "designed",
    "<test>",
    """
extends = "two-arm-exponential"
[trial]
patients  = 500
per_month = 20
assumed   = "a test"
[trial.monitoring]
endpoint       = "os"
planned_events = 300
information    = [0.3333333333, 0.6666666667, 1]
alpha          = 0.025
closes_after_days = 0
assumed        = "a test"
[steps.experimental.exit.death]
median_days = 1000
assumed     = "a test"
[steps.control.exit.death]
median_days = 700
assumed     = "a hazard ratio of 0.7"
[trial.cutoffs.final]
day     = 6000
assumed = "a test"
""",
)
SETTINGS = crossed([(SPEND, ["obrien-fleming", "pocock"])])


def compared(*, null: bool) -> Summary:
    recipe = Recipe.of(THREE_LOOKS, {}, null=null, varied=SETTINGS)
    return comparison(recipe.scenarios(), SETTINGS, ensemble(recipe, 11, COUNT, workers=2))


@pytest.fixture(scope="module")
def found() -> Summary:
    """Two ways to spend alpha on the same trials."""
    return compared(null=False)


def assert_share(share: dict[str, float], expected: float) -> None:
    """Within three and a half Monte Carlo errors; rpact's drift is an approximation of about a point."""
    error = math.sqrt(expected * (1 - expected) / COUNT)
    assert abs(share["estimate"] - expected) < 3.5 * error + 0.01


@pytest.mark.parametrize("number", [0, 1])
def test_power_by_the_plan_stopping_and_expected_events_are_rpacts(found: Summary, number: int) -> None:
    setting = found["settings"][number]
    rpact = RPACT[setting["set"][SPEND]]
    assert_share(setting["sequential_power"]["os"], rpact["power"][0])
    for look, expected in zip(setting["stopping"], rpact["stops"], strict=True):
        assert_share(look["benefit"], expected)
    events = setting["figures"]["trial.ended.events"]
    error = events["sd"] / math.sqrt(COUNT)
    # A look is held at the end of a day, on which there may be one event more.
    assert events["mean"] == pytest.approx(rpact["events"][0], abs=3.5 * error + 2)


@pytest.mark.slow
def test_without_effect_the_plan_spends_alpha() -> None:
    for setting in compared(null=True)["settings"]:
        rpact = RPACT[setting["set"][SPEND]]
        assert_share(setting["sequential_power"]["os"], rpact["null_power"][0])
        assert setting["figures"]["trial.ended.events"]["mean"] == pytest.approx(rpact["null_events"][0], abs=2)


def test_differences_of_designs_are_paired_and_have_the_error_of_pairs(found: Summary) -> None:
    first, second = found["settings"]
    means = {
        "ending.benefit": [setting["sequential_power"]["os"]["estimate"] for setting in (first, second)],
        "looks.1.benefit": [setting["stopping"][0]["benefit"]["estimate"] for setting in (first, second)],
        "looks.3.benefit": [setting["stopping"][2]["benefit"]["estimate"] for setting in (first, second)],
        "trial.ended.events": [setting["figures"]["trial.ended.events"]["mean"] for setting in (first, second)],
    }
    for name, (one, other) in means.items():
        assert second["differences"][name]["mean"] == pytest.approx(other - one)
        assert second["differences"][name]["standard_error"] > 0
    assert means["trial.ended.events"][1] < means["trial.ended.events"][0], "Pocock stops earlier"


def test_a_mean_difference_and_its_error_are_those_of_the_pairs() -> None:
    """By hand: differences 1, 3, 2 and 4 have the mean 2.5, the deviation 1.291 and the error 0.645."""
    columns = {
        "0:trial.ended.events": np.array([10.0, 20, 30, 40]),
        "1:trial.ended.events": np.array([11.0, 23, 32, 44]),
    }
    scenarios = Recipe.of(THREE_LOOKS, {}, varied=SETTINGS).scenarios()
    columns |= {f"{number}:{path}": np.zeros(4) for number in (0, 1) for path in final_figures()}
    difference = comparison(scenarios, SETTINGS, columns)["settings"][1]["differences"]["trial.ended.events"]
    assert difference["mean"] == 2.5
    assert difference["standard_error"] == pytest.approx(math.sqrt(5 / 3) / 2, rel=1e-12)
    apart = (np.var([10, 20, 30, 40], ddof=1) + np.var([11, 23, 32, 44], ddof=1)) / 4
    assert difference["independent_standard_error"] == pytest.approx(math.sqrt(apart), rel=1e-12)


def final_figures() -> list[str]:
    """What a summary reads besides."""
    return ["cutoffs.final.events.os"]


@pytest.mark.parametrize("width", [80, 114])
def test_the_table_of_settings_shows_what_a_design_changes(found: Summary, width: int) -> None:
    told: dict[str, Any] = {"null": False, **found}
    page = io.StringIO()
    console = Console(file=page, width=width, color_system=None, markup=False, highlight=False)
    print_comparison(console, Recipe.of(THREE_LOOKS, {}, varied=SETTINGS).scenario(), 11, told)
    text = page.getvalue()
    assert "…" not in text
    assert max(map(len, text.splitlines())) <= width
    for setting in found["settings"]:
        assert f"{setting['sequential_power']['os']['estimate']:.1%}" in text
        assert f"{setting['figures']['trial.ended.events']['mean']:.1f}" in text
        assert all(f"{look['benefit']['estimate']:.1%}" in text for look in setting["stopping"])
    apart = found["settings"][1]["differences"]["trial.ended.day"]
    assert f"{apart['mean']:+.1f} ± {apart['standard_error']:.1f}" in text
    assert "change nothing" not in text


def test_power_by_the_plan_stands_beside_power_at_the_end() -> None:
    recipe = Recipe.of(THREE_LOOKS, {})
    once = summary(recipe.scenario(), ensemble(recipe, 3, 64))
    assert once["sequential_power"]["os"] == once["ending"]["benefit"]
