"""Make the pictures of the app: `make pictures`."""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from pictures import PICTURES, SEED, without_fonts
from textual.pilot import Pilot

from pathsim.app.app import PathsimApp
from pathsim.player.process import WorkerProcess
from pathsim.player.user_session import UserSession

TURNED = {"steps.after_transplant.exit.relapse.hazard_ratio": "0.5"}
SHOTS = (
    # name, size, theme, day, settings, keys, replicates to wait for
    ("app-live", (160, 45), "dark", 1300, {}, (), 0),
    (
        "app-changed",
        (160, 45),
        "dark",
        1700,
        TURNED,
        ("slash", *"steps.after_transplant.exit.relapse.hazard", "enter"),
        0,
    ),
    ("app-ensemble", (160, 45), "dark", 2114, {}, ("e",), 1000),
    ("app-patients", (160, 45), "dark", 2114, {}, ("p", "slash", *"would fare better", "enter", "t"), 0),
    ("app-compare", (160, 45), "light", 2114, TURNED, ("c",), 400),
    ("app-evidence", (120, 40), "light", 2114, {}, ("v", "w"), 500),
    ("app-small", (80, 24), "projector", 1300, {}, (), 0),
)


async def shot(
    name: str,
    size: tuple[int, int],
    theme: str,
    day: float,
    settings: dict[str, str],
    keys: Sequence[str],
    replicates: int,
) -> None:
    """Take one picture of the app on a day, after some keys and replicates."""
    is_moving = not keys
    session = UserSession("aall1331", SEED, dict(settings), day=day, is_playing=is_moving)
    app = PathsimApp(WorkerProcess(), session, f"pathsim-{theme}")
    async with app.run_test(size=size) as pilot:
        await until(pilot, lambda: app.trial.snapshot is not None)
        if is_moving:
            await until(pilot, lambda: app.trial.snapshot.moving)
        for key in keys:
            await pilot.press({" ": "space"}.get(key, key))
            await pilot.pause(0.1)
        await until(pilot, lambda: not replicates or app.front.replicates >= replicates)
        await pilot.pause(0.5)
        picture = app.export_screenshot(title=f"pathsim app aall1331 --seed {SEED}")
    (PICTURES / f"{name}.svg").write_text(without_fonts(picture), encoding="utf-8")


async def until(pilot: Pilot[None], is_there: object) -> None:
    """Wait for something."""
    while not is_there():  # type: ignore[operator]
        await pilot.pause(0.05)


if __name__ == "__main__":
    Path(PICTURES).mkdir(parents=True, exist_ok=True)
    for one in SHOTS:
        asyncio.run(shot(*one))
