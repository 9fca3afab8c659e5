"""Make the pictures of the app: `make pictures`."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from pictures import PICTURES, SEED
from textual.pilot import Pilot

from pathsim.app.app import PathsimApp
from pathsim.app.pictures import without_fonts
from pathsim.lessons.read import lesson
from pathsim.player.class_session import ClassNews, ClassSession
from pathsim.player.lesson_session import LessonSession
from pathsim.player.process import WorkerProcess
from pathsim.player.user_session import UserSession
from pathsim.state import AppState

TURNED = {"steps.after_transplant.exit.relapse.hazard_ratio": "0.5"}
TWO_SUITES = {"resources.suite.capacity": "2"}


class Shot(NamedTuple):
    """A picture of the app on a day, after some keys and replicates."""

    name: str
    size: tuple[int, int]
    theme: str
    day: float
    settings: Mapping[str, str] = MappingProxyType({})
    keys: Sequence[str] = ()
    replicates: int = 0
    scenario: str = "aall1331"
    view: str = ""
    """Of a screen with several."""
    lesson: str = ""
    """The lesson that is being given."""
    in_class: bool = False
    """Whether it is given to a class."""

    @property
    def plays(self) -> bool:
        """Whether the trial runs when the picture is taken."""
        return not (self.keys or self.view or self.lesson)


FOUND = ("slash", *"steps.after_transplant.exit.relapse.hazard", "enter")
OTHER_ARM = ("p", "slash", *"would fare better", "enter", "t")
BEFORE_CHANGE = ("c", "home", "enter")
CHANGES = ("right", "right", "down", "left", "n", "down", "right", "h", "up")
LESSON_KEYS = ("right", "2", "enter")
SHOTS = (
    Shot("app-live", (160, 45), "dark", 1300),
    Shot("app-changed", (160, 45), "dark", 1700, TURNED, FOUND),
    Shot("app-ensemble", (160, 45), "dark", 2115, keys=("e",), replicates=1000),
    Shot("app-patients", (160, 45), "dark", 2115, keys=OTHER_ARM),
    Shot("app-course", (120, 40), "dark", 2115, TURNED, BEFORE_CHANGE),
    Shot("app-compare", (160, 45), "light", 2115, TURNED, ("c",), 400),
    Shot("app-evidence", (120, 40), "light", 2115, keys=("v", "w"), replicates=500),
    Shot("app-small", (80, 24), "projector", 1300),
    Shot("app-history", (120, 40), "dark", 1700, keys=CHANGES),
    Shot("app-lesson", (120, 40), "dark", 2115, keys=LESSON_KEYS, lesson="hr-070"),
    Shot("app-class", (120, 40), "dark", 2115, keys=("right", "a"), replicates=10_000, lesson="hr-070", in_class=True),
    Shot("app-queues", (120, 40), "dark", 120, TWO_SUITES, view="queues", scenario="stroke-thrombectomy"),
)


async def taken(shot: Shot) -> None:
    """Take one picture."""
    given = LessonSession(lesson(shot.lesson)) if shot.lesson else None
    classroom = an_imagined_class() if shot.in_class else None
    if given is None:
        state, session = None, UserSession(shot.scenario, SEED, dict(shot.settings), day=shot.day)
    else:
        state = replace(
            given.state if classroom is None else classroom.trial, screen="class" if classroom else "lesson"
        )
        session = UserSession.of(state, SEED)
    session.is_playing = shot.plays
    theme = f"pathsim-{shot.theme}"
    app = PathsimApp(WorkerProcess(), session, theme, opens_at=state, lesson=given, classroom=classroom)
    async with app.run_test(size=shot.size) as pilot:
        await until(pilot, lambda: app.trial.snapshot is not None)
        if shot.plays:
            await until(pilot, lambda: app.trial.snapshot.moving)
        for key in shot.keys:
            await pilot.press({" ": "space"}.get(key, key))
            await pilot.pause(0.1)
            # What is chosen next may be on a list that is still on its way.
            await until(pilot, lambda: app.current_mode != "compare" or app.front.comparison is not None)
        if shot.view:
            app.front.view = shot.view
        await until(pilot, lambda: not shot.replicates or app.front.replicates >= shot.replicates)
        await pilot.pause(0.5)
        await until(pilot, lambda: given is None or len(given.told) == len(given.step.figures))
        given_as = f"pathsim lesson {shot.lesson}" if classroom is None else f"pathsim serve {classroom.code}"
        title = f"pathsim app {shot.scenario} --seed {SEED}" if given is None else given_as
        picture = app.export_screenshot(title=title)
    (PICTURES / f"{shot.name}.svg").write_text(without_fonts(picture), encoding="utf-8")


def an_imagined_class() -> ClassSession:
    """Twenty-four students, of whom twenty-one have answered the first question; nobody has, in truth."""
    votes = dict(enumerate("332313233142332313323", 1))
    trial = AppState("aall1331", SEED, day="last")
    made = ClassSession("15AV-00QY", "http://192.168.1.20:8000", "4F7K-2M9A", trial, lambda _: None)
    made.news = ClassNews(24, frozenset(range(1, 25)), {1: votes}, dict.fromkeys(range(1, 25), 1))
    return made


async def until(pilot: Pilot[None], is_there: object) -> None:
    """Wait for something."""
    while not is_there():  # type: ignore[operator]
        await pilot.pause(0.05)


if __name__ == "__main__":
    Path(PICTURES).mkdir(parents=True, exist_ok=True)
    for one in SHOTS:
        asyncio.run(taken(one))
