"""AALL1331 against what was published, by ``pathsim validate``; the same check fails when a rate is changed."""

import math
from collections import Counter
from itertools import pairwise

import pytest

from pathsim.ensembles.run import Recipe, ensemble
from pathsim.results.lookup import is_share
from pathsim.scenario.files import find
from pathsim.scenario.problems import dotted
from pathsim.scenario.scenario import Scenario, load
from pathsim.steps.exits import Exit
from pathsim.validation.targets import TargetComparison, compared, paths

REPLICATES, SEED = 400, 20260101
POINTS, RATIO = 0.015, 0.04
FIFTHS = [
    ("steps.block_1.toxicity.other_event.grade3plus", 1.2, "block_1_any"),
    ("steps.risk_assignment.rules.3.split.consolidation", 0.8, "randomized"),
    ("steps.blina_1.assess.0.levels.negative", 0.8, "mrd_cycle_1_blinatumomab"),
    ("steps.block_2.assess.0.levels.negative", 1.2, "mrd_cycle_1_chemotherapy"),
    ("steps.block_2.exit.late_treatment_failure.by.28", 1.2, "failures_chemotherapy"),
    ("steps.after_blina_1.rules.0.split.blina_2", 0.8, "cycle_2_blinatumomab"),
    ("steps.after_block_2.rules.1.split.block_3", 0.8, "cycle_2_chemotherapy"),
    ("steps.after_transplant.exit.relapse.hazard_ratio", 1.2, "relapses_blinatumomab"),
    ("steps.after_transplant.exit.relapse.hazard_ratio", 0.8, "dfs_2_years_blinatumomab"),
    ("steps.blina_1.toxicity.neutropenia.grade3plus", 1.2, "blina_1_neutropenia"),
    ("steps.blina_1.toxicity.infection.grade3plus", 1.2, "blina_1_infection"),
    ("steps.block_2.toxicity.infection.grade3plus", 0.8, "block_2_infection"),
    ("steps.block_3.toxicity.febrile_neutropenia.grade3plus_share", 0.8, "febrile_neutropenia_chemotherapy"),
    ("steps.after_block_2.rules.0.split.block_3", 0.8, "cycle_2_chemotherapy"),
    ("trial.pace.1.per_month", 0.8, "enrolled"),
]


def validated(replicates: int, settings: dict[str, str], *, as_it_went: bool = True) -> dict[str, TargetComparison]:
    recipe = Recipe.of(find("aall1331"), settings)
    made = recipe.scenario()
    recipe = Recipe(recipe.source, recipe.settings, figures=paths(made.sections.targets), as_it_went=as_it_went)
    return {one.name: one for one in compared(made, ensemble(recipe, SEED, replicates))}


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load("aall1331")


@pytest.fixture(scope="module")
def found() -> dict[str, TargetComparison]:
    return validated(REPLICATES, {})


def test_every_input_comes_back_and_every_fitted_result_is_met(found: dict[str, TargetComparison]) -> None:
    missed = [one.about() for one in found.values() if one.target.kind != "holdout" and not one.met]
    assert missed == []


def test_results_that_are_numbers_of_the_model_are_told_apart_from_those_that_were_fitted(
    found: dict[str, TargetComparison],
) -> None:
    assert Counter(one.target.kind for one in found.values()) == {"input": 72, "fit": 37, "holdout": 11}


def test_every_result_that_was_held_out_lies_among_what_single_trials_show(found: dict[str, TargetComparison]) -> None:
    held_out = [one for one in found.values() if one.target.kind == "holdout"]
    assert len(held_out) == 11
    assert [one.name for one in held_out if one.verdict == "beyond chance"] == []


@pytest.mark.parametrize(
    ("path", "factor", "told_by"),
    [*FIFTHS[::4], *(pytest.param(*fifth, marks=pytest.mark.slow) for i, fifth in enumerate(FIFTHS) if i % 4)],
)
def test_a_rate_that_is_changed_by_a_fifth_is_noticed(
    scenario: Scenario, path: str, factor: float, told_by: str
) -> None:
    rate = next(rate for known, rate in scenario.rates.items() if dotted(known) == path)
    assert isinstance(rate.value, float)
    changed = validated(192, {path: f"{rate.value * factor:g}"})
    assert not changed[told_by].met


@pytest.mark.slow
@pytest.mark.parametrize("as_it_went", [True, False], ids=["as it went", "as designed"])
def test_over_five_thousand_trials_means_are_the_published_and_single_trials_show_them(*, as_it_went: bool) -> None:
    """Of trials that take the course of the published one, and of those that their committees may stop at a look."""
    found = validated(5000, {}, as_it_went=as_it_went)
    for one in found.values():
        is_size = not is_share(one.target) and not one.name.endswith("hazard_ratio")
        if is_size and not as_it_went:
            continue  # a trial that is stopped at a look is smaller
        assert one.lower <= one.published <= one.upper, one.about()
        if one.target.kind != "holdout" and is_share(one.target) and as_it_went:
            assert one.mean == pytest.approx(one.published, abs=POINTS), one.about()
        if one.name.endswith("hazard_ratio"):
            assert one.mean == pytest.approx(one.published, abs=RATIO), one.about()


def test_every_published_rate_of_a_cycle_is_a_target(scenario: Scenario) -> None:
    targets = {target.figure: target.published for target in scenario.sections.targets.values()}
    arms = {"blina_1": "blinatumomab", "blina_2": "blinatumomab", "block_2": "chemotherapy", "block_3": "chemotherapy"}
    counted = [rate for path, rate in scenario.rates.items() if path[2:3] == ("toxicity",) and rate.n is not None]
    compared_with = [
        targets[f"toxicity[arm={arms[str(rate.path[1])]},step={rate.path[1]},type={rate.path[3]}].rate"]
        for rate in counted
        if rate.path[1] in arms
    ]
    assert compared_with == [rate.value for rate in counted if rate.path[1] in arms]
    assert len(compared_with) == 4 * 18


def test_no_hazard_rises_again_after_it_has_fallen(scenario: Scenario) -> None:
    """A course over time that was bent to please a target would."""
    exits = [
        (entry.name, name, way) for entry in scenario.steps for name, way in getattr(entry.spec, "exit", {}).items()
    ]
    stated = [(step, name, way) for step, name, way in exits if way.by is not None]
    assert len(stated) > 25
    for step, name, way in stated:
        levels = [level for level in hazards_of(way) if level > 0]
        falls = [later < earlier * 0.98 for earlier, later in pairwise(levels)]
        rises = [later > earlier * 1.02 for earlier, later in pairwise(levels)]
        first_fall = falls.index(True) if True in falls else len(falls)
        assert not any(rises[first_fall:]), (step, name, levels)


def hazards_of(way: Exit) -> list[float]:
    """The hazard per day in each stretch of time."""
    found, day, reached = [], 0.0, 0.0
    for until, probability in way.by or ():
        cumulated = -math.log1p(-probability)
        found.append((cumulated - reached) / (until - day))
        day, reached = until, cumulated
    return [*found, way.then] if way.then else found
