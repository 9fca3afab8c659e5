"""What the report of a trial says where there is little to say: nothing is empty, hidden or in the wrong unit."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from pathsim.clock import Clock
from pathsim.engines import simulate
from pathsim.report.monthly import monthly
from pathsim.report.terminal import print_report
from pathsim.scenario.files import Source
from pathsim.scenario.scenario import load
from pathsim.trial.results import results

TESTS = Path(__file__).parents[1]
SMALL = (TESTS / "fuzz" / "seeds" / "small.toml").read_text(encoding="utf-8")
BASE = (TESTS / "names" / "cases" / "base.toml").read_text(encoding="utf-8")


def report(scenario: str | Source, **settings: str) -> list[str]:
    chunk = simulate(load(scenario, {key.replace("__", "."): value for key, value in settings.items()}), seed=1)[0]
    console = Console(file=io.StringIO(), width=114, color_system=None, markup=False, highlight=False)
    print_report(console, chunk, results(chunk))
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().splitlines()


def of(text: str) -> Source:
    return Source("here", "here.toml", text)


def cells(lines: list[str], label: str) -> list[str]:
    """What stands behind a label, wherever it begins a line."""
    return [line.strip().removeprefix(label).strip() for line in lines if line.strip().startswith(label)]


def test_toxicity_that_struck_nobody_has_no_table() -> None:
    assert not any(line.startswith("Toxicity") for line in report("stroke-thrombectomy", trial__patients="2"))
    assert any(line.startswith("Toxicity") for line in report("stroke-thrombectomy"))


def test_those_with_any_toxicity_come_first_also_where_all_have_the_same() -> None:
    lines = report(of(SMALL))
    begin = next(number for number, line in enumerate(lines) if line.startswith("Toxicity"))
    labels = [line.split("  ")[0].strip() for line in lines[begin:] if " (" in line]
    assert labels[:2] == ["Any of these", "Fever"]


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
    lines = list(monthly(Clock(scenario, 1, 0), 1, 0))
    assert all("\n" not in line and "Two lines events" in line for line in lines)
