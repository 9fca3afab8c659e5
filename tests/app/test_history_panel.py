"""What the user did stands beside the trial as a thread; the state under the cursor is the one on screen."""

import pytest
from driving import Driver, driven, lines_of

from pathsim.app.widgets.history import HistoryThread
from pathsim.app.widgets.sliders import Sliders

RELAPSE = "steps.after_transplant.exit.relapse.hazard_ratio"


def thread(driver: Driver) -> HistoryThread:
    return driver.front.query_one(HistoryThread)


def signs(driver: Driver) -> list[str]:
    """What stands before the states: the first one, what is done, and what is undone."""
    return [line[1] for line in lines_of(thread(driver)) if line[1:2] in ("○", "●", "◌")]


async def turn_two(driver: Driver) -> list[str]:
    """Turn the first two numbers; their paths."""
    await driver.press("right")
    await driver.until_shown()
    await driver.press("down", "left", "left")
    await driver.until_shown()
    return list(driver.session.settings)


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (160, 45)], ids=lambda size: "{}x{}".format(*size))
async def test_it_tells_what_was_turned_from_what_to_what_and_what_became_of_it(size: tuple[int, int]) -> None:
    async with driven(size=size) as driver:
        await driver.go(1800.0)
        if size == (80, 24):
            await driver.press("slash", "enter")
        await turn_two(driver)
        counts = driver.snapshot.counts
        ratio = driver.snapshot.endpoints[0].ratios[0].estimate
        assert counts is not None
        await driver.press("h")
        await driver.until(lambda: thread(driver).is_on_screen, "it is shown")
        lines = lines_of(thread(driver))
        assert driver.app.trial.card is not None
        for one in driver.app.trial.card.parameters:
            if one.path in driver.session.settings and one.sentence:
                at = next(i for i, line in enumerate(lines) if one.sentence[:30] in line)
                assert "→" in lines[at + 1]
        here = next(i for i, line in enumerate(lines) if line.startswith("▌"))
        assert lines[here + 1].split()[-2:] == [str(counts.changed), f"{ratio:.2f}"]


async def test_figures_of_another_day_are_not_told_beside_those_of_today() -> None:
    async with driven(size=(120, 40)) as driver:
        await driver.go(1800.0)
        await turn_two(driver)
        await driver.go(900.0)
        await driver.press("h")
        await driver.until(lambda: thread(driver).is_on_screen, "it is shown")
        lines = lines_of(thread(driver))
        opened = next(i for i, line in enumerate(lines) if "as it was opened" in line)
        assert lines[opened + 1].rstrip().endswith("day 1,800")
        ratio = driver.snapshot.endpoints[0].ratios[0].estimate
        here = next(i for i, line in enumerate(lines) if line.startswith("▌"))
        assert lines[here + 1].split()[-1] == f"{ratio:.2f}"


async def test_walking_along_it_the_whole_app_follows() -> None:
    async with driven() as driver:
        await driver.go(1800.0)
        first, second = await turn_two(driver)
        await driver.press("h", "up")
        await driver.until_shown()
        assert list(driver.session.settings) == [first]
        assert signs(driver) == ["○", "●", "●", "◌"], "what comes after the state on screen is undone"
        await driver.press("up")
        await driver.until_shown()
        assert not driver.session.settings
        assert signs(driver) == ["○", "●", "◌", "◌"]
        await driver.press("down", "down")
        await driver.until_shown()
        assert signs(driver) == ["○", "●", "●", "●"]
        assert set(driver.session.settings) == {first, second}


async def test_one_change_is_taken_out_and_the_other_stays() -> None:
    async with driven() as driver:
        first, second = await turn_two(driver)
        await driver.press("h", "up")
        await driver.until_shown()
        await driver.press("down", "backspace")
        await driver.until_shown()
        assert list(driver.session.settings) == [first]
        assert second not in driver.session.settings


async def test_an_earlier_change_is_taken_out_and_later_ones_stay() -> None:
    """As a user found it: taking the first of three changes out lost the other two for good."""
    async with driven() as driver:
        await driver.go(1800.0)
        _, second = await turn_two(driver)
        value = driver.session.settings[second]
        await driver.press("h", "up")
        await driver.until_shown()
        await driver.press("backspace")
        await driver.until_shown()
        assert driver.session.settings == {second: value}
        await driver.press("u")
        await driver.until_shown()
        assert len(driver.session.settings) == 2, "which can be undone like everything else"


async def test_it_opens_from_any_screen_and_esc_gives_the_numbers_back() -> None:
    async with driven() as driver:
        await driver.visit("patients")
        await driver.press("h")
        await driver.until(lambda: driver.app.current_mode == "live" and thread(driver).is_on_screen, "it is shown")
        assert "nothing yet" in "\n".join(lines_of(thread(driver)))
        await driver.press("escape")
        await driver.until(lambda: driver.front.query_one(Sliders).is_on_screen, "the numbers are back")


async def test_a_jump_in_time_cannot_be_taken_out_alone() -> None:
    async with driven() as driver:
        await driver.go(500.0)
        await driver.press("h", "backspace")
        await driver.until(lambda: any("taken out" in line for line in driver.screen_lines()), "it is told why")
        assert driver.session.day == 500.0
