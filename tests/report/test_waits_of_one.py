"""Waits and the use of resources in reports of one trial and of settings: what stands there are the results."""

import io
import math

import pytest
from rich.console import Console

from pathsim.engines.choose import simulate
from pathsim.ensembles.vary import comparison, varied_rows
from pathsim.report.comparison import print_comparison
from pathsim.report.terminal import print_report
from pathsim.results.json import ResultsJson, results
from pathsim.scenario.files import Source
from pathsim.scenario.scenario import Scenario, load

TWO = """
title = "A bed, then a chair"
[resources.bed]
capacity  = {beds}
assumed = "the example"
[resources.chair]
capacity  = 2
assumed = "the example"
[steps]
assumed = "the example"
[steps.waiting]
kind  = "wait"
label = "For a bed"
ready = 1
resource  = "bed"
next  = "bed"
exit  = {{ gives_up = {{ next = "home", by = {{ 30 = 0.5 }} }} }}
[steps.bed]
kind  = "phase"
days  = {stay}
holds = "bed"
next  = "second"
[steps.second]
kind  = "wait"
label = "For a chair"
ready = 0.5
resource  = "chair"
next  = "chair"
[steps.chair]
kind  = "phase"
days  = {stay}
holds = "chair"
next  = "home"
[steps.home]
kind = "end"
[trial]
begins    = 2020-01-01
patients  = 40
per_month = 3
cutoffs   = {{ final = {{ day = {day} }} }}
assumed   = "the example"
"""


def made(*, stay: str = "12", day: float = 400, beds: int = 1) -> Scenario:
    return load(Source("here", "here.toml", TWO.format(stay=stay, day=day, beds=beds)))


def page(width: int = 150) -> tuple[Console, io.StringIO]:
    text = io.StringIO()
    return Console(file=text, width=width, color_system=None, markup=False, highlight=False), text


def report(scenario: Scenario) -> tuple[list[str], ResultsJson]:
    chunk = simulate(scenario, 3)[0]
    console, text = page()
    found = results(chunk)
    print_report(console, chunk, found)
    return text.getvalue().splitlines(), found


def cells(lines: list[str], label: str) -> list[str]:
    return next(line for line in lines if line.startswith(f" {label} ")).removeprefix(f" {label} ").split()


def last_in_use(found: ResultsJson) -> int:
    """The number of the last month in which either of the two was."""
    months = len(found["resource_use"]) // 2
    return max(number % months for number, row in enumerate(found["resource_use"]) if row["in_use"])


def test_what_has_no_length_has_a_dash() -> None:
    """Nobody's wait for the suite has ended, and nobody has had it."""
    console, text = page()
    chunk = simulate(load("stroke-thrombectomy", {"trial.patients": "10"}), 3)[0]
    print_report(console, chunk, results(chunk))
    assert "nan" not in text.getvalue()
    row = next(line for line in text.getvalue().splitlines() if line.startswith(" Angiography suite:"))
    assert row.split()[-4:] == ["-"] * 4


def test_each_step_has_its_counts_in_the_order_of_the_heads() -> None:
    lines, found = report(made())
    for row, label in zip(found["waits"], ("Bed: For a bed", "Chair: For a chair"), strict=True):
        counts = [row[key] for key in ("asked", "waited", "waiting", "left_queue")]
        assert cells(lines, label)[:4] == list(map(str, counts))
    first = found["waits"][0]
    assert len({first["asked"], first["waited"], first["waiting"], first["left_queue"]}) == 4


@pytest.mark.parametrize("day", [150.0, 400.0, 900.0])
def test_each_resource_has_its_use_and_bars_until_the_last_month_of_it(day: float) -> None:
    lines, found = report(made(day=day))
    assert any("in use, month by month" in line for line in lines)
    lines = lines[next(number for number, line in enumerate(lines) if "from the first request" in line) :]
    for row, label in zip(found["resources"], ("Bed", "Chair"), strict=True):
        places, use, mean, most, *bars = cells(lines, label)
        assert (places, use) == (str(row["capacity"]), f"{row['in_use']:.1%}")
        assert (mean, most) == (f"{row['mean_waiting']:.2f}", str(row["most_waiting"]))
        shares = [one["in_use"] for one in found["resource_use"] if one["resource"] == row["resource"]]
        assert list(bars) == ["".join("·▁▂▃▄▅▆▇█"[math.ceil(share * 8)] for share in shares[: 1 + last_in_use(found)])]


def test_a_trial_of_many_years_says_how_long_its_periods_are() -> None:
    lines, found = report(made(day=2500))
    assert round(found["resource_use"][1]["from_day"] / 30.4375) == 2
    assert any("in use, every 2 months" in line for line in lines)


@pytest.mark.parametrize("beds", [(1, 2), (9, 1)])
def test_settings_are_told_in_the_unit_of_the_longest_of_them(beds: tuple[int, int]) -> None:
    """Stays of some hours: waits of hours, which are less than a tenth of a day; none where there are beds enough."""
    texts = (TWO.format(stay="[0.1, 0.2, 0.4]", day=400, beds=places) for places in beds)
    often = (text.replace("per_month = 3", "per_month = 90") for text in texts)
    scenarios = [load(Source("here", "here.toml", text)) for text in often]
    columns = varied_rows(scenarios, 1, range(20))
    console, text = page(114)
    found = comparison(scenarios, [(("resources.bed.capacity", str(places)),) for places in beds], columns)
    print_comparison(console, scenarios[0], 1, {**found, "null": False})
    lines = text.getvalue().splitlines()
    one, two = (24 * columns[f"{number}:waits[step=waiting].mean_days"] for number in (0, 1))
    begin = lines.index("Waiting for places: Bed")
    until = next(number for number in range(begin, len(lines)) if not lines[number].strip())
    table = "\n".join(lines[begin:until])
    assert "hours" in table
    assert "For a chair" not in table
    error = (two - one).std(ddof=1) / math.sqrt(20)
    assert f"{one.mean():.1f}" in table
    assert f"{(two - one).mean():+.1f} ± {error:.1f}" in table
