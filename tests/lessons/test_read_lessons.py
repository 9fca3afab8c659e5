"""A lesson is a file: what stands in it comes out, and what is wrong with it is told with its line."""

from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pathsim.lessons.lesson import Lesson
from pathsim.lessons.read import lesson, lesson_names, read
from pathsim.scenario.files import Source
from pathsim.scenario.problems import ScenarioError

SMALL = Path(__file__).parent / "small.md"
TEXT = SMALL.read_text(encoding="utf-8")


def made(text: str) -> Lesson:
    return read(Source("mine", str(SMALL.with_name("mine.md")), text))


def wrong(text: str) -> list[tuple[int, str]]:
    """The lines at which something is wrong, and what."""
    with pytest.raises(ScenarioError) as found:
        made(text)
    return [(problem.line or 0, problem.message) for problem in found.value.problems]


def line_of(words: str, text: str) -> int:
    return text[: text.index(words)].count("\n") + 1


def test_what_stands_in_the_file_comes_out() -> None:
    found = lesson(str(SMALL))
    assert (found.title, found.minutes, found.name) == ("How many live", 5, "small")
    assert found.story == "Two arms, and **one** question."
    assert found.notes == "Draw the two curves on the board."
    assert [step.title for step in found.steps] == ["One trial", "Many trials", "Would you stop?"]
    first, second, third = found.steps
    assert first.say.startswith("Look at the end of it: {events} deaths.")
    assert first.reveal == "The ratio is {hr} ({hr.lower} to {hr.upper})."
    assert first.notes == "Ask who has seen a curve."
    assert first.question is not None
    assert [choice.is_right for choice in first.question.choices] == [False, True, False]
    assert first.expected == (("events", 1.0, 400.0),)
    assert (first.beside.panels, second.beside.panels) == (("curves",), ("ensemble",))
    assert second.beside_answer is not None
    assert (second.beside_answer.panels, second.beside_answer.state.replicate) == (("curves", "ensemble"), 3)
    assert second.question is not None
    assert second.question.predicts == "power"
    assert third.question is not None
    assert third.question.is_vote
    assert (first.state.seed, first.state.day) == (7, "last")
    assert third.state.day == date(2021, 6, 30)


def test_a_figure_is_of_the_trial_of_its_step_unless_it_says_otherwise() -> None:
    figures = lesson(str(SMALL)).steps[0].figures
    assert set(figures) == {"events", "hr", "other", "early", "hr.lower", "hr.upper"}
    assert figures["events"].state.day == "last"
    assert figures["other"].state.replicate == 3
    assert figures["early"].state.day == date(2021, 6, 30)
    assert figures["hr.lower"].path == "endpoints.os.comparisons.experimental.cox.lower"


def test_another_seed_is_that_of_all_steps_that_name_none() -> None:
    steps = lesson(str(SMALL), seed=9, replicate=2).steps
    assert {(step.state.seed, step.state.replicate) for step in steps} == {(9, 2)}
    assert steps[0].figures["other"].state.replicate == 3
    assert lesson(str(SMALL), replicate=4).steps[0].state.seed == 7
    # Another seed has other trials: its first one, if no other is asked for.
    of_another = made(TEXT.replace("seed       = 7", "seed       = 7\nreplicate  = 5"))
    assert of_another.steps[0].state.replicate == 5
    source = Source("mine", str(SMALL), TEXT.replace("seed       = 7", "seed       = 7\nreplicate  = 5"))
    assert (read(source, seed=9).steps[0].state.seed, read(source, seed=9).steps[0].state.replicate) == (9, 0)
    named = made(TEXT.replace("replicate = 3 }", "seed = 4 }").replace("seed       = 7", "seed = 7\nreplicate = 5"))
    assert (named.steps[0].figures["other"].state.seed, named.steps[0].figures["other"].state.replicate) == (4, 0)


