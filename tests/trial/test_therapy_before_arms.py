"""Toxicity over a therapy that begins before the randomization: an arm counts what its patients had as its patients."""

from collections import defaultdict
from typing import Any

import pytest

from pathsim.engines.choose import simulate
from pathsim.results.json import results
from pathsim.scenario.scenario import load
from pathsim.trial.course import final
from pathsim.trial.data_cut import Chunk
from pathsim.trial.time_to_event import allocation

RASH = "{ rash = { grade3plus = 0.8, grade4plus_share = 0.45, onset = [0, 4], lasts = [1, 2] } }"
ARMS = ("drug", "placebo")


@pytest.fixture(scope="module")
def chunk() -> Chunk:
    settings = {
        "trial.therapy": '["screening", "drug"]',
        "steps.screening.toxicity": RASH,
        "steps.drug.toxicity": RASH,
    }
    return simulate(load("tests/scenarios/monitored.toml", settings), seed=1)[0]


@pytest.fixture(scope="module")
def rows(chunk: Chunk) -> dict[tuple[str | None, str], dict[str, Any]]:
    found = results(chunk)["toxicity"]
    return {(row["arm"], row["step"]): row for row in found if row["type"] == "rash"}


def test_a_therapy_has_no_fewer_patients_with_toxicity_than_any_of_its_steps(
    rows: dict[tuple[str | None, str], dict[str, Any]],
) -> None:
    for key in ("patients", "grade3plus"):
        assert rows["drug", "therapy"][key] >= rows["drug", "drug"][key] > 50


def test_an_arm_counts_the_worst_grade_of_its_patients_since_they_were_in_it(
    chunk: Chunk, rows: dict[tuple[str | None, str], dict[str, Any]]
) -> None:
    """Counted patient by patient in the journal."""
    known = final(chunk)
    group = allocation(known).group.tolist()
    rashes = {event.code for event in chunk.scenario.vocabulary.of("toxicity") if event.step == "drug"}
    worst: dict[str, dict[int, float]] = defaultdict(dict)
    for row, event, grade in zip(known.journal.row, known.journal.event, known.journal.value, strict=True):
        if int(event) in rashes:
            mine = worst[ARMS[group[row]]]
            mine[int(row)] = max(mine.get(int(row), 0), float(grade))
    for arm, patients in worst.items():
        grades = list(patients.values())
        found = rows[arm, "therapy"]
        assert (found["grade3plus"], found["grade4"]) == (len(grades), grades.count(4))


def test_before_there_are_arms_there_is_a_step_and_no_therapy(
    rows: dict[tuple[str | None, str], dict[str, Any]],
) -> None:
    assert (None, "screening") in rows
    assert (None, "therapy") not in rows
