"""Scenarios that lack what most have, or have more of it: every screen shows them, at any size."""

import re
from pathlib import Path

import pytest
from driving import SCREEN_NAMES, Driver, driven, lines_of
from test_key_bar import keys
from textual.widgets import Static

from pathsim.app.screens.compare import CompareScreen
from pathsim.app.screens.patients import PatientsScreen
from pathsim.app.widgets.committee import CommitteeChart
from pathsim.app.widgets.pathway import PathwayMap
from pathsim.app.widgets.survival import SurvivalPlot

ODD = sorted((Path(__file__).parent / "odd").glob("*.toml"))
DAY = 700.0
TURNED = "steps.after.exit.death.median_days"


def odd(name: str) -> Path:
    return next(file for file in ODD if file.stem == name)


async def see_everything(driver: Driver) -> None:
    """Every screen and view, with what can be switched on there."""
    await driver.go(min(DAY, driver.session.last_day))
    for name in SCREEN_NAMES:
        await driver.visit(name)
        for key in ("t", "d", "f", "w", "w", "w", "w", "f"):
            await driver.press(key)
    assert driver.app.is_running
    assert not driver.worker.failed


SIZES = [(80, 24), *(pytest.param(size, marks=pytest.mark.slow) for size in ((160, 45), (6, 9), (80, 3), (40, 5)))]


@pytest.mark.parametrize("size", SIZES, ids=lambda size: "{}x{}".format(*size))
@pytest.mark.parametrize("file", [*ODD, "stroke-thrombectomy", "aall1331"], ids=lambda file: Path(file).stem)
async def test_every_screen_shows_it_at_any_size(file: Path | str, size: tuple[int, int]) -> None:
    async with driven(file, size=size) as driver:
        await see_everything(driver)


@pytest.mark.parametrize("file", ODD, ids=lambda file: file.stem)
async def test_every_screen_has_something_to_show(file: Path) -> None:
    async with driven(file) as driver:
        await driver.go(DAY)
        patients = await driver.visit("patients")
        assert isinstance(patients, PatientsScreen)
        await driver.until(lambda: patients.journey, "there is a journey")
        compare = await driver.visit("compare")
        assert isinstance(compare, CompareScreen)
        await driver.until(lambda: compare.comparison, "both are compared")
        await driver.visit("ensemble")
        await driver.until(lambda: driver.front.query_one("#standing", Static), "there are replicates")
        assert not driver.worker.failed


async def test_a_bound_is_drawn_only_where_there_is_one() -> None:
    """At the first look nothing can be spent; that of the second, 7.44 (R: qnorm), would press the chart flat."""
    async with driven(odd("look_without_a_bound")) as driver:
        driver.front.view = "committee"
        await driver.go(DAY)
        card = driver.app.trial.card
        assert card is not None
        assert card.committee is not None
        none, second, last = card.committee.efficacy
        assert none is None
        assert second == pytest.approx(7.4421, abs=1e-4)
        assert last == pytest.approx(5.1993, abs=1e-4)
        rows = lines_of(driver.front.query_one(CommitteeChart))
        chart = "\n".join(rows[: next(number for number, row in enumerate(rows) if "└" in row)])
        futility = [bound for bound in card.committee.futility if bound is not None]
        assert "5.20 benefit" in chart
        assert "7.44" not in chart
        assert chart.count("╋") == 1 + len(futility)


@pytest.mark.parametrize("size", [(132, 40), (160, 45), (200, 60)], ids=lambda size: "{}x{}".format(*size))
async def test_three_arms_are_all_on_the_map(size: tuple[int, int]) -> None:
    async with driven(odd("three_arms"), size=size) as driver:
        shown = await driver.go(DAY)
        text = "\n".join(lines_of(driver.front.query_one(PathwayMap)))
        assert driver.app.trial.card is not None
        for arm, count in zip(driver.app.trial.card.arms, shown.by_group, strict=True):
            assert re.search(rf"\b{arm} {count}\b", text)