def test_another_scenario_has_a_seed_and_numbers_of_its_own() -> None:
    text = TEXT.replace("seed       = 7", 'seed = 7\nset = { "trial.patients" = 300 }')
    found = made(text.replace("replicate = 3 }", 'scenario = "aall1331" }')).steps[0].figures["other"]
    assert (found.state.scenario, found.state.seed, found.state.settings) == ("aall1331", None, ())
    assert made(text).steps[0].figures["other"].state.settings == (("trial.patients", "300"),)


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("minutes    = 5", "minutes    = 0", "this cannot be 0"),
        ("minutes    = 5", "minuts     = 5", "'minuts' is not known here. Did you mean 'minutes'?"),
        ("minutes    = 5", "minutes    = five", "quotation marks"),
        ('"two-arm-exponential"', '"two-arms"', "there is no scenario 'two-arms'"),
        ("{hr.lower}", "{hr.low}", "there is no figure 'hr.low'"),
        ("{other}", "{othr}", "there is no figure 'othr'. Did you mean 'other'?"),
        ('predict = "power"', 'predict = "powr"', "there is no figure 'powr'"),
        ('show    = ["ensemble"]', 'show    = ["ensembles"]', "expected 'curves'"),
        ('choices = [{ text = "Stop" }, { text = "Go on" }]', "", "a question is 'ask' with 'choices'"),
        ('{ text = "Stop" }, ', "", "one choice is none"),
        (", over = 40 }", " }", "say over how many replicates"),
        ('tell = "median"', 'tell = "share"', "'tell' is here one of mean, median, lower or upper"),
        ("### Reveal\n\nThe", "### Revealed\n\nThe", "only ### Reveal and ### Notes can stand here"),
        ("expect  = { events = [1, 400] }", "expect  = { evens = [1, 400] }", "there is no figure 'evens'"),
        ("+++\ntitle", "++\ntitle", "a lesson begins with its head"),
        ("Two arms, and **one** question.\n", "Two arms.\n\n### Reveal\n\nNothing.\n", "only ### Notes can stand here"),
        ("Nothing is right here.", "Nothing is right.\n\n```toml\nday = 1\n```\n", "right below its title"),
        ("Nothing is right here.", "```python\nprint(1)\n", "this block has no end"),
        ("Nothing is right here.", "Nothing is right here.\n---", "makes it a heading"),
        ("## Many trials", "## ", "a heading needs a title"),
        ("{usual} in", "{usual.lower} in", "there is no figure 'usual.lower'"),
        ("events = [1, 400]", "events = [400, 1]", "write the lower end first"),
        ('tell = "median"', 'tell = "median", replicate = 3', "leave 'replicate' out"),
        ("Two arms, and", "Two arms {events}, and", "'{events}' names a figure where there are none"),
        ("Look at", "Look\x1b[31m at", "invisible character U+001B"),
    ],
)
def test_what_is_wrong_is_told_in_a_sentence_with_its_line(before: str, after: str, told: str) -> None:
    assert before in TEXT
    text = TEXT.replace(before, after, 1)
    found = wrong(text)
    assert any(told in message for _, message in found), found
    lines = text.count("\n") + 1
    assert all(1 <= line <= lines for line, _ in found)


def test_a_mistake_in_a_step_is_told_at_its_line() -> None:
    text = TEXT.replace('tries   = ["more patients"]', 'trys    = ["more patients"]')
    [(line, message)] = wrong(text)
    assert "'trys' is not known here" in message
    assert line == line_of("trys", text)


def test_a_lesson_without_steps_is_none() -> None:
    head, _, _ = TEXT.partition("## One trial")
    assert any("a lesson has steps" in message for _, message in wrong(head))


def test_a_name_that_is_none_is_told_with_the_nearest() -> None:
    with pytest.raises(ScenarioError, match=r"there is no lesson 'hr-07'.* Did you mean 'hr-070'"):
        lesson("hr-07")


def test_the_lessons_that_come_with_it_are_found_by_name() -> None:
    assert "hr-070" in lesson_names()
    assert lesson("hr-070").asked == "hr-070"


@given(st.text(max_size=200) | st.text(alphabet='+\n#`toml{}[]="a1 ', max_size=300))
def test_any_text_is_a_lesson_or_is_told_why_not(text: str) -> None:
    with suppress(ScenarioError):
        made(text)
    # And anywhere within one.
    with suppress(ScenarioError):
        made(TEXT.replace("Nothing is right here.", text))
