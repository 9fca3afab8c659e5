"""Who makes the chunks: this process, others on this machine, or a dask cluster. They never change a result."""

import logging
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from pathsim.ensembles.processes import Make, processes
from pathsim.results.views import Columns
from pathsim.version import __version__

if TYPE_CHECKING:
    from distributed import Client

Workers: TypeAlias = int | str
"""How many processes of this machine, or the address of a dask scheduler."""
AHEAD = 3
"""How often is handed in for each worker: so often that none has to wait, and so seldom that a stop wastes little."""
SECONDS_TO_CONNECT = 5.0


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
    with processes(make, workers) as (pool, made):
        yield Crew.of(pool, made, workers)


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
