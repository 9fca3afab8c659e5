"""The final cut-off, which a report is about: the last one of the trial as it went."""

from pathlib import Path

import pytest

from pathsim.engines.choose import simulate
from pathsim.results.json import results
from pathsim.scenario.files import Source
from pathsim.scenario.scenario import Scenario, load

SMALL = (Path(__file__).parents[1] / "fuzz" / "seeds" / "small.toml").read_text(encoding="utf-8")
FIRST = SMALL.index("[trial.cutoffs.final]")
AFTER = SMALL.index("[trial.monitoring]")
PLANNED = "[trial.cutoffs.{name}]\nday = {day}\n"
BY_EVENTS = PLANNED + 'events = 3\nendpoint = "os"\n'


def with_cutoffs(*tables: str) -> Scenario:
    return load(Source("small", "small.toml", SMALL[:FIRST] + "".join(tables) + SMALL[AFTER:]))


def final(scenario: Scenario) -> str:
    cutoffs = scenario.trial.cutoffs
    return next(name for name in cutoffs if cutoffs[name] is scenario.final_cutoff)


@pytest.mark.parametrize("turn", [1, -1])
def test_of_two_on_the_same_latest_day_the_planned_end_is_final(turn: int) -> None:
    tables = [BY_EVENTS.format(name="few", day=700), PLANNED.format(name="end", day=700)]
    scenario = with_cutoffs(*tables[::turn])
    assert final(scenario) == "end"
    assert results(simulate(scenario, seed=1)[0])["trial"]["cutoff_day"] == 700


def test_of_two_alike_the_first_is_final() -> None:
    assert final(with_cutoffs(PLANNED.format(name="one", day=700), PLANNED.format(name="two", day=700))) == "one"


def test_a_cutoff_by_events_counts_with_its_latest_day() -> None:
    scenario = with_cutoffs(PLANNED.format(name="early", day=600), BY_EVENTS.format(name="few", day=601))
    assert final(scenario) == "few"
    assert results(simulate(scenario, seed=1)[0])["trial"]["cutoff_day"] < 600


def test_what_the_trial_would_have_been_is_never_final() -> None:
    tables = [PLANNED.format(name="as_it_went", day=600), PLANNED.format(name="what_if", day=700) + "run_on = true\n"]
    assert final(with_cutoffs(*tables)) == "as_it_went"


def test_the_name_of_a_cutoff_has_no_meaning() -> None:
    assert final(with_cutoffs(PLANNED.format(name="final", day=600), PLANNED.format(name="last", day=601))) == "last"
