"""Every key does what it says, on the screen where it is said to."""

import operator
import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from driving import Driver, WatchedWorker, driven, lines_of
from textual.binding import Binding
from textual.widgets import Input

from pathsim.app.app import PathsimApp
from pathsim.app.keys import PLAYER_KEYS
from pathsim.app.screens.dialogs import Commands, Explanation, Help
from pathsim.app.screens.trial import TrialScreen
from pathsim.app.widgets.calendar import Calendar
from pathsim.app.widgets.listing import Listing
from pathsim.app.widgets.picture import Picture
from pathsim.app.widgets.sliders import Sliders
from pathsim.app.widgets.survival import SurvivalPlot
from pathsim.app.widgets.timeline import Timeline

if TYPE_CHECKING:
    from textual.widget import Widget

DAY = 1500.0
CHANGES = (
    ("steps.after_transplant.exit.relapse.hazard_ratio", "3"),
    ("steps.block_2.toxicity.sepsis.grade3plus", "0.5"),
)
SKIPPED_COMMANDS = ("Quit", "Screenshot")

See = Callable[[Driver], Any]
"""What of the app a key changes."""


@dataclass(frozen=True)
class Does:
    """What a key does: what it changes, from what to what, where it is pressed, and what has to be done before."""

    see: See
    compare: Callable[[Any, Any], object] = operator.ne
    """Of what was seen before and what is seen afterwards."""
    on: str = "live"
    focus: str = ""
    first: tuple[str, ...] = ()
    then: tuple[str, ...] = ()
    day: float = DAY
    turned: int = 0
    """How many numbers are changed to begin with."""


# ---- what there is to see


def day(driver: Driver) -> float:
    return driver.snapshot.day


def mode(driver: Driver) -> str:
    return driver.app.current_mode


def sliders(driver: Driver) -> Sliders:
    return driver.front.query_one(Sliders)


def listing(driver: Driver) -> Listing:
    return next(one for one in driver.front.query(Listing) if one.display)


def plot(driver: Driver) -> SurvivalPlot:
    return driver.front.query(SurvivalPlot).first()


def front(name: str) -> See:
    return lambda driver: getattr(driver.front, name)


def marked_value(driver: Driver) -> float:
    marked = sliders(driver).marked
    assert marked is not None
    return float(driver.session.settings.get(marked.path, marked.value))


def marked_steps(driver: Driver) -> float:
    marked = sliders(driver).marked
    assert marked is not None
    return round((marked_value(driver) - marked.value) / marked.step)


def goes_to(value: object) -> Callable[[Any, Any], bool]:
    return lambda before, after: before != after and after == value


def by(step: float) -> Callable[[Any, Any], bool]:
    return lambda before, after: after == before + step


def dialog(driver: Driver) -> type:
    return type(driver.app.screen)


def is_shown_anew(driver: Driver) -> tuple[int, bool]:
    generation = driver.session.generation
    return generation, driver.snapshot.generation == generation


def opened_anew(before: tuple[int, bool], after: tuple[int, bool]) -> bool:
    return after[0] > before[0] and after[1]


CURSOR: See = lambda driver: sliders(driver).cursor  # noqa: E731
ROW: See = lambda driver: listing(driver).cursor  # noqa: E731
ROW_BELOW: See = lambda driver: driver.front.query_one(Listing).cursor  # noqa: E731
"""The same where the list is not seen."""
IN_LIST: dict[str, Any] = {"on": "patients", "focus": "#patients"}
IN_SLIDERS: dict[str, Any] = {"focus": "#parameters", "first": ("home",)}
ON_NUMBER: dict[str, Any] = {"focus": "#parameters", "first": ("home", "enter", "down")}
ON_CALENDAR: dict[str, Any] = {"focus": "#calendar"}

