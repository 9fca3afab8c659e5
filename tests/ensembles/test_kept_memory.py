"""A worker process keeps the memory that it has freed: it does not ask the system for the same again."""

import platform

import numpy as np
import pytest

from pathsim.ensembles.workers import crew
from pathsim.results.views import Columns

resource = pytest.importorskip("resource")


def faults(rounds: int, _count: int) -> list[Columns]:
    """How many pages the system gave for twelve arrays of 3 MB, made and freed so often."""
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    for _ in range(rounds):
        arrays = [np.ones(400_000) for _ in range(12)]
        del arrays
    return [{"pages": np.array([resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before], np.float64)}]


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="other C libraries have no such option")
def test_what_a_worker_has_freed_it_keeps() -> None:
    with crew(faults, 1 + 1) as at_work:
        pages = [at_work.submit(10, 1) for _ in range(at_work.ahead)]
        assert min(part.result()[0]["pages"][0] for part in pages) < 1000
