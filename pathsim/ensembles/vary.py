"""Settings side by side: the same patients with the same draws, and in the same arms, under each of them.

Most draws of a trial are common to all settings, so a difference between two of them has a much smaller error
than either figure.
"""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from itertools import chain, product
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pathsim.engines.choose import simulate_many
from pathsim.ensembles.averages import average_change, change_told, paired
from pathsim.ensembles.collected import ByName, Collected, Lazy
from pathsim.ensembles.selection import CHOSEN
from pathsim.ensembles.summary import REASONS, Summary, alpha, numbers_of_looks, summary
from pathsim.meaning import Unit
from pathsim.results.declared import unit_of
from pathsim.results.replicates import below_each_other, rows
from pathsim.results.views import Columns
from pathsim.scenario.scenario import Scenario
from pathsim.trial.arms import arms_of, fitted, held
from pathsim.trial.data_cut import Chunk

Setting: TypeAlias = tuple[tuple[str, str], ...]
"""What is set, as pairs of path and value."""
RowsOf: TypeAlias = Callable[[Chunk], Columns]
ROWS_AT_ONCE = 8192
"""Rows that are made at a time for a file."""


def crossed(values: Sequence[tuple[str, Sequence[str]]]) -> list[Setting]:
    """Every combination of these values of some paths; the last path changes fastest."""
    paths = [path for path, _ in values]
    return [tuple(zip(paths, chosen, strict=True)) for chosen in product(*(options for _, options in values))]


def varied_rows(scenarios: Sequence[Scenario], seed: int, replicates: Sequence[int], rows_of: RowsOf = rows) -> Columns:
    """The rows of these replicates under every setting, in columns that begin with the setting's number.

    Randomized patients keep the arms that they have under the first setting: permuted blocks couple patients, so that
    otherwise one patient who comes later could change the arms of all who follow. ``rows_of`` makes the rows of the
    trials of a setting.
    """
    first = simulate_many(scenarios[0], seed, replicates)
    arms = arms_of(first)
    found = _numbered(0, rows_of(first))
    for number, scenario in enumerate(scenarios[1:], 1):
        hold = held(arms, scenarios[0], scenario)
        found |= _numbered(number, rows_of(simulate_many(scenario, seed, replicates, hold)))
    return found


def uncertain_rows(
    scenario: Scenario, drawn: Iterable[Scenario], seed: int, replicates: Sequence[int], rows_of: RowsOf = rows
) -> Columns:
    """The rows of these replicates with the numbers as stated, and with those drawn for each of them.

    Their columns begin with 0 and with 1, as those of two settings. Both have the same draws and the same arms.
    """
    stated = simulate_many(scenario, seed, replicates)
    arms = arms_of(stated)
    parts = []
    for position, (replicate, made) in enumerate(zip(replicates, drawn, strict=True)):
        hold = {step: fitted(of_all[position : position + 1], made) for step, of_all in arms.items()}
        parts.append(rows_of(simulate_many(made, seed, [replicate], hold)))
    return _numbered(0, rows_of(stated)) | _numbered(1, below_each_other(parts, [1] * len(parts)))


def _numbered(number: int, columns: Columns) -> Columns:
    return {f"{number}:{name}": column for name, column in columns.items()}


def by_setting(columns: ByName, settings: int) -> list[ByName]:
    """The columns of each setting under their own names."""
    made: list[dict[str, Callable[[], NDArray[np.float64]]]] = [{} for _ in range(settings)]
    for name in columns:
        number, _, path = name.partition(":")
        made[int(number)][path] = partial(columns.__getitem__, name)
    return [Lazy(mine) for mine in made]


class SettingsTable(NamedTuple):
    """The rows for a file."""

    names: tuple[str, ...]
    parts: Iterator[dict[str, NDArray[Any]]]
    """Some rows after others, with an array for each name."""


