"""Double programming: AALL1331 as the package simulates it, and as a SimPy model that shares no code with it.

Whatever a trial is judged by agrees in distribution. A comparison fails if two equal models would differ as much once
in 50 million times. There are some 5,000, so that all of them together would fail by chance once in 10,000 times.
"""

import importlib
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from batches import Batch, Floats, Label, package_batch, plain_batch
from readings import Tally, tally_of
from scipy import stats

from pathsim.scenario.scenario import Scenario, load

# Both models are simulated once, by the worker that has all of these tests.
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("double programming")]

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
PLAIN_TRIALS = 400
PACKAGE_TRIALS = 800
AT_ONCE = 100
SEED = 20141217
LEAST = 2e-8
"""How likely a difference must be between two equal models: about 5.6 standard errors."""
MANY = 200
"""So many values have a mean that is nearly normal."""
ROUNDING = 1e-6
"""Means that should be equal to the last bit, such as those of fixed stays, are as near as this."""


class Comparison(NamedTuple):
    """What the two models say of one thing, and how likely equal models would differ as much or more."""

    label: Label
    said: str
    p: float


@dataclass(frozen=True)
class Both:
    """What the plain model and the package say."""

    plain: Tally
    package: Tally

    def shares(self, family: str) -> Iterator[Comparison]:
        """Every share in the tables of this family."""
        for label, table in self.plain.tables.items():
            if label[0] != family:
                continue
            groups, names = self.plain.names[label]
            for group, one, other in zip(groups, table, self.package.tables[label], strict=True):
                found = np.flatnonzero(one + other)
                # Of two shares that sum to 1, one is enough.
                for j in found[1:] if found.size <= 2 else found:
                    counts = [(int(row[j]), int(row.sum())) for row in (one, other)]
                    p = stats.fisher_exact([[n, of - n] for n, of in counts]).pvalue
                    yield Comparison((*label, group, names[j]), " and ".join(f"{n}/{of}" for n, of in counts), p)

    def means_of_trials(self, family: str) -> Iterator[Comparison]:
        """Every number of this family of which each trial has one."""
        for label, values in self.plain.by_trial.items():
            if label[0] == family:
                yield means(label, np.concatenate(values), np.concatenate(self.package.by_trial[label]))

    def distributions(self, family: str) -> Iterator[Comparison]:
        """Every sample of this family: how it is distributed and, if it is large, its mean."""
        for label, values in self.plain.samples.items():
            if label[0] != family:
                continue
            one, other = np.concatenate(values), np.concatenate(self.package.samples[label])
            fewer, more = sorted((one.size, other.size))
            if fewer >= MANY:
                yield means(label, one, other)
            if fewer > 0:
                found = stats.ks_2samp(one, other, method="exact" if more <= MANY else "asymp")
                said = f"distribution functions of {one.size} and {other.size} are {found.statistic:.2g} apart"
                yield Comparison(label, said, found.pvalue)


def means(label: Label, one: Floats, other: Floats) -> Comparison:
    """Two means, each with an error of its own."""
    difference = abs(one.mean() - other.mean())
    error = math.hypot(*(each.std(ddof=1) / math.sqrt(each.size) for each in (one, other)))
    if difference < ROUNDING:
        p = 1.0
    else:
        p = 2 * stats.norm.sf(difference / error) if error > 0 else 0.0
    return Comparison(label, f"mean {one.mean():.5g} and {other.mean():.5g}", p)


def assert_agree(comparisons: Iterator[Comparison]) -> None:
    """No comparison finds a difference."""
    found = list(comparisons)
    assert found
    apart = [f"{' / '.join(each.label)}: {each.said}, p = {each.p:.1g}" for each in found if not each.p >= LEAST]
    assert not apart, "\n".join(["the plain model and the package disagree:", *apart])


@pytest.fixture(scope="module")
def both() -> Both:
    scenario = load("aall1331")
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(BENCHMARKS)
        model = importlib.import_module("plain_simpy")

    def plain() -> Iterator[Batch]:
        for first in range(0, PLAIN_TRIALS, AT_ONCE):
            trials = [model.simulate(seed, scenario.patients) for seed in range(first, first + AT_ONCE)]
            yield plain_batch(scenario, trials)

    return Both(tally_of(scenario, plain()), tally_of(scenario, package(scenario)))


