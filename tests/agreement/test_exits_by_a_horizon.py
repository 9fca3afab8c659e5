"""Exits that come when everybody has left are not worked out; who leaves before has the same exits as with them."""

import math
from itertools import count
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pathsim.calendar import NEVER_DAYS, Days, ticks
from pathsim.draws import keys, stream, uniform
from pathsim.patients import Gathered, Patients
from pathsim.steps.exits import Exit, Exits
from pathsim.steps.spec import Elapsed, Link, Surroundings

PATIENTS = 400
LEVELS = {"risk": ("low", "high")}


def link() -> Link:
    numbers = count(1)
    scenario = cast("Surroundings", SimpleNamespace(names=LEVELS))
    return Link("step", "step", scenario, {"out": 1, "away": 2}, lambda *_: next(numbers))


def patients() -> Patients:
    """Every third has been under way for up to 80 days, or was never in the step from which days can count."""
    rows = np.arange(PATIENTS)
    under_way = np.where(rows % 3, 20.0, np.where(rows % 2, rows % 80, math.nan))
    return Patients(keys(5, 0, rows), Gathered({"risk": (rows % 2).astype(np.int16), "days": under_way}, rows))


@st.composite
def hazards(draw: st.DrawFn) -> dict[str, Any]:
    """A hazard that has come so far by some days: with stretches without any, very steep ones, and none in the end."""
    days = sorted(draw(st.sets(st.integers(1, 60), min_size=1, max_size=4)))
    shares = sorted(draw(st.lists(st.sampled_from([0.0, 1e-9, 0.02, 0.3, 0.6, 0.99]), min_size=4, max_size=4)))
    found: dict[str, Any] = {"by": {str(day): share for day, share in zip(days, shares, strict=False)}}
    found["then"] = draw(st.sampled_from([0.0, 1e-6, 0.01, 3.0]))
    found["hazard_ratio"] = draw(st.sampled_from([1.0, 0.2, 4.0]))
    ratios = draw(st.lists(st.sampled_from([0.1, 0.5, 2.0, 8.0]), max_size=2))
    found["effects"] = [{"when": f"risk == '{LEVELS['risk'][i]}'", "hazard_ratio": r} for i, r in enumerate(ratios)]
    return found


def by_hand(table: Exit, since: Days) -> Days:
    """The days to an exit, of everybody."""
    hazard, of = table.hazard(), patients()
    assert hazard is not None
    cumulated = -np.log(uniform(of.key, stream("step/exit/way"))) / table.hazard_ratio
    for effect in table.effects:
        level = LEVELS["risk"].index(effect.when.split("'")[1])
        cumulated /= np.where(of.columns["risk"] == level, effect.hazard_ratio, 1)
    with np.errstate(over="ignore"):
        days = ticks(np.maximum(hazard.days_to(cumulated + hazard.reached(since)) - since, 0.0))
    return np.where(days > NEVER_DAYS, math.inf, days)


@given(hazards(), st.sampled_from([None, "earlier"]), st.sampled_from([0.0, 0.5, 7.0, 29.0, 30.0, 61.0, math.inf]))
def test_who_leaves_by_the_horizon_leaves_on_the_day_they_would_without(
    table: dict[str, Any], counts_from: str | None, horizon: float
) -> None:
    way = Exit(next="out", since=counts_from, **table)
    exits = Exits({"way": way}, Elapsed(set="days", since="earlier"), link())
    since = np.nan_to_num(patients().columns["days"]) if counts_from else np.zeros(PATIENTS)
    expected, found = by_hand(way, since), exits.sample(patients(), horizon)[0]
    leaves = expected <= horizon
    np.testing.assert_array_equal(found[leaves], expected[leaves])
    assert (found[~leaves] > horizon).all()


@given(hazards(), hazards(), st.sampled_from([0.5, 30.0, 61.0]))
def test_the_first_of_two_exits_is_the_same_by_the_horizon(
    one: dict[str, Any], other: dict[str, Any], horizon: float
) -> None:
    tables = {"first": Exit(next="out", **one), "second": Exit(next="away", **other)}
    exits = Exits(tables, None, link())
    whole, cut = exits.sample(patients()), exits.sample(patients(), horizon)
    leaves = whole[0] <= horizon
    for all_of_them, those in zip(whole, cut, strict=True):
        np.testing.assert_array_equal(all_of_them[leaves], those[leaves])


@pytest.mark.parametrize("median_days", [5e-324, 1e-320, 1e-300, 1e-6])
def test_a_median_of_next_to_nothing_leads_out_at_once(median_days: float) -> None:
    exits = Exits({"out": Exit(next="out", median_days=median_days)}, None, link())
    for horizon in (0.0, 10.0, math.inf):
        assert (exits.sample(patients(), horizon)[0] == 0).all()


def test_far_beyond_the_horizon_an_exit_is_not_worked_out() -> None:
    exits = Exits({"out": Exit(next="out", by={"1000": 0.5}, then=0.001)}, None, link())
    whole, cut = exits.sample(patients())[0], exits.sample(patients(), 10.0)[0]
    assert np.isfinite(whole).all()
    assert (cut[whole > 20] == math.inf).all()
