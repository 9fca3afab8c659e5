"""An ensemble that is killed or interrupted goes on where it was, and leaves nobody behind."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
from calls import Pathsim
from folders import chunks, published, started

from pathsim.ensemble.rows import Columns
from pathsim.ensemble.run import CHUNK, ReplicateError, gathered
from pathsim.ensemble.workers import LostWorkersError

pytestmark = pytest.mark.skipif(not hasattr(os, "killpg"), reason="needs process groups")

ASKED = ("ensemble", "aall1331", "--replicates", str(15 * CHUNK), "--seed", "1")
PATIENCE_SECONDS = 60.0
BLINK_SECONDS = 0.01


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """What an ensemble publishes that nobody disturbs."""
    folder = tmp_path_factory.mktemp("undisturbed")
    started(*ASKED, "--workers", "2", "--out", str(folder)).communicate(timeout=PATIENCE_SECONDS)
    return published(folder)


def at_work(folder: Path, workers: int) -> subprocess.Popen[str]:
    """An ensemble of which some chunks are finished, and not all."""
    process = started(*ASKED, "--workers", str(workers), "--out", str(folder))
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


@pytest.mark.parametrize("workers", [1, 2])
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


def test_workers_do_not_outlive_one_that_was_killed_alone(tmp_path: Path) -> None:
    process = at_work(tmp_path, 2)
    process.kill()
    last_words(process)
    assert process.returncode == -signal.SIGKILL


@pytest.mark.skipif(
    signal.getsignal(signal.SIGINT) is signal.SIG_IGN, reason="started in the background, where Ctrl-C is not heard"
)
@pytest.mark.parametrize("workers", [1, 2])
def test_one_that_was_interrupted_says_how_to_go_on(tmp_path: Path, workers: int) -> None:
    process = at_work(tmp_path, workers)
    os.killpg(process.pid, signal.SIGINT)
    told = last_words(process)
    assert process.returncode == 130
    assert told == (
        f"interrupted; finished chunks in {tmp_path}: {len(chunks(tmp_path))}; the same command goes on from there\n"
    )


def die(first: int, count: int) -> Columns:
    """As if the system had killed a worker for want of memory."""
    os._exit(first + count)


def test_a_worker_that_is_lost_is_told() -> None:
    with pytest.raises(LostWorkersError, match="the workers are lost"):
        gathered(die, 3 * CHUNK, workers=2)


def test_what_a_lost_worker_leaves_is_told(pathsim: Pathsim, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def lost(*_: object) -> None:
        raise LostWorkersError("the workers are lost")

    monkeypatch.setattr("pathsim.ensemble.run.result_of", lost)
    done = pathsim("ensemble", "two-arm-exponential", "--replicates", 5, "--out", tmp_path)
    assert (done.code, done.out) == (1, "")
    assert done.err == (
        f"pathsim: the workers are lost; finished chunks in {tmp_path}: 1; the same command goes on from there\n"
    )


def test_an_interrupt_without_a_folder_says_what_would_have_kept_it(
    pathsim: Pathsim, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("pathsim.ensemble.run.simulate_many", interrupt)
    done = pathsim("ensemble", "two-arm-exponential", "--replicates", 5)
    assert (done.code, done.out) == (130, "")
    assert "with --out FOLDER" in done.err


def test_an_error_in_a_replicate_reaches_the_user_as_one_message(
    pathsim: Pathsim, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ReplicateError(7, range(3, 4), "ZeroDivisionError: nobody")

    monkeypatch.setattr("pathsim.ensemble.run.chunk", broken)
    done = pathsim("ensemble", "two-arm-exponential", "--replicates", 5, "--seed", 7)
    assert (done.code, done.out) == (1, "")
    assert "seed 7, replicate 3: ZeroDivisionError: nobody" in done.err
    assert "Traceback" not in done.err
    assert done.err.count("\n") == 1
