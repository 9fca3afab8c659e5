"""The app opens where it can, says what to do where it cannot, and leaves without a fuss."""

import asyncio
import io
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from calls import Pathsim
from driving import PATIENCE_SECONDS, driven
from textual import events
from textual.binding import Binding
from textual.geometry import Size
from textual.widget import Widget

from pathsim.app.app import PathsimApp
from pathsim.app.screens.dialogs import CommandList, Help, Question
from pathsim.cli.app import app as app_command
from pathsim.cli.app import is_terminal
from pathsim.player.process import WorkerProcess
from pathsim.player.requests import Open
from pathsim.player.user_session import UserSession

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize("arguments", [(), ("app",), ("app", "stroke-thrombectomy")])
def test_without_a_terminal_it_says_what_to_do_instead(arguments: tuple[str, ...], pathsim: Pathsim) -> None:
    done = pathsim(*arguments)
    assert done.code == 2
    assert "pathsim run" in done.err or "Usage" in done.err


def test_a_scenario_from_standard_input_is_refused(pathsim: Pathsim, monkeypatch: pytest.MonkeyPatch) -> None:
    is_one: Callable[[], bool] = lambda: True  # noqa: E731
    monkeypatch.setattr("pathsim.cli.app.is_terminal", is_one)
    assert app_command.name == "app"
    done = pathsim("app", "-")
    assert done.code == 2
    assert "standard input" in done.err


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_terminal_that_cannot_be_drawn_on_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    for stream in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, stream, Terminal())
    monkeypatch.setenv("TERM", "xterm-256color")
    assert is_terminal()
    monkeypatch.setenv("TERM", "dumb")
    assert not is_terminal()


@pytest.mark.parametrize(("scenario", "settings"), [("nosuch", {}), ("aall1331", {"foo": "1"})])
async def test_what_cannot_be_opened_nor_corrected_ends_the_app_with_a_word(
    scenario: str, settings: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    app = PathsimApp(WorkerProcess(), UserSession(scenario, 1, settings))
    await asyncio.wait_for(app.run_async(headless=True), PATIENCE_SECONDS)
    assert app.return_code == 2
    assert capsys.readouterr().err


WORDS_FOR_NOBODY = """
import contextlib, os, sys
from pathsim.cli.app import _leave
os.set_blocking(2, False)
with contextlib.suppress(BlockingIOError):
    while True:
        sys.stderr.write("x" * 8000)
_leave(1)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="pipes there are never without patience")
def test_who_ends_where_nobody_listens_ends_with_the_same_code() -> None:
    """What is left to be written finds no room; Python would end with 120."""
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    process = subprocess.Popen([sys.executable, "-c", WORDS_FOR_NOBODY], stderr=subprocess.PIPE, env=buffered)
    assert process.stderr is not None
    with process.stderr:
        assert process.wait(PATIENCE_SECONDS) == 1


@pytest.mark.parametrize(
    "event",
    [
        events.Key("left", None),
        events.MouseDown(None, 5, 5, 0, 0, 1, shift=False, meta=False, ctrl=False),
        events.Paste("pasted"),
        events.Resize(Size(80, 24), Size(80, 24)),
    ],
    ids=lambda event: type(event).__name__,
)
async def test_what_is_typed_while_the_app_leaves_is_left_unread(event: events.Event) -> None:
    """Keys wait in a queue, and those after the one that leaves find no screen any more."""
    async with driven() as driver:
        app = driver.app
    await app.on_event(event)


async def mount_nothing(widgets: list[Widget]) -> None:
    """What Textual does while the app leaves."""
    del widgets


@pytest.mark.parametrize("name", ["live", "ensemble", "patients", "compare", "evidence"])
async def test_a_screen_that_is_never_made_breaks_nothing(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The app can leave while it makes one: its widgets never come then."""
    async with driven("two-arm-exponential") as driver:
        screen = driver.new_screen(name)
        monkeypatch.setattr(screen, "mount_composed_widgets", mount_nothing)
        await driver.app.push_screen(screen)
        screen.post_message(events.ScreenResume())
        screen.post_message(events.Resize(Size(80, 24), Size(80, 24)))
        for binding in screen.BINDINGS:
            assert isinstance(binding, Binding)
            await driver.app.run_action(binding.action, screen)
        await driver.settle()
        assert not screen.children


@pytest.mark.parametrize("kind", ["commands", "question", "help"])
async def test_a_dialog_that_is_never_made_breaks_nothing(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a screen."""
    async with driven("two-arm-exponential") as driver:
        dialogs = {"commands": CommandList([]), "question": Question("Save", "here"), "help": Help(driver.front, [])}
        monkeypatch.setattr(dialogs[kind], "mount_composed_widgets", mount_nothing)
        await driver.app.push_screen(dialogs[kind])
        for binding in dialogs[kind].BINDINGS:
            if isinstance(binding, Binding) and binding.action != "close":
                await driver.app.run_action(binding.action, dialogs[kind])
        await driver.settle()
        assert not dialogs[kind].children


async def test_the_trial_is_asked_for_once_as_soon_as_the_worker_is_started() -> None:
    async with driven("two-arm-exponential") as driver:
        asked = [type(request) for request in driver.worker.asked]
        assert asked.count(Open) == 1
        assert asked[0] is Open
        assert driver.session.generation == 1