KEYS: dict[str, Does] = {
    "player.play": Does(lambda d: (d.session.is_playing, day(d)), lambda was, now: now[0] and now[1] > was[1] + 30),
    "player.next_event": Does(lambda d: (day(d), d.snapshot.log[-1].day), lambda was, now: was[0] < now[0] == now[1]),
    "player.event_before": Does(lambda d: (day(d), d.snapshot.log[-1].day), lambda was, now: was[0] > now[0] == now[1]),
    "player.next_patient": Does(lambda d: d.snapshot.enrolled, by(1)),
    "player.patient_before": Does(day, operator.gt),
    "player.next_look": Does(lambda d: len(d.snapshot.looks), by(1), day=100.0),
    "player.look_before": Does(
        lambda d: d.app.card is not None and day(d) in d.app.card.look_days, goes_to(value=True), day=100000.0
    ),
    "player.slower": Does(lambda d: d.session.months_per_second, operator.gt),
    "player.faster": Does(lambda d: d.session.months_per_second, operator.lt),
    "player.restart": Does(
        lambda d: (d.session.is_playing, day(d), d.session.seed),
        lambda was, now: now[0] and now[1] < was[1] and was[2] == now[2],
    ),
    "player.end": Does(lambda d: day(d) == d.session.last_day, goes_to(value=True)),
    "player.start": Does(day, goes_to(0.0)),
    "player.new_seed": Does(
        lambda d: (d.session.seed, d.app.card and d.app.card.seed, d.snapshot.generation),
        lambda was, now: now[0] == now[1] == was[0] + 1 and now[2] > was[2],
    ),
    "player.keep": Does(lambda d: d.app.card and d.app.card.kept, lambda was, now: not was and now, turned=1),
    "player.reset": Does(
        lambda d: (len(d.session.settings), d.app.card and len(d.app.card.settings), *is_shown_anew(d)),
        lambda was, now: was[:2] == (2, 2) and now[:2] == (0, 0) and now[3],
        turned=2,
    ),
    "player.copy": Does(
        lambda d: (d.app.clipboard, d.front.command("aall1331")),
        lambda was, now: was[0] != was[1] and now[0] == now[1],
        turned=1,
    ),
    "player.save": Does(lambda _: Path("my-scenario.toml").is_file(), goes_to(value=True), turned=1, then=("enter",)),
    "player.mend": Does(
        lambda d: (d.app.is_worker_lost, d.app.worker.is_alive, *is_shown_anew(d)),
        lambda was, now: was[:2] == (True, False) and now[:2] == (False, True) and now[3],
    ),
    "player.help": Does(dialog, goes_to(Help)),
    "player.commands": Does(dialog, goes_to(Commands)),
    "player.quit": Does(lambda d: d.app.is_running, goes_to(value=False)),
    "screen.live": Does(mode, goes_to("live"), on="patients"),
    "screen.ensemble": Does(mode, goes_to("ensemble")),
    "screen.patients": Does(mode, goes_to("patients")),
    "screen.compare": Does(mode, goes_to("compare")),
    "screen.evidence": Does(mode, goes_to("evidence")),
    "screen.back": Does(mode, goes_to("live"), on="evidence"),
    "live.endpoint": Does(lambda d: (d.front.endpoint, plot(d).border_title), lambda was, now: was[1] != now[1]),
    "live.view": Does(front("view"), goes_to("map"), first=("f",)),
    "live.view_before": Does(front("view"), goes_to("parameters"), first=("f",)),
    "live.full": Does(lambda d: (d.front.is_full, d.front.query_one("#parameters").display), goes_to((True, False))),
    "live.bands": Does(
        lambda d: (plot(d).show_bands, "".join(lines_of(plot(d)))),
        lambda was, now: was[0] and not now[0] and was[1] != now[1],
    ),
    "live.crosshair": Does(
        lambda d: (plot(d).crosshair, plot(d).has_focus), lambda was, now: was[0] is None and now[0] and now[1]
    ),
    "live.source": Does(dialog, goes_to(Explanation), **ON_NUMBER),
    "live.search": Does(
        lambda d: (sliders(d).filter, any("sepsis" in one.lower() for one in lines_of(sliders(d)))),
        goes_to(("sepsis", True)),
        then=(*"sepsis", "enter"),
    ),
    "ensemble.more": Does(
        lambda d: d.front.view and d.front.view.wanted, lambda was, now: now == 2 * was, on="ensemble"
    ),
    "patients.twin": Does(
        lambda d: sum("(other arm)" in line for line in lines_of(d.front.query_one(Timeline))), by(1), on="patients"
    ),
    "patients.coupling": Does(
        lambda d: (d.session.coupling, d.front.roster.balance.coupling),
        goes_to(("therapy", "therapy")),
        on="patients",
    ),
    "patients.search": Does(
        lambda d: (len(listing(d).seen), listing(d).filter),
        lambda was, now: 0 < now[0] < was[0] and now[1] == "female",
        on="patients",
        then=(*"female", "enter"),
    ),
    "patients.large": Does(
        lambda d: (d.front.query_one("#patients").display, d.front.query_one(Timeline).has_focus),
        goes_to((False, True)),
        on="patients",
    ),
    "journey.before": Does(ROW_BELOW, by(-1), on="patients", focus="#patients", first=("home", "down", "down", "f")),
    "journey.next": Does(ROW_BELOW, by(1), on="patients", focus="#patients", first=("home", "f")),
    "compare.search": Does(
        lambda d: (len(listing(d).seen), listing(d).filter),
        lambda was, now: now[0] < was[0] and now[1] == "better",
        on="compare",
        turned=1,
        then=(*"better", "enter"),
    ),
    "compare.endpoint": Does(lambda d: plot(d).border_title, on="compare"),
    "evidence.view": Does(lambda d: listing(d).id, goes_to("targets"), on="evidence"),
    "evidence.search": Does(
        lambda d: (len(listing(d).seen), listing(d).filter),
        lambda was, now: 0 < now[0] < was[0] and now[1] == "assumed",
        on="evidence",
        then=(*"assumed", "enter"),
    ),
    "sliders.up": Does(CURSOR, by(-1), focus="#parameters", first=("home", "down", "down")),
    "sliders.down": Does(CURSOR, by(1), **IN_SLIDERS),
    "sliders.page_up": Does(CURSOR, by(-10), focus="#parameters", first=("end",)),
    "sliders.page_down": Does(CURSOR, by(10), **IN_SLIDERS),
    "sliders.first": Does(CURSOR, goes_to(0), focus="#parameters", first=("end",)),
    "sliders.last": Does(CURSOR, lambda was, now: now > was + 10, **IN_SLIDERS),
    "sliders.less": Does(marked_steps, by(-1), **ON_NUMBER),
    "sliders.more": Does(marked_steps, by(1), **ON_NUMBER),
    "sliders.much_less": Does(marked_steps, by(-5), **ON_NUMBER),
    "sliders.much_more": Does(marked_steps, by(5), **ON_NUMBER),
    "sliders.confirm": Does(lambda d: len(sliders(d).opened), by(1), **IN_SLIDERS),
    "sliders.reset": Does(
        lambda d: (marked_steps(d), len(d.session.settings)),
        lambda was, now: was[0] != 0 and now == (0, 0),
        focus="#parameters",
        first=("home", "enter", "down", "right"),
    ),
    "plot.earlier": Does(lambda d: plot(d).crosshair, operator.gt, first=("x",), focus="#first"),
    "plot.later": Does(lambda d: plot(d).crosshair, operator.lt, first=("x",), focus="#first"),
    "calendar.back": Does(day, by(-30), **ON_CALENDAR),
    "calendar.on": Does(day, by(30), **ON_CALENDAR),
    "calendar.day_back": Does(day, by(-1), **ON_CALENDAR),
    "calendar.day_on": Does(day, by(1), **ON_CALENDAR),
    "calendar.first": Does(day, goes_to(0.0), **ON_CALENDAR),
    "calendar.last": Does(lambda d: day(d) == d.session.last_day, goes_to(value=True), **ON_CALENDAR),
    "list.up": Does(ROW, by(-1), **IN_LIST, first=("home", "down")),
    "list.down": Does(ROW, by(1), **IN_LIST, first=("home",)),
    "list.page_up": Does(ROW, lambda was, now: now < was - 3, **IN_LIST, first=("end",)),
    "list.page_down": Does(ROW, lambda was, now: now > was + 3, **IN_LIST, first=("home",)),
    "list.first": Does(ROW, goes_to(0), **IN_LIST, first=("end",)),
    "list.last": Does(lambda d: len(listing(d).seen) - 1 - listing(d).cursor, goes_to(0), **IN_LIST, first=("home",)),
    "list.sort_before": Does(lambda d: len(listing(d).columns) - listing(d).sorted_by, goes_to(1), **IN_LIST),
    "list.sort_next": Does(lambda d: listing(d).sorted_by, goes_to(0), **IN_LIST),
    "list.reverse": Does(
        lambda d: [line.about for line in listing(d).seen],
        lambda was, now: now == was[::-1],
        **IN_LIST,
        first=("right",),
    ),
    "list.choose": Does(lambda d: d.front.has_class("-large"), goes_to(value=True), **IN_LIST),
}
ALONE = ("player.quit", "player.mend")
"""Keys after which there is nothing more to press."""


