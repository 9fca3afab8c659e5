"""What is made once and read by many is never written into."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass

import numpy as np
import pytest
from flipping import flipped

from pathsim.journal import Journal
from pathsim.player.simulated_trial import SimulatedTrial
from pathsim.scenario.scenario import load
from pathsim.trial.course import course
from pathsim.trial.data_cut import Chunk
from pathsim.trial.monitoring import days_known
from pathsim.trial.time_to_event import record

TWO_THEN_THREE = """
title = "Two arms, and three for all who go on"
assumed = "to test"
[trial]
begins = 2024-01-01
patients = 120
arrivals = "even"
per_month = 20
randomization = "first"
control = "old"
[trial.cutoffs.final]
day = 700
[endpoints.survival]
label = "Survival"
start = "first"
events = ["death"]
[steps.first]
kind = "randomize"
arms = { new = "on_new", old = "on_old" }
block = 4
[steps.on_new]
kind = "phase"
days = 30
next = "second"
exit = { death = { median_days = 400, next = "dead" } }
[steps.on_old]
kind = "phase"
days = 30
next = "second"
exit = { death = { median_days = 100, next = "dead" } }
[steps.second]
kind = "randomize"
arms = { a = "after", b = "after", c = "after" }
set = "later"
block = 6
[steps.after]
kind = "phase"
exit = { death = { median_days = 300, next = "dead" } }
[steps.dead]
kind = "end"
"""


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> SimulatedTrial:
    file = tmp_path_factory.mktemp("scenario") / "two-then-three.toml"
    file.write_text(TWO_THEN_THREE, encoding="utf-8")
    return SimulatedTrial(load(str(file)), 4)


def test_the_other_arm_leaves_all_arms_as_they_are(simulated: SimulatedTrial) -> None:
    before = {name: arms.copy() for name, arms in simulated.arms.items()}
    assert set(np.unique(before["second"]).tolist()) == {-1, 0, 1, 2}
    other = flipped(simulated)
    for name, arms in before.items():
        assert np.array_equal(simulated.arms[name], arms)
    both = (before["first"] >= 0) & (other.arms["first"] >= 0)
    assert both.all()
    assert np.array_equal(other.arms["first"], 1 - before["first"])


def test_who_goes_on_in_both_arms_has_the_same_second_arm(simulated: SimulatedTrial) -> None:
    mine, others = simulated.arms["second"], flipped(simulated).arms["second"]
    both = (mine >= 0) & (others >= 0)
    assert both.sum() > 50
    assert np.array_equal(mine[both], others[both])


def arrays(value: object) -> Iterator[np.ndarray]:
    """All arrays of a value, whatever it is made of."""
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from arrays(part)
    elif isinstance(value, tuple | list | Journal):
        for part in value:
            yield from arrays(part)
    elif is_dataclass(value) and not isinstance(value, Chunk):
        for field in fields(value):
            yield from arrays(getattr(value, field.name))


@pytest.mark.parametrize(
    "name", ["arms", "journal", "told", "arm_of", "randomized_on", "moves", "chunk.journal", "chunk.enrolled"]
)
def test_writing_into_what_a_trial_keeps_fails(simulated: SimulatedTrial, name: str) -> None:
    of: object = simulated
    for part in name.split("."):
        of = getattr(of, part)
    found = list(arrays(of))
    assert found
    for array in found:
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0


def test_writing_into_what_is_read_in_a_chunk_fails(simulated: SimulatedTrial) -> None:
    [endpoint] = simulated.scenario.sections.endpoints.values()
    readings = (course(simulated.chunk), record(simulated.chunk), days_known(simulated.chunk, endpoint))
    found = list(arrays(readings))
    assert len(found) > 10
    for array in found:
        with pytest.raises(ValueError, match="read-only"):
            array[...] = 0
