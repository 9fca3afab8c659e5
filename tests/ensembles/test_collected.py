"""Rows that wait in a file are the rows that were put there, and take little memory."""

import gc
import resource
import subprocess
import sys
import tracemalloc
import weakref
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis.strategies import DrawFn, composite, floats, integers, lists, sampled_from

from pathsim.engines.choose import simulate_many
from pathsim.ensembles import collected, vary
from pathsim.ensembles.collected import Collected, NoRoomError
from pathsim.ensembles.run import gathered
from pathsim.ensembles.spans import CHUNK
from pathsim.results.json import results
from pathsim.results.replicates import below_each_other, rows
from pathsim.results.views import Columns
from pathsim.scenario.scenario import load

MEGABYTE = 2**20
FIGURES = 250


@composite
def parts(draw: DrawFn) -> list[Columns]:
    """Tables of a few rows, each with some of three columns, as of looks that not every trial holds."""
    made = []
    for count in draw(lists(integers(1, 4), min_size=1, max_size=9)):
        names = draw(lists(sampled_from("abc"), min_size=1, unique=True))
        made.append({name: np.array(draw(lists(floats(), min_size=count, max_size=count))) for name in names})
    return made


def count_of(part: Columns) -> int:
    return next(iter(part.values())).size


@pytest.fixture(scope="module", autouse=True)
def _hardly_any_memory() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(collected, "BYTES_IN_MEMORY", 100)
        yield


@pytest.mark.parametrize("settings", [0, 2])
def test_a_table_for_a_file_has_every_replicate_once_for_each_setting(
    monkeypatch: pytest.MonkeyPatch, settings: int
) -> None:
    monkeypatch.setattr(vary, "ROWS_AT_ONCE", 4)
    prefixes, found = [f"{number}:" for number in range(settings)] or [""], Collected()
    found.add({f"{prefix}figure": np.arange(10.0) + 100 * number for number, prefix in enumerate(prefixes)}, 10)
    made = vary.table(found, settings)
    parts = list(made.parts)
    whole = {name: np.concatenate([part[name] for part in parts]) for name in made.names}
    assert whole["replicate"].tolist() == [*range(10)] * len(prefixes)
    assert whole["figure"].tolist() == [100 * number + row for number in range(len(prefixes)) for row in range(10)]
    assert ("setting" in whole) == bool(settings)


@given(parts(), integers(0, 40), integers(0, 40))
def test_columns_are_those_of_the_parts_below_each_other(made: list[Columns], one: int, other: int) -> None:
    whole, found = below_each_other(made, list(map(count_of, made))), Collected()
    for part in made:
        found.add(part, count_of(part))
    assert list(found) == list(whole)
    begin, end = sorted(min(edge, found.replicates) for edge in (one, other))
    for name, column in whole.items():
        np.testing.assert_array_equal(found[name], column)
        np.testing.assert_array_equal(found.part(name, begin, end), column[begin:end])
    assert "d" not in found
    with pytest.raises(KeyError):
        found["d"]


def many_figures(first: int, count: int) -> list[Columns]:
    return [{f"figure {number}": np.arange(first, first + count) + 0.5 * number for number in range(FIGURES)}]


def test_memory_does_not_grow_with_replicates(monkeypatch: pytest.MonkeyPatch) -> None:
    """A hundred megabytes of rows, of which a few are in memory."""
    monkeypatch.setattr(collected, "BYTES_IN_MEMORY", MEGABYTE)
    replicates = 800 * CHUNK
    tracemalloc.start()
    found = gathered(many_figures, replicates)
    total = sum(float(found[name].sum()) for name in found)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert total == sum((replicates - 1) * replicates / 2 + 0.5 * number * replicates for number in range(FIGURES))
    assert 8 * replicates * FIGURES > 97 * MEGABYTE
    assert peak < 8 * MEGABYTE


def test_a_disk_without_room_is_told(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    found = Collected(tmp_path)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
    try:
        with pytest.raises(NoRoomError, match=rf"rows of {CHUNK} replicates in .* \(File too large\); ask for fewer"):
            found.add(*many_figures(0, CHUNK), CHUNK)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize(
    "scenario", ["aall1331", "two-arm-exponential", "stroke-thrombectomy", "tests/scenarios/monitored.toml"]
)
def test_a_journal_is_gone_with_the_last_who_needs_it(scenario: str) -> None:
    """Nobody has to collect garbage: a circle of chunk, course and readings would keep hundreds of journals."""
    made = load(scenario)
    gc.collect()
    gc.disable()
    try:
        chunk = simulate_many(made, 3, range(2))
        alone = simulate_many(made, 3, [0])
        journals = [weakref.ref(part.journal.day) for part in (chunk, alone)]
        rows(chunk)
        results(alone)
        del chunk, alone
        assert [journal() for journal in journals] == [None, None]
    finally:
        gc.enable()


@pytest.mark.slow
@pytest.mark.parametrize("out", [False, True], ids=["alone", "folder"])
@pytest.mark.parametrize(
    "scenario", [("aall1331", "--set", "trial.patients=50"), ("two-arm-exponential",)], ids=" ".join
)
def test_a_hundred_thousand_replicates_take_less_than_300_megabytes(
    tmp_path: Path, scenario: tuple[str, ...], *, out: bool
) -> None:
    """The largest of the parent and its workers, as the system measures them.

    There are as many figures of a small trial as of a large one: 250 MB of them, were they all kept.
    """
    asked = [sys.executable, "-m", "pathsim", "ensemble", *scenario, "--replicates", "100000", "--seed", "1", "--json"]
    measured = (
        "import resource, subprocess, sys; subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL); "
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    folder = ["--out", str(tmp_path)] if out else []
    done = subprocess.run([sys.executable, "-c", measured, *asked, *folder], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 300_000
