"""The line of keys: those that do nothing now are dim, and a click does what the key under it does."""

from itertools import pairwise

import pytest
from driving import Driver, driven
from textual.color import Color

from pathsim.app.themes import DARK, ROLES
from pathsim.app.widgets.keybar import KeyBar


def keys(driver: Driver) -> dict[str, str]:
    """By each key and its label the role of its color: that of the label, too, where it does nothing."""
    roles = {Color.parse(getattr(ROLES[DARK], role)).rich_color: role for role in ("title", "text", "dim")}
    segments = list(driver.front.query_one(KeyBar).render_line(0))
    texts = [(one.text.strip(), one.style) for one in segments if one.text.strip()]
    found = {}
    for (key, style), (label, _) in pairwise(texts):
        if style is not None and style.color is not None:
            found[f"{key} {label}"] = roles.get(style.color, "")
    return found


@pytest.mark.parametrize("size", [(120, 40), (200, 60)], ids=lambda size: "{}x{}".format(*size))
async def test_undo_is_dim_until_there_is_something_to_undo_and_a_click_undoes_it(size: tuple[int, int]) -> None:
    async with driven(size=size) as driver:
        bar = driver.front.query_one(KeyBar)
        place = bar.render_line(0).text.index("u undo")
        await driver.settle()
        assert keys(driver)["u undo"] == "dim"
        assert keys(driver)["q quit"] == "title"
        await driver.click(bar, place, 0)
        await driver.press("right")
        await driver.until(lambda: keys(driver)["u undo"] == "title", "there is something to undo")
        assert driver.session.settings
        await driver.click(bar, bar.render_line(0).text.index("u undo"), 0)
        await driver.until_shown()
        assert not driver.session.settings
        await driver.until(lambda: keys(driver)["u undo"] == "dim", "there is nothing left")


@pytest.mark.parametrize("size", [(80, 24), (120, 40)], ids=lambda size: "{}x{}".format(*size))
async def test_what_can_be_undone_is_seen_at_any_width(size: tuple[int, int]) -> None:
    async with driven(size=size) as driver:
        bar = driver.front.query_one(KeyBar)
        await driver.press("n")
        await driver.until(lambda: keys(driver).get("u undo") == "title", "there is something to undo")
        assert bar.render_line(0).text.index("u undo") < bar.render_line(0).text.index("e many trials")


async def test_without_a_committee_there_is_no_look_to_go_to() -> None:
    for scenario, role in (("two-arm-exponential", "dim"), ("aall1331", "title")):
        async with driven(scenario, size=(200, 60)) as driver:
            await driver.settle()
            assert keys(driver)["o look"] == role
