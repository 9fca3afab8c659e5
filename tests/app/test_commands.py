"""The list of commands: every one can be found by a part of its name, and done."""

from driving import driven

from pathsim.app.screens.dialogs import CommandList
from pathsim.app.themes import LIGHT
from pathsim.app.widgets.listing import Listing


async def test_a_command_is_found_by_what_is_typed_and_done_by_enter() -> None:
    async with driven() as driver:
        await driver.press("ctrl+p")
        await driver.until(lambda: isinstance(driver.app.screen, CommandList), "commands are listed")
        await driver.press(*("space" if key == " " else key for key in "theme: light"), "enter")
        await driver.until(lambda: driver.app.theme == LIGHT, "the theme has changed")
        assert not isinstance(driver.app.screen, CommandList)


async def test_a_command_is_chosen_with_the_arrows() -> None:
    async with driven() as driver:
        await driver.press("ctrl+p", *"slower", "enter")
        slower = driver.session.speed_index
        await driver.press("ctrl+p", *"e", "down", "up", "escape")
        assert driver.session.speed_index == slower
        assert not isinstance(driver.app.screen, CommandList)


async def test_a_command_is_marked_by_a_click_and_done_by_another() -> None:
    async with driven() as driver:
        await driver.press("ctrl+p", *"faster")
        listing = driver.app.screen.query_one(Listing)
        faster = driver.session.speed_index
        await driver.click(listing, 3, 1)
        await driver.until(lambda: driver.session.speed_index == faster + 1, "it runs faster")
        assert not isinstance(driver.app.screen, CommandList)
        await driver.press("ctrl+p", "t", "h")
        listing = driver.app.screen.query_one(Listing)
        await driver.click(listing, 3, 2)
        assert listing.cursor == 1
        assert isinstance(driver.app.screen, CommandList)
