"""The rows of an ensemble at their edges: events on the very day, and trials that go on after a look."""

from pathlib import Path

import numpy as np
import pytest

from pathsim.engines.choose import simulate, simulate_many
from pathsim.results.json import results
from pathsim.results.replicates import rows
from pathsim.scenario.files import Source
from pathsim.scenario.scenario import load

VISITED = """
title = "Everybody has the event on day 365"
assumed = "x"
[trial]
begins        = 2020-01-01
patients      = 20
arrivals      = "even"
per_month     = 10
randomization = "alloc"
control       = "b"
[trial.cutoffs.final]
day      = 2000
complete = true
[endpoints.visit]
label   = "Visit"
start   = "alloc"
events  = ["visit"]
at_days = [364, 365, 366]
[steps.alloc]
kind  = "randomize"
arms  = { a = "home", b = "home" }
block = 2
[steps.home]
kind = "phase"
days = 365
next = "seen"
[steps.seen]
kind  = "branch"
rules = [{ event = "visit", next = "over" }]
[steps.over]
kind = "end"
"""
MONITORED = (Path(__file__).parents[1] / "scenarios" / "monitored.toml").read_text(encoding="utf-8")


def test_an_event_on_the_very_day_has_happened_by_that_day() -> None:
    columns = rows(simulate_many(load(Source("visited", "<test>", VISITED)), 1, range(3)))
    counts = {day: columns[f"endpoints.visit.events_by.{day}"].tolist() for day in (364, 365, 366)}
    assert counts == {364: [0, 0, 0], 365: [20, 20, 20], 366: [20, 20, 20]}
    survival = {day: columns[f"endpoints.visit.arms.a.at.{day}.survival"].tolist() for day in (364, 365)}
    assert survival == {364: [1, 1, 1], 365: [0, 0, 0]}


def test_a_trial_that_goes_on_after_its_last_look_ends_at_the_cut_off_with_the_events_there() -> None:
    text = MONITORED.replace("order             = { day = 700 }\n", "").replace("[0.3, 0.5, 0.75, 1]", "[0.3, 0.5, 1]")
    scenario = load(Source("monitored", "<test>", text), {"trial.monitoring.planned_events": "200"})
    replicates = range(12)
    columns = rows(simulate_many(scenario, 1, replicates))
    trials = [results(simulate(scenario, 1, replicate)[0])["trial"] for replicate in replicates]
    for key in ("day", "events"):
        assert columns[f"trial.ended.{key}"].tolist() == [trial["ended"][key] for trial in trials]
    decisions = np.array([trial["looks"][-1]["decision"] for trial in trials])
    goes_on, last = decisions == "continue", np.array([trial["looks"][-1]["events"] for trial in trials])
    assert 0 < goes_on.sum() < 12
    assert (columns["trial.ended.day"][goes_on] == 1200).all()
    assert (columns["trial.ended.events"][goes_on] > last[goes_on]).all()
    assert (columns["trial.ended.events"][~goes_on] == last[~goes_on]).all()
    assert columns["trial.ended.events"][goes_on] == pytest.approx(columns["endpoints.pfs.events"][goes_on])
