"""A seed printed today gives the same trial in ten years: journals by their hashes.

If a change of results is meant, ``make golden`` writes the new hashes.
"""

import json
from collections.abc import Iterator
from itertools import product
from typing import get_args

import pytest
from goldens import JOURNALS, QUEUES, SCENARIOS, SEEDS, journal_hash

from pathsim.engines.choose import Engine

STORED = json.loads(JOURNALS.read_text(encoding="utf-8"))


def test_every_scenario_and_seed_has_its_hash() -> None:
    seeds = [str(seed) for seed in SEEDS]
    assert {name: list(hashes) for name, hashes in STORED.items()} == dict.fromkeys(SCENARIOS, seeds)


def journals() -> Iterator[object]:
    """Every scenario, seed and engine. Where patients queue only one engine can follow, and takes its time."""
    for name, seed, engine in product(SCENARIOS, SEEDS, get_args(Engine)):
        if name not in QUEUES and engine != "auto":
            yield pytest.param(name, seed, engine)
        elif engine == "discrete-event":
            yield pytest.param(name, seed, engine, marks=[] if seed == SEEDS[0] else [pytest.mark.slow])


@pytest.mark.parametrize(("name", "seed", "engine"), list(journals()))
def test_the_journal_of_a_seed_never_changes(name: str, seed: int, engine: Engine) -> None:
    assert journal_hash(name, seed, engine) == STORED[name][str(seed)]
