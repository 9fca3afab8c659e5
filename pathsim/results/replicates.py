"""What an ensemble keeps of each replicate: one row, its columns named by the paths of the results object."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from pathsim.paths import path_of, row_of
from pathsim.results.trial import TrialResults
from pathsim.results.views import Columns, kept_of, kept_rows
from pathsim.statistics.figures import Count, DaysFigure, Ratio, Share, Trials
from pathsim.trial.data_cut import Chunk
from pathsim.trial.monitoring import Look
from pathsim.trial.toxicity import ToxicityCounts, rows_of_some

AT_CUTOFFS = ("cox", "logrank")
"""What is kept of the comparisons at a cut-off: what its power is told of, and how large the effect seemed."""


def below_each_other(parts: Sequence[Columns], counts: Sequence[int]) -> Columns:
    """Several tables of so many rows as one. A figure that one lacks, as a look nobody held, is missing in its rows."""
    return _joined(list(dict.fromkeys(name for part in parts for name in part)), parts, counts)


def in_one_order(parts: Sequence[Columns], counts: Sequence[int]) -> Columns:
    """The same in the order in which the figures would stand if all these replicates had been simulated together."""
    names = list(parts[0])
    for part in parts[1:]:
        place = 0
        for name in part if list(part) != names else ():
            if name in names:
                place = names.index(name) + 1
            else:
                names.insert(place, name)
                place += 1
    return _joined(names, parts, counts)


def _joined(names: Sequence[str], parts: Sequence[Columns], counts: Sequence[int]) -> Columns:
    missing = [np.full(count, np.nan) for count in counts]
    return {
        name: np.concatenate([part.get(name, gap) for part, gap in zip(parts, missing, strict=True)]) for name in names
    }


def rows(chunk: Chunk, *, toxicity: bool = True) -> Columns:
    """The rows of these replicates, at each cut-off and at the looks of their committees, and, if wanted, toxicity."""
    found = TrialResults(chunk)
    columns = rows_of(found)
    return columns | _rates(found.toxicity) if toxicity else columns


def rows_apart(chunk: Chunk, sizes: Sequence[int]) -> list[Columns]:
    """The rows of the first so many replicates, of the next, and so on: each with the columns that they have alone."""
    found, parts, begin = TrialResults(chunk), list[Columns](), 0
    columns, toxicity = rows_of(found), found.toxicity
    for size in sizes:
        which = slice(begin, begin + size)
        held = max(map(len, found.course.looks[which]), default=0)
        beyond = tuple(f"looks.{number + 1}." for number in range(held, max(map(len, found.course.looks))))
        part = {name: column[which] for name, column in columns.items() if not name.startswith(beyond)}
        parts.append(part | _rates(rows_of_some(toxicity, which, chunk.scenario), which))
        begin += size
    return parts


def rows_of(found: TrialResults) -> Columns:
    """The rows of these results, without toxicity."""
    columns = kept_of(found.trial, "trial") | kept_of(found.endpoints, "endpoints") | kept_of(found.cutoffs, "cutoffs")
    for name, cutoff in found.scenario.trial.cutoffs.items():
        if cutoff.endpoint is not None:
            endpoint = found.cutoffs[name].endpoints[cutoff.endpoint]
            for arm, compared in (endpoint.comparisons or {}).items():
                of_arm = ("cutoffs", name, "endpoints", cutoff.endpoint, "comparisons", arm)
                columns |= kept_of({method: compared[method] for method in AT_CUTOFFS}, *of_arm)
        if cutoff.events is not None:
            columns[path_of("cutoffs", name, "reached")] = found.course.reached(cutoff).astype(np.float64)
    if found.scenario.scarce:
        # Where there are places for everybody nobody waits.
        columns |= kept_rows(found)
    return columns | _looks(found.course.looks)


class LookColumns(NamedTuple):
    """A look of each trial: when it was held, what it showed, and whether it ended the trial; NaN where none was."""

    day: DaysFigure
    events: Count
    z: Trials
    hazard_ratio: Ratio
    benefit: Share
    futility: Share
    order: Share


def _looks(held: list[list[Look]]) -> Columns:
    """The columns of each number of a look."""
    found: Columns = {}
    for number in range(max(map(len, held), default=0)):
        of_look = _columns_of([looked[number] if number < len(looked) else None for looked in held])
        found |= {f"looks.{number + 1}.{name}": column for name, column in of_look._asdict().items()}
    return found


def _columns_of(looks: Sequence[Look | None]) -> LookColumns:
    nowhere = (math.nan,) * len(LookColumns._fields)
    told = [nowhere if look is None else _told(look) for look in looks]
    return LookColumns(*np.array(told, np.float64).T.copy())


def _told(look: Look) -> tuple[float | None, ...]:
    ended = (look.decision == f"stop {why}" for why in ("for benefit", "for futility", "by order"))
    return look.day, look.events, look.z, look.hazard_ratio, *map(float, ended)


def _rates(rows: Sequence[ToxicityCounts], which: slice = slice(None)) -> Columns:
    """The rates of rows of the results object's table of toxicity."""
    return {
        f"{row_of('toxicity', arm=row['arm'] or '', step=row['step'], type=row['type'])}.rate": row["rate"][which]
        for row in rows
    }
