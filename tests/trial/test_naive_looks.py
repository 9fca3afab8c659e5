"""A committee that looks as if each look were the only one, and how often z is ever beyond a bound."""

import json
import math
from pathlib import Path
from statistics import NormalDist

import numpy as np
import pytest
from calls import Pathsim

from pathsim.engines.choose import simulate_many
from pathsim.engines.discrete_event import DiscreteEventEngine
from pathsim.report.rules import rules_in_words
from pathsim.results.trial import TrialResults
from pathsim.scenario.files import Source
from pathsim.scenario.scenario import Scenario, load
from pathsim.scenario.strict import findings
from pathsim.trial.committee import Committee
from pathsim.trial.course import course
from pathsim.trial.monitoring import Look, looks, planned_bounds

MONITORED = Path("tests/scenarios/monitored.toml").read_text(encoding="utf-8")
ORDER = "order             = { day = 700 }\n"
FUTILITY = 'futility          = { rule = "conditional-power", hazard_ratio = 0.6, below = 0.15 }\n'
PEEKING = """
title = "A drug that does nothing, and a committee that looks often"
[trial]
begins        = 2020-01-01
patients      = 300
per_month     = 10
randomization = "allocation"
control       = "control"
assumed       = "an exercise"
[trial.monitoring]
endpoint       = "os"
planned_events = 250
information    = [0.2, 0.4, 0.6, 0.8, 1]
alpha          = 0.025
spend          = "none"
[trial.cutoffs.final]
day      = 5000
complete = true
[endpoints.os]
label  = "Overall survival"
start  = "allocation"
events = ["death"]
[steps]
assumed = "an exercise"
[steps.allocation]
kind  = "randomize"
arms  = { drug = "drug", control = "control" }
block = 4
[steps.drug]
kind = "phase"
exit = { death = { median_days = 700, next = "dead" } }
[steps.control]
kind = "phase"
exit = { death = { median_days = 700, next = "dead" } }
[steps.dead]
kind = "end"
"""
Z = NormalDist().inv_cdf(0.975)


def peeking(**settings: str) -> Scenario:
    return load(Source("peeking", "peeking.toml", PEEKING), settings)


def monitored(*without: str, spend: str = "pocock") -> Scenario:
    """The monitored scenario with other spending, and without an order or a rule of futility."""
    text = MONITORED
    for line in without:
        assert line in text
        text = text.replace(line, "")
    return load(Source("monitored", "monitored.toml", text), {"trial.monitoring.spend": f'"{spend}"'})


def test_every_look_has_the_bound_of_a_single_test_and_the_first_beyond_it_ends_the_trial() -> None:
    held = looks(simulate_many(peeking(), 1, range(60)))
    (bound,) = {look.efficacy_bound for trial in held for look in trial}
    assert bound == pytest.approx(Z)
    for trial in held:
        beyond = [look.z is not None and look.z >= Z for look in trial]
        assert not any(beyond[:-1])
        assert (trial[-1].decision == "stop for benefit") == beyond[-1]
    assert len({len(trial) for trial in held}) > 1


def test_futility_is_judged_by_the_bound_of_the_end_as_ever() -> None:
    """R: (qnorm(.975) + sqrt(1 - t) * qnorm(.15) - theta * (1 - t)) / sqrt(t), theta = -log(.6) * sqrt(100) / 2."""
    plan = monitored(ORDER, spend="none").trial.monitoring
    assert plan is not None
    bounds = planned_bounds(plan, 1.0)
    drift = -math.log(0.6) * math.sqrt(100) / 2
    expected = (Z + math.sqrt(0.5) * NormalDist().inv_cdf(0.15) - drift * 0.5) / math.sqrt(0.5)
    assert bounds[1] == (0.5, pytest.approx(Z), pytest.approx(expected))


def test_trials_without_effect_are_stopped_as_often_as_armitage_mcpherson_and_rowe_say() -> None:
    """Half of 14.2% of their table 2: of a drug that does nothing five looks stop 7.1%, and the last alone 2.5%."""
    chunk = simulate_many(peeking(), 3, range(1500))
    held = looks(chunk)
    stopped = np.mean([trial[-1].decision == "stop for benefit" for trial in held])
    assert abs(stopped - 0.071) < 4 * math.sqrt(0.071 * 0.929 / len(held))
    beyond = TrialResults(chunk).trial.ever_beyond_bound
    assert beyond is not None
    assert beyond.mean() == stopped


