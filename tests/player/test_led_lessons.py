"""A lesson that a teacher leads: answers wait, and what follows a question is shown to all at once."""

from pathlib import Path

import pytest

from pathsim.lessons.read import lesson
from pathsim.player.lesson_session import LessonSession

SMALL = str(Path(__file__).parent.parent / "lessons" / "small.md")


@pytest.fixture
def led() -> LessonSession:
    return LessonSession(lesson(SMALL), page=1, is_led=True)


def test_an_answer_waits_until_all_are_shown_what_follows(led: LessonSession) -> None:
    led.choose(1)
    led.reveal()
    assert (led.given, led.is_waiting, led.is_asking) == ({1: "2"}, True, True)
    led.choose(0)
    led.reveal()
    assert led.given == {1: "1"}
    assert not led.turn(1)
    led.open([1])
    assert (led.is_waiting, led.is_asking, led.given) == (False, False, {1: "1"})
    assert led.turn(1)


def test_who_has_not_answered_goes_on_thinking_and_their_answer_does_not_count(led: LessonSession) -> None:
    led.open([1])
    assert led.is_asking
    led.choose(1)
    led.reveal()
    assert (led.is_asking, led.given) == (False, {})


def test_without_an_answer_nobody_waits_for_what_follows(led: LessonSession) -> None:
    led.reveal()
    assert (led.is_asking, led.is_waiting, led.given) == (True, False, {})


def test_alone_what_follows_comes_at_once() -> None:
    alone = LessonSession(lesson(SMALL), page=1)
    alone.choose(1)
    alone.reveal()
    assert (alone.is_asking, alone.given) == (False, {1: "2"})


def test_who_comes_back_goes_on_where_they_were(led: LessonSession) -> None:
    led.take_up({1: "2", 2: "70.5"}, [1])
    assert (led.choice, led.is_asking) == (1, False)
    led.page = 2
    assert (led.guess, led.is_waiting) == ("70.5", True)