def package(scenario: Scenario) -> Iterator[Batch]:
    for first in range(0, PACKAGE_TRIALS, AT_ONCE):
        yield package_batch(scenario, SEED, range(first, first + AT_ONCE))


# --- who comes, and when --------------------------------------------------------------------------------------------


def test_patients_arrive_at_the_same_pace(both: Both) -> None:
    assert_agree(both.distributions("arrival"))


def test_patients_are_of_the_same_ages(both: Both) -> None:
    assert_agree(both.distributions("age"))


def test_patients_have_the_same_sex_disease_and_frailty(both: Both) -> None:
    assert_agree(both.shares("cohort"))


# --- the flow through the steps -------------------------------------------------------------------------------------


def test_as_many_patients_enter_each_step(both: Both) -> None:
    assert_agree(both.means_of_trials("flow"))


def test_they_leave_each_step_in_the_same_ways_whatever_they_are_like(both: Both) -> None:
    assert_agree(both.shares("way out"))


def test_they_die_of_the_same_toxicities(both: Both) -> None:
    assert_agree(both.shares("cause"))


def test_they_stay_as_long_in_each_step_whichever_way_they_leave(both: Both) -> None:
    assert_agree(both.distributions("stay"))


def test_assessments_find_the_same(both: Both) -> None:
    assert_agree(both.shares("assessment"))


def test_everything_is_written_in_the_journal_as_often(both: Both) -> None:
    assert_agree(both.means_of_trials("entries"))


# --- randomization --------------------------------------------------------------------------------------------------


def test_every_stratum_of_each_arm_has_as_many_patients(both: Both) -> None:
    assert_agree(both.means_of_trials("allocated"))


def test_the_arms_of_a_stratum_are_never_more_than_two_apart(both: Both) -> None:
    samples = [
        np.concatenate(sample)
        for each in (both.plain, both.package)
        for label, sample in each.samples.items()
        if label[0] == "imbalance"
    ]
    assert samples
    assert max(sample.max() for sample in samples) == 2


def test_the_arms_of_a_stratum_are_as_far_apart_at_each_place_of_a_block(both: Both) -> None:
    assert_agree(both.distributions("imbalance"))


def test_transplant_follows_randomization_after_the_same_time(both: Both) -> None:
    assert_agree(both.distributions("to transplant"))


# --- survival -------------------------------------------------------------------------------------------------------


def test_as_many_of_each_arm_have_an_event_within_half_a_year_and_one_two_and_three_years(both: Both) -> None:
    assert_agree(both.shares("survival"))


def test_events_come_at_the_same_times(both: Both) -> None:
    assert_agree(both.distributions("event time"))


def test_first_events_are_of_the_same_kinds(both: Both) -> None:
    assert_agree(both.shares("first event"))


# --- toxicity -------------------------------------------------------------------------------------------------------


def test_every_toxicity_is_as_common_and_as_bad_in_the_robust_and_in_the_frail(both: Both) -> None:
    assert_agree(both.shares("toxicity"))


def test_every_toxicity_begins_at_the_same_time(both: Both) -> None:
    assert_agree(both.distributions("onset"))


def test_every_toxicity_lasts_as_long(both: Both) -> None:
    assert_agree(both.distributions("length"))


def test_as_many_toxicities_are_over_before_the_patient_leaves(both: Both) -> None:
    assert_agree(both.shares("resolved"))


def test_as_many_have_a_toxicity_within_another_and_nobody_has_it_without(both: Both) -> None:
    assert_agree(both.shares("nested"))
    alone = [
        tally.tables[label][:, 1].sum()
        for tally in (both.plain, both.package)
        for label in tally.tables
        if label[0] == "nested" and label[-1].startswith("without")
    ]
    assert alone
    assert not any(alone)


def test_a_toxicity_within_another_begins_as_long_after_it(both: Both) -> None:
    assert_agree(both.distributions("nested"))


def test_as_many_toxicities_come_together_in_one_patient(both: Both) -> None:
    assert_agree(both.distributions("together"))
