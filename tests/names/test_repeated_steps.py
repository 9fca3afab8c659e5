"""The name of a phase that repeats means all its cycles, wherever a step can be named."""

from pathlib import Path

import numpy as np
import pytest

from pathsim.engines.choose import simulate, simulate_many
from pathsim.player.toxicities import toxicity_rows
from pathsim.results.chosen import figures
from pathsim.results.json import ResultsJson, results
from pathsim.results.lookup import figure
from pathsim.results.replicates import rows
from pathsim.scenario.files import Source
from pathsim.scenario.scenario import Scenario, load
from pathsim.trial.course import course
from pathsim.trial.data_cut import Chunk

CASE = (Path(__file__).parent / "cases" / "repeated-cycle.toml").read_text()
PATIENTS = 200


def scenario(text: str = CASE) -> Scenario:
    return load(Source("repeated", "repeated.toml", text))


@pytest.fixture(scope="module")
def chunk() -> Chunk:
    return simulate(scenario(), seed=1)[0]


@pytest.fixture(scope="module")
def found(chunk: Chunk) -> ResultsJson:
    return results(chunk)


def affected(chunk: Chunk, steps: set[str], kinds: set[str]) -> dict[int, int]:
    """The worst grade of each patient who had one of these in one of these steps, counted in the journal by hand."""
    worst: dict[int, int] = {}
    for row, code, value in zip(chunk.journal.row, chunk.journal.event, chunk.journal.value, strict=True):
        event = chunk.scenario.vocabulary[int(code)]
        if event.kind == "toxicity" and event.step in steps and event.name in kinds:
            worst[int(row)] = max(worst.get(int(row), 0), int(value))
    return worst


def entered(chunk: Chunk, steps: set[str]) -> dict[int, float]:
    """The day on which each patient first entered one of these steps."""
    days: dict[int, float] = {}
    for row, code, day in zip(chunk.journal.row, chunk.journal.event, chunk.journal.day, strict=True):
        event = chunk.scenario.vocabulary[int(code)]
        if event.kind == "enter" and event.step in steps:
            days[int(row)] = min(days.get(int(row), np.inf), float(day))
    return days


BOTH = {"cycle.1", "cycle.2"}


@pytest.mark.parametrize("name", ["cycle", "therapy"])
@pytest.mark.parametrize(("kind", "kinds"), [("fever", {"fever"}), ("pain", {"pain"}), ("any", {"fever", "pain"})])
def test_totals_are_of_all_cycles(chunk: Chunk, found: ResultsJson, name: str, kind: str, kinds: set[str]) -> None:
    worst, patients = affected(chunk, BOTH, kinds), entered(chunk, BOTH)
    only_first = affected(chunk, {"cycle.1"}, kinds)
    row = f"toxicity[arm=drug,step={name},type={kind}]"
    assert figure(found, f"{row}.patients") == len(patients)
    assert figure(found, f"{row}.grade3plus") == len(worst) > len(only_first)
    assert figure(found, f"{row}.grade4") == sum(grade == 4 for grade in worst.values())


def test_the_flow_of_all_cycles_is_that_of_who_came_and_of_who_left(chunk: Chunk, found: ResultsJson) -> None:
    came, gone = entered(chunk, BOTH), entered(chunk, {"after"})
    dead = entered(chunk, {"dead"}).keys() & came.keys() - gone.keys()
    row = "flow[arm=drug,step=cycle]"
    assert figure(found, f"{row}.entered") == len(came)
    assert figure(found, f"{row}.left.after") == len(gone.keys() & came.keys())
    assert figure(found, f"{row}.left.dead") == len(dead)
    assert figure(found, f"{row}.still_there") == 0


def test_an_endpoint_that_starts_at_a_repeated_phase_counts_from_the_first_entry_into_any_cycle(
    chunk: Chunk, found: ResultsJson
) -> None:
    came = entered(chunk, BOTH)
    second_only = entered(chunk, {"cycle.2"}).keys() - entered(chunk, {"cycle.1"}).keys()
    assert second_only
    assert figure(found, "endpoints.from_cycle.arms.drug.n") == len(came)
    deaths = entered(chunk, {"dead"})
    in_time = sum(deaths.get(row, np.inf) - day <= 100 for row, day in came.items())
    assert figure(found, "endpoints.from_cycle.events_by.100") == in_time


def test_elapsed_days_count_from_the_first_entry_into_any_cycle() -> None:
    # Those who enter by the second cycle alone have been there for 28 days at most when they leave it, never undefined.
    text = CASE.replace("# elapsed", 'elapsed = { set = "waited", since = "cycle" }')
    text = text.replace("# effects", "effects = [{ when = 'waited <= 30', hazard_ratio = 1e6 }]")
    late = simulate(scenario(text), seed=1)[0]
    short = entered(late, {"cycle.2"}).keys() - entered(late, {"cycle.1"}).keys()
    gone, dead = entered(late, {"after"}), entered(late, {"dead"})
    assert short & gone.keys()
    for row in gone:
        assert (dead.get(row, np.inf) - gone[row] < 5) == (row in short), row


def test_both_engines_agree_where_a_repeated_phase_is_named() -> None:
    text = CASE.replace("# elapsed", 'elapsed = { set = "waited", since = "cycle" }')
    text = text.replace("# effects", "effects = [{ when = 'waited <= 30', hazard_ratio = 1e6 }]")
    vectorized, discrete_event = (
        simulate(scenario(text), 3, 0, engine)[0].journal.in_order() for engine in ("vectorized", "discrete-event")
    )
    for one, other in zip(vectorized, discrete_event, strict=True):
        assert np.array_equal(one, other)


def test_the_ensemble_has_the_same_totals(found: ResultsJson) -> None:
    many = simulate_many(scenario(), 1, [0, 1])
    paths = ["toxicity[arm=drug,step=cycle,type=any].rate", "toxicity[arm=drug,step=therapy,type=any].rate"]
    for path in paths:
        assert rows(many)[path][0] == figures(many, [path])[path][0] == figure(found, path)


def test_a_therapy_without_toxicity_counts_its_patients_in_the_ensemble_too() -> None:
    text = CASE.replace('therapy = ["cycle"]', 'therapy = ["cycle", "early"]')
    one = simulate(scenario(text), seed=1)[0]
    path = "toxicity[arm=drug,step=therapy,type=any].rate"
    assert len(entered(one, {"early"}).keys() - entered(one, BOTH).keys())
    assert rows(one)[path][0] == figure(results(one), path)


def test_the_app_shows_the_totals_once(chunk: Chunk) -> None:
    assert sorted(row.label for row in toxicity_rows(course(chunk).final())) == ["Fever", "Pain"]


def test_a_setting_of_a_repeated_phase_is_one_of_all_its_cycles() -> None:
    changed = load(Source("repeated", "repeated.toml", CASE), {"steps.cycle.toxicity.fever.grade3plus": "1"})
    one = simulate(changed, seed=1)[0]
    for cycle in sorted(BOTH):
        stayed = entered(one, {cycle})
        assert len(affected(one, {cycle}, {"fever"})) > 0.9 * len(stayed)
