"""What a file can be at most: size, depth, length of keys, numbers and dates, and what their messages say."""

import resource
import subprocess
import sys
from pathlib import Path

import pytest

from pathsim.scenario.files import Source, parse_value
from pathsim.scenario.limits import DEEPEST, LARGEST_FILE, too_much
from pathsim.scenario.problems import Problem, ScenarioError
from pathsim.scenario.scenario import load
from pathsim.steps.randomize import MOST_STRATA

SMALL = (Path(__file__).parents[1] / "fuzz" / "seeds" / "small.toml").read_text(encoding="utf-8")
LITTLE_MEMORY = 1_500_000_000
"""Bytes of address space; Python with numpy takes half of it before it reads a file."""
TERSE_SECONDS = 60
BOMBS = {
    "dotted key": ".".join("a" * 20_000) + " = 1",
    "longer dotted key": ".".join("a" * 200_000) + " = 1",
    "quoted dotted key": ".".join(['"a"'] * 20_000) + " = 1",
    "header": "[" + ".".join("a" * 20_000) + "]",
    "key in braces": "a = { " + ".".join("a" * 20_000) + " = 1 }",
    "lists": "a = " + "[" * 100_000,
    "braces": "a = " + "{ b = " * 50_000,
    "one list after another": "a = [" + "[], " * 100_000 + "]",
    "quotation marks": '"' * 400_000,
    "backslashes": 'a = "' + "\\" * 400_000,
    "blanks in a key": "a" + " " * 400_000 + ".b = 1",
    "too large": "#" * 100_000_000,
    "many cycles of much": SMALL
    + '[steps.r]\nkind = "phase"\ndays = 1\nnext = "dead"\nassumed = "x"\nrepeat = 100\n[steps.r.toxicity]\n'
    + "".join(f"t{i} = {{ grade3plus = 0.1 }}\n" for i in range(10_000)),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_file_that_is_made_to_exhaust_memory_is_refused_in_little_of_it(name: str, tmp_path: Path) -> None:
    path = tmp_path / "bomb.toml"
    path.write_text(BOMBS[name], encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pathsim", "check", str(path)],
        capture_output=True,
        text=True,
        check=False,
        timeout=TERSE_SECONDS,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (LITTLE_MEMORY, LITTLE_MEMORY)),
        env={"OPENBLAS_NUM_THREADS": "1", "PATH": ""},
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"{path}")
    assert "defect" not in done.stderr


def beyond(text: str) -> tuple[int, str] | None:
    found = too_much(text)
    return None if found is None else (found.line, found.sentence)


def test_what_stands_in_texts_and_remarks_is_neither_key_nor_bracket() -> None:
    much = ".".join("a" * 50) + "[" * 50 + "{" * 50
    for text in (f'a = "{much}"', f"a = '{much}'", f'a = """\n{much}\n"quoted" \\"""\n{much}"""', f"# {much}"):
        assert beyond(f"{text}\nb = 1") is None
    assert beyond(f"a = '''{much}'''' # {much}") is None
    assert beyond(f"a = \"\\\"{much}\" # '''") is None


@pytest.mark.parametrize(("depth", "refused"), [(DEEPEST, False), (DEEPEST + 1, True)])
def test_as_many_lists_and_parts_as_there_can_be_are_read(depth: int, *, refused: bool) -> None:
    assert (beyond("a = " + "[" * depth + "]" * depth) is not None) is refused
    assert (beyond(".".join("a" * depth) + " = 1") is not None) is refused
    assert (beyond("\n[" + " . ".join(["'a.b'"] * depth) + "]") is not None) is refused


def test_the_line_is_told() -> None:
    text = 'title = """\n\n[[[\n"""\n\nb = ' + "[" * 30
    assert beyond(text) == (6, f"lists or tables are nested more than {DEEPEST} deep")
    assert beyond("a = 1\n" + ".".join("b" * 30)) == (2, f"a key has at most {DEEPEST} parts with dots between them")


def test_a_file_of_the_largest_size_is_read() -> None:
    rest = LARGEST_FILE - len(SMALL.encode())
    assert load(Source("small", "small.toml", SMALL + "#" * rest)).name == "small"


