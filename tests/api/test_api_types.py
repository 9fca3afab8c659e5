"""Types come through to a user's program."""

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]
PROGRAM = """
from pathlib import Path

import pathsim

scenario: pathsim.Scenario = pathsim.load(Path("study.toml"), {"trial.patients": 300, "trial.control": "placebo"})
trial: pathsim.Results = pathsim.run(scenario, seed=21)
reveal_type(trial.figure("trial.enrolled"))
reveal_type(trial.journal.columns)
many: pathsim.Ensemble = pathsim.ensemble("aall1331", replicates=100, seed=1, workers=2)
reveal_type(many.replicates["replicate"])
reveal_type(pathsim.validate(scenario).is_met)
try:
    pathsim.compare(scenario, "aall1331")
except pathsim.ScenarioError as wrong:
    reveal_type(wrong.problems[0].line)
"""
REVEALED = ("float", "dict[str, ", "ndarray[", "bool", "int | None")
MISTAKEN = """
import pathsim

pathsim.run("aall1331", sead=21)
pathsim.run(21)
pathsim.simulate("aall1331")
"""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    """What mypy says of both, strict as it is here; it knows pathsim already where ``make types`` has been run."""
    folder = tmp_path_factory.mktemp("user")
    files = [folder / "program.py", folder / "mistaken.py"]
    for file, text in zip(files, (PROGRAM, MISTAKEN), strict=True):
        file.write_text(text, encoding="utf-8")
    asked = [sys.executable, "-m", "mypy", *map(str, files)]
    return subprocess.run(asked, capture_output=True, check=False, encoding="utf-8", cwd=ROOT).stdout.splitlines()


def test_a_program_is_checked_with_full_types(told: list[str]) -> None:
    mine = [line.replace("builtins.", "") for line in told if "program.py" in line]
    assert not [line for line in mine if ": error:" in line]
    revealed = [line for line in mine if "Revealed type" in line]
    assert len(revealed) == len(REVEALED)
    for line, kind in zip(revealed, REVEALED, strict=True):
        assert kind in line


def test_mistakes_are_found(told: list[str]) -> None:
    sead, number, simulate = [line for line in told if "mistaken.py" in line and ": error:" in line]
    assert 'Unexpected keyword argument "sead"' in sead
    assert 'incompatible type "int"' in number
    assert 'has no attribute "simulate"' in simulate
