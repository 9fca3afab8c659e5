"""A patient who comes to a step at the very instant of a stop, or of the closing, on both engines.

The first patient comes on a tick of the calendar, so that a stay of the right length brings them there exactly.
"""

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from pathsim.calendar import TICK_DAYS
from pathsim.engines import Engine, simulate
from pathsim.scenario.scenario import Scenario, load
from pathsim.trial.course import course
from pathsim.trial.outcomes import allocation

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
    known = course(chunk).known_on(math.inf, complete=True)
    assert [(look.day, look.decision) for look in course(chunk).looks[0]] == [(STOPPED, "stop by order")]
    mine = known.journal.pick(known.journal.row == 0).in_order()
    events = [scenario.vocabulary[code] for code in mine.event.tolist()]
    steps = [(event.step, day) for event, day in zip(events, mine.day.tolist(), strict=True) if event.kind == "enter"]
    names, days = zip(*steps, strict=True)
    return np.array(names), np.array(days), int(allocation(known).group[0])


@pytest.mark.parametrize("engine", ["sweep", "clock"])
@pytest.mark.parametrize(("late", "randomized"), [(BEFORE, True), (AT, True), (AFTER, False)])
def test_who_comes_to_the_randomization_when_the_trial_closes_is_randomized(
    engine: Engine, late: float, *, randomized: bool
) -> None:
    steps, days, arm = entered(made(CLOSES - came() + late), engine)
    assert days[steps == "allocation"].tolist() == [CLOSES + late]
    assert (arm >= 0) == randomized == (steps.size > 2)


@pytest.mark.parametrize("engine", ["sweep", "clock"])
@pytest.mark.parametrize(("late", "crosses"), [(BEFORE, False), (AT, False), (AFTER, True)])
def test_who_asks_when_the_trial_is_stopped_is_told_the_day_after(
    engine: Engine, late: float, *, crosses: bool
) -> None:
    scenario = made(STOPPED - ON_PLACEBO - came() + late)
    steps, days, arm = entered(scenario, engine)
    assert scenario.arms[arm] == "placebo"
    assert days[steps == "unblinding"].tolist() == [STOPPED + late]
    assert ("drug" in steps) == crosses
