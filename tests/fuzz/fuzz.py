"""The fuzzer of files and command lines: what ``check`` passes ``run`` runs, and what was typed is never a defect.

``python tests/fuzz/fuzz.py --minutes 30 --seed 1`` goes on until the time is over and prints, for each case that broke
a rule, what was found and how to see it again. Cases have numbers: the same seed and number are the same case.
"""

import argparse
import contextlib
import io
import json
import os
import random
import re
import resource
import signal
import sys
import tempfile
import time
import tomllib
import traceback
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType
from typing import NamedTuple

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path[:0] = [str(HERE), str(HERE.parent)]

from hostile import command_line  # noqa: E402 - beside this file
from mutants import a_number_changed, change, mutated  # noqa: E402
from strategies import toml  # noqa: E402

from pathsim.cli import main  # noqa: E402

SEEDS = sorted(
    path
    for folder in ("scenarios", "tests/scenarios", "tests/app/odd", "tests/fuzz/seeds")
    for path in (ROOT / folder).glob("*.toml")
)
PATIENTS = re.compile(r"^(patients\s*=\s*(?:\{ value = )?)\d+", re.MULTILINE)
TOO_MANY = re.compile(PATIENTS.pattern.removesuffix("+") + "{5,}", re.MULTILINE)
FEW, MANY = 40, 2000
"""How many patients a case begins with, and how many it has at most: more in the discrete-event engine take minutes."""
LONGEST_SECONDS = 60
TIMERS = (
    (signal.SIGPROF, signal.ITIMER_PROF, LONGEST_SECONDS),
    (signal.SIGALRM, signal.ITIMER_REAL, 10 * LONGEST_SECONDS),
)
MOST_BYTES = 6_000_000_000
DONE, FAILED, WRONG = 0, 1, 2
FORBIDDEN = re.compile(r"a defect of pathsim|Traceback \(most recent call last\)|Warning:|Exception ignored")
AFTERWARDS = (
    ("run",),
    ("run", "--watch", "--quiet"),
    ("run", "--out", "OUT", "--quiet", "--format", "csv"),
    ("run", "--engine", "discrete-event"),
    ("ensemble", "--replicates", "3", "--workers", "1", "--quiet"),
    ("ensemble", "--replicates", "2", "--workers", "1", "--json", "--quiet"),
    ("sources",),
    ("graph",),
    ("graph", "--format", "svg"),
    ("graph", "--format", "mermaid"),
)
"""Commands that do with every good scenario what they do, and leave with 0."""
PERHAPS = (
    ("ensemble", "--null", "--replicates", "2", "--workers", "1", "--quiet"),
    ("ensemble", "--uncertain", "--replicates", "2", "--workers", "1", "--quiet"),
    ("validate", "--replicates", "2", "--workers", "1", "--quiet"),
    ("calibrate", "--replicates", "2", "--workers", "1", "--quiet", "--dry-run"),
    ("check", "--strict"),
)
"""Commands that a good scenario can give a reason to refuse."""


class TooLongError(BaseException):
    """A case that takes too long; no ``except Exception`` takes it for something else."""


class Call(NamedTuple):
    """A command line, how it ended, and what it said."""

    arguments: tuple[str, ...]
    code: object
    said: str


