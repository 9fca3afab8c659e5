"""``pathsim ensemble`` as of a date, of trials that meet conditions, with further figures, and what folders keep."""

import csv
import json
from pathlib import Path

import pytest
from calls import Pathsim

MONITORED, TEXTBOOK = "tests/scenarios/monitored.toml", "two-arm-exponential"
RATIO = "endpoints.os.comparisons.experimental.cox.hazard_ratio"
MEDIAN = "endpoints.os.arms.control.median_days"
ASKED = ("ensemble", TEXTBOOK, "--replicates", 80, "--seed", 3, "--workers", 1, "-q")


def test_the_report_says_as_of_when_and_of_which_trials(pathsim: Pathsim) -> None:
    done = pathsim(*ASKED, "--until", "2022-06-30", "--where", f"{RATIO} in 0.6..0.8", "--figure", MEDIAN)
    assert done.code == 0, done.err
    text = " ".join(done.out.split())
    found = json.loads(pathsim(*ASKED, "--until", "2022-06-30", "--where", f"{RATIO} in 0.6..0.8", "--json").out)
    count = found["where"]["replicates"]
    assert f"{count} replicates of seed 3." in text
    assert "Every trial as it was known at the end of 2022-06-30." in text
    assert f"Only trials with {RATIO} in 0.6..0.8: {count} of 80." in text
    assert "at the end of this date; median hazard ratio" in text
    assert text.rpartition("Figures asked for")[2].strip().startswith("mean (95% of trials)")
    assert MEDIAN in text.rpartition("Figures asked for")[2]


def test_figures_of_settings_are_told_with_their_differences(pathsim: Pathsim) -> None:
    done = pathsim(*ASKED, "--vary", "trial.patients=200,300", "--figure", MEDIAN, "--figure", RATIO)
    assert done.code == 0, done.err
    part = done.out.rpartition("Figures asked for")[2]
    assert part.index(MEDIAN) < part.index(RATIO)
    assert part.count(" patients = 300 ") == 2
    assert "\N{MULTIPLICATION SIGN}" in part


def test_before_anybody_came_nothing_is_told_and_nothing_goes_wrong(pathsim: Pathsim) -> None:
    done = pathsim(
        "ensemble", MONITORED, "--replicates", 5, "--seed", 3, "--until", "2020-01-01", "--figure", "looks.2.z"
    )
    assert done.code == 0, done.err
    assert "power - at one-sided 0.025" in done.out
    assert "Data cut-offs" not in done.out
    assert done.out.rstrip().splitlines()[-1].split() == ["looks.2.z", "-"]


