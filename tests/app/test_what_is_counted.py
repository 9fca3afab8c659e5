"""Numbers on screen say what they count, and none is told that is not larger than its error."""

import math
import re

import pytest
from driving import Driver, driven, lines_of

from pathsim.app.screens.compare import CompareScreen
from pathsim.app.screens.differences import difference_table
from pathsim.app.screens.ensemble import ENOUGH, EnsembleScreen
from pathsim.app.screens.evidence import SIMULATING, EvidenceScreen
from pathsim.app.widgets.committee import CommitteeChart
from pathsim.app.widgets.listing import Listing
from pathsim.app.widgets.sliders import Sliders
from pathsim.meaning import Unit
from pathsim.player.views.compare import ContrastView, Difference

RELAPSE = "steps.after_transplant.exit.relapse.hazard_ratio"
SIZES = ((80, 24), (120, 40), (160, 45))


def text(driver: Driver) -> str:
    """All that is on screen, without borders and line breaks."""
    return re.sub(r"[│▌─\s]+", " ", "\n".join(driver.screen_lines()))


async def test_the_parts_of_those_who_fare_otherwise_sum_to_the_whole() -> None:
    async with driven(settings={RELAPSE: "0.5"}) as driver:
        snapshot = await driver.go(1800)
        assert snapshot.counts is not None
        shown = " ".join(" ".join(lines_of(driver.front.query_one(Sliders))).split())
        whole = re.search(r"(\d+) patients fare differently by now", shown)
        parts = re.search(r"(\d+) fare better \(DFS\)((, \d+ [a-z ]+)*)", shown)
        assert whole is not None
        assert parts is not None
        assert int(whole[1]) == sum(map(int, re.findall(r"\d+", parts[0])))


async def test_the_committee_says_what_the_curves_count_where_it_knows_of_fewer() -> None:
    async with driven() as driver:
        snapshot = await driver.go(1500)
        counted = sum(curve.events for curve in snapshot.endpoints[0].curves)
        assert snapshot.events_counted == counted > snapshot.events_known
        chart = driver.front.query_one(CommitteeChart)
        known = f"{snapshot.events_known} of 131 events"
        wordings = (f"{known} known; the curves count {counted}", f"{known}; curves {counted}")
        assert chart.headings == ("Committee", *wordings, known)
        for is_alone, told in enumerate(reversed(wordings)):
            assert re.search(rf"Committee {told} ", text(driver)), told
            if not is_alone:
                driver.front.view = "committee"
                await driver.press("f")


@pytest.mark.parametrize("size", SIZES)
async def test_replicates_say_by_which_day_they_are_read(size: tuple[int, int]) -> None:
    async with driven(size=size) as driver:
        await driver.go(driver.session.last_day)
        screen = await driver.visit("ensemble")
        assert isinstance(screen, EnsembleScreen)
        await driver.until(lambda: screen.replicates >= 3, "there are replicates")
        await driver.settle()
        if screen.replicates < ENOUGH:
            assert "trials by 30 Sep 2020; so few do not tell" in text(driver)
        await driver.until(lambda: screen.replicates >= ENOUGH, "there are enough")
        await driver.settle()
        assert "By 30 Sep 2020 this trial was luckier than" in text(driver)


async def test_the_curves_say_if_the_arms_are_compared_within_strata() -> None:
    async with driven() as driver:
        await driver.go(1800)
        assert re.search("stratified (HR|hazard ratio) 0", text(driver))


async def test_where_nothing_is_randomized_nobody_is_lucky_and_deaths_are_called_deaths() -> None:
    async with driven("stroke-thrombectomy", settings={"trial.patients": "60"}) as driver:
        await driver.go(driver.session.last_day)
        screen = await driver.visit("ensemble")
        assert isinstance(screen, EnsembleScreen)
        await driver.until(lambda: screen.replicates >= ENOUGH, "there are replicates")
        await driver.settle()
        shown = text(driver)
        assert "luckier" not in shown
        assert re.search(r"survival was lower in \d+% of \d+ other trials of the same design", shown)
        assert screen.view is not None
        labels = [one.label for one in screen.view.figures]
        assert "Alive after stroke: death" in labels
        assert "Alive after stroke events" not in labels


async def test_while_trials_are_simulated_the_list_of_targets_says_so() -> None:
    async with driven() as driver:
        screen = await driver.visit("evidence")
        assert isinstance(screen, EvidenceScreen)
        assert screen.query_one("#targets", Listing).empty == SIMULATING
        await driver.press("w")
        await driver.until(lambda: screen.replicates > 0, "there are trials")
        assert screen.query_one("#targets", Listing).lines


