"""The charts of toxicity, hazard ratios, power and the committee: what stands on them are the numbers of the views."""

import re
from dataclasses import replace

import numpy as np
import pytest
from driving import driven, lines_of
from test_pictures import DAY, OTHER_SIZES, SIZES, fill, placed
from textual.color import Color

from pathsim.app.canvas import Canvas
from pathsim.app.screens.ensemble import EnsembleScreen
from pathsim.app.themes import DARK, ROLES
from pathsim.app.widgets.committee import CommitteeChart
from pathsim.app.widgets.histogram import Histogram
from pathsim.app.widgets.power_chart import PowerChart
from pathsim.app.widgets.survival_words import comparison
from pathsim.app.widgets.toxicity import ToxicityPairs
from pathsim.player.views.ensemble import Headline, Share
from pathsim.player.views.live import HazardRatioView


@pytest.mark.parametrize("size", SIZES[1:], ids=lambda size: "{}x{}".format(*size))
async def test_toxicity_is_told_in_the_per_cents_of_the_snapshot(size: tuple[int, int]) -> None:
    async with driven(size=size) as driver:
        snapshot = await driver.go(DAY)
        driver.front.view = "toxicity"
        await driver.settle()
        lines = lines_of(driver.front.query_one(ToxicityPairs))
        shown = 0
        for row, line in zip(snapshot.toxicity, lines[1:], strict=False):
            per_cents = [int(number) for number in re.findall(r"(\d+)%", line)]
            if per_cents:
                rates = [sum(grades) / of for grades, of in zip(row.grades, row.patients, strict=True)]
                assert per_cents == [int(f"{rate:.0%}"[:-1]) for rate in rates], line
                shown += 1
        assert shown >= 5


@pytest.mark.parametrize("size", [SIZES[0], *OTHER_SIZES], ids=lambda size: "{}x{}".format(*size))
async def test_the_histogram_shows_what_was_published_no_effect_and_this_trial(size: tuple[int, int]) -> None:
    async with driven(size=size) as driver:
        await driver.go(driver.session.last_day)
        await fill(driver, "ensemble")
        ratios = driver.front.query_one(Histogram)
        assert ratios.headline is not None
        rows = lines_of(ratios)
        assert re.search("┊no effect|no effect┊", rows[0])
        (axis,) = [number for number, row in enumerate(rows) if "┴" in row]
        assert axis == ratios.size.height - 4
        marks = rows[axis + 1]
        assert np.isfinite(ratios.headline.values[0])
        for sign, name, value, role in (
            ("◇", "published", ratios.headline.published, "title"),
            ("▲", "this trial", ratios.headline.values[0], "yours"),
        ):
            # The number alone only where there is no room for the words between the sign and the edge.
            words = f"{name} {value:.2f}"
            room = min(marks.index(sign), len(marks) - 1 - marks.index(sign))
            words = words if room > len(words) else rf"({name} |this )?{value:.2f}"
            assert re.search(f"{sign} {words}|{words} {sign}", marks)
            color = Color.parse(getattr(ROLES[DARK], role)).rich_color
            seen = "".join(
                segment.text
                for _, segment in placed(ratios.render_line(axis + 1))
                if segment.style is not None and segment.style.color == color and segment.style.bold
            )
            assert sign in seen
            assert re.search(words, seen)


@pytest.mark.parametrize("size", [SIZES[1], *OTHER_SIZES[1:]], ids=lambda size: "{}x{}".format(*size))
async def test_power_lies_where_the_axis_says(size: tuple[int, int]) -> None:
    async with driven(size=size) as driver:
        await fill(driver, "ensemble")
        chart = driver.front.query_one(PowerChart)
        await driver.until(lambda: chart.view is not None and chart.view.replicates >= 100, "there are some")
        assert chart.view is not None
        share = chart.view.power_by_count[-1][1]
        rows = lines_of(chart)
        ticks = {row: int(found[1]) for row, line in enumerate(rows) if (found := re.match(r" *(\d+)%", line))}
        (top, highest), (bottom, lowest) = min(ticks.items()), max(ticks.items())
        panel = Color.parse(ROLES[DARK].panel).rich_color
        tinted = {
            (row, column)
            for row in range(chart.size.height)
            for start, segment in placed(chart.render_line(row))
            if segment.style is not None and segment.style.bgcolor == panel
            for column in range(start, start + len(segment.text))
        }
        column = max(column for _, column in tinted)
        (drawn,) = [row for row, line in enumerate(rows[: bottom + 1]) if line[column] == "━"]
        inside = sorted(row for row, at in tinted if at == column)
        assert inside == list(range(inside[0], inside[-1] + 1))
        half_a_row = (highest - lowest) / (bottom - top) / 2
        for row, figure in ((drawn, share.estimate), (inside[0], share.upper), (inside[-1], share.lower)):
            told = highest - (row - top) / (bottom - top) * (highest - lowest)
            assert told == pytest.approx(100 * figure, abs=half_a_row + 1e-9)


