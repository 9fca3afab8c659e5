"""One trial in two settings: the same patients in the same arms, followed as long as it goes on in both."""

import numpy as np
import pytest

from pathsim.engines.choose import simulate
from pathsim.report.common_codes import in_codes_of
from pathsim.report.compared_trial import ComparedTrial
from pathsim.scenario.files import Source
from pathsim.scenario.scenario import Scenario, load

LEVELS = """
title = "An assessment with its levels in some order"
extends = "two-arm-exponential"
without = ["steps.control.exit"]
[steps.control]
days = 20
next = "after"
assumed = "x"
[[steps.control.assess]]
set = "response"
levels = {{ {levels} }}
assumed = "x"
[steps.after]
kind = "phase"
exit = {{ death = {{ median_days = 511, next = "dead" }} }}
assumed = "x"
"""


def compared(path: str, value: str, name: str = "aall1331", seed: int = 5) -> ComparedTrial:
    return ComparedTrial.of(load(name), load(name, {path: value}), seed)


def test_patients_keep_their_arms_even_if_they_come_to_the_randomization_in_another_order() -> None:
    trial = compared("steps.block_1.days", "[20, 28, 60]")
    before, now = trial.before.arm_of, trial.now.arm_of
    both = (before >= 0) & (now >= 0)
    assert both.sum() > 100
    np.testing.assert_array_equal(before[both], now[both])


@pytest.mark.parametrize("last", ["800", "1400"])
def test_courses_are_compared_as_long_as_both_are_followed(last: str) -> None:
    trial = compared("trial.cutoffs.final.day", last, "two-arm-exponential")
    assert trial.day == float(last)
    assert trial.changed.count == 0
    back = ComparedTrial(trial.now, trial.before, "os")
    assert (back.day, back.changed.count) == (float(last), 0)


def test_nobody_fares_otherwise_where_nothing_differs() -> None:
    trial = ComparedTrial.of(load("aall1331"), load("aall1331"), 5)
    assert trial.changed.count == 0
    assert trial.events == {}


def test_everybody_is_counted_at_one_event_and_fares_one_way() -> None:
    trial = compared("steps.block_1.toxicity.infection.grade3plus", "0.5")
    assert trial.changed.count > 0
    assert sum(counts.total() for counts in trial.events.values()) == trial.changed.count
    assert sum(trial.changed.counts.values()) == trial.changed.count
    sizes = [counts.total() for counts in trial.events.values()]
    assert sizes == sorted(sizes, reverse=True)
    assert sizes[0] > sizes[-1]


def test_courses_part_at_the_earlier_of_the_first_entries_that_differ() -> None:
    trial = compared("steps.transplant.toxicity.acute_gvhd.grade3plus", "0.4")
    assert trial.changed.count > 10
    for number in range(trial.changed.count):
        days = [day for day in trial.changed.first(number).days if day is not None]
        assert trial.changed.day(number) == min(days)
    assert next(iter(trial.events)) == "acute GVHD during transplant"


def test_fewer_patients_and_more_are_compared() -> None:
    trial = compared("trial.patients", "300", "two-arm-exponential")
    assert (trial.patients, trial.changed.count) == (400, 100)
    assert set(trial.events) == {"enrolled"}
    assert all(trial.arm(trial.changed.patient(number)) for number in range(100))
    more = ComparedTrial(trial.now, trial.before, "os")
    assert (more.patients, more.changed.count) == (400, 100)


def test_a_toxicity_that_kills_is_the_same_one_in_other_codes() -> None:
    base = load("tests/app/odd/three_arms.toml", {"steps.drug_b.toxicity.fever.grade5": "0.3"})
    text = """
    title = "With a step before all others"
    extends = "tests/app/odd/three_arms.toml"
    [steps.allocation]
    arms = { drug_b = "screening" }
    [steps.screening]
    kind = "phase"
    days = 28
    next = "drug_b"
    assumed = "x"
    toxicity = { rash = { grade3plus = 0.5, onset = [1, 20], lasts = [1, 5] } }
    [set]
    "steps.drug_b.toxicity.fever.grade5" = { value = 0.3, assumed = "x" }
    """
    other = load(Source("other", "<test>", text))
    journal = simulate(other, 3)[0].journal
    coded = in_codes_of(base, other, journal)
    killed = [
        (other.vocabulary[int(value)], base.vocabulary[int(mine)])
        for code, value, mine in zip(journal.event.tolist(), journal.value.tolist(), coded.value.tolist(), strict=True)
        if other.vocabulary[code].kind == "exit" and value
    ]
    assert len(killed) > 5
    assert all(theirs[1:] == mine[1:] for theirs, mine in killed)
    assert any(theirs.code != mine.code for theirs, mine in killed)


def with_levels(levels: str) -> Scenario:
    return load(Source("levels", "<test>", LEVELS.format(levels=levels)))


def test_levels_and_codes_of_another_scenario_keep_their_meaning() -> None:
    base, other = with_levels('good = 0.3, poor = "rest"'), with_levels('poor = 0.5, fair = 0.2, good = "rest"')
    journal = simulate(other, 3)[0].journal.in_order()
    coded = in_codes_of(base, other, journal)
    known, found = base.names["response"], other.names["response"]
    assert known is not None
    assert found is not None
    told = set()
    for code, value, own, mine in zip(
        *(column.tolist() for column in (journal.event, journal.value, coded.event, coded.value)), strict=True
    ):
        event = other.vocabulary[code]
        assert base.vocabulary[own][1:] == event[1:]
        if event.kind == "assess":
            level = found[int(value)]
            told.add(level)
            assert (known[int(mine)] == level) if level in known else (mine >= len(known))
    assert told == {"good", "fair", "poor"}
