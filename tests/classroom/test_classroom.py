"""A code is found again wherever the same versions are, and opens the same trial for the same number."""

import json
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner

from pathsim.classroom import material
from pathsim.classroom.classroom import MOST_STUDENTS, Classroom
from pathsim.classroom.code import ClassCode, ClassCodeError
from pathsim.classroom.material import MaterialError, material_of, named
from pathsim.cli import cli
from pathsim.lessons.figures import computed
from pathsim.lessons.lesson import LessonFigure
from pathsim.lessons.read import lesson_names
from pathsim.player.lesson_session import LessonSession
from pathsim.scenario.files import library, names, source_at
from pathsim.scenario.problems import ScenarioError
from pathsim.state import AppState

SMALL = str(Path(__file__).parent.parent / "lessons" / "small.md")
TEXT = Path(SMALL).read_text(encoding="utf-8")
LIBRARY = [*(("lesson", name) for name in lesson_names()), *(("scenario", name) for name in names())]


@pytest.mark.parametrize(("kind", "name"), LIBRARY)
def test_what_comes_with_pathsim_is_found_by_its_code(kind: str, name: str) -> None:
    made = Classroom.of(named(**{kind: name}), 7)
    assert Classroom.read(str(made.code)) == made
    assert (made.material.name, made.material.is_lesson) == (name, kind == "lesson")


def test_no_two_of_the_library_have_the_same_bits() -> None:
    bits = Counter(named(**{kind: name}).name_bits for kind, name in LIBRARY)
    assert [count for count in bits.values() if count > 1] == []


def test_a_lesson_may_be_named_with_the_scenario_that_it_is_about() -> None:
    assert named("aall1331", "hr-070") == named(None, "hr-070") == named("hr-070")
    with pytest.raises(MaterialError, match="'hr-070' is about a trial of 'aall1331', not of 'two-arm-exponential'"):
        named("two-arm-exponential", "hr-070")
    with pytest.raises(MaterialError, match="say what the class is about"):
        named()
    with pytest.raises(ScenarioError, match="no scenario 'no-such'"):
        named("no-such", "hr-070")


def test_another_content_is_another_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "mine.md"
    file.write_text(TEXT, encoding="utf-8")
    code = Classroom.of(named(lesson=str(file)), 7).code
    assert Classroom.read(str(code), str(file)).material.name == "mine"
    # As an editor on Windows saves it.
    file.write_bytes(TEXT.replace("\n", "\r\n").encode())
    assert Classroom.read(str(code), str(file)).code == code
    file.write_text(TEXT.replace("What follows?", "So what?"), encoding="utf-8")
    with pytest.raises(MaterialError, match=r"another version of pathsim or of 'mine'.*the same file: pip install -U"):
        material_of(code, str(file))
    file.write_text(TEXT, encoding="utf-8")
    monkeypatch.setattr(material, "__version__", "99.0")
    with pytest.raises(MaterialError, match=r"Here is pathsim 99\.0; a class needs one version"):
        material_of(code, str(file))


def test_a_changed_scenario_is_another_version_of_its_lesson(tmp_path: Path) -> None:
    (tmp_path / "base.toml").write_text(source_at(library() / "two-arm-exponential.toml").text)
    (tmp_path / "small.toml").write_text('extends = "base.toml"\ntitle = "Mine"\nsummary = "Mine."\n')
    lesson = tmp_path / "mine.md"
    lesson.write_text(TEXT.replace('"two-arm-exponential"', '"small.toml"'), encoding="utf-8")
    before = named(lesson=str(lesson))
    base = tmp_path / "base.toml"
    base.write_text(base.read_text(encoding="utf-8") + "\n# changed\n", encoding="utf-8")
    after = named(lesson=str(lesson))
    assert before.name_bits == after.name_bits
    assert before.content != after.content


