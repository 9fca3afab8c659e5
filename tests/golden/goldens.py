"""What a seed gives today, in files beside this one: the journals of scenarios by their hashes, and all that the
results of AALL1331 say, one figure a line.

``make golden`` writes them anew; nothing else does. A changed line is a change of results: look at the difference
before it is committed, and mark the CHANGELOG's entry with **[results]**.
"""

import json
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np

from pathsim.engines.choose import Engine, simulate
from pathsim.journal import Journal, joined
from pathsim.results.json import results
from pathsim.scenario.scenario import load

HERE = Path(__file__).parent
JOURNALS = HERE / "journals.json"
FIGURES = HERE / "aall1331-seed-21.txt"
SCENARIOS = {
    **{name: name for name in ("aall1331", "stroke-thrombectomy", "two-arm-exponential")},
    **{f"tests/{name}": str(HERE.parent / "scenarios" / f"{name}.toml") for name in ("monitored", "pathway")},
}
QUEUES = {"stroke-thrombectomy", "tests/pathway"}
"""Where patients queue, so that only the discrete-event engine can follow them."""
SEEDS = (1, 21, 2**63 + 5)
ABOUT_THE_FILE = {"pathsim", "scenario.sha256"}
"""What the results say that is no result."""
NAMES = ("arm", "step", "resource", "type", "name", "value")
"""The keys that tell the rows of a table apart."""


def journal_hash(name: str, seed: int, engine: Engine) -> str:
    """The hash of three replicates, as if nobody had stopped them."""
    scenario = load(SCENARIOS[name])
    parts = []
    for replicate in range(3):
        journal = simulate(scenario, seed, replicate, engine)[0].journal
        parts.append(journal.moved(replicate * scenario.patients))
    return _digest(joined(parts).in_order())


def _digest(journal: Journal) -> str:
    columns = (journal.row.astype("<i8"), journal.day.astype("<f8"), journal.event.astype("<i8"))
    whole = b"".join(column.tobytes() for column in (*columns, journal.value.astype("<f8")))
    return sha256(whole).hexdigest()[:16]


def figures() -> dict[str, Any]:
    """Everything that ``pathsim run aall1331 --seed 21 --json`` says, by path."""
    chunk, _ = simulate(load("aall1331"), 21)
    return {path: value for path, value in sorted(_flat(results(chunk))) if path not in ABOUT_THE_FILE}


def _flat(found: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    if isinstance(found, Mapping):
        for key, value in found.items():
            yield from _flat(value, f"{path}.{key}" if path else str(key))
    elif isinstance(found, list):
        for number, row in enumerate(found):
            named = [key for key in NAMES if key in row]
            here = f"{path}[{','.join(f'{key}={row[key] or str()}' for key in named) or number}]"
            yield from _flat({key: value for key, value in row.items() if key not in named}, here)
    else:
        yield path, None if isinstance(found, float) and not np.isfinite(found) else found


def stored_figures() -> dict[str, Any]:
    """The figures as they are in the file."""
    lines = FIGURES.read_text(encoding="utf-8").splitlines()
    return {path: json.loads(value) for path, _, value in (line.rpartition(" = ") for line in lines)}


def write() -> None:
    """Write the files anew."""
    hashes = {name: {str(seed): journal_hash(name, seed, "auto") for seed in SEEDS} for name in SCENARIOS}
    JOURNALS.write_text(json.dumps(hashes, indent=2) + "\n", encoding="utf-8")
    lines = [f"{path} = {json.dumps(value)}\n" for path, value in figures().items()]
    FIGURES.write_text("".join(lines), encoding="utf-8")


if __name__ == "__main__":
    write()
