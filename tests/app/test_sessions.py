"""Whatever is done to the player, a trial shows the same on the same day; and what goes wrong can be mended."""

import dataclasses
import os
import signal
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from calls import Pathsim
from driving import Driver, WatchedWorker, driven
from hypothesis import given
from hypothesis import strategies as st
from textual.widgets import Static

from pathsim.app.base import Arrived
from pathsim.calendar import DAYS_PER_MONTH
from pathsim.player import requests as ask
from pathsim.player.user_session import SPEEDS, UserSession
from pathsim.player.views.live import Counts, Curve, Floats, Parameter, Snapshot

DAY = 1800.0
PATH = "steps.after_transplant.exit.relapse.hazard_ratio"


def same(one: Any, other: Any) -> bool:
    """Field by field, arrays number by number."""
    if dataclasses.is_dataclass(one) and not isinstance(one, type):
        return type(one) is type(other) and all(
            same(getattr(one, field.name), getattr(other, field.name)) for field in dataclasses.fields(one)
        )
    if isinstance(one, np.ndarray):
        return bool(np.array_equal(one, other, equal_nan=True))
    if isinstance(one, tuple | list):
        return len(one) == len(other) and all(same(*pair) for pair in zip(one, other, strict=True))
    return bool(one == other)


def alike(one: Snapshot, other: Snapshot) -> bool:
    """The same but for how often the trial was asked for."""
    return same(dataclasses.replace(one, generation=0), dataclasses.replace(other, generation=0))


def parameter(driver: Driver, path: str = PATH) -> Parameter:
    assert driver.app.trial.card is not None
    return next(one for one in driver.app.trial.card.parameters if one.path == path)


async def test_a_day_looks_the_same_however_one_comes_to_it() -> None:
    async with driven() as driver:
        fresh = await driver.go(DAY)
        await driver.go(2000.0)
        await driver.go(10.0)
        assert alike(await driver.go(DAY), fresh)
        await driver.go(DAY - 31)
        driver.front.query_one("#calendar").focus()
        await driver.press("right")
        await driver.until(lambda: driver.snapshot.day == DAY - 1, "a month on")
        await driver.press("shift+right")
        await driver.until(lambda: driver.snapshot.day == DAY, "a day on")
        assert alike(driver.snapshot, fresh)


async def test_a_day_looks_the_same_after_the_trial_has_run_at_any_speed_and_stood_still() -> None:
    async with driven() as driver:
        fresh = await driver.go(DAY)
        await driver.go(0.0)
        await driver.press(*["right_square_bracket"] * 4, "space")
        await driver.until(lambda: driver.snapshot.day > 600, "it runs")
        await driver.press("space", *["left_square_bracket"] * 8, "space")
        await driver.until(lambda: driver.session.is_playing, "it runs again")
        await driver.press("space")
        assert alike(await driver.go(DAY), fresh)


async def test_settings_that_are_given_back_leave_no_trace() -> None:
    async with driven() as driver:
        fresh = await driver.go(DAY)
        assert fresh.counts is None
        one = parameter(driver)
        driver.app.trial.turn(one, 3.0)
        await driver.until_shown()
        changed = driver.snapshot
        assert changed.day == DAY
        assert changed.counts is not None
        assert not alike(changed, fresh)
        driver.app.trial.turn(one, None)
        await driver.until_shown()
        assert alike(driver.snapshot, fresh)


async def test_a_number_that_is_turned_while_the_trial_runs_changes_it_from_that_day_on() -> None:
    async with driven() as driver:
        await driver.go(DAY)
        await driver.press("space")
        driver.app.trial.turn(parameter(driver), 3.0)
        await driver.until(lambda: driver.snapshot.counts is not None, "there are counts")
        assert driver.snapshot.day >= DAY
        assert driver.session.is_playing
        await driver.until(lambda: driver.snapshot.day > DAY + 30, "it runs on")


async def test_a_reply_to_an_older_question_is_not_shown() -> None:
    async with driven() as driver:
        old = await driver.go(DAY)
        await driver.press("n")
        await driver.until_shown()
        shown = driver.snapshot
        driver.app.post_message(Arrived(dataclasses.replace(old, day=1.0)))
        await driver.settle()
        assert driver.snapshot is shown


