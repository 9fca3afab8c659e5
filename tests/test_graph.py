import re
from itertools import combinations
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from pathsim.report.graph import as_mermaid, as_text
from pathsim.report.graph_svg import as_svg
from pathsim.report.pathway import pathway
from pathsim.scenario.files import Source, names
from pathsim.scenario.scenario import Scenario, load

EVERY_KIND = str(Path(__file__).parent / "scenarios" / "pathway.toml")
SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = """
title = 'A "title" <with> & signs'
[trial]
begins    = 2020-01-01
patients  = 10
per_month = 1
assumed   = "test"
[trial.cutoffs.final]
day = 100
[steps.first]
kind    = "phase"
label   = "Ünïcode — <b>&amp;</b> \\"quoted\\" [x](y) `code` 1. list; end | pipe #35; \\\\ % {a}\\nsecond line"
days    = 10
next    = "second"
exit    = { second_or-not = { next = "second", hazard_per_day = 0.1 }, gone = { next = "third" } }
assumed = "test"
[steps.second]
kind  = "end"
label = "The same label"
[steps.third]
kind  = "end"
label = "The same label"
"""


@pytest.fixture(scope="module", params=[*names(), EVERY_KIND, "hostile"])
def scenario(request: pytest.FixtureRequest) -> Scenario:
    return load(Source("hostile", "hostile.toml", HOSTILE) if request.param == "hostile" else request.param)


@pytest.fixture(scope="module")
def every_kind() -> Scenario:
    return load(EVERY_KIND)


def test_the_steps_come_after_all_that_lead_to_them(scenario: Scenario) -> None:
    shown = pathway(scenario)
    place = {name: number for number, name in enumerate(shown.stops)}
    assert place.keys() == {entry.name for entry in scenario.steps}
    assert all(place[stop.name] < place[way.to] for stop in shown.stops.values() for way in stop.ways)


def test_the_home_of_a_step_is_on_every_way_to_it(scenario: Scenario) -> None:
    shown = pathway(scenario)
    first = next(iter(shown.stops))
    for name, home in shown.home.items():
        reached, ahead = set(), [first]
        while ahead:
            here = ahead.pop()
            if here != home and here not in reached:
                reached.add(here)
                ahead += [way.to for way in shown.stops[here].ways]
        assert name not in reached


@pytest.mark.parametrize("ascii_only", [False, True])
@pytest.mark.parametrize("width", [60, 80, 100, 140])
def test_the_text_fits_the_width(scenario: Scenario, width: int, ascii_only: bool) -> None:  # noqa: FBT001
    text = as_text(scenario, width=width, ascii_only=ascii_only)
    assert all(len(line) <= width and line == line.rstrip() for line in text.splitlines())
    assert text.isascii() or not ascii_only


def test_the_text_draws_each_step_once_and_ends_at_every_way_to_them(scenario: Scenario) -> None:
    shown = pathway(scenario)
    text = as_text(scenario, width=10_000)
    drawn = [re.sub(r"^[│ ]*", "", line) for line in text.splitlines()]
    signs = {"phase": "▭", "branch": "◇", "randomize": "◆", "wait": "⧗", "end": "■"}
    for name, stop in shown.stops.items():
        named = f"{signs[stop.spec.kind]} {stop.label}"
        if stop.spec.kind == "end":
            assert text.count(f"→ {named}\n") == len(shown.before[name])
        else:
            assert drawn.count(" · ".join((named, *stop.details))) == 1


def test_what_the_text_says_is_below_is_below(scenario: Scenario) -> None:
    lines = as_text(scenario, width=10_000).splitlines()
    for number, line in enumerate(lines):
        if found := re.search(r"→ (.*) \(below\)$", line):
            assert any(re.match(rf"[│ ]*{re.escape(found[1])}( ·|$)", below) for below in lines[number + 1 :])


def test_the_text_of_the_textbook_trial() -> None:
    assert as_text(load("two-arm-exponential"), width=80).splitlines() == [
        "The textbook trial: two constant hazards",
        "",
        "○ up to 400 patients",
        "▼",
        "◆ Randomization · 1:1 · blocks of 4",
        "├─ experimental",
        "│  ▭ Experimental treatment · follow-up",
        "│  └─ death → ■ Dead",
        "│",
        "└─ control",
        "   ▭ Control treatment · follow-up",
        "   └─ death → ■ Dead",
        "",
        "▭ phase   ◆ randomize   ■ end",
    ]


def test_the_words_for_durations_shares_and_places(every_kind: Scenario) -> None:
    text = as_text(every_kind, width=200)
    for words in (
        "Induction · 35 days (28\N{EN DASH}50)",
        "New course, cycle 2 · 35 days on average",
        "Randomization · 2:1 · blocks of 6 · by risk, age < 18",
        "usual (control), 1 of 3",
        "treatment failure: response == 'none'; response == 'partial' and risk == 'high', 12.5% → ▭ Rescue (below)",
        "response == 'partial' and risk == 'high', 87.5%; otherwise",
        "Wait for a bed · ready after 30 days (10\N{EN DASH}60) · then a place: Beds",
        "Procedure · 30 days · holds a place: Beds",
        "from New course, cycle 2; Extra rest; Second look",
    ):
        assert words in text


