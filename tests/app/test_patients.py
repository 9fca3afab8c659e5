"""The Patients screen asks for the patients of the trial that is on screen."""

import re

import pytest
from driving import driven, lines_of

from pathsim.app.screens.patients import PatientsScreen
from pathsim.app.widgets.timeline import Timeline
from pathsim.player import requests as ask


async def test_nobody_asks_for_a_patient_by_the_list_of_the_trial_before() -> None:
    """They may not come in the trial as it is set now."""
    async with driven("two-arm-exponential") as driver:
        await driver.go(driver.session.last_day)
        screen = await driver.visit("patients")
        assert isinstance(screen, PatientsScreen)
        await driver.until(lambda: screen.roster and screen.journey, "patients are listed")
        await driver.press("end")
        before = sum(isinstance(one, ask.Travel) for one in driver.worker.asked)
        driver.session.settings["trial.patients"] = "20"
        driver.app.trial.open()
        screen.action_coupling()
        assert sum(isinstance(one, ask.Travel) for one in driver.worker.asked) == before
        await driver.until_shown()
        await driver.until(
            lambda: screen.journey and screen.journey.patient < 20, "one of the present patients is shown"
        )
        assert screen.journey.generation == driver.session.generation
        assert not driver.worker.failed


@pytest.mark.parametrize("size", [(80, 24), (120, 30)], ids=lambda size: "{}x{}".format(*size))
async def test_the_large_view_goes_through_all_that_happened_in_order(size: tuple[int, int]) -> None:
    """As a user found it: what had no room was "and 11 more", and the outcome among it."""
    async with driven(seed=23, size=size) as driver:
        await driver.go(driver.session.last_day)
        screen = await driver.visit("patients")
        assert isinstance(screen, PatientsScreen)
        await driver.until(lambda: screen.journey, "a journey is there")
        await driver.press("f")
        await driver.settle()
        timeline = screen.query_one(Timeline)
        assert screen.journey is not None
        days = [round(one.day) for one in screen.journey.journeys[0].happenings]
        told: list[int] = []
        for _ in days:
            await driver.press("pagedown")
            await driver.settle()
            page = [int(line.split()[1]) for line in lines_of(timeline) if re.match(r"day +\d+  ", line)]
            if told[-len(page) :] == page:
                break
            told += page
        assert told == days
        await driver.press(*["pageup"] * len(days))
        await driver.settle()
        is_whole = len(page) == len(days)
        assert any("more  pgdn" in line for line in lines_of(timeline)) is not is_whole


async def test_another_patient_is_told_from_the_first_page_on() -> None:
    async with driven(seed=23, size=(80, 24)) as driver:
        await driver.go(driver.session.last_day)
        screen = await driver.visit("patients")
        assert isinstance(screen, PatientsScreen)
        await driver.until(lambda: screen.journey, "a journey is there")
        await driver.press("f", "pagedown")
        await driver.settle()
        timeline = screen.query_one(Timeline)
        assert not any("more  pgdn" in line for line in lines_of(timeline))
        await driver.press("down")
        await driver.until(lambda: any("more  pgdn" in line for line in lines_of(timeline)), "another one is shown")
