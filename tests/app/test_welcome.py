"""Whoever opens the app for the first time is told what is about to begin, and keys that work at once."""

import asyncio
import re
from dataclasses import replace
from pathlib import Path

import pytest
from driving import PATIENCE_SECONDS, Driver, driven
from textual.widget import Widget

from pathsim.app.app import PathsimApp
from pathsim.app.screens.dialogs import Help
from pathsim.app.screens.opening import Opening, OpeningPicture
from pathsim.cli import app_memory
from pathsim.player.process import WorkerProcess
from pathsim.player.user_session import UserSession

MONITORED = Path(__file__).parent.parent / "scenarios" / "monitored.toml"
LIBRARY = ("aall1331", "two-arm-exponential", "stroke-thrombectomy")


async def welcomed(driver: Driver) -> list[str]:
    await driver.until(lambda: isinstance(driver.app.screen, Opening), "the opening is shown")
    await driver.settle()
    return driver.screen_lines()


async def gone(driver: Driver) -> None:
    await driver.until(lambda: not isinstance(driver.app.screen, Opening), "the opening has gone")


@pytest.mark.parametrize("scenario", LIBRARY)
@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_it_says_all_it_has_to_say_at_any_size(scenario: str, size: tuple[int, int]) -> None:
    async with driven(scenario, size=size, welcomes=True) as driver:
        text = " ".join(" ".join(await welcomed(driver)).split())
        assert driver.app.trial.card is not None
        assert driver.app.trial.card.summary in text
        for said in ("let it run", "turn a number", " many times", "? Leave: q", "--welcome shows it"):
            assert said in text
        assert "\u2026" not in text


async def test_the_seed_is_told_to_whoever_gave_none() -> None:
    async with driven(welcomes=True) as driver:
        assert "seed" not in " ".join(await welcomed(driver))
    async with driven(welcomes=True, own_seed=True) as driver:
        assert "seed 23 is the same trial for everybody" in " ".join(await welcomed(driver))
    async with driven(MONITORED, seed=5, welcomes=True, own_seed=True) as driver:
        assert "seed 5 was drawn; n draws another" in " ".join(await welcomed(driver))


@pytest.mark.parametrize("key", ["space", "enter", "escape"])
async def test_the_trial_waits_for_a_key_and_then_begins(key: str) -> None:
    async with driven(welcomes=True) as driver:
        await welcomed(driver)
        assert driver.snapshot.day == 0
        await driver.press(key)
        await gone(driver)
        await driver.until(lambda: driver.session.is_playing and driver.snapshot.day > 0, "it runs")


async def test_every_other_key_does_what_it_always_does() -> None:
    async with driven(welcomes=True) as driver:
        await welcomed(driver)
        await driver.press("e")
        await driver.until(lambda: driver.app.current_mode == "ensemble", "the ensemble is in front")
        assert not driver.session.is_playing
    async with driven(welcomes=True) as driver:
        await welcomed(driver)
        await driver.press("question_mark")
        await driver.until(lambda: isinstance(driver.app.screen, Help), "the keys are shown")


async def test_a_click_begins_too() -> None:
    async with driven(welcomes=True) as driver:
        await welcomed(driver)
        await driver.click(driver.app.screen.query_one("#opening", Widget), 5, 5)
        await driver.until(lambda: driver.session.is_playing, "it runs")


async def test_arms_have_their_colors_there_too() -> None:
    async with driven(welcomes=True) as driver:
        await welcomed(driver)
        of_arm = [
            segment for line in driver.screen_segments() for segment in line if segment.text.strip() == "blinatumomab"
        ]
        assert len(of_arm) == 1
        assert of_arm[0].style is not None
        assert of_arm[0].style.color is not None
        assert of_arm[0].style.color.name == "#56b4e9"


def test_it_is_the_first_time_until_it_has_been_shown(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("platformdirs.user_state_path", lambda _: tmp_path / "state" / "pathsim")
    assert [app_memory.is_first_time() for _ in range(2)] == [True, True]
    app_memory.keep_welcomed()
    assert not app_memory.is_first_time()


def test_who_has_no_place_for_a_mark_is_welcomed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("no folder")
    monkeypatch.setattr("platformdirs.user_state_path", lambda _: tmp_path / "file" / "pathsim")
    app_memory.keep_welcomed()
    assert app_memory.is_first_time()


async def test_a_scenario_that_cannot_be_opened_welcomes_nobody() -> None:
    app = PathsimApp(WorkerProcess(), UserSession("nosuch", 1), welcomes=True)
    await asyncio.wait_for(app.run_async(headless=True), PATIENCE_SECONDS)
    assert app.welcomes


@pytest.mark.parametrize("size", [(4, 5), (2, 2), (20, 5), (300, 90)])
async def test_it_can_be_shown_at_any_size(size: tuple[int, int]) -> None:
    async with driven(size=size, welcomes=True) as driver:
        await welcomed(driver)
        await driver.press("space")
        await gone(driver)


@pytest.mark.parametrize(
    ("arms", "line", "colored"),
    [
        (("a", "ab_"), "abracadabra ab a and ab", ["ab", "a", "ab"]),
        (("new_drug", "drug"), "a new drug, or the old drug", ["new drug", "drug"]),
        ((), "nobody is randomized", []),
    ],
)
async def test_only_whole_names_of_arms_are_colored(arms: tuple[str, ...], line: str, colored: list[str]) -> None:
    async with driven("two-arm-exponential") as driver:
        assert driver.app.trial.card is not None
        picture = OpeningPicture(replace(driver.app.trial.card, arms=arms), driver.app.trial)
        pieces = list(picture._with_arms(line))  # noqa: SLF001
        assert [text for text, color, _ in pieces if color.startswith("arm")] == colored
        assert "".join(text for text, _, _ in pieces) == line


def test_make_run_asks_for_no_seed_unless_the_user_does() -> None:
    makefile = (Path(__file__).parent.parent.parent / "Makefile").read_text(encoding="utf-8")
    assert re.search(r"pathsim app aall1331 \$\(ASKED\)", makefile)


def test_a_session_knows_whether_its_seed_was_asked_for() -> None:
    session = UserSession("aall1331", 5, is_seed_asked=False)
    assert not session.request().is_seed_asked
    session.other_seed()
    assert (session.request().seed, session.request().is_seed_asked) == (6, True)


@pytest.mark.parametrize(
    ("scenario", "begins", "asks"),
    [
        ("two-arm-exponential", "A trial is about to begin.", "was it the treatment, or chance?"),
        ("stroke-thrombectomy", "A study is about to begin.", "how much is chance?"),
    ],
)
async def test_where_nothing_is_randomized_no_treatment_is_asked_about(scenario: str, begins: str, asks: str) -> None:
    async with driven(scenario, welcomes=True) as driver:
        await driver.until(lambda: any(begins in line for line in driver.screen_lines()), "it is said what begins")
        assert any(asks in line for line in driver.screen_lines())