async def test_with_three_arms_there_is_no_counterfactual() -> None:
    async with driven(odd("three_arms")) as driver:
        await driver.go(DAY)
        screen = await driver.visit("patients")
        assert isinstance(screen, PatientsScreen)
        await driver.until(lambda: screen.roster, "patients are listed")
        await driver.press("t")
        assert not screen.beside
        assert any("more than two" in line for line in driver.screen_lines())


async def test_the_same_toxicity_in_two_steps_is_compared_step_by_step() -> None:
    async with driven(odd("toxicity_in_two_steps"), settings={TURNED: "300"}) as driver:
        shown = await driver.go(DAY)
        assert len({row.label for row in shown.toxicity}) == len(shown.toxicity) >= 2
        screen = await driver.visit("compare")
        assert isinstance(screen, CompareScreen)
        await driver.until(lambda: screen.comparison, "both are compared")
        # Toxicity under the therapy is what it was: what was changed comes after it.
        before = {row.label: row for row in screen.comparison.toxicity_before} if screen.comparison is not None else {}
        now = {row.label: row for row in screen.comparison.toxicity_now} if screen.comparison is not None else {}
        assert before["Fever, Drug"].grades[0] == now["Fever, Drug"].grades[0]
        assert not any(re.search(r"Fever, Drug, drug .*[+-]\d", line) for line in driver.screen_lines())


async def test_with_three_arms_the_keys_of_the_other_arm_are_dim() -> None:
    async with driven(odd("three_arms")) as driver:
        await driver.go(DAY)
        screen = await driver.visit("patients")
        assert isinstance(screen, PatientsScreen)
        await driver.until(lambda: screen.roster, "patients are listed")
        await driver.settle()
        assert keys(driver)["t other course"] == "dim"
        assert screen.roster is not None
        assert screen.roster.balance is None


@pytest.mark.parametrize("size", [(80, 24), (120, 40), (160, 45)], ids=lambda size: "{}x{}".format(*size))
async def test_all_hazard_ratios_of_a_chart_are_told_in_the_same_words(size: tuple[int, int]) -> None:
    async with driven(odd("three_arms"), size=size) as driver:
        await driver.go(DAY)
        found = [line for line in lines_of(driver.front.query_one(SurvivalPlot)) if re.search(r"\w+: (HR|haz)", line)]
        shapes = {re.sub(r"\d+", "0", re.search(r": ((HR|haz)[^┈▁-█]*)", line)[1]).split("  ")[0] for line in found}  # type: ignore[index]
        assert len(found) == 2
        assert len(shapes) == 1


async def test_an_endpoint_of_other_groups_names_them_and_not_the_arms() -> None:
    async with driven(odd("other_groups"), size=(160, 45)) as driver:
        await driver.go(DAY)
        seen = set()
        for _ in range(8):
            plot = driver.front.query_one("#first", SurvivalPlot)
            assert plot.card is not None
            text = "\n".join(lines_of(plot))
            assert all(group in text for group in plot.card.groups)
            assert ("chemotherapy" in text) == plot.card.is_by_arm
            seen.add(plot.card.name)
            await driver.press("d")
        assert driver.app.trial.card is not None
        assert seen == {card.name for card in driver.app.trial.card.endpoints}


async def test_of_other_groups_no_power_is_told() -> None:
    """Ensemble lists the ratios of arms only; Compare tells ratios of all, and power of none of the others."""
    async with driven(odd("other_groups"), settings={"steps.home.exit.death.median_days": "300"}) as driver:
        await driver.go(DAY)
        compare = await driver.visit("compare")
        assert isinstance(compare, CompareScreen)
        await driver.until(lambda: compare.comparison, "both are compared")
        assert compare.comparison is not None
        assert driver.app.trial.card is not None
        both = zip(driver.app.trial.card.endpoints, compare.comparison.compared, strict=True)
        for card, figures in both:
            labels = [figure.label for figure in figures]
            assert any("hazard ratio" in label for label in labels)
            assert any("power" in label for label in labels) == card.is_by_arm