async def test_two_apps_with_one_seed_show_the_same() -> None:
    days = []
    for _ in range(2):
        async with driven("two-arm-exponential", 3, size=(80, 24)) as driver:
            days.append(await driver.go(400.0))
    assert alike(*days)


async def test_a_worker_that_has_died_is_told_of_and_can_be_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pathsim.app.app.WorkerProcess", WatchedWorker)
    async with driven() as driver:
        before = await driver.go(DAY)
        os.kill(driver.worker.pid, signal.SIGKILL)
        await driver.until(lambda: "press R" in driver.header(), "the header says so")
        await driver.press("space", "G", "n", "R")
        driver.session.seed -= 1
        driver.session.is_playing = False
        driver.session.day = DAY
        driver.app.trial.open()
        await driver.until_shown()
        assert "press R" not in driver.header()
        assert alike(await driver.go(DAY), before)
        driver.app.trial.worker.close()


async def test_a_replaced_worker_goes_on_with_the_same_day(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pathsim.app.app.WorkerProcess", WatchedWorker)
    async with driven() as driver:
        before = await driver.go(DAY)
        os.kill(driver.worker.pid, signal.SIGKILL)
        await driver.until(lambda: driver.app.trial.is_worker_lost, "the app has noticed")
        await driver.press("R")
        await driver.until_shown()
        assert alike(driver.snapshot, before)
        driver.app.trial.worker.close()


def touch(file: Path, text: str, step: int) -> None:
    """Write a file, so that it is newer by so many seconds."""
    file.write_text(text, encoding="utf-8")
    now = file.stat().st_mtime_ns
    os.utime(file, ns=(now, now + step * 10**9))


async def test_a_broken_scenario_is_told_of_and_mends_itself_when_it_is_corrected(tmp_path: Path) -> None:
    good = (Path("scenarios") / "two-arm-exponential.toml").read_text(encoding="utf-8")
    file = tmp_path / "mine.toml"
    touch(file, good, 0)
    async with driven(file, 4) as driver:
        before = await driver.go(300.0)
        touch(file, good.replace("[trial]", "[trial]\nno_such_thing = 1", 1), 10)
        driver.app.trial.reload()
        await driver.until(lambda: driver.app.trial.problems, "there are problems")
        await driver.settle()
        line = good.splitlines().index("[trial]") + 2
        assert f"mine.toml:{line}" in driver.app.trial.problems[0]
        panel = driver.front.query_one("#problems", Static)
        assert panel.display
        assert "no_such_thing" in str(panel.render())
        assert alike(driver.snapshot, before)
        assert not any("Read again" in line for line in driver.screen_lines())
        later = await driver.go(600.0)
        assert later.enrolled > before.enrolled
        for name in ("ensemble", "patients", "evidence"):
            screen = await driver.visit(name)
            view = {"ensemble": "view", "patients": "roster", "evidence": "evidence"}[name]
            await driver.until(lambda s=screen, v=view: getattr(s, v), "the trial before it can be looked at")  # type: ignore[misc]
        await driver.visit("live")
        await driver.go(300.0)
        touch(file, good, 20)
        driver.app.trial.reload()
        await driver.until(lambda: not driver.app.trial.problems, "there are none any more")
        await driver.until_shown()
        await driver.settle()
        assert not panel.display
        assert alike(driver.snapshot, before)
        await driver.until(lambda: any("Read again" in line for line in driver.screen_lines()), "it is told")


async def test_a_scenario_that_is_broken_from_the_start_can_be_corrected(tmp_path: Path) -> None:
    good = (Path("scenarios") / "two-arm-exponential.toml").read_text(encoding="utf-8")
    file = tmp_path / "mine.toml"
    touch(file, "nonsense = 1\n" + good, 0)
    async with driven(file, 4) as driver:
        assert driver.app.trial.problems
        driver.app.trial.reload()
        touch(file, good, 10)
        driver.app.trial.reload()
        await driver.until_shown()
        assert driver.snapshot.day == 0


async def test_a_saved_trial_extends_the_one_it_was_made_from_and_shows_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pathsim: Pathsim
) -> None:
    monkeypatch.chdir(tmp_path)
    async with driven(settings={PATH: "3"}) as driver:
        changed, before = await driver.go(DAY), driver.app.trial.card
        driver.app.trial.send(ask.Save(driver.session.generation, "mine"))
        await driver.until(lambda: Path("mine.toml").is_file(), "it is written")
    text = Path("mine.toml").read_text(encoding="utf-8")  # noqa: ASYNC240 - nobody waits meanwhile
    assert 'extends = "aall1331"' in text
    assert PATH in text
    assert pathsim("check", "mine.toml").code == 0
    async with driven(tmp_path / "mine.toml", seed=1, own_seed=True) as driver:
        saved, after = await driver.go(DAY), driver.app.trial.card
        assert driver.session.seed == 21
        assert same(*([(one.ratios, *map(figures, one.curves)) for one in of.endpoints] for of in (changed, saved)))
        assert before is not None
        assert after is not None
        for number, both in enumerate(zip(changed.endpoints, saved.endpoints, strict=True)):
            ends = [card.endpoints[number].horizon_days for card in (before, after)]
            days = np.linspace(0, min(ends), 200)
            for arm in zip(*(view.curves for view in both), strict=True):
                (least, most), (lower, upper) = (censored_by(*one, days) for one in zip(arm, ends, strict=True))
                assert np.all(np.maximum(least, lower) <= np.minimum(most, upper))


