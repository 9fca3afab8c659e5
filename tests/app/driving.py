"""Drives the app: starts it without a terminal but with a real worker, gives it input, waits, reads what it shows.

Nothing here sleeps for a fixed time: whoever waits says what for, and fails with that sentence if it does not come.
"""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

from forked_workers import can_fork, parent
from rich.segment import Segment
from textual import events
from textual.geometry import Size
from textual.keys import _character_to_key
from textual.pilot import Pilot
from textual.widget import Widget

from pathsim.app.app import PathsimApp
from pathsim.app.screens import SCREENS
from pathsim.app.screens.classroom import ClassScreen
from pathsim.app.screens.lesson import LessonScreen
from pathsim.app.screens.trial import TrialScreen
from pathsim.app.themes import DARK
from pathsim.lessons.read import lesson as read_lesson
from pathsim.player.class_session import ClassSession
from pathsim.player.lesson_session import LessonSession
from pathsim.player.process import WorkerProcess
from pathsim.player.replies import Failed, Reply
from pathsim.player.requests import Request, Save
from pathsim.player.user_session import UserSession
from pathsim.player.views.live import Snapshot
from pathsim.state import AppState

SCREEN_NAMES = tuple(screen.TAB.name for screen in SCREENS if screen not in {LessonScreen, ClassScreen})
"""Those that are there without a lesson and a class."""
PATIENCE_SECONDS = 60.0
REST_ROUNDS = 3
"""A key goes from the app to a widget, and what the widget says of it to its screen and to the app."""


class WatchedWorker(WorkerProcess):
    """A worker of which is kept what it was asked last, what it answered last, and what failed."""

    def __init__(self) -> None:
        super().__init__(parent().fork() if can_fork() else None)
        self.asked: deque[Request] = deque(maxlen=200)
        self.answered: deque[Reply] = deque(maxlen=200)
        self.failed: list[Failed] = []

    def send(self, request: Request) -> None:
        self.asked.append(request)
        super().send(request)

    def replies(self) -> Iterator[Reply]:
        try:
            for reply in super().replies():
                self.answered.append(reply)
                if isinstance(reply, Failed):
                    self.failed.append(reply)
                yield reply
        finally:
            if (output := self._process.stdout) is not None:
                output.close()


class TamedWorker(WatchedWorker):
    """One that writes files below the folder in which it was started, and nowhere else."""

    def send(self, request: Request) -> None:
        if isinstance(request, Save) and not _is_below_here(request.file):
            request = Save(request.generation, "elsewhere.toml")
        super().send(request)


def _is_below_here(file: str) -> bool:
    path = Path(file)
    return not path.is_absolute() and ".." not in path.parts and not file.startswith("~")


def a_class(send: Callable[[int], object] = lambda _: None) -> ClassSession:
    """A class about a lesson in which seed 7 is that of two arms with constant hazards."""
    trial = AppState("two-arm-exponential", 7, day="last")
    return ClassSession("4F7K-2M9A", "http://here:1", "ABCD-EFGH", trial, send)


