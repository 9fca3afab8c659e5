"""The arms that patients have, and how they keep them where something else is changed.

Permuted blocks couple patients: one who comes earlier or not at all would change the arms of all who follow. So what is
compared on the same patients keeps the arms of the first.
"""

from collections.abc import Mapping
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from pathsim.conditions import Column
from pathsim.scenario.scenario import Scenario
from pathsim.steps.randomize import RandomizeSpec
from pathsim.trial.data_cut import Chunk
from pathsim.trial.tables import NO_ARM

Arms: TypeAlias = Mapping[str, NDArray[np.int16]]
"""For each randomization, by name, the arm of every patient (trials x patients); -1 for those who never came to it."""


def arms_of(chunk: Chunk) -> Arms:
    """The arms of all patients of a chunk."""
    found = {}
    for event in chunk.scenario.vocabulary.of("arm"):
        arms = np.full(chunk.rows, NO_ARM, dtype=np.int16)
        found_here = chunk.journal.only([event.code])
        arms[found_here.row] = found_here.value.astype(np.int16)
        found[event.step] = arms.reshape(len(chunk.replicates), -1)
    return found


def held(arms: Arms, base: Scenario, scenario: Scenario) -> dict[str, Column]:
    """What an engine takes for another scenario, so that its patients keep these arms of the base's.

    A randomization between other arms than the base's is left as it is.
    """
    return {step: fitted(mine, scenario) for step, mine in arms.items() if _same(step, scenario, base)}


def fitted(arms: NDArray[np.int16], scenario: Scenario) -> Column:
    """The arms of as many patients as come in this scenario."""
    found = np.full((arms.shape[0], scenario.patients), NO_ARM, dtype=np.int16)
    common = min(scenario.patients, arms.shape[1])
    found[:, :common] = arms[:, :common]
    return found.ravel()


def _same(step: str, scenario: Scenario, base: Scenario) -> bool:
    """Whether a randomization makes the same arms in both scenarios."""
    specs = [next((entry.spec for entry in made.steps if entry.name == step), None) for made in (scenario, base)]
    arms = [list(spec.arms) for spec in specs if isinstance(spec, RandomizeSpec)]
    return len(arms) == 2 and arms[0] == arms[1]
