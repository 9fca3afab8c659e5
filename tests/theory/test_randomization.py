"""Permuted blocks: every block holds the ratio, every order of it is equally likely, and strata do not touch."""

from collections import Counter
from collections.abc import Iterator
from itertools import permutations

import numpy as np
import pytest
from errors import assert_share
from scipy import stats
from strategies import Tree
from study import Walk, study, walk

COHORT: Tree = {"risk": {"levels": {"low": 0.6, "high": 0.4}}, "age": {"quantiles": [0, 10, 30]}}
REPLICATES = range(200)


def randomized(ratio: dict[str, int], block: int, strata: list[str]) -> Walk:
    """Trials in which patients are randomized after stays of different lengths, so not in the order of arrival."""
    arms = dict.fromkeys(ratio, "home")
    toss: Tree = {"kind": "randomize", "arms": arms, "ratio": ratio, "block": block, "strata": strata}
    steps: Tree = {"before": {"kind": "phase", "days": [0, 5, 90], "next": "toss"}, "toss": toss}
    return walk(study(steps, COHORT, patients=130), REPLICATES)


def lists(found: Walk) -> Iterator[list[int]]:
    """The arms of each stratum of each trial, in the order in which patients were randomized."""
    day, arm, stratum = found.day("arm", "arm"), found.value("arm", "arm"), found.value("stratum", "arm")
    rows = np.arange(found.rows)
    for replicate in range(len(found.replicates)):
        for number in np.unique(stratum).tolist():
            mine = rows[(rows // found.scenario.patients == replicate) & (stratum == number)]
            yield arm[mine[np.argsort(day[mine])]].astype(int).tolist()


def blocks(found: Walk, size: int) -> Iterator[list[int]]:
    """Every complete block."""
    for arms in lists(found):
        yield from (arms[start : start + size] for start in range(0, len(arms) - size + 1, size))


DESIGNS = {
    "2:1": ({"experimental": 2, "control": 1}, 6),
    "1:1": ({"a": 1, "b": 1}, 4),
    "1:2:1": ({"a": 1, "b": 2, "c": 1}, 8),
}


@pytest.mark.parametrize("strata", [[], ["risk"], ["risk", "age < 10"]], ids=["no strata", "one", "two"])
@pytest.mark.parametrize(("ratio", "size"), DESIGNS.values(), ids=DESIGNS.keys())
def test_every_complete_block_of_every_stratum_holds_the_ratio(
    ratio: dict[str, int], size: int, strata: list[str]
) -> None:
    expected = {arm: share * size // sum(ratio.values()) for arm, share in enumerate(ratio.values())}
    found = list(blocks(randomized(ratio, size, strata), size))
    assert len(found) > 1000
    assert all(Counter(block) == expected for block in found)


def test_the_strata_are_those_of_the_patients() -> None:
    found = randomized({"a": 1, "b": 1}, 4, ["risk", "age < 10"])
    expected = (found.covariate("risk") + 1) * 2 + (found.covariate("age") < 10)
    np.testing.assert_array_equal(found.value("stratum", "arm"), expected)


def test_every_order_of_a_block_is_equally_likely() -> None:
    counts = Counter(map(tuple, blocks(randomized({"experimental": 2, "control": 1}, 6, ["risk"]), 6)))
    orders = set(permutations([0, 0, 0, 0, 1, 1]))
    assert counts.keys() == orders
    assert stats.chisquare(list(counts.values())).pvalue > 1e-4


def test_strata_and_trials_have_lists_of_their_own() -> None:
    starts = [tuple(arms[:16]) for arms in lists(randomized({"a": 1, "b": 1}, 2, ["risk"])) if len(arms) >= 16]
    assert len(starts) > 300
    same = sum(one == other for at, one in enumerate(starts) for other in starts[:at])
    pairs = len(starts) * (len(starts) - 1) // 2
    assert_share(same, pairs, 0.5**8)


def test_each_patient_is_in_an_arm_as_often_as_the_ratio_says_whatever_their_covariates() -> None:
    found = randomized({"experimental": 2, "control": 1}, 6, [])
    experimental = found.value("arm", "arm") == 0
    for group in (found.covariate("age") < 5, found.is_level("risk", "high"), np.arange(found.rows) % 130 == 0):
        assert_share(int(experimental[group].sum()), int(group.sum()), 2 / 3)
