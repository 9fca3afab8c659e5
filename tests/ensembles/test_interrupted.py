"""An ensemble that is killed or interrupted goes on where it was, and leaves nobody behind."""

import os
import signal
import subprocess
import time
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from threading import Event

import pytest
from calls import Pathsim
from folders import chunks, published, started

from pathsim.cli import main
from pathsim.ensembles.run import gathered
from pathsim.ensembles.spans import CHUNK
from pathsim.ensembles.workers import LostWorkersError, ReplicateError
from pathsim.results.views import Columns

pytestmark = pytest.mark.skipif(not hasattr(os, "killpg"), reason="needs process groups")

needs_ctrl_c = pytest.mark.skipif(
    signal.getsignal(signal.SIGINT) is signal.SIG_IGN, reason="started in the background, where Ctrl-C is not heard"
)
ASKED = ("ensemble", "aall1331", "--replicates", str(15 * CHUNK), "--seed", "1")
PATIENCE_SECONDS = 60.0
BLINK_SECONDS = 0.01


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What an ensemble publishes that nobody disturbs."""
    folder = tmp_path_factory.mktemp("undisturbed")
    started(*ASKED, "--workers", "2", "--out", str(folder)).communicate(timeout=PATIENCE_SECONDS)
    return published(folder)


def at_work(folder: Path, workers: int, replicates: int = 15 * CHUNK) -> subprocess.Popen[str]:
    """An ensemble of which some chunks are finished, and not all."""
    asked = (*ASKED[:3], str(replicates), *ASKED[4:])
    process = started(*asked, "--workers", str(workers), "--out", str(folder))
    deadline = time.monotonic() + PATIENCE_SECONDS
    while len(chunks(folder)) < 2:
        assert time.monotonic() < deadline
        try:
            process.wait(BLINK_SECONDS)
        except subprocess.TimeoutExpired:
            continue
        pytest.fail(f"it ended before its time: {process.communicate()}")
    return process


def last_words(process: subprocess.Popen[str]) -> str:
    """What a process wrote on standard error. That comes to an end only when all its workers have left, too."""
    return process.communicate(timeout=PATIENCE_SECONDS)[1]


@pytest.mark.parametrize("workers", [pytest.param(1, marks=pytest.mark.slow), 2])
def test_one_that_was_killed_ends_with_the_same_bytes(
    tmp_path: Path, undisturbed: dict[str, bytes], workers: int
) -> None:
    process = at_work(tmp_path, workers)
    os.killpg(process.pid, signal.SIGKILL)
    last_words(process)
    assert not published(tmp_path)
    held = chunks(tmp_path)
    held[0].write_bytes(held[0].read_bytes()[:1000])
    partial = held[0].with_name(f"{held[0].name}.0123abcd.partial")
    partial.write_bytes(b"half")
    again = started(*ASKED, "--workers", str(workers), "--out", str(tmp_path))
    last_words(again)
    assert again.returncode == 0
    assert published(tmp_path) == undisturbed
    assert not partial.exists()


def test_workers_do_not_outlive_one_that_was_killed_alone_and_leave_without_a_word(tmp_path: Path) -> None:
    process = at_work(tmp_path, 2)
    process.kill()
    assert last_words(process) == ""
    assert process.returncode == -signal.SIGKILL


def with_workers(begun: int, ready: bytes = b"") -> subprocess.Popen[str]:
    """An ensemble that has just started so many of its three workers, or those have loaded some library, if wanted."""
    process = started(*ASKED, "--workers", "3")
    deadline = time.monotonic() + PATIENCE_SECONDS
    while sum(ready in maps for maps in offspring(process.pid)) < begun:
        assert time.monotonic() < deadline
        with suppress(subprocess.TimeoutExpired):
            process.wait(BLINK_SECONDS)
        assert process.returncode is None
    return process


def children(pid: int) -> list[int]:
    """The processes that this one has started."""
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def offspring(pid: int) -> list[bytes]:
    """What each worker has loaded: those that are forked of the process that was started for that."""
    with suppress(OSError):
        servers = [one for one in children(pid) if b"forkserver" in Path(f"/proc/{one}/cmdline").read_bytes()]
        return [Path(f"/proc/{worker}/maps").read_bytes() for server in servers for worker in children(server)]
    return []


@needs_ctrl_c
@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks for processes where Linux has them")
@pytest.mark.parametrize("begun", [1, 2, 3])
def test_an_early_interrupt_leaves_nothing_but_our_own_line(begun: int) -> None:
    """When the first worker has been started, the second, or the third: they still read what they begin with."""
    process = with_workers(begun)
    os.killpg(process.pid, signal.SIGINT)
    told = last_words(process)
    assert process.returncode == 130
    assert told == "interrupted; nothing was kept; with --out FOLDER the same command would continue from there\n"


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks for processes where Linux has them")
def test_one_that_is_killed_early_leaves_its_workers_without_a_word() -> None:
    process = with_workers(3, ready=b"numpy")
    process.kill()
    assert last_words(process) == ""


@needs_ctrl_c
def test_an_interrupt_waits_until_nothing_is_being_imported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Numpy and pydantic turn one that comes while they are loaded into an error of their own."""
    (tmp_path / "a_library_being_loaded.py").write_text("import signal\nsignal.raise_signal(signal.SIGINT)\n")
    monkeypatch.syspath_prepend(tmp_path)
    loaded = []

    def command(*_: object, **__: object) -> None:
        loaded.append(import_module("a_library_being_loaded"))
        Event().wait(PATIENCE_SECONDS)

    monkeypatch.setattr("pathsim.cli.cli.main", command)
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(SystemExit) as left:
        main()
    assert loaded
    assert left.value.code == 130
    assert capsys.readouterr().err == "interrupted\n"
    assert signal.getsignal(signal.SIGINT) is before


