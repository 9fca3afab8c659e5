"""What stands on the screens in words and figures is what the worker told, each where it belongs."""

import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from driving import Driver, driven, lines_of
from textual.widgets import Static

from pathsim.app.screens.compare import CompareScreen
from pathsim.app.screens.ensemble import EnsembleScreen
from pathsim.app.screens.evidence import IN_RANGE, VERDICTS, EvidenceScreen
from pathsim.app.screens.patients import PatientsScreen
from pathsim.app.widgets.histogram import Histogram
from pathsim.app.widgets.listing import Listing
from pathsim.app.widgets.pathway import PathwayMap
from pathsim.app.widgets.timeline import Timeline
from pathsim.couplings import COUPLINGS, DRAWS
from pathsim.player import requests as ask

DAY = 1800.0
PATH = "steps.after_transplant.exit.relapse.hazard_ratio"
SEPSIS = "steps.block_2.toxicity.sepsis.grade3plus_share"


def line_with(driver: Driver, words: str) -> str:
    return next(line for line in driver.screen_lines() if words in line)


def numbers(text: str) -> list[float]:
    return [float(found) for found in re.findall(r"[-+]?\d+\.?\d*", text)]


async def test_compare_tells_before_now_difference_and_average_in_this_order() -> None:
    async with driven(settings={PATH: "3", SEPSIS: "0.9"}, size=(160, 60)) as driver:
        await driver.go(DAY)
        screen = await driver.visit("compare")
        assert isinstance(screen, CompareScreen)
        await driver.until(lambda: screen.replicates >= 100 and screen.comparison, "there are replicates")
        await driver.settle()
        comparison, contrast = screen.comparison, screen.contrast
        assert comparison is not None
        assert contrast is not None
        mean = {one.label: one for one in contrast.differences}
        place = next(i for i, (day, _) in enumerate(comparison.before[0].at_days) if day == 730)
        before, now = (of[0].at_days[place][1][1] for of in (comparison.before, comparison.now))
        label = "DFS at 2 years, chemotherapy"
        shown = numbers(line_with(driver, label).partition(label)[2])[:5]
        assert shown[:3] == pytest.approx([100 * before, 100 * now, 100 * (now - before)], abs=0.051)
        assert shown[3:] == pytest.approx([100 * mean[label].mean, 100 * mean[label].reach], abs=0.051)
        ratio = numbers(line_with(driver, "DFS hazard ratio").partition("ratio")[2])[:5]
        first, second = comparison.before[0].ratios[0].estimate, comparison.now[0].ratios[0].estimate
        assert first is not None
        assert second is not None
        assert ratio[:3] == pytest.approx([first, second, second / first], abs=0.0051)
        sepsis_before, sepsis_now = (
            next(row for row in rows if row.label == "Sepsis")
            for rows in (comparison.toxicity_before, comparison.toxicity_now)
        )
        rates = [100 * sum(row.grades[1]) / row.patients[1] for row in (sepsis_before, sepsis_now)]
        told = numbers(line_with(driver, "Sepsis, chemotherapy").partition("therapy")[2])[:3]
        assert told == pytest.approx([*rates, rates[1] - rates[0]], abs=0.051)


@pytest.mark.slow
async def test_the_reach_of_an_average_is_196_standard_errors() -> None:
    async with driven(settings={PATH: "3"}) as driver:
        screen = await driver.visit("compare")
        assert isinstance(screen, CompareScreen)
        await driver.until(lambda: screen.replicates == 400, "all replicates are there")
        assert screen.contrast is not None
        power = next(one for one in screen.contrast.differences if one.label == "DFS power")
        # Of differences of -1, 0 and 1 the variance is at most one.
        assert 0 < power.reach < 1.96 / 400**0.5
        assert power.reach > 1.96 * (abs(power.mean) * (1 - abs(power.mean)) / 400) ** 0.5 * 0.9


