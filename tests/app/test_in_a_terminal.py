"""What stands in the terminal is what the app would paint if it painted everything anew.

Of a picture only what changed is sent. Here a terminal emulator takes it all, and is then made to be painted in full.
"""

import os
import re
import sys
from collections.abc import Iterator

import pyte
import pytest

from pathsim.app.bench import COLUMNS, ROWS, Terminal

READY = re.compile(rb"enrolled")
QUIET_SECONDS, REST_SECONDS = 0.1, 0.8
"""Nothing more comes of a key; and nothing of what is simulated in the background either."""
MOST_WAITS = 1200
STEPS = {
    "the trial ran for a while": b"",
    "a number is turned": b"\x1b[B\x1b[B\x1b[C\x1b[C\x1b[C",
    "another endpoint, bands go, a crosshair comes": b"dbx",
    "a patient, an event and a look later": b",.o",
    "an event and a look before": b">O",
    "the end": b"G",
    "another day, with the crosshair elsewhere": b"goo\x1b[C\x1b[C\x1b[C",
    "other views": b"wwff",
    "patients": b"p\x1b[B\x1b[B\x1b[6~",
    "a patient's twin": b"t\x1b[B",
    "the journey alone, and the list again": b"ff",
    "both settings": b"c",
    "where the numbers come from": b"v\x1b[B\x1b[6~",
    "published against simulated": b"w",
    "live again": b"l",
    "help": b"?",
    "help has gone": b"\x1b",
}


@pytest.fixture
def display() -> pyte.Screen:
    return pyte.Screen(COLUMNS, ROWS)


@pytest.fixture
def terminal(display: pyte.Screen) -> Iterator[Terminal]:
    stream = pyte.ByteStream(display)
    one = Terminal("aall1331", stream.feed)
    try:
        one.until(READY)
        yield one
    finally:
        one.close()


COMES = {"both settings": "means of 400", "published against simulated": "500 of 500 trials"}
"""What is simulated in the background, and comes late."""


def still(terminal: Terminal, display: pyte.Screen, seconds: float = REST_SECONDS) -> list[str]:
    """What stands there once nothing more comes for so long."""
    for _ in range(MOST_WAITS):
        before = terminal.received
        terminal.idle(seconds)
        if terminal.received == before:
            return [*map(str.rstrip, display.display)]
    raise AssertionError("the screen never comes to rest")


def wait_for(text: str, terminal: Terminal, display: pyte.Screen) -> None:
    """Until this stands somewhere."""
    for _ in range(MOST_WAITS):
        if any(text in line for line in display.display):
            return
        terminal.idle(QUIET_SECONDS)
    raise AssertionError(f"never shown: {text}")


def painted_anew(terminal: Terminal, display: pyte.Screen) -> list[str]:
    """What stands there after all of it has been painted again."""
    terminal.resize(COLUMNS - 1, ROWS)
    still(terminal, display, QUIET_SECONDS)
    display.reset()
    terminal.resize(COLUMNS, ROWS)
    return still(terminal, display)


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
def test_an_app_ends_when_its_terminal_has_gone() -> None:
    one = Terminal("two-arm-exponential")
    process = one._process  # noqa: SLF001 - whose end is waited for
    assert process is not None
    try:
        one.until(READY)
        os.close(one._master)  # noqa: SLF001 - as when a window is closed
        assert process.wait(60) != 0
    finally:
        process.kill()


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there are no pseudo-terminals")
def test_what_is_painted_in_parts_is_what_is_painted_at_once(terminal: Terminal, display: pyte.Screen) -> None:
    terminal.until(re.compile(rb"randomized [2-9]"))
    terminal.press(b" ")
    for what, keys in STEPS.items():
        for key in re.findall(rb"\x1b\[[0-9]?[A-Z~]|\x1b|.", keys):
            terminal.press(key)
            still(terminal, display, QUIET_SECONDS)
        wait_for(COMES.get(what, ""), terminal, display)
        shown = still(terminal, display)
        assert shown == painted_anew(terminal, display), what
