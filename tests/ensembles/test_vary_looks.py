"""What a design changes: looks that one setting holds and another does not, and tests at its level."""

import re
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from calls import Pathsim

from pathsim.ensembles.summary import REASONS, Summary
from pathsim.ensembles.vary import comparison, varied_rows
from pathsim.scenario.files import Source
from pathsim.scenario.scenario import load

if TYPE_CHECKING:
    from pathsim.results.views import Columns

MONITORED = (Path(__file__).parents[1] / "scenarios" / "monitored.toml").read_text(encoding="utf-8")
WITHOUT_ORDER = MONITORED.replace("order             = { day = 700 }\n", "")
EVENTS = "trial.monitoring.planned_events"
HELD = {"3000": 0, "100": 4}
"""How many looks trials hold that are planned for so many events."""
P = "endpoints.pfs.comparisons.drug.logrank.p_one_sided"


def differences(*events: str, replicates: int = 30) -> Summary:
    """The differences of the last of these numbers of planned events from the first."""
    settings = [((EVENTS, value),) for value in events]
    scenarios = [load(Source("monitored", "<test>", WITHOUT_ORDER), dict(setting)) for setting in settings]
    found = comparison(scenarios, settings, varied_rows(scenarios, 1, range(replicates)))
    assert {value: len(setting["stopping"]) for value, setting in zip(events, found["settings"], strict=True)} == HELD
    last: Summary = found["settings"][-1]
    return last


def test_a_look_that_no_trial_of_the_first_setting_held_ended_none_of_them() -> None:
    """3,000 events of 300 patients never come, so there is no look: all that ends with 100 events is a difference."""
    here = differences("3000", "100")
    shares = {f"ending.{why}": here["ending"][why]["estimate"] for why in REASONS}
    for number, look in enumerate(here["stopping"], 1):
        shares |= {f"looks.{number}.{why}": look[why]["estimate"] for why in REASONS}
    assert shares["ending.benefit"] > 0.3
    assert {path: here["differences"][path]["mean"] for path in shares} == pytest.approx(shares)
    assert {here["differences"][path]["averaged"] for path in shares} == {30}


def test_a_look_that_only_the_first_setting_held_is_the_same_difference_the_other_way_round() -> None:
    there, back = differences("3000", "100")["differences"], differences("100", "3000")["differences"]
    assert there.keys() == back.keys()
    for path in ("ending.benefit", "looks.3.benefit", "looks.4.futility"):
        assert back[path]["mean"] == pytest.approx(-there[path]["mean"])
        assert back[path]["standard_error"] == pytest.approx(there[path]["standard_error"])


def test_the_table_of_the_design_shows_the_difference(pathsim: Pathsim, tmp_path: Path) -> None:
    path = tmp_path / "monitored.toml"
    path.write_text(WITHOUT_ORDER, encoding="utf-8")
    done = pathsim("ensemble", path, "--vary", f"{EVENTS}=3000,100", "--replicates", 20, "--seed", 1)
    design = done.out.partition("The design")[2]
    assert design.count("±") > 4
    assert re.search(r"= 3000 +0\.0% .*\n.*= 100 +(\d+\.\d)% .*\n +\+\1", design)


def test_a_test_is_significant_at_the_level_of_the_plan() -> None:
    """With alpha 0.01 a P of 0.02 is not: of four trials one is significant in the first setting, two in the other."""
    scenario = load(Source("monitored", "<test>", MONITORED), {"trial.monitoring.alpha": "0.01"})
    columns: Columns = {f"0:{P}": np.array([0.005, 0.02, 0.02, 0.5]), f"1:{P}": np.array([0.005, 0.005, 0.02, 0.5])}
    for number in (0, 1):
        columns |= {f"{number}:cutoffs.{name}.reached": np.ones(4) for name in ("early", "planned")}
    found = comparison([scenario, scenario], [(), ()], columns)["settings"]
    assert [setting["power"]["pfs"]["drug"]["logrank"]["estimate"] for setting in found] == [0.25, 0.5]
    assert found[1]["differences"]["endpoints.pfs.comparisons.drug.logrank.significant"]["mean"] == 0.25
