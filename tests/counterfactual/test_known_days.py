"""How patients fare in either arm where everybody has the event on a day that is known."""

import math

import pytest

from pathsim.counterfactual import individual_effects, other_courses
from pathsim.couplings import INDIVIDUAL_EFFECTS
from pathsim.engines.choose import simulate
from pathsim.scenario.files import Source
from pathsim.scenario.scenario import load
from pathsim.trial.course import course

DAY = 730.0
SURE = """
title   = "Everybody has the event, on a day that is known"
extends = "two-arm-exponential"
without = ["steps.experimental.exit", "steps.control.exit"]
[trial]
per_month = {{ value = 100000, assumed = "a test" }}
[steps.experimental]
days    = {days}
next    = "over"
assumed = "a test"
[steps.control]
days    = 10
next    = "over"
assumed = "a test"
[steps.over]
kind  = "branch"
rules = [{{ next = "dead", event = "death" }}]
"""


@pytest.mark.parametrize(
    ("days", "verdict"), [(10, "same"), (100, "same"), (101, "later"), (730, "later"), (731, "better")]
)
def test_events_up_to_ninety_days_apart_are_the_same_outcome(days: int, verdict: str) -> None:
    """All in the control arm have the event on day 10, all in the other on this day; day 730 is the last."""
    text = SURE.format(days=days)
    mine = course(simulate(load(Source("sure", "<test>", text)), 1)[0])
    endpoint = mine.scenario.sections.endpoints["os"]
    found = individual_effects(mine, other_courses(mine)["shared"], endpoint, DAY)
    assert found.counts == dict.fromkeys(INDIVIDUAL_EFFECTS, 0) | {verdict: 400}
    assert found.events == (0 if verdict == "better" else 400, 400)


@pytest.mark.parametrize(
    ("today", "verdict", "events"), [(math.inf, "better", 400), (800.0, "better", 400), (5.0, "same", 0)]
)
def test_who_is_cured_in_one_arm_alone_fares_better_however_long_anybody_waits(
    today: float, verdict: str, events: int
) -> None:
    """All in the control arm have the event on day 10; the others never have it, and nobody is lost."""
    text = SURE.format(days=100).replace("[steps.experimental]", "[steps.cured]\nkind = 'end'\n[steps.experimental]")
    text = text.replace('next    = "over"', 'next    = "cured"', 1)
    mine = course(simulate(load(Source("sure", "<test>", text)), 1)[0])
    assert mine.chunk.enrolled.max() < 1.0, "all come on the first day"
    found = individual_effects(mine, other_courses(mine)["shared"], mine.scenario.sections.endpoints["os"], DAY, today)
    assert found.counts == dict.fromkeys(INDIVIDUAL_EFFECTS, 0) | {verdict: 400}
    assert found.events == (0, events)
