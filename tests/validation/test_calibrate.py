"""Calibration finds what made the published results, says what they leave open, and writes it down."""

import io
import json
import pickle
import tomllib
from pathlib import Path

import numpy as np
import pytest

from pathsim.cli import main
from pathsim.ensembles.run import Recipe, ensemble
from pathsim.scenario.files import Source, find
from pathsim.scenario.problems import Problem, ScenarioError
from pathsim.scenario.scenario import load
from pathsim.validation.calibrate import Calibration, calibrate
from pathsim.validation.targets import paths
from pathsim.validation.write_back import rewritten

TRUTH = {"response": 0.62, "fever": 0.27, "hazard_ratio": 1.35}
SCENARIO = """\
title   = "Known truth"        # a comment after a value
extends = "two-arm-exponential"
without = ["steps.control.exit.death.median_days"]

# Where each number comes from.
[sources]
paper = {{ cite = "A paper" }}

[trial]
patients = {{ value = 200, assumed = "small" }}

[steps.randomization]
arms = {{ experimental = "experimental", control = "screening" }}

[steps.screening]
kind    = "phase"
days    = 28
next    = "control"   # and then
assumed = "a test"
[steps.screening.toxicity.fever]
grade3plus = {{ value = {fever}, range = [0.05, 0.6], calibrated = "fever" }}
onset      = [1, 10]
lasts      = [1, 2]
[[steps.screening.assess]]
set    = "response"
levels = {{ complete = {{ value = {response}, range = [0.2, 0.9], calibrated = "response, survival" }}, none = "rest" }}

[steps.control.exit.death]
by           = {{ 730 = 0.6 }}
then         = 0.001
hazard_ratio = {{ value = {hazard_ratio}, range = [0.5, 3.0], calibrated = "survival" }}
assumed      = "a test"

[targets]
source = "paper"
{targets}
"""
FIGURES = {
    "response": "responses[arm=control,step=screening,name=response,value=complete].share",
    "fever": "toxicity[arm=control,step=screening,type=fever].rate",
    "survival": "endpoints.os.arms.control.at.730.survival",
}


def text(values: dict[str, float], targets: str = "") -> str:
    return SCENARIO.format(**values, targets=targets)


def targets(published: dict[str, float], names: tuple[str, ...] = tuple(FIGURES)) -> str:
    return "".join(
        f'[targets.{name}]\npublished = {published[name]!r}\nfigure = "{FIGURES[name]}"\n'
        + ("" if name in names else 'kind = "holdout"\n')
        for name in FIGURES
    )


@pytest.fixture(scope="module")
def published() -> dict[str, float]:
    """What many trials of the true scenario show on average, with draws that no calibration sees."""
    nothing = targets(dict.fromkeys(FIGURES, 0.5))
    recipe = Recipe(Source("truth", "<test>", text(TRUTH, nothing)), (), figures=tuple(FIGURES.values()))
    columns = ensemble(recipe, 77, 2000)
    return {name: float(np.mean(columns[path])) for name, path in FIGURES.items()}


WRONG = {"response": 0.3, "fever": 0.5, "hazard_ratio": 0.6}


def fitted(source: str, replicates: int = 300, seed: int = 5, workers: int = 1) -> Calibration:
    recipe = Recipe(Source("truth", "<test>", source), ())
    recipe = Recipe(recipe.source, (), figures=paths(recipe.scenario().sections.targets), as_it_went=True)
    return calibrate(recipe, seed, replicates, workers=workers)


def values(found: Calibration) -> dict[str, float]:
    names = {"levels": "response", "toxicity": "fever", "exit": "hazard_ratio"}
    return {next(name for key, name in names.items() if key in one.number.path): one.value for one in found.numbers}


def test_known_truth_is_recovered(published: dict[str, float]) -> None:
    found = fitted(text(WRONG, targets(published)))
    assert found.converged
    assert values(found) == pytest.approx(TRUTH, rel=0.03)
    assert all(comparison.met for comparison in found.comparisons)