def test_what_is_not_here_is_told(tmp_path: Path) -> None:
    code = Classroom.of(named(lesson=SMALL), 7).code
    with pytest.raises(MaterialError, match="Is it of a file of your own\\? Name it after the code"):
        material_of(code)
    other = tmp_path / "other.md"
    other.write_text(TEXT, encoding="utf-8")
    with pytest.raises(MaterialError, match="this code is of something else than 'other'"):
        material_of(code, str(other))
    with pytest.raises(ClassCodeError):
        Classroom.read("4F7K")


def test_each_student_opens_the_replicate_of_their_number() -> None:
    made = Classroom.of(named(lesson=SMALL), 5)
    session = made.student(17)
    assert isinstance(session, LessonSession)
    assert (session.state.seed, session.state.replicate) == (5, 17)
    # The pages that follow speak of one trial, and are the same for all.
    session.page = 1
    assert (session.state.seed, session.state.replicate) == (5, 0)
    # Of the lesson's own seed it is the lesson's own trial, of which all that it says is true.
    own = Classroom.of(named(lesson="hr-070"), 23).student(17)
    assert isinstance(own, LessonSession)
    assert (own.state.seed, own.state.replicate) == (23, 17)
    own.page = 1
    assert (own.state.seed, own.state.replicate) == (23, 1069)
    teachers = made.student(0)
    assert isinstance(teachers, LessonSession)
    assert (teachers.own, teachers.lesson) == (None, session.lesson)
    assert made.trial(17) == ("two-arm-exponential", (), 5, 17)
    assert made.trial(0).replicate == 0
    alone = Classroom.of(named("two-arm-exponential"), 5)
    assert alone.student(17) == AppState("two-arm-exponential", 5, 17, is_playing=True)
    with pytest.raises(LookupError):
        alone.lesson()


def test_a_students_own_trial_is_the_one_that_run_prints() -> None:
    made = Classroom.of(named(lesson=SMALL), 5)
    session = made.student(17)
    assert isinstance(session, LessonSession)
    figure = session.lesson.steps[0].figures["hr"]
    assert isinstance(figure, LessonFigure)
    trial = made.trial(17)
    asked = ["run", trial.scenario, "--seed", str(trial.seed), "--replicate", str(trial.replicate), "--json"]
    found = json.loads(CliRunner().invoke(cli, asked).stdout)
    ratio = found["endpoints"]["os"]["comparisons"]["experimental"]["cox"]["hazard_ratio"]
    assert session.own is not None
    mine = replace(figure, state=session.own)
    assert computed([mine])[mine].number == ratio


@pytest.mark.parametrize(
    ("name", "seed", "trial"),
    [
        ("hr-070", None, (23, 1069)),  # as the lesson's head has it
        ("hr-070", 23, (23, 0)),
        ("hr-070", 5, (5, 0)),
        ("aall1331", None, (23, 0)),
        ("aall1331", 5, (5, 0)),
    ],
)
def test_all_can_have_the_same_trial(name: str, seed: int | None, trial: tuple[int, int]) -> None:
    made = Classroom.of(named(name), seed, is_same=True)
    assert Classroom.read(str(made.code)).code == made.code
    for number in (0, 1, MOST_STUDENTS):
        assert made.trial(number)[2:] == trial
        opened = made.student(number)
        state = opened.state if isinstance(opened, LessonSession) else opened
        assert (state.seed, state.replicate) == trial


def test_without_a_seed_everybody_cannot_have_another_trial() -> None:
    with pytest.raises(MaterialError, match="say of which seed"):
        Classroom.of(named("hr-070"))


@pytest.mark.parametrize("number", [-1, MOST_STUDENTS + 1])
def test_other_numbers_are_nobodys(number: int) -> None:
    with pytest.raises(ValueError, match="numbers from 1 to 9,999"):
        Classroom.of(named("hr-070"), 5).student(number)


def test_the_version_of_a_class_is_in_its_code() -> None:
    made = Classroom.of(named("aall1331"), 5)
    code = made.code
    with pytest.raises(MaterialError, match="another version of pathsim or of 'aall1331'"):
        material_of(ClassCode(code.name_bits, code.version_bits ^ 1, 5))
