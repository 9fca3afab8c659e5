"""What an ensemble keeps of each replicate: one row, its columns named by the paths of the results object."""

from collections.abc import Iterable, Sequence

import numpy as np

from pathsim.paths import path_of, row_of
from pathsim.results.chosen import figures_of
from pathsim.results.looks import look_columns
from pathsim.results.trial import CutoffResults, TrialResults
from pathsim.results.views import Columns, kept_of, kept_rows, where_there
from pathsim.trial.data_cut import Chunk
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


def rows(chunk: Chunk, *, toxicity: bool = True, until: float | None = None, further: Sequence[str] = ()) -> Columns:
    """The rows of these replicates, at each cut-off and at the looks of their committees, and, if wanted, toxicity.

    They are those of the final cut-off or, if a day is named, as all was known on that day. ``further`` are the paths
    of figures that stand there besides. Raises KeyError, with a sentence, if one leads nowhere.
    """
    found = TrialResults(chunk, until)
    columns = rows_of(found)
    if toxicity:
        columns |= _rates(found.toxicity)
    return columns | figures_of(found, _lacking(columns, further))


def rows_apart(
    chunk: Chunk, sizes: Sequence[int], *, until: float | None = None, further: Sequence[str] = ()
) -> list[Columns]:
    """The rows of the first so many replicates, of the next, and so on: each with the columns that they have alone."""
    found, parts, begin = TrialResults(chunk, until), list[Columns](), 0
    columns, toxicity = rows_of(found), found.toxicity
    besides = figures_of(found, _lacking(columns, further))
    for size in sizes:
        which = slice(begin, begin + size)
        held = max(map(len, found.looks[which]), default=0)
        beyond = tuple(f"looks.{number + 1}." for number in range(held, max(map(len, found.looks))))
        part = {name: column[which] for name, column in columns.items() if not name.startswith(beyond)}
        part |= _rates(rows_of_some(toxicity, which, chunk.scenario), which)
        parts.append(part | {name: besides[name][which] for name in _lacking(part, besides)})
        begin += size
    return parts


def _lacking(columns: Columns, further: Iterable[str]) -> list[str]:
    return [path for path in further if path not in columns]


def rows_of(found: TrialResults) -> Columns:
    """The rows of these results, without toxicity."""
    columns = kept_of(found.trial, "trial") | kept_of(found.endpoints, "endpoints") | kept_of(found.cutoffs, "cutoffs")
    for name, cutoff in found.scenario.trial.cutoffs.items():
        part = found.cutoffs[name]
        if cutoff.endpoint is not None:
            columns |= _compared(part, "cutoffs", name, "endpoints", cutoff.endpoint)
        if cutoff.events is not None:
            reached = found.course.reached(cutoff)
            columns[path_of("cutoffs", name, "reached")] = where_there(part, reached.astype(np.float64))
    if found.scenario.scarce:
        # Where there are places for everybody nobody waits.
        columns |= kept_rows(found)
    return columns | look_columns(found.looks)


def _compared(cutoff: CutoffResults, *names: str) -> Columns:
    """How arms compare at a cut-off by the endpoint that stands under these names."""
    columns: Columns = {}
    for arm, compared in (cutoff.endpoints[names[-1]].comparisons or {}).items():
        columns |= kept_of({method: compared[method] for method in AT_CUTOFFS}, *names, "comparisons", arm)
    return {path: where_there(cutoff, column) for path, column in columns.items()}


def _rates(rows: Sequence[ToxicityCounts], which: slice = slice(None)) -> Columns:
    """The rates of rows of the results object's table of toxicity."""
    return {
        f"{row_of('toxicity', arm=row['arm'] or '', step=row['step'], type=row['type'])}.rate": row["rate"][which]
        for row in rows
    }
