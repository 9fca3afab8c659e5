"""A seed printed today gives the same trial in ten years: journals by their hashes.

A hash that changes is a change of results. If it is meant, write the new one here and mark the CHANGELOG's entry
with **[results]**.
"""

from hashlib import sha256
from pathlib import Path

import pytest

from pathsim.engines import simulate_many
from pathsim.scenario.scenario import load

EVERY_KIND = str(Path(__file__).parent.parent / "scenarios" / "pathway.toml")
HASHES = {
    "two-arm-exponential": "eee8515e6756cfcd",
    EVERY_KIND: "bf88a29cb15d2846",
}


@pytest.mark.parametrize("scenario", HASHES, ids=lambda name: Path(name).stem)
def test_the_journal_of_a_seed_never_changes(scenario: str) -> None:
    journal = simulate_many(load(scenario), 1, range(3)).journal.in_order()
    columns = (journal.row.astype("<i8"), journal.day.astype("<f8"), journal.event.astype("<i8"), journal.value)
    digest = sha256(b"".join(column.astype(column.dtype.newbyteorder("<")).tobytes() for column in columns))
    assert digest.hexdigest()[:16] == HASHES[scenario]
