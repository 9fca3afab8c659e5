"""Processes of this machine that make chunks: how they begin, and how they end together.

It is light to import, so that they can begin to load what they need before this one does.
"""

import os
import signal
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager, suppress
from ctypes import CDLL
from multiprocessing import (
    active_children,
    forkserver,
    get_all_start_methods,
    get_context,
    parent_process,
    resource_tracker,
)
from multiprocessing.connection import wait
from threading import Thread, current_thread, main_thread
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection
    from multiprocessing.context import BaseContext
    from multiprocessing.process import BaseProcess
    from multiprocessing.queues import Queue
    from multiprocessing.synchronize import Event

    from pathsim.results.views import Columns

Make: TypeAlias = "Callable[..., list[Columns]]"
"""Makes the rows of chunks in a row: of the first replicate, and what else is handed in with it. Can be sent to another
process.
"""
PRELOAD = "pathsim.ensembles.preload"
"""The module that loads what workers work with."""
ONE_THREAD = {"OPENBLAS_NUM_THREADS": "1"}
"""What keeps numpy from starting threads in a process."""
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
"""Options of GNU's malloc: how much free memory to keep, and which blocks to ask the system for one by one."""
KEPT_BYTES, LARGEST_BLOCK_BYTES = 2**30, 2**25
"""The most that a process keeps, and the largest block that the C library lets it keep."""


@contextmanager
def processes(make: Make, count: int) -> Iterator[tuple[Executor, Make]]:
    """So many processes that make the same, and what they are to be asked for: both stand for ``make`` over there.

    They end with the context, whatever they are doing, and all of them if one does.
    """
    before = active_children()
    begun: list[BaseProcess] = []
    context = begin_to_load()
    makes: Queue[Make] = context.Queue()
    makes.cancel_join_thread()
    for _ in range(count):
        makes.put(make)
    watcher: Thread | None = None
    all_begun = context.Event()
    with ProcessPoolExecutor(count, context, initializer=_begin, initargs=(makes, all_begun)) as pool:
        try:
            with _interrupts_held():
                # The pool starts no process for what one that is idle could do: so each is busy until all are there.
                for _ in range(count):
                    pool.submit(_wait_for_others)
                begun += [process for process in active_children() if process not in before]
                # There is no public way to it.
                results = pool._result_queue._writer  # type: ignore[attr-defined]  # noqa: SLF001
                watcher = Thread(target=_end_together, args=(begun, results), daemon=True)
                watcher.start()
            all_begun.set()
            yield pool, _assigned
        finally:
            all_begun.set()
            for process in begun:
                process.terminate()
            if watcher is not None:
                # The pool closes the same end of the pipe, and what is closed twice can by then be another's file.
                watcher.join()
            pool.shutdown(cancel_futures=True)


def begin_to_load() -> "BaseContext":
    """How processes are started; what they need is loaded from now on, while this one does something else.

    Where forks are safe, one process without threads loads it and is forked into all workers, now and later. Never
    this one: a process that has threads, as ours with numpy and a progress bar, may not survive it. If the program that
    uses us has begun such a process already, its workers are forked of that one, and load for themselves.
    """
    _begin_quiet_tracker()
    if "forkserver" not in get_all_start_methods() or sys.platform == "darwin":
        return get_context("spawn")
    context = get_context("forkserver")
    context.set_forkserver_preload([PRELOAD])
    with _interrupts_held(), _set(ONE_THREAD):
        forkserver.ensure_running()
    return context


def _end_together(processes: "list[BaseProcess]", results: "Connection") -> None:
    """Once one process has ended, whoever ended it, end the others, and let the pool see that no more results come.

    One that ends while it sends a result leaves a part of it in the pipe, and the pool would wait for the rest for
    ever: a pipe ends only once nobody can write to it any more, and the pool itself can, by this end of it.
    """
    wait([process.sentinel for process in processes])
    for process in processes:
        process.terminate()
    results.close()


def _begin_quiet_tracker() -> None:
    """Start the process that cleans up after us, if need be, so that it does so without a word.

    It tells of semaphores that are left when we are killed, which it removes, and which say nothing to a user.
    """
    before = list(sys.warnoptions)
    sys.warnoptions.append("ignore:resource_tracker")
    try:
        resource_tracker.ensure_running()
    finally:
        sys.warnoptions[:] = before


@contextmanager
def _set(variables: Mapping[str, str]) -> Iterator[None]:
    """Processes that are started now find these variables in their environment, unless the user has set them."""
    new = {name: value for name, value in variables.items() if name not in os.environ}
    os.environ.update(new)
    try:
        yield
    finally:
        for name in new:
            del os.environ[name]


@contextmanager
def _interrupts_held() -> Iterator[None]:
    """Processes that are started now never see Ctrl-C, which a terminal sends to all: this one tells them to stop.

    Nor is this one interrupted meanwhile, which would leave a process with half of what it has to know. A signal that
    is blocked here may come to another thread all the same, and be handled here: it is kept until the end.
    """
    if not hasattr(signal, "pthread_sigmask") or current_thread() is not main_thread():
        yield
        return
    heard: list[int] = []
    handler = signal.signal(signal.SIGINT, lambda number, _: heard.append(number))
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, handler)
        if heard:
            signal.raise_signal(signal.SIGINT)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


_assignments: list[tuple[Make, "Event"]] = []
"""In a worker process: what it makes, and whether all workers are there.

Sent once, for what is handed in must stay small: a pool whose pipe is full when its processes end can hang for ever,
before Python 3.11.6.
"""


def _begin(makes: "Queue[Make]", all_begun: "Event") -> None:
    """Leave interrupts to the parent, end when it does, and learn what to make.

    That is not among what a process begins with: a pipe that is too full of it would keep the parent waiting, and if it
    is killed meanwhile, the process complains.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_leave_with_parent, daemon=True).start()
    _keep_memory()
    _assignments.append((makes.get(), all_begun))


def _leave_with_parent() -> None:
    """Do not outlive a parent that was killed."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _wait_for_others() -> None:
    """Do nothing until all workers are there."""
    _assignments[0][1].wait()


def _assigned(*handed: object) -> "list[Columns]":
    return _assignments[0][0](*handed)


def _keep_memory() -> None:
    """Let this process keep the memory that it has freed, where the C library is GNU's.

    The arrays of a chunk are of a size that it would ask the system for anew each time, and have the system clear.
    """
    with suppress(AttributeError, OSError, TypeError):
        set_option = CDLL(None).mallopt
        set_option(M_TRIM_THRESHOLD, KEPT_BYTES)
        set_option(M_MMAP_THRESHOLD, LARGEST_BLOCK_BYTES)
