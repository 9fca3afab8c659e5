"""What each key does: what it changes on screen, from what to what, and where it is pressed."""

import operator
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from driving import Driver, lines_of

from pathsim.app.screens.dialogs import CommandList, Explanation, Help
from pathsim.app.widgets.listing import Listing
from pathsim.app.widgets.sliders import Sliders
from pathsim.app.widgets.survival import SurvivalPlot
from pathsim.app.widgets.timeline import Timeline
from pathsim.player.lesson_session import LessonSession
from pathsim.player.suggestions import suggestions

DAY = 1500.0
QUEUES, SUITE = "stroke-thrombectomy", "resources.suite.capacity"
CHANGES = (
    ("steps.after_transplant.exit.relapse.hazard_ratio", "3"),
    ("steps.block_2.toxicity.sepsis.grade3plus_share", "0.9"),
)

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
    size: tuple[int, int] = (160, 45)
    scenario: str = "aall1331"
    lesson: str = ""
    """The lesson that is being given."""
    in_class: bool = False
    """Whether it is given to a class."""


# ---- what there is to see


def told_of_patient(driver: Driver) -> list[str]:
    return lines_of(driver.front.query_one(Timeline))[-8:]


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


def offered(driver: Driver, number: int) -> str:
    assert driver.app.trial.card is not None
    return suggestions(driver.app.trial.card.parameters, {})[number - 1].parameter.path


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
"""Below the heading of those that matter most, which is shut to begin with."""
IN_HISTORY: dict[str, Any] = {"first": ("home", "enter", "down", "right", "h")}
"""A number was turned, and what was done is on screen."""
ON_CALENDAR: dict[str, Any] = {"focus": "#calendar"}

LESSON = str(Path(__file__).parent.parent / "lessons" / "small.md")
IN_CLASS: dict[str, Any] = {"on": "class", "lesson": LESSON, "in_class": True}
IN_LESSON: dict[str, Any] = {"on": "lesson", "lesson": LESSON, "focus": "#reading"}


def given(driver: Driver) -> LessonSession:
    assert driver.app.trial.lesson is not None
    return driver.app.trial.lesson


def unveiled(driver: Driver) -> set[int]:
    assert driver.app.trial.classroom is not None
    return set(driver.app.trial.classroom.unveiled)


