"""Who still waits for a place when the data are cut has had to wait: counted patient by patient in the journal."""

from typing import Any

import numpy as np
import pytest

from pathsim.engines.choose import simulate
from pathsim.results.json import results
from pathsim.scenario.scenario import load
from pathsim.trial.data_cut import Chunk

ONE_BED = {"resources.beds.capacity": "1", "trial.patients": "100", "trial.cutoffs.final_by_record.day": "300"}


@pytest.fixture(scope="module")
def chunk() -> Chunk:
    return simulate(load("tests/scenarios/pathway.toml", ONE_BED), seed=1)[0]


@pytest.fixture(scope="module")
def row(chunk: Chunk) -> dict[str, Any]:
    (found,) = results(chunk, until=300.0)["waits"]
    return found


def waits(chunk: Chunk) -> dict[int, tuple[float, float]]:
    """Of each patient who was ready for a bed by day 300, the day of that, and the day of the next step, if it came."""
    vocabulary, journal = chunk.scenario.vocabulary, chunk.journal.in_order()
    found: dict[int, tuple[float, float]] = {}
    for row, day, code in zip(journal.row.tolist(), journal.day.tolist(), journal.event.tolist(), strict=True):
        event = vocabulary[code]
        if day > 300:
            continue
        if event.kind == "ready" and event.step == "bed":
            found[row] = day, np.inf
        elif event.kind == "enter" and row in found and np.isinf(found[row][1]):
            found[row] = found[row][0], day
    return found


def test_those_who_still_wait_are_counted_and_have_had_to_wait(chunk: Chunk, row: dict[str, Any]) -> None:
    by_hand = waits(chunk)
    still = sum(np.isinf(end) for _, end in by_hand.values())
    had_to = sum(end > ready for ready, end in by_hand.values())
    assert (row["asked"], row["waiting"], row["waited"]) == (len(by_hand), still, had_to)
    assert 0 < still < had_to < len(by_hand)


def test_days_are_of_waits_that_have_ended(chunk: Chunk, row: dict[str, Any]) -> None:
    ended = [end - ready for ready, end in waits(chunk).values() if np.isfinite(end)]
    assert row["asked"] == len(ended) + row["waiting"]
    assert row["mean_days"] == pytest.approx(np.mean(ended))
    assert row["longest_days"] == pytest.approx(max(ended))