@pytest.mark.parametrize("size", [*SIZES, (132, 43)], ids=lambda size: "{}x{}".format(*size))
async def test_what_the_rules_say_at_each_look_stands_whole(size: tuple[int, int]) -> None:
    async with driven(seed=12, size=size) as driver:
        driver.front.view = "committee"
        snapshot = await driver.go(2114.0)
        assert len(snapshot.looks) == 2
        committee = driver.front.query_one(CommitteeChart)
        rows = lines_of(committee)
        (axis,) = [row for row, line in enumerate(rows) if "└" in line]
        levels = {
            row: int(found[1]) for row, line in enumerate(rows[:axis]) if (found := re.match(r" *(-?\d) ┤", line))
        }
        rings = sorted(
            (column, row) for row, line in enumerate(rows[:axis]) for column, glyph in enumerate(line) if glyph == "◉"
        )
        assert len(rings) == 2
        assert rows[axis + 1].startswith("z ")
        numbers = [found.start() for found in re.finditer(r"(?<= )\d(?= )", rows[axis + 1])]
        by_level = sorted(levels, key=lambda row: levels[row])
        known = [levels[row] for row in by_level]
        assert len(known) >= 2
        for number, look in enumerate(snapshot.looks, 1):
            (line,) = [line for line in rows[axis + 2 :] if line.startswith(f"{number:>2} ")]
            fitting = [words for words in look.verdict if len(words) <= committee.size.width - 3]
            assert line[3:].rstrip() == fitting[0]
            assert look.z is not None
            assert f"z {look.z:.2f}" in line
            assert re.search({"continue": "goes on", "stop by order": "stop"}[look.decision], line)
            column, row = rings[number - 1]
            # Numbers of looks that came soon after each other stand beside each other.
            assert abs(numbers[number - 1] - column) <= 1
            steps = (look.z - known[0]) / (known[-1] - known[0]) * (by_level[-1] - by_level[0])
            assert row == pytest.approx(by_level[0] + steps, abs=1.0)


async def test_a_look_that_was_held_shows_the_bound_as_it_was_and_others_as_they_are_planned() -> None:
    async with driven(size=(160, 60), seed=23) as driver:
        driver.front.view = "committee"
        before = "\n".join(lines_of(driver.front.query_one(CommitteeChart)))
        card = driver.app.trial.card
        assert card is not None
        assert card.committee is not None
        planned = card.committee.efficacy
        assert f"{planned[0]:.2f} benefit" in before
        assert f"{planned[-1]:.2f} at the end" in before
        snapshot = await driver.go(driver.session.last_day)
        held = [look.bounds[0] for look in snapshot.looks]
        after = "\n".join(lines_of(driver.front.query_one(CommitteeChart)))
        assert f"{held[0]:.2f} benefit" in after
        # Its name has a row of its own only where the bound has one; else the verdict tells it.
        assert f"{held[-1]:.2f} at look {len(held)}" in after or f"< {held[-1]:.2f}" in after
        assert held[-1] not in planned


@pytest.mark.parametrize("size", [(120, 40), (160, 45), (200, 60)])
async def test_bounds_are_named_on_their_rows_and_a_higher_z_never_lies_lower(size: tuple[int, int]) -> None:
    """Seed 23 has looks at z 2.17 and 2.05 beside each other, with the bounds 2.64 and 2.70."""
    async with driven(size=size, seed=23) as driver:
        await driver.go(driver.session.last_day)
        driver.front.view = "committee"
        await driver.until(lambda: driver.front.query_one(CommitteeChart).is_on_screen, "it is shown")
        rows = lines_of(driver.front.query_one(CommitteeChart))
        (axis,) = [number for number, line in enumerate(rows) if "└" in line]
        rings = [
            (number, column)
            for number, line in enumerate(rows[:axis])
            for column, glyph in enumerate(line)
            if glyph == "◉"
        ]
        assert 1 <= len(rings) <= 2
        assert [column for _, column in sorted(rings)] == sorted(column for _, column in rings)
        for name in ("2.64 benefit", "-0.14 futility"):
            (row,) = [number for number, line in enumerate(rows) if name in line]
            assert "╋" in rows[row]
            assert not any(row == ring for ring, _ in rings)


