"""``pathsim class``: a code is made, opened by number, and its answers come back as lines."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner, Result

from pathsim.classroom import siblings
from pathsim.classroom.classroom import MOST_STUDENTS
from pathsim.classroom.code import SHORT_SEEDS, ClassCode
from pathsim.cli import classroom as class_command
from pathsim.cli import cli
from pathsim.cli import lesson as lesson_command
from pathsim.scenario.problems import ScenarioError

if TYPE_CHECKING:
    from pathsim.player.lesson_session import LessonSession
    from pathsim.state import AppState

SMALL = str(Path(__file__).parent.parent / "lessons" / "small.md")
ANSWERS = "1: 1=2 2=60 3=1\n2: 1=1\n1: 1=3\nno line\n"


@pytest.fixture(autouse=True)
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(siblings, "SIBLINGS", 40)


def typed(*words: str, answers: str | bytes = "") -> Result:
    return CliRunner().invoke(cli, ["class", *words], input=answers)


def made(*words: str) -> str:
    code: str = json.loads(typed("new", *words, "--json").stdout)["code"]
    return code


def small_code() -> str:
    return made("--lesson", SMALL, "--seed", "7")


def test_the_numbers_of_students_are_those_of_a_class() -> None:
    assert class_command.LARGEST_NUMBER == MOST_STUDENTS


def test_a_new_class_is_a_code_and_what_each_types() -> None:
    told = typed("new", "aall1331", "--lesson", "hr-070", "--seed", "1234")
    assert told.exit_code == 0
    code, _, *lines = told.stdout.splitlines()
    assert ClassCode.read(code).seed == 1234
    assert [line.split("   ")[-1].strip() for line in lines] == [
        f"pathsim class {code} --student N",
        f"pathsim class {code}",
        f"pathsim class {code} --results FILE",
        f"or all in their browsers:  pathsim serve {code} --lan",
    ]
    assert "steps 1, 2 and 3 of this lesson speak of one trial" in told.stderr
    assert "speak" not in typed("new", "hr-070", "--same").stderr


def test_a_file_of_ones_own_is_named_after_the_code() -> None:
    told = typed("new", SMALL)
    assert f"{SMALL} --student N" in told.stdout
    assert "Everybody needs the same small.md" in told.stdout


def test_a_lesson_has_its_own_seed_and_a_scenario_one_that_is_drawn() -> None:
    # What hr-070 says of replicates 1 and 228 holds for its own seed alone.
    assert ClassCode.read(made("hr-070")).seed == 23
    drawn = {ClassCode.read(made("two-arm-exponential")).seed for _ in range(8)}
    assert len(drawn) > 1
    assert all(seed is not None and seed < SHORT_SEEDS for seed in drawn)
    same = ClassCode.read(made("hr-070", "--same"))
    assert (same.seed, same.is_same) == (None, True)


def opened(monkeypatch: pytest.MonkeyPatch) -> "list[tuple[AppState, LessonSession | None]]":
    found: list[tuple[AppState, LessonSession | None]] = []

    def open_app(state: "AppState", *_: object, lesson: "LessonSession | None" = None, **__: Any) -> None:
        found.append((state, lesson))
        if lesson is not None:
            lesson.turn(1)
            lesson.choose(1)
            lesson.reveal()

    monkeypatch.setattr(class_command, "is_terminal", lambda: True)
    for command in (class_command, lesson_command):
        monkeypatch.setattr(command, "open_app", open_app)
    return found


def test_a_student_opens_their_trial_and_leaves_with_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    found = opened(monkeypatch)
    told = typed(small_code().lower(), SMALL, "--student", "17")
    assert told.exit_code == 0
    assert told.stdout == "17: 1=2\n"
    assert "send it to your teacher" in told.stderr
    [(state, session)] = found
    assert (state.screen, state.seed, state.replicate) == ("lesson", 7, 17)
    assert session is not None
    assert session.student == 17


def test_the_teacher_opens_number_0_and_answers_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    found = opened(monkeypatch)
    told = typed(small_code(), SMALL)
    assert told.stdout == ""
    assert "the teacher, number 0; a student adds --student N" in told.stderr
    assert found[0][0].replicate == 0


def test_a_class_about_a_scenario_opens_the_app(monkeypatch: pytest.MonkeyPatch) -> None:
    found = opened(monkeypatch)
    told = typed(made("two-arm-exponential", "--seed", "5"), "--student", "3")
    assert told.stdout == "3:\n"
    assert (found[0][0].seed, found[0][0].replicate, found[0][1]) == (5, 3, None)


def test_in_plain_lines_the_answers_are_the_line_at_the_end() -> None:
    told = typed(small_code(), SMALL, "--student", "3", "--plain", answers="2\n60 %\n\n")
    assert told.exit_code == 0
    assert told.stdout.splitlines()[-1] == "3: 1=2 2=60"
    assert "pathsim run two-arm-exponential --seed 7 --replicate 3" in told.stderr
    again = typed(small_code(), SMALL, "--student", "4", "--plain", answers="2\n60 %\n\n")
    assert again.stdout.splitlines()[:-1] == told.stdout.splitlines()[:-1]
    assert "--replicate 4" in again.stderr


def test_results_are_counted_and_what_was_left_out_is_told(tmp_path: Path) -> None:
    file = tmp_path / "answers.txt"
    file.write_text("\ufeff" + ANSWERS, encoding="utf-8")
    told = typed(small_code(), SMALL, "--results", str(file))
    assert told.exit_code == 0
    assert "2 students" in told.stdout
    assert "The class among 40 siblings" in told.stdout
    assert "line 3: a later line of student 1, which counts, not line 1" in told.stderr
    assert "line 4: 'no line' is no line of answers" in told.stderr
    piped = typed(small_code(), SMALL, "--results", "-", answers=ANSWERS)
    assert piped.stdout == told.stdout
    as_json = json.loads(typed(small_code(), SMALL, "--results", str(file), "--json").stdout)
    assert [one["given"] for one in as_json["students"]] == [{"1": "3"}, {"1": "1"}]
    assert len(as_json["remarks"]) == 2


def test_hostile_answers_reach_no_terminal(tmp_path: Path) -> None:
    file = tmp_path / "answers.txt"
    file.write_bytes(b"1: 1=2\n2: \x1b]0;pwned\x07\n[bold]3[/]: 1=1\n\xff\xfe\n" + b"\x00" * 999 + b"\n")
    told = typed(small_code(), SMALL, "--results", str(file))
    assert told.exit_code == 0
    assert "1 student;" in told.stdout
    assert not any(sign in told.output for sign in "\x1b\x07\x00")
    file.write_bytes(b"1: 1=2\n" * 1_500_000)
    assert (
        "these answers are too long: at most 1,000,000 bytes"
        in typed(small_code(), SMALL, "--results", str(file)).output
    )


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("new",), "say what the class is about"),
        (("new", "two-arm-exponential", "--lesson", "hr-070"), "is about a trial of 'aall1331'"),
        (("new", "hr-070", "--student", "3"), "--student is for a code that there is"),
        (("new", "no-such"), "there is no scenario 'no-such'"),
        (("new", "-"), "standard input is none"),
        (("4F7K",), "a code has at least 8 characters"),
        (("CODE", "--seed", "3"), "--seed is for a new class"),
        (("CODE", "--json"), "--json is for what a class has answered"),
        (("CODE",), "Is it of a file of your own?"),
        (("CODE", "no-such.md"), "there is no lesson 'no-such.md'"),
        (("CODE", SMALL), "without one: add --plain"),
        (("CODE", SMALL, "--student", "0"), "1<=x<=9999"),
        (("CODE", SMALL, "--results", "no-such.txt"), "no-such.txt cannot be read"),
        (("CODE", SMALL, "--results", "-"), "there are no answers in it"),
        (("CODE", SMALL, "--results", "-", "--student", "3"), "--student is for opening a trial"),
    ],
)
def test_what_cannot_be_is_told_in_a_line(words: tuple[str, ...], told: str) -> None:
    code = small_code()
    found = typed(*(code if word == "CODE" else word for word in words), answers="-" if words[1:] == ("-",) else "")
    if isinstance(found.exception, ScenarioError):
        assert told in str(found.exception)
    else:
        assert found.exit_code == 2
        assert told in found.output
