"""A seed printed today gives the same trial in ten years: what each draw is."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import examples, seeds

from pathsim.calendar import MOST_PATIENTS
from pathsim.draws import Keys, keys, stream, streams, sub_keys, trial_keys, uniform

FOREVER = [
    # seed, replicate, patient, stream, draw: these must never change
    (0, 0, 0, "trial/arrival", "0x1.1abc761d0950fp-1"),
    (0, 0, 1, "trial/arrival", "0x1.2b306cd5ec1e1p-1"),
    (0, 1, 0, "trial/arrival", "0x1.78d6c958387dap-2"),
    (1, 0, 0, "trial/arrival", "0x1.a1569df659046p-2"),
    (1, 0, 0, "cohort/age", "0x1.f2d9fa5e0bbdbp-1"),
    (1, 0, 207, "blina.1/infection/grade", "0x1.bd2001a38bc8ep-2"),
    (1, 9999, 660, "blina.1/infection/grade", "0x1.18f116787d15fp-1"),
    (20150101, 3, 65534, "exit/relapse", "0x1.5ddf65626a42fp-1"),
    (2**32, 17, 5, "a", "0x1.48eb614558a99p-1"),
    (2**63, 2**32, 1, "a", "0x1.1cfbe4121a520p-6"),
    (2**64 - 1, 0, 0, "", "0x1.556938eb4c0dap-2"),
    (42, 7, 13, "größe/days", "0x1.e1d002f73a4d6p-2"),
]


@pytest.mark.parametrize(("seed", "replicate", "patient", "name", "draw"), FOREVER)
def test_a_draw_is_the_same_for_ever(seed: int, replicate: int, patient: int, name: str, draw: str) -> None:
    assert uniform(keys(seed, replicate, patient), stream(name)).tolist() == [float.fromhex(draw)]


def test_keys_and_streams_are_the_same_for_ever() -> None:
    assert keys(0, 0, 0).tolist() == [0x238275BC38FCBE91]
    assert keys(1, 2, 3).tolist() == [0x8568F7C4E53B5A35]
    assert trial_keys(1, 2).tolist() == [0x11EB5D94F90CD849]
    assert sub_keys(trial_keys(1, 2), np.array([3])).tolist() == [0x4D03050A94DAB163]
    assert int(stream("trial/arrival")) == 0x360363160D69E7E9


# --- the range ------------------------------------------------------------------------------------------------------


def unmixed(bits: int) -> int:
    """The number that SplitMix64's finaliser turns into this one: each of its three steps, undone."""
    bits ^= bits >> 31 ^ bits >> 62
    bits = bits * pow(0x94D049BB133111EB, -1, 2**64) % 2**64
    bits ^= bits >> 27 ^ bits >> 54
    bits = bits * pow(0xBF58476D1CE4E5B9, -1, 2**64) % 2**64
    return bits ^ bits >> 30 ^ bits >> 60


def draw_of(bits: int) -> float:
    """The draw that these 64 mixed bits give."""
    return float(uniform(np.array([unmixed(bits)], dtype=np.uint64), np.uint64(0))[0])


def test_the_least_and_the_greatest_draw_lie_strictly_between_0_and_1() -> None:
    assert draw_of(0) == 2.0**-53
    assert draw_of(2**64 - 1) == 1 - 2.0**-53
    assert all(math.isfinite(math.log(draw)) for draw in (draw_of(0), 1 - draw_of(2**64 - 1)))


@examples(200)
@given(st.integers(0, 2**64 - 1))
def test_a_draw_is_the_middle_of_one_of_two_to_the_52_equal_intervals(bits: int) -> None:
    assert draw_of(bits) == ((bits >> 12) + 0.5) / 2**52


@examples(200)
@given(seeds, st.integers(0, 2**32), st.integers(0, MOST_PATIENTS), st.text())
def test_every_draw_lies_strictly_between_0_and_1(seed: int, replicate: int, patient: int, name: str) -> None:
    assert 0 < uniform(keys(seed, replicate, patient), stream(name))[0] < 1


# --- what a draw depends on -----------------------------------------------------------------------------------------


@st.composite
def some_patients(draw: st.DrawFn) -> list[int]:
    """Patients in any order, any of them left out."""
    return draw(st.lists(st.integers(0, 299), min_size=1, unique=True))


@examples(50)
@given(seeds, some_patients(), st.text())
def test_drawing_for_some_patients_gives_what_drawing_for_all_gives_them(
    seed: int, patients: list[int], name: str
) -> None:
    everybody = uniform(keys(seed, 0, np.arange(300)), stream(name))
    np.testing.assert_array_equal(uniform(keys(seed, 0, patients), stream(name)), everybody[patients])


@examples(50)
@given(seeds, some_patients())
def test_drawing_for_one_patient_at_a_time_gives_the_same(seed: int, patients: list[int]) -> None:
    at = stream("blina/days")
    one_by_one = [uniform(keys(seed, 5, patient), at)[0] for patient in patients]
    assert one_by_one == uniform(keys(seed, 5, patients), at).tolist()


@examples(50)
@given(seeds, st.lists(st.text(), min_size=1, max_size=5))
def test_drawing_in_several_streams_gives_what_each_gives_alone(seed: int, names: list[str]) -> None:
    key = keys(seed, 0, np.arange(20))
    together = uniform(key, streams(names)[:, None])
    assert together.tolist() == [uniform(key, stream(name)).tolist() for name in names]


@examples(50)
@given(seeds, st.lists(st.integers(0, 2**32), min_size=1, max_size=5))
def test_keys_of_several_replicates_are_those_of_each_alone(seed: int, replicates: list[int]) -> None:
    together = keys(seed, np.array(replicates)[:, None], np.arange(20))
    assert together.tolist() == [keys(seed, replicate, np.arange(20)).tolist() for replicate in replicates]


def test_drawing_changes_no_key() -> None:
    key: Keys = keys(1, 0, np.arange(10))
    before = key.tolist()
    uniform(key, stream("a"))
    uniform(key, streams(["a", "b"])[:, None])
    sub_keys(key, np.arange(10))
    assert key.tolist() == before


def test_the_draws_of_a_trial_are_nobody_elses() -> None:
    patients = set(keys(3, 8, np.arange(MOST_PATIENTS)).tolist())
    assert trial_keys(3, 8).tolist()[0] not in patients


def test_many_streams_have_many_constants() -> None:
    names = [f"{step}.{cycle}/{what}" for step in ("a", "b", "ab") for cycle in range(50) for what in ("days", "grade")]
    assert len(set(streams(names).tolist())) == len(names)
