"""What the app shows is a text that can be copied, opened and shown to a class."""

import datetime
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pathsim.couplings import COUPLINGS
from pathsim.state import AppState, StateError

WORDS = st.text(max_size=30)
PATHS = WORDS.map(str.strip).filter(lambda text: text and "=" not in text and not set(text) & set("\"'"))
SETTINGS = st.dictionaries(PATHS, WORDS.map(str.strip), max_size=3).map(lambda them: tuple(sorted(them.items())))
NUMBERS = st.integers(0, 2**63 - 1)
STATES = st.builds(
    AppState,
    st.text(min_size=1, max_size=40),
    seed=st.none() | NUMBERS,
    replicate=NUMBERS,
    settings=SETTINGS,
    kept=SETTINGS,
    day=st.none() | st.just("last") | st.dates(),
    is_playing=st.booleans(),
    screen=WORDS,
    view=WORDS,
    endpoint=WORDS,
    patient=st.none() | NUMBERS,
    coupling=st.sampled_from(COUPLINGS),
)


@given(STATES)
def test_a_state_comes_back_from_its_text(state: AppState) -> None:
    text = str(state)
    assert AppState.read(text) == state
    assert text.isascii()
    assert text.isprintable()
    assert " " not in text


def test_a_state_is_read_as_a_lecturer_would_write_it() -> None:
    text = "aall1331?seed=21&day=2018-08-26&screen=patients&patient=57"
    state = AppState("aall1331", seed=21, day=datetime.date(2018, 8, 26), screen="patients", patient=57)
    assert AppState.read(text) == state
    assert str(state) == text
    assert AppState.read("aall1331") == AppState("aall1331")
    assert AppState.read("aall1331?day=last&set=trial.patients=400").settings == (("trial.patients", "400"),)


def test_a_file_whose_name_is_no_text_is_found_again() -> None:
    name = b"/tmp/\xff.toml".decode(errors="surrogateescape")
    assert AppState.read(str(AppState(name))).scenario == name


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "begins with a scenario"),
        ("?seed=21", "begins with a scenario"),
        ("a" * 30_000, "begins with a scenario"),
        ("aall1331?21", "key=value"),
        ("aall1331?seed=21&&day=last", "key=value"),
        ("aall1331?sed=21", "there is no 'sed' in a state. Did you mean 'seed'?"),
        ("aall1331?seed=1&seed=2", "seed: a state says it once"),
        ("aall1331?seed=-1", "seed: expected a whole number, found '-1'"),
        ("aall1331?seed=²", "seed: expected a whole number"),
        ("aall1331?seed=9223372036854775808", "seed: expected a whole number"),
        ("aall1331?day=2018-2-30", "day: '2018-2-30' is not a date"),
        ("aall1331?set=400", "set: write path=value, not '400'"),
        ("aall1331?playing=1", "playing: expected yes or no, found '1'"),
        ("aall1331?coupling=none", "coupling: expected one of shared"),
    ],
)
def test_what_is_no_state_is_told_in_a_sentence(text: str, told: str) -> None:
    with pytest.raises(StateError) as wrong:
        AppState.read(text)
    assert told in str(wrong.value)


@given(st.text(max_size=60) | st.text(alphabet="aseday=&?%+1", max_size=40))
def test_any_text_is_a_state_or_is_told_why_not(text: str) -> None:
    with suppress(StateError):
        state = AppState.read(text)
        assert AppState.read(str(state)) == state
