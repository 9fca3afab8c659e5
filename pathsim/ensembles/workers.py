"""Who makes the chunks: this process, others on this machine, or a dask cluster. They never change a result."""

import logging
import os
import signal
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import AbstractContextManager, contextmanager, suppress
from ctypes import CDLL
from functools import partial
from multiprocessing import active_children, get_context, parent_process, resource_tracker
from multiprocessing.connection import wait
from threading import Thread, current_thread, main_thread
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from pathsim.results.views import Columns
from pathsim.version import __version__

if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from multiprocessing.process import BaseProcess
    from multiprocessing.queues import Queue

    from distributed import Client

Make: TypeAlias = Callable[..., list[Columns]]
"""Makes the rows of chunks in a row: of the first replicate, and what else is handed in with it. Can be sent to another
process.
"""
Workers: TypeAlias = int | str
"""How many processes of this machine, or the address of a dask scheduler."""
AHEAD = 3
"""How often is handed in for each worker: so often that none has to wait, and so seldom that a stop wastes little."""
SECONDS_TO_CONNECT = 5.0
M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3
"""Options of GNU's malloc: how much free memory to keep, and which blocks to ask the system for one by one."""
KEPT_BYTES, LARGEST_BLOCK_BYTES = 2**30, 2**25
"""The most that a process keeps, and the largest block that the C library lets it keep."""


class WorkersError(Exception):
    """Workers who cannot be had, with a sentence for the user."""


class LostWorkersError(Exception):
    """Workers who are gone in the midst of their work, with a sentence for the user."""


class ReplicateError(Exception):
    """An error in some replicate, with what it takes to see it again."""

    def __init__(self, seed: int, replicates: range, wrong: str) -> None:
        first, last = replicates[0], replicates[-1]
        which = f"replicate {first}" if first == last else f"replicates {first} to {last}"
        super().__init__(f"seed {seed}, {which}: {wrong}")
        self.told = (seed, replicates, wrong)

    def __reduce__(self) -> tuple[type["ReplicateError"], tuple[int, range, str]]:
        """How the error travels back from a worker."""
        return ReplicateError, self.told


class Crew(NamedTuple):
    """Workers, ready to make chunks."""

    submit: Callable[..., Future[list[Columns]]]
    """Hand in chunks: the first replicate, and what else it takes to make them, which must be little."""
    ahead: int
    """How many times may be handed in before what was handed in first is taken."""

    @classmethod
    def of(cls, executor: Executor, make: Make, workers: int) -> "Crew":
        """A crew of so many workers of any executor."""
        return cls(partial(executor.submit, make), AHEAD * workers)


def crew(make: Make, workers: Workers) -> AbstractContextManager[Crew]:
    """The crew that makes chunks, and leaves with all that is unfinished at the end of the context."""
    if isinstance(workers, str):
        return _cluster(make, workers)
    return _this_process(make) if workers == 1 else _processes(make, workers)


@contextmanager
def _this_process(make: Make) -> Iterator[Crew]:
    def at_once(*handed: object) -> Future[list[Columns]]:
        made: Future[list[Columns]] = Future()
        try:
            made.set_result(make(*handed))
        except Exception as wrong:  # noqa: BLE001 - it is raised where the result is taken
            made.set_exception(wrong)
        return made

    yield Crew(at_once, 1)


@contextmanager
def _processes(make: Make, workers: int) -> Iterator[Crew]:
    before = active_children()
    processes: list[BaseProcess] = []
    _begin_quiet_tracker()
    # Never fork: a process that has threads, as ours with numpy and a progress bar, may not survive it.
    context = get_context("spawn")
    makes: Queue[Make] = context.Queue()
    makes.cancel_join_thread()
    for _ in range(workers):
        makes.put(make)
    watcher: Thread | None = None
    with ProcessPoolExecutor(workers, context, initializer=_begin, initargs=(makes,)) as pool:
        try:
            with _interrupts_held():
                for _ in range(workers):
                    pool.submit(_ready)
                processes += [process for process in active_children() if process not in before]
                # There is no public way to it.
                results = pool._result_queue._writer  # type: ignore[attr-defined]  # noqa: SLF001
                watcher = Thread(target=_end_together, args=(processes, results), daemon=True)
                watcher.start()
            yield Crew.of(pool, _assigned, workers)
        finally:
            for process in processes:
                process.terminate()
            if watcher is not None:
                # The pool closes the same end of the pipe, and what is closed twice can by then be another's file.
                watcher.join()
            pool.shutdown(cancel_futures=True)


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


