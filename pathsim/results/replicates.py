"""What an ensemble keeps of each replicate: one row, its columns named by the paths of the results object."""

import math
from collections.abc import Sequence

import numpy as np

from pathsim.paths import path_of, row_of
from pathsim.results.part import Columns, kept_of
from pathsim.results.trial import TrialResults
from pathsim.trial.data_cut import Chunk
from pathsim.trial.monitoring import Look


def below_each_other(parts: Sequence[Columns], counts: Sequence[int]) -> Columns:
    """Several tables of so many rows as one. A figure that one lacks, as a look nobody held, is missing in its rows."""
    names = list(dict.fromkeys(name for part in parts for name in part))
    missing = [np.full(count, np.nan) for count in counts]
    return {
        name: np.concatenate([part.get(name, gap) for part, gap in zip(parts, missing, strict=True)]) for name in names
    }


def rows(chunk: Chunk, *, toxicity: bool = True) -> Columns:
    """The rows of these replicates, at each cut-off and at the looks of their committees, and, if wanted, toxicity."""
    found = TrialResults(chunk)
    columns = rows_of(found)
    return columns | _toxicity(found) if toxicity else columns


def rows_of(found: TrialResults) -> Columns:
    """The rows of these results, without toxicity."""
    columns = kept_of(found.trial, "trial") | kept_of(found.endpoints, "endpoints") | kept_of(found.cutoffs, "cutoffs")
    for name, cutoff in found.scenario.trial.cutoffs.items():
        if cutoff.endpoint is not None:
            compared = found.cutoffs[name].endpoints[cutoff.endpoint].comparison
            columns |= kept_of(compared, "cutoffs", name, "endpoints", cutoff.endpoint)
        if cutoff.events is not None:
            columns[path_of("cutoffs", name, "reached")] = found.course.reached(cutoff).astype(np.float64)
    return columns | _looks(found.course.looks)


def _looks(held: list[list[Look]]) -> Columns:
    """For each number of a look: when it was held, what it showed, and whether it ended the trial."""
    found: Columns = {}
    for number in range(max(map(len, held), default=0)):
        here = [looked[number] if number < len(looked) else None for looked in held]
        figures = {
            "day": [look.day if look else math.nan for look in here],
            "events": [look.events if look else math.nan for look in here],
            "z": [_or_nan(look.z if look else None) for look in here],
            "hazard_ratio": [_or_nan(look.hazard_ratio if look else None) for look in here],
            "benefit": [float(look.decision == "stop for benefit") if look else math.nan for look in here],
            "futility": [float(look.decision == "stop for futility") if look else math.nan for look in here],
            "order": [float(look.decision == "stop by order") if look else math.nan for look in here],
        }
        found |= {f"looks.{number + 1}.{name}": np.array(values) for name, values in figures.items()}
    return found


def _toxicity(found: TrialResults) -> Columns:
    """The rates of the results object's table of toxicity."""
    return {
        f"{row_of('toxicity', arm=row['arm'] or '', step=row['step'], type=row['type'])}.rate": row["rate"]
        for row in found.toxicity
    }


def _or_nan(value: float | None) -> float:
    return math.nan if value is None else value
