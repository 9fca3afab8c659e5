"""An endpoint that starts at a later step: who counts, from when, and what of it a committee learns."""

import math
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from pathsim.engines.choose import Engine, simulate
from pathsim.engines.discrete_event import DiscreteEventEngine, Entry
from pathsim.results.json import results
from pathsim.scenario.scenario import Scenario, load
from pathsim.trial.committee import Committee
from pathsim.trial.data_cut import data_cut_on, everything
from pathsim.trial.monitoring import looks, plan_of
from pathsim.trial.time_to_event import time_to_event

CASES = Path(__file__).parent / "cases"
ENGINES: tuple[Engine, ...] = ("vectorized", "discrete-event")


def case(name: str, **settings: str) -> Scenario:
    return load(str(CASES / f"{name}.toml"), settings)


def followed(scenario: Scenario, start: str, events: tuple[str, ...]) -> dict[int, float]:
    """Patients who came to the start and their days to the first event, read off the engine as they happen."""
    entries: dict[int, list[Entry]] = defaultdict(list)
    DiscreteEventEngine(scenario, 1, listener=lambda entry: entries[entry.patient].append(entry)).run()
    days = {}
    for patient, mine in entries.items():
        met = [(entry.day, scenario.vocabulary[entry.event]) for entry in mine]
        begins = next((i for i, (_, what) in enumerate(met) if what.kind == "enter" and what.step == start), None)
        if begins is not None:
            first = next(day for day, what in met[begins:] if what.kind == "exit" and what.name in events)
            days[patient] = first - met[begins][0]
    return days


def test_events_before_the_start_or_with_it_are_no_events_after_it() -> None:
    scenario = case("relapse-before-and-after")
    counted = followed(scenario, "salvage", ("relapse", "death"))
    data = time_to_event(everything(simulate(scenario, 1)[0]), scenario.sections.endpoints["post"])
    assert dict(zip(data.row.tolist(), data.time.tolist(), strict=True)) == counted
    assert (data.time > 0).all()


def test_survival_from_a_second_relapse_on_is_that_of_its_hazards() -> None:
    """Two hazards from the start on, with medians of 300 and 500 days: exp(-365 ln 2 (1/300 + 1/500)) after a year."""
    found = results(simulate(case("relapse-before-and-after", **{"trial.patients": "4000"}), 1)[0])
    expected = math.exp(-365 * math.log(2) * (1 / 300 + 1 / 500))
    for arm in found["endpoints"]["post"]["arms"].values():
        error = math.sqrt(expected * (1 - expected) / arm["n"])
        assert arm["at"]["365"]["survival"] == pytest.approx(expected, abs=4 * error)


def test_who_never_comes_to_the_start_has_no_event() -> None:
    scenario = case("death-before-the-start")
    data = time_to_event(everything(simulate(scenario, 1)[0]), scenario.sections.endpoints["post"])
    assert set(data.row.tolist()) == set(followed(scenario, "surgery", ("death",)))
    assert 0 < data.row.size < scenario.patients


def test_what_has_not_been_reported_is_no_event_even_at_the_start() -> None:
    """Half of the patients are turned away as they come, and everything is reported 50 days later."""
    chunk, _ = simulate(case("leaves-on-arrival"), 1)
    endpoint = chunk.scenario.sections.endpoints["stay"]
    turned_away = next(event.code for event in chunk.scenario.vocabulary.of("exit") if event.name == "turned_away")
    left = chunk.journal.day[chunk.journal.event == turned_away]
    assert 20 < left.size < 40
    for day in (40.0, 49.5, 80.0):
        data = time_to_event(data_cut_on(chunk, day), endpoint)
        assert data.row.size == (chunk.enrolled <= day).sum(), "arrivals are known at once"
        assert (data.cause == 1).sum() == (left <= day - 50).sum()
        assert (data.time >= 0).all()


@pytest.mark.parametrize("replicate", [0, 4])
@pytest.mark.parametrize("engine", ENGINES)
def test_a_look_and_a_cutoff_come_with_as_many_events_as_were_planned(engine: Engine, replicate: int) -> None:
    chunk, _ = simulate(case("death-before-the-start"), 1, replicate, engine)
    assert results(chunk)["cutoffs"]["at40"]["events"] == {"post": 40}
    assert [look.events for look in looks(chunk)[0]] == [40, 80]


@pytest.mark.parametrize("name", ["relapse-before-and-after", "progress-in-a-cycle", "death-before-the-start"])
def test_the_committee_in_the_calendar_learns_of_the_events_that_are_in_the_journal(name: str) -> None:
    engine = DiscreteEventEngine(case(name), 1)
    assert (plan := plan_of(engine.scenario)) is not None
    committee = Committee(engine)
    engine.run()
    assert committee.looks == looks(simulate(engine.scenario, 1, engine="vectorized")[0])[0]
    assert [look.events for look in committee.looks] == list(plan.wanted_events)


def test_of_those_who_are_never_randomized_no_endpoint_counts_from_their_arrival() -> None:
    """Whoever dies before has no arm to be counted in, however long one waits."""
    scenario = load("aall1331", {"endpoints.dfs.start": '"block_1"'})
    chunk, _ = simulate(scenario, 1)
    data = time_to_event(everything(chunk), scenario.sections.endpoints["dfs"])
    arms = {event.code for event in scenario.vocabulary.of("arm") if event.step == "consolidation"}
    assert set(data.row.tolist()) == set(chunk.journal.row[np.isin(chunk.journal.event, list(arms))].tolist())
