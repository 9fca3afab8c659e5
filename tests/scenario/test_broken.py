import re
from collections import defaultdict
from pathlib import Path

import pytest

from pathsim.scenario.problems import Problem, ScenarioError
from pathsim.scenario.scenario import load

BROKEN = Path(__file__).parent / "broken"
MARK = "# problem: "
JARGON = re.compile(
    r"Input should|Field required|Traceback|pydantic|<class|\b("
    r"None|NoneType|True|False|str|dict|tuple|float|int|bool|datetime|object|namespace|\w+Error)\b"
)


def marks(path: Path) -> dict[tuple[Path, int], list[str]]:
    """The problems that a file and those it extends say they have, by file and line."""
    found = {}
    text = path.read_text(encoding="utf-8", errors="replace")
    for number, line in enumerate(text.splitlines(), 1):
        if MARK in line:
            found[path.resolve(), number] = [mark.strip() for mark in line.split(MARK)[1:]]
    base = re.search(r'^extends\s*=\s*"(bases/.*)"', text, re.MULTILINE)
    return found | (marks(path.parent / base[1]) if base else {})


def problems_of(path: Path) -> list[Problem]:
    with pytest.raises(ScenarioError) as wrong:
        load(str(path))
    return wrong.value.problems


@pytest.mark.parametrize("path", sorted(BROKEN.glob("*.toml")), ids=lambda path: path.stem)
def test_every_problem_of_a_file_is_found_on_its_line_and_no_other(path: Path) -> None:
    found = defaultdict(list)
    for problem in problems_of(path):
        assert problem.line is not None, problem
        found[Path(problem.file).resolve(), problem.line].append(problem.message)
    expected = marks(path)
    assert {place[1]: messages for place, messages in found.items() if place not in expected} == {}
    for place, texts in expected.items():
        messages = found[place]
        assert len(messages) == len(texts), (place[1], texts, messages)
        for text in texts:
            assert sum(text in message for message in messages) == 1, (place[1], text, messages)


@pytest.mark.parametrize("path", sorted(BROKEN.glob("*.toml")), ids=lambda path: path.stem)
def test_no_message_needs_a_programmer(path: Path) -> None:
    for problem in problems_of(path):
        assert not JARGON.search(problem.message), problem.message
        assert problem.message == problem.message.strip()
        assert "\n" not in problem.message


def test_there_are_many_broken_files_and_each_is_marked() -> None:
    files = list(BROKEN.glob("*.toml"))
    assert len(files) >= 55
    assert [path.name for path in files if not marks(path)] == []


def test_a_file_without_a_word_is_empty_and_not_an_accident(tmp_path: Path) -> None:
    path = tmp_path / "empty.toml"
    path.write_text("")
    (problem,) = problems_of(path)
    assert (problem.file, problem.line) == (str(path), 1)
    assert "a scenario also needs title" in problem.message


def test_a_problem_is_printed_with_file_line_path_and_message() -> None:
    (problem,) = problems_of(BROKEN / "phase-without-next.toml")
    assert str(problem).startswith(
        f"{BROKEN / 'phase-without-next.toml'}:13: steps.treatment.days: a phase with 'days'"
    )
