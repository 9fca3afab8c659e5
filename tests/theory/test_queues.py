"""The queues of the textbook: A. K. Erlang's formulas of 1917 for Poisson arrivals and exponential stays, and those of
A. Cobham for patients of whom some come first (Operations Research 2:70, 1954).
"""

import math

import numpy as np
import pytest
from errors import assert_mean
from strategies import BEGINS, document, scenario_of
from study import Floats

from pathsim.calendar import DAYS_PER_MONTH
from pathsim.draws import keys
from pathsim.engines.vectorized import run_vectorized
from pathsim.journal import Journal
from pathsim.scenario.scenario import Scenario

PATIENTS = 2_500
WARM_UP = 500
REPLICATES = 100
STAY = 2.0
SEED = 1917


def ward(places: int, arrivals_per_day: float, exits: dict[str, object], urgent: float = 0.0) -> Scenario:
    """Patients who come at random, want one of these places at once, and keep it for an exponential time.

    The share who are urgent come first; nobody is sent away for them.
    """
    bed = {"kind": "phase", "days": {"exponential": STAY}, "holds": "bed", "next": "home"}
    waiting = {"kind": "wait", "ready": 0, "resource": "bed", "next": "bed", "exit": exits}
    trial = {
        "begins": BEGINS,
        "patients": PATIENTS,
        "per_month": arrivals_per_day * DAYS_PER_MONTH,
        "cutoffs": {"end": {"day": 1}},
    }
    steps = {"waiting": waiting, "bed": bed, "home": {"kind": "end"}}
    cohort = {"urgent": {"levels": {"yes": urgent, "no": "rest"}}} if urgent else {}
    bed_first = {"capacity": places, "priority": ["urgent == 'yes'"] if urgent else []}
    return scenario_of(
        document({"title": "A ward", "trial": trial, "cohort": cohort, "resources": {"bed": bed_first}, "steps": steps})
    )


def waits(scenario: Scenario) -> list[Floats]:
    """How long each patient waits for their turn in each replicate, after a warm-up; not a number for those without."""
    journal = run_vectorized(scenario, SEED, range(REPLICATES))
    days: Floats = _entered(scenario, journal, "bed") - _entered(scenario, journal, "waiting")
    return list(days.reshape(REPLICATES, -1)[:, WARM_UP:])


def _entered(scenario: Scenario, journal: Journal, step: str) -> Floats:
    day = np.full(scenario.patients * REPLICATES, math.nan)
    mine = journal.event == scenario.entry(step).enter
    day[journal.row[mine]] = journal.day[mine]
    return day


def erlang_b(places: int, load: float) -> float:
    """The share of arrivals who find all places taken when nobody waits."""
    blocked = 1.0
    for place in range(1, places + 1):
        blocked = load * blocked / (place + load * blocked)
    return blocked


def erlang_c(places: int, load: float) -> float:
    """The share of arrivals who have to wait when everybody does."""
    blocked = erlang_b(places, load)
    return blocked / (1 - load / places * (1 - blocked))


@pytest.mark.parametrize(("places", "load"), [(1, 0.6), (3, 2.1)])
def test_the_share_who_wait_and_the_mean_wait_are_erlangs(places: int, load: float) -> None:
    scenario = ward(places, load / STAY, {})
    found = waits(scenario)
    assert_mean([np.mean(each > 0) for each in found], erlang_c(places, load))
    assert_mean([each.mean() for each in found], erlang_c(places, load) * STAY / (places - load))


@pytest.mark.parametrize(("places", "load"), [(1, 0.6), (4, 5.0)])
def test_the_share_who_are_turned_away_is_erlangs(places: int, load: float) -> None:
    scenario = ward(places, load / STAY, {"turned away": {"next": "home", "hazard_per_day": 1e6}})
    found = waits(scenario)
    assert_mean([np.mean(np.isnan(each)) for each in found], erlang_b(places, load))


@pytest.mark.parametrize(("places", "load", "urgent"), [(1, 0.6, 0.3), (3, 2.4, 0.5)])
def test_the_mean_waits_of_the_urgent_and_of_the_others_are_cobhams(places: int, load: float, urgent: float) -> None:
    scenario = ward(places, load / STAY, {}, urgent)
    key = keys(SEED, np.arange(REPLICATES)[:, None], np.arange(PATIENTS)).ravel()
    is_urgent = (scenario.cohort.draw(key)["urgent"] == 0).reshape(REPLICATES, -1)[:, WARM_UP:]
    # What is left until a place is free, over what the urgent leave, and over what all leave.
    left, of_urgent, of_all = erlang_c(places, load) * STAY / places, 1 - urgent * load / places, 1 - load / places
    found = list(zip(waits(scenario), is_urgent, strict=True))
    assert_mean([each[first].mean() for each, first in found], left / of_urgent)
    assert_mean([each[~first].mean() for each, first in found], left / (of_urgent * of_all))


def test_erlangs_formulas_agree_with_worked_examples() -> None:
    assert erlang_b(1, 0.6) == pytest.approx(0.6 / 1.6)
    assert erlang_c(1, 0.6) == pytest.approx(0.6)
    assert erlang_b(2, 1.0) == pytest.approx(0.2)
    assert erlang_c(2, 1.0) == pytest.approx(1 / 3)