async def test_an_ensemble_tells_how_lucky_this_trial_was_and_what_was_published() -> None:
    async with driven(size=(160, 45)) as driver:
        await driver.go(driver.session.last_day)
        screen = await driver.visit("ensemble")
        assert isinstance(screen, EnsembleScreen)
        await driver.until(lambda: screen.replicates >= 100, "there are replicates")
        await driver.settle()
        view = screen.view
        assert view is not None
        headline = view.headline
        assert headline is not None
        higher = sum(value > headline.own for value in headline.values[1:].tolist()) / (view.replicates - 1)
        assert f"luckier than {higher:.0%} of {view.replicates - 1:,} others" in line_with(driver, "luckier")
        assert driver.app.trial.card is not None
        assert headline.published == driver.app.trial.card.endpoints[0].published_ratios[0] == 0.70
        for one in view.figures:
            assert one.lower <= one.middle <= one.upper
        row = line_with(driver, "DFS HR, median").partition("median")[2]
        of = next(one for one in view.figures if one.label == "DFS HR, median")
        assert numbers(row)[:4] == pytest.approx([of.own, of.middle, of.lower, of.upper], abs=0.0051)
        rows = lines_of(driver.front.query_one(Histogram))
        axis = next(number for number, row in enumerate(rows) if "┴" in row)
        marks, ticks = rows[axis + 1 : axis + 3]
        # The last label can be pushed in from the edge.
        labels = list(re.finditer(r"[\d.]+", ticks))[:-1]
        at = {float(found[0]): (found.start() + found.end() - 1) // 2 for found in labels}
        assert len(at) >= 4
        assert all(rows[axis][column] == "┴" for column in at.values())
        (null,) = {column for row in rows[:axis] for column, glyph in enumerate(row) if glyph == "┊"}
        assert null == at[1.0]
        # On a scale of logarithms every mark lies where the ticks around it say.
        for sign, value in (("◇", 0.70), ("▲", headline.own)):
            place = np.interp(np.log(value), np.log(list(at)), list(at.values()))
            assert abs(marks.index(sign) - place) <= 1, sign
        # So do the bars, by their center.
        heights = np.array(
            [
                # A full cell of trials without such a P is drawn in another shade.
                sum(" ▁▂▃▄▅▆▇█".find(glyph) for glyph in "".join(column).replace("░", "█") if glyph in "▁▂▃▄▅▆▇█")
                for column in zip(*rows[:axis], strict=True)
            ]
        )
        center = heights @ np.arange(heights.size) / heights.sum()
        of_values = np.interp(np.mean(np.log(headline.values)), np.log(list(at)), list(at.values()))
        assert abs(center - of_values) <= 1
        assert at[0.6] < marks.index("◇") < at[0.8]
        assert re.search(r"published 0\.70 ◇|◇ published 0\.70", marks)
        assert re.search(rf"this trial {headline.own:.2f} ▲|▲ this trial {headline.own:.2f}", marks)


@pytest.mark.parametrize("turns", [0, 1, 2])
async def test_patients_tell_the_net_first_and_then_who_fares_better_and_worse(turns: int) -> None:
    async with driven(size=(160, 45)) as driver:
        await driver.go(driver.session.last_day)
        screen = await driver.visit("patients")
        assert isinstance(screen, PatientsScreen)
        await driver.press(*"T" * turns)
        await driver.until(
            lambda: screen.roster and screen.roster.balance and screen.roster.balance.coupling == COUPLINGS[turns],
            "patients are listed",
        )
        await driver.settle()
        roster = screen.roster
        assert roster is not None
        balance = roster.balance
        assert balance is not None
        sentence = " ".join(" ".join(driver.screen_lines()[1:5]).split())
        net = f"By 3 years {balance.fewer} fewer of {balance.known} patients have an event"
        fare = f"With {DRAWS[balance.coupling]} {balance.better} fare better, {balance.worse} worse"
        assert 0 <= sentence.index(net) < sentence.index(fare) < sentence.index("neither a trial nor this model")
        arms = driver.app.trial.card.arms if driver.app.trial.card is not None else ()
        rows = {row.patient: row for row in roster.rows}
        assert {line.about for line in screen.query_one(Listing).lines} == set(rows)
        for line in screen.query_one(Listing).lines:
            row = rows[line.about]  # type: ignore[index]
            if row.individual_effect in ("better", "worse"):
                would = "fares" if arms[row.arm] == balance.arm else "would fare"
                assert line.cells[-1] == f"{would} {row.individual_effect}"


async def test_each_journey_stands_under_its_arm_and_tells_what_parts_the_ways() -> None:
    async with driven(size=(160, 45)) as driver:
        await driver.go(2115.0)
        screen = await driver.visit("patients")
        assert isinstance(screen, PatientsScreen)
        await driver.press("slash", *"would fare better", "enter", "t", "f")
        await driver.until(lambda: screen.journey and screen.journey.in_other_arm.journey, "there are two journeys")
        await driver.settle()
        assert screen.journey is not None
        assert screen.journey.in_other_arm.journey is not None
        own, other = screen.journey.own, screen.journey.in_other_arm.journey
        rows = lines_of(screen.query_one(Timeline))
        arms = driver.app.trial.card.arms if driver.app.trial.card is not None else ()
        for journey, whose in ((own, "own"), (other, "other")):
            assert any(f"{arms[journey.arm]} ({whose} arm) by the end: {journey.outcome}" in row for row in rows)
        head = rf" *{arms[own.arm]} \(own arm\) +{arms[other.arm]} \(other arm\) *$"
        heads = next(i for i, row in enumerate(rows) if re.match(head, row))
        half = rows[heads].index(arms[other.arm])
        texts = ["\n".join(row[:half] for row in rows[heads:]), "\n".join(row[half:] for row in rows[heads:])]
        for journey, text in zip((own, other), texts, strict=True):
            assert f"randomized to {arms[journey.arm]}" in text


@pytest.mark.parametrize("is_large", [False, True])
@pytest.mark.parametrize("size", [(80, 24), (100, 30), (120, 40)], ids=lambda size: "{}x{}".format(*size))
async def test_what_there_is_no_room_for_is_counted_below_the_journeys(size: tuple[int, int], is_large: bool) -> None:  # noqa: FBT001
    async with driven(size=size) as driver:
        await driver.go(2115.0)
        screen = await driver.visit("patients")
        assert isinstance(screen, PatientsScreen)
        await driver.press("slash", *"would fare better", "enter", "t", *(("f",) if is_large else ()))
        await driver.until(lambda: screen.journey and screen.journey.in_other_arm.journey, "there are two journeys")
        await driver.settle()
        rows = lines_of(screen.query_one(Timeline))
        axis = next(i for i, row in enumerate(rows) if row.startswith("enrolled"))
        assert not any(" more" in row for row in rows[:axis])
        assert screen.journey is not None
        other = screen.journey.in_other_arm.journey
        assert other is not None
        if is_large:
            told = sum(len(re.findall(r"day +\d+  ", row)) for row in rows[axis:])
            hidden = sum(int(found) for row in rows[axis:] for found in re.findall(r"and (\d+) more", row))
            assert told >= 2
            assert told + hidden == len(screen.journey.own.happenings) + len(other.happenings)


async def test_the_map_tells_of_each_lane_who_is_elsewhere() -> None:
    async with driven(size=(200, 60)) as driver:
        shown = await driver.go(DAY)
        assert driver.app.trial.card is not None
        text = "\n".join(lines_of(driver.front.query_one(PathwayMap)))
        for number, lane in enumerate(driver.app.trial.card.lanes):
            dead = next(station for station in lane.elsewhere if station.label == "Dead")
            part = text if number == 0 else text[text.index(f"{lane.label} {shown.by_group[lane.arm]}") :]
            assert f"Dead {shown.here[number][dead.step]}" in part
        counted = [int(found) for found in re.findall(r"Dead (\d+)", text)]
        steps = [next(s.step for s in lane.elsewhere if s.label == "Dead") for lane in driver.app.trial.card.lanes]
        assert Counter(counted) == Counter(shown.here[lane][step] for lane, step in enumerate(steps))


async def test_patients_on_their_way_are_before_the_station_they_come_to() -> None:
    async with driven(size=(200, 60)) as driver:
        tried, of_first = 0, 1
        for day in range(300, 1500, 20):
            driver.app.trial.send(ask.Show(driver.session.generation, float(day), 4.0))
            await driver.until(lambda day=day: driver.snapshot.day == day, "the day is shown")  # type: ignore[misc]
            lanes = [lane for lane, _, _ in driver.snapshot.moving]
            rows = [row for row in lines_of(driver.front.query_one(PathwayMap)) if "▶" in row]
            for lane, place, _ in driver.snapshot.moving:
                if lanes.count(lane) > 1 or place >= len(driver.app.trial.card.lanes[lane].stations):  # type: ignore[union-attr]
                    continue
                row = rows[of_first if lane == 0 else 0 if lane == 1 else 2]
                assert row.count("●") == 1
                assert row[: row.index("●")].count("▶") == place
                tried += 1
        assert tried > 10


async def test_evidence_counts_inputs_fitted_and_held_out_results_apart() -> None:
    async with driven(size=(160, 45)) as driver:
        screen = await driver.visit("evidence")
        assert isinstance(screen, EvidenceScreen)
        await driver.press("w")
        await driver.until(lambda: screen.replicates >= 100, "there are trials")
        await driver.settle()
        assert screen.validation is not None
        rows_of = [[row for row in screen.validation.rows if row.kind == kind] for kind in ("input", "fit", "holdout")]
        assert list(map(len, rows_of)) == [72, 37, 11]
        missed = [sum(row.verdict not in ("met", "undecided") for row in rows) for rows in rows_of]
        told = f"Missed: {missed[0]} of 72 inputs =, {missed[1]} of 37 fitted results, {missed[2]} of 11 held out *"
        assert told in line_with(driver, "Missed:")
        lines = screen.query_one("#targets", Listing).lines
        assert [sum(line.cells[0].endswith(mark) for line in lines) for mark in (" =", " *")] == [72, 11]
        assert {line.about for line in lines} == set(screen.validation.rows)
        for line in lines:
            assert line.cells[4].removeprefix("✗ ") == line.about.verdict  # type: ignore[attr-defined]


RANGES = """
extends = "two-arm-exponential"
[targets]
assumed = "a test"
[targets.wide]
label   = "Wide"
kind    = "plausible"
between = [0.1, 0.75]
figure  = "endpoints.os.arms.control.at.730.survival"
[targets.far]
label   = "Far"
kind    = "plausible"
between = [7, 8]
figure  = "endpoints.os.comparisons.experimental.cox.hazard_ratio"
"""


async def test_evidence_shows_plausible_ranges_and_whether_the_mean_lies_in_them(tmp_path: Path) -> None:
    file = tmp_path / "ranged.toml"
    file.write_text(RANGES, encoding="utf-8")
    async with driven(file, size=(160, 45)) as driver:
        screen = await driver.visit("evidence")
        assert isinstance(screen, EvidenceScreen)
        await driver.press("w")
        await driver.until(lambda: screen.replicates >= 20, "there are trials")
        await driver.settle()
        assert "Missed: 1 of 2 plausible ranges ~" in line_with(driver, "Missed:")
        listing = screen.query_one("#targets", Listing)
        assert [(line.cells[0], line.cells[1], line.cells[4]) for line in listing.lines] == [
            ("Far ~", "7-8", "✗ implausible"),
            ("Wide ~", "10.0-75.0%", "met"),
        ]
        for label, judged in (("Far", VERDICTS["implausible"]), ("Wide", IN_RANGE)):
            assert f"{label} ~" in " ".join(driver.screen_lines())
            told = " ".join(str(screen.query_one("#text", Static).render()).split())
            assert told.startswith(f"{label} plausible")
            assert told.endswith(f"{judged} No number was calibrated to this range.")
            await driver.press("down")
