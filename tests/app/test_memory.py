"""The app can run for hours: neither it nor its worker keeps what it has shown."""

import gc
import os
import sys
from pathlib import Path

import pytest
from driving import driven
from textual._styles_cache import StylesCache
from textual.widgets._toast import Toast

from pathsim.app.screens.dialogs import Help

WARM_UP, FRAMES = 350, 350
MOST_BYTES = 4_000_000


def resident(pid: int) -> int:
    """How much memory a process has, in bytes."""
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


def painted() -> int:
    """How many widgets there are of which something painted is kept, gone or not."""
    gc.collect()
    return sum(isinstance(one, StylesCache) for one in gc.get_objects())


@pytest.mark.slow
async def test_little_is_kept_of_notes_and_dialogs_that_have_gone() -> None:
    async with driven() as driver:
        kept = []
        for _ in range(5):
            for _ in range(8):
                await driver.press("question_mark", "escape", "y")
            await driver.until(lambda: not isinstance(driver.app.screen, Help), "the last is closed")
            driver.app.clear_notifications()
            await driver.until(lambda: not driver.app.screen.query(Toast), "the notes have gone")
            await driver.settle()
            driver.app.forget()
            kept.append(painted())
        # Notes live on for as long as they would have been shown; without forgetting it is forty a round.
        assert kept[-1] - kept[0] < 100


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
async def test_an_app_that_runs_and_runs_does_not_grow() -> None:
    async with driven(plays=True) as driver:
        driver.app.trial.session.faster(10)
        taken: list[tuple[int, int]] = []
        for frames in (WARM_UP, FRAMES):
            for _ in range(frames):
                before = driver.app.trial.snapshot
                if not driver.session.is_playing:
                    await driver.press("r")
                await driver.until(
                    lambda before=before: driver.app.trial.snapshot is not before, "another day is shown"
                )  # type: ignore[misc]
            gc.collect()
            taken.append((resident(os.getpid()), resident(driver.app.trial.worker.pid)))
        (app, worker), (app_later, worker_later) = taken
        assert app_later - app < MOST_BYTES
        assert worker_later - worker < MOST_BYTES
