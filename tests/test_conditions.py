"""Conditions mean what Python would mean by them, and can do nothing else that Python can do."""

import math
from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import conditions, examples

from pathsim.conditions import LONGEST, MOST_NODES, UNSET, Column, condition

NAMES: Mapping[str, tuple[str, ...] | None] = {
    "age": None,
    "since": None,
    "risk": ("low", "high", "odd"),
    "mrd": ("clear", "left"),
}
Row = dict[str, float | str | None]

numbers = st.one_of(st.integers(-3, 40).map(float), st.integers(-30, 400).map(lambda n: n / 10), st.just(math.nan))
rows: st.SearchStrategy[Row] = st.fixed_dictionaries(
    {
        name: numbers if levels is None else st.sampled_from([*levels, None])  # None: not observed yet
        for name, levels in NAMES.items()
    }
)
patients = st.lists(rows, min_size=1, max_size=8)


def columns_of(patients: list[Row]) -> dict[str, Column]:
    """The columns of these patients, as the engines hold them."""
    columns: dict[str, Column] = {}
    for name, levels in NAMES.items():
        values = [patient[name] for patient in patients]
        if levels is None:
            columns[name] = np.array(values, dtype=np.float64)
        else:
            codes = [UNSET if value is None else levels.index(str(value)) for value in values]
            columns[name] = np.array(codes, dtype=np.int16)
    return columns


def by_python(text: str, patients: list[Row]) -> list[bool]:
    """What Python makes of the same text. Only for texts that are conditions, and without builtins."""
    code = compile(text.strip(), "<condition>", "eval")
    return [bool(eval(code, {"__builtins__": {}}, dict(patient))) for patient in patients]  # noqa: S307 - the oracle


def truth(text: str, patients: list[Row]) -> list[bool]:
    """What pathsim makes of the text, one truth for each patient."""
    found = condition(text, NAMES)(columns_of(patients))
    assert found.dtype == np.bool_
    assert found.shape == (len(patients),)
    return [bool(value) for value in found]


def refusal(text: str) -> str | None:
    """What is said to the author of a text that is not a condition; None if it is one."""
    try:
        condition(text, NAMES)
    except ValueError as wrong:
        return str(wrong)
    return None


# --- meaning --------------------------------------------------------------------------------------------------------


@examples(500)
@given(conditions(NAMES), patients)
def test_a_condition_means_what_python_means(text: str, patients: list[Row]) -> None:
    assert truth(text, patients) == by_python(text, patients)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("age < 18", [True, False, False]),
        ("18 > age", [True, False, False]),
        ("9 <= age < 18", [True, False, False]),
        ("age == 9 or mrd != 'clear'", [True, True, True]),
        ("not risk == 'low'", [False, True, True]),
        ("risk in ['low', 'odd']", [True, False, False]),
        ("risk not in ['low', 'odd']", [False, True, True]),
        ("age in (9, 30.5)", [True, True, False]),
        ("age != 9", [False, True, True]),
        ("age > -1.5 and risk == 'high'", [False, True, False]),
    ],
)
def test_examples(text: str, expected: list[bool]) -> None:
    known: Row = {"age": 9.0, "since": 0.0, "risk": "low", "mrd": "clear"}
    other: Row = {"age": 30.5, "since": 1.0, "risk": "high", "mrd": "left"}
    unknown: Row = {"age": math.nan, "since": math.nan, "risk": None, "mrd": None}
    assert truth(text, [known, other, unknown]) == expected


def test_what_is_not_observed_yet_equals_nothing() -> None:
    unknown: Row = dict.fromkeys(NAMES, None) | {"age": math.nan, "since": math.nan}
    assert truth("risk == 'low' or risk == 'high' or risk == 'odd' or age < 5 or age >= 5", [unknown]) == [False]


def test_there_may_be_no_patients() -> None:
    assert truth("age < 18 and risk in ['low']", []) == []


# --- anything else is refused ---------------------------------------------------------------------------------------

TOKENS = [
    *NAMES,
    *("'low'", "'clear'", "'x'", '"high"', "f'{age}'", "b'low'", "3", "-1.5", "1e400", "9" * 320, "2j", "None", "True"),
    *("<", "<=", ">", ">=", "==", "!=", "=", ":=", "is", "in", "not", "not in", "and", "or", "if", "else", "lambda"),
    *("(", ")", "[", "]", "{", "}", ",", ":", ".", "*", "**", "+", "-", "~", "@", ";", "#", "\\", "\n", "__class__"),
]


@examples(800)
@given(st.lists(st.sampled_from(TOKENS), max_size=9).map(" ".join), patients)
def test_any_words_are_refused_with_a_sentence_or_mean_what_python_means(text: str, patients: list[Row]) -> None:
    said = refusal(text)
    assert said or truth(text, patients) == by_python(text, patients)


@examples(500)
@given(st.text(st.characters(), max_size=600), patients)
def test_any_text_is_refused_with_a_sentence_or_gives_truths(text: str, patients: list[Row]) -> None:
    said = refusal(text)
    assert said or len(truth(text, patients)) == len(patients)


@examples(500)
@given(conditions(NAMES), st.data())
def test_a_condition_with_a_typing_error_is_refused_or_means_what_python_means(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, min(len(text), start + 3)))
    changed = text[:start] + data.draw(st.text("'\"()[].<>=!, anot_1-{}:", max_size=3)) + text[end:]
    sample: list[Row] = [{"age": 3.0, "since": math.nan, "risk": "low", "mrd": None}]
    said = refusal(changed)
    assert said or truth(changed, sample) == by_python(changed, sample)


