"""Class, for the teacher: votes as they come in, whose trials are where, and what all are shown."""

from pathlib import Path

import pytest
import segno
from driving import Driver, a_class, driven, lines_of
from rich.style import Style

import pathsim
from pathsim.app.screens.classroom import ClassScreen
from pathsim.app.widgets.join_code import JoinCode
from pathsim.player.class_session import ClassNews, ClassSession

SMALL = str(Path(__file__).parent.parent / "lessons" / "small.md")
VOTES = {1: {1: "2", 2: "2", 3: "1"}, 2: {1: "50", 2: "70.5", 3: "90"}}
NEWS = ClassNews(joined=4, present=frozenset({1, 2, 3}), answers=VOTES, places={1: 1, 2: 1, 3: 1})


@pytest.fixture
def opened() -> list[int]:
    return []


@pytest.fixture
def classroom(opened: list[int]) -> ClassSession:
    made = a_class(opened.append)
    made.news = NEWS
    return made


async def on_the_wall(driver: Driver) -> ClassScreen:
    await driver.until(lambda: isinstance(driver.front, ClassScreen) and driver.front.is_made, "it is there")
    front = driver.front
    assert isinstance(front, ClassScreen)
    return front


def shown(driver: Driver, widget: str) -> str:
    return "\n".join(lines_of(driver.front.query_one(widget)))


async def test_votes_are_hidden_until_the_teacher_shows_them(classroom: ClassSession, opened: list[int]) -> None:
    async with driven(lesson=SMALL, classroom=classroom, size=(120, 40)) as driver:
        front = await on_the_wall(driver)
        await driver.press("right")
        await driver.until(lambda: "What follows?" in shown(driver, "#votes"), "the question")
        assert "Question 1 of 3" in front.query_one("#question").headings[0]  # type: ignore[attr-defined]
        assert "3 of 4 have answered" in front.query_one("#question").headings[1]  # type: ignore[attr-defined]
        assert "67%" not in shown(driver, "#votes")
        await driver.press("a")
        rows = {row.strip()[0]: row for row in lines_of(front.query_one("#votes")) if row.strip()[:1] in set("123")}
        assert [rows[number].split()[-2:] for number in "123"] == [["1", "33%"], ["2", "67%"], ["0", "0%"]]
        assert abs(rows["2"].count("█") - 2 * rows["1"].count("█")) <= 1
        assert opened == []
        await driver.press("a")
        assert "67%" not in shown(driver, "#votes")


async def test_enter_shows_all_what_follows(classroom: ClassSession, opened: list[int]) -> None:
    async with driven(lesson=SMALL, classroom=classroom, size=(120, 40)) as driver:
        await on_the_wall(driver)
        await driver.press("right", "enter")
        assert opened == [1]
        right = next(row for row in shown(driver, "#votes").splitlines() if "Nothing yet" in row)
        assert right.rstrip().endswith("2  67% ✓")


async def test_what_is_shown_in_the_lesson_on_the_wall_is_shown_to_all(
    classroom: ClassSession, opened: list[int]
) -> None:
    async with driven(lesson=SMALL, classroom=classroom, size=(120, 40)) as driver:
        await on_the_wall(driver)
        await driver.press("L")
        await driver.until(lambda: driver.app.current_mode == "lesson", "the lesson")
        await driver.press("right", "2", "enter")
        await driver.until(lambda: opened == [1], "the page")


async def test_predictions_are_bars_with_their_median(classroom: ClassSession) -> None:
    async with driven(lesson=SMALL, classroom=classroom, size=(120, 40)) as driver:
        await on_the_wall(driver)
        await driver.press("right", "right", "a")
        assert "median 70.5, from 50 to 90" in shown(driver, "#votes")
        assert "it is" not in shown(driver, "#votes")
        await driver.press("enter")
        # 33 of the 40 replicates of seed 7, by pathsim ensemble.
        await driver.until(lambda: "it is 82.5%" in shown(driver, "#votes"), "the figure")
        right = [row for row in shown(driver, "#votes").splitlines() if "✓" in row]
        assert [row.split()[:3] for row in right] == [["76.7", "to", "90"]]


async def test_each_students_trial_is_a_point_below_the_others(classroom: ClassSession) -> None:
    async with driven(lesson=SMALL, classroom=classroom, size=(120, 40)) as driver:
        front = await on_the_wall(driver)
        await driver.until(lambda: front.replicates > 40, "some siblings")
        ratios = {
            number: pathsim.run("two-arm-exponential", 7, replicate=number)["endpoints"]["os"]["comparisons"][
                "experimental"
            ]["cox"]["hazard_ratio"]
            for number in range(1, 5)
        }
        rows = lines_of(front.query_one("#trials"))
        axis = next(number for number, row in enumerate(rows) if "┴" in row)
        assert sum(row.count("●") for row in rows[axis + 1 :]) == 4
        assert not any("●" in row for row in rows[:axis])
        lowest, highest = (choose(ratios, key=lambda one: ratios[one]) for choose in (min, max))
        told = str(front.query_one("#spread").render())
        first, last = (f"{ratios[one]:.2f} (student {one:02d})" for one in (lowest, highest))
        assert f"from {first} to {last}" in told