async def test_no_difference_is_told_that_is_smaller_than_its_error() -> None:
    async with driven(settings={RELAPSE: "0.5"}) as driver:
        await driver.go(1800)
        screen = await driver.visit("compare")
        assert isinstance(screen, CompareScreen)
        await driver.until(lambda: screen.comparison and screen.contrast, "both are compared")
        assert screen.comparison is not None
        assert driver.app.trial.card is not None
        names = [f"{row.label}, {arm}" for row in screen.comparison.toxicity_now for arm in driver.app.trial.card.arms]
        means = dict.fromkeys(names, (0.001, 0.002)) | {names[0]: (-0.03, 0.01), "DFS power": (0.02, 0.03)}
        shares = [Difference(name, unit=Unit.SHARE, mean=mean[0], reach=mean[1]) for name, mean in means.items()]
        ratios = [
            Difference("DFS hazard ratio", unit=Unit.RATIO, mean=math.log(1.5), reach=0.1),
            Difference("OS hazard ratio", unit=Unit.RATIO, mean=math.log(1.02), reach=0.1),
        ]
        told = ContrastView(1, 9, 9, (*shares, *ratios))
        table = difference_table(driver.app.trial.card, screen.comparison, told)
        labels, averages = (list(map(str, table.columns[number].cells)) for number in (0, 4))
        toxic = labels[labels.index("Toxicity, grade 3 or higher") + 1 :]
        assert toxic == [names[0]]
        assert averages[labels.index(names[0])] == "-3.0 ± 1.0"
        assert averages[labels.index("DFS power")] == "+2.0 ± 3.0"
        assert averages[labels.index("DFS hazard ratio")] == "\N{MULTIPLICATION SIGN} 1.50 ± 0.15"
        assert averages[labels.index("OS hazard ratio")] == "\N{MULTIPLICATION SIGN} 1.02 ± 0.10"


async def test_an_error_that_is_there_is_never_shown_as_none() -> None:
    async with driven(settings={RELAPSE: "0.5"}) as driver:
        await driver.go(1800)
        screen = await driver.visit("compare")
        assert isinstance(screen, CompareScreen)
        await driver.until(lambda: screen.comparison, "both are compared")
        assert screen.comparison is not None
        assert driver.app.trial.card is not None
        told = ContrastView(1, 9, 9, (Difference("DFS power", unit=Unit.SHARE, mean=0.01, reach=0.0002),))
        table = difference_table(driver.app.trial.card, screen.comparison, told)
        assert "+1.00 ± 0.02" in list(map(str, table.columns[4].cells))


async def test_compare_lists_no_figure_that_is_known_of_neither_setting() -> None:
    async with driven(settings={RELAPSE: "0.5"}) as driver:
        await driver.go(900)
        screen = await driver.visit("compare")
        assert isinstance(screen, CompareScreen)
        await driver.until(lambda: screen.comparison, "both are compared")
        assert screen.comparison is not None
        assert driver.app.trial.card is not None
        card, comparison = driver.app.trial.card, screen.comparison
        told = [list(map(str, column.cells)) for column in difference_table(card, comparison, None).columns]
        assert all(any(cells) for label, *cells in zip(*told, strict=True) if not label.startswith("Toxicity"))
        assert "Power" not in told[0]
        power = Difference("DFS power", unit=Unit.SHARE, mean=0.01, reach=0.002)
        gained = Difference("DFS mean time gained", unit=Unit.DAYS, mean=20.0, reach=2.0)
        table = difference_table(card, comparison, ContrastView(1, 9, 9, (power, gained)))
        labels = list(map(str, table.columns[0].cells))
        assert labels.index("DFS mean time gained") < labels.index("Power")
        assert labels[labels.index("Power") + 1] == "DFS power"
        assert not [label for label in labels if "Gray" in label]


async def test_a_small_difference_that_is_larger_than_its_error_is_told_with_as_many_digits() -> None:
    """As a user found it: -0.037 points with an error of 0.03 were told as if they were less than it."""
    async with driven(settings={RELAPSE: "0.5"}) as driver:
        await driver.go(1800)
        screen = await driver.visit("compare")
        assert isinstance(screen, CompareScreen)
        await driver.until(lambda: screen.comparison, "both are compared")
        assert screen.comparison is not None
        assert driver.app.trial.card is not None
        shares = [
            Difference("DFS power", unit=Unit.SHARE, mean=-0.00037, reach=0.0003),
            Difference("OS power", unit=Unit.SHARE, mean=-0.00027, reach=0.0003),
        ]
        ratio = Difference("DFS hazard ratio", unit=Unit.RATIO, mean=math.log(0.997), reach=0.0008)
        told = ContrastView(1, 9, 9, (*shares, ratio))
        table = difference_table(driver.app.trial.card, screen.comparison, told)
        labels, averages = (list(map(str, table.columns[number].cells)) for number in (0, 4))
        assert averages[labels.index("DFS power")] == "-0.04 ± 0.03"
        assert averages[labels.index("OS power")] == "-0.03 ± 0.03"
        assert averages[labels.index("DFS hazard ratio")] == "\N{MULTIPLICATION SIGN} 0.9970 ± 0.0008"
