"""The stroke service against what is published of thrombectomy, and against what every stroke physician would check.

The published figures: United Kingdom (thrombectomies), HERMES (times, independence, deaths). Independence, deaths and
the price of an hour are recalled, not read, so the margins are wide.
"""

import math
import tomllib
from functools import cached_property

import numpy as np
import pytest
from histories import Flags, Histories, Numbers

from pathsim.engines.choose import simulate
from pathsim.ensembles.run import Recipe, ensemble
from pathsim.results.json import ResultsJson, results
from pathsim.results.lookup import figure
from pathsim.scenario.files import find
from pathsim.scenario.scenario import load
from pathsim.trial.data_cut import Chunk
from pathsim.validation.targets import compared, paths

NAME = "stroke-thrombectomy"
PATIENTS, SEED, MINUTES = 12_000, 1, 24 * 60
LATE = {"trial.cutoffs.final.day": "1500"}
QUARTILES_OF_GROIN = [180, 238, 302]
QUARTILES_OF_REPERFUSION = [215, 286, 363]


class Strokes(Histories):
    """One large trial, one row a patient."""

    @cached_property
    def treated(self) -> Flags:
        return self.day("enter", "thrombectomy") < math.inf

    @cached_property
    def dead(self) -> Numbers:
        return self.day("enter", "dead")

    @cached_property
    def dead_by_day_90(self) -> Flags:
        return np.isinf(self.assessed_on) & (self.dead < math.inf)

    @cached_property
    def assessed_on(self) -> Numbers:
        """The day on which independence is assessed; infinite if it is not."""
        return np.minimum(
            self.day("assess", "to_day_90", "independent"), self.day("assess", "after_stroke_unit", "independent")
        )

    @cached_property
    def independent(self) -> Flags:
        steps = ("to_day_90", "after_stroke_unit")
        return np.logical_or(*(self.assessed(step, "independent", "yes") for step in steps))

    def minutes_to(self, step: str) -> Numbers:
        since = self.day("enter", step) - self.day("enter", "symptom_onset")
        return since[self.treated] * MINUTES


@pytest.fixture(scope="module")
def chunk() -> Chunk:
    return simulate(load(NAME, {"trial.patients": str(PATIENTS), **LATE}), SEED)[0]


@pytest.fixture(scope="module")
def strokes(chunk: Chunk) -> Strokes:
    return Strokes(chunk)


@pytest.fixture(scope="module")
def found(chunk: Chunk) -> ResultsJson:
    return results(chunk)


def error(share: float, of: float) -> float:
    """The standard error of a share."""
    return math.sqrt(share * (1 - share) / of)


def test_nobody_is_independent_and_dead(strokes: Strokes) -> None:
    """Deaths come before day 90, and then nothing is assessed, or after the assessment."""
    assert np.all(strokes.dead[strokes.independent] > strokes.assessed_on[strokes.independent])
    assert not np.any(strokes.independent & strokes.dead_by_day_90)
    assert np.all(np.isfinite(strokes.assessed_on) | np.isfinite(strokes.dead))
    assert strokes.independent.mean() > 0.4
    assert strokes.dead_by_day_90.mean() > 0.1


def test_independence_is_assessed_on_day_90(strokes: Strokes) -> None:
    for until, since in (("to_day_90", "after_thrombectomy"), ("after_stroke_unit", "stroke_unit")):
        assessed = strokes.day("assess", until, "independent")
        seen = np.isfinite(assessed)
        assert assessed[seen] - strokes.day("enter", since)[seen] == pytest.approx(90, abs=0.01)


def test_a_hemorrhage_comes_before_the_outcome_and_costs_it(strokes: Strokes) -> None:
    began = strokes.day("toxicity", "after_thrombectomy", "hemorrhage")
    bled, spared = strokes.treated & np.isfinite(began), strokes.treated & np.isinf(began)
    assert bled.sum() > 30
    assert np.all(began[bled] < np.minimum(strokes.assessed_on, strokes.dead)[bled])
    assert strokes.independent[bled].mean() < strokes.independent[spared].mean() - 0.25
    assert 0.25 < strokes.dead_by_day_90[bled].mean() < 0.8
    assert strokes.dead_by_day_90[bled].mean() > strokes.dead_by_day_90[spared].mean() + 0.2


def test_one_stroke_in_ten_comes_to_thrombectomy(strokes: Strokes) -> None:
    assert strokes.treated.mean() == pytest.approx(0.10, abs=0.01)


def test_half_are_punctured_and_reperfused_by_the_times_of_hermes(strokes: Strokes) -> None:
    """Medians within a quarter of an hour, the other quartiles within 25 minutes."""
    for step, published in (("thrombectomy", QUARTILES_OF_GROIN), ("leaving_suite", QUARTILES_OF_REPERFUSION)):
        lower, median, upper = np.percentile(strokes.minutes_to(step), [25, 50, 75])
        assert median == pytest.approx(published[1], abs=15)
        assert [lower, upper] == pytest.approx([published[0], published[2]], abs=25)


