"""Small trials whose outcome is known beforehand, or counted in the journal without the code that makes tables."""

from collections.abc import Mapping

import numpy as np
import pytest

from pathsim.engines.choose import simulate
from pathsim.export.adam import Adam
from pathsim.results.json import results
from pathsim.results.lookup import figure
from pathsim.scenario.files import Source
from pathsim.scenario.scenario import load
from pathsim.trial.course import course
from pathsim.trial.data_cut import Chunk
from pathsim.trial.time_to_event import allocation

PATIENTS = 4000
ONSET, DIES = 5.0, 15.0

CARE = """
title = "Care"
[trial]
begins    = 2020-01-01
patients  = 4000
per_month = 4000
assumed   = "test"
[trial.cutoffs.final]
day      = 4000
complete = true
[cohort.stage]
levels  = { early = 0.5, late = "rest" }
assumed = "test"
[steps.care]
kind    = "phase"
days    = 30
next    = "after"
fatal   = "death"
assumed = "test"
[steps.care.exit.death]
next = "dead"
[steps.care.exit.moved]
hazard_per_day = 0.1
next = "gone"
[steps.care.toxicity.sepsis]
grade3plus = 1
grade4plus = 1
grade5     = 1
onset      = 5
lasts      = 10
[steps.after]
kind = "phase"
[steps.dead]
kind = "end"
[steps.gone]
kind = "end"
"""


def trial(text: str) -> Chunk:
    return simulate(load(Source("care", "care.toml", text)), seed=1)[0]


def days(chunk: Chunk, kind: str, name: str) -> Mapping[int, float]:
    """When each patient had this, in days from their entry into the first step."""
    vocabulary, journal = chunk.scenario.vocabulary, chunk.journal
    codes = [event.code for event in vocabulary.of(kind) if event.name == name]
    here = np.isin(journal.event, codes)
    first = chunk.scenario.steps[0].enter
    begun = dict(
        zip(journal.row[journal.event == first].tolist(), journal.day[journal.event == first].tolist(), strict=True)
    )
    pairs = zip(journal.row[here].tolist(), journal.day[here].tolist(), strict=True)
    return {row: day - begun[row] for row, day in pairs}


def near(count: int, of: int, share: float) -> bool:
    """Whether a binomial count is within four standard deviations of what is expected."""
    return abs(count - of * share) <= 4 * (of * share * (1 - share)) ** 0.5


def test_who_is_dying_of_a_toxicity_leaves_by_no_other_exit() -> None:
    chunk = trial(CARE)
    moved, died = days(chunk, "exit", "moved"), days(chunk, "exit", "death")
    # Everybody has the fatal toxicity on day 5, whom the other exit has not taken before: 1 - exp(-0.1 * 5).
    assert near(len(moved), PATIENTS, 1 - np.exp(-0.1 * ONSET))
    assert max(moved.values()) <= ONSET
    assert len(died) == PATIENTS - len(moved)
    assert set(np.round(list(died.values()), 6)) == {DIES}


def test_a_rate_of_toxicity_is_of_the_patients_who_entered_the_step() -> None:
    text = CARE.replace("hazard_per_day = 0.1", "hazard_per_day = 0")
    found = results(trial(text))
    assert figure(found, "toxicity[step=care,type=sepsis].patients") == PATIENTS
    assert figure(found, "toxicity[step=care,type=sepsis].rate") == 1.0


def test_a_rate_of_toxicity_is_what_the_journal_counts() -> None:
    chunk = trial(CARE)
    affected = len(days(chunk, "toxicity", "sepsis"))
    assert 0 < affected < PATIENTS
    assert figure(results(chunk), "toxicity[step=care,type=sepsis].rate") == affected / PATIENTS


