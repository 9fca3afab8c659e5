"""The texts of a lesson: wrapped, with figures in bold letters, and harmless wherever they go."""

from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pathsim.lessons.figures import computed
from pathsim.lessons.lesson import FigureValue
from pathsim.lessons.plain import answered, introduction, notes, said
from pathsim.lessons.read import lesson
from pathsim.lessons.words import Run, html, inline_html, paragraphs, plain
from pathsim.lessons.worksheet import worksheet

SMALL = lesson(str(Path(__file__).parent / "small.md"))
VALUES = [step.values(computed(SMALL.figures)) for step in SMALL.steps]


def test_figures_stand_in_the_place_of_their_names_in_bold_letters() -> None:
    values = {"hr": FigureValue(0.7, "0.70"), "n": FigureValue(3, "3")}
    [block] = paragraphs("The ratio of **all** is {hr}, of {n}.".replace("{hr}", "**0.70**"))
    assert block.runs[1] == Run("all", is_bold=True)
    assert plain("The ratio is {hr}, of {n}; {later}.", values) == "The ratio is 0.70, of 3; …."
    assert html("{hr}", values) == "<p><strong>0.70</strong></p>\n"


@given(st.lists(st.text(alphabet="ab *-1.\n", max_size=30), max_size=5).map("\n\n".join), st.integers(8, 60))
def test_lines_are_no_wider_than_asked_and_no_word_is_lost(text: str, width: int) -> None:
    for block in paragraphs(text):
        lines = ["".join(run.text for run in line) for line in block.lines(width)]
        assert all(len(line) <= width for line in lines) or len(block.mark) >= width
        words = "".join(line[len(block.mark) :] for line in lines).split()
        assert "".join(words) == "".join(block.text.split())


def test_bold_letters_stay_bold_across_lines() -> None:
    [block] = paragraphs("one **two three four** five")
    lines = list(block.lines(9))
    bold = ["".join(run.text for run in line if run.is_bold) for line in lines]
    assert " ".join(filter(None, bold)).split() == ["two", "three", "four"]


def test_lists_have_marks_and_numbers() -> None:
    assert [block.mark for block in paragraphs("- one\n- two\n\n3. three\n4. four")] == ["• ", "• ", "3. ", "4. "]


class _Tags(HTMLParser):
    """The elements of a page, and what they ask for."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []
        self.asked: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append(tag)
        self.asked += [str(value) for name, value in attrs if name in {"src", "style", "onerror"}]
        self.asked += [str(value) for name, value in attrs if name == "href" and not str(value).startswith("http")]


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        '<img src="http://example.org/x.png" onerror="alert(1)">',
        "![a](http://example.org/x.png)",
        "[click](javascript:alert)",
        "{hr}",
        "\"quotes\" & 'others' <b>",
    ],
)
def test_nothing_in_a_text_acts_on_a_page(text: str) -> None:
    values = {"hr": FigureValue(0.0, '<img src=x onerror="alert(1)">')}
    for page in (html(text, values), inline_html(text, values)):
        tags = _Tags()
        tags.feed(page)
        assert not set(tags.found) & {"script", "img", "iframe", "b"}
        assert not tags.asked


def test_a_plain_lesson_tells_choices_the_answer_and_what_came_of_it() -> None:
    step, values = SMALL.steps[0], VALUES[0]
    told = "\n".join(said(1, SMALL, step, values))
    assert "1. The drug works\n2. Nothing yet\n3. It harms" in told
    assert "Right is" not in told
    assert "hazard ratio" not in told
    assert next(iter(answered(step, "2", values))).startswith("Yes. The hazard ratio is")
    wrong = list(answered(step, "1", values))
    assert wrong[:2] == ["No. One trial proves little.", "Right is: Nothing yet."]
    for passed in ("", "9", "x", "²"):
        assert next(iter(answered(step, passed, values))) == "Right is: Nothing yet."


def test_a_prediction_is_set_beside_the_figure_and_a_vote_beside_nothing() -> None:
    assert next(iter(answered(SMALL.steps[1], "60", VALUES[1]))) == f"You said 60; it is {VALUES[1]['power'].told}."
    assert list(answered(SMALL.steps[2], "1", VALUES[2])) == ["That was all."]


def test_notes_hold_everything_that_the_class_does_not_see() -> None:
    told = "\n\n".join(notes(SMALL, VALUES))
    for words in ("Draw the two curves", "Ask who has seen a curve", "(right) The hazard ratio", "A book, page 3"):
        assert words in told
    assert "What is assumed: Everybody dies" in "\n".join(introduction(SMALL))


def test_a_worksheet_has_the_questions_and_only_the_key_the_answers() -> None:
    sheet, key = (worksheet(SMALL, VALUES, "pathsim lesson small", has_answers=with_key) for with_key in (False, True))
    assert sheet.count('<p class="ask">') == key.count('<p class="ask">') == 3
    assert "One trial proves little" in key
    assert 'class="right"' in key
    assert f"<strong>{VALUES[1]['power'].told}</strong>" in key
    for hidden in ("One trial proves little", 'class="right"', "<strong>" + VALUES[1]["power"].told):
        assert hidden not in sheet
    typed = worksheet(SMALL, VALUES, 'pathsim lesson "<b>&\x1b[31m"', has_answers=False)
    assert "&lt;b&gt;&amp;\\u001b[31m" in typed
    # It needs nothing from anywhere.
    for page in (sheet, key):
        tags = _Tags()
        tags.feed(page)
        assert not tags.asked
        assert "url(" not in page
        assert not {"script", "link", "img"} & set(tags.found)
