"""What newcomers stumbled over: help that let the trial run on, a place in a list that was lost, a baseline too."""

from pathlib import Path

import pytest
from driving import Driver, driven, lines_of

from pathsim.app.screens.dialogs import Help
from pathsim.app.screens.trial import in_parts
from pathsim.app.widgets.sliders import Sliders
from pathsim.app.widgets.story import StoryLine
from pathsim.player.views.live import ComparisonCounts, Opened

RELAPSE = "steps.after_transplant.exit.relapse.hazard_ratio"


def card_of(driver: Driver) -> Opened:
    assert driver.app.trial.card is not None
    return driver.app.trial.card


async def test_while_the_keys_are_read_the_trial_stands_still_and_then_goes_on() -> None:
    async with driven() as driver:
        await driver.press("space")
        await driver.until(lambda: driver.session.is_playing and driver.snapshot.day > 10, "it runs")
        await driver.press("question_mark")
        await driver.until(lambda: isinstance(driver.app.screen, Help), "the keys are shown")
        assert not driver.session.is_playing
        await driver.until_shown()
        day = driver.snapshot.day
        await driver.press("escape")
        await driver.until(lambda: driver.session.is_playing and driver.snapshot.day > day, "it goes on")


async def test_a_trial_that_stood_still_before_the_keys_were_read_does_so_after() -> None:
    async with driven() as driver:
        await driver.go(100.0)
        await driver.press("question_mark")
        await driver.until(lambda: isinstance(driver.app.screen, Help), "the keys are shown")
        await driver.press("escape")
        await driver.until(lambda: not isinstance(driver.app.screen, Help), "they are gone")
        await driver.settle()
        assert not driver.session.is_playing
        assert driver.session.day == 100.0


@pytest.mark.parametrize("search", ["relapse transplant", "donor withdrawal"])
async def test_who_leaves_a_search_stays_on_the_number_that_was_found(search: str) -> None:
    async with driven() as driver:
        sliders = driver.front.query_one(Sliders)
        sliders.narrow(search)
        found = sliders.marked
        assert found is not None
        assert sliders.clear()
        assert sliders.marked == found
        assert not sliders.filter
        assert not sliders.clear()


async def test_numbers_can_be_given_back_while_the_baseline_stays() -> None:
    async with driven() as driver:
        await driver.go(1500.0)
        one = next(one for one in card_of(driver).parameters if one.path == RELAPSE)
        driver.app.trial.turn(one, 2.0)
        await driver.until_shown()
        await driver.press("k")
        await driver.until_shown()
        kept = driver.session.kept
        assert kept == ((RELAPSE, "2"),)
        await driver.press("D")
        await driver.until_shown()
        assert not driver.session.settings
        assert driver.session.kept == kept
        assert driver.snapshot.counts is not None
        assert driver.snapshot.counts.changed > 0


async def test_where_it_stands_still_because_the_committee_meets_it_says_how_to_go_on() -> None:
    async with driven() as driver:
        looks = card_of(driver).look_days
        await driver.go(looks[0])
        line = "\n".join(lines_of(driver.front.query_one(StoryLine)))
        assert " (space goes on)" in line
        await driver.go(looks[0] + 5)
        assert "space" not in "\n".join(lines_of(driver.front.query_one(StoryLine)))


async def test_the_key_that_goes_on_is_the_user_s_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pathsim.app.keys.keys_file", lambda: tmp_path / "keys.toml")
    (tmp_path / "keys.toml").write_text('"player.play" = "f9"\n')
    async with driven() as driver:
        await driver.go(card_of(driver).look_days[0])
        assert "(f9 goes on)" in "\n".join(lines_of(driver.front.query_one(StoryLine)))


def test_those_whose_event_moves_are_told_in_a_sentence() -> None:
    counts = ComparisonCounts(endpoint="DFS", better=1, worse=2, later=3, earlier=4, otherwise=5)
    told = in_parts(counts)
    assert told == ("1 fare better (DFS), 2 worse, 3 have the event later, 4 have the event earlier, 5 in other ways")
