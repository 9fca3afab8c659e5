"""Settings side by side: the same patients with the same luck, and in the same arms, under each of them.

Most of the luck of a trial is common to all settings, so a difference between two of them has a much smaller error
than either figure.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pathsim.engines import simulate_many
from pathsim.ensemble.averages import averaged
from pathsim.ensemble.rows import Columns, below_each_other, rows
from pathsim.ensemble.summary import P_VALUE, Summary, alpha, summary
from pathsim.scenario.scenario import Scenario
from pathsim.trial.arms import arms_of, fitted, held

Setting: TypeAlias = tuple[tuple[str, str], ...]
"""What is set, as pairs of path and value."""


def crossed(values: Sequence[tuple[str, Sequence[str]]]) -> list[Setting]:
    """Every combination of these values of some paths; the last path changes fastest."""
    paths = [path for path, _ in values]
    return [tuple(zip(paths, chosen, strict=True)) for chosen in product(*(options for _, options in values))]


def varied_rows(scenarios: Sequence[Scenario], seed: int, replicates: Sequence[int]) -> Columns:
    """The rows of these replicates under every setting, in columns that begin with the setting's number.

    Randomized patients keep the arms that they have under the first setting: permuted blocks couple patients, so that
    otherwise one who comes later could change the arms of all after him.
    """
    first = simulate_many(scenarios[0], seed, replicates)
    arms = arms_of(first)
    found = _numbered(0, rows(first))
    for number, scenario in enumerate(scenarios[1:], 1):
        hold = held(arms, scenarios[0], scenario)
        found |= _numbered(number, rows(simulate_many(scenario, seed, replicates, hold)))
    return found


def uncertain_rows(scenario: Scenario, drawn: Iterable[Scenario], seed: int, replicates: Sequence[int]) -> Columns:
    """The rows of these replicates with the numbers as stated, and with those drawn for each of them.

    Their columns begin with 0 and with 1, as those of two settings. Both have the same luck and the same arms.
    """
    stated = simulate_many(scenario, seed, replicates)
    arms = arms_of(stated)
    parts = []
    for position, (replicate, made) in enumerate(zip(replicates, drawn, strict=True)):
        hold = {step: fitted(of_all[position : position + 1], made) for step, of_all in arms.items()}
        parts.append(rows(simulate_many(made, seed, [replicate], hold)))
    return _numbered(0, rows(stated)) | _numbered(1, below_each_other(parts, [1] * len(parts)))


def _numbered(number: int, columns: Columns) -> Columns:
    return {f"{number}:{name}": column for name, column in columns.items()}


def by_setting(columns: Columns, settings: int) -> list[Columns]:
    """The columns of each setting under their own names."""
    found: list[Columns] = [{} for _ in range(settings)]
    for name, column in columns.items():
        number, _, path = name.partition(":")
        found[int(number)][path] = column
    return found


def table(columns: Columns, settings: int) -> dict[str, NDArray[Any]]:
    """The rows for a file: one a replicate or, where settings are compared, one for each of them and replicate."""
    replicate = np.arange(next(iter(columns.values())).size)
    if not settings:
        return {"replicate": replicate, **columns}
    parts = by_setting(columns, settings)
    names = dict.fromkeys(name for part in parts for name in part)
    lacked = np.full(replicate.size, np.nan)
    return {
        "setting": np.repeat(np.arange(settings), replicate.size),
        "replicate": np.tile(replicate, settings),
        **{name: np.concatenate([part.get(name, lacked) for part in parts]) for name in names},
    }


def comparison(scenarios: Sequence[Scenario], settings: Sequence[Setting], columns: Columns) -> Summary:
    """The summary of every setting, and its differences from the first."""
    parts = by_setting(columns, len(settings))
    base = _scored(scenarios[0], parts[0])
    found: list[Summary] = []
    for scenario, setting, part in zip(scenarios, settings, parts, strict=True):
        mine = _scored(scenario, part)
        here = {"set": dict(setting), **summary(scenario, part)}
        if found:
            here["differences"] = {name: _difference(name, mine[name], base[name]) for name in mine if name in base}
        found.append(here)
    return {"settings": found}


def _scored(scenario: Scenario, columns: Columns) -> Mapping[str, NDArray[np.float64]]:
    """The figures, and for each test whether it was significant: 1 or 0."""
    tests = {
        f"{name.removesuffix('p_one_sided')}significant": (column < alpha(scenario)).astype(np.float64)
        for name, column in columns.items()
        if name.endswith(P_VALUE)
    }
    return {**columns, **tests}


def _difference(path: str, mine: NDArray[np.float64], base: NDArray[np.float64]) -> Summary:
    """The mean difference of two figures over the replicates that have both, and its standard error.

    Beside it the standard error that it would have if the settings had been simulated independently.
    """
    both = averaged(path, mine) & averaged(path, base)
    count = int(both.sum())
    if count < 2:
        return {"mean": None, "standard_error": None, "independent_standard_error": None, "averaged": count}
    mine, base = mine[both], base[both]
    apart = math.sqrt((float(mine.var(ddof=1)) + float(base.var(ddof=1))) / count)
    return {
        "mean": float((mine - base).mean()),
        "standard_error": float((mine - base).std(ddof=1)) / math.sqrt(count),
        "independent_standard_error": apart,
        "averaged": count,
    }
