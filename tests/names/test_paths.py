"""A path names exactly one thing, whatever characters its names hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pathsim.paths import day_name, names_in, parts_of, path_of, row_of, split_setting

NAMES = st.text(st.characters(codec="utf-8"), max_size=8) | st.sampled_from(
    ["", ".", "365.25", '"', "'", "\\", "a=b", "a,b", "[x]", "]", " ", "drug 2.5 mg", "é", "=1+1"]
)


@given(st.lists(NAMES, min_size=1, max_size=6))
def test_names_are_read_as_they_were_written(names: list[str]) -> None:
    assert names_in(path_of(*names)) == tuple(names)
    assert [part.name for part in parts_of(path_of(*names))] == names


@given(NAMES, NAMES, NAMES)
def test_what_a_row_is_picked_by_is_read_as_it_was_written(arm: str, step: str, kind: str) -> None:
    table, figure = parts_of(f"{row_of('toxicity', arm=arm, step=step, type=kind)}.rate")
    assert table == ("toxicity", (("arm", arm), ("step", step), ("type", kind)))
    assert figure == ("rate", None)


@given(st.lists(NAMES, min_size=1, max_size=4), st.lists(NAMES, min_size=1, max_size=4))
def test_two_rows_of_names_never_have_the_same_path(one: list[str], other: list[str]) -> None:
    assert (path_of(*one) == path_of(*other)) == (one == other)


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("endpoints.os.arms.drug.events", ["endpoints", "os", "arms", "drug", "events"]),
        ("a.'365.25'.b", ["a", "365.25", "b"]),
        ('a."say \\"x\\"".b', ["a", 'say "x"', "b"]),
        ("a.drug 2 mg.b", ["a", "drug 2 mg", "b"]),
    ],
)
def test_toml_quotation_marks_hold_a_name_together(path: str, names: list[str]) -> None:
    assert [part.name for part in parts_of(path)] == names


@pytest.mark.parametrize(
    "path", ["", ".", "a.", ".a", "a..b", 'a."b"c', 'a."b', "a[", "a[]", "a[b]", "a[b=c", "a[b=c]d"]
)
def test_what_is_no_path_is_said_to_be_none(path: str) -> None:
    with pytest.raises(ValueError, match="is not a path"):
        parts_of(path)


@pytest.mark.parametrize(
    ("day", "name"),
    [
        (365.0, "365"),
        (365.25, "365.25"),
        (1000000.0, "1000000"),
        (1000000.25, "1000000.25"),
        (0.1 + 0.2, "0.30000000000000004"),
    ],
)
def test_a_day_is_named_by_its_shortest_decimal(day: float, name: str) -> None:
    assert day_name(day) == name


@given(st.floats(min_value=0, exclude_min=True, allow_infinity=False))
def test_a_name_of_a_day_is_that_day_and_no_other(day: float) -> None:
    assert float(day_name(day)) == day


@pytest.mark.parametrize(
    ("text", "split"),
    [
        ("a.b=1", ("a.b", "=", "1")),
        ('a."b=c".d=x == 1', ('a."b=c".d', "=", "x == 1")),
        ("a='b=c'", ("a", "=", "'b=c'")),
        ("O'Brien=1", ("O'Brien", "=", "1")),
        ("nothing", ("nothing", "", "")),
    ],
)
def test_a_setting_is_split_at_the_first_equals_sign_outside_quotation_marks(text: str, split: tuple[str, ...]) -> None:
    assert split_setting(text) == split
