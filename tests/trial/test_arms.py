"""Arms that patients keep: of a randomization between the same arms, and of as many patients as there are."""

import numpy as np
import pytest

from pathsim.engines.choose import simulate_many
from pathsim.scenario.scenario import Scenario, load
from pathsim.trial.arms import arms_of, fitted, held

MONITORED = "tests/scenarios/monitored.toml"
ARMS = np.array([[0, 1, -1, 1], [1, -1, 0, 0]], dtype=np.int16)
"""Two trials of four patients."""


@pytest.fixture(scope="module")
def base() -> Scenario:
    return load(MONITORED)


@pytest.mark.parametrize(
    ("patients", "expected"),
    [
        (4, [0, 1, -1, 1, 1, -1, 0, 0]),
        (2, [0, 1, 1, -1]),
        (6, [0, 1, -1, 1, -1, -1, 1, -1, 0, 0, -1, -1]),
    ],
)
def test_arms_belong_to_the_patients_who_come_in_both(patients: int, expected: list[int]) -> None:
    assert fitted(ARMS, load(MONITORED, {"trial.patients": str(patients)})).tolist() == expected


@pytest.mark.parametrize(
    ("arms", "keeps"),
    [
        ("{ drug = 'drug', placebo = 'placebo' }", True),
        ("{ drug = 'placebo', placebo = 'drug' }", True),  # the same names, whatever they lead to
        ("{ placebo = 'placebo', drug = 'drug' }", False),  # other numbers
    ],
)
def test_arms_are_kept_where_they_are_the_same(base: Scenario, arms: str, *, keeps: bool) -> None:
    other = load(MONITORED, {"steps.allocation.arms": arms})
    given = arms_of(simulate_many(base, 3, range(2)))
    assert list(held(given, base, other)) == (["allocation"] if keeps else [])


def test_the_arms_of_a_chunk_are_those_of_each_of_its_trials(base: Scenario) -> None:
    together = arms_of(simulate_many(base, 3, range(3)))["allocation"]
    for trial in range(3):
        assert together[trial].tolist() == arms_of(simulate_many(base, 3, [trial]))["allocation"][0].tolist()
    assert together.shape == (3, base.patients)
