"""Dates, outcomes and arms in the ADaM tables, of one patient whose journal is written by hand.

Somebody comes on day 5 of a trial that begins on 1 January 2020, and is randomized on day 10.
"""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from strategies import scenario_of

from pathsim.export.adam import Adam
from pathsim.journal import Block, Journal
from pathsim.trial.data_cut import Chunk, data_cut_on

TRIAL = """
title = "By hand"
[trial]
assumed       = "a test"
begins        = 2020-01-01
patients      = 1
per_month     = 10
randomization = "allocation"
control       = "old"
cutoffs.end   = { day = 100 }
[endpoints.os]
label   = "OS"
start   = "screening"
events  = ["death"]
assumed = "a test"
[endpoints.later]
label   = "Survival from the randomization"
start   = "allocation"
events  = ["death"]
assumed = "a test"
[steps]
assumed = "a test"
[steps.screening]
kind     = "phase"
days     = 5
next     = "allocation"
[steps.allocation]
kind = "randomize"
arms = { new = "new", old = "old" }
block = 2
[steps.new]
kind     = "phase"
next     = "dead"
days     = 50
fatal    = "death"
toxicity = { infection = { grade3plus = 0.5, grade5 = 0.1, onset = 1, lasts = 1 } }
exit     = { death = { next = "dead" } }
[steps.old]
kind = "phase"
days = 50
next = "dead"
[steps.dead]
kind = "end"
"""
Entry = tuple[float, str, str, str, float]
RANDOMIZED: list[Entry] = [
    (5, "enter", "screening", "screening", 0),
    (10, "enter", "allocation", "allocation", 0),
    (10, "stratum", "allocation", "arm", 0),
    (10, "arm", "allocation", "arm", 0),
    (10, "enter", "new", "new", 0),
]


def tables_of(entries: list[Entry], *, fatal_on: float | None = None) -> Adam:
    """The tables of a patient to whom this happens after the randomization, and who may die of the infection."""
    scenario = scenario_of(TRIAL)
    codes = {(event.kind, event.step, event.name): event.code for event in scenario.vocabulary.events}
    everything = [*RANDOMIZED, *entries]
    if fatal_on is not None:
        cause = codes["toxicity", "new", "infection"]
        everything += [(fatal_on, "toxicity", "new", "infection", 5), (fatal_on, "exit", "new", "death", cause)]
    columns = zip(
        *((0, day, codes[kind, step, name], value) for day, kind, step, name, value in everything), strict=True
    )
    row, day, event, value = (
        np.array(column, kind) for column, kind in zip(columns, (np.intp, float, np.int16, float), strict=True)
    )
    return Adam(data_cut_on(Chunk(scenario, 1, [0], Journal(Block(row, day, event, value))), 100, complete=True))


def only(records: Iterator[dict[str, Any]]) -> dict[str, Any]:
    (record,) = records
    return record


@pytest.mark.parametrize("day", [10.0, 10.5, 20.0])
def test_a_toxicity_from_the_instant_of_randomization_on_is_the_arms(day: float) -> None:
    assert only(tables_of([(day, "toxicity", "new", "infection", 3)]).adae())["TRTP"] == "new"


def test_a_toxicity_begins_when_it_begins_and_ends_when_it_kills() -> None:
    """Of grade 4 on day 20, which is 20 January, and fatal on day 30."""
    found = only(tables_of([(20, "toxicity", "new", "infection", 4)], fatal_on=30).adae())
    assert (found["ASTDT"], found["AENDT"]) == ("2020-01-20", "2020-01-30")
    assert (found["AETOXGR"], found["AEOUT"], found["ASTDY"], found["AENDY"]) == (5, "FATAL", 16, 26)


def test_death_counts_more_than_a_recovery_before_it() -> None:
    entries: list[Entry] = [
        (20, "toxicity", "new", "infection", 4),
        (25, "resolved", "new", "infection", 0),
    ]
    assert only(tables_of(entries).adae())["AEOUT"] == "RECOVERED/RESOLVED"
    found = only(tables_of(entries, fatal_on=30).adae())
    assert (found["AEOUT"], found["AENDT"]) == ("FATAL", "2020-01-30")


def test_a_time_starts_on_the_day_from_which_its_endpoint_counts() -> None:
    found = {record["PARAMCD"]: record for record in tables_of([], fatal_on=30).adtte()}
    assert (found["OS"]["STARTDT"], found["OS"]["AVAL"]) == ("2020-01-05", 25)
    assert (found["LATER"]["STARTDT"], found["LATER"]["AVAL"]) == ("2020-01-10", 20)
    assert {record["ADT"] for record in found.values()} == {"2020-01-30"}
