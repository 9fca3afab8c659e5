"""The report in a browser: it asks for nothing, has no fault for who reads it otherwise, and fits on paper."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from chromium import CHROMIUM, Browser, browser

from pathsim.cli import cli

ROOT = Path(__file__).parent.parent.parent
ODD = ROOT / "tests" / "app" / "odd"
AXE = next(
    (
        path
        for path in (os.environ.get("AXE_CORE"), ROOT / "node_modules/axe-core/axe.min.js")
        if path and Path(path).is_file()
    ),
    None,
)
REPORTS = {
    "aall1331": ("aall1331", 40),
    "alone": ("aall1331", 1),
    "stroke-thrombectomy": ("stroke-thrombectomy", 4),
    "two-arm-exponential": ("two-arm-exponential", 40),
    "three arms": (str(ODD / "three_arms.toml"), 10),
    "nothing but care": (str(ODD / "nothing_but_care.toml"), 1),
    "hostile": ("hostile.toml", 5),
    "side by side": ("two-arm-exponential", 12),
}
MILLIMETERS = 96 / 25.4
PAPERS = {"A4": (210 - 32, 297 - 36), "letter": (215.9 - 32, 279.4 - 36)}
"""The width and height inside the margins of the style sheet, in millimeters."""
LABEL = "\u05e0\u05d9\u05e1\u05d5\u05d9 <b>" + "abcdefghij" * 19

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium: apt-get install chromium"),
]


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with browser(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


@pytest.fixture(scope="module", params=REPORTS)
def report(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report, written once for all tests of it."""
    scenario, replicates = REPORTS[request.param]
    folder = tmp_path_factory.mktemp("report")
    if scenario == "hostile.toml":
        scenario = str(folder / scenario)
        Path(scenario).write_text(hostile(), encoding="utf-8")
    file = folder / "report.html"
    arguments = ["report", scenario, "--seed", "23", "--replicates", str(replicates), "--workers", "1"]
    if request.param == "side by side":
        arguments[2:2] = [scenario, "--set", "steps.experimental.exit.death.median_days=500"]
    cli.main([*arguments, "--out", str(file), "-q"], standalone_mode=False)
    return file


def hostile() -> str:
    """A scenario with labels of two hundred letters in two directions of writing, and a tag in them."""
    base, label = (ODD / "three_arms.toml").read_text(encoding="utf-8"), f"'''{LABEL}'''"
    return (
        base.replace('label   = "Overall survival"', f"label = {label}")
        .replace('unit = "years"', f'unit = "years"\nlabel = {label}')
        .replace('[steps.drug]\nkind = "phase"', f'[steps.drug]\nkind = "phase"\nlabel = {label}')
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_request_leaves_and_nothing_stands_on_the_console(page: Browser, report: Path, scheme: str) -> None:
    page.open(report, scheme=scheme)
    assert page.evaluate("document.querySelectorAll('h2').length") > 3
    assert [address for address in page.requests if address != report.as_uri()] == []
    assert page.complaints == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.skipif(AXE is None, reason="no axe-core: npm install axe-core, or name axe.min.js in AXE_CORE")
def test_axe_finds_no_serious_fault(page: Browser, report: Path, scheme: str) -> None:
    assert AXE is not None
    page.open(report, scheme=scheme)
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    page.evaluate(Path(AXE).read_text(encoding="utf-8") + ";null")
    found = json.loads(page.evaluate("axe.run().then(found => JSON.stringify(found.violations))"))
    serious = [one for one in found if one["impact"] in ("serious", "critical")]
    assert [(one["id"], one["nodes"][0]["html"][:200], one["nodes"][0]["failureSummary"]) for one in serious] == []


WIDER = """
[...document.querySelectorAll('body *')]
  .filter(one => !one.closest('svg') || one.tagName == 'svg')
  .filter(one => one.getClientRects().length && !one.closest('%s'))
  .map(one => [one.tagName, one.className.baseVal ?? one.className, one.getBoundingClientRect()])
  .filter(([, , place]) => place.right > innerWidth + 1 || place.left < -1)
  .map(([tag, kind, place]) => `${tag}.${kind} ${place.left}-${place.right}`)
"""
OUTSIDE = """
[...document.querySelectorAll('figure:not(.wide) svg')].flatMap(svg => {
  const paper = svg.getBoundingClientRect();
  return [...svg.querySelectorAll('text')]
    .map(text => [text.textContent, text.getBoundingClientRect()])
    .filter(([, place]) => place.left < paper.left - 2 || place.right > paper.right + 2
      || place.top < paper.top - 2 || place.bottom > paper.bottom + 2)
    .map(([text]) => `${svg.getAttribute('class')}: ${text}`)
})
"""
HIGHER = """
[...document.querySelectorAll('figure, .table:not(.long)')]
  .filter(one => one.getClientRects().length)
  .map(one => [one.innerText.slice(0, 60), one.getBoundingClientRect().height])
  .filter(([, height]) => height > %f)
"""


@pytest.mark.parametrize("width", [1280, 375])
def test_on_screen_nothing_sticks_out(page: Browser, report: Path, width: int) -> None:
    page.open(report, width=width)
    # Inside these one can scroll.
    assert page.evaluate(WIDER % ".scroll *") == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.evaluate(OUTSIDE) == []


@pytest.mark.parametrize("paper", PAPERS)
def test_on_paper_no_table_or_figure_is_cut(page: Browser, report: Path, paper: str) -> None:
    width, height = (side * MILLIMETERS for side in PAPERS[paper])
    page.open(report, width=int(width), media="print")
    assert page.evaluate(WIDER % "never") == []
    assert page.evaluate(OUTSIDE) == []
    assert page.evaluate(HIGHER % height) == []


def test_it_can_be_printed(page: Browser, report: Path) -> None:
    page.open(report)
    printed: dict[str, Any] = page.call("Page.printToPDF", preferCSSPageSize=True)
    assert len(printed["data"]) > 10_000
