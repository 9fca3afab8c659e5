"""Draws are uniform, and neighbors do not know of each other, whichever way one walks through them.

Every bound has a probability of about one in a million under independent uniform numbers, and the seeds are fixed: a
failure means that the hash is bad, never that the day was. Bounds are two-sided, for too even is not random either.
"""

import math
from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
from scipy import stats

from pathsim.draws import Uniforms, keys, stream, streams, sub_keys, trial_keys, uniform

MANY = 1 << 18
RARE = 1e-6
GRADE = stream("blina.1/infection/grade")


def _seeds() -> Uniforms:
    """Neighbors are seeds: 0, 1, 2 and so on, for one patient after the other."""
    numbers = np.arange(64)
    return np.array([uniform(keys(seed, 0, numbers), GRADE) for seed in range(MANY // 64)]).T.ravel()


STREAMS: dict[str, Callable[[], Uniforms]] = {
    "patients": lambda: uniform(keys(1, 0, np.arange(MANY)), GRADE),
    "replicates": lambda: uniform(keys(1, np.arange(MANY), 0), GRADE),
    "seeds": _seeds,
    "streams": lambda: uniform(keys(1, 0, 0), streams([f"step.{number}/days" for number in range(MANY)])),
    "streams of patients": lambda: uniform(
        keys(1, 0, np.arange(MANY // 64))[:, None], streams([f"blina/t{number}/grade" for number in range(64)])
    ).ravel(),
    "trials": lambda: uniform(trial_keys(1, np.arange(MANY)), GRADE),
    "strata": lambda: uniform(sub_keys(trial_keys(1, 0), np.arange(MANY)), GRADE),
    "sequence numbers": lambda: uniform(
        sub_keys(sub_keys(trial_keys(1, 0), np.arange(64))[:, None], np.arange(MANY // 64)), GRADE
    ).ravel(),
}
LAGS = (1, 2, 3, 8, 64, 661)


@pytest.fixture(name="draws", params=STREAMS, scope="module")
def _draws(request: pytest.FixtureRequest) -> Uniforms:
    return draws_along(request.param)


@cache
def draws_along(name: str) -> Uniforms:
    """Draws in an order in which the neighbors are patients, replicates, seeds and so on."""
    return STREAMS[name]()


def assert_even(counts: np.ndarray) -> None:
    """All cells are equally likely, by a chi-square test that also fails if they are filled too evenly."""
    expected = counts.sum() / counts.size
    chi_square = float(((counts - expected) ** 2).sum() / expected)
    assert RARE < stats.chi2.sf(chi_square, counts.size - 1) < 1 - RARE


def test_draws_are_uniform(draws: Uniforms) -> None:
    assert_even(np.bincount((draws * 1024).astype(np.intp), minlength=1024))


def test_draws_follow_the_uniform_distribution_function(draws: Uniforms) -> None:
    distance = stats.kstest(draws, "uniform").statistic * math.sqrt(draws.size)
    assert stats.kstwobign.ppf(RARE) < distance < stats.kstwobign.isf(RARE)


def test_the_last_bits_are_as_good_as_the_first(draws: Uniforms) -> None:
    assert_even(np.bincount((draws * 2**52).astype(np.int64) & 1023, minlength=1024))


@pytest.mark.parametrize("lag", LAGS)
def test_neighbors_are_uncorrelated(draws: Uniforms, lag: int) -> None:
    centered = (draws - 0.5) * math.sqrt(12)
    z = float(np.sum(centered[lag:] * centered[:-lag])) / math.sqrt(draws.size - lag)
    assert abs(z) < stats.norm.isf(RARE / 2)


@pytest.mark.parametrize("lag", LAGS)
def test_neighbors_are_independent(draws: Uniforms, lag: int) -> None:
    whole = draws.size // (2 * lag) * 2 * lag
    one, other = (draws[:whole].reshape(-1, 2, lag) * 32).astype(np.intp).transpose(1, 0, 2)
    assert_even(np.bincount(one.ravel() * 32 + other.ravel(), minlength=1024))


def test_three_neighbors_are_independent(draws: Uniforms) -> None:
    octants = (draws[: draws.size // 3 * 3].reshape(-1, 3) * 8).astype(np.intp)
    assert_even(np.bincount(octants @ [64, 8, 1], minlength=512))


def test_the_same_patients_are_independent_at_two_streams() -> None:
    key = keys(1, 0, np.arange(MANY))
    for name in ("blina.1/infection/onset", "blina.2/infection/grade", "trial/arrival"):
        cells = (uniform(key, GRADE) * 32).astype(np.intp) * 32 + (uniform(key, stream(name)) * 32).astype(np.intp)
        assert_even(np.bincount(cells, minlength=1024))


@pytest.mark.parametrize("bit", range(64))
def test_a_flipped_bit_of_the_key_flips_every_bit_of_the_draw_half_of_the_time(bit: int) -> None:
    key = keys(1, 0, np.arange(1 << 13))
    before = (uniform(key, GRADE) * 2**52).astype(np.uint64)
    after = (uniform(key ^ np.uint64(1 << bit), GRADE) * 2**52).astype(np.uint64)
    flipped = (before ^ after)[:, None] >> np.arange(52, dtype=np.uint64) & np.uint64(1)
    z = (flipped.sum(axis=0) - key.size / 2) / math.sqrt(key.size / 4)
    assert np.abs(z).max() < stats.norm.isf(RARE / 52 / 2)


@pytest.mark.parametrize("bit", range(32))
def test_a_flipped_bit_of_a_number_flips_half_of_the_bits_of_the_key(bit: int) -> None:
    numbers = np.arange(1 << 13)
    low = numbers[numbers >> bit & 1 == 0]
    high = low ^ 1 << bit
    flips = {
        "patient": keys(1, 0, low) ^ keys(1, 0, high),
        "replicate": keys(1, low, 0) ^ keys(1, high, 0),
        "seed": np.concatenate([keys(int(seed), 0, 0) ^ keys(int(seed ^ 1 << bit), 0, 0) for seed in low[:1024]]),
    }
    for flipped in flips.values():
        z = (float(np.bitwise_count(flipped).sum()) - 32 * flipped.size) / math.sqrt(16 * flipped.size)
        assert abs(z) < stats.norm.isf(RARE / 2)


def test_no_two_patients_have_the_same_key() -> None:
    key = np.concatenate([keys(seed, np.arange(500)[:, None], np.arange(661)).ravel() for seed in range(3)])
    assert np.unique(key).size == key.size
