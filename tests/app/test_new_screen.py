"""A screen is one file and one line: with these its key, its tab and the list of commands lead to it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
QUIET = '''"""Quiet: a screen with little on it."""

from collections.abc import Iterator

from textual.widget import Widget
from textual.widgets import Static

from pathsim.app.screens.trial import TrialScreen
from pathsim.app.widgets.header import Tab


class QuietScreen(TrialScreen):
    """Little to see."""

    TAB = Tab("quiet", "j", "Quiet", "Look at nothing")

    def body(self) -> Iterator[Widget]:
        """A line."""
        yield Static("nothing to see", id="quiet")
'''
VISIT = """
import asyncio
import sys

from driving import driven

from pathsim.app.screens.dialogs import CommandList


async def by_key(driver):
    await driver.press("j")


async def by_tab(driver):
    header = driver.front.query_one("TrialHeader")
    await driver.click(header, driver.header().index(" Quiet ") + 1, 0)


async def by_command(driver):
    await driver.press("ctrl+p")
    await driver.until(lambda: isinstance(driver.app.screen, CommandList), "the commands are listed")
    await driver.press(*"look at nothing", "enter")


async def visit():
    async with driven("two-arm-exponential") as driver:
        await {"key": by_key, "tab": by_tab, "command": by_command}[sys.argv[1]](driver)
        await driver.until(lambda: driver.app.current_mode == "quiet", "it is in front")
        await driver.until(lambda: "nothing to see" in "".join(driver.screen_lines()), "it is seen")
        await driver.press("question_mark")
        await driver.settle()
        is_listed = any("Look at nothing" in line for line in driver.screen_lines())
        print("listed among the keys" if is_listed else "unlisted")


asyncio.run(visit())
"""


@pytest.fixture(name="place", scope="module")
def _place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a copy of pathsim that has one more screen."""
    place = tmp_path_factory.mktemp("quiet")
    shutil.copytree(ROOT / "pathsim", place / "pathsim", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "scenarios", place / "scenarios")
    (place / "pathsim" / "app" / "screens" / "quiet.py").write_text(QUIET, encoding="utf-8")
    screens = place / "pathsim" / "app" / "screens" / "__init__.py"
    text = screens.read_text(encoding="utf-8")
    anchor = "    EvidenceScreen,\n"
    assert text.count(anchor) == 1
    text = text.replace(anchor, anchor + "    QuietScreen,\n")
    after = "from pathsim.app.screens.trial import"
    screens.write_text(
        text.replace(after, f"from pathsim.app.screens.quiet import QuietScreen\n{after}"), encoding="utf-8"
    )
    return place


@pytest.mark.parametrize("way", ["key", "tab", "command"])
def test_it_can_be_opened(place: Path, way: str) -> None:
    done = told(place, "-c", VISIT, way)
    assert done == "listed among the keys\n"


def test_its_key_can_be_changed_by_the_user(place: Path) -> None:
    assert '"screen.quiet" = "j"' in told(place, "-m", "pathsim", "app", "--keys")


def told(place: Path, *arguments: str) -> str:
    """What Python prints in that folder."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=place,
        env=os.environ | {"PYTHONPATH": f"{place}{os.pathsep}{HERE}", "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