def places() -> Iterator[type]:
    """The app, its screens, and all widgets that draw themselves."""
    yield PathsimApp
    yield from PathsimApp.MODES.values()
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
    of_player = {key for one in PLAYER_KEYS if isinstance(one, Binding) for key in one.key.split(",")}
    for place in PathsimApp.MODES.values():
        own = {key for one in place.__dict__.get("BINDINGS", ()) for key in one.key.split(",")}
        assert not own & of_player, place


async def begin(driver: Driver, does: Does) -> None:
    """Put everything back, then do what has to be done before the key is pressed."""
    app = driver.app
    while not isinstance(app.screen, TrialScreen):
        app.pop_screen()
        await driver.settle()
    session = driver.session
    session.settings.clear()
    session.kept, session.seed, session.is_playing, app.problems = (), 21, False, ()
    session.speed_index = 4
    assert app.card is not None
    session.settings.update(CHANGES[: does.turned])
    app.open()
    await driver.until_shown()
    await driver.go(min(does.day, session.last_day))
    screen = await driver.visit(does.on)
    forget(screen)
    await driver.settle()
    if isinstance(found := next(iter(screen.query(Listing)), None), Listing):
        if does.on != "compare" or does.turned:
            await driver.until(lambda: found.lines, "there is a list")
        found.focus()
    if does.on == "ensemble":
        await driver.until(lambda: getattr(screen, "view", None), "there are replicates")
    if does.focus:
        screen.query_one(does.focus).focus()
    await driver.settle()
    await driver.press(*does.first)


