"""Nothing that comes from a file or the command line reaches a terminal in characters that it would obey."""

import csv
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.segment import Segment
from textual.color import Color

from pathsim.app.plain import Harmless, one_cell_each
from pathsim.export.json_text import as_json
from pathsim.report.graph import as_mermaid
from pathsim.scenario.files import Source
from pathsim.scenario.problems import ScenarioError
from pathsim.scenario.scenario import load
from pathsim.text import csv_cell, harmful_places, harmless, harmless_lines, write_csv

CASES = Path(__file__).parent / "cases"
BASE = (CASES / "base.toml").read_text()
HARMFUL = [chr(c) for c in (0, 7, 8, 0x0D, 0x1B, 0x1F, 0x7F, 0x80, 0x9B, 0x9F, 0x2028, 0x202E, 0x2066, 0xDCFF)]
INNOCENT = "Überleben, 5 µg/m², „quoted“ 生存 \u200d\u00a0<b>=1+1"
ANY = st.text(st.characters() | st.sampled_from(HARMFUL))


def obeyed(output: bytes) -> list[str]:
    """The characters of an output that a terminal obeys, but for line feeds."""
    return [letter for letter in output.decode("utf-8", "surrogateescape") if letter != "\n" and letter in HARMFUL]


@given(ANY)
def test_a_harmless_text_holds_only_what_is_seen(text: str) -> None:
    shown = harmless(text)
    assert not set(shown) & {*HARMFUL, "\n", "\t"}
    assert harmless(shown) == shown


def test_innocent_text_stays_as_it_is() -> None:
    assert harmless(INNOCENT) == harmless_lines(INNOCENT) == INNOCENT
    assert harmless_lines("two\n\tlines") == "two\n\tlines"


@pytest.mark.parametrize("letter", HARMFUL[:-1])
@pytest.mark.parametrize(
    ("written", "at"),
    [
        ('title = "Two arms"', 'title = "Two {}arms"'),
        ('label   = "OS"', 'label   = "O{}S"'),
        ('assumed       = "x"', 'assumed       = "x{}"'),
        ("{ death = { median_days = 730", '{{ "dea{}th" = {{ median_days = 730'),
        ("[endpoints.os]", '[endpoints."o{}s"]'),
    ],
)
def test_no_text_of_a_scenario_may_hold_a_harmful_character(letter: str, written: str, at: str) -> None:
    escaped = f"\\u{ord(letter):04x}"
    text = BASE.replace(written, at.format(escaped), 1)
    with pytest.raises(ScenarioError) as wrong:
        load(Source("here", "here.toml", text))
    line = text[: text.index(escaped)].count("\n") + 1
    problem = wrong.value.problems[0]
    assert (problem.file, problem.line) == ("here.toml", line)
    assert f"U+{ord(letter):04X}" in problem.message
    assert not obeyed(str(problem).encode())


def test_a_text_of_several_lines_is_no_harm_but_a_name_has_one() -> None:
    assert list(harmful_places({"summary": "one\ntwo", "list": ["a\tb"]})) == []
    assert [path for path, _ in harmful_places({"steps": {"a\nb": {}}})] == [("steps", "a\nb")]


@pytest.mark.parametrize("case", ["13-escape-in-title", "ansi-labels"])
@pytest.mark.parametrize("command", ["check", "run", "sources", "graph"])
def test_commands_say_where_the_harmful_text_is_and_print_none_of_it(command: str, case: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pathsim", command, str(CASES / f"{case}.toml")], capture_output=True, check=False
    )
    assert done.returncode == 2
    assert b"invisible character U+001B" in done.stderr
    assert not obeyed(done.stdout + done.stderr)


