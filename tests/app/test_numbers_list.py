"""The list of numbers: what is changed and what matters first, and every name whole."""

from pathlib import Path

import pytest
from driving import driven, lines_of
from hypothesis import given
from hypothesis import strategies as st

from pathsim.app.screens.dialogs import Explanation
from pathsim.app.widgets.slider_rows import (
    CHANGED,
    FIRST,
    LEFT,
    VALUE_WIDTH,
    Row,
    best,
    listed,
    read,
    shape,
    written,
    written_within,
)
from pathsim.app.widgets.sliders import Sliders
from pathsim.player.views.live import Parameter

RELAPSE = "steps.after_transplant.exit.relapse.hazard_ratio"
WITHDRAWAL = "steps.donor.exit.withdrawal.by.60"


def parameter(path: str, group: str = "group", **more: object) -> Parameter:
    values: dict[str, object] = {
        "label": path,
        "value": 1.0,
        "lowest": 0.0,
        "highest": 2.0,
        "step": 0.1,
        "whole": False,
        "is_share": False,
        "kind": "assumed",
        "evidence": "",
        "is_main": False,
        "found_by": path,
    }
    return Parameter(path=path, group=group, **values | more)  # type: ignore[arg-type]


FIVE = tuple(parameter(f"a{n}", rank=4 - n, sentence=f"sentence {n}") for n in range(5))
OTHERS = tuple(parameter(f"b{n}", "others", is_main=True) for n in range(5))


def rows(changed: dict[str, float], opened: set[str], words: str = "") -> list[tuple[str, str]]:
    found = listed((*FIVE, *OTHERS), changed, opened, words.split())
    return [(row.group, "" if row.parameter is None else row.parameter.path) for row in found]


def test_those_that_matter_most_come_first_in_the_order_of_the_scenario_and_groups_are_shut() -> None:
    assert rows({}, {FIRST}) == [
        (FIRST, ""),
        *((FIRST, f"a{n}") for n in (4, 3, 2, 1, 0)),
        ("group", ""),
        ("others", ""),
    ]


def test_what_is_changed_stands_at_the_top_the_last_first_unless_it_is_right_below() -> None:
    found = rows({"b1": 1.5, "a2": 0.5, "b3": 0.1}, {FIRST})
    assert found[:4] == [(CHANGED, ""), (CHANGED, "b3"), (CHANGED, "b1"), (FIRST, "")]
    found = rows({"b1": 1.5, "a2": 0.5, "b3": 0.1}, set())
    assert found[:5] == [(CHANGED, ""), (CHANGED, "b3"), (CHANGED, "a2"), (CHANGED, "b1"), (FIRST, "")]


def test_a_search_lists_only_what_it_finds_and_what_matters_most_before_the_rest() -> None:
    assert rows({"b1": 1.5}, {FIRST}, "b1") == [("others", ""), ("others", "b1")]
    assert rows({}, set(), "sentence 3") == [(FIRST, ""), (FIRST, "a3")]


def test_where_the_scenario_names_none_its_uncertain_ones_are_seen() -> None:
    found = [row.parameter.path for row in listed(OTHERS, {}, {FIRST}, ()) if row.parameter is not None]
    assert found == [one.path for one in OTHERS]


def test_a_search_goes_to_the_first_number_called_so_and_past_those_under_a_condition() -> None:
    conditional = parameter("a", label="share of girls (after a relapse)", found_by="share of girls after a relapse")
    named = parameter("b", label="months to a relapse", found_by="months to a relapse")
    rows = list(listed((conditional, named), {}, set(), ["relapse"]))
    assert [row.parameter for row in rows] == [None, conditional, named]
    assert best(rows, ["relapse"]) == 2
    assert best(rows, ["girls"]) == 1
    assert best(rows, ["after"]) == 1, "where no name has the words, the first that is found by them"


WORDS = st.lists(st.text("abcdefg", min_size=1, max_size=12), min_size=1, max_size=12).map(" ".join)


@given(label=WORDS, width=st.integers(26, 120))
def test_no_name_is_cut_and_nothing_is_written_over_it(label: str, width: int) -> None:
    found = shape(Row("group", parameter("x", label=label)), width)
    assert " ".join(" ".join(found.label).split()) == label
    assert all(LEFT + len(line) <= width for line in found.label)
    last = found.label[-1]
    if found.track:
        assert not last or LEFT + len(last) < found.track_left
        assert found.track_left + found.track < width - VALUE_WIDTH
    else:
        assert LEFT + len(last) <= width


@given(
    value=st.floats(0.001, 1e6),
    unit=st.sampled_from(["", "HR #", "# d", "#/mo", "#/d"]),
    share=st.booleans(),
)
def test_a_value_is_written_with_its_unit_and_read_without(value: float, unit: str, share: bool) -> None:  # noqa: FBT001
    one = parameter("x", unit="" if share else unit, is_share=share)
    told = written(one, value)
    bare = told.removeprefix("HR ").removesuffix(" d").removesuffix("/mo").removesuffix("/d")
    assert read(one, bare) == pytest.approx(value, rel=0.005)
    assert told.endswith("%") is share


