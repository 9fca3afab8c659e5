"""What a user typed, or closed, is never called a defect, and never followed by a traceback."""

import subprocess
import sys
from pathlib import Path

import pytest
from calls import Pathsim

SMALL = str(Path(__file__).parents[1] / "fuzz" / "seeds" / "small.toml")
WRONG_PATH = str(Path(__file__).parents[1] / "fuzz" / "seeds" / "06-wrong-target-path.toml")
TOO_WIDE = str(Path(__file__).parents[1] / "fuzz" / "seeds" / "calibrated-range-outside-0-1.toml")
QUICK = ("--workers", "1", "--seed", "1", "--quiet")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("run", SMALL, "--replicate", str(2**64)), "is not in the range 0<=x<="),
        (("run", SMALL, "--seed", str(2**63)), "is not in the range 0<=x<="),
        (("run", SMALL, "--seed", "9" * 5000), "is not a valid integer"),
        (("ensemble", SMALL, "--until-se", "1e-300"), "--until-se 1e-300 is out of reach"),
        (("ensemble", SMALL, "--shard", f"1/{10**30}"), "write i/n"),
        (("ensemble", SMALL, "--shard", "9" * 5000 + "/1"), "write i/n"),
        (("ensemble", SMALL, "--workers", "999999"), "is not in the range 1<=x<="),
        (("run", SMALL, "--set", "title=\udcff"), "'title=\\xff' is not written in UTF-8"),
        (("check", "caf\udce9.toml"), "'caf\\xe9.toml' is not written in UTF-8"),
        (("run", WRONG_PATH), "targets.a.figure: the results have no 'nope'"),
        (("run", WRONG_PATH, "--json"), "targets.a.figure: the results have no 'nope'"),
        (("run", WRONG_PATH, "--until", "2020-06-01"), "targets.a.figure: the results have no 'nope'"),
        (("check", WRONG_PATH), "targets.a.figure: the results have no 'nope'"),
    ],
)
def test_what_was_typed_is_refused_in_words(pathsim: Pathsim, arguments: tuple[str, ...], said: str) -> None:
    done = pathsim(*arguments)
    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert "defect" not in done.err


def test_the_last_trial_of_a_seed_and_the_last_seed_are_there(pathsim: Pathsim) -> None:
    last = str(2**63 - 1)
    assert pathsim("run", SMALL, "--seed", last, "--replicate", last, "--json").code == 0


def in_a_shell(command: str) -> subprocess.CompletedProcess[str]:
    line = f"{sys.executable} -m pathsim {command}"
    return subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("command", ["list", f"run {SMALL} --seed 1", f"run {SMALL} --seed 1 --json", "--help"])
@pytest.mark.parametrize("closed", [">&-", "<&-", "2>&-", "<&- >&- 2>&-"])
def test_closed_streams_are_survived(command: str, closed: str) -> None:
    done = in_a_shell(f"{command} {closed}")
    assert (done.returncode, done.stderr) == (0, "")
    assert bool(done.stdout) is (">&-" not in closed.replace("2>&-", ""))


@pytest.mark.parametrize("closed", [">&-", "2>&-"])
def test_what_is_wrong_is_wrong_without_streams_too(closed: str) -> None:
    assert in_a_shell(f"check {WRONG_PATH} {closed}").returncode == 2


def test_a_scenario_from_a_closed_input_is_an_empty_one() -> None:
    done = in_a_shell("check - <&-")
    assert done.returncode == 2
    assert done.stderr.startswith("<stdin>:1: ")


@pytest.mark.parametrize("command", ["list", "sources aall1331", "schema", "--help", f"run {SMALL} --watch"])
@pytest.mark.parametrize("reader", ["head -1", "true"])
def test_a_reader_who_leaves_is_no_error(command: str, reader: str) -> None:
    done = in_a_shell(f"{command} | {reader}")
    assert done.stderr in ("", *(f"seed {seed}\n" for seed in [done.stderr.removeprefix("seed ").strip()]))


def test_messages_that_nobody_reads_end_a_command_quietly() -> None:
    done = in_a_shell(f"check {WRONG_PATH} 2>&1 >/dev/null | true")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
