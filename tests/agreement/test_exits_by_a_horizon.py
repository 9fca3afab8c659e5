"""Exits that come when everybody has left are not worked out; who leaves before has the same exits as with them."""

import math
from itertools import count
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from pathsim.draws import keys
from pathsim.patients import Gathered, Patients
from pathsim.steps.exits import Exit, Exits
from pathsim.steps.spec import Link, Surroundings

PATIENTS = 400
LEVELS = {"risk": ("low", "high")}


def link() -> Link:
    numbers = count(1)
    scenario = cast("Surroundings", SimpleNamespace(names=LEVELS))
    return Link("step", "step", scenario, {"out": 1, "away": 2}, lambda *_: next(numbers))


def patients() -> Patients:
    rows = np.arange(PATIENTS)
    return Patients(keys(5, 0, rows), Gathered({"risk": (rows % 2).astype(np.int16)}, rows))


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


@given(hazards(), hazards(), st.sampled_from([0.0, 0.5, 7.0, 29.0, 30.0, 61.0]))
def test_who_leaves_by_the_horizon_leaves_as_without_one(one: dict[str, Any], other: dict[str, Any], h: float) -> None:
    tables = {"first": Exit(next="out", **one), "second": Exit(next="away", **other)}
    exits = Exits(tables, None, link())
    whole, cut = exits.sample(patients()), exits.sample(patients(), h)
    leaves = whole[0] <= h
    for all_of_them, those in zip(whole, cut, strict=True):
        np.testing.assert_array_equal(all_of_them[leaves], those[leaves])
    assert (cut[0][~leaves] > h).all()


def test_far_beyond_the_horizon_an_exit_is_not_worked_out() -> None:
    exits = Exits({"out": Exit(next="out", by={"1000": 0.5}, then=0.001)}, None, link())
    whole, cut = exits.sample(patients())[0], exits.sample(patients(), 10.0)[0]
    assert np.isfinite(whole).all()
    assert (cut[whole > 20] == math.inf).all()