_assignments: list[Make] = []
"""In a worker process: what it makes. Sent once, for what is handed in must stay small: a pool whose pipe is full when
its processes end can hang for ever, before Python 3.11.6.
"""


def _begin(makes: "Queue[Make]") -> None:
    """Leave interrupts to the parent, end when it does, and learn what to make.

    That is not among what a process begins with: a pipe that is too full of it would keep the parent waiting, and if it
    is killed meanwhile, the process complains.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    Thread(target=_leave_with_parent, daemon=True).start()
    _keep_memory()
    _assignments.append(makes.get())


def _leave_with_parent() -> None:
    """Do not outlive a parent that was killed."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _ready() -> None:
    """Nothing, but the process has to be there for it."""


def _assigned(*handed: object) -> list[Columns]:
    return _assignments[0](*handed)


@contextmanager
def _cluster(make: Make, address: str) -> Iterator[Crew]:
    try:
        from distributed import Client  # noqa: PLC0415 - an extra
    except ImportError:
        raise WorkersError("--backend dask needs distributed: install 'pathsim-trials[dask]'") from None
    # What goes wrong is told in a line of our own.
    logging.getLogger("distributed.client").setLevel(logging.CRITICAL)
    try:
        _knock(address)
        client = Client(address, timeout=SECONDS_TO_CONNECT, set_as_default=False)
    except Exception as wrong:  # noqa: BLE001 - a wrong address, a server of another kind, nobody there
        told = str(wrong) or type(wrong).__name__
        raise WorkersError(
            f"no dask scheduler answers at {address} ({told}); --scheduler takes the address that dask scheduler "
            "prints when it starts, such as tcp://HOST:8786"
        ) from None
    with client:
        threads = sum(client.nthreads().values())
        if not threads:
            raise WorkersError(f"the dask scheduler at {address} has no workers: start some with dask worker {address}")
        _check_versions(client, address)
        yield Crew.of(client.get_executor(pure=False), make, threads)


def _knock(address: str) -> None:
    """See whether a scheduler answers in time: a client would wait for ever for a server of another kind."""
    import asyncio  # noqa: PLC0415 - only for a cluster

    from distributed import Security  # noqa: PLC0415
    from distributed.comm import connect  # noqa: PLC0415

    async def knock() -> None:
        comm = await connect(address, timeout=SECONDS_TO_CONNECT, **Security().get_connection_args("client"))
        await comm.close()

    asyncio.run(asyncio.wait_for(knock(), SECONDS_TO_CONNECT))


def _check_versions(client: "Client", address: str) -> None:
    """Refuse workers whose results could differ from those of this process."""
    try:
        versions = set(client.run(_version).values())
    except Exception as wrong:  # noqa: BLE001 - whatever a worker that cannot import us says
        versions = {f"none ({wrong})"}
    if others := sorted(versions - {__version__}):
        raise WorkersError(
            f"workers of the dask scheduler at {address} have pathsim {', '.join(others)}, and this is {__version__}: "
            f"install pathsim-trials=={__version__} there"
        )


def _version() -> str:
    return __version__


def _keep_memory() -> None:
    """Let this process keep the memory that it has freed, where the C library is GNU's.

    The arrays of a chunk are of a size that it would ask the system for anew each time, and have the system clear.
    """
    with suppress(AttributeError, OSError, TypeError):
        set_option = CDLL(None).mallopt
        set_option(M_TRIM_THRESHOLD, KEPT_BYTES)
        set_option(M_MMAP_THRESHOLD, LARGEST_BLOCK_BYTES)
