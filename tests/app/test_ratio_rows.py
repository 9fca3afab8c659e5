"""Several arms on Ensemble: a row for each hazard ratio, and what stands on it are the numbers of the replicates."""

import re
from pathlib import Path

import numpy as np
import pytest
from driving import Driver, driven, lines_of

from pathsim.app.screens.ensemble import EnsembleScreen
from pathsim.app.widgets.histogram import Histogram
from pathsim.app.widgets.ratio_rows import RatioRows

THREE_ARMS = Path(__file__).parent.parent / "fuzz" / "seeds" / "three-arms.toml"
SIZES = [(80, 24), (120, 40), (160, 45), (200, 60)]


async def filled(driver: Driver) -> RatioRows:
    screen = await driver.visit("ensemble")
    assert isinstance(screen, EnsembleScreen)
    await driver.until(lambda: screen.replicates >= 60, "there are replicates")
    await driver.settle()
    return screen.query_one(RatioRows)


def places(lines: list[str]) -> dict[float, int]:
    """The columns of the axis' ticks, by the ratio that stands below each."""
    (axis,) = [n for n, line in enumerate(lines) if line.strip().startswith(("┴", "─")) and "┴" in line]
    found = {}
    for label in re.finditer(r"\d[\d.]*", lines[axis + 1]):
        middle = label.start() + (len(label[0]) - 1) // 2
        assert lines[axis][middle] == "┴"
        found[float(label[0])] = middle
    return found


@pytest.mark.parametrize("size", SIZES, ids=lambda size: "{}x{}".format(*size))
async def test_every_arm_and_endpoint_has_a_row_with_median_own_ratio_and_power(size: tuple[int, int]) -> None:
    async with driven(THREE_ARMS, seed=1, size=size) as driver:
        await driver.go(driver.session.last_day)
        chart = await filled(driver)
        lines = lines_of(chart)
        assert [one.label for one in chart.rows] == ["PFS, high", "PFS, low", "OS, high", "OS, low"]
        for one in chart.rows:
            at = next(n for n, line in enumerate(lines) if one.label in line) + 1
            told = [f"{np.median(one.ratios):.2f}", f"{one.own:.2f}", f"{one.power.estimate:.1%}"]
            assert re.findall(r"\d+\.\d+%?", lines[at]) == told
            assert "▲" in lines[at]
        assert not driver.front.query_one(Histogram).is_on_screen


async def test_signs_stand_where_the_axis_says() -> None:
    async with driven(THREE_ARMS, seed=1, size=(160, 45)) as driver:
        await driver.go(driver.session.last_day)
        chart = await filled(driver)
        lines = lines_of(chart)
        ticks = places(lines)
        assert len(ticks) >= 5
        for one in chart.rows:
            at = next(n for n, line in enumerate(lines) if one.label in line) + 1
            lower, upper = np.quantile(one.ratios, [0.025, 0.975])
            median = np.median(one.ratios)
            for sign, value in (("├", lower), ("┿", median), ("▲", one.own), ("┤", upper)):
                expected = np.interp(np.log(value), np.log(list(ticks)), list(ticks.values()))
                if sign in lines[at]:  # else this trial stands on it
                    assert lines[at].index(sign) == pytest.approx(expected, abs=1.01)
            assert "▲" in lines[at]


async def test_the_bars_of_a_row_hold_most_where_most_trials_lie() -> None:
    async with driven(THREE_ARMS, seed=1, size=(160, 45)) as driver:
        await driver.go(driver.session.last_day)
        chart = await filled(driver)
        lines, heights = lines_of(chart), " ▁▂▃▄▅▆▇█"
        ticks = places(lines)
        for one in chart.rows:
            at = next(n for n, line in enumerate(lines) if one.label in line)
            bars = [
                sum(heights.index(line[column]) for line in lines[at - 1 : at + 1] if line[column] in heights)
                for column in range(20, 120)
            ]
            middle = np.average(range(20, 120), weights=bars)
            expected = np.interp(np.log(one.ratios).mean(), np.log(list(ticks)), list(ticks.values()))
            assert middle == pytest.approx(expected, abs=1.5)


async def test_before_the_end_it_tells_the_ratios_of_that_day_and_not_of_the_end() -> None:
    async with driven(THREE_ARMS, seed=1, size=(120, 40)) as driver:
        snapshot = await driver.go(500.0)
        chart = await filled(driver)
        lines = lines_of(chart)
        assert "▲" not in "".join(lines)
        so_far = [ratio.estimate for view in snapshot.endpoints for ratio in view.ratios]
        rows = [re.findall(r"\d+\.\d+%?", line) for line in lines]
        assert [row[1] for row in rows if len(row) == 3] == [f"{estimate:.2f}" for estimate in so_far]


async def test_one_arm_keeps_its_distribution() -> None:
    async with driven(size=(120, 40)) as driver:
        chart = await filled(driver)
        assert not chart.is_on_screen
        assert driver.front.query_one(Histogram).is_on_screen


async def test_the_sentence_above_the_rows_is_told_whole_when_it_takes_another_line() -> None:
    async with driven(THREE_ARMS, seed=1, size=(80, 24)) as driver:
        await driver.go(500.0)
        chart = await filled(driver)
        standing = driver.front.query_one("#standing")
        assert standing.size.height == 1
        await driver.go(driver.session.last_day)
        await driver.until(lambda: "▲" in "".join(lines_of(chart)), "the trial is over")
        await driver.until(lambda: standing.size.height == 2, "it has two lines")
        shown = " ".join(" ".join(driver.screen_lines()).split())
        assert "others on PFS, high: their hazard ratios are higher, that is, worse for the new treatment." in shown
