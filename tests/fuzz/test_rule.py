"""What ``check`` passes ``run`` runs, and what a user typed is never a defect: thousands of files and command lines."""

import subprocess
import sys
from pathlib import Path

import pytest
from calls import Pathsim

HERE = Path(__file__).parent
FILES, LINES, PART = 5_000, 3_000, 500
LONGEST_SECONDS = 3600


def parts(kind: str, count: int) -> list[tuple[str, int]]:
    return [(kind, first) for first in range(0, count, PART)]


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "first"), [*parts("files", FILES), *parts("lines", LINES)])
def test_nothing_that_is_written_or_typed_is_a_defect(kind: str, first: int) -> None:
    options = ("--kind", kind, "--first", str(first), "--count", str(PART), "--seed", "1")
    done = subprocess.run(
        [sys.executable, str(HERE / "fuzz.py"), *options],
        capture_output=True,
        text=True,
        check=False,
        timeout=LONGEST_SECONDS,
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stdout


@pytest.mark.parametrize("path", sorted((HERE / "seeds").glob("*.toml")), ids=lambda path: path.stem)
def test_what_check_passes_run_runs(pathsim: Pathsim, path: Path) -> None:
    checked = pathsim("check", path)
    assert checked.code in (0, 2)
    if checked.code == 0:
        assert pathsim("run", path, "--seed", "1", "--json").code == 0
    assert "defect" not in pathsim("run", path, "--seed", "1").err
