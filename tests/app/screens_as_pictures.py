"""Screens as pictures (SVG), as the files in tests/golden/screens hold them: ``make golden`` takes them anew.

Only what is on them from the trial itself: how many replicates there are on a screen depends on how fast they come.
"""

import asyncio
import re
from pathlib import Path
from typing import NamedTuple

from driving import driven

from pathsim.app.themes import DARK, LIGHT, PROJECTOR

FOLDER = Path(__file__).parent.parent / "golden" / "screens"
FONT = re.compile(r"\s*@font-face \{.*?\}", re.DOTALL)
NAMES = re.compile(r"terminal-\d+-")
"""How Rich tells the names of one picture from those of others on a page: by what is on it."""


class Shot(NamedTuple):
    """What is taken: a day of AALL1331, what is pressed then, and what is on screen when all of it has come."""

    shows: tuple[str, ...]
    keys: tuple[str, ...] = ()
    size: tuple[int, int] = (120, 40)
    theme: str = DARK
    ascii_only: bool = False
    day: float = 1300.0


SHOTS = {
    "live": Shot(("29 Sep 2020", "known 80/131"), day=2114.0),
    "live-small": Shot(("8 Jul 2018",), size=(80, 24), theme=PROJECTOR),
    "live-ascii": Shot(("8 Jul 2018",), ascii_only=True),
    "patients": Shot(("fare better", "The courses differ"), ("p", "t"), theme=LIGHT, day=2114.0),
    "help": Shot(("8 Jul 2018", "All keys"), ("question_mark",)),
}


async def taken(shot: Shot) -> str:
    """The picture."""
    async with driven(size=shot.size, theme=shot.theme, ascii_only=shot.ascii_only) as driver:
        await driver.go(shot.day)
        await driver.press(*shot.keys)
        for text in shot.shows:
            await driver.until(lambda text=text: text in "\n".join(driver.screen_lines()), f"'{text}' is shown")
        await driver.settle()
        picture = driver.app.export_screenshot(title="pathsim")
    return NAMES.sub("terminal-", FONT.sub("", picture)) + "\n"


def path_of(name: str) -> Path:
    """The file of a picture."""
    return FOLDER / f"{name}.svg"


def write() -> None:
    """Take all of them anew."""
    FOLDER.mkdir(exist_ok=True)
    for name, shot in SHOTS.items():
        path_of(name).write_text(asyncio.run(taken(shot)), encoding="utf-8")


if __name__ == "__main__":
    write()
