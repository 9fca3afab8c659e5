"""The folder of a run: results, journal, ADaM tables and a manifest, written whole or not at all."""

import platform
from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from pathsim.export.adam import ADAE_COLUMNS, ADTTE_COLUMNS, VARIABLES_COLUMNS, Adam, Record
from pathsim.export.json_text import as_json
from pathsim.journal import Event, Journal
from pathsim.parquet import TableFormat, write_parquet
from pathsim.results.json import ResultsJson
from pathsim.scenario.scenario import Scenario
from pathsim.steps.randomize import RandomizeSpec, stratum_labels
from pathsim.text import write_csv
from pathsim.trial.course import course
from pathsim.trial.data_cut import Chunk
from pathsim.version import __version__

JOURNALS: Mapping[TableFormat, str] = {"parquet": "journal.parquet", "csv": "journal.csv"}
TABLES = ("results.json", "adsl.csv", "adtte.csv", "adae.csv", "variables.csv")
MANIFEST = "manifest.json"
JOURNAL_TYPES = {
    "patient": int,
    "day": float,
    "date": str,
    "step": str,
    "kind": str,
    "name": str,
    "value": float,
    "label": str,
}


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
    scenario, known = chunk.scenario, course(chunk).reported_on(found["trial"]["cutoff_day"])
    adam = Adam(known)
    _write_json(folder / "results.json", found)
    _write_csv(folder / "adsl.csv", adam.adsl_columns, adam.adsl())
    _write_csv(folder / "adtte.csv", ADTTE_COLUMNS, adam.adtte())
    _write_csv(folder / "adae.csv", ADAE_COLUMNS, adam.adae())
    _write_csv(folder / "variables.csv", VARIABLES_COLUMNS, adam.variables())
    records = list(_journal(known.journal.by_day(), scenario))
    if journal_format == "csv":
        _write_csv(folder / JOURNALS["csv"], list(JOURNAL_TYPES), records)
    else:
        columns = {name: [record[name] for record in records] for name in JOURNAL_TYPES}
        write_parquet(folder / JOURNALS["parquet"], JOURNAL_TYPES, [columns])
    return [*TABLES, JOURNALS[journal_format]]


def _write_json(path: Path, value: object) -> None:
    path.write_text(as_json(value) + "\n", encoding="utf-8", newline="\n")


def _write_csv(path: Path, columns: Sequence[str], records: Iterable[Record]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        write_csv(file, columns, ([record.get(column, "") for column in columns] for record in records))


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
            "label": _label(scenario, event, value),
        }


def _label(scenario: Scenario, event: Event, value: float) -> str:
    """What the value of an entry means, in words; nothing where it is a number that speaks for itself."""
    match event.kind:
        case "assess" | "arm":
            return (scenario.names[event.name] or ())[int(value)]
        case "stratum":
            spec = scenario.entry(event.step).spec
            return stratum_labels(spec, scenario.names)[int(value)] if isinstance(spec, RandomizeSpec) else ""
        case "exit" if value:
            return scenario.vocabulary[int(value)].name
    return ""