def test_after_thrombectomy_nearly_half_are_independent_and_one_in_seven_is_dead(strokes: Strokes) -> None:
    assert strokes.independent[strokes.treated].mean() == pytest.approx(0.46, abs=0.045)
    assert strokes.dead_by_day_90[strokes.treated].mean() == pytest.approx(0.15, abs=0.035)


def test_an_hour_of_delay_costs_five_patients_in_a_hundred_their_independence(strokes: Strokes) -> None:
    """By way of the infarct, which an hour makes larger: less noise than counting the independent hour by hour."""
    hours = strokes.minutes_to("thrombectomy") / 60
    small = strokes.assessed("leaving_suite", "infarct", "small")[strokes.treated]
    independent = strokes.independent[strokes.treated]
    per_hour = np.polyfit(hours, small, 1)[0] * (independent[small].mean() - independent[~small].mean())
    assert per_hour == pytest.approx(-0.05, abs=0.015)
    assert independent[hours < 3].mean() > independent[hours > 5].mean() + 0.05


@pytest.mark.parametrize("treated", [True, False], ids=["thrombectomy", "no thrombectomy"])
def test_older_and_more_severe_patients_fare_worse(strokes: Strokes, *, treated: bool) -> None:
    mine = strokes.treated == treated
    old, severe = strokes.age >= 80, strokes.are("severity", "severe")
    for worse in (old, severe):
        for alike in (severe, ~severe) if worse is old else (old, ~old):
            ill, well = mine & alike & worse, mine & alike & ~worse
            assert strokes.independent[ill].mean() < strokes.independent[well].mean() - 0.05
            assert strokes.dead_by_day_90[ill].mean() > strokes.dead_by_day_90[well].mean()


def test_without_thrombectomy_deaths_depend_on_severity_and_on_the_vessel(strokes: Strokes) -> None:
    shares = {
        (vessel, severity): strokes.dead_by_day_90[
            ~strokes.treated & strokes.are("large_vessel", vessel) & strokes.are("severity", severity)
        ].mean()
        for vessel in ("no", "yes")
        for severity in ("mild", "moderate", "severe")
    }
    for vessel in ("no", "yes"):
        assert shares[vessel, "mild"] < shares[vessel, "moderate"] < shares[vessel, "severe"]
    for severity in ("mild", "moderate", "severe"):
        assert shares["no", severity] < shares["yes", severity]


def test_who_needed_help_before_is_not_independent_afterwards(strokes: Strokes) -> None:
    dependent = strokes.are("dependent_before", "yes")
    assert dependent.any()
    assert not np.any(strokes.independent & dependent)
    assert not np.any(strokes.treated & dependent)


@pytest.mark.slow
def test_with_one_suite_patients_wait_and_with_two_hardly_anybody() -> None:
    waits = [
        next(
            row
            for row in results(simulate(load(NAME, {"resources.suite.capacity": str(places)}), SEED)[0])["waits"]
            if row["resource"] == "suite"
        )
        for places in (1, 2)
    ]
    one, two = waits
    assert one["waited"] / one["asked"] > 0.10
    assert one["mean_days"] * one["asked"] / one["waited"] * MINUTES > 30
    assert two["waited"] / two["asked"] < 0.03
    assert two["mean_days"] < one["mean_days"] / 4


def test_the_targets_are_met_by_one_large_trial(found: ResultsJson) -> None:
    """Within their tolerance and two standard errors."""
    targets = load(NAME).sections.targets
    assert {"thrombectomies", "groin_238", "independent", "dead"} <= set(targets)
    for name, target in targets.items():
        assert target.of is not None
        assert target.tolerance is not None
        of = figure(found, target.of)
        margin = target.tolerance + 2 * error(target.published, of)
        assert figure(found, target.figure) / of == pytest.approx(target.published, abs=margin), name


@pytest.mark.slow
def test_validate_finds_every_target_met() -> None:
    recipe = Recipe.of(find(NAME), {})
    made = recipe.scenario()
    recipe = Recipe(recipe.source, recipe.settings, figures=paths(made.sections.targets), as_it_went=True)
    assert [one.about() for one in compared(made, ensemble(recipe, SEED, 100)) if not one.met] == []


def test_what_nobody_published_is_assumed_for_a_reason() -> None:
    made = load(NAME)
    told = {rate.evidence for rate in made.rates.values()}
    assert {one.kind for one in told} <= {"assumed", "derived"}
    assert "teaching example" not in find(NAME).text
    assert set(tomllib.loads(find(NAME).text)["sources"]) == {"hermes", "united_kingdom"}
