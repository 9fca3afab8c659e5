"""The command that a screen copies prints what is on that screen."""

import json
import shlex
from pathlib import Path
from typing import Any

import pytest
from calls import Pathsim
from driving import Driver, driven
from hypothesis import given
from hypothesis import strategies as st

from pathsim.app.screens import compare, evidence
from pathsim.app.screens.compare import CompareScreen
from pathsim.app.screens.ensemble import EnsembleScreen
from pathsim.app.screens.evidence import EvidenceScreen
from pathsim.player.user_session import UserSession

DAY = 1800.0
PATH = "steps.after_transplant.exit.relapse.hazard_ratio"
OTHER = "steps.after_transplant.exit.death.hazard_ratio"
REPLICATES = 48


async def copied(driver: Driver) -> list[str]:
    """The words of the command that is copied."""
    await driver.press("y")
    await driver.until(lambda: driver.app.clipboard, "it is copied")
    return shlex.split(driver.app.clipboard)[1:]


def told(done: Any) -> Any:
    assert done.code in (0, 1), done.err
    return json.loads(done.out)


@given(
    settings=st.dictionaries(st.text(min_size=1), st.floats(allow_nan=False).map(str), max_size=3),
    asked=st.text(min_size=1),
    date=st.none() | st.dates().map(str),
)
def test_the_command_says_what_is_set_to_any_shell(settings: dict[str, str], asked: str, date: str | None) -> None:
    words = shlex.split(UserSession(asked, 7, settings).run_command(asked, date))
    assert words[:5] == ["pathsim", "run", asked, "--seed", "7"]
    said = {words[at + 1] for at, word in enumerate(words) if word == "--set"}
    assert {f"{path}={value}" for path, value in settings.items()} <= said
    assert ("--hold-arms" in words) >= bool(settings)
    assert date is None or words[-2:] == ["--until", date]


