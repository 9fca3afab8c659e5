"""``pathsim validate``: what it prints, in which form, and how it ends."""

import json
from pathlib import Path

import pytest
from calls import Pathsim

SCENARIO = """\
extends = "two-arm-exponential"

[sources]
paper = { cite = "A paper" }

[targets]
source = "paper"
[targets.control]
part      = "Survival"
published = "67/180"
figure    = "endpoints.os.arms.control.at.730.survival"
tolerance = 0.02
[targets.ratio]
part      = "Comparison"
label     = "Hazard ratio"
published = 0.70
ci        = [0.5, 0.98]
figure    = "endpoints.os.comparisons.experimental.cox.hazard_ratio"
tolerance = 0.04
[targets.deaths]
part      = "Comparison"
published = 222
figure    = "endpoints.os.events"
kind      = "holdout"
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "aimed.toml"
    path.write_text(SCENARIO, encoding="utf-8")
    return path


OPTIONS = ("--seed", "4", "--replicates", "150")


def test_json_has_every_target_with_what_design_promises(pathsim: Pathsim, file: Path) -> None:
    done = pathsim("validate", str(file), *OPTIONS, "--json")
    assert done.code == 0, done.err
    found = json.loads(done.out)
    assert (found["seed"], found["replicates"], found["scenario"]["name"]) == (4, 150, "aimed")
    keys = {"name", "kind", "published", "simulated", "lower", "upper", "percentile", "met", "verdict", "tolerance"}
    assert [target["name"] for target in found["targets"]] == ["control", "ratio", "deaths"]
    for target in found["targets"]:
        assert keys <= set(target)
        assert target["lower"] <= target["simulated"] <= target["upper"]
        assert 0 <= target["percentile"] <= 100
    assert found["targets"][0]["published"] == pytest.approx(67 / 180)
    assert [target["kind"] for target in found["targets"]] == ["fit", "fit", "holdout"]


def test_the_report_tells_how_many_are_met_and_draws_each(pathsim: Pathsim, file: Path) -> None:
    done = pathsim("validate", str(file), *OPTIONS)
    assert done.code == 0, done.err
    assert "150 simulated trials" in done.out
    assert "67/180 37.2%" in done.out
    assert "0.70 (0.50-0.98)" in done.out
    assert "2 results fitted: 2 met" in done.out
    assert "Deaths *" in done.out
    assert all(len(line) <= 114 for line in done.out.splitlines())


def test_the_report_fits_into_eighty_columns(pathsim: Pathsim, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    done = pathsim("validate", str(file), *OPTIONS)
    assert done.code == 0, done.err
    assert all(len(line) <= 80 for line in done.out.splitlines())
    assert "…" not in done.out


def test_a_missed_target_ends_with_1_and_says_in_which_way(pathsim: Pathsim, file: Path) -> None:
    median = "steps.control.exit.death.median_days"
    off = pathsim("validate", str(file), *OPTIONS, "--set", f"{median}=460")
    assert off.code == 1
    assert "off: wrong on average" in off.out
    far = pathsim("validate", str(file), *OPTIONS, "--set", f"{median}=200", "--json")
    assert far.code == 1
    assert {target["verdict"] for target in json.loads(far.out)["targets"]} == {"beyond chance"}


def test_a_holdout_that_is_missed_is_told_and_fails_nothing(pathsim: Pathsim, file: Path) -> None:
    file.write_text(SCENARIO.replace("published = 222", "published = 400"), encoding="utf-8")
    done = pathsim("validate", str(file), *OPTIONS)
    assert done.code == 0
    assert "1 result held out: 1 beyond chance" in done.out


def test_the_same_seed_gives_the_same_bytes_for_any_number_of_workers(pathsim: Pathsim, file: Path) -> None:
    one, two = (pathsim("validate", str(file), *OPTIONS, "--workers", n, "--json").out for n in ("1", "2"))
    assert one == two


def test_a_scenario_without_targets_and_a_figure_that_is_none_are_said(pathsim: Pathsim, file: Path) -> None:
    nothing = pathsim("validate", "two-arm-exponential")
    assert (nothing.code, nothing.out) == (2, "")
    assert "has no [targets]" in nothing.err
    file.write_text(SCENARIO.replace("endpoints.os.events", "endpoints.os.evnts"), encoding="utf-8")
    wrong = pathsim("validate", str(file))
    assert wrong.code == 2
    assert f"{file}:23: targets.deaths.figure: the results have no 'evnts'" in wrong.err


def test_the_shares_of_evidence_are_told_without_counting_targets(pathsim: Pathsim, file: Path) -> None:
    told = json.loads(pathsim("sources", str(file), "--json").out)
    assert sum(told["evidence"].values()) == len(told["rates"])
    assert not any(rate["path"].startswith("targets.") for rate in told["rates"])
    assert [target["name"] for target in told["targets"]] == ["control", "ratio", "deaths"]
    assert told["targets"][0]["n"] == 67
    assert "3 published results to compare with" in pathsim("sources", str(file)).out
    assert json.loads(pathsim("check", str(file), "--json").out)["evidence"]["assumed"] == len(told["rates"])