@pytest.mark.parametrize("ratio", [0.5, 2.0])
def test_a_risk_ratio_moves_every_grade_alike(ratio: float) -> None:
    effect = f"effects = [{{ when = \"stage == 'late'\", risk_ratio = {ratio} }}]"
    text = CARE.replace("hazard_per_day = 0.1", "hazard_per_day = 0").replace(
        "lasts      = 10", f"lasts = 10\n{effect}"
    )
    text = text.replace("grade3plus = 1", "grade3plus = 0.4").replace("grade4plus = 1", "grade4plus = 0.2")
    text = text.replace("grade5     = 1", "grade5 = 0.1")
    chunk = trial(text)
    stage = chunk.scenario.cohort.draw(chunk.patient_keys)["stage"]
    worst = np.zeros(PATIENTS)
    toxic = np.isin(chunk.journal.event, [event.code for event in chunk.scenario.vocabulary.of("toxicity")])
    np.maximum.at(worst, chunk.journal.row[toxic], chunk.journal.value[toxic])
    for level, times in ((0, 1.0), (1, ratio)):
        mine = worst[stage == level]
        for grade, share in ((3, 0.4), (4, 0.2), (5, 0.1)):
            assert near(int((mine >= grade).sum()), mine.size, times * share), (level, grade)


STRATIFIED = """
title = "Strata"
[trial]
begins        = 2020-01-01
patients      = 60
per_month     = 60
randomization = "alloc"
control       = "control"
assumed       = "test"
[trial.cutoffs.final]
day      = 4000
complete = true
[cohort.stage]
levels  = { early = 0.3, middle = 0.3, late = "rest" }
assumed = "test"
[endpoints.os]
label      = "Survival"
start      = "alloc"
events     = ["death"]
stratified = true
[steps.alloc]
kind    = "randomize"
arms    = { drug = "care", control = "care" }
block   = 4
strata  = ["stage"]
assumed = "test"
[steps.care]
kind    = "phase"
exit    = { death = { median_days = 300, next = "dead" } }
assumed = "test"
[steps.dead]
kind = "end"
"""


def test_a_stratum_is_the_patients_own_and_not_their_arm() -> None:
    known = course(trial(STRATIFIED)).final()
    stage = known.chunk.scenario.cohort.draw(known.chunk.patient_keys)["stage"]
    groups = allocation(known)
    # Stratum 0 is of those whose stage is not known: nobody here.
    assert sorted({(int(a), int(b)) for a, b in zip(stage, groups.stratum, strict=True)}) == [(0, 1), (1, 2), (2, 3)]
    # Blocks of four: within a stratum the arms differ by two patients at most.
    for level in range(3):
        mine = groups.group[stage == level]
        assert abs(int((mine == 0).sum()) - int((mine == 1).sum())) <= 2
    assert set(groups.group.tolist()) == {0, 1}


def test_the_stratum_of_an_export_is_that_of_the_patients_covariate() -> None:
    subjects = list(Adam(course(trial(STRATIFIED)).final()).adsl())
    assert len({(row["STAGE"], row["STRATA"]) for row in subjects}) == 3
    assert all(row["STAGE"] in row["STRATA"] for row in subjects)


def logrank_z(rows: list[tuple[float, bool, int, int]]) -> float:
    """The stratified log-rank z of group 0 against group 1, from (time, event, group, stratum), summed death by death.

    Mantel and Haenszel's hypergeometric variance; Collett, Modeling Survival Data in Medical Research, 2.6.
    """
    excess = variance = 0.0
    for time, _, _, stratum in [row for row in rows if row[1]]:
        at_risk = [row for row in rows if row[3] == stratum and row[0] >= time]
        n, mine = len(at_risk), sum(row[2] == 0 for row in at_risk)
        excess += sum(row[2] == 0 for row in at_risk if row[0] == time and row[1]) - mine / n
        variance += mine * (n - mine) / n**2
    return float(excess / variance**0.5)


@pytest.mark.parametrize("stratified", [True, False])
def test_a_test_is_made_within_the_patients_strata_only_if_the_endpoint_says_so(*, stratified: bool) -> None:
    chunk = trial(STRATIFIED.replace("stratified = true", f"stratified = {stratified}".lower()))
    stage = chunk.scenario.cohort.draw(chunk.patient_keys)["stage"]
    died, journal = days(chunk, "exit", "death"), chunk.journal
    arm = next(event.code for event in chunk.scenario.vocabulary.of("arm"))
    arms = dict(
        zip(journal.row[journal.event == arm].tolist(), journal.value[journal.event == arm].tolist(), strict=True)
    )
    rows = [
        (min(died[row], 4000.0), died[row] < 4000, int(arms[row]), int(stage[row]) if stratified else 0)
        for row in range(60)
        if row in died
    ]
    assert len(rows) == 60
    assert figure(results(chunk), "endpoints.os.comparisons.drug.logrank.z") == pytest.approx(logrank_z(rows), abs=1e-9)
