"""A monkey at the keyboard: whatever is pressed, clicked or resized in whatever order, the app goes on."""

import random
from collections import deque
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from driving import Driver, TamedWorker, driven
from textual import events
from textual.binding import Binding

from pathsim.app.app import PathsimApp
from pathsim.app.canvas import Canvas
from pathsim.app.screens import SCREENS
from pathsim.app.widgets.calendar import Calendar
from pathsim.app.widgets.histogram import Histogram
from pathsim.app.widgets.listing import Listing
from pathsim.app.widgets.sliders import Sliders
from pathsim.app.widgets.survival import SurvivalPlot
from pathsim.player.requests import Show

if TYPE_CHECKING:
    from collections.abc import Callable

PLACES = (PathsimApp, *SCREENS, Calendar, Listing, Sliders, SurvivalPlot)
LEAVES = {"q", "ctrl+q", "ctrl+c"}
COMMON = ("enter", "escape", "tab", "shift+tab", "up", "down", "left", "right", "home", "end", "pageup", "pagedown")
REMEMBERED = 30
PAINTED = 0.2


def keys_of_the_app() -> list[str]:
    """Every key that does something somewhere."""
    bindings = (binding for place in PLACES for binding in place.__dict__.get("BINDINGS", ()))
    return sorted({key for one in bindings if isinstance(one, Binding) for key in one.key.split(",")} - LEAVES)


class Monkey:
    """Gives the app whatever comes to its mind."""

    def __init__(self, driver: Driver, seed: int) -> None:
        self.driver, self.seed = driver, seed
        self.mind = random.Random(seed)  # noqa: S311 - a monkey
        self.done: deque[str] = deque(maxlen=REMEMBERED)
        self.keys = keys_of_the_app()
        letters = [chr(code) for code in range(ord("a"), ord("z") + 1) if chr(code) not in LEAVES]
        self.typed = [*letters, *(letter.upper() for letter in letters), *"0123456789.%-+/:?_ "]

    def act(self) -> None:
        """Do one thing."""
        actions: list[tuple[int, Callable[[], str]]] = [
            (50, lambda: self.press(self.mind.choice(self.keys))),
            (16, lambda: self.press(self.mind.choice(COMMON))),
            (12, lambda: self.press(self.mind.choice(self.typed))),
            (5, lambda: self.press("escape")),
            (1, lambda: self.press("ctrl+p")),
            (10, self.click),
            (3, self.drag),
            (2, self.scroll),
            (1, self.resize),
        ]
        weights, choices = zip(*actions, strict=True)
        self.done.append(self.mind.choices(choices, weights)[0]())

    def press(self, key: str) -> str:
        self.driver.feed_key(key)
        return key

    def place(self) -> tuple[int, int]:
        width, height = self.driver.app.size
        return self.mind.randrange(width), self.mind.randrange(height)

    def click(self) -> str:
        x, y = self.place()
        self.driver.feed_mouse(events.MouseDown, x, y)
        self.driver.feed_mouse(events.MouseUp, x, y)
        return f"click {x},{y}"

    def drag(self) -> str:
        ways = [self.place() for _ in range(3)]
        self.driver.feed_mouse(events.MouseDown, *ways[0])
        for way in ways:
            self.driver.feed_mouse(events.MouseMove, *way)
        if self.mind.random() < 0.8:
            self.driver.feed_mouse(events.MouseUp, *ways[-1])
        return f"drag {ways}"

    def scroll(self) -> str:
        kind = self.mind.choice((events.MouseScrollDown, events.MouseScrollUp))
        x, y = self.place()
        self.driver.feed_mouse(kind, x, y, 0)
        return f"{kind.__name__} {x},{y}"

    def resize(self) -> str:
        size = self.mind.randint(40, 200), self.mind.randint(12, 60)
        self.driver.feed_size(*size)
        return f"resize {size}"

    def story(self) -> str:
        """What it did last, for whoever has to find out what went wrong."""
        return f"seed {self.seed}, the last {len(self.done)} inputs: {' | '.join(self.done)}"


async def play(scenario: object, seed: int, inputs: int) -> None:
    """Let a monkey play; then the app must still answer, and nothing may have gone wrong."""
    monkey: Monkey | None = None
    try:
        async with driven(scenario, worker=TamedWorker, plays=True) as driver:
            app, monkey = driver.app, Monkey(driver, seed)
            for number in range(inputs):
                monkey.act()
                # It is fast: often the screen is painted only after some of what it did.
                if monkey.mind.random() < PAINTED:
                    await driver.pilot.pause(0)
                    assert app.is_running, f"it ended after {number} inputs"
                    assert not driver.worker.failed
            assert driver.worker.is_alive
            await driver.until(lambda: app.trial.card is not None, "there is a trial")
            before = len(driver.worker.answered), driver.worker.answered[-1]
            app.trial.open()
            app.trial.send(Show(app.trial.session.generation, 1.0))
            await driver.until(
                lambda: (
                    app.trial.snapshot is not None and app.trial.snapshot.generation == app.trial.session.generation
                ),
                f"it answers, after {before}",
                60,
            )
            assert not driver.worker.failed
    except BaseException as wrong:
        wrong.add_note("" if monkey is None else monkey.story())
        raise


@pytest.fixture(autouse=True)
def _caged(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """It writes in a folder of its own, and cannot leave by clicking at the key for it."""

    async def stay(_: PathsimApp) -> None:
        pass

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(PathsimApp, "action_quit", stay)


SCENARIOS = ("aall1331", "stroke-thrombectomy", "two-arm-exponential")


@pytest.mark.parametrize(("scenario", "inputs"), [("aall1331", 150), (SCENARIOS[1], 75), (SCENARIOS[2], 75)])
async def test_the_app_survives_a_monkey(scenario: str, inputs: int) -> None:
    await play(scenario, 1, inputs)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
async def test_the_app_survives_a_monkey_for_a_long_time(seed: int) -> None:
    await play(SCENARIOS[seed % 3], 100 + seed, 5000)


@pytest.mark.parametrize("keys", [("enter", "enter"), ("enter", "escape")])
async def test_two_keys_at_once_close_a_question_once(keys: tuple[str, ...]) -> None:
    async with driven() as driver:
        await driver.press("slash")
        await driver.until(lambda: driver.app.focused is not None, "it asks")
        for key in keys:
            driver.feed_key(key)
        await driver.settle()
        await driver.settle()
        assert driver.app.is_running


async def test_a_page_key_in_a_list_of_commands_that_has_only_just_come_does_nothing() -> None:
    async with driven() as driver:
        driver.feed_key("ctrl+p")
        driver.feed_key("pageup")
        await driver.settle()
        assert driver.app.is_running


@pytest.mark.parametrize("name", ["ensemble", "patients", "compare", "evidence"])
async def test_a_screen_that_is_just_being_opened_can_be_told_things(name: str) -> None:
    async with driven() as driver:
        screen = driver.new_screen(name)
        screen._parent = driver.app  # noqa: SLF001 - as it is before it is composed
        screen.show_header()
        screen.show_problems()
        screen.receive(driver.snapshot)


@pytest.mark.parametrize("width", [1, 2])
async def test_a_histogram_can_be_as_narrow_as_it_likes(width: int) -> None:
    async with driven() as driver:
        await driver.visit("ensemble")
        ratios = driver.front.query_one(Histogram)
        await driver.until(lambda: ratios.headline is not None, "there are replicates")
        ratios.draw(Canvas(width, 10, ratios.palette))
