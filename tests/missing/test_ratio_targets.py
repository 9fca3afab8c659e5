"""Hazard ratios as targets, and what they depend on: misses and swings of logarithms, told of how many trials."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from calls import Pathsim
from hypothesis import given
from hypothesis import strategies as st
from many_ratios import BASE, RATIO, SURVIVAL, finite, ratios, turned

from pathsim.engines.choose import simulate_many
from pathsim.ensembles.averages import Figures, average
from pathsim.results.replicates import rows
from pathsim.scenario.files import Source
from pathsim.scenario.scenario import Scenario, load
from pathsim.scenario.schema import Target
from pathsim.validation.targets import TargetComparison, compared, deviation, miss, simulated, tolerance


def aimed(published: float, values: Figures, more: str = "") -> TargetComparison:
    target = f'[targets.one]\npublished = {published}\nfigure = "{RATIO}"\nassumed = "x"\n{more}'
    return compared(scenario(target), {RATIO: values})[0]


def scenario(targets: str) -> Scenario:
    return load(Source("small", "<test>", BASE.read_text(encoding="utf-8") + targets))


@given(ratios, st.sampled_from([0.3, 0.7, 1.0, 1.4, 5.0]))
def test_a_verdict_does_not_depend_on_which_arm_is_control(values: list[float], published: float) -> None:
    one, other = aimed(published, np.array(values)), aimed(1 / published, turned(np.array(values)))
    # Of few trials the interval ends at trials that are not the same from above and from below.
    if "beyond chance" not in (one.verdict, other.verdict):
        assert one.verdict == other.verdict


def test_a_ratio_misses_by_its_logarithm_unless_a_tolerance_is_stated() -> None:
    values = np.array([0.25, 0.5, 1.0] * 20)
    spread = np.std(np.log(values), ddof=1)
    one = aimed(0.5 * math.exp(0.29 * spread), values)
    assert (one.mean, one.tolerance, one.verdict) == (pytest.approx(0.5), pytest.approx(0.3 * spread), "met")
    margin = 1.959964 * spread / math.sqrt(60)
    assert aimed(0.5 * math.exp(0.31 * spread), values).verdict == "undecided"
    assert aimed(0.5 * math.exp(0.301 * spread + margin), values).verdict == "wrong on average"
    told = one.about()
    assert (told["sd_log"], told["tolerance_log"]) == pytest.approx((spread, 0.3 * spread))
    assert not {"tolerance", "standard_deviation"} & set(told)
    # A stated tolerance is that of the ratio itself, and so is the chance: the spread of the logarithm times the ratio.
    assert [aimed(0.56, values, f"tolerance = {within}").verdict for within in (0.05, 0.07)] == ["undecided", "met"]
    assert aimed(0.5 + 0.0501 + 0.5 * margin, values, "tolerance = 0.05").verdict == "wrong on average"
    assert aimed(0.56, values, "tolerance = 0.07").about()["tolerance"] == 0.07


def test_a_target_tells_how_many_trials_are_left_out_and_why() -> None:
    one = aimed(1, np.array([0.0, 0.0, 0.5, 2.0, math.inf, math.nan]))
    told = one.about()
    counts = {name: told[name] for name in ("zero", "infinite", "missing", "averaged")}
    assert counts == {"zero": 2, "infinite": 1, "missing": 1, "averaged": 2}
    assert one.trials == 6


@pytest.mark.parametrize(
    ("values", "verdict"),
    [([0.0] * 9, "beyond chance"), ([0.0, math.inf] * 9, "no figure"), ([math.nan] * 9, "no figure")],
)
def test_ratios_without_a_mean_still_have_an_interval(values: list[float], verdict: str) -> None:
    assert aimed(0.7, np.array(values)).verdict == verdict


def test_the_fit_misses_a_ratio_as_the_verdict_does() -> None:
    target = Target(published=1.0, figure=RATIO)
    shown = average(RATIO, np.array([0.25, 1.0]))
    assert miss(target, shown) == pytest.approx(-math.log(2))
    assert deviation(target, shown) == pytest.approx(math.log(4) / math.sqrt(2))
    assert tolerance(target, shown) == pytest.approx(0.3 * deviation(target, shown))
    stated = target.model_copy(update={"tolerance": 0.1})
    assert (miss(stated, shown), tolerance(stated, shown)) == (pytest.approx(-0.5), 0.1)
    # A small relative deviation of a mean of one half is half as much of a difference.
    assert deviation(stated, shown) == pytest.approx(0.5 * deviation(target, shown))
    share = Target(published=0.5, figure=RATIO, of=SURVIVAL)
    assert simulated(share, {RATIO: np.array([1.0]), SURVIVAL: np.array([2.0])}) == [0.5]


# --- what is printed ------------------------------------------------------------------------------------------------


def columns(replicates: int, **settings: str) -> dict[str, Figures]:
    return rows(simulate_many(load(str(BASE), settings), 1, range(replicates)))


def test_validation_tells_of_how_many_trials_a_figure_is(pathsim: Pathsim, tmp_path: Path) -> None:
    file = tmp_path / "small.toml"
    targets = "".join(
        f'[targets.{name}]\npublished = 0.5\nfigure = "{path}"\nkind = "holdout"\nassumed = "x"\n'
        for name, path in (("ratio", RATIO), ("survival", SURVIVAL))
    )
    file.write_text(BASE.read_text(encoding="utf-8") + targets, encoding="utf-8")
    lines = pathsim("validate", file, "--seed", "1", "--replicates", "60").out.splitlines()
    shown = columns(60)
    assert not np.isnan(shown[RATIO]).any()
    at = next(number for number, line in enumerate(lines) if line.startswith(" Ratio"))
    assert f"{np.exp(np.log(finite(shown[RATIO])).mean()):.2f}" in lines[at]
    assert lines[at + 1].split() == ["of", str(finite(shown[RATIO]).size)], "the interval is of all 60"
    followed = str(int((~np.isnan(shown[SURVIVAL])).sum()))
    assert lines[at + 3].split() == ["of", followed, "of", followed]
    assert "hazard ratios: geometric mean" in " ".join(lines)


def test_sensitivity_tells_the_geometric_mean_of_those_that_are_finite(pathsim: Pathsim) -> None:
    asked = ("sensitivity", BASE, "--figure", RATIO, "--assumed", "0.2", "--replicates", "10", "--seed", "1")
    used = finite(columns(10)[RATIO])
    mean = float(np.exp(np.log(used).mean()))
    out = " ".join(pathsim(*asked, "--sobol", "0").out.split())
    assert f"{mean:.4g}, the geometric mean of {used.size} of 10 trials" in out
    found = json.loads(pathsim(*asked, "--sobol", "0", "--json").out)
    assert (found["base"], found["averaged"]) == (pytest.approx(mean), used.size)
    median = "steps.drug.exit.death.median_days"
    swing = next(one for one in found["one_way"] if one["path"] == median)
    low, high = (columns(10, **{median: repr(swing[end])})[RATIO] for end in ("low", "high"))
    both = [(0 < one < math.inf and 0 < other < math.inf) for one, other in zip(low, high, strict=True)]
    assert swing["averaged"] == sum(both)
    assert swing["ratio"] == pytest.approx(np.exp(np.log(high[both] / low[both]).mean()))
    assert f"{swing['ratio']:.3f} ({swing['lower']:.3f}-{swing['upper']:.3f}), of {swing['averaged']}" in out