@given(value=st.floats(1e-7, 1e6), unit=st.sampled_from(["", "HR #", "# d", "#/mo", "#/d"]))
def test_a_value_is_told_whole_in_its_column(value: float, unit: str) -> None:
    told = written_within(parameter("x", unit=unit), value, VALUE_WIDTH)
    assert len(told) <= VALUE_WIDTH
    bare = told.removeprefix("HR ").removesuffix(" d").removesuffix("/mo").removesuffix("/d")
    assert float(bare) == pytest.approx(value, rel=0.06 if value >= 1e-4 else 0.5)


@pytest.mark.parametrize(
    ("value", "unit", "told"),
    [(0.00231049, "#/d", "0.00231/d"), (14.47, "#/mo", "14.47/mo"), (1461.0, "# d", "1461 d"), (200.0, "#/d", "200/d")],
)
def test_a_rate_keeps_its_unit(value: float, unit: str, told: str) -> None:
    assert written_within(parameter("x", unit=unit), value, VALUE_WIDTH) == told


async def test_what_is_turned_stays_in_sight_after_a_search() -> None:
    async with driven(size=(120, 40)) as driver:
        sliders = driver.front.query_one(Sliders)
        await driver.press("slash", *"withdrawal by day 60", "enter")
        assert sliders.marked is not None
        assert sliders.marked.path == WITHDRAWAL
        await driver.press("right", "escape")
        await driver.until_shown()
        shown = lines_of(sliders)
        assert CHANGED in shown[0]
        assert "withdrawal by day 60" in shown[1]
        assert any("relapse after transplant" in line for line in shown)


async def test_the_arrows_turn_a_number_at_once() -> None:
    async with driven() as driver:
        await driver.press("right")
        await driver.until(lambda: driver.session.settings, "a number is turned")
        assert driver.app.trial.card is not None
        first = next(one for one in driver.app.trial.card.parameters if one.rank == 0)
        assert list(driver.session.settings) == [first.path]


async def test_a_click_on_a_track_turns_the_number_whose_name_stands_above_it() -> None:
    async with driven(size=(120, 40)) as driver:
        sliders = driver.front.query_one(Sliders)
        lines = lines_of(sliders)
        at = next(y for y, line in enumerate(lines) if "relapse after transplant" in line)
        track = next(y for y in range(at, at + 3) if "●" in lines[y])
        await driver.click(sliders, lines[track].rindex("─"), track)
        await driver.until(lambda: list(driver.session.settings) == [RELAPSE], "it is turned")


FIRST_OF = """
extends = "aall1331"
[shown_first]
"steps.donor.exit.withdrawal.by.60" = "who no longer wants a [b]transplant[/b]"
"no.such.number" = "nothing"
"""


async def test_a_scenario_says_what_its_numbers_are_called_and_a_path_of_none_does_no_harm(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(FIRST_OF, encoding="utf-8")
    async with driven(file) as driver:
        shown = " ".join(" ".join(lines_of(driver.front.query_one(Sliders))).split())
        assert "who no longer wants a [b]transplant[/b]" in shown
        assert "nothing" not in shown


async def test_the_cursor_goes_to_the_number_that_is_called_so_before_one_for_some_patients_only() -> None:
    """As a user found it: relapse after transplant, and not the share of girls after a relapse."""
    async with driven() as driver:
        await driver.press("slash", *"relapse after", "enter")
        marked = driver.front.query_one(Sliders).marked
        assert marked is not None
        assert marked.path == RELAPSE
        await driver.press("slash", *["backspace"] * 20, *"relapse month", "enter")
        marked = driver.front.query_one(Sliders).marked
        assert marked is None or "month" in marked.found_by


async def test_a_number_that_is_turned_where_it_is_not_seen_is_told() -> None:
    """As a user found it: at 80 columns the arrows turned a number, and nothing said which."""
    async with driven(size=(80, 24)) as driver:
        assert not driver.front.query_one(Sliders).is_on_screen
        await driver.press("right")
        await driver.until(lambda: driver.session.settings, "a number is turned")
        [path] = driver.session.settings
        assert driver.app.trial.card is not None
        [one] = [one for one in driver.app.trial.card.parameters if one.path == path]
        told = f"{one.name}: {written(one, float(driver.session.settings[path]))}"
        notes = [note.message for note in driver.app._notifications]  # noqa: SLF001 - there is no other way to them
        assert told in notes


async def test_where_a_number_comes_from_says_what_it_is_set_to() -> None:
    async with driven(settings={RELAPSE: "0.53"}) as driver:
        await driver.press("slash", *"relapse after transplant", "enter", "i")
        await driver.until(lambda: isinstance(driver.app.screen, Explanation), "it is told")
        shown = "\n".join(driver.screen_lines())
        assert "\N{MULTIPLICATION SIGN} 0.53   as you have set it" in shown
        assert "\N{MULTIPLICATION SIGN} 1.06   calibrated" in shown
        assert f"--set {RELAPSE}=0.53" in shown.replace("\n", "")