@pytest.mark.parametrize("seed", range(3))
def test_the_committee_of_the_other_engine_does_the_same(seed: int) -> None:
    scenario = peeking()
    engine = DiscreteEventEngine(scenario, seed, 0)
    committee = Committee(engine)
    engine.run(until=scenario.latest_day(scenario.final_cutoff) + 1)
    assert committee.looks == looks(simulate_many(scenario, seed, range(1)))[0]


# --- had nobody stopped the trial -----------------------------------------------------------------------------------


def is_beyond(look: Look) -> bool:
    return look.z is not None and look.efficacy_bound is not None and look.z >= look.efficacy_bound


@pytest.mark.parametrize("spend", ["pocock", "none"])
def test_z_is_ever_beyond_the_bound_where_it_is_in_the_trial_that_nobody_stops(spend: str) -> None:
    """Neither the order nor what is futile: the looks of the same trial without both, to its end."""
    scenario, free = monitored(spend=spend), monitored(ORDER, FUTILITY, spend=spend).as_it_went()
    chunk = simulate_many(scenario, 11, range(120))
    found = TrialResults(chunk).trial.ever_beyond_bound
    assert found is not None
    # No day of records is so late that a look of the longer trial could be missing here.
    expected = [any(map(is_beyond, trial)) for trial in looks(simulate_many(free, 11, range(120)))]
    assert found.tolist() == [float(one) for one in expected]
    stopped = [trial[-1].decision == "stop for benefit" for trial in course(chunk).looks]
    assert sum(stopped) < sum(expected) < len(expected)


def test_by_an_earlier_day_only_looks_until_then_count() -> None:
    chunk = simulate_many(monitored(), 11, range(120))
    early, late = (TrialResults(chunk, day).trial.ever_beyond_bound for day in (500, 1200))
    assert early is not None
    assert late is not None
    assert (early <= late).all()
    assert early.sum() < late.sum()


def test_without_a_committee_there_is_no_such_figure() -> None:
    scenario = load("tests/app/odd/other_groups.toml")
    assert TrialResults(simulate_many(scenario, 1, range(2))).trial.ever_beyond_bound is None


# --- in words -------------------------------------------------------------------------------------------------------


def test_an_ensemble_tells_how_many_were_ever_beyond(pathsim: Pathsim, tmp_path: Path) -> None:
    file = tmp_path / "monitored.toml"
    file.write_text(MONITORED, encoding="utf-8")
    arguments = ("ensemble", file, "--replicates", 40, "--seed", 2)
    told = json.loads(pathsim(*arguments, "--json").out)
    beyond = TrialResults(simulate_many(load(str(file)), 2, range(40))).trial.ever_beyond_bound
    assert beyond is not None
    assert told["ever_beyond_bound"]["pfs"]["estimate"] == beyond.mean()
    assert told["figures"]["trial.ever_beyond_bound"]["mean"] == pytest.approx(beyond.mean())
    said = f"beyond the bound for benefit at some look, had nobody stopped them: {beyond.mean():.1%}"
    assert said in pathsim(*arguments).out


def test_bounds_and_reports_say_what_the_naive_rule_costs(pathsim: Pathsim) -> None:
    looks_of_five = ("bounds", "--information", "0.2,0.4,0.6,0.8,1", "--spend", "none")
    out = pathsim(*looks_of_five).out
    cost = "which spends no error: 5 looks together have a type I error of 7.1%"
    assert cost in out
    assert out.count("1.959964") == 5
    told = json.loads(pathsim(*looks_of_five, "--json").out)
    assert told["alpha_spent"][-1] == pytest.approx(0.0708588, abs=1e-6)
    plan = peeking().trial.monitoring
    assert plan is not None
    assert rules_in_words(plan) == [f"benefit: one-sided P below 0.025 at any look, {cost}"]


def test_check_warns_of_it_where_there_is_more_than_one_look() -> None:
    paths = [one.path for one in findings(peeking())]
    assert ("trial", "monitoring", "spend") in paths
    one_look = findings(peeking(**{"trial.monitoring.information": "[1]"}))
    assert not [one for one in one_look if one.path == ("trial", "monitoring", "spend")]
