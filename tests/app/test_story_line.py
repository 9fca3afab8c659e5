"""The story stands below the header of every screen, whole clauses of it; play comes to a stand where it changes."""

from pathlib import Path

import pytest
from driving import SCREEN_NAMES, Driver, driven
from hypothesis import given
from hypothesis import strategies as st
from textual.color import Color

from pathsim.app.canvas import Canvas, Palette
from pathsim.app.themes import THEMES
from pathsim.app.widgets.story import StoryLine
from pathsim.player.views.story import Said, Story

MONITORED = Path(__file__).parent.parent / "scenarios" / "monitored.toml"
FASTEST = ["right_square_bracket"] * 4


def clauses(driver: Driver) -> list[str]:
    return ["".join(said.text for said in clause) for clause in driver.snapshot.story.clauses]


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (200, 60)])
async def test_every_screen_tells_it_in_its_second_row(size: tuple[int, int]) -> None:
    async with driven(size=size) as driver:
        await driver.go(1269)
        for name in SCREEN_NAMES:
            await driver.visit(name)
            row = driver.screen_lines()[1]
            assert row.startswith(f" {clauses(driver)[0]}")
            whole = "".join(clauses(driver))
            assert whole.startswith(row.strip())
            assert (row.strip() == whole) == (size[0] >= len(whole) + 2)


async def test_on_the_day_of_a_decision_it_stands_on_inverse_ground() -> None:
    async with driven(MONITORED, seed=3) as driver:
        grounds = []
        for day in (525.0, 526.0, 527.0):
            await driver.go(day)
            await driver.settle()
            grounds.append({segment.style.bgcolor for segment in driver.screen_segments()[1] if segment.style})
        assert len(grounds[1]) == 1
        assert grounds[0] == grounds[2]
        assert grounds[0].isdisjoint(grounds[1])


async def test_the_trial_stands_still_at_each_look_and_at_the_end_and_goes_on_when_asked() -> None:
    async with driven(MONITORED, seed=3, plays=True) as driver:
        await driver.press(*FASTEST)
        assert driver.app.trial.card is not None
        for day in (*driver.app.trial.card.look_days, driver.session.last_day):
            await driver.until(lambda: not driver.session.is_playing, "it stands still")
            await driver.until_shown()
            assert driver.snapshot.day == driver.session.day == day
            assert driver.snapshot.story.is_decision == (day < driver.session.last_day)
            await driver.press("space")
        assert not driver.app._notifications  # noqa: SLF001 - there is no other way to them


async def test_a_jump_over_a_look_is_not_held_up() -> None:
    async with driven(MONITORED, seed=3) as driver:
        assert (await driver.go(900)).day == 900


WORDS = st.lists(st.builds(Said, st.text("abc ", min_size=1, max_size=30), st.booleans()), min_size=1, max_size=3)


@given(st.lists(WORDS.map(tuple), min_size=1, max_size=4).map(tuple), st.integers(4, 130))
def test_of_what_does_not_fit_whole_clauses_are_left_out(told: tuple[tuple[Said, ...], ...], width: int) -> None:
    theme = THEMES[0]
    canvas = Canvas(width, 1, Palette(theme, Color.parse(theme.background or "black")))
    line = StoryLine()
    line.story = Story(told)
    line.draw(canvas)
    row = "".join(map(chr, canvas.glyphs[0].tolist()))
    assert row[0] == row[-1] == " "
    whole = ["".join(said.text for said in clause) for clause in told]
    room = width - 2
    if len(whole[0]) > room:
        assert "\u2026" in row
    else:
        fits = [count for count in range(1, len(whole) + 1) if len("".join(whole[:count])) <= room]
        assert row[1:].rstrip() == "".join(whole[: fits[-1]]).rstrip()


@pytest.mark.parametrize("days_later", [0.0, 40.0])
async def test_at_120_columns_there_is_room_for_until_when_patients_still_come(days_later: float) -> None:
    async with driven(seed=21, size=(120, 40)) as driver:
        await driver.go(driver.session.last_day)
        looks = driver.snapshot.looks
        await driver.go(looks[-1].day + days_later)
        await driver.settle()
        assert "; enrolling until 23 Apr 2019" in driver.screen_lines()[1]
        assert "z 3.41" in driver.screen_lines()[1]
