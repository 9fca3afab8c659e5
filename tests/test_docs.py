"""The guides show what commands print and the API returns, and the reference what is declared of each key."""

import doctest
import os
import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from pathsim.scenario.problems import dotted
from pathsim.scenario.scenario import load

DOCS = Path(__file__).parent.parent / "docs"
MODEL, API, REPORT = ((DOCS / name).read_text(encoding="utf-8") for name in ("model.md", "api.md", "report.md"))
SHOWN = re.findall(r"```console\n\$ pathsim ([^\n]*)\n(.*?)```", MODEL, re.DOTALL)
"""Commands, and parts of what they print; a line with three dots stands for what is left out."""
QUICK = ("check",)
"""The others take longer."""


def shown(block: tuple[str, str], marks: pytest.MarkDecorator | None = None) -> object:
    command, _ = block
    return pytest.param(*block, id=command, marks=[marks] if marks else [])


@pytest.mark.parametrize(
    ("command", "block"),
    [
        shown(block, None if block[0].startswith(QUICK) else pytest.mark.slow)
        for block in SHOWN
        if not block[0].startswith("calibrate")
    ],
)
def test_every_block_is_what_its_command_prints(command: str, block: str) -> None:
    plain = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "FORCE_COLOR")}
    asked = [sys.executable, "-m", "pathsim", *command.split()]
    done = subprocess.run(asked, capture_output=True, env=plain, check=False, encoding="utf-8", cwd=DOCS.parent)
    printed = "\n".join(line.rstrip() for line in done.stdout.splitlines())
    assert printed, done.stderr
    for part in block.strip("\n").split("\n...\n"):
        assert part in printed


def test_the_calibrated_numbers_it_shows_are_those_of_the_scenario() -> None:
    block = next(block for command, block in SHOWN if command.startswith("calibrate"))
    values = {dotted(rate.path): rate.value for rate in load("aall1331").rates.values() if rate.range is not None}
    told = dict(re.findall(r"^ (\S+)(?: \S+)? +\S+ +(\S+) +\S+ +\S+ +[─●]", block, re.MULTILINE))
    whole = {path: value for path, value in told.items() if path in values}
    assert len(whole) > len(values) / 2  # the others have paths that are too long for a line
    assert {path: f"{values[path]:g}" for path in whole} == whole


def test_it_shows_several_commands() -> None:
    assert {command.split()[0] for command, _ in SHOWN} == {
        "check",
        "validate",
        "calibrate",
        "ensemble",
        "sensitivity",
    }


@pytest.mark.parametrize("path", re.findall(r"\]\(([^):#]+)\)", MODEL + API + REPORT))
def test_every_file_it_links_exists(path: str) -> None:
    assert (DOCS / path).is_file()


REFERENCE = (DOCS / "scenario-reference.md").read_text(encoding="utf-8")


def test_the_reference_of_scenario_files_says_what_is_declared() -> None:
    made = runpy.run_path(str(DOCS.parent / "tools" / "reference.py"))["reference"]()
    assert made == REFERENCE, "write it anew: make reference"


def test_every_link_of_the_reference_leads_to_a_heading() -> None:
    anchors: list[str] = []
    for heading in re.findall(r"^#+ (.*)$", REFERENCE, re.MULTILINE):
        anchor = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        anchors.append(f"{anchor}-1" if anchor in anchors else anchor)
    assert len(set(anchors)) == len(anchors)
    links = re.findall(r"\]\(#([^)]+)\)", REFERENCE)
    assert len(links) > 20
    assert not set(links) - set(anchors)


@pytest.mark.parametrize(
    "row",
    [
        "| `repeat` | whole number, 1 to 100 | `1` | How many cycles of it there are, one after the other. |",
        "| `patients` | whole number, 1 to 65,535 | *required* | How many patients can come at most. |",
        '| `set` | column | `"arm"` | The column that holds the arm. |',
        "| `label` | label | *required* | The name for readers. |",
    ],
)
def test_the_reference_tells_value_range_and_default(row: str) -> None:
    assert row in REFERENCE.splitlines()


def test_every_example_in_python_returns_what_it_shows() -> None:
    failed, tried = doctest.testfile(str(DOCS / "api.md"), module_relative=False, optionflags=doctest.ELLIPSIS)
    assert (failed, tried > 20) == (0, True)
