"""Toxicity by worst grade, and hazard ratios of several arms on a day: what is drawn are the numbers of the views."""

import re
from dataclasses import replace

import pytest
from driving import Driver, driven, lines_of
from hypothesis import given
from hypothesis import strategies as st
from test_odd_scenarios import odd

from pathsim.app.screens.live import LiveScreen, View
from pathsim.app.widgets.against_control import AgainstControl
from pathsim.app.widgets.grades import ToxicityGrades, stacked
from pathsim.player.views.live import HazardRatioView

DAY = 1500.0
SIZES = [(80, 24), (120, 40), (160, 45), (200, 60)]


async def shown(driver: Driver, view: View, day: float = DAY) -> None:
    live = driver.front
    assert isinstance(live, LiveScreen)
    live.view = view
    await driver.go(day)
    await driver.settle()


@pytest.mark.parametrize("size", SIZES, ids=lambda size: "{}x{}".format(*size))
async def test_every_type_has_its_patients_by_worst_grade_in_every_arm(size: tuple[int, int]) -> None:
    async with driven(size=size) as driver:
        await shown(driver, "grades")
        text = "\n".join(lines_of(driver.front.query_one(ToxicityGrades)))
        rows, card = driver.snapshot.toxicity, driver.app.trial.card
        assert card is not None
        for arm, name in enumerate(card.arms):
            assert re.search(rf"{name} {rows[0].patients[arm]}\b", text)
        told = 0
        for row in rows[:4]:
            start = re.escape(row.label[:12])
            for grades in row.grades:
                counts = " +".join(str(count) if count else "·" for count in grades)
                told += bool(re.search(rf"{start}\S*[^\n]*?{counts}", text))
        assert told == 4 * len(card.arms)


@given(
    counts=st.tuples(*[st.integers(0, 40)] * 3),
    more=st.integers(0, 200),
    width=st.integers(8, 80),
)
def test_a_bar_is_as_long_as_the_share_and_nobody_is_left_out(
    counts: tuple[int, int, int], more: int, width: int
) -> None:
    whole = sum(counts) + more
    if whole == 0:
        return
    cells = stacked(counts, whole, width)
    assert all((cell > 0) == (count > 0) for cell, count in zip(cells, counts, strict=True))
    present = sum(count > 0 for count in counts)
    assert abs(sum(cells) - sum(counts) / whole * width) <= 0.5 + present
    if all(count / whole * width >= 1 for count in counts):
        # No grade is so rare that it needs a longer bar than its share.
        assert sum(cells) == round(sum(counts) / whole * width)
        assert cells[2] == pytest.approx(counts[2] / whole * width, abs=0.5)


async def test_deaths_of_a_toxicity_stand_out_from_other_grades_without_colors(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with driven(size=(80, 24)) as driver:
        await shown(driver, "grades")
        row = next(row for row in driver.snapshot.toxicity if row.grades[1][2])
        lines = lines_of(driver.front.query_one(ToxicityGrades))
        (line,) = [line for line in lines if line.startswith(row.label[:12]) and "█" in line]
        assert re.search("▃+▆+█", line)


async def test_w_turns_to_grades_also_where_all_else_is_seen() -> None:
    async with driven(size=(160, 45)) as driver:
        await driver.go(DAY)
        before = driver.front.query_one("#toxicity").display
        await driver.press("w")
        assert driver.front.query_one(ToxicityGrades).display
        assert not driver.front.query_one("#toxicity").display
        await driver.press("w")
        assert driver.front.query_one("#toxicity").display is before is True
        assert not driver.front.query_one(ToxicityGrades).display


@pytest.mark.parametrize("size", SIZES, ids=lambda size: "{}x{}".format(*size))
async def test_every_arm_but_control_has_its_ratio_on_the_axis(size: tuple[int, int]) -> None:
    async with driven(odd("three_arms"), size=size) as driver:
        await shown(driver, "ratios", 900.0)
        chart = driver.front.query_one(AgainstControl)
        assert "placebo" in chart.headings[0]
        lines = lines_of(chart)
        (axis,) = [number for number, line in enumerate(lines) if "┴" in line]
        for found in driver.snapshot.endpoints[0].ratios:
            assert found.estimate is not None
            (line,) = [line for line in lines[:axis] if re.match(rf"  {found.arm} ", line)]
            assert f"{found.estimate:.2f}" in line
            # Left of the line of no effect for whoever fares better.
            one = next(line.index("┊") for line in lines[:axis] if "┊" in line)
            assert (line.index("●") < one) is (found.estimate < 1)


async def test_a_ratio_beyond_the_axis_ends_in_an_arrow_and_one_without_estimate_says_why() -> None:
    async with driven(odd("three_arms"), size=(160, 45)) as driver:
        await shown(driver, "ratios", 900.0)
        card, view = driver.app.trial.card, driver.snapshot.endpoints[0]
        assert card is not None
        chart = driver.front.query_one(AgainstControl)
        wide = replace(view.ratios[0], estimate=1.2, lower=0.02, upper=70.0)
        none = HazardRatioView(view.ratios[1].arm)
        chart.show(card.endpoints, [replace(view, ratios=(wide, none))], card.groups)
        lines = lines_of(chart)
        (line,) = [line for line in lines if "●" in line]
        assert re.search("◀━+●━+▶", line)
        assert any(re.match(rf"  {none.arm} +too few events yet", line) for line in lines)


async def test_a_trial_of_two_arms_has_no_such_view() -> None:
    async with driven(size=(160, 45)) as driver:
        await driver.go(DAY)
        live = driver.front
        assert isinstance(live, LiveScreen)
        assert "ratios" not in live.views
        assert not live.query_one(AgainstControl).display
