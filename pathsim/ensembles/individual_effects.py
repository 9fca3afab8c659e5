"""How many patients fare better and worse in another arm, over many trials and under every coupling.

Each patient of two arms is put into the other of them, in every trial, and followed until each tabulated day of every
endpoint. What a single trial tells of one endpoint and day (``counterfactual``) is here a share of those randomized to
the two arms, averaged over trials.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise, product

import numpy as np
from numpy.typing import NDArray

from pathsim.counterfactual import Pair, individual_effects, other_courses
from pathsim.couplings import COUPLINGS, INDIVIDUAL_EFFECTS
from pathsim.engines.choose import simulate_many
from pathsim.ensembles.averages import average, known_or_none
from pathsim.ensembles.collected import ByName
from pathsim.ensembles.run import PATIENTS_AT_ONCE, Recipe
from pathsim.ensembles.summary import Summary
from pathsim.paths import day_name, path_of
from pathsim.results.replicates import below_each_other
from pathsim.results.views import Columns
from pathsim.scenario.scenario import Scenario
from pathsim.trial.course import course


def effect_chunks(recipe: Recipe, seed: int, first: int, *sizes: int) -> list[Columns]:
    """For each of these chunks in a row how many patients of each replicate fare how."""
    begins = np.cumsum([first, *sizes]).tolist()
    return [effect_rows(recipe.scenario(), seed, range(*ends)) for ends in pairwise(begins)]


def effect_rows(scenario: Scenario, seed: int, replicates: Sequence[int]) -> Columns:
    """How many patients of each replicate fare how: a column for each comparison, coupling and effect.

    NaN in replicates in which anybody queues, for whose turn it is hangs on the others.
    """
    at_once = max(1, PATIENTS_AT_ONCE // scenario.patients)
    parts = [replicates[begin : begin + at_once] for begin in range(0, len(replicates), at_once)]
    return below_each_other([_rows(scenario, seed, part) for part in parts], [len(part) for part in parts])


def _rows(scenario: Scenario, seed: int, replicates: Sequence[int]) -> Columns:
    mine = course(simulate_many(scenario, seed, replicates))
    others = {pair: other_courses(mine, pair) for pair in _pairs(scenario)}
    if not all(others.values()) and len(replicates) > 1:
        # Somebody queues in one of them: the others may well be told of.
        alone = [_rows(scenario, seed, [replicate]) for replicate in replicates]
        return below_each_other(alone, [1] * len(alone))
    counts: Columns = {}
    for pair, (name, day), coupling in product(others, tabulated(scenario), COUPLINGS):
        told: NDArray[np.float64] = np.full((len(replicates), len(INDIVIDUAL_EFFECTS)), np.nan)
        if all(others.values()):
            endpoint = scenario.sections.endpoints[name]
            found = individual_effects(mine, others[pair][coupling], endpoint, day, pair=pair)
            told = found.counts_by_trial(scenario.patients, len(replicates)).astype(np.float64)
        for effect, column in zip(INDIVIDUAL_EFFECTS, told.T, strict=True):
            counts[path_of(name, pair[0], day_name(day), coupling, effect)] = column
    return counts


def tabulated(scenario: Scenario) -> Iterator[tuple[str, float]]:
    """The endpoints that compare arms, and the days on which each of them is tabulated."""
    endpoints = ((name, one) for name, one in scenario.sections.endpoints.items() if one.compares_arms)
    return ((name, day) for name, endpoint in endpoints for day in endpoint.at_days)


def _pairs(scenario: Scenario) -> list[Pair]:
    """Every arm with control."""
    return [(arm, scenario.trial.control or "") for arm in scenario.compared_arms]


def effects_summary(scenario: Scenario, columns: ByName) -> Summary:
    """The shares of randomized patients who fare how, with the Monte Carlo standard error of each."""
    replicates = next(iter(columns.values()))
    return {
        "averaged": int(np.isfinite(replicates).sum()),
        "missing": int(np.isnan(replicates).sum()),
        "control": scenario.trial.control,
        "endpoints": {
            name: {"label": endpoint.label, "comparisons": _comparisons(scenario, columns, name, endpoint.at_days)}
            for name, endpoint in scenario.sections.endpoints.items()
            if endpoint.at_days and endpoint.compares_arms
        },
    }


def _comparisons(scenario: Scenario, columns: ByName, name: str, days: Sequence[float]) -> Summary:
    return {
        arm: {
            "by": {
                day_name(day): {
                    coupling: _effects(columns, path_of(name, arm, day_name(day), coupling)) for coupling in COUPLINGS
                }
                for day in days
            }
        }
        for arm in scenario.compared_arms
    }


def _effects(columns: ByName, path: str) -> Summary:
    """The shares with each effect, and first the net: how many fewer have the event."""
    counts = {str(effect): columns[f"{path}.{effect}"] for effect in INDIVIDUAL_EFFECTS}
    randomized = np.sum(list(counts.values()), axis=0)
    return {
        "patients": known_or_none(average(path, randomized).mean),
        **{
            effect: _share(path, count, randomized)
            for effect, count in {"fewer": counts["better"] - counts["worse"], **counts}.items()
        },
    }


def _share(path: str, count: NDArray[np.float64], randomized: NDArray[np.float64]) -> Summary:
    """A share of the randomized, and how many patients that is in a trial; one with nobody in these arms has none."""
    share = np.divide(count, randomized, out=np.full(count.size, np.nan), where=randomized > 0)
    found = average(path, share)
    return {
        "patients": known_or_none(average(path, count).mean),
        "share": known_or_none(found.mean),
        "standard_error": known_or_none(found.standard_error),
    }