@pytest.mark.slow
def test_the_fit_depends_on_the_seed_and_not_on_the_values_it_replaces(published: dict[str, float]) -> None:
    one = fitted(text(WRONG, targets(published)), replicates=130)
    again = fitted(text(values(one), targets(published)), replicates=130, workers=2)
    assert values(again) == values(one)
    assert [number.standard_error for number in again.numbers] == [number.standard_error for number in one.numbers]
    other = fitted(text(WRONG, targets(published)), replicates=130, seed=6)
    assert values(other) != values(one)


def test_a_number_of_which_the_targets_say_nothing_is_called_loose_and_stays_in_the_middle(
    published: dict[str, float],
) -> None:
    found = fitted(text(WRONG, targets(published, names=("response", "survival"))), replicates=130)
    loose = {one.number.path[-2]: one.is_loose for one in found.numbers}
    assert loose == {"fever": True, "levels": False, "death": False}
    assert values(found)["fever"] == pytest.approx(0.325, abs=0.01)


def test_a_result_that_no_value_in_the_range_gives_leaves_the_number_at_its_limit(published: dict[str, float]) -> None:
    found = fitted(text(WRONG, targets(published | {"fever": 0.75})), replicates=130)
    at_limit = {one.number.path[-2]: one.is_at_limit for one in found.numbers}
    assert at_limit == {"fever": True, "levels": False, "death": False}
    missed = {comparison.name: comparison.verdict for comparison in found.comparisons}
    assert missed["fever"] == "beyond chance"


def test_numbers_that_do_the_same_can_stand_in_for_each_other(published: dict[str, float]) -> None:
    twice = text(WRONG, targets(published)).replace(
        "then         = 0.001\n",
        "then         = 0.001\neffects      = [{ when = \"arm == 'control'\", hazard_ratio = { value = 1, "
        'range = [0.5, 2.0], calibrated = "survival" } }]\n',
    )
    found = fitted(twice, replicates=130)
    tied = {one.number.path[-1]: [path for path, _ in one.stands_in] for one in found.numbers if one.stands_in}
    ratio = ("steps", "control", "exit", "death", "hazard_ratio")
    effect = ("steps", "control", "exit", "death", "effects", 0, "hazard_ratio")
    assert tied in ({"hazard_ratio": [ratio]}, {"hazard_ratio": [effect]})


@pytest.fixture
def file(tmp_path: Path, published: dict[str, float]) -> Path:
    path = tmp_path / "trial.toml"
    path.write_text(text(WRONG, targets(published)), encoding="utf-8")
    return path


