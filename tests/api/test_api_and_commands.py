"""The API gives what the commands print, to the byte."""

import datetime
from pathlib import Path

import pytest
from calls import Pathsim

import pathsim as api

MONITORED = "tests/scenarios/monitored.toml"
MEDIAN = "steps.control.exit.death.median_days"
TEXTBOOK = "two-arm-exponential"


@pytest.mark.parametrize(
    ("options", "settings", "asked"),
    [
        ((), {}, {}),
        (("--replicate", 3), {}, {"replicate": 3}),
        (("--set", "trial.patients=120"), {"trial.patients": 120}, {}),
        (("--engine", "discrete-event"), {}, {"engine": "discrete-event"}),
        (("--until", "2020-12-31"), {}, {"until": datetime.date(2020, 12, 31)}),
        (("--set", f"{MEDIAN}=300", "--hold-arms"), {MEDIAN: 300}, {"arms_of": TEXTBOOK}),
    ],
)
def test_a_trial(
    pathsim: Pathsim, options: tuple[object, ...], settings: dict[str, object], asked: dict[str, object]
) -> None:
    printed = pathsim("run", TEXTBOOK, "--seed", 5, "--json", *options)
    assert printed.code == 0, printed.err
    found = api.run(api.load(TEXTBOOK, settings), seed=5, **asked)  # type: ignore[arg-type]
    assert found.to_json() + "\n" == printed.out


@pytest.mark.parametrize("name", ["aall1331", "stroke-thrombectomy"])
def test_a_trial_of_the_library(pathsim: Pathsim, name: str) -> None:
    printed = pathsim("run", name, "--seed", 5, "--json", "--set", "trial.patients=150")
    assert api.run(api.load(name, {"trial.patients": 150}), seed=5).to_json() + "\n" == printed.out


@pytest.mark.parametrize(
    ("scenario", "replicates", "options", "asked"),
    [
        (MONITORED, 70, (), {}),
        (MONITORED, 70, ("--null",), {"null": True}),
        (MONITORED, 70, ("--until", "2021-06-13"), {"until": datetime.date(2021, 6, 13)}),
        (
            MONITORED,
            70,
            (
                "--where",
                "looks.1.z > 1",
                "--where",
                "trial.enrolled>=200",
                "--figure",
                "flow[step=drug,arm=drug].entered",
            ),
            {"where": ["looks.1.z > 1", "trial.enrolled>=200"], "figures": "flow[step=drug,arm=drug].entered"},
        ),
        pytest.param("aall1331", 4, ("--uncertain",), {"uncertain": True}, marks=pytest.mark.slow),
    ],
)
def test_an_ensemble(
    pathsim: Pathsim, scenario: str, replicates: int, options: tuple[str, ...], asked: dict[str, bool]
) -> None:
    printed = pathsim("ensemble", scenario, "--seed", 5, "--replicates", replicates, "--json", *options)
    assert printed.code == 0, printed.err
    assert api.ensemble(scenario, replicates, 5, **asked).to_json() + "\n" == printed.out  # type: ignore[arg-type]


def test_a_comparison(pathsim: Pathsim) -> None:
    options = ("--set", "trial.patients=200", "--vary", f"{MEDIAN}=400,511.5", "--json")
    printed = pathsim("ensemble", TEXTBOOK, "--seed", 5, "--replicates", 70, *options)
    settings = [api.load(TEXTBOOK, {"trial.patients": 200, MEDIAN: days}) for days in (400, 511.5)]
    assert api.compare(*settings, replicates=70, seed=5).to_json() + "\n" == printed.out


def test_what_is_compared_is_set_in_the_order_in_which_it_was_given() -> None:
    days = "endpoints.os.at_days"
    settings = [api.load(TEXTBOOK, {days: [200, last], f"{days}.0": 100}) for last in (730, 900)]
    found = api.compare(*settings, replicates=2, seed=5)
    for setting, last in zip(found["settings"], (730, 900), strict=True):
        told = {path for path in setting["figures"] if path.startswith("endpoints.os.events_by")}
        assert told == {"endpoints.os.events_by.100", f"endpoints.os.events_by.{last}"}


def test_a_validation(pathsim: Pathsim) -> None:
    printed = pathsim("validate", "aall1331", "--seed", 5, "--replicates", 10, "--part", "Overall", "--json")
    found = api.validate("aall1331", 10, 5, parts=["Overall"])
    assert found.to_json() + "\n" == printed.out
    assert found.is_met == (printed.code == 0)


@pytest.mark.slow
def test_workers_change_nothing() -> None:
    alone, together = (api.ensemble(TEXTBOOK, 130, 5, workers=count) for count in (1, 2))
    assert together.to_json() == alone.to_json()


def test_nothing_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    api.run("aall1331", seed=5)
    api.ensemble(TEXTBOOK, 10, 5)
    api.compare(TEXTBOOK, api.load(TEXTBOOK, {MEDIAN: 400}), replicates=10, seed=5)
    api.validate("aall1331", 2, 5, parts="Overall")
    assert capfd.readouterr() == ("", "")


def test_progress_is_told() -> None:
    told: list[tuple[int, int]] = []
    api.ensemble(TEXTBOOK, 100, 5, progress=lambda done, of: told.append((done, of)))
    assert told == [(64, 100), (100, 100), (100, 100)]


def test_a_seed_that_is_left_out_is_told() -> None:
    drawn = api.run(TEXTBOOK)
    assert drawn.to_json() == api.run(TEXTBOOK, drawn["seed"]).to_json()


def test_scenarios_of_two_files_are_compared_on_the_same_patients(tmp_path: Path) -> None:
    shorter = tmp_path / "shorter.toml"
    shorter.write_text(f'extends = "{TEXTBOOK}"\n[set]\n"{MEDIAN}" = {{ value = 400, assumed = "less" }}\n')
    of_files = api.compare(TEXTBOOK, shorter, replicates=70, seed=5)
    of_settings = api.compare(TEXTBOOK, api.load(TEXTBOOK, {MEDIAN: 400}), replicates=70, seed=5)
    assert [one["scenario"]["name"] for one in of_files["settings"]] == [TEXTBOOK, "shorter"]
    assert of_files["settings"][1]["differences"] == of_settings["settings"][1]["differences"]


def test_a_scenario_is_what_it_was_when_it_was_loaded(tmp_path: Path) -> None:
    base, study = tmp_path / "base.toml", tmp_path / "study.toml"
    text = Path("scenarios/two-arm-exponential.toml").read_text(encoding="utf-8")
    base.write_text(text)
    study.write_text('extends = "base.toml"\n')
    before = api.load(study)
    base.write_text(text.replace("median_days = 511", "median_days = 300"))
    after = api.load(study)
    found = [api.ensemble(one, 10, 5).to_json() for one in (before, after)]
    assert found[0].replace(before.sha256, "") == api.ensemble(TEXTBOOK, 10, 5).to_json().replace(
        api.load(TEXTBOOK).sha256, ""
    ).replace(TEXTBOOK, "study")
    assert found[1] != found[0]