def forget(screen: TrialScreen) -> None:
    """As it was when it was opened."""
    screen.remove_class("-large")
    for name, value in (("view", "curves"), ("endpoint", 0), ("is_full", False)):
        if screen.NAME == "live":
            setattr(screen, name, value)
    if screen.NAME == "evidence" and getattr(screen, "view", "") != "numbers":
        screen.call_later(screen.run_action, "view")
    for of_plot in screen.query(SurvivalPlot):
        of_plot.crosshair, of_plot.show_bands = None, True
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


GROUPS = sorted({name.partition(".")[0] for name in KEYS})


@pytest.mark.parametrize("group", GROUPS)
async def test_every_key_does_what_it_says(group: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    names = [name for name in KEYS if name.partition(".")[0] == group and name not in ALONE]
    wrong = []
    async with driven() as driver:
        for name in names:
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
        generation, worker = driver.session.generation, driver.app.worker
        await driver.press("R")
        assert (driver.session.generation, driver.app.worker) == (generation, worker)
        os.kill(worker.pid, signal.SIGKILL)
        await driver.until(lambda: driver.app.is_worker_lost, "the app has noticed")
        does, before = KEYS["player.mend"], KEYS["player.mend"].see(driver)
        await driver.press("R")
        await driver.until(lambda: does.compare(before, does.see(driver)), "it simulates again")
        driver.app.worker.close()


async def test_the_arrows_belong_to_whatever_has_the_focus() -> None:
    async with driven() as driver:
        await driver.go(DAY)
        front = driver.front
        seen = []
        for _ in range(8):
            await driver.press("tab")
            seen.append(type(front.focused))
        assert {Sliders, SurvivalPlot, Calendar} <= set(seen)


@pytest.mark.parametrize("name", list(PathsimApp.MODES))
async def test_every_command_of_the_palette_can_be_given(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    async with driven() as driver:
        app = driver.app
        await driver.go(DAY)
        screen = await driver.visit(name)
        of_player = {one.description for one in PLAYER_KEYS if isinstance(one, Binding)}
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
    "name", [name if name == "live" else pytest.param(name, marks=pytest.mark.slow) for name in PathsimApp.MODES]
)
async def test_the_keys_are_listed_with_what_they_do(name: str) -> None:
    async with driven(size=(120, 110)) as driver:
        await driver.visit(name)
        await driver.press("question_mark")
        await driver.until(lambda: isinstance(driver.app.screen, Help), "the keys are listed")
        await driver.settle()
        text = "\n".join(driver.screen_lines())
        own = PathsimApp.MODES[name].__dict__.get("BINDINGS", ())
        told = [one.tooltip or one.description for one in (*PLAYER_KEYS, *own) if isinstance(one, Binding)]
        hidden = {"Start the simulation again after it has stopped"}
        missing = [words for words in told if words not in text and words not in hidden]
        assert not [words for words in missing if not _needs_a_change(words)]


def _needs_a_change(words: str) -> bool:
    """Keys that make no sense before something is changed need not be listed."""
    return words in {
        "Compare with the trial as it is set now",
        "Give every number its own value again",
        "Write the changed trial as a scenario of its own",
    }
