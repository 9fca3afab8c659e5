"""Draws: the uniform numbers that belong to one virtual patient.

A draw is a pure function of (seed, replicate, patient, stream), where a stream is the name of what is drawn. It keeps
no state, so it is the same in whichever engine, order, chunk or worker asks for it, and a draw that nobody needs costs
nothing. The mixing is the finaliser of
SplitMix64 (Steele, Lea and Flood, OOPSLA 2014, doi:10.1145/2660193.2660195).
"""

from functools import cache
from hashlib import blake2b
from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Keys: TypeAlias = NDArray[np.uint64]
Uniforms: TypeAlias = NDArray[np.float64]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_ONE = np.uint64(1)
_TRIAL = 1 << 32
"""The patient number that stands for the trial itself: its allocation lists are drawn from this key."""


def _mixed(bits: Keys) -> Keys:
    bits = (bits ^ (bits >> np.uint64(30))) * _FIRST
    bits = (bits ^ (bits >> np.uint64(27))) * _SECOND
    return bits ^ (bits >> np.uint64(31))


def _words(numbers: ArrayLike) -> Keys:
    return np.atleast_1d(np.asarray(numbers, dtype=np.uint64))


def keys(seed: int, replicate: ArrayLike, patient: ArrayLike) -> Keys:
    """One 64-bit key for each (replicate, patient) pair of this seed; the two broadcast against each other."""
    state = _mixed(_words(seed) + _GOLDEN)
    state = _mixed(state + (_words(replicate) + _ONE) * _GOLDEN)
    return _mixed(state + (_words(patient) + _ONE) * _GOLDEN)


def trial_keys(seed: int, replicate: ArrayLike) -> Keys:
    """One key for each replicate as a whole: that of its allocation lists."""
    return keys(seed, replicate, _TRIAL)


@cache
def stream(name: str) -> np.uint64:
    """The 64-bit constant of a named draw such as ``blina.1/infection/grade``, the same on every machine."""
    return np.uint64(int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "big"))


def streams(names: list[str]) -> Keys:
    """The constants of several draws, as one array."""
    return np.array([stream(name) for name in names], dtype=np.uint64)


def uniform(key: Keys, at: Keys | np.uint64) -> Uniforms:
    """The uniform number of each key in a stream, strictly between 0 and 1; the two broadcast against each other.

    The 52 highest bits k give (k + 1/2) / 2**52, so that neither log(u) nor log(1 - u) is ever infinite.
    """
    bits = np.atleast_1d(key ^ at)
    # In place: temporaries of this size cost more than the arithmetic.
    shifted = bits >> np.uint64(30)
    bits ^= shifted
    bits *= _FIRST
    np.right_shift(bits, np.uint64(27), out=shifted)
    bits ^= shifted
    bits *= _SECOND
    np.right_shift(bits, np.uint64(31), out=shifted)
    bits ^= shifted
    bits >>= np.uint64(12)
    bits |= np.uint64(0x3FF0000000000000)  # the bit pattern of 1.0 <= x < 2.0
    draws = bits.view(np.float64)
    draws -= 1.0 - 2.0**-53
    return draws


def sub_keys(key: Keys, number: NDArray[np.intp]) -> Keys:
    """A key of its own for each number (a stratum, a place in it) under each key; the two broadcast."""
    return _mixed(key + (number.astype(np.uint64) + _ONE) * _GOLDEN)
