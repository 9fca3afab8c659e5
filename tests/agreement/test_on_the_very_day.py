"""A patient who comes to a step at the very instant of a stop, or of the closing, on both engines.

The first patient comes on a tick of the calendar, so that a stay of the right length brings them there exactly.
"""

import math

import numpy as np
import pytest
from journals import assert_same, played, vectorized
from numpy.typing import NDArray
from strategies import BEGINS, document, scenario_of

from pathsim.calendar import TICK_DAYS
from pathsim.engines.choose import Engine, simulate
from pathsim.scenario.scenario import Scenario, load
from pathsim.trial.course import course
from pathsim.trial.time_to_event import allocation

MONITORED = "tests/scenarios/monitored.toml"
SEED = 0
"""With this one the first patient has placebo, and does well on it for as long as it is given."""
STOPPED, CLOSES = 700, 730
"""The committee stops the trial by order on day 700, and it closes 30 days later."""
ON_PLACEBO = 90
BEFORE, AT, AFTER = -TICK_DAYS, 0.0, TICK_DAYS


def made(screening: float) -> Scenario:
    """All patients are screened for so many days, so nobody has an event before the stop."""
    return load(MONITORED, {"trial.arrivals": "even", "steps.screening.days": repr(screening)})


def came() -> float:
    """The day on which the first patient comes."""
    return float(simulate(made(1), SEED)[0].enrolled[0])


def entered(scenario: Scenario, engine: Engine) -> tuple[NDArray[np.str_], NDArray[np.float64], int]:
    """The steps that the first patient enters, when, and their arm."""
    chunk, _ = simulate(scenario, SEED, 0, engine)
    known = course(chunk).data_cut_on(math.inf, complete=True)
    assert [(look.day, look.decision) for look in course(chunk).looks[0]] == [(STOPPED, "stop by order")]
    mine = known.journal.pick(known.journal.row == 0).in_order()
    events = [scenario.vocabulary[code] for code in mine.event.tolist()]
    steps = [(event.step, day) for event, day in zip(events, mine.day.tolist(), strict=True) if event.kind == "enter"]
    names, days = zip(*steps, strict=True)
    return np.array(names), np.array(days), int(allocation(known).group[0])


@pytest.mark.parametrize("engine", ["vectorized", "discrete-event"])
@pytest.mark.parametrize(("late", "randomized"), [(BEFORE, True), (AT, True), (AFTER, False)])
def test_who_comes_to_the_randomization_when_the_trial_closes_is_randomized(
    engine: Engine, late: float, *, randomized: bool
) -> None:
    steps, days, arm = entered(made(CLOSES - came() + late), engine)
    assert days[steps == "allocation"].tolist() == [CLOSES + late]
    assert (arm >= 0) == randomized == (steps.size > 2)


@pytest.mark.parametrize("engine", ["vectorized", "discrete-event"])
@pytest.mark.parametrize(("late", "crosses"), [(BEFORE, False), (AT, False), (AFTER, True)])
def test_who_asks_when_the_trial_is_stopped_is_told_the_day_after(
    engine: Engine, late: float, *, crosses: bool
) -> None:
    scenario = made(STOPPED - ON_PLACEBO - came() + late)
    steps, days, arm = entered(scenario, engine)
    assert scenario.arms[arm] == "placebo"
    assert days[steps == "unblinding"].tolist() == [STOPPED + late]
    assert ("drug" in steps) == crosses


def ward(days: float) -> Scenario:
    """Patients who are ready for the only bed at the instant at which an exit would end their waiting."""
    death = {"median_days": 1e-9, "next": "dead"}
    steps = {
        "waiting": {"kind": "wait", "ready": 0, "resource": "bed", "next": "bed", "exit": {"death": death}},
        "bed": {"kind": "phase", "days": days, "holds": "bed", "next": "home"},
        "home": {"kind": "end"},
        "dead": {"kind": "end"},
    }
    trial = {"begins": BEGINS, "patients": 20, "per_month": 1, "cutoffs": {"end": {"day": 1}}, "arrivals": "even"}
    return scenario_of(
        document({"title": "A ward", "trial": trial, "resources": {"bed": {"capacity": 1}}, "steps": steps})
    )


def test_who_is_ready_at_the_instant_of_an_exit_gets_the_place() -> None:
    scenario = ward(days=0.5)
    found = vectorized(scenario, 1)
    assert (found.event == scenario.entry("bed").enter).sum() == 20
    assert_same(found, played(scenario, 1))
    assert_same(found, played(scenario, 1, planned=False))


def test_a_place_that_is_taken_at_the_instant_of_an_exit_is_taken() -> None:
    scenario = ward(days=100)
    found = played(scenario, 1)
    assert_same(found, vectorized(scenario, 1))
    assert (found.event == scenario.entry("bed").enter).sum() < 20, "who does not find it free dies at once"
