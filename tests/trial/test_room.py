"""Tables take room for what happened, not for all that could: long pathways and many arms fit into memory."""

import tracemalloc
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis.strategies import integers, lists, tuples

from pathsim.engines.choose import simulate_many
from pathsim.scenario.files import Source
from pathsim.scenario.scenario import load
from pathsim.trial import tables
from pathsim.trial.course import final
from pathsim.trial.data_cut import Chunk
from pathsim.trial.flow import FlowRow, flow
from pathsim.trial.responses import responses
from pathsim.trial.tables import Tally
from pathsim.trial.time_to_event import allocation
from pathsim.trial.toxicity import ToxicityCounts, toxicity

MEGABYTE = 2**20
TRIALS = range(64)
HEAD = """
title = "A long pathway"
[trial]
begins = 2020-01-01
patients = 1
per_month = 16
assumed = "a test"
[trial.cutoffs.final]
day = 100000
complete = true
assumed = "a test"
[endpoints.os]
label = "Survival"
start = "s0"
events = ["death"]
at_days = [365]
assumed = "a test"
"""
END = """
[steps.dead]
kind = "end"
assumed = "a test"
"""
STEP = """
[steps.s{number}]
kind = "phase"
assumed = "a test"
days = 1
next = "{following}"
[steps.s{number}.exit.death]
median_days = 50000
next = "dead"
"""
FEVER = """
[steps.s{number}.toxicity.fever]
grade3plus = 0.1
onset = 1
lasts = 1
"""


def long_pathway(steps: int, step: str = STEP) -> Source:
    """So many steps, one after the other."""
    followings = [f"s{number + 1}" for number in range(steps - 1)] + ["dead"]
    parts = (step.format(number=number, following=following) for number, following in enumerate(followings))
    return Source("long", "<test>", HEAD + "".join(parts) + END)


@contextmanager
def within(megabytes: float) -> Iterator[None]:
    tracemalloc.start()
    yield
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < megabytes * MEGABYTE


def make_tables(chunk: Chunk) -> tuple[list[FlowRow], list[ToxicityCounts]]:
    """The flow and the toxicity of all trials of a chunk."""
    known = final(chunk)
    groups = allocation(known)
    visited = tables.visits(known, groups)
    responses(known, groups, visited)
    return flow(known, groups, visited), toxicity(known, groups)


def test_tables_of_a_long_pathway_take_room_for_its_arrows_not_for_their_square() -> None:
    """A count for each step, next step and trial would take 80 MB."""
    chunk = simulate_many(load(long_pathway(400, STEP + FEVER)), 1, TRIALS)
    final(chunk)
    with within(12):
        flow, affected = make_tables(chunk)
    for row in flow:
        np.testing.assert_array_equal(row["entered"], sum(row["left"].values()) + row["still_there"])
        assert set(row["left"]) <= {f"s{int(row['step'][1:]) + 1}", "dead"} if row["step"] != "dead" else True
    fevers = chunk.scenario.vocabulary.of("toxicity")
    for event in fevers:
        mine = [row for row in affected if row["step"] == event.step and row["type"] == "fever"]
        counted = sum(int(row["grade3plus"].sum()) for row in mine)
        assert counted == np.unique(chunk.journal.row[chunk.journal.event == event.code]).size


def test_tables_of_many_arms_take_room_for_those_who_are_in_them() -> None:
    """200 arms with a step each: a count for each step, next step, arm and trial would take 4 GB."""
    chunk = simulate_many(load(str(Path(__file__).parent / "arms200.toml")), 1, TRIALS)
    final(chunk)
    with within(60):
        flow, _ = make_tables(chunk)
    arms = [row for row in flow if row["arm"] is not None and row["step"] != "dead"]
    assert len(arms) == 200
    assert all(row["step"] == row["arm"].replace("a", "s") for row in arms)
    randomized = next(row["entered"] for row in flow if row["step"] == "randomization")
    np.testing.assert_array_equal(sum(row["entered"] for row in arms), randomized)


@pytest.mark.slow
def test_seven_thousand_steps_are_simulated_and_counted() -> None:
    """A count for each step, next step and trial would take 23 GB; more steps are refused."""
    chunk = simulate_many(load(long_pathway(7_000)), 1, TRIALS)
    final(chunk)
    with within(200):
        flow, _ = make_tables(chunk)
    assert flow[0]["entered"].sum() == len(TRIALS)
    assert len(flow) == 7_001


@given(lists(tuples(integers(0, 6), integers(0, 3))))
def test_a_tally_counts_each_thing_in_each_trial(seen: list[tuple[int, int]]) -> None:
    counts = Counter(seen)
    thing, trial = (np.array([one[i] for one in seen], np.intp) for i in range(2))
    tally = Tally(thing, trial, things=7, trials=4)
    for number in range(7):
        assert tally[number].tolist() == [counts[number, which] for which in range(4)]