def call(*arguments: str, stdin: bytes = b"") -> Call:
    """Call the command line in this process."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", errors=how) for how in ("strict", "backslashreplace"))
    before = sys.argv, sys.stdin, sys.stdout, sys.stderr
    sys.argv, sys.stdin = ["pathsim", *arguments], io.TextIOWrapper(io.BytesIO(stdin), encoding="utf-8")
    sys.stdout, sys.stderr = out, err
    code: object = None
    told = ""
    try:
        main()
    except SystemExit as left:
        code = left.code
    except TooLongError:
        code, told = "too long", f"longer than {LONGEST_SECONDS} s"
    except BaseException:  # noqa: BLE001 - that is what is looked for
        code, told = "escaped", traceback.format_exc()
    finally:
        sys.argv, sys.stdin, sys.stdout, sys.stderr = before
    for stream in (out, err):
        with contextlib.suppress(ValueError):
            stream.flush()
            told += stream.buffer.getvalue().decode("utf-8", "replace")  # type: ignore[attr-defined]
    return Call(arguments, code, told)


@contextlib.contextmanager
def time_limit() -> Iterator[None]:
    """Raise TooLongError after so many seconds."""

    def over(number: int, frame: FrameType | None) -> None:
        del number, frame
        raise TooLongError

    # Of its own time: others may be at work on the machine. A call that waits for ever is told by the other timer.
    for number, timer, seconds in TIMERS:
        signal.signal(number, over)
        signal.setitimer(timer, seconds)
    try:
        yield
    finally:
        for _, timer, _ in TIMERS:
            signal.setitimer(timer, 0)


def wrong_with(done: Call, allowed: tuple[int, ...]) -> str | None:
    """What rule a call has broken; None if none."""
    if done.code in allowed and not FORBIDDEN.search(done.said):
        return None
    lines = done.said.strip().splitlines()
    told = [line for line in lines if FORBIDDEN.search(line)] or lines[-3:]
    return f"pathsim {' '.join(done.arguments)}\n  left with {done.code}: {' | '.join(told)[-700:]}"


def seed_text(path: Path) -> str:
    """A scenario with few patients, so that a trial is quick."""
    return PATIENTS.sub(rf"\g<1>{FEW}", path.read_text(encoding="utf-8"))


def mutant(rng: random.Random) -> bytes:
    """A scenario file to which something has been done."""
    weights = [1 if path.stat().st_size < 20_000 else 0.15 for path in SEEDS]
    text = seed_text(rng.choices(SEEDS, weights)[0])
    how = rng.random()
    if how < 0.4:
        for _ in range(rng.choice([1, 1, 2, 3])):
            text = a_number_changed(rng, text)
        return TOO_MANY.sub(rf"\g<1>{MANY}", text).encode()
    if how < 0.65:
        tree = tomllib.loads(text)
        for _ in range(rng.choice([1, 1, 1, 2, 4])):
            change(rng, tree)
        return "".join(f"{json.dumps(key)} = {toml(value)}\n" for key, value in tree.items()).encode(
            "utf-8", "surrogatepass"
        )
    if how < 0.9:
        return mutated(rng, text).encode("utf-8", "surrogatepass")
    data = bytearray(text.encode())
    for _ in range(rng.choice([1, 1, 3, 10])):
        at = rng.randrange(len(data))
        data[at : at + rng.randrange(3)] = bytes(rng.randrange(256) for _ in range(rng.randrange(3)))
    return bytes(data)


def file_case(number: int, seed: int, folder: Path) -> str | None:
    """One mutated file: what breaks the rules, if anything does."""
    rng = random.Random(f"file {seed} {number}")  # noqa: S311
    path = folder / "mutant.toml"
    path.write_bytes(mutant(rng))
    checked = call("check", str(path))
    if (told := wrong_with(checked, (DONE, WRONG))) is not None:
        return told
    name, one = str(path), ("--seed", "1")
    if checked.code == WRONG:
        return wrong_with(call("run", name, *one), (DONE, WRONG))  # a range can be wrong, and is not used
    afterwards = rng.choice(AFTERWARDS)
    perhaps = rng.choice(PERHAPS)
    for command, allowed in ((("run", "--json"), (DONE,)), (afterwards, (DONE,)), (perhaps, (DONE, FAILED, WRONG))):
        options = [str(folder / f"out{number}") if word == "OUT" else word for word in command[1:]]
        seeded = () if command[0] in ("sources", "graph", "check") else one
        if (told := wrong_with(call(command[0], name, *options, *seeded), allowed)) is not None:
            return told
    return None


def line_case(number: int, seed: int, folder: Path) -> str | None:
    """One hostile command line: what breaks the rules, if anything does."""
    rng = random.Random(f"line {seed} {number}")  # noqa: S311
    small = folder / "small.toml"
    if not small.exists():
        small.write_text(seed_text(HERE / "seeds" / "small.toml"), encoding="utf-8")
    arguments, stdin = command_line(rng, small, folder / f"out{number}")
    return wrong_with(call(*arguments, stdin=stdin), (DONE, FAILED, WRONG))


CASES: dict[str, Callable[[int, int, Path], str | None]] = {"files": file_case, "lines": line_case}


def search(kind: str, seed: int, numbers: Iterator[int], until: float = float("inf")) -> Iterator[str]:
    """What these cases find, until that time."""
    warnings.simplefilter("error", RuntimeWarning)
    with tempfile.TemporaryDirectory() as made:
        before = os.getcwd()  # noqa: PTH109
        os.chdir(made)
        for number in numbers:
            if time.monotonic() > until:
                break
            try:
                with time_limit():
                    told = CASES[kind](number, seed, Path(made))
            except TooLongError:
                told = f"longer than {LONGEST_SECONDS} s"
            if told is not None:
                yield f"{kind} case {number} of seed {seed}: {told}"
        os.chdir(before)


def _count(start: int) -> Iterator[int]:
    while True:
        yield start
        start += 1


def run(arguments: list[str]) -> int:
    """The fuzzer as a command; 1 if it found something."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kind", choices=list(CASES), help="both, in turns of 50 cases, if absent")
    parser.add_argument("--minutes", type=float, default=float("inf"))
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="the number of the first case")
    parser.add_argument("--count", type=int, help="how many cases of each kind")
    asked = parser.parse_args(arguments)
    resource.setrlimit(resource.RLIMIT_AS, (MOST_BYTES, MOST_BYTES))
    until = time.monotonic() + 60 * asked.minutes
    found = done = 0
    for first in range(asked.first, asked.first + (asked.count or 10**9), 50):
        if time.monotonic() > until:
            break
        last = first + 50 if asked.count is None else min(first + 50, asked.first + asked.count)
        for kind in [asked.kind] if asked.kind else CASES:
            for told in search(kind, asked.seed, iter(range(first, last)), until):
                found += 1
                print(told, flush=True)  # noqa: T201
        done = last - asked.first
    print(f"{done} cases of each kind, {found} broke a rule", flush=True)  # noqa: T201
    return min(found, 1)


if __name__ == "__main__":
    sys.exit(run(sys.argv[1:]))
