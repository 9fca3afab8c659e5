"""The wheel that users install: it holds the library of scenarios and gives the same results as the repository."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent


def run(*command: str, cwd: Path, path: Path | None = None) -> bytes:
    """What a command prints, started in this folder with this folder of packages before all others."""
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    environment = kept if path is None else {**kept, "PYTHONPATH": str(path)}
    done = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    run(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder), cwd=ROOT)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory, wheel: Path) -> Path:
    """A folder into which the wheel was installed, and nothing else."""
    folder = tmp_path_factory.mktemp("site")
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--no-deps", "--no-index"]
    run(*pip, "--no-compile", "--target", str(folder), str(wheel), cwd=folder)
    return folder


def test_the_installed_package_is_the_one_that_runs(site: Path, tmp_path: Path) -> None:
    asked = "import pathsim; print(pathsim.__file__)"
    assert Path(run(sys.executable, "-c", asked, cwd=tmp_path, path=site).decode().strip()).is_relative_to(site)


def test_nothing_but_the_package_is_installed(site: Path) -> None:
    assert {path.name.split("-")[0] for path in site.iterdir()} == {"pathsim", "pathsim_trials", "bin"}
    assert (site / "pathsim" / "py.typed").is_file()


def test_the_installed_command_lists_the_library(site: Path, tmp_path: Path) -> None:
    listed = json.loads(run(str(site / "bin" / "pathsim"), "list", "--json", cwd=tmp_path, path=site))
    names = {path.stem for path in (ROOT / "scenarios").glob("*.toml")}
    assert {row["name"] for row in listed["scenarios"]} == names
    assert {path.stem for path in (site / "pathsim" / "library").glob("*.toml")} == names


def test_results_are_those_of_the_repository(site: Path, tmp_path: Path) -> None:
    command = (sys.executable, "-m", "pathsim", "run", "two-arm-exponential", "--seed", "1", "--json")
    installed = run(*command, cwd=tmp_path, path=site)
    assert json.loads(installed)["trial"]["enrolled"] == 400
    assert installed == run(*command, cwd=ROOT, path=ROOT)


def test_lessons_are_those_of_the_repository(site: Path, tmp_path: Path) -> None:
    listed = json.loads(run(str(site / "bin" / "pathsim"), "lesson", "list", "--json", cwd=tmp_path, path=site))
    assert {row["name"] for row in listed["lessons"]} == {path.stem for path in (ROOT / "lessons").glob("*.md")}
    # And the small scenarios that they are about.
    asked = (
        "from pathsim.lessons.read import lesson, lesson_names; from pathsim.scenario.scenario import load;"
        "print(*sorted({load(step.state.scenario).name for name in lesson_names() for step in lesson(name).steps}))"
    )
    found = run(sys.executable, "-c", asked, cwd=tmp_path, path=site).decode().split()
    assert "surrogate" in found


def test_a_report_is_that_of_the_repository(site: Path, tmp_path: Path) -> None:
    asked = ("report", "two-arm-exponential", "--seed", "1", "--replicates", "1", "-q", "--out")
    for name, place in (("installed", site), ("here", ROOT)):
        run(sys.executable, "-m", "pathsim", *asked, str(tmp_path / f"{name}.html"), cwd=tmp_path, path=place)
    assert (tmp_path / "installed.html").read_bytes() == (tmp_path / "here.html").read_bytes()