@pytest.mark.parametrize("name", ["live", "patients"])
async def test_of_a_trial_it_prints_the_trial_on_this_day(
    name: str, pathsim: Pathsim, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    async with driven(settings={PATH: "3"}) as driver:
        shown = await driver.go(DAY)
        await driver.visit(name)
        words = await copied(driver)
    found = told(pathsim(*words, "--json"))
    assert found["trial"]["enrolled"] == shown.enrolled
    assert (
        found["endpoints"]["dfs"]["comparisons"]["blinatumomab"]["cox"]["hazard_ratio"]
        == shown.endpoints[0].ratios[0].estimate
    )
    assert (tmp_path / "patients" / "adsl.csv").is_file() is (name == "patients")


async def test_between_two_days_it_prints_the_end_of_the_day_and_so_does_the_screen(pathsim: Pathsim) -> None:
    async with driven() as driver:
        await driver.go(907.0)
        for _ in range(4):
            before = driver.snapshot
            await driver.press("full_stop")
            await driver.until(lambda before=before: driver.snapshot is not before, "an event is shown")  # type: ignore[misc]
        assert driver.snapshot.day % 1
        words = await copied(driver)
        await driver.until(lambda: driver.snapshot.day % 1 == 0, "the day is shown")
        shown = driver.snapshot
    found = told(pathsim(*words, "--json"))
    assert found["trial"]["enrolled"] == shown.enrolled
    assert (
        found["endpoints"]["dfs"]["comparisons"]["blinatumomab"]["cox"]["hazard_ratio"]
        == shown.endpoints[0].ratios[0].estimate
    )


async def test_of_an_ensemble_it_prints_the_same_replicates(pathsim: Pathsim, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(EnsembleScreen, "wanted", REPLICATES)
    async with driven(settings={PATH: "3"}) as driver:
        screen = await driver.visit("ensemble")
        await driver.until(lambda: screen.replicates == REPLICATES, "all replicates are there")
        assert isinstance(screen, EnsembleScreen)
        shown = screen.view
        words = await copied(driver)
    found = told(pathsim(*words, "--json", "-q"))
    assert shown is not None
    assert found["replicates"] == REPLICATES
    powers = [tests["logrank"]["estimate"] for arms in found["power"].values() for tests in arms.values()]
    assert powers == [one.power.estimate for one in shown.compared]
    middle = next(one.middle for one in shown.figures if one.label == "DFS HR, median")
    assert found["figures"]["endpoints.dfs.comparisons.blinatumomab.cox.hazard_ratio"]["median"] == middle


async def test_of_two_settings_it_prints_the_same_comparison(pathsim: Pathsim, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(compare, "REPLICATES", REPLICATES)
    async with driven(settings={PATH: "3", OTHER: "2"}) as driver:
        await driver.press("k")
        await driver.until_shown()
        driver.session.settings[PATH] = "0.5"
        driver.app.trial.open()
        await driver.until_shown()
        await driver.go(DAY)
        screen = await driver.visit("compare")
        await driver.until(lambda: screen.replicates == REPLICATES, "all replicates are there")
        assert isinstance(screen, CompareScreen)
        shown = screen.contrast
        words = await copied(driver)
    assert f"{PATH}=3,0.5" in words
    assert f"{OTHER}=2" in words
    found = told(pathsim(*words, "--json", "-q"))
    assert shown is not None
    mean = next(one.mean for one in shown.differences if one.label == "DFS hazard ratio")
    assert found["settings"][1]["differences"]["endpoints.dfs.comparisons.blinatumomab.cox.hazard_ratio"][
        "mean_log"
    ] == pytest.approx(mean)


async def test_if_more_than_one_number_tells_settings_apart_it_prints_the_trial() -> None:
    async with driven(settings={PATH: "3", OTHER: "2"}) as driver:
        await driver.go(DAY)
        await driver.visit("compare")
        assert (await copied(driver))[0] == "run"


async def test_of_evidence_it_prints_the_same_lists(pathsim: Pathsim, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evidence, "REPLICATES", REPLICATES)
    async with driven(settings={PATH: "3"}) as driver:
        screen = await driver.visit("evidence")
        assert isinstance(screen, EvidenceScreen)
        await driver.until(lambda: screen.evidence, "there is evidence")
        rows = screen.evidence.rows if screen.evidence is not None else ()
        numbers = await copied(driver)
        await driver.press("w")
        await driver.until(lambda: screen.replicates == REPLICATES, "all replicates are there")
        results = screen.validation.rows if screen.validation is not None else ()
        driver.app.copy_to_clipboard("")
        targets = await copied(driver)
    assert [one["path"] for one in told(pathsim(*numbers, "--json"))["rates"]] == [row.path for row in rows]
    found = told(pathsim(*targets, "--json", "-q"))["targets"]
    assert [(one["simulated"], one["verdict"]) for one in found] == [(row.simulated, row.verdict) for row in results]


async def test_the_trial_among_its_siblings_is_the_one_on_screen() -> None:
    """Where a number is changed, its patients keep their arms, and a replicate of the same number need not."""
    changed = {"steps.block_1.toxicity.infection.grade3plus": "0.9"}
    async with driven(settings=changed) as driver:
        await driver.go(driver.session.last_day)
        estimate = driver.snapshot.endpoints[0].ratios[0].estimate
        screen = await driver.visit("ensemble")
        assert isinstance(screen, EnsembleScreen)
        await driver.until(lambda: screen.replicates >= 16, "there are replicates")
        headline = screen.view.headline if screen.view is not None else None
        assert headline is not None
        assert headline.own == estimate
        assert headline.own != headline.values[0]


async def test_a_command_that_is_copied_right_after_a_jump_prints_the_day_that_comes() -> None:
    async with driven() as driver:
        await driver.go(100.0)
        for key in ("o", "y"):
            driver.feed_key(key)
        await driver.until(lambda: driver.app.clipboard, "a command is copied")
        assert driver.snapshot.day > 1000
        assert f"--until {driver.snapshot.iso_date}" in driver.app.clipboard
        driver.feed_key("G")
        driver.feed_key("y")
        await driver.until(lambda: "--until" not in driver.app.clipboard, "the command of the last day is copied")
        assert driver.snapshot.day == driver.session.last_day
