import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from test_broken import BROKEN, marks

from pathsim.cli.check import check
from pathsim.scenario.files import names

FIGURES = BROKEN / "figures" / "targets.toml"


def run(*arguments: str, stdin: bytes | None = None) -> Result:
    result = CliRunner().invoke(check, arguments, input=stdin)
    assert result.exception is None or isinstance(result.exception, SystemExit)
    return result


@pytest.mark.parametrize("name", names())
def test_nothing_is_wrong_with_the_library(name: str) -> None:
    result = run(name)
    assert result.exit_code == 0
    assert "nothing wrong" in result.stdout


def test_a_figure_that_the_results_do_not_have_is_found_on_its_line() -> None:
    result = run(str(FIGURES))
    assert result.exit_code == 2
    *problems, count = result.stderr.splitlines()
    assert count == f"{len(problems)} problems in {FIGURES}"
    for problem, ((_, line), (text,)) in zip(problems, marks(FIGURES).items(), strict=True):
        assert problem.startswith(f"{FIGURES}:{line}: targets.")
        assert text in problem


def test_problems_go_to_standard_error_one_a_line_with_a_count() -> None:
    path = BROKEN / "keys-misspelled-everywhere.toml"
    result = run(str(path))
    assert (result.exit_code, result.stdout) == (2, "")
    assert len(result.stderr.splitlines()) == len(marks(path)) + 1
    assert result.stderr.splitlines()[-1] == f"{len(marks(path))} problems in {path}"


def test_problems_as_json_have_file_line_path_and_message() -> None:
    path = BROKEN / "phase-without-next.toml"
    result = run(str(path), "--json")
    assert result.exit_code == 2
    (error,) = json.loads(result.stdout)["errors"]
    assert (error["file"], error["line"], error["path"]) == (str(path), 13, "steps.treatment.days")
    assert error["message"] == "a phase with 'days' needs 'next', the step that follows it"


def test_a_wrong_setting_is_named() -> None:
    result = run("two-arm-exponential", "--set", "trial.patient=3")
    assert result.exit_code == 2
    assert result.stderr.startswith("--set: trial.patient: 'patient' is not known here. Did you mean 'patients'?")


def test_a_scenario_that_is_not_there_is_explained() -> None:
    result = run("two-arm-exponentiel")
    assert result.exit_code == 2
    assert "Did you mean 'two-arm-exponential'?" in result.stderr


@pytest.mark.parametrize("name", ["", "/", "x" * 5000, "nul\0.toml", "."])
def test_a_name_that_no_file_can_have_is_explained(name: str) -> None:
    result = run(name)
    assert result.exit_code == 2
    assert "there is no scenario" in result.stderr


def test_standard_input_is_read() -> None:
    text = (BROKEN / "unreachable.toml").read_bytes()
    assert run("-", stdin=text).stderr.startswith("<stdin>:17: steps.salvage: ")
    assert run("-", stdin=b"title = '\xff'").stderr.startswith("<stdin>:1: a character here")


def test_a_file_that_cannot_be_opened_is_explained(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "locked.toml"
    path.write_text("title = 'Locked'")

    def refuse(_: Path, mode: str) -> None:
        assert mode == "rb"
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    assert run(str(path)).stderr.startswith(f"{path}: this file cannot be read: Permission denied")
