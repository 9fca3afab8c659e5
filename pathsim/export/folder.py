"""The folder of a run: results, journal, ADaM tables and a manifest, each file written whole or not at all."""

import csv
import json
import platform
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Literal, TypeAlias

import numpy as np

import pathsim
from pathsim.export.adam import ADAE_COLUMNS, ADSL_FIRST, ADTTE_COLUMNS, Adam, Record
from pathsim.journal import Journal
from pathsim.scenario.scenario import Scenario
from pathsim.trial.known import Chunk, known_on
from pathsim.trial.results import Results

JournalFormat: TypeAlias = Literal["parquet", "csv"]
JOURNAL_COLUMNS = ("patient", "day", "date", "step", "kind", "name", "value", "label")


class FolderError(Exception):
    """A folder that cannot be written as asked, with a sentence for the user."""


def writable(folder: Path, journal_format: JournalFormat | None, *, force: bool) -> JournalFormat:
    """The journal's format, after a look at whether the folder can be written, before anything is simulated."""
    has_parquet = find_spec("pyarrow") is not None
    if journal_format == "parquet" and not has_parquet:
        raise FolderError("--format parquet needs pyarrow: install 'pathsim-trials[report]', or use --format csv")
    if folder.exists() and not folder.is_dir():
        raise FolderError(f"--out {folder} is a file; name a folder")
    if (folder / "results.json").exists() and not force:
        raise FolderError(f"{folder} holds an earlier run; add --force to write over it, or name another folder")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as wrong:
        raise FolderError(f"--out {folder} cannot be made: {wrong.strerror}") from None
    return journal_format or ("parquet" if has_parquet else "csv")


def write(folder: Path, chunk: Chunk, found: Results, journal_format: JournalFormat, arguments: Sequence[str]) -> None:
    """Write all files of a chunk of one replicate. The tables hold what is known at the final cut-off."""
    scenario = chunk.scenario
    _, cutoff = scenario.final_cutoff
    known = known_on(chunk, scenario.cutoff_day(cutoff), complete=cutoff.complete)
    adam = Adam(known)
    _write_json(folder / "results.json", found)
    _write_journal(folder / f"journal.{journal_format}", list(_journal(known.journal.by_day(), scenario)))
    covariates = [name.upper() for name, table in scenario.sections.cohort.items() if not table.latent]
    adsl_columns = tuple(dict.fromkeys((*ADSL_FIRST, *covariates)))
    _write_csv(folder / "adsl.csv", adsl_columns, adam.adsl())
    _write_csv(folder / "adtte.csv", ADTTE_COLUMNS, adam.adtte())
    _write_csv(folder / "adae.csv", ADAE_COLUMNS, adam.adae())
    files = ("results.json", f"journal.{journal_format}", "adsl.csv", "adtte.csv", "adae.csv")
    manifest = {
        "pathsim": pathsim.__version__,
        "command": ["pathsim", *arguments],
        "seed": chunk.seed,
        "replicate": int(chunk.replicates[0]),
        "scenario": found["scenario"],
        "python": platform.python_version(),
        "numpy": np.__version__,
        "files": {name: sha256((folder / name).read_bytes()).hexdigest() for name in files},
    }
    _write_json(folder / "manifest.json", manifest)


@contextmanager
def _whole(path: Path, mode: str = "w") -> Iterator[IO[str]]:
    """A file that takes its name only when it is complete."""
    partial = path.with_name(f".{path.name}.partial")
    try:
        with partial.open(mode, encoding="utf-8", newline="") as file:
            yield file
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _write_json(path: Path, value: object) -> None:
    with _whole(path) as file:
        json.dump(value, file, indent=2, ensure_ascii=False, default=str)
        file.write("\n")


def _write_csv(path: Path, columns: Sequence[str], records: Iterable[Record]) -> None:
    with _whole(path) as file:
        writer = csv.DictWriter(file, columns, restval="", lineterminator="\n")
        writer.writeheader()
        writer.writerows(records)


def _journal(journal: Journal, scenario: Scenario) -> Iterator[Record]:
    for patient, day, code, value in zip(*(column.tolist() for column in journal), strict=True):
        event = scenario.vocabulary[code]
        yield {
            "patient": patient,
            "day": day,
            "date": scenario.date(day).isoformat(),
            "step": event.step,
            "kind": event.kind,
            "name": event.name,
            "value": value,
            "label": _label(scenario, event.kind, event.name, value),
        }


def _label(scenario: Scenario, kind: str, name: str, value: float) -> str:
    levels = scenario.names.get(name)
    return levels[int(value)] if kind in ("assess", "arm") and levels else ""


def _write_journal(path: Path, records: list[Record]) -> None:
    if path.suffix == ".csv":
        _write_csv(path, JOURNAL_COLUMNS, records)
        return
    import pyarrow as pa  # noqa: PLC0415 - an extra
    import pyarrow.parquet as pq  # noqa: PLC0415

    table = pa.Table.from_pylist(records, schema=_parquet_schema(pa))
    partial = path.with_name(f".{path.name}.partial")
    try:
        pq.write_table(table, partial, compression="zstd")
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _parquet_schema(pa: object) -> object:
    types = {"patient": "int64", "day": "float64", "value": "float64"}
    return pa.schema([(name, getattr(pa, types.get(name, "string"))()) for name in JOURNAL_COLUMNS])  # type: ignore[attr-defined]