async def test_counts_in_one_column_leave_the_power_of_the_last_one() -> None:
    async with driven() as driver:
        await fill(driver, "ensemble")
        chart = driver.front.query_one(PowerChart)
        assert chart.view is not None
        low, high = Share(0.1, 0.05, 0.15), Share(0.8, 0.75, 0.85)
        many = tuple((1 + n, low) for n in range(9))
        chart.view = replace(chart.view, wanted=100000, power_by_count=(*many, (10, high)))
        canvas = Canvas(60, 12, chart.palette)
        chart.draw(canvas)
        assert sum(bool((canvas.glyphs[row] == ord("━")).any()) for row in range(10)) == 1


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (160, 45)], ids=lambda size: "{}x{}".format(*size))
@pytest.mark.parametrize("gap", [2.0, 0.3, 0.02])
async def test_a_look_does_not_lie_on_a_bound_that_z_has_not_crossed(size: tuple[int, int], gap: float) -> None:
    """As a user found it: z 2.17 hid the bound at 2.64, and seemed to have crossed it."""
    async with driven(size=size, seed=23) as driver:
        driver.front.view = "committee"
        snapshot = await driver.go(1700.0)
        assert driver.app.trial.card is not None
        assert driver.app.trial.card.committee is not None
        chart, (look, *_) = driver.front.query_one(CommitteeChart), snapshot.looks
        assert look.z is not None
        for bounds, above in (((look.z + gap, None), "╋◉"), ((None, look.z - gap), "◉╋")):
            chart.show(driver.app.trial.card.committee, replace(snapshot, looks=(replace(look, bounds=bounds),)))
            lines = lines_of(chart)
            (column,) = [line.index("◉") for line in lines if "◉" in line]
            assert "".join(line[column] for line in lines if line[column] in "╋◉") == above


async def test_power_is_told_beside_the_committee_only_where_there_is_one() -> None:
    for scenario, title in (("two-arm-exponential", "Power"), ("aall1331", "Power, whatever the committee says")):
        async with driven(scenario) as driver:
            await driver.visit("ensemble")
            chart = driver.front.query_one(PowerChart)
            await driver.until(lambda of=chart: of.view is not None, "there are replicates")
            assert chart.headings[0] == title


async def test_the_day_on_which_trials_end_is_the_median() -> None:
    async with driven() as driver:
        screen = await driver.visit("ensemble")
        assert isinstance(screen, EnsembleScreen)
        await driver.until(lambda: screen.replicates >= 50, "there are replicates")
        assert screen.view is not None
        assert screen.view.ended is not None
        ended = screen.view.ended
        assert ended.lower <= ended.middle <= ended.upper
        assert ended.middle == round(ended.middle)


def test_without_an_interval_there_is_no_hazard_ratio() -> None:
    """While all events are in one arm it would be 0 or infinite."""
    texts = list(comparison(HazardRatioView("drug", 0.0, None, None, 0.24), 0.7, is_stratified=True))
    assert texts == [["too few events in a group for a hazard ratio"], ["HR not estimable"]]


async def test_bars_of_trials_with_and_without_a_low_p_differ_without_color() -> None:
    ratios = np.exp(np.random.default_rng(1).normal(-0.3, 0.2, 500))
    # P is low where the hazard ratio is far below 1: strong bars stand to the left of weak ones.
    low = ratios < 0.75
    headline = Headline(
        "dfs", "drug", "HR", ratios, own=0.8, is_ratio=True, is_significant=low, published=None, luckier=None
    )
    async with driven(size=(160, 45)) as driver:
        await fill(driver, "ensemble")
        histogram = driver.front.query_one(Histogram)
        histogram.show(headline, "", 0.025, is_over=True, so_far=None)
        await driver.settle()
        rows = lines_of(histogram)
        strong, weak = (
            [column for row in rows for column, glyph in enumerate(row) if glyph == sign] for sign in ("█", "░")
        )
        assert len(set(strong)) > 5
        assert len(set(weak)) > 5
        # One bar holds trials of both.
        assert max(strong) <= min(weak) + 1