def table(columns: Collected, settings: int, chosen: NDArray[np.bool_] | None = None) -> SettingsTable:
    """The rows for a file: one a replicate or, where settings are compared, one for each of them and replicate.

    Where some are ``chosen`` a column says which: 1 or 0.
    """
    places = ("replicate",) if chosen is None else ("replicate", CHOSEN)
    if not settings:
        return SettingsTable((*places, *columns), _parts(columns, tuple(columns), chosen))
    paths = tuple(dict.fromkeys(path for part in by_setting(columns, settings) for path in part))
    parts = chain.from_iterable(_parts(columns, paths, chosen, number) for number in range(settings))
    return SettingsTable(("setting", *places, *paths), parts)


def _parts(
    columns: Collected, paths: Sequence[str], chosen: NDArray[np.bool_] | None, number: int | None = None
) -> Iterator[dict[str, NDArray[Any]]]:
    """The rows of one setting, or of all replicates where there are no settings."""
    for begin in range(0, columns.replicates, ROWS_AT_ONCE):
        end = min(begin + ROWS_AT_ONCE, columns.replicates)
        places = {} if number is None else {"setting": np.full(end - begin, number)}
        places["replicate"] = np.arange(begin, end)
        if chosen is not None:
            places[CHOSEN] = chosen[begin:end].astype(np.intp)
        prefix = "" if number is None else f"{number}:"
        yield places | {path: columns.part(prefix + path, begin, end) for path in paths}


def comparison(
    scenarios: Sequence[Scenario], settings: Sequence[Setting], columns: ByName, asked: Sequence[str] = ()
) -> Summary:
    """The summary of every setting, with the figures that were ``asked`` for, and its differences from the first."""
    parts = by_setting(columns, len(settings))
    looks = max(map(numbers_of_looks, parts), key=len)
    base = _scored(scenarios[0], parts[0], looks)
    found: list[Summary] = []
    for scenario, setting, part in zip(scenarios, settings, parts, strict=True):
        mine = _scored(scenario, part, looks)
        here = {"set": dict(setting), **summary(scenario, part, asked)}
        if found:
            here["differences"] = {name: _difference(name, mine[name], base[name]) for name in mine if name in base}
        found.append(here)
    return {"settings": found}


def _scored(scenario: Scenario, columns: ByName, numbers: range) -> ByName:
    """The figures, whether each test was significant, and how the looks of these numbers ended the trial: 1 or 0.

    A look that a trial, or all of them, did not hold did not end it.
    """

    def significant(name: str) -> NDArray[np.float64]:
        return (columns[name] < alpha(scenario)).astype(np.float64)

    def at_look(name: str) -> NDArray[np.float64]:
        if name not in columns:
            return np.zeros(next(iter(columns.values())).size)
        ended: NDArray[np.float64] = (columns[name] == 1).astype(np.float64)
        return ended

    def at_any_look(names: Sequence[str]) -> NDArray[np.float64]:
        ended: NDArray[np.float64] = np.sum([at_look(name) for name in names], axis=0)
        return ended

    tests = {
        f"{name.rpartition('.')[0]}.significant": partial(significant, name)
        for name in columns
        if unit_of(name) is Unit.P_VALUE
    }
    ends = {why: [f"looks.{number}.{why}" for number in numbers] for why in REASONS}
    looks = {name: partial(at_look, name) for names in ends.values() for name in names}
    ending = {f"ending.{why}": partial(at_any_look, names) for why, names in ends.items() if names}
    return Lazy({**{name: partial(columns.__getitem__, name) for name in columns}, **tests, **looks, **ending})


def _difference(path: str, mine: NDArray[np.float64], base: NDArray[np.float64]) -> Summary:
    """The mean difference of two figures over the replicates that have both, and its standard error.

    Of hazard ratios it is a ratio of ratios. Beside it the standard error that it would have if the settings had been
    simulated independently.
    """
    change = average_change(path, mine, base)
    told = change_told(change)
    name = "independent_standard_error" + ("_log" if change.is_ratio else "")
    if change.count < 2:
        return {**told, name: None}
    variances = (float(values.var(ddof=1)) for values in paired(path, mine, base))
    return {**told, name: math.sqrt(sum(variances) / change.count)}
