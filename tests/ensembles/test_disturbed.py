"""Fifty folders that were killed, corrupted and mixed up: they recover byte for byte, or are refused. Seed: fixed.

Whatever became of a folder, the same command ends with what an undisturbed one publishes, or with exit code 2 and one
message; never with other results.
"""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest
from folders import published, started

from pathsim.ensembles.spans import CHUNK
from pathsim.ensembles.store import read_recipe

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not hasattr(os, "killpg"), reason="needs process groups"),
]

COUNT = 9 * CHUNK + 5
ASKED = ("ensemble", "two-arm-exponential", "--replicates", str(COUNT), "--format", "csv")
MINE = (*ASKED, "--seed", "1")
OTHERS = (
    (*ASKED, "--seed", "2"),
    (*MINE, "--set", "trial.patients=120"),
    (*MINE, "--vary", "trial.patients=400,120"),
    (*MINE, "--null"),
)
PATIENCE_SECONDS = 120.0
BLINK_SECONDS = 0.005

Hurt: TypeAlias = Callable[[random.Random, Path, list[Path]], None]
"""Does something to a folder; there are folders of other ensembles to take things from."""


def chunks(folder: Path) -> list[Path]:
    """The files of chunks in a folder."""
    return sorted(path for path in folder.glob("chunks/*.npz") if path.is_file())