def call(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    monkeypatch.setattr("sys.argv", ["pathsim", "calibrate", *map(str, arguments)])
    with pytest.raises(SystemExit) as left:
        main()
    assert isinstance(left.value.code, int)
    return left.value.code


def test_the_values_are_written_back_and_the_rest_of_the_file_stays(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = file.read_text(encoding="utf-8")
    assert call(monkeypatch, file, "--seed", 5, "--replicates", 200, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    after = file.read_text(encoding="utf-8")
    written = {number["path"]: number["value"] for number in told["numbers"]}
    expected = before
    for name, path in (
        ("response", "levels.complete"),
        ("fever", "fever.grade3plus"),
        ("hazard_ratio", "hazard_ratio"),
    ):
        value = next(value for key, value in written.items() if key.endswith(path))
        expected = expected.replace(f"value = {WRONG[name]},", f"value = {value},")
    assert after == expected
    assert "# a comment after a value" in after
    assert call(monkeypatch, file, "--seed", 5, "--replicates", 200) == 0
    assert file.read_text(encoding="utf-8") == after


def test_nothing_is_written_in_a_dry_run_and_a_copy_with_out(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = file.read_text(encoding="utf-8")
    call(monkeypatch, file, "--seed", 5, "--replicates", 60, "--dry-run")
    assert file.read_text(encoding="utf-8") == before
    call(monkeypatch, file, "--seed", 5, "--replicates", 60, "--out", tmp_path / "copy.toml")
    assert file.read_text(encoding="utf-8") == before
    assert (tmp_path / "copy.toml").read_text(encoding="utf-8") != before
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["copy.toml", "trial.toml"]
    assert "wrote" in capsys.readouterr().err


def test_a_missed_target_ends_with_1(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told = file.read_text(encoding="utf-8")
    file.write_text(
        told.replace("[targets.fever]\npublished = ", "[targets.fever]\npublished = 0.95 # "), encoding="utf-8"
    )
    assert call(monkeypatch, file, "--seed", 5, "--replicates", 60, "--dry-run") == 1
    out = capsys.readouterr().out
    assert "at the limit of its range" in out
    assert "1 beyond chance" in out


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("range = [0.05, 0.6], ", "", "a calibrated number needs the range to search"),
        ("range = [0.05, 0.6]", "range = [0.6, 0.05]", "a range is a list of two numbers, the lower first"),
        ("range = [0.05, 0.6]", "range = [0.05, 0.2]", "0.5 lies outside its range, 0.05 to 0.2"),
        ('calibrated = "response, survival"', 'calibrated = "response, survivel"', "there is no target 'survivel'"),
    ],
)
def test_what_cannot_be_calibrated_is_said_with_its_line(
    file: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], old: str, new: str, message: str
) -> None:
    told = file.read_text(encoding="utf-8")
    assert old in told
    file.write_text(told.replace(old, new), encoding="utf-8")
    assert call(monkeypatch, file, "--dry-run") == 2
    err = capsys.readouterr().err
    assert message in err
    assert f"{file}:2" in err


SEPSIS = """
[steps.screening.toxicity.sepsis]
within     = "fever"
grade3plus = { value = 0.04, range = [0.01, 0.3], calibrated = "fever" }
onset      = [1, 10]
lasts      = [1, 2]
[[steps.screening.assess]]"""


@pytest.mark.parametrize("workers", [1, 2])
def test_ranges_that_do_not_go_together_are_told_as_they_are(published: dict[str, float], workers: int) -> None:
    """At both ends they do, but not where one number is moved and the other is not."""
    published = published | {"fever": 0.06}
    wrong = WRONG | {"fever": 0.05}
    made = text(wrong, targets(published)).replace("[[steps.screening.assess]]", SEPSIS)
    with pytest.raises(ScenarioError, match="sepsis: is within 'fever', so it cannot be more common"):
        fitted(made.replace("range = [0.05, 0.6]", "range = [0.02, 0.31]"), replicates=20, workers=workers)


def test_an_error_of_a_scenario_travels_between_processes() -> None:
    wrong = ScenarioError([Problem(("steps", "a"), "cannot be", "a.toml", 3), Problem((), "nor this")])
    back = pickle.loads(pickle.dumps(wrong))  # noqa: S301 - it was made here
    assert (back.problems, str(back)) == (wrong.problems, str(wrong))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("two-arm-exponential", "--dry-run"), "has no number marked as calibrated"),
        (("aall1331",), "belongs to the library: add --out FILE"),
        (("-",), "standard input cannot be written back"),
    ],
)
def test_what_cannot_be_asked_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], message: str
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(find("two-arm-exponential").text.encode())))
    assert call(monkeypatch, *arguments) == 2
    assert message in capsys.readouterr().err


def test_a_number_of_a_file_that_is_extended_is_not_written_here(tmp_path: Path) -> None:
    base, path = find("two-arm-exponential"), ("steps", "control", "exit", "death", "median_days")
    (tmp_path / "mine.toml").write_text('extends = "two-arm-exponential"\n', encoding="utf-8")
    with pytest.raises(ScenarioError, match="stands in a file that this one extends"):
        rewritten(find(str(tmp_path / "mine.toml")), {path: 600.0})
    assert (
        tomllib.loads(rewritten(base, {path: 600.0}).decode())["steps"]["control"]["exit"]["death"]["median_days"]
        == 600.0
    )


def test_every_calibrated_number_of_the_library_has_a_range() -> None:
    for name in ("aall1331", "stroke-thrombectomy"):
        for rate in load(name).rates.values():
            assert (rate.evidence.kind == "calibrated") <= (rate.range is not None)