KEYS: dict[str, Does] = {
    "player.play": Does(
        lambda d: (d.session.is_playing, day(d)), lambda was, now: now[0] and now[1] > was[1] + 30, day=100.0
    ),
    "player.next_event": Does(lambda d: (day(d), d.snapshot.log[-1].day), lambda was, now: was[0] < now[0] == now[1]),
    "player.event_before": Does(lambda d: (day(d), d.snapshot.log[-1].day), lambda was, now: was[0] > now[0] == now[1]),
    "player.next_patient": Does(lambda d: d.snapshot.enrolled, by(1)),
    "player.patient_before": Does(day, operator.gt),
    "player.next_look": Does(lambda d: len(d.snapshot.looks), by(1), day=100.0),
    "player.look_before": Does(
        lambda d: d.app.trial.card is not None and day(d) in d.app.trial.card.look_days,
        goes_to(value=True),
        day=100000.0,
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
        lambda d: (d.session.seed, d.app.trial.card and d.app.trial.card.seed, d.snapshot.generation),
        lambda was, now: now[0] == now[1] == was[0] + 1 and now[2] > was[2],
    ),
    "player.undo": Does(
        lambda d: (d.session.seed, d.app.trial.card and d.app.trial.card.seed, *is_shown_anew(d)),
        lambda was, now: now[0] == now[1] == was[0] - 1 and now[3],
        first=("n",),
    ),
    "player.redo": Does(
        lambda d: (d.session.seed, d.app.trial.card and d.app.trial.card.seed, *is_shown_anew(d)),
        lambda was, now: now[0] == now[1] == was[0] + 1 and now[3],
        first=("n", "u"),
    ),
    "player.history": Does(
        lambda d: (d.front.shows_history, d.front.query_one("#history").has_focus), goes_to((True, True))
    ),
    "history.earlier": Does(lambda d: d.app.trial.history.place, by(-1), **IN_HISTORY),
    "history.later": Does(
        lambda d: d.app.trial.history.place, by(1), first=("home", "enter", "down", "right", "h", "up")
    ),
    "history.take_out": Does(
        lambda d: (len(d.session.settings), d.app.trial.history.place),
        lambda was, now: was[0] == 1 and now == (0, was[1] + 1),
        **IN_HISTORY,
    ),
    "history.slider": Does(
        lambda d: (d.front.shows_history, sliders(d).has_focus and marked_steps(d)), goes_to((False, 1)), **IN_HISTORY
    ),
    "player.keep": Does(
        lambda d: d.app.trial.card and d.app.trial.card.kept, lambda was, now: not was and now, turned=1
    ),
    "player.reset": Does(
        lambda d: (len(d.session.settings), d.app.trial.card and len(d.app.trial.card.settings), *is_shown_anew(d)),
        lambda was, now: was[:2] == (2, 2) and now[:2] == (0, 0) and now[3],
        turned=2,
    ),
    "player.copy": Does(
        lambda d: (d.app.clipboard, d.front.command("aall1331")),
        lambda was, now: was[0] != was[1] and now[0] == now[1],
        turned=1,
    ),
    "player.copy_state": Does(
        lambda d: (d.app.clipboard, f"pathsim app --at '{d.app.state}'"),
        lambda was, now: was[0] != was[1] and now[0] == now[1],
        turned=1,
    ),
    "player.save": Does(lambda _: Path("my-scenario.toml").is_file(), goes_to(value=True), turned=1, then=("enter",)),
    "player.mend": Does(
        lambda d: (d.app.trial.is_worker_lost, d.app.trial.worker.is_alive, *is_shown_anew(d)),
        lambda was, now: was[:2] == (True, False) and now[:2] == (False, True) and now[3],
    ),
    "player.help": Does(dialog, goes_to(Help)),
    "player.commands": Does(dialog, goes_to(CommandList)),
    "player.quit": Does(lambda d: d.app.is_running, goes_to(value=False)),
    "screen.live": Does(mode, goes_to("live"), on="patients"),
    "screen.ensemble": Does(mode, goes_to("ensemble")),
    "screen.patients": Does(mode, goes_to("patients")),
    "screen.compare": Does(mode, goes_to("compare")),
    "screen.evidence": Does(mode, goes_to("evidence")),
    "screen.lesson": Does(mode, goes_to("lesson"), lesson=LESSON),
    "screen.class": Does(mode, goes_to("class"), lesson=LESSON, in_class=True),
    "screen.back": Does(mode, goes_to("live"), on="evidence"),
    "live.endpoint": Does(lambda d: (d.front.endpoint, plot(d).headings), lambda was, now: was[1] != now[1]),
    "live.view": Does(front("view"), goes_to("map"), first=("f",)),
    "live.view_before": Does(front("view"), goes_to("parameters"), first=("f",)),
    "live.full": Does(lambda d: (d.front.is_full, d.front.query_one("#parameters").display), goes_to((True, False))),
    "live.bands": Does(
        lambda d: (plot(d).show_bands, "".join(lines_of(plot(d)))),
        lambda was, now: was[0] and not now[0] and was[1] != now[1],
    ),
    "live.zoom": Does(
        lambda d: (plot(d).is_zoomed, lines_of(plot(d))),
        lambda was, now: not was[0] and now[0] and any("  0%" in one for one in was[1]) and was[1] != now[1],
        day=100.0,
    ),
    "live.crosshair": Does(
        lambda d: (plot(d).crosshair, plot(d).has_focus), lambda was, now: was[0] is None and now[0] and now[1]
    ),
    "live.place_more": Does(lambda d: d.session.settings.get(SUITE), goes_to("2"), scenario=QUEUES, day=30.0),
    "live.place_less": Does(
        lambda d: d.session.settings.get(SUITE), goes_to("2"), scenario=QUEUES, day=30.0, first=("plus", "plus")
    ),
    "live.source": Does(dialog, goes_to(Explanation), **ON_NUMBER),
    "live.search": Does(
        lambda d: (sliders(d).filter, any("sepsis" in one.lower() for one in lines_of(sliders(d)))),
        goes_to(("sepsis", True)),
        then=(*"sepsis", "enter"),
    ),
    "ensemble.view": Does(
        lambda d: d.front.query_one("#table").is_on_screen, goes_to(value=True), on="ensemble", size=(80, 24)
    ),
    "ensemble.more": Does(
        lambda d: d.front.view and d.front.view.wanted, lambda was, now: now == 2 * was, on="ensemble"
    ),
    "patients.counterfactual": Does(
        lambda d: any("(other arm)" in line for line in lines_of(d.front.query_one(Timeline))),
        goes_to(value=True),
        on="patients",
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
    "journey.later": Does(told_of_patient, on="patients", focus="#patients", first=("home", "t", "f"), size=(80, 24)),
    "journey.earlier": Does(
        told_of_patient, on="patients", focus="#patients", first=("home", "t", "f", "pagedown"), size=(80, 24)
    ),
    "compare.search": Does(
        lambda d: (len(listing(d).seen), listing(d).filter),
        lambda was, now: now[0] < was[0] and now[1] == "better",
        on="compare",
        turned=1,
        then=(*"better", "enter"),
    ),
    "compare.endpoint": Does(lambda d: plot(d).headings, on="compare"),
    **{
        f"compare.try_{number}": Does(
            lambda d, number=number: d.session.settings.get(offered(d, number)),
            lambda was, now: was is None and now is not None,
            on="compare",
        )
        for number in (1, 2, 3)
    },
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
    "lesson.next": Does(lambda d: given(d).page, by(1), **IN_LESSON, first=("right",)),
    "lesson.back": Does(lambda d: given(d).page, goes_to(0), **IN_LESSON),
    "lesson.answer": Does(lambda d: given(d).is_asking, goes_to(value=False), **IN_LESSON),
    "lesson.down": Does(lambda d: given(d).choice, goes_to(1), **IN_LESSON, first=("down",)),
    "lesson.up": Does(lambda d: given(d).choice, goes_to(0), **IN_LESSON, first=("down", "down")),
    "lesson.half": Does(lambda d: d.front.query_one("#trial").display, goes_to(value=True), **IN_LESSON, size=(80, 24)),
    "class.next": Does(lambda d: given(d).page, by(1), **IN_CLASS),
    "class.votes": Does(unveiled, **IN_CLASS),
    "class.reveal": Does(lambda d: set(given(d).revealed), **IN_CLASS),
    "class.before": Does(lambda d: given(d).page, by(-1), **IN_CLASS, first=("right",)),
    "class.wall": Does(lambda d: d.front.query_one("#trials").display, goes_to(value=False), **IN_CLASS),
    "list.choose": Does(lambda d: d.front.has_class("-large"), goes_to(value=True), **IN_LIST),
}