def test_no_trial_that_meets_the_conditions_is_a_failure_and_no_summary(pathsim: Pathsim, tmp_path: Path) -> None:
    done = pathsim(*ASKED, "--where", f"{RATIO} < 0.1", "--out", tmp_path)
    assert (done.code, done.out) == (1, "")
    assert f"of 80 replicates none meets {RATIO} < 0.1" in done.err
    assert not (tmp_path / "summary.json").exists()


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--where", "endpoints.oss.events > 3"), "the results have no 'oss' in 'endpoints.oss.events'; here are: os"),
        (("--where", "endpoints.os.events"), "is not a condition; write for example"),
        (("--figure", "endpoints.os.label"), "Invalid value for --figure: 'endpoints.os.label' is not a number"),
        (("--figure", "toxicity[arm=controll].rate"), "Did you mean 'control'?"),
        (("--figure", "x[\x1by"), "\\u001b"),
        (("--until", "2019-12-31"), "the trial goes from 2020-01-01 to 2023-12-31"),
        (("--until", "soon"), "'soon' is not a date"),
        (("--uncertain", "--where", f"{RATIO} < 1"), "--uncertain with --where: replicates that are chosen"),
        (("--shard", "1/2", "--out", "x", "--where", f"{RATIO} < 1"), "leave --where to pathsim merge"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_a_sentence(
    pathsim: Pathsim, options: tuple[str, ...], told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = pathsim(*ASKED, *options)
    assert done.code == 2
    assert told in done.err
    assert "Traceback" not in done.err
    assert "\x1b" not in done.err


def test_a_folder_goes_on_with_other_conditions_and_with_no_other_date_or_figure(
    pathsim: Pathsim, tmp_path: Path
) -> None:
    def asked(*options: str) -> tuple[int, str]:
        done = pathsim(*ASKED, "--out", tmp_path, "--format", "csv", *options)
        return done.code, done.err

    assert asked("--until", "2022-06-30", "--figure", MEDIAN, "--where", f"{RATIO} < 0.8")[0] == 0
    with (tmp_path / "rows.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert [row["chosen"] == "1" for row in rows] == [float(row[RATIO]) < 0.8 for row in rows]
    assert list(rows[0])[:2] == ["replicate", "chosen"]
    assert list(rows[0])[-1] == MEDIAN
    assert json.loads((tmp_path / "recipe.json").read_text(encoding="utf-8"))["until"] == "2022-06-30"
    assert asked("--until", "2022-06-30", "--figure", MEDIAN, "--where", f"{RATIO} >= 0.8")[0] == 0
    code, told = asked("--until", "2022-07-01", "--figure", MEDIAN)
    assert code == 2
    assert 'holds another ensemble (until "2022-06-30", not "2022-07-01")' in told
    code, told = asked("--until", "2022-06-30")
    assert code == 2
    assert f'(further ["{MEDIAN}"], not null)' in told


@pytest.fixture
def shards(pathsim: Pathsim, tmp_path: Path) -> list[Path]:
    """Two shards as of a date, with a further figure."""
    folders = [tmp_path / "one", tmp_path / "two"]
    for number, folder in enumerate(folders, 1):
        more = ("--until", "2022-06-30", "--figure", MEDIAN, "--shard", f"{number}/2", "--out", folder)
        done = pathsim(*ASKED, *more)
        assert done.code == 0, done.err
    return folders


def test_merged_shards_are_the_ensemble(pathsim: Pathsim, tmp_path: Path, shards: list[Path]) -> None:
    where = ("--where", f"{MEDIAN} < 520", "--where", f"{RATIO} < 1", "--format", "csv", "--out")
    merged = pathsim("merge", *shards, *where, tmp_path / "merged")
    whole = pathsim(*ASKED, "--until", "2022-06-30", "--figure", MEDIAN, *where, tmp_path / "whole")
    assert merged.code == whole.code == 0, merged.err + whole.err
    assert merged.out == whole.out
    for name in ("rows.csv", "summary.json"):
        assert (tmp_path / "merged" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
    again = pathsim("merge", tmp_path / "whole", "--json")
    assert again.out == (tmp_path / "whole" / "summary.json").read_text(encoding="utf-8")


def test_a_figure_that_was_not_kept_cannot_be_asked_of_rows(pathsim: Pathsim, shards: list[Path]) -> None:
    other = "endpoints.os.arms.experimental.median_days"
    done = pathsim("merge", *shards, "--where", f"{other} < 600")
    assert done.code == 2
    assert f"simulated without '{other}': simulate them with --figure" in done.err


def test_what_is_missing_is_asked_for_with_its_date_and_figures(pathsim: Pathsim, shards: list[Path]) -> None:
    (shards[1] / "chunks").rename(shards[1] / "lost")
    done = pathsim("merge", *shards)
    assert done.code == 2
    assert f"--until 2022-06-30 --figure {MEDIAN} --shard 2/2" in done.err


def test_a_folder_of_an_uncertain_ensemble_has_no_conditions(pathsim: Pathsim, tmp_path: Path) -> None:
    assert pathsim(*ASKED, "--replicates", 3, "--uncertain", "--out", tmp_path).code == 0
    done = pathsim("merge", tmp_path, "--where", f"{RATIO} < 1")
    assert done.code == 2
    assert "--where of an uncertain ensemble" in done.err


def test_a_precision_is_told_with_how_many_count(pathsim: Pathsim) -> None:
    more = ("--replicates", 640, "--until-se", "0.06", "--where", f"{RATIO} > 0.75")
    done = pathsim("ensemble", TEXTBOOK, "--seed", 3, "--workers", 1, "-q", "--json", *more)
    assert done.code == 0, done.err
    found = json.loads(done.out)
    assert f"{found['where']['replicates']:,} of which meet the conditions, the power" in done.err
    assert found["until_se"]["reached"] <= 0.06
