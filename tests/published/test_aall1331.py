"""AALL1331 on average, against what was published. The mean of many trials leaves little to chance.

The published trial met no boundary and was stopped by order, so it is set beside simulated trials that went like it.
"""

from collections.abc import Mapping

import numpy as np
import pytest

from pathsim.engines import simulate
from pathsim.scenario.scenario import Scenario, load
from pathsim.sweep import sweep
from pathsim.trial import tables
from pathsim.trial.known import Chunk, known_on
from pathsim.trial.outcomes import allocation
from pathsim.trial.results import Results, figure, results

REPLICATES = 320
SEED = 20260101
SIX_POINTS = 0.06
ARMS = {"blinatumomab": 105, "chemotherapy": 103}


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load("aall1331")


@pytest.fixture(scope="module")
def trials(scenario: Scenario) -> list[Results]:
    found = [results(simulate(scenario, SEED, replicate)[0]) for replicate in range(REPLICATES)]
    like_it = [one for one in found if one["trial"]["looks"][-1]["decision"] == "stop by order"]
    assert len(like_it) > REPLICATES / 2
    return like_it


def mean(trials: list[Results], path: str) -> float:
    return float(np.nanmean([figure(found, path) for found in trials]))


@pytest.mark.parametrize(
    ("endpoint", "published"),
    [
        ("dfs", {"blinatumomab": 0.544, "chemotherapy": 0.390}),
        ("os", {"blinatumomab": 0.713, "chemotherapy": 0.584}),
    ],
)
def test_two_year_survival_lies_within_six_points_of_the_published(
    trials: list[Results], endpoint: str, published: Mapping[str, float]
) -> None:
    for arm, survival in published.items():
        simulated = mean(trials, f"endpoints.{endpoint}.arms.{arm}.at.730.survival")
        assert simulated == pytest.approx(survival, abs=SIX_POINTS), arm


@pytest.mark.parametrize(
    ("event", "published"),
    [
        ("late_treatment_failure", {"blinatumomab": 1, "chemotherapy": 9}),
        ("relapse", {"blinatumomab": 35, "chemotherapy": 32}),
        ("death", {"blinatumomab": 12, "chemotherapy": 18}),
        ("second_malignancy", {"blinatumomab": 0, "chemotherapy": 0}),
    ],
)
def test_first_events_by_type_lie_within_six_points_of_the_published(
    trials: list[Results], event: str, published: Mapping[str, int]
) -> None:
    for arm, count in published.items():
        simulated = mean(trials, f"endpoints.dfs.first_events.{arm}.{event}") / mean(trials, f"trial.arms.{arm}")
        assert simulated == pytest.approx(count / ARMS[arm], abs=SIX_POINTS), arm


@pytest.mark.parametrize(
    ("arm", "step", "published"),
    [
        ("blinatumomab", "blina_1", 79 / 105),
        ("blinatumomab", "blina_2", 69 / 105),
        ("chemotherapy", "block_2", 33 / 103),
        ("chemotherapy", "block_3", 33 / 103),
    ],
)
def test_mrd_negativity_lies_within_six_points_of_the_published(
    trials: list[Results], arm: str, step: str, published: float
) -> None:
    simulated = mean(trials, f"responses[arm={arm},step={step},name=mrd,value=negative].share")
    assert simulated == pytest.approx(published, abs=SIX_POINTS)


@pytest.mark.parametrize(("arm", "published"), [("blinatumomab", 74 / 105), ("chemotherapy", 44 / 103)])
def test_the_share_transplanted_on_protocol_lies_within_six_points_of_the_published(
    trials: list[Results], arm: str, published: float
) -> None:
    transplanted = mean(trials, f"flow[arm={arm},step=donor].left.conditioning")
    assert transplanted / mean(trials, f"trial.arms.{arm}") == pytest.approx(published, abs=SIX_POINTS)


def test_the_committee_knows_some_eighty_events_when_some_ninety_have_happened(trials: list[Results]) -> None:
    assert mean(trials, "cutoffs.committee.events.dfs") == pytest.approx(80, abs=4)
    assert mean(trials, "cutoffs.committee.events_happened.dfs") == pytest.approx(90, abs=4)
    assert mean(trials, "cutoffs.final.events.dfs") == pytest.approx(107, abs=4)


def test_the_flow_to_randomization_is_the_published_one(trials: list[Results]) -> None:
    assert mean(trials, "trial.enrolled") == pytest.approx(661, abs=1)
    assert mean(trials, "flow[step=block_1].left.dead") == pytest.approx(24, abs=2)
    assert mean(trials, "flow[step=risk_assignment].left.salvage") == pytest.approx(42, abs=2)
    assert mean(trials, "trial.randomized") == pytest.approx(208, abs=3)
    assert mean(trials, "flow[step=low_risk].entered") == pytest.approx(255, abs=4)


@pytest.mark.parametrize(
    ("arm", "kind", "published"),
    [
        ("blinatumomab", "infection", 0.15),
        ("chemotherapy", "infection", 0.65),
        ("blinatumomab", "febrile_neutropenia", 0.05),
        ("chemotherapy", "febrile_neutropenia", 0.58),
        ("blinatumomab", "sepsis", 0.02),
        ("chemotherapy", "sepsis", 0.27),
        ("blinatumomab", "mucositis", 0.01),
        ("chemotherapy", "mucositis", 0.28),
    ],
)
def test_toxicity_over_the_whole_therapy_lies_within_six_points_of_the_published(
    trials: list[Results], arm: str, kind: str, published: float
) -> None:
    simulated = mean(trials, f"toxicity[arm={arm},step=therapy,type={kind}].rate")
    assert simulated == pytest.approx(published, abs=SIX_POINTS)


def test_every_toxicity_of_each_cycle_comes_out_at_its_stated_rate(scenario: Scenario) -> None:
    replicates = range(REPLICATES)
    chunk = Chunk(scenario, SEED, replicates, sweep(scenario, SEED, replicates))
    known = known_on(chunk, scenario.latest_day(scenario.final_cutoff), complete=True)
    groups = allocation(known)
    rows = tables.toxicity(known, groups, tables.visits(known, groups))
    compared = [row for row in rows if row["step"] in scenario.trial.therapy and row["arm"]]
    assert len(compared) == 4 * 24
    for row in compared:
        stated = scenario.rates["steps", row["step"], "toxicity", row["type"], "grade3plus"].value
        # Patients who leave a cycle early escape what would have come later: a little less than stated, never more.
        patients = row["patients"].sum()
        error = 4 * np.sqrt(0.25 / patients)
        rate = row["grade3plus"].sum() / patients
        assert -0.025 - error < rate - stated < error, (row["step"], row["type"])
