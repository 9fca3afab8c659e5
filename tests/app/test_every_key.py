"""Every key does what it says, on the screen where it is said to."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from driving import SCREEN_NAMES, Driver, WatchedWorker, a_class, driven
from textual.binding import Binding
from textual.widgets import Input
from what_keys_do import CHANGES, DAY, KEYS, Does

from pathsim.app.app import PathsimApp
from pathsim.app.screens import SCREENS
from pathsim.app.screens.dialogs import Help
from pathsim.app.screens.trial import TrialScreen
from pathsim.app.widgets.calendar import Calendar
from pathsim.app.widgets.listing import Listing
from pathsim.app.widgets.picture import Picture
from pathsim.app.widgets.sliders import Sliders
from pathsim.app.widgets.survival import SurvivalPlot
from pathsim.player.history import UndoHistory

if TYPE_CHECKING:
    from textual.widget import Widget

SKIPPED_COMMANDS = ("Quit", "Screenshot")
ALONE = ("player.quit", "player.mend")
"""Keys after which there is nothing more to press."""


def places() -> Iterator[type]:
    """The app, its screens, and all widgets that draw themselves."""
    yield PathsimApp
    yield from SCREENS
    waiting: list[type[Widget]] = [Picture]
    while waiting:
        one = waiting.pop()
        yield one
        waiting += one.__subclasses__()


def bindings() -> list[Binding]:
    """All keys of the app."""
    return [one for place in places() for one in place.__dict__.get("BINDINGS", ()) if isinstance(one, Binding)]


def binding_of(name: str) -> Binding:
    return next(one for one in bindings() if one.id == name)


def test_every_key_is_tried_here() -> None:
    assert all(one.id for one in bindings()), "a key without an id cannot be changed by the user"
    assert {one.id for one in bindings()} == set(KEYS)


def test_every_id_names_one_key() -> None:
    names = [one.id for one in bindings()]
    assert len(names) == len(set(names))


def test_every_key_that_is_shown_says_what_it_does() -> None:
    assert [one.id for one in bindings() if one.show and not one.tooltip] == []


def test_no_two_keys_of_a_place_are_the_same() -> None:
    for place in places():
        own = [key for one in place.__dict__.get("BINDINGS", ()) for key in one.key.split(",")]
        assert len(own) == len(set(own)), place


def test_no_screen_takes_a_key_of_the_player_away() -> None:
    of_player = {key for one in PathsimApp.BINDINGS if isinstance(one, Binding) for key in one.key.split(",")}
    for place in SCREENS:
        own = {key for one in place.__dict__.get("BINDINGS", ()) for key in one.key.split(",")}
        assert not own & of_player, place


async def begin(driver: Driver, does: Does) -> None:
    """Put everything back, then do what has to be done before the key is pressed."""
    app = driver.app
    if app.size != does.size:
        await driver.resize(*does.size)
    while not isinstance(app.screen, TrialScreen):
        app.pop_screen()
        await driver.settle()
    session = driver.session
    session.settings.clear()
    app.trial.history = UndoHistory()
    session.kept, session.seed, session.is_playing, app.trial.problems = (), 21, False, ()
    session.speed_index = 4
    if (lesson := app.trial.lesson) is not None:
        lesson.page = 1
        lesson.chosen.clear()
        lesson.revealed.clear()
    assert app.trial.card is not None
    session.settings.update(CHANGES[: does.turned])
    app.trial.open()
    await driver.until_shown()
    await driver.go(min(does.day, session.last_day))
    screen = await driver.visit(does.on)
    forget(screen)
    await driver.settle()
    if isinstance(found := next(iter(screen.query(Listing)), None), Listing):
        if does.on != "compare" or does.turned:
            await driver.until(lambda: found.lines, "there is a list")
        found.focus()
    if does.on == "patients":
        # A journey that comes later would be shown from its beginning again.
        generation = driver.session.generation
        await driver.until(
            lambda: getattr(getattr(screen, "journey", None), "generation", 0) == generation, "it is told"
        )
    if does.on == "ensemble":
        await driver.until(lambda: getattr(screen, "view", None), "there are replicates")
    if does.focus:
        screen.query_one(does.focus).focus()
    await driver.settle()
    await driver.press(*does.first)


def forget(screen: TrialScreen) -> None:
    """As it was when it was opened."""
    screen.remove_class("-large", "-figures")
    for name, value in (("view", "curves"), ("endpoint", 0), ("is_full", False), ("shows_history", False)):
        if screen.TAB.name == "live":
            setattr(screen, name, value)
    if screen.TAB.name == "evidence" and getattr(screen, "view", "") != "numbers":
        screen.call_later(screen.run_action, "view")
    for of_plot in screen.query(SurvivalPlot):
        of_plot.crosshair, of_plot.show_bands, of_plot.is_zoomed = None, True, False
    for of_list in screen.query(Listing):
        of_list.sorted_by, of_list.is_reversed = -1, False
        of_list.narrow("")
    for of_sliders in screen.query(Sliders):
        of_sliders.opened, of_sliders.typed = set(), ""
        of_sliders.narrow("")


async def try_key(driver: Driver, name: str, key: str) -> None:
    """Press it, and wait for what it does."""
    does = KEYS[name]
    await begin(driver, does)
    before = does.see(driver)
    await driver.press(key)
    if does.then:
        await driver.until(lambda: isinstance(driver.app.focused, Input), f"{key} asks something")
        await driver.press(*does.then)
    await driver.until(
        lambda: does.compare(before, does.see(driver)), f"{name} ({key}) has done what it should; before {before}", 5
    )


NOT_HERE = (
    "One place more",
    "One place less",
    "The distribution, or all figures",
    "Back to the lesson",
    "How the class answers",
    *(f"Try change {n}" for n in (1, 2, 3)),
)
"""Keys that make sense where patients queue, in a lesson, where there is little room, or where nothing is changed."""
GROUPS = sorted({name.partition(".")[0] for name in KEYS})


@pytest.mark.parametrize("group", GROUPS)
async def test_every_key_does_what_it_says(group: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    names = [name for name in KEYS if name.partition(".")[0] == group and name not in ALONE]
    wrong = []
    for of in dict.fromkeys((KEYS[name].scenario, KEYS[name].lesson, KEYS[name].in_class) for name in names):
        async with driven(of[0], lesson=of[1], classroom=a_class() if of[2] else None) as driver:
            for name in (one for one in names if (KEYS[one].scenario, KEYS[one].lesson, KEYS[one].in_class) == of):
                for key in binding_of(name).key.split(","):
                    try:
                        await try_key(driver, name, key)
                    except AssertionError as of_this:
                        wrong.append(f"{name}: {of_this}")
            assert not driver.worker.failed
    assert not wrong, "\n".join(wrong)


async def test_q_leaves() -> None:
    async with driven() as driver:
        await driver.press("q")
        await driver.until(lambda: not driver.app.is_running, "the app has ended")


async def test_the_simulation_can_be_started_again_only_when_it_has_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pathsim.app.app.WorkerProcess", WatchedWorker)
    async with driven() as driver:
        generation, worker = driver.session.generation, driver.app.trial.worker
        await driver.press("R")
        assert (driver.session.generation, driver.app.trial.worker) == (generation, worker)
        os.kill(worker.pid, signal.SIGKILL)
        await driver.until(lambda: driver.app.trial.is_worker_lost, "the app has noticed")
        does, before = KEYS["player.mend"], KEYS["player.mend"].see(driver)
        await driver.press("R")
        await driver.until(lambda: does.compare(before, does.see(driver)), "it simulates again")
        driver.app.trial.worker.close()


async def test_the_arrows_belong_to_whatever_has_the_focus() -> None:
    async with driven() as driver:
        await driver.go(DAY)
        front = driver.front
        seen = []
        for _ in range(8):
            await driver.press("tab")
            seen.append(type(front.focused))
        assert {Sliders, SurvivalPlot, Calendar} <= set(seen)


@pytest.mark.parametrize("name", SCREEN_NAMES)
async def test_every_command_of_the_palette_can_be_given(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    async with driven() as driver:
        app = driver.app
        await driver.go(DAY)
        screen = await driver.visit(name)
        of_player = {one.description for one in PathsimApp.BINDINGS if isinstance(one, Binding)}
        given = 0
        for title in [command.title for command in app.get_system_commands(screen)]:
            if title in SKIPPED_COMMANDS or (name != "live" and title in of_player):
                continue
            command = next((one for one in app.get_system_commands(app.screen) if one.title == title), None)
            assert command is not None, title
            assert command.help
            app.call_later(command.callback)
            await driver.settle()
            assert app.is_running, title
            while not isinstance(app.screen, TrialScreen):
                app.pop_screen()
                await driver.pilot.pause(0)
            app.screen.minimize()
            if app.current_mode != name:
                await driver.visit(name)
            given += 1
        assert given > len(screen.BINDINGS)
        assert not driver.worker.failed
        await driver.go(100.0)


@pytest.mark.parametrize(
    "name", [name if name == "live" else pytest.param(name, marks=pytest.mark.slow) for name in SCREEN_NAMES]
)
async def test_the_keys_are_listed_with_what_they_do(name: str) -> None:
    async with driven(size=(131, 110)) as driver:
        await driver.visit(name)
        await driver.press("question_mark")
        await driver.until(lambda: isinstance(driver.app.screen, Help), "the keys are listed")
        await driver.settle()
        text = "\n".join(driver.screen_lines())
        own = type(driver.front).__dict__.get("BINDINGS", ())
        told = [one.tooltip or one.description for one in (*PathsimApp.BINDINGS, *own) if isinstance(one, Binding)]
        hidden = {"Start the simulation again after it has stopped", *NOT_HERE}
        missing = [words for words in told if words not in text and words not in hidden]
        assert not [words for words in missing if not _needs_a_change(words)]


def _needs_a_change(words: str) -> bool:
    """Keys that make no sense before something is changed need not be listed."""
    return words in {
        "Compare with the trial as it is set now",
        "Give every number its own value again",
        "Write the changed trial as a scenario of its own",
    }
