"""A lesson on screen: the text, the trial that it speaks of, questions, and what came of them."""

import os
import shlex
import signal
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from driving import Driver, WatchedWorker, driven, lines_of

from pathsim.app.screens.lesson import PANELS, LessonScreen
from pathsim.app.widgets.histogram import Histogram
from pathsim.app.widgets.reading import LessonProgress, Reading
from pathsim.app.widgets.survival import SurvivalPlot
from pathsim.cli.app import lesson_at
from pathsim.lessons.read import lesson, lesson_names
from pathsim.player.lesson_session import LessonSession
from pathsim.player.requests import Repeat
from pathsim.state import AppState

SMALL = str(Path(__file__).parent.parent / "lessons" / "small.md")
TEXT = Path(SMALL).read_text(encoding="utf-8")
SIZES = ((80, 24), (120, 40), (160, 45))


def given(driver: Driver) -> LessonSession:
    assert driver.app.trial.lesson is not None
    return driver.app.trial.lesson


def reading(driver: Driver) -> str:
    return "\n".join(line.rstrip() for line in lines_of(driver.front.query_one(Reading)))


async def computed(driver: Driver) -> None:
    await driver.until(lambda: len(given(driver).values) == len(given(driver).lesson.figures), "figures are computed")
    await driver.settle()


async def on_page(driver: Driver, page: int) -> None:
    await driver.until(lambda: isinstance(driver.front, LessonScreen) and driver.front.is_made, "it is there")
    while given(driver).page < page:
        await driver.press("right")
    await driver.until_shown()
    await driver.settle()


async def test_it_opens_with_what_it_is_about() -> None:
    async with driven(lesson=SMALL, size=(120, 40)) as driver:
        await on_page(driver, 0)
        text = reading(driver)
        for words in ("How many live", "5 minutes, 3 steps", "Tell one trial from many", "Everybody dies", "A book"):
            assert words in text
        assert "Lesson" in driver.header()


async def test_the_answer_is_shown_once_it_is_given_with_what_is_said_to_it() -> None:
    async with driven(lesson=SMALL, size=(120, 40)) as driver:
        await on_page(driver, 1)
        await computed(driver)
        assert "The ratio is" not in reading(driver)
        assert "✓" not in reading(driver)
        await driver.press("1", "enter")
        text = reading(driver)
        hr = given(driver).told["hr"].told
        assert f"The ratio is {hr}" in text
        assert "1  The drug works ✗" in text
        assert "2  Nothing yet ✓" in text
        assert "One trial proves little." in text
        # Of the others nothing is said.
        assert "It was" not in text


async def test_a_prediction_is_typed_and_keys_do_what_they_always_do_elsewhere() -> None:
    async with driven(lesson=SMALL, size=(120, 40)) as driver:
        await on_page(driver, 2)
        await computed(driver)
        await driver.press("6", "2", "full_stop", "5", "backspace", "backspace")
        assert given(driver).guess == "62"
        assert driver.session.is_over
        await driver.press("enter")
        text = reading(driver)
        assert "you said 62" in text
        assert f"it is {given(driver).told['power'].told}" in text
        assert "Try it" in text


async def test_the_trial_beside_the_text_is_that_of_the_step() -> None:
    async with driven(lesson=SMALL, size=(120, 40)) as driver:
        await on_page(driver, 1)
        assert driver.front.query_one(SurvivalPlot).display
        assert driver.session.is_over
        await on_page(driver, 2)
        assert not driver.front.query_one(SurvivalPlot).display
        histogram = driver.front.query_one(Histogram)
        await driver.until(lambda: histogram.headline is not None, "there are replicates")
        await on_page(driver, 3)
        assert driver.front.query_one(SurvivalPlot).display
        assert driver.snapshot.iso_date == "2021-06-30"


async def test_after_the_answer_something_else_can_be_shown() -> None:
    async with driven(lesson=SMALL, size=(120, 40)) as driver:
        await on_page(driver, 2)
        assert (driver.session.replicate, driver.front.query_one(SurvivalPlot).display) == (0, False)
        await driver.press("right")
        await driver.until_shown()
        assert given(driver).page == 2
        assert (driver.session.replicate, driver.front.query_one(SurvivalPlot).display) == (3, True)
        # It is still so on coming back.
        await driver.press("left", "right")
        await driver.until_shown()
        assert (driver.session.replicate, driver.front.query_one(SurvivalPlot).display) == (3, True)


