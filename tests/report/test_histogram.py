"""Hazard ratios as a histogram: each bar stands over its ratio."""

import numpy as np
import pytest

from pathsim.report.histogram import HEIGHT, TICKS, Mark, ratio_histogram


def lines_of(ratios: list[float], *marks: Mark, ascii_only: bool = True) -> list[str]:
    return ratio_histogram(np.array(ratios), marks, ascii_only=ascii_only).plain.split("\n")


@pytest.mark.parametrize("tick", TICKS)
def test_a_bar_stands_over_the_tick_of_its_ratio(tick: float) -> None:
    lines = lines_of([tick] * 7, Mark(tick, "published"))
    lowest, axis, pointed = lines[HEIGHT], lines[HEIGHT + 1], lines[HEIGHT + 2]
    bar = len(lowest.rstrip()) - 1
    labels = {float(label): axis.index(f" {label}") + 1 for label in axis.split()}
    assert abs(bar - labels[tick]) <= 1
    assert abs(bar - pointed.index("^")) <= 1
    assert pointed.endswith(f"published {tick:g}")


def test_what_lies_beyond_the_ends_is_counted_there() -> None:
    lowest = lines_of([0.01, 50.0])[HEIGHT]
    assert len(lowest.split()) == 2
    assert lowest.startswith(" #")


def test_what_could_not_be_estimated_is_left_out() -> None:
    usable = [0.5, 0.7]
    assert lines_of([*usable, np.nan]) == lines_of(usable)
    assert lines_of([np.nan])[1 : HEIGHT + 1] == [" "] * HEIGHT


def test_nothing_and_infinity_count_at_the_ends() -> None:
    assert lines_of([0.0, 0.5, np.inf]) == lines_of([0.01, 0.5, 99.0])


def test_without_unicode_everything_is_ascii() -> None:
    assert all(line.isascii() for line in lines_of([0.5, 0.7, 0.7], Mark(0.7, "published")))
    assert not all(line.isascii() for line in lines_of([0.5], ascii_only=False))


def test_the_ends_of_the_scale_say_so_where_they_hold_more_than_their_own() -> None:
    axis = lines_of([0.0, 0.5, np.inf])[HEIGHT + 1]
    assert axis.startswith(" <= 0.25 ")
    assert axis.endswith(" >= 2")
    assert lines_of([0.25, 2.0])[HEIGHT + 1].split() == [f"{tick:g}" for tick in TICKS]


def test_chosen_ratios_stand_below_the_bars_each_over_its_own() -> None:
    chosen = [Mark(0.5, "02"), Mark(0.5, "03"), Mark(1.0, "07"), Mark(np.nan, "09")]
    plain = ratio_histogram(np.array([0.5, 1.0]), chosen=chosen, ascii_only=True).plain.split("\n")
    bars, axis, (first, second, least, largest) = plain[HEIGHT], plain[HEIGHT + 1], plain[HEIGHT + 2 :]
    assert not any("^" in line for line in plain[: HEIGHT + 2])
    assert [abs(first.index("^") - bars.index("#")) <= 1, abs(first.rindex("^") - bars.rindex("#")) <= 1] == [
        True,
        True,
    ]
    assert (first.count("^"), second.count("^"), second.index("^")) == (2, 1, first.index("^"))
    assert (least.strip(), largest.strip()) == ("02: 0.50", "07: 1.00")
    assert abs(largest.index("0") - axis.index(" 1 ") - 1) <= 1


def test_very_many_chosen_ratios_take_few_rows_and_say_so() -> None:
    chosen = [Mark(0.5, f"{number:02}") for number in range(9)] + [Mark(np.inf, "99")]
    plain = ratio_histogram(np.array([0.5]), chosen=chosen, ascii_only=True).plain.split("\n")[HEIGHT + 2 :]
    assert [line.count("^") for line in plain] == [2, 1, 1, 0, 0, 1]
    assert plain[-1].strip() == "^: up to 3 trials"
    assert plain[-2].strip() == "99: infinite"
    assert max(map(len, plain)) <= 1 + 72