class Driver:
    """The app at the hands of a test."""

    def __init__(self, app: PathsimApp, worker: WatchedWorker, pilot: Pilot[None]) -> None:
        self.app, self.worker, self.pilot = app, worker, pilot

    @property
    def session(self) -> UserSession:
        """What the user is looking at."""
        return self.app.trial.session

    @property
    def front(self) -> TrialScreen:
        """The screen of the trial that is in front."""
        front = self.app.front
        assert front is not None
        return front

    @property
    def snapshot(self) -> Snapshot:
        """The day that is on screen."""
        assert self.app.trial.snapshot is not None
        return self.app.trial.snapshot

    # ---- waiting

    async def settle(self) -> None:
        """Until what is on its way has been read by everybody."""
        for _ in range(REST_ROUNDS):
            await self.pilot.pause(0)

    async def until(self, condition: Callable[[], object], what: str, seconds: float = PATIENCE_SECONDS) -> None:
        """Until something is so."""
        deadline = time.monotonic() + seconds
        while not condition():
            assert self.app.is_running, f"the app has ended before {what}"
            assert time.monotonic() < deadline, f"after {seconds:g} s still not: {what}"
            # The pilot's pause would ask every widget each time, and take from the worker what it waits for.
            await asyncio.sleep(0.005)
        await self.pilot.pause(0)

    async def until_shown(self) -> None:
        """Until the picture of the trial as it is set now is on screen."""

        def is_shown() -> bool:
            snapshot, session = self.app.trial.snapshot, self.session
            if snapshot is None or snapshot.generation != session.generation or self.app.trial.asked_at is not None:
                return False
            # What was asked for before the trial was paused may come after it.
            return session.is_playing or (snapshot.day == session.day and not snapshot.moving)

        await self.until(is_shown, "the trial is shown as it is set")

    async def go(self, day: float) -> Snapshot:
        """The trial on a day."""
        self.app.trial.go(day)
        await self.until(
            lambda: self.snapshot.day == day and self.snapshot.generation == self.session.generation,
            f"day {day:g} is shown",
        )
        return self.snapshot

    async def visit(self, name: str) -> TrialScreen:
        """Another screen."""
        self.app.action_visit(name)
        await self.until(lambda: self.app.current_mode == name and self.app.screen.is_current, f"{name} is in front")
        await self.settle()
        return self.front

    def new_screen(self, name: str) -> TrialScreen:
        """A screen of this name that is not shown yet."""
        kind = next(one for one in SCREENS if one.TAB.name == name)
        return kind(self.app.trial, ())

    # ---- input

    def feed_key(self, key: str) -> None:
        """A key, as the terminal sends it."""
        name = _character_to_key(key) if len(key) == 1 and not key.isalnum() else key
        event = events.Key(name, _character(name))
        event.set_sender(self.app)
        self.app.post_message(event)

    def feed_mouse(self, kind: type[events.MouseEvent], x: int, y: int, button: int = 1) -> None:
        """Something that a mouse does at a place of the screen."""
        event = kind(None, x, y, 0, 0, button, shift=False, meta=False, ctrl=False, screen_x=x, screen_y=y)
        event.set_sender(self.app)
        self.app.post_message(event)

    def feed_size(self, width: int, height: int) -> None:
        """Another size of the terminal."""
        size = Size(width, height)
        self.app._driver._size = size  # noqa: SLF001 - as Textual's own pilot does
        self.app.post_message(events.Resize(size, size))

    async def press(self, *keys: str) -> None:
        """Press these keys, one after the other."""
        for key in keys:
            self.feed_key(key)
            await self.settle()

    async def click(self, widget: Widget, x: int, y: int) -> None:
        """Click into a widget; x and y count from the corner of its content."""
        place = widget.content_region.offset
        self.feed_mouse(events.MouseDown, place.x + x, place.y + y)
        self.feed_mouse(events.MouseUp, place.x + x, place.y + y)
        await self.settle()

    async def resize(self, width: int, height: int) -> None:
        """Give the terminal another size."""
        self.feed_size(width, height)
        await self.until(lambda: self.app.size == (width, height), f"the terminal is {width}x{height}")
        await self.settle()

    # ---- reading

    def header(self) -> str:
        """The line at the top."""
        return lines_of(self.front.query_one("TrialHeader"))[0]

    def screen_lines(self) -> list[str]:
        """All that is on screen."""
        return ["".join(segment.text for segment in line) for line in self.screen_segments()]

    def screen_segments(self) -> list[list[Segment]]:
        """All that is on screen, with its styles."""
        strips = self.app.screen._compositor.render_strips()  # noqa: SLF001 - there is no other way to it
        return [list(strip) for strip in strips]


def _character(name: str) -> str | None:
    """What a key types, if it types anything."""
    characters = {_character_to_key(glyph): glyph for glyph in "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~ "}
    return name if len(name) == 1 else characters.get(name, "\r" if name == "enter" else None)


def lines_of(widget: Widget) -> list[str]:
    """The glyphs of a widget that draws itself, row by row."""
    return [widget.render_line(y).text for y in range(widget.size.height)]


@asynccontextmanager
async def driven(
    scenario: object = "aall1331",
    seed: int = 21,
    *,
    size: tuple[int, int] = (160, 45),
    theme: str = DARK,
    ascii_only: bool = False,
    settings: dict[str, str] | None = None,
    worker: Callable[[], WatchedWorker] = WatchedWorker,
    plays: bool = False,
    welcomes: bool = False,
    own_seed: bool = False,
    state: AppState | None = None,
    lesson: str = "",
    classroom: ClassSession | None = None,
) -> AsyncIterator[Driver]:
    """The app with its worker, once the first day is on screen; it stands still unless it is asked to play.

    With a ``state`` it is opened there; with a ``lesson`` on its first page, with a ``classroom`` on the wall.
    """
    given = LessonSession(read_lesson(lesson)) if lesson else None
    if classroom is not None and state is None:
        state = replace(classroom.trial, screen="class")
    if given is not None and state is None:
        state = replace(given.state, screen="lesson")
    if state is None:
        session = UserSession(str(scenario), seed, dict(settings or {}), not own_seed, is_playing=plays)
    else:
        session = UserSession.of(state, seed)
    its_worker = worker()
    its_worker.send(session.request())  # as it is where a user opens it
    app = PathsimApp(
        its_worker,
        session,
        theme,
        ascii_only=ascii_only,
        welcomes=welcomes,
        opens_at=state,
        lesson=given,
        classroom=classroom,
    )
    try:
        async with app.run_test(size=size, notifications=True) as pilot:
            driver = Driver(app, its_worker, pilot)
            await driver.until(lambda: app.trial.snapshot is not None or app.trial.problems, "the first day is shown")
            try:
                yield driver
            finally:
                # What arrives while the app is leaving: test_sessions.py has a test for that.
                session.is_playing, session.generation = False, session.generation + 1
    finally:
        its_worker.close()