def run(*command: str) -> tuple[int, str]:
    """The exit code of a command, and what it wrote on standard error."""
    process = started(*command)
    _, told = process.communicate(timeout=PATIENCE_SECONDS)
    return process.returncode, told


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An undisturbed folder, and folders of others beside it."""
    home = tmp_path_factory.mktemp("made")
    assert run(*MINE, "--out", str(home / "mine"))[0] == 0
    for number, other in enumerate(OTHERS):
        assert run(*other, "--out", str(home / f"other-{number}"))[0] == 0
    return home


def truncate(rng: random.Random, folder: Path, _: list[Path]) -> None:
    victim = rng.choice(chunks(folder))
    victim.write_bytes(victim.read_bytes()[: rng.randrange(victim.stat().st_size)])


def flip(rng: random.Random, folder: Path, _: list[Path]) -> None:
    victim = rng.choice(chunks(folder))
    content = bytearray(victim.read_bytes())
    for _ in range(rng.randint(1, 4)):
        content[rng.randrange(len(content))] ^= 1 << rng.randrange(8)
    victim.write_bytes(content)


def swap(rng: random.Random, folder: Path, _: list[Path]) -> None:
    one, other = rng.sample(chunks(folder), 2)
    first, second = one.read_bytes(), other.read_bytes()
    one.write_bytes(second)
    other.write_bytes(first)


def copy_over(rng: random.Random, folder: Path, _: list[Path]) -> None:
    one, other = rng.sample(chunks(folder), 2)
    one.write_bytes(other.read_bytes())


def bring_from_another(rng: random.Random, folder: Path, others: list[Path]) -> None:
    victim = rng.choice(chunks(folder))
    shutil.copy(rng.choice(others) / "chunks" / victim.name, victim)


def take_the_recipe_of_another(rng: random.Random, folder: Path, others: list[Path]) -> None:
    shutil.copy(rng.choice(others) / "recipe.json", folder / "recipe.json")


def edit_the_recipe(rng: random.Random, folder: Path, _: list[Path]) -> None:
    path, recipe = folder / "recipe.json", read_recipe(folder, unreadable={})
    if "scenario" not in recipe:
        return
    change = rng.choice(
        [
            {"seed": 2},
            {"seed": 1.5},
            {"null": True},
            {"scenario": {**recipe["scenario"], "overrides": {"trial.patients": 9}}},
            {"asked": {"replicates": 1.5, "until_se": "x", "shards": 0}},
            {"made_from": None},
        ]
    )
    path.write_text(json.dumps({**recipe, **change}))


def spoil_the_recipe(rng: random.Random, folder: Path, _: list[Path]) -> None:
    (folder / "recipe.json").write_bytes(rng.choice([b"", b"{", b"[]", b"\xff\xfe", b"[" * 100_000]))


def remove(rng: random.Random, folder: Path, _: list[Path]) -> None:
    rng.choice([*chunks(folder), folder / "recipe.json", folder / "summary.json", folder / "rows.csv"]).unlink(
        missing_ok=True
    )


def bring_foreign_files(rng: random.Random, folder: Path, _: list[Path]) -> None:
    victim = rng.choice(chunks(folder))
    victim.unlink()
    victim.mkdir()
    for name in ("notes.txt", "chunks/notes.npz", "chunks/000000064.npz.1.partial", "chunks/1.npz"):
        (folder / name).write_bytes(rng.randbytes(rng.randrange(200)))


def nothing(rng: random.Random, folder: Path, _: list[Path]) -> None:
    """It was only killed."""


HURTS: tuple[Hurt, ...] = (
    truncate,
    flip,
    swap,
    copy_over,
    bring_from_another,
    take_the_recipe_of_another,
    edit_the_recipe,
    spoil_the_recipe,
    remove,
    bring_foreign_files,
    nothing,
)


def killed_at_random(rng: random.Random, folder: Path) -> None:
    """An ensemble that is killed after a random number of chunks, with all its workers or alone."""
    process = started(*MINE, "--workers", rng.choice(["1", "2"]), "--out", str(folder))
    wanted, deadline = rng.randint(0, len(range(0, COUNT, CHUNK))), time.monotonic() + PATIENCE_SECONDS
    while len(chunks(folder)) < wanted and process.poll() is None:
        assert time.monotonic() < deadline
        try:
            process.wait(BLINK_SECONDS)
        except subprocess.TimeoutExpired:
            continue
    if rng.random() < 0.5 and process.poll() is None:
        process.kill()
    elif process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.communicate(timeout=PATIENCE_SECONDS)


@pytest.mark.parametrize("number", range(50))
def test_a_disturbed_folder_recovers_or_is_refused(tmp_path: Path, made: Path, number: int) -> None:
    rng, folder = random.Random(number), tmp_path / "folder"  # noqa: S311 - which harm is done is no secret
    if number % 3:
        shutil.copytree(made / "mine", folder)
    else:
        killed_at_random(rng, folder)
    others = [made / f"other-{which}" for which in range(len(OTHERS))]
    for hurt in rng.sample(HURTS, rng.randint(1, 3)):
        if len(chunks(folder)) > 1 and (folder / "recipe.json").exists():
            hurt(rng, folder, others)
    merged, merge_told = run("merge", str(folder), "--format", "csv", "--out", str(tmp_path / "merged"))
    if merged == 0:
        assert published(tmp_path / "merged") == published(made / "mine")
    else:
        assert merged == 2
        assert "Traceback" not in merge_told
        assert "defect" not in merge_told
    code, told = run(*MINE, "--workers", "1", "--out", str(folder))
    assert "Traceback" not in told
    if code == 0:
        assert published(folder) == published(made / "mine")
    else:
        assert code == 2
        assert told.count("Error: ") == 1
        assert "recipe.json is damaged or has been changed" in told or "holds another ensemble" in told


def test_a_full_disk_is_told_and_what_is_there_is_gone_on_with(tmp_path: Path, made: Path) -> None:
    """As a disk without room for a chunk: no file may be larger than some bytes."""
    limited = (
        "import resource, runpy, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (8192, resource.RLIM_INFINITY)); "
        "sys.argv[0] = 'pathsim'; runpy.run_module('pathsim', run_name='__main__')"
    )
    full = subprocess.run(
        [sys.executable, "-c", limited, *MINE, "--workers", "1", "--out", str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert (full.returncode, full.stdout) == (2, "")
    assert full.stderr.count("\n") == 1
    assert "cannot be written: File too large; finished chunks in" in full.stderr
    assert run(*MINE, "--out", str(tmp_path))[0] == 0
    assert published(tmp_path) == published(made / "mine")


@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path, made: Path) -> None:
    folder = tmp_path / "folder"
    shutil.copytree(made / "mine", folder)
    chunks(folder)[0].unlink()
    for path in (folder, folder / "chunks"):
        path.chmod(0o500)
    code, told = run(*MINE, "--out", str(folder))
    assert code == 2
    assert "cannot be written: Permission denied" in told
