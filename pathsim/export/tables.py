"""The tables by patient of one trial: its journal, and those of CDISC ADaM."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from pathsim.export.adam import ADAE_COLUMNS, ADTTE_COLUMNS, VARIABLES_COLUMNS, Adam, Record
from pathsim.journal import Event, Journal
from pathsim.results.json import ResultsJson
from pathsim.scenario.scenario import Scenario
from pathsim.steps.randomize import RandomizeSpec, stratum_labels
from pathsim.trial.course import course
from pathsim.trial.data_cut import Chunk

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


class TableRecords(NamedTuple):
    """A table: the names of its columns, and its records, which may lack some."""

    columns: Sequence[str]
    records: Iterable[Record]


def tables_of(chunk: Chunk, found: ResultsJson) -> Mapping[str, Callable[[], TableRecords]]:
    """What makes each table of a chunk of one replicate, by name; they hold what is known at the cut-off of results."""
    scenario, known = chunk.scenario, course(chunk).reported_on(found["trial"]["cutoff_day"])
    adam = Adam(known)
    return {
        "adsl": lambda: TableRecords(adam.adsl_columns, adam.adsl()),
        "adtte": lambda: TableRecords(ADTTE_COLUMNS, adam.adtte()),
        "adae": lambda: TableRecords(ADAE_COLUMNS, adam.adae()),
        "variables": lambda: TableRecords(VARIABLES_COLUMNS, adam.variables()),
        "journal": lambda: TableRecords(list(JOURNAL_TYPES), _journal(known.journal.by_day(), scenario)),
    }


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