async def test_the_worker_is_left_to_the_screen_that_is_in_front() -> None:
    async with driven(lesson=SMALL, size=(120, 40)) as driver:
        await on_page(driver, 2)
        histogram = driver.front.query_one(Histogram)
        await driver.until(lambda: histogram.headline is not None, "there are replicates")
        await driver.visit("live")
        last = [asked for asked in driver.worker.asked if isinstance(asked, Repeat)][-1]
        assert (last.work, last.replicates) == ("ensemble", 0)


async def test_free_play_is_left_behind_when_one_comes_back() -> None:
    async with driven(lesson=SMALL, size=(120, 40)) as driver:
        await on_page(driver, 3)
        await driver.press("l", "G", "n")
        await driver.until_shown()
        assert driver.session.seed == 8
        await driver.press("L")
        await driver.until_shown()
        assert driver.session.seed == 7
        assert driver.snapshot.iso_date == "2021-06-30"
        await driver.press("escape")
        assert driver.app.current_mode == "live"


async def test_figures_that_come_while_another_screen_is_in_front_are_kept() -> None:
    async with driven(lesson=SMALL, size=(120, 40)) as driver:
        await driver.until(lambda: driver.app.trial.card is not None, "the trial is there")
        given(driver).values.clear()
        await driver.visit("evidence")
        driver.app.trial.compute()
        await computed(driver)
        await driver.press("L")
        await on_page(driver, 1)
        assert "…" not in reading(driver)


async def test_a_worker_that_has_died_is_replaced_and_computes_what_is_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("pathsim.app.app.WorkerProcess", WatchedWorker)
    async with driven(lesson=SMALL, size=(120, 40)) as driver:
        await on_page(driver, 1)
        os.kill(driver.app.trial.worker.pid, signal.SIGKILL)
        await driver.until(lambda: driver.app.trial.is_worker_lost, "the app has noticed")
        given(driver).values.clear()
        await driver.press("R")
        await computed(driver)
        driver.app.trial.worker.close()


async def test_a_trial_that_is_changed_on_the_page_is_told_and_the_key_leads_back() -> None:
    async with driven(lesson=SMALL, size=(120, 40)) as driver:
        await on_page(driver, 1)
        assert "not the trial" not in lines_of(driver.front.query_one(LessonProgress))[0]
        await driver.press("n")
        await driver.until_shown()
        assert "this is not the trial of this page: L leads back" in lines_of(driver.front.query_one(LessonProgress))[0]
        await driver.press("L")
        await driver.until_shown()
        assert driver.session.seed == 7
        assert "not the trial" not in lines_of(driver.front.query_one(LessonProgress))[0]


async def test_the_keys_are_those_of_the_text_whatever_is_clicked() -> None:
    async with driven(lesson=SMALL, size=(120, 40)) as driver:
        await on_page(driver, 1)
        await driver.press("tab", "tab", "2")
        assert given(driver).choice == 1
        await driver.click(driver.front.query_one(SurvivalPlot), 5, 5)
        await driver.press("3", "right")
        assert given(driver).choice == 2
        assert not given(driver).is_asking


async def test_the_curves_are_of_the_endpoint_that_is_asked_for(tmp_path: Path) -> None:
    file = tmp_path / "mine.md"
    text = (
        TEXT.replace('"two-arm-exponential"', '"aall1331"')
        .replace("day     = 2021-06-30", 'endpoint = "os"')
        .replace("2021", "2018")
    )
    file.write_text(text, encoding="utf-8")
    async with driven(lesson=str(file), size=(120, 40)) as driver:
        await on_page(driver, 3)
        assert driver.front.query_one(SurvivalPlot).headings[0].startswith("Overall survival")


async def test_without_a_lesson_there_is_no_tab_and_no_key_for_one() -> None:
    async with driven("two-arm-exponential") as driver:
        assert "Lesson" not in driver.header()
        await driver.press("L")
        assert driver.app.current_mode == "live"


async def test_its_state_opens_the_same_page() -> None:
    async with driven(lesson=SMALL, size=(120, 40)) as driver:
        await on_page(driver, 3)
        await driver.press("Y")
        state = AppState.read(shlex.split(driver.app.clipboard)[3])
    assert (state.screen, state.lesson, state.page) == ("lesson", SMALL, 3)
    assert state.day == date(2021, 6, 30)
    again = lesson_at(state)
    assert again.page == 3
    assert lesson_at(replace(state, page=90)).page == 3


async def test_a_lesson_on_other_patients_stays_one() -> None:
    async with driven(lesson=SMALL, size=(120, 40)) as driver:
        await on_page(driver, 1)
        session = given(driver)
        session.seed, session.lesson = 9, lesson(SMALL, seed=9)
        await driver.press("right", "right", "left")
        assert driver.app.state is not None
        again = lesson_at(AppState.read(str(driver.app.state)))
        assert again.lesson == session.lesson
        assert (again.seed, again.state.seed) == (9, 9)


