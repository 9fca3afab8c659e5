"""What the report of an ensemble says: the units of a single trial's report, and nothing where there is nothing."""

import io
from pathlib import Path

import pytest
from rich.console import Console

from pathsim.engines.choose import simulate_many
from pathsim.ensembles.summary import summary
from pathsim.report.characteristics import print_characteristics
from pathsim.results.replicates import rows
from pathsim.scenario.files import Source
from pathsim.scenario.scenario import load

BASE = (Path(__file__).parents[1] / "names" / "cases" / "base.toml").read_text(encoding="utf-8")
NO_RATIO = " no trial has a hazard ratio: no event in any while patients of both arms were followed"


def report(text: str) -> list[str]:
    scenario = load(Source("here", "here.toml", text))
    columns = rows(simulate_many(scenario, 1, range(30)))
    console = Console(file=io.StringIO(), width=114, color_system=None, markup=False, highlight=False)
    print_characteristics(console, scenario, 1, {**summary(scenario, columns), "null": False}, columns)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().splitlines()


@pytest.fixture(scope="module")
def lines() -> list[str]:
    return report(BASE)


def row(lines: list[str], label: str) -> list[str]:
    return next(line for line in lines if line.startswith(f" {label} ")).split()[len(label.split()) :]


def test_counts_are_whole_numbers_and_small_means_have_one_decimal(lines: list[str]) -> None:
    assert row(lines, "drug") == ["4", "4-4"]
    mean, interval, *_ = row(lines, "events")
    assert len(mean) == len("1.3")
    assert "." not in interval


def test_survival_is_in_per_cent_as_in_the_report_of_one_trial(lines: list[str]) -> None:
    assert all(cell.endswith(("%", "%)")) for cell in row(lines, "at 1 year"))


def test_a_test_that_no_trial_can_make_has_a_dash_for_its_power() -> None:
    """Nobody progresses, so that Gray's test of it is never made; of deaths it is."""
    two = BASE.replace('events  = ["death"]', 'events  = ["death", "progression"]').replace(
        "exit    = { death", 'exit    = { progression = { median_days = 1e14, next = "dead" }, death'
    )
    told = next(line for line in report(two) if line.startswith(" power by Fleming"))
    assert "Gray's test, progression -" in told
    assert "Gray's test, death -" not in told


def test_the_ends_of_the_histogram_are_labeled(lines: list[str]) -> None:
    assert lines[-1].split()[:2] == ["<=", "0.25"]


def test_without_any_hazard_ratio_it_is_said_why_and_there_is_no_histogram() -> None:
    # Only patients of one arm are at risk.
    lines = report(BASE.replace('start   = "alloc"', 'start   = "drug"'))
    assert lines[-1] == NO_RATIO
    assert not any("hazard ratios of single trials" in line for line in lines)
