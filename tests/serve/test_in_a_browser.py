"""A page of the server in a real browser: it is drawn, takes keys at once, moves, and asks nobody else for anything."""

import base64
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from chromium import CHROMIUM, Browser, browser
from visitors import PATIENCE_SECONDS, ServerProcess

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium"),
    pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc"),
]

DRAWN_BYTES = 20_000
"""A picture of an empty terminal is smaller, and one of any screen of the app larger."""
SIZE = "document.querySelector('.xterm-screen').getBoundingClientRect()"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServerProcess]:
    made = ServerProcess("two-arm-exponential", "--seed", "21", folder=tmp_path_factory.mktemp("served"))
    yield made
    made.stop()


@pytest.fixture
def page(server: ServerProcess, tmp_path: Path) -> Iterator[Browser]:
    with browser(tmp_path) as made:
        made.open(server.link)
        until(lambda: len(picture(made)) > DRAWN_BYTES, "the first picture")
        yield made


def until(condition: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"{what} never came"


def picture(page: Browser) -> bytes:
    return base64.b64decode(page.call("Page.captureScreenshot", format="png")["data"])


def still(page: Browser) -> bytes:
    """A picture that does not change any more."""
    pictures = [b"", picture(page)]
    until(lambda: pictures[-1] == pictures[-2] or pictures.append(picture(page)), "a still picture")
    return pictures[-1]


def test_it_takes_keys_without_a_click_and_the_trial_moves(page: Browser) -> None:
    assert page.evaluate("document.activeElement.className") == "xterm-helper-textarea"
    greeting = still(page)
    page.call("Input.insertText", text=" ")
    until(lambda: picture(page) != greeting, "the trial")
    running = picture(page)
    until(lambda: picture(page) != running, "another day")


def test_it_asks_nobody_else_for_anything_and_complains_of_nothing(page: Browser, server: ServerProcess) -> None:
    home = server.link.partition("/join")[0]
    still(page)
    assert page.requests
    assert all(request.startswith(home) for request in page.requests)
    assert any(request.endswith("mono.ttf") for request in page.requests)
    levels = [one.get("type") or one.get("entry", {}).get("level", "error") for one in page.complaints]
    assert [level for level in levels if level not in {"warning", "log", "info", "verbose"}] == []


def test_the_terminal_fills_the_window_whatever_its_size(page: Browser) -> None:
    for width, height in ((800, 600), (1600, 1000)):
        page.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        until(lambda width=width: page.evaluate(f"{SIZE}.width") > width - 20, "the width")  # type: ignore[misc]
        assert height - 40 < page.evaluate(f"{SIZE}.height") <= height


def test_who_leaves_is_told_and_can_begin_again(page: Browser) -> None:
    still(page)
    page.call("Input.insertText", text="q")
    until(lambda: not page.evaluate("document.getElementById('notice').hidden"), "the notice")
    assert page.evaluate("document.getElementById('why').textContent") == "You have left. What you answered is kept."
    assert page.evaluate("document.activeElement.id") == "again"


def test_the_entrance_is_a_page_with_one_field(page: Browser, server: ServerProcess) -> None:
    home, _, token = server.link.rpartition("/join/")
    page.open(home)
    assert page.evaluate("document.activeElement.id") == "code"
    page.call("Input.insertText", text=f"{token[:4].lower()}-{token[4:]}")
    page.evaluate("document.querySelector('button').click()")
    until(lambda: page.evaluate("location.pathname").startswith("/join/"), "the trial")
