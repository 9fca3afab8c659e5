"""Codes of classes: read as they were written, and never with a mistake of the kinds that people make."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pathsim.classroom.code import (
    ALPHABET,
    LEAST,
    MOST,
    NAME_BITS,
    SHORT_SEEDS,
    VERSION_BITS,
    ClassCode,
    ClassCodeError,
    bits_of,
)
from pathsim.state import LARGEST

NAMES, VERSIONS = st.integers(0, 2**NAME_BITS - 1), st.integers(0, 2**VERSION_BITS - 1)
SEEDS = st.integers(0, 40_000) | st.integers(0, LARGEST)
OWN = st.builds(ClassCode, NAMES, VERSIONS, SEEDS)
SAME = st.builds(ClassCode, NAMES, VERSIONS, SEEDS | st.none(), st.just(True))  # noqa: FBT003
CODES = OWN | SAME


def letters(code: ClassCode) -> str:
    return str(code).replace("-", "")


@given(CODES)
@example(ClassCode(0, 0, 0))
@example(ClassCode(2**NAME_BITS - 1, 2**VERSION_BITS - 1, LARGEST, is_same=True))
@example(ClassCode(0, 0, None, is_same=True))
def test_a_code_is_read_as_it_was_written(code: ClassCode) -> None:
    assert ClassCode.read(str(code)) == code
    assert LEAST <= len(letters(code)) <= MOST
    assert all(len(group) == 4 for group in str(code).split("-")[:-1])


@given(CODES, st.data())
def test_every_wrong_character_is_found(code: ClassCode, data: st.DataObject) -> None:
    typed = letters(code)
    place = data.draw(st.integers(0, len(typed) - 1))
    other = data.draw(st.sampled_from([letter for letter in ALPHABET if letter != typed[place]]))
    with pytest.raises(ClassCodeError, match="the last character does not fit: one of them is wrong"):
        ClassCode.read(typed[:place] + other + typed[place + 1 :])


@given(CODES, st.data())
def test_every_swap_of_two_neighbors_is_found(code: ClassCode, data: st.DataObject) -> None:
    typed = letters(code)
    places = [place for place in range(len(typed) - 1) if typed[place] != typed[place + 1]]
    place = data.draw(st.sampled_from(places))
    with pytest.raises(ClassCodeError, match="one of them is wrong"):
        ClassCode.read(typed[:place] + typed[place + 1] + typed[place] + typed[place + 2 :])


@given(CODES, st.integers(1, 3))
def test_zeros_in_front_are_found(code: ClassCode, zeros: int) -> None:
    with pytest.raises(ClassCodeError):
        ClassCode.read("0" * zeros + letters(code))


def test_the_characters_are_those_of_the_field_with_the_check_worked_by_hand() -> None:
    # name 1, version 1, seed 1: 129 is 4 * 32 + 1, so 0 0 4 1, then 0 0 1. With x^5 = x^2 + 1, Horner from 1:
    # 2, 4, 12, 25, 23, 11, 23; times x that is 46 ^ 37 = 11, which is B.
    assert str(ClassCode(1, 1, 1)) == "0041-001B"


@given(CODES)
def test_case_spaces_hyphens_and_likenesses_do_not_matter(code: ClassCode) -> None:
    typed = str(code).lower().replace("-", " ").replace("1", "l").replace("0", "o")
    assert ClassCode.read(f"  {typed}\n") == code
    assert ClassCode.read(typed.replace("l", "I").replace("o", "O").replace(" ", "\u2013")) == code


@given(NAMES, VERSIONS, st.integers(0, SHORT_SEEDS - 1))
def test_a_short_seed_makes_eight_characters(name: int, version: int, seed: int) -> None:
    assert len(letters(ClassCode(name, version, seed))) == 8


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        ("", "at least 8 characters"),
        ("4F7K", "this one has 4"),
        ("4F7K-2M9U", "'U' cannot be part of a code"),
        ("4F7K-2M9\u017f", "cannot be part of a code"),
        ("4F7K-2M9\x1b", r"'\u001b' cannot be part of a code"),
        ("4F7K-2M9\u202e", r"'\u202e' cannot be part of a code"),
        ("0" * 10_000_000, "at most"),
        (" " * 10_000_000, "at least 8 characters"),
    ],
)
def test_what_is_no_code_is_told_in_a_short_sentence(typed: str, told: str) -> None:
    with pytest.raises(ClassCodeError) as wrong:
        ClassCode.read(typed)
    assert told in str(wrong.value)
    assert len(str(wrong.value)) < 120


@pytest.mark.parametrize("others", ["00410001", "0041" + "Z" * 13, "H041" + "Z" * 13])
def test_no_code_has_a_seed_with_zeros_in_front_or_a_larger_one_than_there_are(others: str) -> None:
    accepted = []
    for check in ALPHABET:
        try:
            accepted.append(ClassCode.read(f"{others}{check}"))
        except ClassCodeError as wrong:
            told = str(wrong)
            assert "does not fit" in told or "no code" in told
    assert accepted == []


def test_hashes_are_those_of_sha256() -> None:
    # FIPS 180-4: the hash of nothing begins with e3b0c442, that of abc with ba7816bf.
    assert (bits_of("", 12), bits_of("abc", 12)) == (0xE3B, 0xBA7)
    assert bits_of("", 7) == 0xE3 >> 1


@pytest.mark.parametrize("seed", [-1, LARGEST + 1, None])
def test_no_code_holds_another_seed(seed: int | None) -> None:
    with pytest.raises(ValueError, match="no code can hold"):
        ClassCode(1, 1, seed)
