"""A patient's journey tells every step that they entered, with its day: read off the journal entry by entry."""

from functools import cache

import pytest

from pathsim.player.makers.patients import journey_view
from pathsim.player.simulated_trial import SimulatedTrial
from pathsim.player.views.patients import Happening, Journey
from pathsim.scenario.scenario import load


@cache
def take(scenario: str, seed: int) -> SimulatedTrial:
    return SimulatedTrial(load(scenario), seed)


def journey(scenario: str, seed: int, patient: int) -> Journey:
    of = take(scenario, seed)
    return journey_view(1, of, None, None, patient, of.last_day).own


def entered(of: SimulatedTrial, patient: int) -> list[tuple[float, str]]:
    """The day of each entry into a step, from enrollment, and what the step is called."""
    mine = of.journal.pick(of.journal.row == patient)
    events = [of.scenario.vocabulary[code] for code in mine.event.tolist()]
    came = mine.day[0]
    return [
        (round(day - came, 3), of.scenario.entry(event.step).label)
        for day, event in zip(mine.day.tolist(), events, strict=True)
        if event.kind == "enter"
    ]


def told(found: Journey, *kinds: str) -> list[Happening]:
    return [happening for happening in found.happenings if happening.kind in kinds]


def test_the_transplant_between_withdrawal_and_relapse_is_told() -> None:
    """As a user found it: withdrawal, relapse after transplant, and no transplant between them."""
    found = journey("aall1331", 8, 431)
    days = [(round(one.day), one.label) for one in told(found, "step")]
    assert days[3:] == [
        (103, "Waits for donor and bed"),
        (114, "Off protocol therapy"),
        (226, "Waits for donor and bed, off protocol"),
        (245, "Conditioning"),
        (253, "Transplant"),
        (283, "After transplant"),
        (435, "Salvage: CAR-T"),
        (503, "Remission after CAR-T"),
    ]
    transplant = next(one for one in found.happenings if one.label == "Transplant")
    assert transplant.ends is not None
    assert round(transplant.ends) == 283
    assert [round(one.day) for one in told(found, "exit")] == [114, 435]


@pytest.mark.parametrize("scenario", ["aall1331", "stroke-thrombectomy", "two-arm-exponential"])
def test_every_step_that_was_entered_is_told_with_its_day(scenario: str) -> None:
    of = take(scenario, 21)
    for patient in sorted(set(of.journal.row.tolist()))[:150]:
        found = journey(scenario, 21, patient)
        steps = [(round(one.day, 3), one.label) for one in told(found, "step", "passed")]
        randomized = [round(one.day, 3) for one in told(found, "arm")]
        without_arms = [one for one in entered(of, patient) if one not in steps]
        assert [day for day, _ in without_arms] == randomized
        assert [one for one in entered(of, patient) if one in steps] == steps


def test_what_happens_is_told_in_the_order_in_which_it_happened() -> None:
    for patient in range(100):
        days = [one.day for one in journey("aall1331", 21, patient).happenings]
        assert days == sorted(days)
