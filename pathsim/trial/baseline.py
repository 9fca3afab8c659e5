"""The patients of each arm as they came."""

from typing import TypedDict

import numpy as np

from pathsim.statistics.figures import Count, Share, Trials
from pathsim.trial.data_cut import DataCut
from pathsim.trial.tables import arm_sizes, quantiles_of_each, share
from pathsim.trial.time_to_event import Allocation

QUARTILES = (0.25, 0.5, 0.75)


class CategoryRow(TypedDict):
    """How many patients of an arm are of a category."""

    arm: str
    name: str
    value: str
    n: Count
    of: Count
    share: Share


class QuantityRow(TypedDict):
    """The quartiles of a quantity in an arm."""

    arm: str
    name: str
    of: Count
    lower: Trials
    median: Trials
    upper: Trials


def baseline(known: DataCut, groups: Allocation) -> list[CategoryRow | QuantityRow]:
    """The patients of each arm as they came: shares of categories, and quartiles of quantities."""
    scenario, trials = known.chunk.scenario, known.day.size
    drawn = scenario.cohort.draw(known.chunk.patient_keys)
    sizes = arm_sizes(known, groups)
    rows: list[CategoryRow | QuantityRow] = []
    for group, arm in enumerate(groups.groups):
        inside = np.flatnonzero(groups.group == group)
        for name, covariate in scenario.sections.cohort.items():
            if covariate.latent:
                continue
            values, trial = drawn[name].take(inside), inside // scenario.patients
            if covariate.levels is None:
                lower, middle, upper = quantiles_of_each(values.astype(np.float64), trial, trials, QUARTILES)
                of = sizes[group]
                rows.append(QuantityRow(arm=arm, name=name, of=of, lower=lower, median=middle, upper=upper))
                continue
            for level, value in enumerate(covariate.levels):
                n = np.bincount(trial[values == level], minlength=trials)
                part = share(n, sizes[group])
                rows.append(CategoryRow(arm=arm, name=name, value=value, n=n, of=sizes[group], share=part))
    return rows
