"""``pathsim ensemble --vary``: what can be written, and what is said of what cannot."""

import json
import re
from pathlib import Path

import pytest
from calls import Pathsim

TWO = ("ensemble", "two-arm-exponential", "--replicates", "60", "--seed", "3")
MEDIAN = "steps.control.exit.death.median_days"


@pytest.mark.parametrize(
    ("written", "values"),
    [
        ("400,511,600", ["400", "511", "600"]),
        ("400:600:100", ["400", "500", "600"]),
        ("0.5:1.1:0.2", ["0.5", "0.7", "0.9", "1.1"]),
        ("600:400:-100", ["600", "500", "400"]),
    ],
)
def test_values_are_listed_or_run_from_one_to_another(pathsim: Pathsim, written: str, values: list[str]) -> None:
    done = pathsim(*TWO, "--vary", f"{MEDIAN}={written}", "--json")
    assert done.code == 0, done.err
    assert [setting["set"] for setting in json.loads(done.out)["settings"]] == [{MEDIAN: value} for value in values]


def test_lists_are_values_too(pathsim: Pathsim) -> None:
    done = pathsim(*TWO, "--vary", "endpoints.os.at_days=[365, 730],[100]", "--json")
    assert done.code == 0, done.err
    assert [list(s["set"].values()) for s in json.loads(done.out)["settings"]] == [["[365, 730]"], ["[100]"]]


def test_several_paths_are_crossed(pathsim: Pathsim) -> None:
    done = pathsim(*TWO, "--vary", f"{MEDIAN}=400,511", "--vary", "trial.patients=200,400", "--json")
    settings = json.loads(done.out)["settings"]
    assert [tuple(setting["set"].values()) for setting in settings] == [
        ("400", "200"),
        ("400", "400"),
        ("511", "200"),
        ("511", "400"),
    ]


def test_the_report_fits_its_page_and_names_every_setting(pathsim: Pathsim, monkeypatch: pytest.MonkeyPatch) -> None:
    for columns in ("80", "114"):
        monkeypatch.setenv("COLUMNS", columns)
        done = pathsim(*TWO, "--vary", f"{MEDIAN}=400,511")
        assert done.code == 0, done.err
        assert all(len(line) <= int(columns) for line in done.out.splitlines())
        assert "…" not in done.out
        assert done.out.count("median_days = 511") >= 2


def test_rows_have_one_for_each_setting_and_replicate(pathsim: Pathsim, tmp_path: Path) -> None:
    assert pathsim(*TWO, "--vary", f"{MEDIAN}=400,511", "--out", tmp_path, "--format", "csv").code == 0
    header, *rows = (tmp_path / "rows.csv").read_text().splitlines()
    assert header.split(",")[:2] == ["setting", "replicate"]
    assert [row.split(",")[:2] for row in rows] == [[str(s), str(r)] for s in (0, 1) for r in range(60)]


@pytest.mark.parametrize("many", [(), ("--workers", "2")])
def test_workers_change_nothing_in_a_comparison(pathsim: Pathsim, many: tuple[str, ...]) -> None:
    one = pathsim(*TWO, "--vary", f"{MEDIAN}=400,511", "--json", "--workers", "1")
    assert pathsim(*TWO, "--vary", f"{MEDIAN}=400,511", "--json", *many).out == one.out


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("trial.patients", "write path=value,value"),
        ("trial.patients=300", "at least two values"),
        ("=1,2", "write path=value,value"),
        ("trial.patients=1:9:0", "1 to 9 in steps of 0 never ends"),
        ("trial.patients=1:9:-1", "1 to 9 in steps of -1 never ends"),
        ("trial.patients=1:101:1", "101 settings are too many: at most 100 are compared"),
        ("trial.patients=1:1e6:1", "1,000,000 settings are too many: at most 100 are compared"),
        ("trial.patients=1:1e9:1e-3", "999,999,999,001 settings are too many"),
        ("trial.patients=1:1E99:1e-99", "1.0e+198 settings are too many"),
        (f"trial.patients=1:{'9' * 400}:1", "1.0e+400 settings are too many"),
        ("trial.patients=many,300", "trial.patients"),
        ("trial.patience=1,2", "--vary: trial.patience: "),
        ("trial.patience=1,2", "Did you mean 'patients'?"),
        ("trial.patients=200,-1", "--vary: trial.patients: "),
    ],
)
def test_what_cannot_be_varied_is_told_in_one_message(pathsim: Pathsim, written: str, told: str) -> None:
    done = pathsim(*TWO, "--vary", written)
    assert (done.code, done.out) == (2, "")
    assert told in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    ("scenario", "path"),
    [pytest.param("stroke-thrombectomy", "trial.patients=40,60", marks=pytest.mark.slow), ("aall1331", "")],
)
@pytest.mark.parametrize("columns", ["80", pytest.param("114", marks=pytest.mark.slow)])
def test_every_study_has_a_report_with_and_without_arms(
    pathsim: Pathsim, monkeypatch: pytest.MonkeyPatch, scenario: str, path: str, columns: str
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    for varied in ((), ("--vary", path)) if path else ((),):
        done = pathsim("ensemble", scenario, "--replicates", "6", "--seed", "3", "--workers", "1", *varied)
        assert done.code == 0, done.err
        assert all(len(line) <= int(columns) for line in done.out.splitlines())


def test_numbers_of_the_same_name_are_told_apart(pathsim: Pathsim) -> None:
    crossed = ("--vary", "resources.suite.capacity=1,2", "--vary", "resources.scanner.capacity=1,2")
    done = pathsim("ensemble", "stroke-thrombectomy", "--replicates", 2, "--seed", 1, *crossed)
    assert done.code == 0, done.err
    for suite, scanner in ((1, 1), (1, 2), (2, 1), (2, 2)):
        assert re.search(rf"suite\.capacity = {suite}\b[^=]*\n? *scanner\.capacity = {scanner}\b", done.out)