@needs_ctrl_c
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="reads memory where Linux tells it")
def test_a_billion_replicates_begin_at_once_and_take_no_room_beforehand(tmp_path: Path) -> None:
    process = at_work(tmp_path, 2, replicates=10**9)
    status = Path(f"/proc/{process.pid}/status").read_text()
    os.killpg(process.pid, signal.SIGINT)
    assert "interrupted; finished chunks in" in last_words(process)
    assert process.returncode == 130
    peak_kilobytes = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:"))
    assert peak_kilobytes < 300_000


@needs_ctrl_c
@pytest.mark.parametrize("workers", [1, 2])
def test_one_that_was_interrupted_says_how_to_go_on(tmp_path: Path, workers: int) -> None:
    process = at_work(tmp_path, workers)
    os.killpg(process.pid, signal.SIGINT)
    told = last_words(process)
    assert process.returncode == 130
    assert told == (
        f"interrupted; finished chunks in {tmp_path}: {len(chunks(tmp_path))}; the same command continues from there\n"
    )


def die(first: int, count: int) -> list[Columns]:
    """As if the system had killed a worker for want of memory."""
    os._exit(first + count)


def test_a_worker_that_is_lost_is_told() -> None:
    with pytest.raises(LostWorkersError, match="the workers are lost"):
        gathered(die, 3 * CHUNK, workers=2)


def test_what_a_lost_worker_leaves_is_told(pathsim: Pathsim, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def lost(*_: object) -> None:
        raise LostWorkersError("the workers are lost")

    monkeypatch.setattr("pathsim.ensembles.batches.result_of", lost)
    done = pathsim("ensemble", "two-arm-exponential", "--replicates", 5, "--out", tmp_path)
    assert (done.code, done.out) == (1, "")
    assert done.err == (
        f"pathsim: the workers are lost; finished chunks in {tmp_path}: 1; the same command continues from there\n"
    )


def test_an_interrupt_without_a_folder_says_what_would_have_kept_it(
    pathsim: Pathsim, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("pathsim.ensembles.run.simulate_many", interrupt)
    done = pathsim("ensemble", "two-arm-exponential", "--replicates", 5)
    assert (done.code, done.out) == (130, "")
    assert "with --out FOLDER" in done.err


def test_an_error_in_a_replicate_reaches_the_user_as_one_message(
    pathsim: Pathsim, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ReplicateError(7, range(3, 4), "ZeroDivisionError: nobody")

    monkeypatch.setattr("pathsim.ensembles.run.chunks", broken)
    done = pathsim("ensemble", "two-arm-exponential", "--replicates", 5, "--seed", 7)
    assert (done.code, done.out) == (1, "")
    assert "seed 7, replicate 3: ZeroDivisionError: nobody" in done.err
    assert "Traceback" not in done.err
    assert done.err.count("\n") == 1
