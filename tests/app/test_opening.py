"""The app opens where it can, and says what to do where it cannot."""

import asyncio
import io
import sys
from typing import TYPE_CHECKING

import pytest
from calls import Pathsim
from driving import PATIENCE_SECONDS

from pathsim.app.app import PathsimApp
from pathsim.app.session import Session
from pathsim.cli.app import app as app_command
from pathsim.cli.app import is_terminal
from pathsim.player.process import WorkerProcess

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
    app = PathsimApp(WorkerProcess(), Session(scenario, 1, settings))
    await asyncio.wait_for(app.run_async(headless=True), PATIENCE_SECONDS)
    assert app.return_code == 2
    assert capsys.readouterr().err
