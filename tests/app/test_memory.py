"""The app can run for hours: neither it nor its worker keeps what it has shown."""

import gc
import os
import sys
from pathlib import Path

import pytest
from driving import driven

WARM_UP, FRAMES = 350, 350
MOST_BYTES = 4_000_000


def resident(pid: int) -> int:
    """How much memory a process has, in bytes."""
    pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.slow
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
async def test_an_app_that_runs_and_runs_does_not_grow() -> None:
    async with driven(plays=True) as driver:
        driver.app.session.faster(10)
        taken: list[tuple[int, int]] = []
        for frames in (WARM_UP, FRAMES):
            for _ in range(frames):
                before = driver.app.snapshot
                if not driver.session.is_playing:
                    await driver.press("r")
                await driver.until(lambda before=before: driver.app.snapshot is not before, "another day is shown")  # type: ignore[misc]
            gc.collect()
            taken.append((resident(os.getpid()), resident(driver.app.worker.pid)))
        (app, worker), (app_later, worker_later) = taken
        assert app_later - app < MOST_BYTES
        assert worker_later - worker < MOST_BYTES
