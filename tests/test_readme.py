"""The README shows what the commands print, and names only commands that there are."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
SEED = re.search(r"^SEED\s*\?=\s*(\d+)$", MAKEFILE, re.MULTILINE)


@pytest.fixture(scope="module")
def printed() -> str:
    assert SEED is not None
    return output("run", "aall1331", "--seed", SEED[1])


def output(*arguments: str) -> str:
    """What a command prints to somebody without a terminal, without the blanks at the ends of lines."""
    plain = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "FORCE_COLOR")}
    command = [sys.executable, "-m", "pathsim", *arguments]
    text = subprocess.run(command, capture_output=True, env=plain, check=True, encoding="utf-8").stdout
    return "\n".join(line.rstrip() for line in text.splitlines())


@pytest.fixture(scope="module")
def ensemble() -> str:
    told = re.search(r"`pathsim (ensemble aall1331 [^`]*--seed \d+)`", README)
    assert told is not None
    return output(*told[1].split())


@pytest.mark.parametrize("block", re.findall(r"```text\n(.*?)```", README, re.DOTALL))
def test_every_block_of_output_is_what_the_commands_print(printed: str, ensemble: str, block: str) -> None:
    assert block.strip("\n") in f"{printed}\n{ensemble}"


@pytest.mark.parametrize("command", sorted(set(re.findall(r"`(?:\.venv/bin/)?pathsim (\w+)", README))))
def test_every_command_it_names_exists(command: str) -> None:
    asked = [sys.executable, "-m", "pathsim", command, "--help"]
    assert subprocess.run(asked, capture_output=True, check=False).returncode == 0


@pytest.mark.parametrize("path", re.findall(r"\]\(([^):]+)\)", README))
def test_every_file_it_links_exists(path: str) -> None:
    assert (ROOT / path).is_file()


@pytest.mark.parametrize("target", sorted(set(re.findall(r"make (run|report|test|bench|lint)\b", README))))
def test_every_target_it_names_is_in_the_makefile(target: str) -> None:
    assert re.search(rf"^{target}:", MAKEFILE, re.MULTILINE)


def test_the_picture_of_the_curves_is_of_the_same_trial(printed: str) -> None:
    figures = re.search(r"hazard ratio [^\n]*", printed)
    assert figures is not None
    picture = (ROOT / "docs" / "pictures" / "curves.svg").read_text(encoding="utf-8")
    assert figures[0] in picture.replace("&#160;", " ")
