"""Rooms that would be empty say what to do; nothing is told before its day; what is missed is told first."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from driving import driven, lines_of
from rich.table import Table
from textual.widgets import Static

from pathsim.app.screens.compare import CompareScreen
from pathsim.app.screens.ensemble import EnsembleScreen
from pathsim.app.screens.evidence import ENOUGH, TOO_EARLY, EvidenceScreen
from pathsim.app.screens.patients import DIFFERS, OTHERWISE, PatientsScreen
from pathsim.app.widgets.histogram import Histogram
from pathsim.app.widgets.listing import Listing
from pathsim.app.widgets.pathway import PathwayMap
from pathsim.player.suggestions import suggestions

RELAPSE = "steps.after_transplant.exit.relapse.hazard_ratio"


async def test_compare_offers_three_changes_and_makes_the_one_that_is_chosen() -> None:
    async with driven() as driver:
        await driver.go(1800.0)
        screen = await driver.visit("compare")
        assert isinstance(screen, CompareScreen)
        assert driver.app.trial.card is not None
        offered = suggestions(driver.app.trial.card.parameters, {})
        shown = "\n".join(driver.screen_lines())
        assert all(one.sentence in shown for one, _ in offered)
        await driver.press("2")
        await driver.until(lambda: screen.comparison and screen.comparison.changed, "somebody fares differently")
        assert list(driver.session.settings) == [offered[1].parameter.path]
        await driver.press("1")
        await driver.settle()
        assert len(driver.session.settings) == 1, "they are offered only where nothing is changed"


@pytest.mark.parametrize("day", [900.0, 100000.0])
async def test_patients_begin_with_those_whom_the_other_arm_makes_a_difference_to(day: float) -> None:
    async with driven() as driver:
        await driver.go(min(day, driver.session.last_day))
        screen = await driver.visit("patients")
        assert isinstance(screen, PatientsScreen)
        await driver.until(lambda: screen.roster and screen.roster.balance, "patients are listed")
        await driver.settle()
        assert screen.roster is not None
        effects = {row.patient: row.individual_effect for row in screen.roster.rows}
        arms = {row.patient: row.arm for row in screen.roster.rows}
        lines = screen.query_one(Listing).lines
        order = [effects[int(line.cells[0])] in OTHERWISE for line in lines]
        assert any(order)
        assert order == sorted(order, reverse=True)
        assert [line.cells[1] == DIFFERS for line in lines] == order
        randomized = [arms[int(line.cells[0])] >= 0 for line in lines]
        assert randomized == sorted(randomized, reverse=True)


async def test_before_anybody_is_randomized_patients_say_from_when_on_there_is_something_to_compare() -> None:
    async with driven() as driver:
        await driver.go(20.0)
        screen = await driver.visit("patients")
        assert isinstance(screen, PatientsScreen)
        await driver.until(lambda: screen.roster, "patients are listed")
        await driver.settle()
        assert "Nobody has been randomized yet" in str(screen.query_one("#balance", Static).render())


def own_figures(screen: EnsembleScreen) -> set[str]:
    """What the table says of this trial beside figures of all: median, hazard ratio and the like."""
    assert screen.view is not None
    table = screen.query_one("#table", Static).content
    assert isinstance(table, Table)
    labels = {one.label for one in screen.view.figures}
    rows = zip(*(list(map(str, column.cells)) for column in table.columns[:2]), strict=True)
    found = {own for label, own in rows if label in labels}
    assert found
    return found


async def test_an_ensemble_does_not_tell_how_this_trial_ends_before_it_does() -> None:
    async with driven() as driver:
        snapshot = await driver.go(1200.0)
        screen = await driver.visit("ensemble")
        assert isinstance(screen, EnsembleScreen)
        await driver.until(lambda: screen.replicates >= 30, "there are replicates")
        await driver.settle()
        chart = screen.query_one(Histogram)
        assert chart.headline is not None
        so_far = snapshot.endpoints[0].ratios[0].estimate
        assert so_far is not None
        shown = "\n".join(lines_of(chart))
        assert f"this trial so far {so_far:.2f}" in shown
        assert "△" in shown
        assert "▲" not in shown
        assert "luckier" not in "\n".join(driver.screen_lines())
        assert own_figures(screen) == {""}
        await driver.go(driver.session.last_day)
        await driver.until(lambda: "▲" in "\n".join(lines_of(chart)), "this trial is among the others")
        await driver.until(lambda: screen.replicates >= 60, "there are enough")
        await driver.settle()
        assert "luckier" in "\n".join(driver.screen_lines())
        assert "" not in own_figures(screen)


SECOND = """
title = "x"
extends = "aall1331"
[trial.monitoring]
endpoint = "os"
assumed = "a test"
"""


async def test_where_the_second_endpoint_is_monitored_all_speak_of_it(tmp_path: Path) -> None:
    (tmp_path / "second.toml").write_text(SECOND, encoding="utf-8")
    async with driven(tmp_path / "second.toml", settings={RELAPSE: "0.5"}) as driver:
        snapshot = await driver.go(1500.0)
        card, counts = driver.app.trial.card, snapshot.counts
        assert card is not None
        assert counts is not None
        assert [one.name for one in card.endpoints] == ["dfs", "os"]
        [first], [second] = (view.ratios for view in snapshot.endpoints)
        assert first.estimate != second.estimate
        assert counts.endpoint == "OS"
        figures = driver.app.trial.history.figures(driver.session.setup)
        assert figures is not None
        assert figures.ratio == second.estimate
        screen = await driver.visit("ensemble")
        assert isinstance(screen, EnsembleScreen)
        await driver.until(lambda: screen.replicates >= 30, "there are replicates")
        await driver.settle()
        chart = screen.query_one(Histogram)
        assert chart.headings[0] == "Hazard ratio, overall survival"
        assert f"this trial so far {second.estimate:.2f}" in "\n".join(lines_of(chart))


async def test_at_80_columns_an_ensemble_shows_what_matters_and_the_rest_with_a_key() -> None:
    async with driven(size=(80, 24)) as driver:
        await driver.go(driver.session.last_day)
        screen = await driver.visit("ensemble")
        assert isinstance(screen, EnsembleScreen)
        await driver.until(lambda: screen.replicates >= 30, "there are replicates")
        await driver.settle()
        shown = "\n".join(driver.screen_lines())
        assert "Power: DFS" in shown
        assert "They end on day" in shown
        assert "this trial" in shown
        await driver.press("w")
        await driver.until(lambda: screen.query_one("#table").is_on_screen, "all figures are shown")


async def test_evidence_lists_what_is_missed_first_held_out_results_before_others() -> None:
    async with driven() as driver:
        screen = await driver.visit("evidence")
        assert isinstance(screen, EvidenceScreen)
        await driver.press("w")
        await driver.until(lambda: screen.replicates >= 100, "there are trials")
        await driver.settle()
        lines = screen.query_one("#targets", Listing).lines
        verdicts = [line.cells[4] for line in lines]
        assert "met" in verdicts
        # What is missed, then what so few trials cannot tell, then the rest.
        order = [("undecided", "met").index(one) + 1 if one in ("undecided", "met") else 0 for one in verdicts]
        assert order == sorted(order)
        assert all(one.startswith("✗ ") for one, place in zip(verdicts, order, strict=True) if not place)
        for place in set(order):
            held_out = [line.cells[0].endswith(" *") for line, mine in zip(lines, order, strict=True) if mine == place]
            assert held_out == sorted(held_out, reverse=True)


async def test_at_the_end_stations_say_how_many_have_come_to_them() -> None:
    async with driven(size=(200, 60)) as driver:
        snapshot = await driver.go(driver.session.last_day)
        assert driver.app.trial.card is not None
        text = "\n".join(lines_of(driver.front.query_one(PathwayMap)))
        for lane, here, passed in zip(driver.app.trial.card.lanes, snapshot.here, snapshot.passed, strict=True):
            for station in lane.stations:
                now, came = here[station.step], passed[station.step]
                assert came >= now
                assert (f"{now}/{came}" if 0 < now < came else str(came)) in text
        chart = driver.front.query_one(PathwayMap)
        assert "passed through" in chart.headings[1]
        chart.show(chart.lanes, replace(snapshot, here=snapshot.passed), is_over=True)
        assert not re.search(r"\d/\d", "\n".join(lines_of(chart))), "where all who came still are, one number says it"
        many = tuple(tuple(1000 * count for count in counts) for counts in snapshot.passed)
        chart.show(chart.lanes, replace(snapshot, passed=many), is_over=True)
        assert not re.search(r"\d/\d", "\n".join(lines_of(chart))), "both have no room"


async def test_evidence_judges_nothing_by_a_few_trials() -> None:
    async with driven() as driver:
        screen = await driver.visit("evidence")
        assert isinstance(screen, EvidenceScreen)
        await driver.press("w")
        targets = screen.query_one("#targets", Listing)
        await driver.until(lambda: targets.lines, "there are trials")
        view = screen.validation
        assert view is not None
        few = replace(view, replicates=ENOUGH - 1)
        screen.told(few)
        assert {line.cells[4] for line in targets.lines} == {TOO_EARLY}
        assert "too few to say" in str(screen.query_one("#tally", Static).render())
        screen.told(replace(view, replicates=ENOUGH))
        assert TOO_EARLY not in {line.cells[4] for line in targets.lines}


async def test_the_calendar_does_not_tell_when_the_committee_will_look() -> None:
    async with driven() as driver:
        assert driver.app.trial.card is not None
        looks = driver.app.trial.card.look_days
        assert looks
        await driver.go(looks[0] - 30)
        assert "◆" not in lines_of(driver.front.query_one("#calendar"))[0]
        await driver.go(looks[0])
        await driver.go(driver.session.last_day)
        assert lines_of(driver.front.query_one("#calendar"))[0].count("◆") == len(looks)


async def test_what_is_undone_many_times_is_told_once() -> None:
    async with driven() as driver:
        for _ in range(4):
            await driver.press("n")
        for _ in range(4):
            await driver.press("u")
            await driver.settle()
        await driver.until(lambda: any("Undone" in line for line in driver.screen_lines()), "it is told")
        assert sum("Undone" in line for line in driver.screen_lines()) == 1


async def test_evidence_says_that_numbers_were_changed() -> None:
    async with driven(settings={RELAPSE: "0.5"}) as driver:
        screen = await driver.visit("evidence")
        assert isinstance(screen, EvidenceScreen)
        await driver.press("w")
        await driver.until(lambda: screen.validation, "there are trials")
        await driver.settle()
        assert "of the published course, with your changes" in str(screen.query_one("#tally", Static).render())