def figures(curve: Curve) -> tuple[Any, ...]:
    """A curve without what depends on its axis, which is that of the scenario that was opened."""
    return curve.time, curve.survival, curve.lower, curve.upper, curve.followed_days, curve.n, curve.events


def censored_by(curve: Curve, horizon_days: float, days: Floats) -> tuple[Counts, Counts]:
    """How many were censored by these days, at least and at most: they lie somewhere in the parts of the axis."""
    before = np.concatenate(([0], np.cumsum(curve.censored)))
    assert before[-1] <= curve.n - curve.events
    assert before[-1] == curve.n - curve.events or curve.followed_days > horizon_days
    part = days / horizon_days * curve.censored.size
    first, last = np.floor(part - 1e-9).astype(int), np.ceil(part + 1e-9).astype(int)
    return before[np.maximum(first, 0)], before[np.minimum(last, curve.censored.size)]


@pytest.mark.parametrize("name", ["", ".", "/", "~nobody-of-this-name/x", "x" * 300])
async def test_why_a_file_cannot_be_written_is_told(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with driven("two-arm-exponential", size=(80, 24)) as driver:
        driver.app.trial.send(ask.Save(driver.session.generation, name))
        await driver.until(lambda: any("Not written" in line for line in driver.screen_lines()), "it is told")
        assert not driver.app.trial.problems
        assert not driver.worker.failed
    assert [one.name for one in tmp_path.iterdir()] == []  # noqa: ASYNC240 - nobody waits meanwhile


async def test_a_file_cannot_be_called_as_what_it_extends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    async with driven("two-arm-exponential", size=(120, 40)) as driver:
        driver.app.trial.send(ask.Save(driver.session.generation, "two-arm-exponential"))
        await driver.until(lambda: "choose another" in " ".join(driver.screen_lines()), "it is told")
    assert [one.name for one in tmp_path.iterdir()] == []  # noqa: ASYNC240 - nobody waits meanwhile


async def test_what_is_set_in_words_is_saved_so_that_it_can_be_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, pathsim: Pathsim
) -> None:
    monkeypatch.chdir(tmp_path)
    async with driven("two-arm-exponential", settings={"trial.arrivals": "even"}) as driver:
        driver.app.trial.send(ask.Save(driver.session.generation, "version 1.2"))
        await driver.until(lambda: Path("version 1.2.toml").is_file(), "it is written")
    assert pathsim("check", "version 1.2.toml").code == 0


