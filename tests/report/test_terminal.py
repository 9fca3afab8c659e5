"""The report of a trial in the terminal, at the widths that people have."""

import io

import pytest
from rich.console import Console

from pathsim.engines.choose import simulate
from pathsim.report.terminal import print_report
from pathsim.results.json import ResultsJson, results
from pathsim.scenario.files import names
from pathsim.scenario.scenario import load
from pathsim.trial.data_cut import Chunk

WIDTHS = (80, 100, 114)


class Plain(io.StringIO):
    """A file that can show only ASCII."""

    encoding = "ascii"


def report(chunk: Chunk, found: ResultsJson, width: int, file: io.StringIO | None = None) -> list[str]:
    console = Console(file=file or io.StringIO(), width=width, color_system=None, markup=False, highlight=False)
    print_report(console, chunk, found)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue().splitlines()


@pytest.fixture(scope="module", params=names())
def chunk(request: pytest.FixtureRequest) -> Chunk:
    return simulate(load(request.param), seed=14)[0]


@pytest.fixture(scope="module")
def found(chunk: Chunk) -> ResultsJson:
    return results(chunk)


@pytest.mark.parametrize("width", WIDTHS)
def test_no_line_is_wider_than_the_console(chunk: Chunk, found: ResultsJson, width: int) -> None:
    assert [line for line in report(chunk, found, width) if len(line) > width] == []


@pytest.mark.parametrize("width", WIDTHS)
def test_nothing_is_cut(chunk: Chunk, found: ResultsJson, width: int) -> None:
    assert [line for line in report(chunk, found, width) if "…" in line] == []


@pytest.mark.parametrize("width", WIDTHS)
def test_every_step_that_was_entered_is_told_with_its_numbers(chunk: Chunk, found: ResultsJson, width: int) -> None:
    flat = " ".join(" ".join(report(chunk, found, width)).split())
    for entry in chunk.scenario.steps:
        if any(row["step"] == entry.name for row in found["flow"]):
            assert entry.label.split()[0] in flat
    for row in found["flow"]:
        assert f" {row['entered']} " in flat


def test_an_output_that_knows_only_ascii_gets_rules_and_curves_in_ascii(chunk: Chunk, found: ResultsJson) -> None:
    written = "\n".join(report(chunk, found, 100, Plain()))
    assert {glyph for glyph in written if not glyph.isascii()} <= {"†"}


def test_the_heading_tells_the_seed_and_that_nobody_in_it_is_real(chunk: Chunk, found: ResultsJson) -> None:
    lines = report(chunk, found, 114)
    assert lines[0].strip() == chunk.scenario.title
    assert "seed 14, replicate 0. A simulation: no patient in it is real." in lines[1]
    assert f"{found['trial']['enrolled']} enrolled" in lines[2]


def test_the_figures_are_those_of_the_results(chunk: Chunk, found: ResultsJson) -> None:
    flat = " ".join(" ".join(report(chunk, found, 114)).split())
    for endpoint in found["endpoints"].values():
        assert endpoint["label"] in flat
        for arm in endpoint["arms"].values():
            assert f"{arm['n']}, {arm['events']}" in flat
            assert all(f"{at['survival']:.1%}" in flat for at in arm["at"].values())
        for compared in endpoint.get("comparisons", {}).values():
            ratio = compared["cox"]
            told = f"hazard ratio {ratio['hazard_ratio']:.2f} (95% CI {ratio['lower']:.2f}-{ratio['upper']:.2f})"
            assert told in flat


def test_what_was_set_is_told() -> None:
    scenario = load("two-arm-exponential", {"steps.control.exit.death.median_days": "365"})
    chunk = simulate(scenario, seed=1)[0]
    assert "changed: steps.control.exit.death.median_days = 365" in report(chunk, results(chunk), 114)[2]
