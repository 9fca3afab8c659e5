"""Going through a lesson: what follows a question is closed until it is answered or passed over."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from pathsim.lessons.read import lesson
from pathsim.player.lesson_session import LONGEST_GUESS, LessonSession

SMALL = lesson(str(Path(__file__).parent.parent / "lessons" / "small.md"))


def test_it_begins_with_what_it_is_about_beside_the_trial_of_the_first_step() -> None:
    session = LessonSession(SMALL)
    assert session.step is None
    assert session.state == SMALL.steps[0].state
    assert session.pages == 4
    assert not session.is_asking


def test_on_first_shows_what_follows_the_question_and_then_the_next_page() -> None:
    session = LessonSession(SMALL)
    assert session.turn(1)
    assert session.is_asking
    assert not session.turn(1)
    assert not session.is_asking
    assert session.page == 1
    assert session.turn(1)
    assert session.page == 2
    # Back and on again: what was answered stays so.
    assert session.turn(-1)
    assert not session.is_asking


def test_choices_are_marked_by_number_or_one_after_the_other_and_can_be_changed() -> None:
    session = LessonSession(SMALL, page=1)
    session.move(1)
    assert session.choice == 0
    session.move(-1)
    assert session.choice == 0
    session.choose(2)
    session.move(1)
    assert session.choice == 2
    session.choose(7)
    assert session.choice == 2
    session.reveal()
    session.choose(1)
    assert session.choice == 1
    other = LessonSession(SMALL, page=1)
    other.move(-1)
    assert other.choice == 2


def test_a_prediction_is_typed_and_stands_still_once_it_is_answered() -> None:
    session = LessonSession(SMALL, page=2)
    assert session.is_predicting
    for sign in "54.5":
        session.type(sign)
    session.type("")
    assert session.guess == "54."
    session.reveal()
    session.type("9")
    assert session.guess == "54."


def test_a_number_is_typed_as_people_write_it() -> None:
    session = LessonSession(SMALL, page=2)
    for sign in "-0,5.-":
        session.type(sign)
    assert session.guess == "-0.5"


@given(st.lists(st.sampled_from(["on", "back", "answer", "up", "down", "3", "x"]), max_size=60))
def test_whatever_is_pressed_one_is_on_a_page_and_answers_are_choices(keys: list[str]) -> None:
    session = LessonSession(SMALL)
    for key in keys:
        match key:
            case "on" | "back":
                session.turn(1 if key == "on" else -1)
            case "answer":
                session.reveal()
            case "up" | "down":
                session.move(1 if key == "down" else -1)
            case _:
                session.choose(int(key) - 1) if key.isdigit() else session.type(key)
        assert 0 <= session.page < session.pages
        assert session.choice is None or 0 <= session.choice < session.choices
        assert len(session.guess) <= LONGEST_GUESS
