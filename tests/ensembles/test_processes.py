"""Worker processes are forked of one that has loaded what they need, while this one does something else."""

import os
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor, wait
from multiprocessing import active_children
from typing import Any

import numpy as np
import pytest

from pathsim.ensembles.processes import processes
from pathsim.ensembles.workers import crew
from pathsim.results.views import Columns

needs_forks = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere every worker is started anew")
BLAS_THREADS = "OPENBLAS_NUM_THREADS"
LONG_ENOUGH_SECONDS = 0.5
"""For a process that is forked to do nothing."""


def about_the_process(first: int, *_sizes: int) -> list[Columns]:
    figures = {
        "parent": os.getppid(),
        "loaded": "pathsim.ensembles.run" in sys.modules,
        "threads": int(os.environ.get(BLAS_THREADS, "0")),
    }
    return [{"first": np.array([first])} | {name: np.array([value]) for name, value in figures.items()}]


def told() -> dict[str, float]:
    with crew(about_the_process, 2) as at_work:
        return {name: column.item() for name, column in at_work.submit(0, 1).result()[0].items()}


@needs_forks
def test_every_crew_comes_of_the_same_process_and_has_everything_loaded() -> None:
    one, other = told(), told()
    assert one == other
    assert one["loaded"]
    assert one["parent"] != os.getpid()


@needs_forks
def test_workers_have_one_thread_each_and_this_process_keeps_its_environment() -> None:
    before = dict(os.environ)
    assert told()["threads"] == int(before.get(BLAS_THREADS, 1))
    assert dict(os.environ) == before


@needs_forks
@pytest.mark.parametrize("asked", ["", "3"])
def test_how_many_threads_the_user_wants_is_left_to_them(asked: str) -> None:
    code = """
from multiprocessing.forkserver import _forkserver
from pathsim.ensembles.processes import begin_to_load
begin_to_load()
here = f"/proc/{_forkserver._forkserver_pid}/"
while "forkserver" not in open(here + "cmdline").read():
    pass  # it is still what this process is
print(open(here + "environ").read())
"""
    environment = {name: value for name, value in os.environ.items() if name != BLAS_THREADS}
    if asked:
        environment[BLAS_THREADS] = asked
    shown = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert f"{BLAS_THREADS}={asked or 1}" in shown.stdout.split("\0")


@needs_forks
@pytest.mark.parametrize("sent", ["", "pickle.dumps({'name': 'worker'})[:10]", "pickle.dumps({'name': 'worker'})[:-1]"])
def test_who_is_killed_while_they_ask_for_a_worker_leaves_no_traceback(sent: str) -> None:
    code = f"""
import os
import pickle
from multiprocessing.forkserver import connect_to_new_process
from pathsim.ensembles.processes import begin_to_load
begin_to_load()
worker, request = connect_to_new_process([])
os.write(request, {sent or b""})
os._exit(1)
"""
    # Standard error comes to an end only when all that were started have left, too.
    asked = subprocess.run([sys.executable, "-c", code], stderr=subprocess.PIPE, text=True, check=False)
    assert (asked.returncode, asked.stderr) == (1, "")


def test_to_begin_takes_no_library_that_is_slow_to_load() -> None:
    """It is what a command does first, and they are what the workers load meanwhile."""
    code = "import sys, pathsim.ensembles.processes; print(*{'numpy', 'pydantic', 'simpy'} & {*sys.modules})"
    shown = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert shown.stdout == "\n"


def test_all_processes_are_there_before_any_begins_to_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pool starts no process while one is idle, as one is that has done what it was asked first."""
    submit, count = ProcessPoolExecutor.submit, 3

    def patient(pool: ProcessPoolExecutor, *asked: Any) -> Any:
        future = submit(pool, *asked)
        wait([future], LONG_ENOUGH_SECONDS)
        return future

    told()  # what they load is there by now
    before = set(active_children())
    with monkeypatch.context() as patch:
        patch.setattr(ProcessPoolExecutor, "submit", patient)
        with processes(about_the_process, count) as (pool, made):
            there = set(active_children()) - before
            patch.undo()
            assert len(there) == count
            for future in [pool.submit(made, number, 1) for number in range(4 * count)]:
                future.result()
            assert set(active_children()) - before == there
    assert not set(active_children()) - before
