"""What is on screen is a text: it opens the same again, for a class or another day."""

import shlex
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from driving import Driver, driven, lines_of

import pathsim
from pathsim.app.screens import SCREENS
from pathsim.app.screens.patients import PatientsScreen
from pathsim.app.widgets.pathway import PathwayMap
from pathsim.app.widgets.survival import SurvivalPlot
from pathsim.cli import app as command
from pathsim.cli import cli
from pathsim.cli.app_memory import keep_state
from pathsim.state import AppState

TURNED = (("steps.after_transplant.exit.relapse.hazard_ratio", "0.5"),)
ANY_SCREEN = AppState(
    "aall1331", seed=23, replicate=2, settings=TURNED, kept=(("trial.patients", "500"),), day=date(2018, 8, 26)
)


async def opened(driver: Driver, state: AppState) -> None:
    await driver.until(lambda: driver.app.state == state, "it is as asked")


@pytest.mark.parametrize(
    "state",
    [
        ANY_SCREEN,
        AppState("aall1331", seed=23, day="last", endpoint="os", view="committee"),
        AppState("aall1331", seed=23, day="last", screen="ensemble"),
        AppState("aall1331", seed=23, day=date(2018, 8, 26), screen="patients", patient=57, coupling="therapy"),
        AppState("aall1331", seed=23, day=date(2018, 8, 26), settings=TURNED, screen="compare"),
        AppState("stroke-thrombectomy", seed=1, day=date(2026, 3, 1), view="queues"),
    ],
    ids=lambda state: state.screen or state.view or "live",
)
async def test_the_app_opens_at_a_state_and_tells_the_same_one(state: AppState) -> None:
    async with driven(state=state, size=(100, 40)) as driver:
        await opened(driver, state)
        if isinstance(screen := driver.front, PatientsScreen):
            await driver.until(lambda: screen.journey is not None and screen.journey.patient == 57, "it is theirs")


async def test_what_is_copied_opens_the_same_screen() -> None:
    async with driven(state=ANY_SCREEN) as driver:
        await opened(driver, ANY_SCREEN)
        await driver.until_shown()
        await driver.press("Y")
        words = shlex.split(driver.app.clipboard)
        pictures = [lines_of(one) for kind in (SurvivalPlot, PathwayMap) for one in driver.front.query(kind)]
    assert words[:3] == ["pathsim", "app", "--at"]
    again = AppState.read(words[3])
    async with driven(state=again) as driver:
        await opened(driver, again)
        await driver.until_shown()
        assert [lines_of(one) for kind in (SurvivalPlot, PathwayMap) for one in driver.front.query(kind)] == pictures


async def test_another_trial_of_a_seed_is_that_of_the_ensemble() -> None:
    trials = [pathsim.run("two-arm-exponential", 7, replicate) for replicate in (3, 0)]
    async with driven(state=AppState("two-arm-exponential", 7, 3, day="last")) as driver:
        await driver.until_shown()
        mine = driver.snapshot.endpoints[0]
        assert "trial 3" in " ".join(lines_of(driver.front.query_one("#header")))
        # The next seed begins with its first trial.
        await driver.press("n")
        assert (driver.session.seed, driver.session.replicate) == (8, 0)
        await driver.press("u")
        assert (driver.session.seed, driver.session.replicate) == (7, 3)
    [endpoint] = trials[0]["endpoints"]
    theirs, first = ([arm["events"] for arm in one["endpoints"][endpoint]["arms"].values()] for one in trials)
    assert [curve.events for curve in mine.curves] == theirs
    assert theirs != first


@pytest.mark.parametrize(
    ("state", "told"),
    [
        (AppState("aall1331", endpoint="dsf"), "There is no endpoint 'dsf' here. Did you mean 'dfs'?"),
        (AppState("aall1331", view="queues"), "There is no view 'queues' here; there are: curves"),
        (AppState("aall1331", screen="ensemble", view="map"), "There is no view 'map' here"),
        (AppState("aall1331", screen="patients", patient=900), "Patient 0900 has not enrolled"),
    ],
    ids=lambda one: one.screen if isinstance(one, AppState) else "",
)
async def test_what_a_state_names_and_a_trial_has_not_is_told(state: AppState, told: str) -> None:
    async with driven(state=state) as driver:
        await driver.until(lambda: any(told in note.message for note in driver.app._notifications), "it is told")  # noqa: SLF001


async def test_a_date_outside_the_trial_is_told_before_the_app_opens() -> None:
    state = AppState("aall1331", day=date(1999, 1, 1))
    async with driven(state=state) as driver:
        await driver.until(lambda: driver.app.trial.problems, "it is told")
        [problem] = driver.app.trial.problems
        assert "the trial goes from " in problem


async def test_where_it_was_left_is_kept() -> None:
    async with driven(state=ANY_SCREEN) as driver:
        await opened(driver, ANY_SCREEN)
        app = driver.app
        await driver.press("q")
    assert app.left_at == ANY_SCREEN


def test_where_it_was_left_is_found_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platformdirs.user_state_path", lambda _: tmp_path / "state")
    opened: list[AppState] = []
    monkeypatch.setattr(command, "is_terminal", lambda: True)
    monkeypatch.setattr(command, "open_app", lambda state, *_, **__: opened.append(state))
    nothing = CliRunner().invoke(cli, ["app", "--at", "last"])
    assert nothing.exit_code == 2
    assert "nothing is known of a last time" in nothing.output
    keep_state(ANY_SCREEN)
    assert CliRunner().invoke(cli, ["app", "--at", "last"]).exit_code == 0
    # What is said besides goes before it.
    asked = ["app", "--at", "last", "--seed", "5", "--patient", "3", "--set", "trial.patients=100"]
    assert CliRunner().invoke(cli, asked).exit_code == 0
    assert opened[0] == ANY_SCREEN
    assert (opened[1].seed, opened[1].patient, opened[1].screen) == (5, 3, "patients")
    assert dict(opened[1].settings) == {**dict(TURNED), "trial.patients": "100"}


def test_the_options_of_the_command_are_a_state(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[AppState] = []
    monkeypatch.setattr(command, "is_terminal", lambda: True)
    monkeypatch.setattr(command, "open_app", lambda state, *_, **__: opened.append(state))
    options = "--seed 21 --replicate 4 --day 2018-08-26 --screen patients --patient 57 --paused"
    assert CliRunner().invoke(cli, ["app", "aall1331", *options.split()]).exit_code == 0
    assert CliRunner().invoke(cli, ["app"]).exit_code == 0
    assert opened[0] == AppState.read("aall1331?seed=21&replicate=4&day=2018-08-26&screen=patients&patient=57")
    assert opened[1] == AppState("aall1331", is_playing=True)


def test_screens_have_the_names_that_the_help_gives() -> None:
    assert {"ensemble", "patients"} <= {screen.TAB.name for screen in SCREENS}
