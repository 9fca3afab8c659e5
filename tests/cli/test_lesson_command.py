"""``pathsim lesson``: listed, given in plain lines, on paper, and checked."""

import json
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner, Result

from pathsim.cli import app as app_command
from pathsim.cli import cli
from pathsim.cli import lesson as lesson_command
from pathsim.lessons.read import lesson_names
from pathsim.scenario.problems import ScenarioError

if TYPE_CHECKING:
    from pathsim.player.lesson_session import LessonSession
    from pathsim.state import AppState

SMALL = str(Path(__file__).parent.parent / "lessons" / "small.md")
TEXT = Path(SMALL).read_text(encoding="utf-8")


def given(*words: str, answers: str = "") -> Result:
    return CliRunner().invoke(cli, ["lesson", *words], input=answers)


def test_the_lessons_are_listed_with_what_one_learns() -> None:
    told = given("list")
    assert told.exit_code == 0
    listed = json.loads(given("list", "--json").stdout)["lessons"]
    assert [one["name"] for one in listed] == lesson_names()
    assert all(one["objectives"] and one["minutes"] for one in listed)
    assert all(one["name"] in told.stdout for one in listed)


def test_without_a_name_they_are_listed() -> None:
    assert given().stdout == given("list").stdout


def test_in_plain_lines_answers_come_from_standard_input() -> None:
    told = given(SMALL, "--plain", answers="2\n60\n1\n")
    assert told.exit_code == 0
    assert "Yes. The hazard ratio is" in told.stdout
    assert "You said 60; it is" in told.stdout
    order = [told.stdout.index(words) for words in ("Step 1 of 3", "Yes.", "Step 2 of 3", "You said", "That was all")]
    assert order == sorted(order)
    # What is no answer is asked again.
    again = given(SMALL, "--plain", answers="9\nx\n2\n60\n1\n")
    assert again.stdout == told.stdout
    assert "'9' is none of 1 to 3" in again.stderr
    # Whoever says nothing hears everything all the same.
    silent = given(SMALL, "--plain")
    assert silent.exit_code == 0
    assert "Right is: Nothing yet." in silent.stdout
    assert "That was all." in silent.stdout


def test_the_same_seed_is_told_to_the_letter_and_another_one_otherwise() -> None:
    first, again, other = (given(SMALL, "--notes", *of).stdout for of in ((), (), ("--seed", "8")))
    assert first == again
    assert first != other


def test_a_page_is_written_with_or_without_the_answers(tmp_path: Path) -> None:
    sheet, key = tmp_path / "sheet.html", tmp_path / "key.html"
    assert given(SMALL, "--worksheet", str(sheet)).exit_code == 0
    assert given(SMALL, "--worksheet", str(key), "--key").exit_code == 0
    assert "One trial proves little" not in sheet.read_text(encoding="utf-8")
    assert "One trial proves little" in key.read_text(encoding="utf-8")
    refused = given(SMALL, "--worksheet", str(sheet), "--key")
    assert refused.exit_code == 2
    assert "already exists" in refused.output
    assert given(SMALL, "--worksheet", str(sheet), "--key", "--force").exit_code == 0
    assert sheet.read_bytes() == key.read_bytes()


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("no-such",), "there is no lesson 'no-such'"),
        (("hr-07",), "Did you mean 'hr-070'?"),
        ((SMALL,), "--plain"),
        ((SMALL, "--plain", "--notes"), "choose one of"),
        ((SMALL, "--key"), "name it with --worksheet"),
        (("list", "--plain"), "say which lesson"),
        ((SMALL, "--json"), "--json is for pathsim lesson list"),
        ((SMALL, "--worksheet", "no-such-folder/a.html"), "there is no folder"),
    ],
)
def test_what_cannot_be_is_told_in_a_line(words: tuple[str, ...], told: str) -> None:
    found = given(*words)
    if isinstance(found.exception, ScenarioError):
        assert told in str(found.exception)
    else:
        assert found.exit_code == 2
        assert told in found.output


def test_it_opens_on_the_page_of_what_it_is_about(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[tuple[AppState, LessonSession]] = []
    monkeypatch.setattr(lesson_command, "is_terminal", lambda: True)
    monkeypatch.setattr(lesson_command, "open_app", lambda state, *_, lesson, **__: opened.append((state, lesson)))
    assert given(SMALL, "--seed", "9").exit_code == 0
    [(state, session)] = opened
    assert (state.screen, state.seed, state.day) == ("lesson", 9, "last")
    assert session.page == 0


def test_the_screen_of_lessons_is_refused_without_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app_command, "is_terminal", lambda: True)
    told = CliRunner().invoke(cli, ["app", "two-arm-exponential", "--screen", "lesson"])
    assert told.exit_code == 2
    assert "pathsim lesson NAME" in told.output


def test_a_lesson_is_checked_as_scenarios_are(tmp_path: Path) -> None:
    fine = CliRunner().invoke(cli, ["check", SMALL])
    assert fine.exit_code == 0
    assert "3 steps" in fine.output
    file = tmp_path / "mine.md"
    file.write_text(TEXT.replace("expect  = { events = [1, 400] }", "expect  = { events = [1, 2] }"), encoding="utf-8")
    wrong = CliRunner().invoke(cli, ["check", str(file)])
    assert wrong.exit_code == 2
    assert "'events' is 282, and the text supposes 1 to 2" in wrong.output
    as_json = json.loads(CliRunner().invoke(cli, ["check", str(file), "--json"]).stdout)
    assert [error["path"] for error in as_json["errors"]] == ['"One trial"']


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ('"endpoints.os.events"', '"endpoints.dfs.events"', "dfs"),
        ("day     = 2021-06-30", "day     = 2041-06-30", "the trial goes from"),
        ('show    = ["ensemble"]', 'show    = ["committee"]', "the scenario has none"),
        ('show    = ["ensemble"]', 'endpoint = "oss"', "there is no endpoint 'oss'. Did you mean 'os'?"),
        ("day     = 2021-06-30", 'set     = { "trial.patiens" = 5 }', "Did you mean 'patients'?"),
        ("logrank.p_one_sided < 0.025", "logrank.p_one_sided", "is not a condition"),
    ],
)
def test_what_a_lesson_supposes_and_its_trial_has_not_is_found(
    before: str, after: str, told: str, tmp_path: Path
) -> None:
    assert before in TEXT
    file = tmp_path / "mine.md"
    file.write_text(TEXT.replace(before, after, 1), encoding="utf-8")
    found = CliRunner().invoke(cli, ["check", str(file)])
    assert found.exit_code == 2
    assert told in found.output
    assert "mine.md:" in found.output


@pytest.mark.slow
@pytest.mark.parametrize("name", lesson_names())
def test_every_lesson_that_comes_with_pathsim_holds_what_it_says(name: str) -> None:
    found = CliRunner().invoke(cli, ["check", name])
    assert found.exit_code == 0, found.output