async def test_what_is_to_be_predicted_is_not_given_away(classroom: ClassSession) -> None:
    async with driven(lesson=SMALL, classroom=classroom, size=(160, 45)) as driver:
        front = await on_the_wall(driver)
        await driver.until(lambda: front.replicates > 40, "some siblings")

        def power_is_told() -> tuple[bool, bool]:
            return "%" in shown(driver, "#trials"), "%" in str(front.query_one("#spread").render())

        assert power_is_told() == (False, False)
        await driver.press("right", "enter")
        assert power_is_told() == (False, False)
        await driver.press("right")
        assert power_is_told() == (False, False)
        await driver.press("enter")
        await driver.until(lambda: power_is_told() == (True, True), "it has been predicted")


async def test_a_question_is_seen_whatever_chart_was_alone(classroom: ClassSession) -> None:
    async with driven(lesson=SMALL, classroom=classroom, size=(120, 40)) as driver:
        front = await on_the_wall(driver)
        for key in ("right", "enter", "a"):
            front.add_class("-trials")
            await driver.press(key)
            assert front.query_one("#votes").display, key


async def test_students_see_one_code_alone(classroom: ClassSession) -> None:
    async with driven(lesson=SMALL, classroom=classroom, size=(120, 40)) as driver:
        await on_the_wall(driver)
        assert classroom.code not in driver.header()


async def test_who_is_there_and_who_has_answered_is_seen(classroom: ClassSession) -> None:
    async with driven(lesson=SMALL, classroom=classroom, size=(120, 40)) as driver:
        await on_the_wall(driver)
        await driver.press("right")
        assert shown(driver, "#attendance").split() == ["●", "01", "●", "02", "●", "03", "·", "04"]
        classroom.news = ClassNews(joined=5, present=frozenset({4, 5}), answers={1: {5: "1"}})
        await driver.until(lambda: "● 05" in shown(driver, "#attendance"), "the news")
        assert shown(driver, "#attendance").split()[6:] == ["○", "04", "●", "05"]


async def test_a_server_that_has_stopped_is_told(classroom: ClassSession) -> None:
    async with driven(lesson=SMALL, classroom=classroom, size=(120, 40)) as driver:
        front = await on_the_wall(driver)
        assert "code ABCD-EFGH" in str(front.query_one("#join").render())
        classroom.is_lost = True
        await driver.until(lambda: "The server has stopped" in str(front.query_one("#join").render()), "the news")


@pytest.mark.parametrize("size", [(80, 24), (96, 30), (200, 60)])
async def test_the_wall_fits(size: tuple[int, int], classroom: ClassSession) -> None:
    async with driven(lesson=SMALL, classroom=classroom, size=size) as driver:
        front = await on_the_wall(driver)
        await driver.until(lambda: front.replicates > 10, "some siblings")
        await driver.press("right", "a")
        for place in ("#votes", "#trials", "#join"):
            region = front.query_one(place).region
            assert region.bottom <= size[1] - 1, place
            assert region.height > 0, place
        assert "too small" not in shown(driver, "#trials")


LINK = "http://192.168.178.23:8124/join/ABCDEFGH"


def squares_in(driver: Driver) -> list[list[bool]]:
    """Which half cells of the picture of the code are dark, by the colors in which they are painted."""
    picture = driver.front.query_one(JoinCode)
    rows: list[list[bool]] = []
    for y in range(picture.size.height):
        cells = [
            (letter, segment.style) for segment in picture.render_line(y) for letter in segment.text if segment.style
        ]
        colors = [(letter, *(color_of(style, part) for part in ("color", "bgcolor"))) for letter, style in cells]
        rows.append([fore if letter in "▀█" else back for letter, fore, back in colors])
        rows.append([fore if letter in "▄█" else back for letter, fore, back in colors])
    return rows


def color_of(style: Style, part: str) -> bool:
    """Whether this color of a style is dark."""
    red, green, blue = getattr(style, part).triplet
    return 0.299 * red + 0.587 * green + 0.114 * blue < 128


@pytest.mark.parametrize("theme", ["pathsim-dark", "pathsim-light", "pathsim-projector"])
@pytest.mark.parametrize("size", [(120, 40), (80, 24)], ids=lambda size: "{}x{}".format(*size))
async def test_the_code_to_join_with_is_dark_on_light(
    classroom: ClassSession, theme: str, size: tuple[int, int]
) -> None:
    classroom.squares = tuple(tuple(map(bool, row)) for row in segno.make(LINK, error="l", micro=False).matrix)
    classroom.news = ClassNews()
    async with driven(lesson=SMALL, classroom=classroom, size=size, theme=theme) as driver:
        front = await on_the_wall(driver)
        await driver.until(lambda: "▀" in shown(driver, "#code"), "the code")
        assert not front.query_one("#votes").display
        found, wanted = squares_in(driver), [list(row) for row in classroom.squares]
        side = len(wanted)
        places = [
            (top, left)
            for top in range(len(found) - side + 1)
            for left in range(len(found[0]) - side + 1)
            if [row[left : left + side] for row in found[top : top + side]] == wanted
        ]
        assert len(places) == 1
        ((top, left),) = places
        around = [row[left - 2 : left + side + 2] for row in found[top - 2 : top + side + 2]]
        assert sum(map(sum, around)) == sum(map(sum, wanted)), "two squares around it are light"
        await driver.press("right")
        assert not front.query_one("#code").display
        assert front.query_one("#votes").display
        await driver.press("w", "w", "w")
        assert front.query_one("#code").display


async def test_where_only_this_machine_can_join_there_is_no_code(classroom: ClassSession) -> None:
    classroom.news = ClassNews()
    async with driven(lesson=SMALL, classroom=classroom, size=(120, 40)) as driver:
        front = await on_the_wall(driver)
        for _ in range(4):
            assert not front.query_one("#code").display
            await driver.press("w")
