"""The workflows call what there is, on the Pythons that the package names, with no more rights than they need."""

import re
import runpy
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[1]
WORKFLOWS = {path.stem: yaml.safe_load(path.read_text()) for path in (ROOT / ".github/workflows").glob("*.yml")}


def steps(workflow: dict[str, Any]) -> list[dict[str, Any]]:
    return [step for job in workflow["jobs"].values() for step in job["steps"]]


@pytest.mark.parametrize("workflow", WORKFLOWS.values(), ids=list(WORKFLOWS))
def test_a_workflow_reads_only_and_names_the_major_version_of_each_action(workflow: dict[str, Any]) -> None:
    assert workflow["permissions"] == {"contents": "read"}
    used = [step["uses"] for step in steps(workflow) if "uses" in step]
    assert used
    assert [name for name in used if not re.fullmatch(r"[\w./-]+@(release/)?v\d+", name)] == []


def test_the_workflows_make_all_that_is_checked_and_the_makefile_has_it() -> None:
    lines = [step["run"] for step in steps(WORKFLOWS["tests"]) if "run" in step]
    called = {word for line in lines for word in line.split()[1:] if "=" not in word}
    assert all(line.startswith("make ") for line in lines)
    assert called == {"lint", "types", "test", "test-slow"}
    assert called <= set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))


def test_quick_tests_run_on_the_pythons_of_the_classifiers() -> None:
    classifiers = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["classifiers"]
    named = [text.rpartition(" ")[2] for text in classifiers if text.startswith("Programming Language :: Python :: 3.")]
    assert WORKFLOWS["tests"]["jobs"]["quick"]["strategy"]["matrix"]["python-version"] == named


def test_slow_tests_run_after_the_rest() -> None:
    assert set(WORKFLOWS["tests"]["jobs"]["slow"]["needs"]) == set(WORKFLOWS["tests"]["jobs"]) - {"slow"}


@pytest.mark.parametrize(
    ("tag", "heading", "wrong"),
    [
        ("v1.2.0", "1.2.0 (2027-01-31)", []),
        ("v1.2.1", "1.2.0 (2027-01-31)", ["the tag is v1.2.1, and the version is 1.2.0"]),
        ("1.2.0", "1.2.0 (2027-01-31)", ["the tag is 1.2.0, and the version is 1.2.0"]),
        ("v1.2.0", "1.2.0 (not yet released)", ["the changelog begins with '1.2.0 (not yet released)', and not with"]),
        ("v1.2.0", "1.1.0 (2026-01-31)", ["the changelog begins with '1.1.0 (2026-01-31)', and not with"]),
    ],
)
def test_a_tag_goes_out_only_with_its_own_version_and_changelog(tag: str, heading: str, wrong: list[str]) -> None:
    problems = runpy.run_path(str(ROOT / "tools" / "release.py"))["problems"]
    found = problems(tag, "1.2.0", f"# Changelog\n\n## {heading}\n\n- A change.\n\n## 1.0.0 (2025-01-31)\n")
    assert len(found) == len(wrong)
    assert all(one.startswith(start) for one, start in zip(found, wrong, strict=True))


def test_a_release_is_checked_before_it_is_built() -> None:
    lines = [step["run"] for step in WORKFLOWS["release"]["jobs"]["build"]["steps"] if "run" in step]
    assert [line.split()[1] for line in lines][:1] == ["tools/release.py"]


def test_only_the_step_that_publishes_or_attests_can_prove_who_it_is() -> None:
    jobs = WORKFLOWS["release"]["jobs"]
    assert jobs["publish"]["permissions"] == {"id-token": "write"}
    assert jobs["build"]["permissions"] == {"contents": "read", "id-token": "write", "attestations": "write"}
    assert jobs["publish"]["needs"] == "build"