@pytest.mark.parametrize(
    "arguments",
    [
        ["run", "FILE", "--seed", "1"],
        ["run", "FILE", "--seed", "1", "--json"],
        ["run", "FILE", "--seed", "1", "--out", "FOLDER"],
        ["check", "FILE"],
        ["check", "FILE", "--json"],
        ["sources", "FILE"],
        ["check", "FILE\x1b[2J"],
        ["run", "FILE", "--set", "title=\x1b[31m"],
        ["run", "FILE", "--set", "steps.\x1b[31m=1"],
        ["run", "FILE", "--\x1b[31m"],
        ["\x1b[31m"],
        ["sensitivity", "FILE", "--figure", "\x1b[31m"],
    ],
)
def test_names_of_files_and_what_was_typed_are_printed_harmlessly(tmp_path: Path, arguments: list[str]) -> None:
    folder = tmp_path / "\x1b]0;X\x07\x9b31m"
    folder.mkdir()
    file = os.fsdecode(os.fsencode(str(folder)) + b"/\xff\x1b[31m.toml")
    Path(file).write_text(BASE)
    named = [text.replace("FILE", file).replace("FOLDER", str(folder / "out")) for text in arguments]
    done = subprocess.run([sys.executable, "-m", "pathsim", *named], capture_output=True, check=False)
    assert done.stdout + done.stderr
    assert not obeyed(done.stdout + done.stderr)
    assert b"Traceback" not in done.stderr


@given(st.recursive(ANY, lambda inner: st.lists(inner) | st.dictionaries(ANY, inner), max_leaves=5))
def test_json_is_harmless_and_says_the_same(value: object) -> None:
    text = as_json(value)
    assert not set(text) & set(HARMFUL)
    assert json.loads(text) == value


@given(ANY)
def test_the_app_paints_a_sign_for_each_harmful_character(text: str) -> None:
    (painted,) = Harmless().apply([Segment(text)], Color(0, 0, 0))
    assert len(painted.text) == len(text)
    assert painted.text == one_cell_each(text)
    assert not set(painted.text) & {*HARMFUL, "\n", "\t"}


def test_a_label_of_two_lines_does_not_break_a_mermaid_chart() -> None:
    text = BASE.replace("[steps.drug]\n", '[steps.drug]\nlabel = "one\\ntwo"\n')
    assert '["one two<br/>' in as_mermaid(load(Source("here", "here.toml", text)))


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "-cmd|A1", "@SUM(A1)", "\t=1", " =1", "-1+1", "=", "-"])
def test_a_text_that_a_spreadsheet_would_run_gets_an_apostrophe(text: str) -> None:
    assert csv_cell(text) == f"'{text}"


def test_a_carriage_return_is_written_as_its_number() -> None:
    assert csv_cell("\rx") == "'\\u000dx"


@pytest.mark.parametrize("value", ["drug", "a=b", "-0.5", "+3", "-1e-5", "", None, -1, -0.5, "2020-01-01"])
def test_all_else_stays_as_it_is_and_a_negative_number_is_no_formula(value: object) -> None:
    assert csv_cell(value) == value


@given(st.lists(st.tuples(ANY, ANY), min_size=1))
def test_a_csv_table_is_read_as_it_was_written_but_for_apostrophes(rows: list[tuple[str, str]]) -> None:
    file = io.StringIO(newline="")
    write_csv(file, ["=one", "two, three"], rows)
    read = list(csv.reader(io.StringIO(file.getvalue(), newline="")))
    assert read[0] == ["'=one", "two, three"]
    assert read[1:] == [[str(csv_cell(cell)) for cell in row] for row in rows]


def test_no_cell_of_a_folder_of_results_is_a_formula(tmp_path: Path) -> None:
    out = tmp_path / "out"
    words = ["run", str(CASES / "markup-labels.toml"), "--seed", "1", "--out", str(out), "--format", "csv"]
    subprocess.run([sys.executable, "-m", "pathsim", *words], capture_output=True, check=True)
    tables = [csv.reader(path.read_text(encoding="utf-8").splitlines()) for path in out.glob("*.csv")]
    cells = [cell for table in tables for row in table for cell in row]
    assert "'=1+cmd|A1" in cells
    assert [cell for cell in cells if csv_cell(cell) != cell] == []
