"""Processes that end while they send a result that no pipe holds at once: nobody waits for the rest of it."""

import signal
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import active_children

import numpy as np
import pytest

from pathsim.ensembles.workers import crew
from pathsim.results.views import Columns

LARGE = 2_000_000
"""Numbers in a result: 16 MB, and a pipe holds 64 kB."""
TURNS = 2


def large(first: int, _count: int) -> list[Columns]:
    return [{"first": np.full(LARGE, float(first))}]


def small(first: int, _count: int) -> list[Columns]:
    return [{"first": np.array([float(first)])}]


def test_whoever_has_enough_leaves_at_once() -> None:
    for _ in range(TURNS):
        with crew(large, 2) as at_work:
            made = [at_work.submit(number, 1) for number in range(at_work.ahead)]
            assert made[0].result()[0]["first"].size == LARGE
        assert all(one.done() for one in made)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="nobody is killed without a word on Windows")
@pytest.mark.parametrize("victim", [0, 1])
def test_a_process_that_is_killed_takes_the_others_with_it(victim: int) -> None:
    before = active_children()
    for _ in range(TURNS):
        with crew(large, 2) as at_work:
            made = [at_work.submit(number, 1) for number in range(at_work.ahead)]
            made[0].result()
            process = [child for child in active_children() if child not in before][victim]
            process.kill()
            assert isinstance(made[-1].exception(), BrokenProcessPool)


def test_the_pipe_of_the_results_is_closed_before_the_pool_would_close_it_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two who close it at once close it twice, and the second time it can be the file of somebody else."""
    shutdown, closed = ProcessPoolExecutor.shutdown, []

    def watched(pool: ProcessPoolExecutor, *args: bool, **options: bool) -> None:
        results = pool._result_queue  # type: ignore[attr-defined]  # noqa: SLF001 - there is no public way to it
        closed.append(results is None or results._writer.closed)  # noqa: SLF001
        shutdown(pool, *args, **options)

    monkeypatch.setattr(ProcessPoolExecutor, "shutdown", watched)
    for _ in range(TURNS):
        with crew(small, 2) as at_work:
            assert at_work.submit(0, 1).result()[0]["first"].size == 1
    assert closed
    assert all(closed)
