"""The folder of a run: results, journal, ADaM tables and a manifest, written whole or not at all."""

import platform
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from pathsim.export.adam import Record
from pathsim.export.json_text import as_json
from pathsim.export.tables import JOURNAL_TYPES, tables_of
from pathsim.parquet import TableFormat, write_parquet
from pathsim.results.json import ResultsJson
from pathsim.text import write_csv
from pathsim.trial.data_cut import Chunk
from pathsim.version import __version__

JOURNALS: Mapping[TableFormat, str] = {"parquet": "journal.parquet", "csv": "journal.csv"}
ADAM = ("adsl", "adtte", "adae", "variables")
TABLES = ("results.json", *(f"{name}.csv" for name in ADAM))
MANIFEST = "manifest.json"


class FolderError(Exception):
    """A folder that cannot be written as asked, with a sentence for the user."""


def make_writable(folder: Path, *, force: bool) -> None:
    """Make the folder if it can be written, before anything is simulated. Raises FolderError if it cannot."""
    if folder.exists() and not folder.is_dir():
        raise FolderError(f"--out {folder} is a file; name a folder")
    there = [name for name in (*TABLES, *JOURNALS.values(), MANIFEST) if (folder / name).exists()]
    if there and not force:
        raise FolderError(f"{folder} already holds {there[0]}; add --force to write over it, or name another folder")
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as wrong:
        raise FolderError(f"--out {folder} cannot be made: {wrong.strerror}") from None


def write(
    folder: Path, chunk: Chunk, found: ResultsJson, journal_format: TableFormat, arguments: Sequence[str]
) -> None:
    """Write all files of a chunk of one replicate, or none. The tables hold what is known at their cut-off."""
    # Beside the files they become, so that each takes its name in one instant.
    with TemporaryDirectory(prefix=".partial-", dir=folder) as partial:
        names = _write_data(Path(partial), chunk, found, journal_format)
        manifest = {
            "pathsim": __version__,
            "command": ["pathsim", *arguments],
            "seed": chunk.seed,
            "replicate": int(chunk.replicates[0]),
            "scenario": found["scenario"],
            "python": platform.python_version(),
            "numpy": np.__version__,
            "files": {name: sha256((Path(partial) / name).read_bytes()).hexdigest() for name in names},
        }
        _write_json(Path(partial) / MANIFEST, manifest)
        for name in (*names, MANIFEST):
            (Path(partial) / name).replace(folder / name)
    for name in JOURNALS.values():
        if name not in names:
            (folder / name).unlink(missing_ok=True)


def _write_data(folder: Path, chunk: Chunk, found: ResultsJson, journal_format: TableFormat) -> list[str]:
    """Write everything but the manifest; the names of the files."""
    tables = tables_of(chunk, found)
    _write_json(folder / "results.json", found)
    for name in ADAM:
        _write_csv(folder / f"{name}.csv", *tables[name]())
    columns, records = tables["journal"]()
    if journal_format == "csv":
        _write_csv(folder / JOURNALS["csv"], columns, records)
    else:
        rows = list(records)
        write_parquet(
            folder / JOURNALS["parquet"], JOURNAL_TYPES, [{name: [row[name] for row in rows] for name in columns}]
        )
    return [*TABLES, JOURNALS[journal_format]]


def _write_json(path: Path, value: object) -> None:
    path.write_text(as_json(value) + "\n", encoding="utf-8", newline="\n")


def _write_csv(path: Path, columns: Sequence[str], records: Iterable[Record]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        write_csv(file, columns, ([record.get(column, "") for column in columns] for record in records))
