"""What is known on a day is less than what has happened, and never more."""

from itertools import pairwise

import numpy as np
import pytest

from pathsim.engines.vectorized import run_vectorized
from pathsim.scenario.scenario import Scenario, load
from pathsim.trial.data_cut import Chunk, data_cut_on, everything
from pathsim.trial.time_to_event import allocation, time_to_event

DAYS = (200.0, 900.0, 1656.0, 2115.0)


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load("aall1331")


@pytest.fixture(scope="module")
def chunk(scenario: Scenario) -> Chunk:
    return Chunk(scenario, 11, range(3), run_vectorized(scenario, 11, range(3)))


@pytest.mark.parametrize("day", DAYS)
def test_nothing_after_the_day_is_known(chunk: Chunk, day: float) -> None:
    for complete in (False, True):
        assert data_cut_on(chunk, day, complete=complete).journal.day.max() <= day


@pytest.mark.parametrize("day", DAYS)
def test_complete_records_hold_all_that_happened_and_others_less(chunk: Chunk, day: float) -> None:
    happened = data_cut_on(chunk, day, complete=True).journal
    assert happened.row.size == int((chunk.journal.day <= day).sum())
    assert data_cut_on(chunk, day).journal.row.size < happened.row.size


def test_what_is_known_stays_known(chunk: Chunk) -> None:
    counts = []
    for day in DAYS:
        known = data_cut_on(chunk, day)
        counts.append(set(zip(*(column.tolist() for column in known.journal), strict=True)))
    for earlier, later in pairwise(counts):
        assert earlier <= later


def test_arrivals_and_randomizations_are_known_at_once(scenario: Scenario, chunk: Chunk) -> None:
    day = 900.0
    known, happened = data_cut_on(chunk, day), data_cut_on(chunk, day, complete=True)
    arrived = scenario.steps[0].enter
    assert (known.journal.event == arrived).sum() == (happened.journal.event == arrived).sum()
    assert np.array_equal(allocation(known).group, allocation(happened).group)


def test_a_record_lags_by_a_delay_of_the_patients_own_within_the_stated_distribution(chunk: Chunk) -> None:
    lag = 900.0 - data_cut_on(chunk, 900.0).until
    assert lag.min() >= 5
    assert lag.max() <= 220
    assert np.median(lag) == pytest.approx(70, abs=5)
    assert np.allclose(lag, 1656.0 - data_cut_on(chunk, 1656.0).until)


def test_the_delay_does_not_flatter_survival(scenario: Scenario) -> None:
    """Events per year of follow-up are the same with and without the delay, as far as chance allows."""
    wide = Chunk(scenario, 11, range(60), run_vectorized(scenario, 11, range(60)))
    endpoint = scenario.sections.endpoints["dfs"]
    hazards = []
    for complete in (False, True):
        known = data_cut_on(wide, 1656.0, complete=complete)
        data = time_to_event(known, endpoint)
        early = data.time <= 365
        hazards.append((early & data.event).sum() / np.minimum(data.time, 365).sum())
    assert hazards[0] == pytest.approx(hazards[1], rel=0.03)


@pytest.mark.parametrize("day", DAYS)
@pytest.mark.parametrize("name", ["dfs", "os"])
def test_outcomes_agree_with_a_patient_by_patient_reading_of_the_journal(
    scenario: Scenario, chunk: Chunk, day: float, name: str
) -> None:
    """Double programming: one loop over one patient's entries at a time, in plain Python."""
    endpoint = scenario.sections.endpoints[name]
    known = data_cut_on(chunk, day)
    data = time_to_event(known, endpoint)
    journal = chunk.journal.in_order()
    columns = (data.row.tolist(), data.time.tolist(), data.cause.tolist())
    found = {row: (time, cause) for row, time, cause in zip(*columns, strict=True)}
    expected = {}
    for row in np.unique(journal.row).tolist():
        mine = journal.pick(journal.row == row)
        start, end, cause = None, float(known.until[row]), 0
        for at, code in zip(mine.day.tolist(), mine.event.tolist(), strict=True):
            event = scenario.vocabulary[code]
            if event.kind == "enter" and event.step == endpoint.start and at <= day:
                start = at
            if start is not None and event.kind == "exit" and at <= known.until[row]:
                if event.name in endpoint.events:
                    end, cause = at, endpoint.events.index(event.name) + 1
                    break
                if event.name in endpoint.censored_by:
                    end = at
                    break
        if start is not None and start <= known.until[row]:
            expected[row] = (max(end, start) - start, cause)
    late = set(found) - set(expected)
    assert all(found[row] == (0.0, 0) for row in late), "randomized too late for anything to be known yet"
    assert {row: found[row] for row in expected} == expected


def test_everything_is_the_whole_journal(chunk: Chunk) -> None:
    assert everything(chunk).journal.row.size == chunk.journal.row.size