async def test_a_figure_that_cannot_be_computed_is_told(tmp_path: Path) -> None:
    file = tmp_path / "mine.md"
    file.write_text(TEXT.replace('"endpoints.os.events"', '"endpoints.dfs.events"', 1), encoding="utf-8")
    async with driven(lesson=str(file), size=(120, 40)) as driver:
        told = "A figure of this lesson cannot be computed"
        notes = driver.app._notifications  # noqa: SLF001
        await driver.until(lambda: any(told in note.message for note in notes), "it is told")
        assert not driver.worker.failed


async def test_a_lesson_of_strange_letters_is_drawn_as_letters(tmp_path: Path) -> None:
    file = tmp_path / "mine.md"
    strange = "[b]not bold[/] <b> ` ` שלום 中文字 a̐éö̲ " + "long" * 60
    file.write_text(TEXT.replace("Nothing is right here.", strange), encoding="utf-8")
    async with driven(lesson=str(file), size=(80, 24)) as driver:
        await on_page(driver, 3)
        assert "[b]not bold[/] <b>" in reading(driver)
        one = driver.front.query_one(Reading)
        assert {len(line) for line in lines_of(one)} == {one.size.width}


@pytest.mark.parametrize("size", SIZES, ids=lambda size: "{}x{}".format(*size))
async def test_one_half_at_a_time_where_there_is_no_room_for_both(size: tuple[int, int]) -> None:
    async with driven(lesson=SMALL, size=size) as driver:
        await on_page(driver, 1)
        halves = [driver.front.query_one(name) for name in ("#reading", "#trial")]
        assert [half.display for half in halves] == [True, size[0] >= 96]
        await driver.press("w")
        assert [half.display for half in halves] == ([False, True] if size[0] < 96 else [True, True])


async def test_a_page_that_is_too_long_can_be_scrolled_and_says_so(tmp_path: Path) -> None:
    file = tmp_path / "mine.md"
    file.write_text(TEXT.replace("That was all.", "\n\n".join(f"Line {n}." for n in range(40))), encoding="utf-8")
    async with driven(lesson=str(file), size=(80, 24)) as driver:
        await on_page(driver, 3)
        await driver.press("1", "enter")
        assert "Line 39." in reading(driver)
        assert "↑" in reading(driver)
        await driver.press(*["up"] * 100)
        assert "Would you stop?" in reading(driver)
        assert "↓" in reading(driver)


async def test_what_is_to_be_predicted_is_not_given_away() -> None:
    async with driven(lesson=SMALL, size=(160, 45)) as driver:
        await on_page(driver, 2)

        def trials() -> str:
            return "\n".join(lines_of(driver.front.query_one("#ensemble")))

        await driver.until(lambda: "Strong bars" in trials(), "some trials")
        assert "%" not in trials()
        await driver.press("5", "0", "enter")
        await driver.until(lambda: "%" in trials(), "it has been predicted")


async def test_how_far_one_is_is_told() -> None:
    async with driven(lesson=SMALL, size=(120, 40)) as driver:
        await on_page(driver, 2)
        assert lines_of(driver.front.query_one(LessonProgress))[0].strip().startswith("●──●──◉──○")
        assert "step 2 of 3" in driver.header()


@pytest.mark.slow
@pytest.mark.parametrize("name", lesson_names())
async def test_every_page_of_every_lesson_fits_and_shows_its_trial(name: str) -> None:
    async with driven(lesson=name, size=(120, 40)) as driver:
        await driver.until(lambda: isinstance(driver.front, LessonScreen) and driver.front.is_made, "it is there")
        for page in range(1, given(driver).pages):
            while given(driver).page < page:
                await driver.press("right")
            await driver.until_shown()
            await driver.press("enter")
            await driver.settle()
            text = reading(driver)
            assert "↓" not in text, (page, text)
            assert "↑" not in text, (page, text)
            step = given(driver).step
            assert step is not None
            seen = [name for name in PANELS if driver.front.query_one(f"#{name}").display]
            assert set(seen) == set((step.beside_answer or step.beside).panels)
            for name_of_panel in seen:
                drawn = "".join(lines_of(driver.front.query_one(f"#{name_of_panel}")))
                assert drawn.strip(), (page, name_of_panel)
        assert not driver.worker.failed


def test_the_library_has_lessons() -> None:
    assert [lesson(name).minutes <= 20 for name in lesson_names()] == [True] * len(lesson_names())
    assert lesson_names()
