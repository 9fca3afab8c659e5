"""``make mutants``: put small faults into the code, one at a time, and name those that no test of their area notices.

Cosmic Ray makes the faults. Its own sessions would take all mutants of all modules, and one test command for them; here
each module has the tests of its area, quickest first, and a sample is drawn that stays the same as long as the module
does. It happens in a copy of the project, each mutant in a process of its own that has most imports behind it.
"""

import argparse
import importlib
import os
import random
import shutil
import signal
import sys
import time
import tomllib
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

import pytest
from operators import Mutant, mutants

HERE = Path(__file__).parent
ROOT = HERE.parent.parent
NEEDED = ("pathsim", "scenarios", "tests", "docs", "benchmarks", "pyproject.toml", "README.md")
BEFOREHAND = ("hypothesis", "numpy", "pydantic", "rich", "click", "simpy", "lifelines", "scipy.stats", "sksurv.compare")
"""What tests import, so that a process need not; nothing of pathsim."""


class Area(NamedTuple):
    """Some modules, and what tests them."""

    modules: list[str]
    tests: list[str]


def main() -> int:
    """Try a sample of mutants; 1 if one survives that is not known to be equivalent."""
    asked = _asked()
    areas, equivalent = _areas(), _equivalent()
    chosen = _sample(areas, asked.count, asked.seed, asked.modules)
    print(f"{len(chosen)} mutants")
    for name in BEFOREHAND:
        importlib.import_module(name)
    survivors = 0
    with TemporaryDirectory(prefix="mutants-") as folder:
        bench = _Bench(Path(folder))
        for number, mutant in enumerate(chosen, 1):
            tests = next(area.tests for area in areas if mutant.file in area.modules)
            source = bench.source(mutant)
            named = mutant.name(source)
            print(f"{number}/{len(chosen)} {mutant.file}:{mutant.line}", file=sys.stderr, flush=True)
            if named not in equivalent and bench.survives(mutant, source, tests):
                survivors += 1
                print(f"{mutant.file}:{mutant.line}\n- {named[1]}\n+ {named[2]}", flush=True)
    print(f"{survivors} of {len(chosen)} mutants survive ({survivors / max(len(chosen), 1):.1%})")
    return int(survivors > 0)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("modules", nargs="*", help="only modules whose path begins so, such as pathsim/steps")
    parser.add_argument("--count", type=int, default=300, help="how many mutants of all modules together")
    parser.add_argument("--seed", type=int, default=1, help="which sample")
    return parser.parse_args()


def _areas() -> list[Area]:
    return [Area(**area) for area in tomllib.loads((HERE / "areas.toml").read_text(encoding="utf-8"))["area"]]


def _equivalent() -> set[tuple[str, str, str]]:
    listed = tomllib.loads((HERE / "equivalent.toml").read_text(encoding="utf-8")).get("mutant", [])
    return {(one["file"], one["was"], one["becomes"]) for one in listed}


def _sample(areas: list[Area], count: int, seed: int, wanted: list[str]) -> list[Mutant]:
    """From every module as many as it has a part in all mutants, drawn apart from all other modules."""
    of = {module: mutants(ROOT, module) for area in areas for module in area.modules}
    whole = sum(map(len, of.values()))
    chosen = []
    for module, found in of.items():
        size = min(len(found), max(2, round(count * len(found) / whole)))
        sample = random.Random(f"{seed} {module}").sample(found, size)  # noqa: S311 - nothing secret
        chosen += sorted(sample) if not wanted or module.startswith(tuple(wanted)) else []
    return chosen


class _Bench:
    """A copy of the project in which mutants are tried; the project itself is never touched."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._seconds: dict[tuple[str, ...], float] = {}
        for name in NEEDED:
            copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
            copy(ROOT / name, folder / name)

    def source(self, mutant: Mutant) -> str:
        """The module of a mutant without the fault."""
        return (self._folder / mutant.file).read_text(encoding="utf-8")

    def survives(self, mutant: Mutant, source: str, tests: list[str]) -> bool:
        """Whether all these tests pass with the fault as well as without it; one that never ends does not."""
        if (key := tuple(tests)) not in self._seconds:
            begun = time.monotonic()
            if not self._passes(tests, 3600):
                raise SystemExit(f"without any fault these tests fail: {' '.join(tests)}")
            self._seconds[key] = time.monotonic() - begun
        module = self._folder / mutant.file
        for compiled in (module.parent / "__pycache__").glob(f"{module.stem}.*.pyc"):
            compiled.unlink()
        module.write_text(mutant.text(source), encoding="utf-8")
        try:
            return self._passes(tests, 60 + 3 * self._seconds[key])
        finally:
            module.write_text(source, encoding="utf-8")

    def _passes(self, tests: list[str], seconds: float) -> bool:
        sys.stdout.flush()
        process = os.fork()
        if process == 0:
            os._exit(self._tested(tests))
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            ended, status = os.waitpid(process, os.WNOHANG)
            if ended:
                return os.waitstatus_to_exitcode(status) == 0
            time.sleep(0.05)
        os.killpg(process, signal.SIGKILL)
        os.waitpid(process, 0)
        return False

    def _tested(self, tests: list[str]) -> int:
        """In a process of its own: the tests, without a word."""
        os.setsid()
        os.chdir(self._folder)
        silence = os.open(os.devnull, os.O_WRONLY)
        os.dup2(silence, 1)
        os.dup2(silence, 2)
        sys.path.insert(0, str(self._folder))
        os.environ["PYTHONPATH"] = str(self._folder)
        sys.dont_write_bytecode = bool(self._seconds)
        quietly = ("-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-m", "not slow")
        quietly += ("-W", "ignore::pytest.PytestAssertRewriteWarning")
        return int(pytest.main([*quietly, *tests]))


if __name__ == "__main__":
    sys.exit(main())
