"""Moving one number changes only the patients whose outcome depends on it."""

import numpy as np
import pytest

from pathsim.conditions import Column
from pathsim.engines.vectorized import run_vectorized
from pathsim.journal import Journal, Rows
from pathsim.scenario.files import Source
from pathsim.scenario.scenario import Scenario, load

REPLICATES = range(10)
SEED = 3


@pytest.fixture(scope="module")
def base() -> Scenario:
    return load("aall1331")


@pytest.fixture(scope="module")
def before(base: Scenario) -> Journal:
    return run_vectorized(base, SEED, REPLICATES).in_order()


def told(scenario: Scenario, journal: Journal, row: int) -> list[tuple[float, str, str, str, float]]:
    """One patient's story, in words that two versions of a scenario share."""
    mine = journal.pick(journal.row == row)
    events = [scenario.vocabulary[code] for code in mine.event.tolist()]
    return [
        (day, event.kind, event.step, event.name, value if event.kind != "exit" else 0.0)
        for day, event, value in zip(mine.day.tolist(), events, mine.value.tolist(), strict=True)
    ]


def who_changed(one: Scenario, before: Journal, other: Scenario, after: Journal) -> list[int]:
    rows = np.arange(one.patients * len(REPLICATES))
    if one.vocabulary.events == other.vocabulary.events:
        same = _same_rows(before, after, rows.size)
        rows = rows[~same]
    return [row for row in rows.tolist() if told(one, before, row) != told(other, after, row)]


def _same_rows(before: Journal, after: Journal, rows: int) -> np.ndarray:
    same = np.bincount(before.row, minlength=rows) == np.bincount(after.row, minlength=rows)
    for journal, other in ((before, after), (after, before)):
        entries = set(zip(*(column.tolist() for column in other), strict=True))
        for entry in zip(*(column.tolist() for column in journal), strict=True):
            if entry not in entries:
                same[entry[0]] = False
    return same


def rows_with(scenario: Scenario, journal: Journal, kind: str, step: str, name: str) -> set[int]:
    codes = [event.code for event in scenario.vocabulary.events if event[1:] == (kind, step, name)]
    return set(journal.row[np.isin(journal.event, codes)].tolist())


def arms_of(scenario: Scenario, journal: Journal) -> dict[str, Column]:
    """The arms that patients were given in every randomization, to be held in another run."""
    held = {}
    for event in scenario.vocabulary.of("arm"):
        arms = np.full(scenario.patients * len(REPLICATES), -1, dtype=np.int16)
        here: Rows = np.flatnonzero(journal.event == event.code)
        arms[journal.row[here]] = journal.value[here]
        held[event.step] = arms
    return held


def test_a_likelier_toxicity_only_adds_itself_to_patients_of_its_step(base: Scenario, before: Journal) -> None:
    path = "steps.blina_2.toxicity.hypokalemia.grade3plus"
    likelier = load("aall1331", {path: "0.10"})
    after = run_vectorized(likelier, SEED, REPLICATES).in_order()
    changed = who_changed(base, before, likelier, after)
    had = rows_with(base, before, "toxicity", "blina_2", "hypokalemia")
    have = rows_with(likelier, after, "toxicity", "blina_2", "hypokalemia")
    assert had < have
    assert have - had <= set(changed)
    for row in changed:
        gained = set(told(likelier, after, row)) - set(told(base, before, row))
        assert {(kind, step, name) for _, kind, step, name, _ in gained} <= {
            ("toxicity", "blina_2", "hypokalemia"),
            ("resolved", "blina_2", "hypokalemia"),
        }
    # The whole list, of 6,610 patients: it moves only if the scenario's numbers or the luck do.
    in_step = rows_with(base, before, "enter", "blina_2", "blina_2")
    assert set(changed) <= in_step
    assert len(changed) == pytest.approx((0.10 - 2 / 88) * len(in_step), abs=4 * np.sqrt(0.1 * len(in_step)))


def test_a_rarer_relapse_only_changes_those_who_relapsed_there(base: Scenario, before: Journal) -> None:
    rarer = load("aall1331", {"steps.after_transplant.exit.relapse.hazard_ratio": "0.8"})
    after = run_vectorized(rarer, SEED, REPLICATES).in_order()
    changed = set(who_changed(base, before, rarer, after))
    relapsed = rows_with(base, before, "exit", "after_transplant", "relapse")
    assert changed
    assert changed <= relapsed


def test_with_arms_held_a_likelier_infection_early_on_changes_only_the_infected(
    base: Scenario, before: Journal
) -> None:
    likelier = load("aall1331", {"steps.block_1.toxicity.infection.grade3plus": "0.35"})
    held = run_vectorized(likelier, SEED, REPLICATES, hold=arms_of(base, before)).in_order()
    changed = set(who_changed(base, before, likelier, held))
    assert changed
    assert changed <= rows_with(likelier, held, "toxicity", "block_1", "infection")


def test_holding_the_arms_of_the_same_scenario_changes_nobody(base: Scenario, before: Journal) -> None:
    held = run_vectorized(base, SEED, REPLICATES, hold=arms_of(base, before)).in_order()
    assert who_changed(base, before, base, held) == []


def test_a_new_toxicity_moves_no_other_draw(base: Scenario, before: Journal) -> None:
    text = """
extends = "aall1331"
[steps.blina_1.toxicity.hiccups]
grade3plus = 0.2
onset      = 3
lasts      = 2
assumed    = "a test"
"""
    wider = load(Source("wider", "<test>", text))
    after = run_vectorized(wider, SEED, REPLICATES).in_order()
    changed = who_changed(base, before, wider, after)
    assert set(changed) == rows_with(wider, after, "toxicity", "blina_1", "hiccups")
    for row in changed:
        gained = set(told(wider, after, row)) - set(told(base, before, row))
        assert {name for _, _, _, name, _ in gained} == {"hiccups"}


def test_one_more_patient_changes_nobody_else(base: Scenario, before: Journal) -> None:
    bigger = load("aall1331", {"trial.patients": str(base.patients + 1)})
    after = run_vectorized(bigger, SEED, [0]).in_order()
    first = before.pick(before.row < base.patients)
    assert who_changed_alone(base, first, bigger, after.pick(after.row < base.patients)) == []


def who_changed_alone(one: Scenario, before: Journal, other: Scenario, after: Journal) -> list[int]:
    return [row for row in range(one.patients) if told(one, before, row) != told(other, after, row)]