@pytest.mark.parametrize("text", [".".join("a" * 5000), "[" * 100, "{ " + ".".join("a" * 5000) + " = 1 }", "1\nx = 2"])
def test_a_value_on_the_command_line_has_the_same_limits(text: str) -> None:
    assert parse_value(text) == text


def problems(text: str, **settings: str) -> list[Problem]:
    with pytest.raises(ScenarioError) as wrong:
        load(Source("small", "small.toml", text), settings)
    return wrong.value.problems


def test_a_path_on_the_command_line_has_a_length() -> None:
    (problem,) = problems(SMALL, **{".".join("a" * 50_000): "1"})
    assert problem.message == "a path has at most 1,000 characters, and this one has 99,999"
    assert len(str(problem)) < 1200


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("begins        = 2020-01-01", "begins = 9999-01-01", "a trial begins by 8999-12-31"),
        ("at_days    = [365, 730]", "at_days = [365, 1e300]", "a number lies between -1e+15 and 1e+15"),
        ("at_days    = [365, 730]", "at_days = [365, 1e6]", "days go up to 365,250"),
        ("day      = 700", "day = 365251", "days go up to 365,250"),
        ("day      = 700", "date = 3021-01-02", "more than a thousand years after"),
        ("days    = 28", "days = 4e5", "days go up to 365,250"),
        ("days    = 28", "days = { exponential = 4e5 }", "days go up to 365,250"),
        ("days    = 28", "days = [1, 4e5]", "days go up to 365,250"),
        ("by = { 365 = 0.2 }", "by = { 365 = 0.2, 400000 = 0.3 }", "days go up to 365,250"),
        ("per_month     = 8", "per_month = 1e10", "at most 1,000,000,000 patients can come in a month"),
        ("patients      = 40", "patients = 8.0", "write it without a decimal point: 8"),
        ("planned_events = 20", "planned_events = 99999999999", "a count is at most 1,000,000,000"),
        ("hazard_ratio = 1.5", "hazard_ratio = 1e-12", "must lie between 1e-09 and 1e+09"),
    ],
)
def test_days_dates_and_numbers_have_limits_that_leave_a_calendar(before: str, after: str, message: str) -> None:
    assert before in SMALL
    (problem,) = problems(SMALL.replace(before, after))
    assert message in problem.message
    assert problem.line is not None


def test_what_would_come_in_a_hundred_thousand_years_never_comes() -> None:
    from pathsim.engines.choose import simulate  # noqa: PLC0415
    from pathsim.results.json import results  # noqa: PLC0415

    for value in ("1e15", "1e-300"):
        scenario = load(Source("small", "small.toml", SMALL), {"steps.ctl.exit.death.median_days": value})
        for engine in ("vectorized", "discrete-event"):
            chunk, _ = simulate(scenario, 1, engine=engine)  # type: ignore[arg-type]
            assert results(chunk)["trial"]["enrolled"] > 0
            assert float(chunk.journal.day.max()) < 2**26  # type: ignore[attr-defined]


def test_strata_that_nobody_could_fill_are_refused() -> None:
    conditions = ", ".join(f'"age > {30 + i}"' for i in range(30))
    (problem,) = problems(SMALL.replace('strata  = ["stage"]', f"strata = [{conditions}]"))
    assert "1,073,741,824 strata" in problem.message


def test_as_many_strata_as_are_kept_are_accepted() -> None:
    """Twelve conditions and a column of two levels, or of none yet: 2^12 times 2, or 3."""
    stages = 3
    assert 2**11 * stages <= MOST_STRATA < 2**12 * stages
    conditions = ", ".join(f'"age > {30 + i}"' for i in range(12))
    (problem,) = problems(SMALL.replace('strata  = ["stage"]', f'strata = ["stage", {conditions}]'))
    assert f"{2**12 * stages:,} strata" in problem.message
    fewer = conditions.rpartition(",")[0]
    load(Source("small", "small.toml", SMALL.replace('strata  = ["stage"]', f'strata = ["stage", {fewer}]')))


def test_more_steps_than_the_journal_can_number_are_refused() -> None:
    steps = "".join(f'[steps.s{i}]\nkind = "end"\n' for i in range(10_000))
    assert "a pathway has at most 10,000 steps" in problems(SMALL + steps)[0].message
