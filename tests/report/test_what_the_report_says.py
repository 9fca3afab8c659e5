"""What the report of a trial says where there is little to say: nothing is empty, hidden or in the wrong unit."""

import io
import re
from pathlib import Path

import pytest
from rich.console import Console

from pathsim.engines.choose import simulate
from pathsim.engines.discrete_event import DiscreteEventEngine
from pathsim.report.figures import p_value
from pathsim.report.monthly import monthly
from pathsim.report.terminal import print_report
from pathsim.results.json import results
from pathsim.scenario.files import Source
from pathsim.scenario.scenario import load

TESTS = Path(__file__).parents[1]
SMALL = (TESTS / "fuzz" / "seeds" / "small.toml").read_text(encoding="utf-8")
BASE = (TESTS / "names" / "cases" / "base.toml").read_text(encoding="utf-8")


def report(scenario: str | Source, seed: int = 1, encoding: str = "utf-8", **settings: str) -> list[str]:
    made = load(scenario, {key.replace("__", "."): value for key, value in settings.items()})
    chunk = simulate(made, seed)[0]
    written = io.BytesIO()
    file = io.TextIOWrapper(written, encoding=encoding, errors="replace")
    console = Console(file=file, width=114, color_system=None, markup=False, highlight=False)
    print_report(console, chunk, results(chunk))
    file.flush()
    return written.getvalue().decode(encoding).splitlines()


def of(text: str) -> Source:
    return Source("here", "here.toml", text)


def cells(lines: list[str], label: str) -> list[str]:
    """What stands behind a label, wherever it begins a line."""
    return [line.strip().removeprefix(label).strip() for line in lines if line.strip().startswith(label)]


def test_toxicity_that_nobody_had_has_no_table() -> None:
    assert not any(line.startswith("Toxicity") for line in report("stroke-thrombectomy", trial__patients="2"))
    assert any(line.startswith("Toxicity") for line in report("stroke-thrombectomy"))


def test_those_with_any_toxicity_come_first_also_where_all_have_the_same() -> None:
    lines = report(of(SMALL))
    begin = next(number for number, line in enumerate(lines) if line.startswith("Toxicity"))
    labels = [line.split("  ")[0].strip() for line in lines[begin:] if " (" in line]
    assert labels[:2] == ["Any of these", "Fever"]


FATAL = """
extends = "two-arm-exponential"
[trial]
therapy = ["experimental", "control"]
[steps.experimental]
fatal = "death"
[steps.experimental.toxicity.sepsis]
grade3plus = 0.5
grade5     = 0.2
onset      = 1
lasts      = 2
assumed    = "a test"
"""


@pytest.mark.parametrize(("encoding", "sign"), [("utf-8", "†"), ("ascii", "x")])
def test_deaths_of_a_toxicity_are_told_with_what_their_sign_means(encoding: str, sign: str) -> None:
    lines = report(of(FATAL), encoding=encoding)
    (row,) = [line for line in lines if line.strip().startswith("Sepsis")]
    deaths = re.search(rf"\d+ \(\d+%\) {sign}(\d+)", row)
    assert deaths is not None
    assert int(deaths[1]) > 0
    assert f" {sign}: died of it" in lines
    assert not any("died of it" in line for line in report(of(FATAL.replace("grade5     = 0.2", ""))))


RESPONSES = """
extends = "two-arm-exponential"
[trial]
therapy  = ["experimental"]
patients = { value = 200, assumed = "a test" }
[steps.experimental]
days    = 30
next    = "tested"
assess  = [{ set = "response", levels = { yes = 0.5, no = "rest" } }]
assumed = "a test"
[steps.tested]
kind    = "phase"
days    = 10
next    = "control"
assess  = [{ set = "later", levels = { yes = 1, no = 0 } }]
assumed = "a test"
"""


def test_responses_to_a_compared_therapy_are_of_all_randomized_and_others_of_those_who_came() -> None:
    lines = report(of(RESPONSES))
    found = {line.strip().split("  ")[0]: line for line in lines if ": response yes" in line or ": later yes" in line}
    assert len(found) == 2
    (first, second) = (re.search(r"(\d+) of (\d+) \((\d+)%\)", line) for line in found.values())
    assert first is not None
    assert second is not None
    assert int(first[2]) == 100
    assert int(second[1]) == int(second[2]) < 100
    assert second[3] == "100"


@pytest.mark.parametrize(
    ("value", "written"), [(0.5, "0.500"), (0.001, "0.001"), (0.000999, "<0.001"), (0.0, "<0.001"), (None, "-")]
)
def test_a_p_value_is_never_written_as_0(value: float | None, written: str) -> None:
    assert p_value(value) == written


def test_a_median_that_is_not_reached_has_the_limit_that_is_known() -> None:
    lines = report(of(BASE), trial__patients="40")
    assert cells(lines, "median") == ["not reached (5.5 months-not reached)   not reached (7.7 months-not reached)"]


@pytest.mark.parametrize(("events", "known"), [(1, "1"), (30, "3 of 30")])
def test_a_cutoff_that_waited_in_vain_says_for_how_many_events(events: int, known: str) -> None:
    text = BASE.replace("day      = 400\n", f'day = 400\nevents = {events}\nendpoint = "os"\n')
    heading = " ".join(" ".join(report(of(text))[2:4]).split())
    assert (f", {known} OS events by then" in heading) == (events == 30)
    second = "[trial.cutoffs.later]\nday = 500\nassumed = 'x'\n[endpoints.os]"
    assert cells(report(of(text.replace("[endpoints.os]", second))), "OS events known")[0].split("  ")[0] == known


def test_the_difference_of_percentages_is_in_points() -> None:
    (row,) = cells(report(of(SMALL)), "T ")
    assert row.split()[-3:] == ["75.0%", "+15.0", "points"]


def test_a_label_of_two_lines_is_one_in_a_plain_line() -> None:
    scenario = load(of(BASE.replace('"OS"', '"Two\\nlines"')))
    lines = list(monthly(DiscreteEventEngine(scenario, 1, 0), 1, 0))
    assert all("\n" not in line and "Two lines events" in line for line in lines)