REFUSED = {
    "attributes": ["age.real < 3", "risk.__class__ == 'low'", "().__class__ == 3", "age < risk.x"],
    "calls": ["print(age) < 3", "age < abs(3)", "exit()", "age.__lt__(3)", "__import__('os') == 3"],
    "subscripts": ["age[0] < 3", "risk[0] == 'l'", "age < [1, 2][0]", "age in [1, 2][:1]"],
    "functions": ["(lambda: age)() < 3", "lambda: age < 3", "age < (lambda: 3)"],
    "comprehensions": ["age in [x for x in [1]]", "age in {1: 2}", "age in {1}", "any(age < x for x in [1])"],
    "formats": ["f'{age}' == 'low'", "risk == f'low'", "risk == f'{age.__class__}'"],
    "assignments": ["(age := 3) < 4", "age = 3", "age := 3", "(x := age) < 3"],
    "dunder names": ["__builtins__ == 3", "__name__ == 'low'", "__class__ < 3"],
    "unknown names": ["weight < 3", "Age < 3", "None == 3", "low == risk"],
    "arithmetic": ["age + 1 < 3", "age < 1 + 1", "-age < 3", "age < 2 ** 3", "age < +3", "age < ~3", "age < --3"],
    "choices": ["age < 3 if 1 else age > 3", "age < (3 if age else 4)"],
    "stars": ["age in [*[1, 2]]", "*age < 3", "age in (*risk,)"],
    "several lines": ["age < 3; age > 4", "age < 3\nage > 4", "import os", "age < 3; import os"],
    "bare values": ["age", "True", "3", "'low'", "not age", "age < 3 and 1", "None", "..."],
    "identity": ["age is 3", "risk is 'low'", "age is not None"],
    "kinds": ["age == 'low'", "risk == 3", "risk < 'low'", "age == True", "age < None", "age < 1j", "risk == b'low'"],
    "levels": ["risk == 'lo'", "risk in ['low', 'never']", "risk == ''", "risk == -'low'", "risk in [-'low']"],
    "two columns": ["age < since", "risk == mrd", "age in [since]", "age in since", "risk in 'low'", "risk in ('low')"],
    "constants alone": ["1 < 2", "'low' == 'low'", "1 in [1]", "1 < age < 2 < 3"],
    "nothing": ["", " ", "\n", "#", "# age < 3", "()", "[]"],
    "odd characters": [
        "age\0< 3",
        "age < \ud800",
        "\ufeffage < 3",
        "age\u200b < 3",
        "age \N{FULLWIDTH LESS-THAN SIGN} 3",
        "age < \N{FULLWIDTH DIGIT THREE}",
        "\N{MATHEMATICAL DOUBLE-STRUCK DIGIT THREE} > age << 2",
    ],
    "numbers beyond numbers": ["age < " + "9" * 400, "age > -" + "9" * 400, "age in [" + "9" * 400 + "]"],
}


@pytest.mark.parametrize(
    "text", [text for texts in REFUSED.values() for text in texts], ids=lambda text: ascii(text)[1:30]
)
def test_nothing_but_comparisons_of_columns_is_a_condition(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w+ \w+"):
        condition(text, NAMES)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 240 + "age < 3" + ")" * 240,
        "(" * 20_000 + "age < 3" + ")" * 20_000,
        "not " * 120 + "age < 3",
        "not " * 50_000 + "age < 3",
        "age < " + "-" * 480 + "3",
        "[" * 240 + "]" * 240,
        "age in [" + "1," * 230 + "]",
        " or ".join(["age < 3"] * 41),
        "a" * 100_000,
        "age < 3" + " " * LONGEST,
        ".".join("a" * 240),
        "age" + " < 3 > age" * 40,
        "'" * 499,
        "age < 0x" + "f" * 480,
    ],
    ids=lambda text: f"{text[:8]}... {len(text)}",
)
def test_what_is_too_long_or_too_deep_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w+ \w+"):
        condition(text, NAMES)


def test_a_long_condition_is_still_read() -> None:
    text = " or ".join(f"age == {number}" for number in range(25))
    assert len(text) < LONGEST
    assert MOST_NODES >= 25 * 7
    assert truth(text, [{"age": 24.0, "since": 0.0, "risk": None, "mrd": None}]) == [True]


def test_a_misspelled_column_or_level_is_guessed() -> None:
    with pytest.raises(ValueError, match=r"no column 'rsk'\. Did you mean 'risk'"):
        condition("rsk == 'low'", NAMES)
    with pytest.raises(ValueError, match=r"never 'hihg'\. Did you mean 'high'"):
        condition("risk == 'hihg'", NAMES)


@pytest.mark.parametrize(
    "text",
    [
        "\N{FULLWIDTH LATIN SMALL LETTER A}ge < 3",
        "\N{MATHEMATICAL BOLD SMALL A}ge < 3",
        "ri\N{LATIN SMALL LETTER LONG S}k == 'low'",
    ],
)
def test_letters_that_only_look_like_a_columns_name_are_refused(text: str) -> None:
    with pytest.raises(ValueError, match="only look like others"):
        condition(text, NAMES)


def test_a_level_may_be_written_in_any_letters() -> None:
    levels = ("10 \N{MICRO SIGN}g", "10 m\N{SUPERSCRIPT TWO}")
    columns: dict[str, Column] = {"dose": np.array([0, 1], dtype=np.int16)}
    for code, level in enumerate(levels):
        assert condition(f"dose == '{level}'", {"dose": levels})(columns).tolist() == [code == 0, code == 1]
