"""What the report of an ensemble says: the units of a single trial's report, and nothing where there is nothing."""

import io
import math
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from pathsim.engines.choose import simulate_many
from pathsim.ensembles.summary import summary
from pathsim.ensembles.vary import comparison, varied_rows
from pathsim.report.characteristics import print_characteristics
from pathsim.report.comparison import print_comparison
from pathsim.results.replicates import rows
from pathsim.scenario.files import Source
from pathsim.scenario.scenario import load

BASE = (Path(__file__).parents[1] / "names" / "cases" / "base.toml").read_text(encoding="utf-8")
NO_RATIO = " no trial has a hazard ratio: no event in any while patients of both groups were followed"


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


WARD = """
[resources.bed]
capacity  = 1
assumed = "the example"
[steps]
assumed = "the example"
[steps.waiting]
kind  = "wait"
ready = 1
resource  = "bed"
next  = "bed"
[steps.bed]
kind  = "phase"
days  = 12
holds = "bed"
next  = "home"
[steps.home]
kind = "end"
[trial]
begins    = 2020-01-01
patients  = 20
per_month = 3
cutoffs   = { final = { day = 900 } }
assumed   = "the example"
"""


def test_waits_and_use_are_told_with_one_unit_for_a_figure_and_its_interval() -> None:
    columns = rows(simulate_many(load(Source("here", "here.toml", 'title = "A ward"\n' + WARD)), 1, range(30)))
    lines = report('title = "A ward"\n' + WARD)
    mean, lower, upper = (
        float(one(columns["waits[step=waiting].mean_days"]))
        for one in (np.mean, partial(np.quantile, q=0.025), partial(np.quantile, q=0.975))
    )
    assert "Waiting for places" in lines
    assert row(lines, "mean wait") == [f"{mean:.1f}", f"({lower:.1f}-{upper:.1f})", "days"]
    use = columns["resources[resource=bed].in_use"]
    assert row(lines, "in use")[0] == f"{use.mean():.1%}"
    assert row(lines, "waiting, at most")[0] == f"{columns['resources[resource=bed].most_waiting'].mean():.1f}"


def test_a_wait_that_ends_for_nobody_has_no_length() -> None:
    """Whoever is ready first keeps the bed for ever, so that those who are ready a year later never get it."""
    text = (
        WARD.replace(
            "[steps.waiting]",
            """[steps.who]
kind = "branch"
rules = [{ split = { waiting = 0.5, later = "rest" } }]
[steps.later]
kind = "wait"
ready = 365
resource = "bed"
next = "bed"
[steps.waiting]""",
        )
        .replace("days  = 12\n", "")
        .replace('next  = "home"\n', 'exit = { leaves = { next = "home", by = { 5000 = 0.001 } } }\n')
    )
    lines = report('title = "A ward"\n' + text)
    assert row(lines, "mean wait")[-1] == "-"
    assert row(lines, "had to wait")[-2] != "0"


def test_where_nobody_waits_nothing_is_told_of_it() -> None:
    lines = report('title = "A ward"\n' + WARD.replace("capacity  = 1", "capacity  = 20"))
    assert "Waiting for places" not in lines


def test_settings_tell_what_one_place_more_brings() -> None:
    scenarios = [
        load(Source("here", "here.toml", 'title = "A ward"\n' + WARD), {"resources.bed.capacity": n}) for n in "12"
    ]
    columns = varied_rows(scenarios, 1, range(30))
    settings = [(("resources.bed.capacity", n),) for n in "12"]
    found = comparison(scenarios, settings, columns)
    console = Console(file=io.StringIO(), width=114, color_system=None, markup=False, highlight=False)
    print_comparison(console, scenarios[0], 1, {**found, "null": False})
    assert isinstance(console.file, io.StringIO)
    lines = console.file.getvalue().splitlines()
    one, two = (columns[f"{n}:waits[step=waiting].mean_days"] for n in (0, 1))
    assert "Waiting for places: Bed" in lines
    here = next(number for number, line in enumerate(lines) if line.startswith(" capacity = 2"))
    assert f"{two.mean():.1f}" in lines[here]
    error = (two - one).std(ddof=1) / math.sqrt(30)
    assert f"{(two - one).mean():+.1f} ± {error:.1f}" in lines[here + 1]
