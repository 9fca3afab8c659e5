"""Lines of answers: short, tolerant of how people type, and never a reason to lose those of others."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pathsim.classroom.answers import (
    MOST_REMARKS,
    AnswerError,
    Answers,
    answer_sheet,
    answers_of,
    checked,
)
from pathsim.classroom.classroom import MOST_STUDENTS, Classroom
from pathsim.classroom.material import named
from pathsim.player.lesson_session import LessonSession
from tests.classroom.test_classroom import SMALL

NUMBERS = st.integers(1, 6).map(str) | st.integers(-99_999, 99_999).map(
    lambda n: f"{n / 1000:.3f}".rstrip("0").rstrip(".")
)
ANSWERS = st.builds(Answers, st.integers(1, MOST_STUDENTS), st.dictionaries(st.integers(1, 40), NUMBERS))
LESSON = Classroom.of(named(lesson=SMALL), 5).lesson()


@given(ANSWERS, st.sampled_from([" ", ", ", ";", " ; ", ","]))
def test_a_line_is_read_as_it_was_written(answers: Answers, between: str) -> None:
    line = str(answers)
    assert Answers.read(line) == answers
    head, *rest = line.split(" ")
    assert Answers.read(f" {head} {between.join(rest)} \r") == answers


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("17: 2=1 4=0.85 6=3", "17: 2=1 4=0.85 6=3"),
        ("17 6=3 2=1", "17: 2=1 6=3"),
        ("17:2=1,4=0,85;6=3", "17: 2=1 4=0.85 6=3"),
        ("STUDENT 17: 4 = 57 %", "17: 4=57"),
        ("#017: 2:1, 4=.50.", "17: 2=1 4=0.5"),
        ("17: 2=1.", "17: 2=1"),
        ("17", "17:"),
    ],
)
def test_how_people_type_does_not_matter(typed: str, meant: str) -> None:
    assert str(Answers.read(typed)) == meant


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("hello", "'hello' is no line of answers: write the student's number"),
        ("17: 2", "'2' cannot be read"),
        ("17: 2=b", "'2=b' cannot be read"),
        ("17: 2=1.2.3", "cannot be read"),
        ("17: 2=1 2=3", "student 17 answers step 2 twice"),
        ("12345: 2=1", "12345 is none"),
        ("17: \x1b[31m2=1", r"'\u001b[31m2=1' cannot be read"),
        ("17: " + "2=1 " * 1000, "at most 1,000 characters"),
        ("17: 2=" + "9" * 500, "…' cannot be read"),
    ],
)
def test_what_is_no_line_is_told_in_a_sentence(typed: str, told: str) -> None:
    with pytest.raises(AnswerError) as wrong:
        Answers.read(typed)
    assert told in str(wrong.value)
    assert len(str(wrong.value)) < 250


def test_what_counts_is_what_was_marked_when_the_rest_was_shown() -> None:
    session = Classroom.of(named(lesson=SMALL), 5).student(17)
    assert isinstance(session, LessonSession)
    session.turn(1)
    session.choose(1)
    assert str(answers_of(session, 17)) == "17:"
    session.turn(1)  # shows what follows
    session.choose(0)  # to read what is said of it
    session.turn(1)
    for character in ".50.":
        session.type(character)
    session.reveal()
    session.turn(1)
    session.turn(1)  # passed over
    assert str(answers_of(session, 17)) == "17: 1=2 2=0.5"
    assert Answers.read("17: 1=2 2=0.5") == answers_of(session, 17)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({1: "4"}, "step 1 has answers 1 to 3, and 4 is none"),
        ({1: "0"}, "and 0 is none"),
        ({1: "1.5"}, "and 1.5 is none"),
        ({0: "1"}, "there is no step 0"),
        ({4: "1"}, "there is no step 4, for the lesson has 3 steps"),
        ({2: "many"}, "step 2 asks for a number, and 'many' is none"),
    ],
)
def test_answers_that_go_with_no_question_are_left_out(given: dict[int, str], told: str) -> None:
    found, wrong = checked(Answers(17, {**given, 3: "2"}), LESSON)
    assert found == Answers(17, {3: "2"})
    assert [told in one for one in wrong] == [True]


def test_a_sheet_keeps_what_fits_and_tells_the_rest_by_line() -> None:
    text = "2: 1=2 2=60 3=1\n\n1: 1=9 2=50\nbye\n0: 1=1\n2: 1=1\n3:\r\n"
    answers, remarks = answer_sheet(text, LESSON)
    assert list(map(str, answers)) == ["1: 2=50", "2: 1=1", "3:"]
    lines = [remark.split(":")[0] for remark in remarks]
    assert lines == ["line 3, student 1", "line 4", "line 5", "line 6"]
    assert remarks[3].endswith("a later line of student 2, which counts, not line 1")


def test_a_later_line_without_an_answer_takes_none_away() -> None:
    answers, remarks = answer_sheet("2: 1=2\n2:\n2: 1=9\n", LESSON)
    assert list(map(str, answers)) == ["2: 1=2"]
    assert remarks == ("line 3, student 2: step 1 has answers 1 to 3, and 9 is none",)


def test_without_a_lesson_a_line_says_who_was_there() -> None:
    answers, remarks = answer_sheet("2: 1=2\n1:\n", None)
    assert (list(map(str, answers)), remarks) == (["1:", "2:"], ())


@pytest.mark.parametrize("line", ["x", "17: 1=9", "[bold red]17[/]", "\x1b]0;pwned\x07", "17: " + ";" * 990 + "!"])
def test_a_file_of_anything_is_told_in_few_lines(line: str) -> None:
    _, remarks = answer_sheet((line + "\n") * 5_000, LESSON)
    assert len(remarks) == MOST_REMARKS + 1
    assert not any("\x1b" in remark for remark in remarks)