async def test_a_trial_pauses_on_a_whole_day_and_a_turned_number_leaves_it_there() -> None:
    async with driven(plays=True) as driver:
        for _ in range(4):
            driver.app.trial.resume()
            before = driver.snapshot.day
            await driver.until(lambda before=before: driver.snapshot.day > before + 20, "the trial moves on")  # type: ignore[misc]
            await driver.press("space")
            await driver.until_shown()
            await driver.settle()
            paused = driver.snapshot
            assert paused.day % 1 == 0
            assert not paused.moving
            driver.app.trial.turn(parameter(driver), 2.0 + paused.day / 1e6)
            await driver.until_shown()
            assert driver.snapshot.day == paused.day == driver.session.day


async def test_lists_are_of_the_day_on_which_the_trial_was_paused() -> None:
    async with driven(plays=True) as driver:
        screen = await driver.visit("patients")
        for _ in range(3):
            driver.app.trial.resume()
            before = driver.snapshot.day
            await driver.until(lambda before=before: driver.snapshot.day > before + 60, "the trial moves on")  # type: ignore[misc]
            await driver.press("space")
            await driver.until_shown()
            await driver.until(
                lambda: getattr(screen, "roster").day == driver.snapshot.day,  # noqa: B009
                "the list is of this day",
            )
            assert len(getattr(screen, "roster").rows) == driver.snapshot.enrolled  # noqa: B009


async def test_what_was_kept_can_be_given_up() -> None:
    async with driven(settings={PATH: "3"}) as driver:
        await driver.press("k")
        await driver.until_shown()
        await driver.press("D")
        await driver.until_shown()
        # What it is compared with stays, until the trial as it is written is kept instead.
        assert (driver.session.settings, driver.session.kept) == ({}, ((PATH, "3"),))
        await driver.press("k")
        await driver.until_shown()
        assert driver.session.kept == ()
        driver.session.settings[PATH] = "2"
        driver.app.trial.open()
        await driver.until_shown()
        await driver.press("k")
        await driver.until_shown()
        driver.app.trial.turn(parameter(driver), None)
        await driver.until_shown()
        assert driver.snapshot.counts is not None
        await driver.press("k")
        await driver.until_shown()
        assert driver.snapshot.counts is None


async def test_a_file_that_is_there_already_is_left_as_it_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    touch(tmp_path / "mine.toml", "mine", 0)
    async with driven("two-arm-exponential", size=(120, 40)) as driver:
        driver.app.trial.send(ask.Save(driver.session.generation, "mine"))
        await driver.until(lambda: "choose another" in " ".join(driver.screen_lines()), "it is told")
    assert [one.read_bytes() for one in tmp_path.iterdir()] == [b"mine"]  # noqa: ASYNC240 - nobody waits meanwhile


async def test_what_arrives_while_the_app_is_left_does_no_harm() -> None:
    async with driven() as driver:
        app, snapshot = driver.app, driver.snapshot
    app.trial.session.generation = snapshot.generation
    app._arrived(Arrived(snapshot))  # noqa: SLF001 - as its own message loop does
    app.trial.pause()


async def test_a_worker_that_is_closed_leaves_nothing_open() -> None:
    worker = WatchedWorker()
    worker.close()
    output = worker._process.stdout  # noqa: SLF001
    assert output is not None
    assert output.closed


# ---- the session alone

SESSIONS = st.builds(
    UserSession,
    scenario=st.just("x"),
    seed=st.integers(0, 10**6),
    day=st.floats(0, 4000),
    last_day=st.just(4000.0),
    speed_index=st.integers(0, len(SPEEDS) - 1),
)


@given(session=SESSIONS, seconds=st.lists(st.floats(0, 10), max_size=10))
def test_time_never_runs_back_nor_past_the_last_day(session: UserSession, seconds: list[float]) -> None:
    for some in seconds:
        before = session.day
        session.advance(some)
        assert before <= session.day <= session.last_day
        passed = min(before + some * session.months_per_second * DAYS_PER_MONTH, session.last_day)
        assert session.day == pytest.approx(passed)


@given(session=SESSIONS, steps=st.lists(st.integers(-20, 20)))
def test_the_speed_stays_among_the_speeds(session: UserSession, steps: list[int]) -> None:
    for step in steps:
        before = session.months_per_second
        session.faster(step)
        assert session.months_per_second in SPEEDS
        assert (session.months_per_second - before) * step >= 0
