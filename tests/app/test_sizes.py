"""A window that is dragged: sizes come faster than they are laid out, and the last one stays."""

import pytest
from driving import driven
from textual import events
from textual.geometry import Size
from textual.screen import Screen

MANY_LAYOUTS = 200


@pytest.mark.parametrize("key", ["l", "e", "question_mark", "ctrl+p"])
async def test_sizes_that_come_close_together_are_laid_out_and_done_with(
    key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In the middle of something, too: then each layout of one size comes before the next one of another."""
    lay_out, layouts = Screen._screen_resized, 0  # noqa: SLF001 - what could be called for ever

    def counted(screen: Screen[object], size: Size) -> None:
        nonlocal layouts
        layouts += 1
        assert layouts < MANY_LAYOUTS, "laid out for ever"
        lay_out(screen, size)

    monkeypatch.setattr(Screen, "_screen_resized", counted)
    async with driven("two-arm-exponential") as driver:
        await driver.press(key)
        with driver.app.batch_update():
            for size in (Size(100, 30), Size(120, 40), Size(70, 20), driver.app.size):
                for screen in driver.app.screen_stack:
                    screen.post_message(events.Resize(size, size))
                    screen.post_message(events.Show())
            await driver.settle()
        assert driver.app.screen._size == driver.app.size  # noqa: SLF001 - what it was laid out for
        assert await driver.go(30.0)
