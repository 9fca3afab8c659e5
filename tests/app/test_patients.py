"""The Patients screen asks for the patients of the trial that is on screen."""

import re
from pathlib import Path

import pytest
from driving import driven, lines_of

from pathsim.app.screens.compare import CompareScreen
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
        days = [round(one.day) for one in screen.journey.own.happenings]
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


TURNED = {"steps.after_transplant.exit.relapse.hazard_ratio": "0.4"}


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=lambda size: "{}x{}".format(*size))
async def test_whoever_is_chosen_on_compare_stands_beside_themselves_before_the_change(size: tuple[int, int]) -> None:
    async with driven(settings=TURNED, size=size) as driver:
        await driver.go(driver.session.last_day)
        compare = await driver.visit("compare")
        assert isinstance(compare, CompareScreen)
        await driver.until(lambda: compare.comparison, "both are compared")
        assert compare.comparison is not None
        first = compare.comparison.changed[0]
        assert first.verdict == "better"
        await driver.press("home", "enter")
        await driver.until(lambda: isinstance(driver.front, PatientsScreen), "the patients are in front")
        screen = driver.front
        assert isinstance(screen, PatientsScreen)
        await driver.until(
            lambda: screen.journey and screen.journey.patient == first.patient, "the patient who was chosen is shown"
        )
        await driver.settle()
        assert screen.journey is not None
        assert screen.journey.before_change is not None
        assert screen.journey.before_change.journey is not None
        text = "\n".join(lines_of(screen.query_one(Timeline)))
        assert f"(now) by the end: {screen.journey.own.outcome}" in text
        assert f"(before the change) by the end: {screen.journey.before_change.journey.outcome}" in text
        for told in (f"Before: {first.before}", f"Now: {first.now}"):
            # Whole, or cut no shorter than its row.
            assert told[: size[0] - 10] in " ".join(text.split())
        assert "▲ courses differ" in text
        await driver.press("t")
        assert "before the change" not in "\n".join(lines_of(screen.query_one(Timeline)))
        await driver.press("t")
        assert "(other arm)" in "\n".join(lines_of(screen.query_one(Timeline)))
        await driver.press("escape")
        assert driver.app.current_mode == "compare"


async def test_without_a_change_there_is_only_the_other_arm_to_set_beside_a_patient() -> None:
    async with driven() as driver:
        await driver.go(driver.session.last_day)
        screen = await driver.visit("patients")
        assert isinstance(screen, PatientsScreen)
        await driver.until(lambda: screen.roster and screen.journey, "a journey is there")
        seen = []
        for _ in range(3):
            await driver.press("t")
            seen.append(screen.beside)
        assert seen == ["arm", "", "arm"]


async def test_an_undone_change_takes_the_course_before_it_away() -> None:
    async with driven("two-arm-exponential") as driver:
        await driver.go(driver.session.last_day)
        assert driver.app.trial.card is not None
        path = "steps.experimental.exit.death.median_days"
        driver.app.trial.turn(next(one for one in driver.app.trial.card.parameters if one.path == path), 600.0)
        await driver.until_shown()
        screen = await driver.visit("patients")
        assert isinstance(screen, PatientsScreen)
        await driver.until(lambda: screen.journey and screen.journey.before_change, "a journey is there")
        await driver.press("t", "t")
        await driver.settle()
        assert "before the change" in "\n".join(lines_of(screen.query_one(Timeline)))
        await driver.press("u")
        await driver.until(lambda: screen.journey and not screen.journey.before_change, "the change is gone")
        await driver.settle()
        assert "before the change" not in "\n".join(lines_of(screen.query_one(Timeline)))
        assert not screen.has_class("-beside"), "there is no more room than one journey needs"
        await driver.press("t")
        assert screen.beside == "arm"


async def test_whoever_has_not_enrolled_since_the_change_is_told_of_and_nobody_else_shown_for_them() -> None:
    async with driven("two-arm-exponential", settings={"trial.patients": "300"}) as driver:
        await driver.go(driver.session.last_day)
        compare = await driver.visit("compare")
        assert isinstance(compare, CompareScreen)
        await driver.until(lambda: compare.comparison, "both are compared")
        assert compare.comparison is not None
        assert compare.comparison.changed[0].patient == 300
        await driver.press("home", "enter")
        await driver.until(lambda: "Patient 0300 has not enrolled" in "\n".join(driver.screen_lines()), "it is told")
        assert isinstance(driver.front, PatientsScreen)
        assert not driver.front.beside


@pytest.mark.parametrize(
    "scenario", [Path(__file__).parent / "odd" / "three_arms.toml", "stroke-thrombectomy"], ids=["three arms", "queues"]
)
async def test_where_another_arm_cannot_be_known_the_course_before_the_change_still_can(
    scenario: str | Path,
) -> None:
    async with driven(scenario) as driver:
        await driver.go(driver.session.last_day)
        screen = await driver.visit("patients")
        assert isinstance(screen, PatientsScreen)
        await driver.until(lambda: screen.roster and screen.journey, "a journey is there")
        assert screen.check_action("beside", ()) is None
        assert driver.app.trial.card is not None
        one = next(one for one in driver.app.trial.card.parameters if ".exit." in one.path and not one.whole)
        driver.app.trial.turn(one, (one.lowest + one.highest) / 2)
        await driver.until(lambda: screen.journey and screen.journey.before_change, "the change is there")
        await driver.press("t")
        assert screen.beside == "change"
        await driver.press("t")
        assert not screen.beside