def test_ways_to_one_step_keep_the_name_of_each() -> None:
    text = as_text(load(Source("hostile", "hostile.toml", HOSTILE)), width=200)
    assert "complete; second or-not → ■ The same label [second]" in text
    assert "gone → ■ The same label [third]" in text


def test_mermaid_has_one_node_for_each_step_and_one_line_for_each_way(scenario: Scenario) -> None:
    shown = pathway(scenario)
    lines = as_mermaid(scenario).splitlines()
    nodes = [found[1] for line in lines if (found := re.fullmatch(r'    (step\d+)[\[({]+"[^"]+"[\])}]+', line))]
    arrow = re.compile(r'    (step\d+) (?:-->|-\.->)(?:\|"[^"]+"\|)? (step\d+)')
    arrows = [found.groups() for line in lines if (found := arrow.fullmatch(line))]
    styles = [line for line in lines if line.startswith("    style ")]
    assert lines[0] == "---"
    assert lines[1].startswith("title: ")
    assert lines[2:4] == ["---", "flowchart TD"]
    assert len(set(nodes)) == len(nodes) == len(shown.stops)
    assert len(set(arrows)) == len(arrows) == sum(len(stop.ways) for stop in shown.stops.values())
    assert {name for ends in arrows for name in ends} <= set(nodes)
    assert len(lines) == 4 + len(nodes) + len(arrows) + len(styles)
    assert len(styles) == len(scenario.arms)


def test_mermaid_labels_hold_nothing_that_mermaid_could_take_for_its_own() -> None:
    text = as_mermaid(load(Source("hostile", "hostile.toml", HOSTILE)))
    label = re.search(r'step0\["(.*)"\]', text)
    assert label is not None
    bare = re.sub(r"#\d+;|<br/>", "", label[1])
    assert not set(bare) & set('"<>[]{}`;#|*&\\_.\n\a')


def _boxes(svg: ET.Element) -> dict[str, tuple[float, float, float, float]]:
    found = {}
    for group in svg.iter(f"{SVG}g"):
        box = group.find(f"{SVG}rect[@class='box']")
        assert box is not None
        x, y, width, height = (float(box.attrib[key]) for key in ("x", "y", "width", "height"))
        found[group.attrib["id"]] = x, y, x + width, y + height
    return found


def test_the_boxes_of_the_drawing_stand_apart_and_inside(scenario: Scenario) -> None:
    svg = ET.fromstring(as_svg(scenario))  # noqa: S314
    boxes = _boxes(svg)
    assert boxes.keys() == {f"step-{entry.name}" for entry in scenario.steps}
    for x, y, right, bottom in boxes.values():
        assert 0 <= x < right <= float(svg.attrib["width"])
        assert 0 <= y < bottom <= float(svg.attrib["height"])
    for one, other in combinations(boxes.values(), 2):
        assert one[2] < other[0] or other[2] < one[0] or one[3] < other[1] or other[3] < one[1]


def test_the_ways_of_the_drawing_go_from_left_to_right_and_through_no_box(scenario: Scenario) -> None:
    svg = ET.fromstring(as_svg(scenario))  # noqa: S314
    boxes = _boxes(svg).values()
    curve = re.compile(r"M([\d.]+) ([\d.]+)C[\d.]+ [\d.]+ [\d.]+ [\d.]+ ([\d.]+) ([\d.]+)(?:h([\d.]+))?")
    found = [match.groups(default="0") for path in svg.iter(f"{SVG}path") if (match := curve.match(path.attrib["d"]))]
    assert found or len(scenario.steps) == 1
    for start, _, end, level, passing in (tuple(map(float, numbers)) for numbers in found):
        assert start < end
        for x, y, right, bottom in boxes:
            assert not (start + 0.2 < right and x < end - 0.2), "the bend lies between two layers"
            assert not (passing and y < level < bottom and x < end + passing and end < right), "the lane is free"


def test_the_drawing_says_every_label_and_needs_nothing_else(every_kind: Scenario) -> None:
    drawing = as_svg(every_kind)
    said = " ".join(text.text or "" for text in ET.fromstring(drawing).iter(f"{SVG}text"))  # noqa: S314
    for stop in pathway(every_kind).stops.values():
        for text in (stop.label, stop.spec.kind, *stop.details, *(way.label for way in stop.ways)):
            assert text in said
    assert "<script" not in drawing
    assert "href" not in drawing
    assert re.findall(r"https?://[^\"]*", drawing) == ["http://www.w3.org/2000/svg"]


def test_the_arms_are_told_apart_by_color_and_by_word(every_kind: Scenario) -> None:
    groups = {group.attrib["id"]: group for group in ET.fromstring(as_svg(every_kind)).iter(f"{SVG}g")}  # noqa: S314
    arms = {
        "step-new_course.1": ("#56B4E9", "new, 2 of 3"),
        "step-usual_course": ("#E69F00", "usual (control), 1 of 3"),
    }
    for name, (color, words) in arms.items():
        assert color in {rect.attrib["fill"] for rect in groups[name].iter(f"{SVG}rect")}
        assert words in {text.text for text in groups[name].iter(f"{SVG}text")}
