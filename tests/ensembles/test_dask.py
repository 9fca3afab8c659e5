"""The workers of a dask cluster give the bytes that one process gives."""

import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import ModuleType

import pytest
from calls import Pathsim
from folders import published

from pathsim.ensembles import workers

ASKED = ("ensemble", "two-arm-exponential", "--replicates", 250, "--seed", 3)
INSIDE = {"processes": False, "dashboard_address": "127.0.0.1:0"}


@pytest.fixture(scope="module")
def distributed() -> ModuleType:
    """The library, if it is installed."""
    module: ModuleType = pytest.importorskip("distributed")
    return module


@pytest.fixture(scope="module")
def scheduler(distributed: ModuleType) -> Iterator[str]:
    """The address of a cluster inside this process."""
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, **INSIDE) as cluster:
        yield cluster.scheduler_address


def test_a_cluster_gives_the_same_bytes(pathsim: Pathsim, scheduler: str, tmp_path: Path) -> None:
    clustered = pathsim(*ASKED, "--backend", "dask", "--scheduler", scheduler, "--out", tmp_path / "cluster")
    alone = pathsim(*ASKED, "--out", tmp_path / "alone")
    assert clustered.code == 0, clustered.err
    assert clustered.out == alone.out
    assert published(tmp_path / "cluster") == published(tmp_path / "alone")


def test_a_cluster_stops_where_one_process_does(pathsim: Pathsim, scheduler: str) -> None:
    asked = (*ASKED[:2], "--seed", 3, "--until-se", 0.02, "--json")
    assert pathsim(*asked, "--backend", "dask", "--scheduler", scheduler).out == pathsim(*asked).out


@pytest.mark.usefixtures("distributed")
@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "nowhere", "carrier-pigeon://nest:1"])
def test_a_scheduler_that_does_not_answer_is_told(
    pathsim: Pathsim, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setattr(workers, "SECONDS_TO_CONNECT", 0.2)
    done = pathsim(*ASKED, "--backend", "dask", "--scheduler", address)
    assert (done.code, done.out) == (2, "")
    assert f"no dask scheduler answers at {address}" in done.err
    assert "Traceback" not in done.err


@pytest.mark.usefixtures("distributed")
def test_a_server_of_another_kind_is_told(pathsim: Pathsim, monkeypatch: pytest.MonkeyPatch) -> None:
    """Such as the dashboard of the cluster, whose address is easily taken for the scheduler's."""
    monkeypatch.setattr(workers, "SECONDS_TO_CONNECT", 0.2)
    monkeypatch.setattr(BaseHTTPRequestHandler, "log_message", lambda *_: None)
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        done = pathsim(*ASKED, "--backend", "dask", "--scheduler", f"tcp://127.0.0.1:{server.server_port}")
        server.shutdown()
    assert done.code == 2
    assert "no dask scheduler answers" in done.err


def test_a_cluster_without_workers_is_told(pathsim: Pathsim, distributed: ModuleType) -> None:
    with distributed.LocalCluster(n_workers=0, **INSIDE) as cluster:
        done = pathsim(*ASKED, "--backend", "dask", "--scheduler", cluster.scheduler_address)
    assert done.code == 2
    assert "has no workers: start some with dask worker" in done.err


def test_workers_of_another_version_are_refused(
    pathsim: Pathsim, scheduler: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "_version", lambda: "0.0.1")
    done = pathsim(*ASKED, "--backend", "dask", "--scheduler", scheduler)
    assert done.code == 2
    assert "have pathsim 0.0.1" in done.err


def test_without_distributed_the_extra_is_named(pathsim: Pathsim, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    done = pathsim(*ASKED, "--backend", "dask", "--scheduler", "tcp://127.0.0.1:1")
    assert done.code == 2
    assert "install 'pathsim-trials[dask]'" in done.err


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--backend", "dask"), "add --scheduler tcp://HOST:8786"),
        (("--scheduler", "tcp://127.0.0.1:1"), "add --backend dask"),
        (("--backend", "dask", "--scheduler", ""), "needs the address of the cluster"),
        (("--scheduler", " "), "needs the address of the cluster"),
        (("--backend", "dask", "--scheduler", "tcp://127.0.0.1:1", "--workers", "2"), "leave --workers out"),
    ],
)
def test_a_backend_and_its_options_belong_together(pathsim: Pathsim, options: tuple[str, ...], told: str) -> None:
    done = pathsim(*ASKED, *options)
    assert (done.code, done.out) == (2, "")
    assert told in done.err
