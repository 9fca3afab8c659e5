"""Sensitivity: what a figure depends on, where the answer is known."""

import json

import numpy as np
import pytest
from scipy import stats

from pathsim.cli import main
from pathsim.ensembles.run import Recipe
from pathsim.scenario.files import Source
from pathsim.validation.points import Field
from pathsim.validation.sensitivity import Sensitivity, Swing, sensitivity, uncertain_numbers, varied_paths

RATE = "toxicity[arm=control,step=screening,type=fever].rate"
SCENARIO = """
extends = "two-arm-exponential"
[sources]
paper = { cite = "A paper" }
[trial]
patients = { value = 400, assumed = "many" }
per_month = { value = 100, assumed = "quick" }
[steps.randomization]
arms = { experimental = "experimental", control = "screening" }
[steps.screening]
kind    = "phase"
days    = 28
next    = "control"
assumed = "a test"
[steps.screening.toxicity.fever]
grade3plus = { value = "12/40", source = "paper" }
onset      = [1, 10]
lasts      = [1, 2]
effects    = [{ when = "arm == 'control'", risk_ratio = { value = 1.0, ci = [0.5, 2.0], source = "paper" } }]
[steps.screening.toxicity.rash]
grade3plus = { value = 0.2, range = [0.1, 0.4], assumed = "a test" }
onset      = [1, 10]
lasts      = [1, 2]
"""
FEVER, RATIO, RASH = "grade3plus", "risk_ratio", "rash"
SIGMA = np.log(2.0 / 0.5) / (2 * stats.norm.ppf(0.975))


def examined(
    figure: str = RATE,
    together: int = 3,
    assumed: float = 0.0,
    workers: int = 1,
    text: str = SCENARIO,
    samples: int = 128,
    seed: int = 7,
) -> Sensitivity:
    recipe = Recipe(Source("sensitive", "<test>", text), (), figures=(figure,))
    numbers = uncertain_numbers(recipe.scenario(), assumed=assumed)
    field = Field(recipe, varied_paths(recipe.scenario(), numbers), seed, range(64))
    return sensitivity(field, numbers, together=together, samples=samples, workers=workers)


@pytest.fixture(scope="module")
def found() -> Sensitivity:
    return examined()


def test_each_number_is_moved_to_the_ends_of_its_interval(found: Sensitivity) -> None:
    ends = {one.path[-1]: (one.low, one.high) for one in found.swings if "fever" in one.path}
    assert ends[FEVER] == pytest.approx(stats.beta(12.5, 28.5).ppf([0.025, 0.975]))
    assert ends[RATIO] == pytest.approx((0.5, 2.0))
    rash = next(one for one in found.swings if "rash" in one.path)
    assert (rash.low, rash.high) == pytest.approx((0.1075, 0.3925))


def shown(one: Swing) -> tuple[float, float]:
    """The figure where the number is low, and where it is high."""
    return one.at_low.value, one.at_high.value


def test_the_figure_follows_its_number_and_no_other(found: Sensitivity) -> None:
    for one in found.swings:
        if "rash" in one.path:
            assert one.width == one.change.standard_error == 0
        elif one.path[-1] == RATIO:
            assert shown(one) == pytest.approx((found.base.value * 0.5, found.base.value * 2), rel=0.03)
        else:
            assert shown(one) == pytest.approx((one.low, one.high), rel=0.03)
    assert next(one.path[-1] for one in found.swings) == RATIO


def test_sobol_indices_of_a_product_are_those_of_its_formula(found: Sensitivity) -> None:
    rate, ratio = stats.beta(12.5, 28.5), stats.lognorm(SIGMA)
    variance = (rate.var() + rate.mean() ** 2) * (ratio.var() + ratio.mean() ** 2) - (rate.mean() * ratio.mean()) ** 2
    first = {
        FEVER: rate.var() * ratio.mean() ** 2 / variance,
        RATIO: ratio.var() * rate.mean() ** 2 / variance,
    }
    total = {FEVER: 1 - first[RATIO], RATIO: 1 - first[FEVER]}
    assert {index.path[-1] for index in found.indices} == {FEVER, RATIO}
    for index in found.indices:
        name = str(index.path[-1])
        assert index.first == pytest.approx(first[name], abs=0.12)
        assert index.total == pytest.approx(total[name], abs=0.12)
        assert index.total >= index.first - 0.1


@pytest.mark.slow
def test_the_answer_is_the_same_for_any_number_of_workers(found: Sensitivity) -> None:
    assert examined(workers=2) == found


def test_assumed_numbers_move_only_if_asked_and_those_of_the_design_never(found: Sensitivity) -> None:
    paths = {one.path for one in examined(together=0, assumed=0.2).swings}
    assert {one.path for one in found.swings} < paths
    assert ("steps", "control", "exit", "death", "median_days") in paths
    assert not any(path[0] in ("trial", "endpoints") or path[-1] == "block" for path in paths)
    assert found.indices
    assert not examined(together=0).indices


def assessed(levels: str) -> str:
    return f'{SCENARIO}[[steps.screening.assess]]\nset = "response"\nsource = "paper"\nlevels = {{ {levels} }}\n'


SHARE = "responses[arm=control,step=screening,name=response,value=complete].share"


def test_a_share_moves_the_others_of_a_table_that_has_no_rest() -> None:
    levels = 'complete = "20/40", partial = 0.3, none = "8/40"'
    swings = {one.path[-1]: one for one in examined(SHARE, together=0, text=assessed(levels)).swings}
    assert shown(swings["complete"]) == pytest.approx((0.35, 0.65), abs=0.02)
    # What the third share takes, the first two give in the proportion 5 to 3.
    ends = [(1 - end) * 5 / 8 for end in (swings["none"].low, swings["none"].high)]
    assert shown(swings["none"]) == pytest.approx(ends, abs=0.02)


def test_numbers_that_do_not_go_together_are_moved_as_far_as_they_do() -> None:
    found = examined(SHARE, text=assessed('complete = "38/40", partial = 0.04, none = "rest"'), samples=16)
    complete = next(one for one in found.swings if one.path[-1] == "complete")
    assert complete.low == pytest.approx(stats.beta(38.5, 2.5).ppf(0.025))
    assert 0.95 < complete.high <= 0.96
    assert found.indices


def test_every_seed_gives_the_same_answer_again() -> None:
    """Also 0, which SALib would take for none."""
    assert examined(samples=8, seed=0) == examined(samples=8, seed=0)


def call(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    monkeypatch.setattr("sys.argv", ["pathsim", "sensitivity", *map(str, arguments)])
    with pytest.raises(SystemExit) as left:
        main()
    assert isinstance(left.value.code, int)
    return left.value.code


HAZARD_RATIO = "endpoints.os.comparisons.experimental.cox.hazard_ratio"
QUICK = ("two-arm-exponential", "--figure", HAZARD_RATIO, "--assumed", 0.2, "--replicates", 30, "--seed", 1)


def test_the_report_shows_bars_and_json_every_number(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    assert call(monkeypatch, *QUICK, "--sobol", 0) == 0
    out = capsys.readouterr().out
    assert "steps.control.exit.death.median_days" in out
    assert "█" in out
    assert "explains" not in out
    assert call(monkeypatch, *QUICK, "--sobol", 2, "--samples", 4, "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert {row["path"] for row in told["one_way"]} == {row["path"] for row in told["sobol"]}
    assert told["figure"] == HAZARD_RATIO
    assert call(monkeypatch, *QUICK, "--sobol", 2, "--samples", 4, "--json") == 0
    assert json.loads(capsys.readouterr().out) == told


SHORT = "trial.cutoffs.final.day=1"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("two-arm-exponential", "--figure", HAZARD_RATIO), "--assumed 0.2 moves those that are assumed"),
        (("two-arm-exponential", "--figure", "endpoints.os.hazard"), "the results have no 'hazard'"),
        (("two-arm-exponential", "--figure", "[a=b]"), "'[a=b]' is not a path"),
        (
            ("aall1331", "--figure", "endpoints.os.events", "--over", "steps.nowhere"),
            "has no number under steps.nowhere",
        ),
        (
            ("two-arm-exponential", "--figure", "flow[step=control,arm=nobody].entered", "--assumed", "0.2"),
            "there is no arm 'nobody'",
        ),
        (
            ("two-arm-exponential", "--figure", HAZARD_RATIO, "--assumed", "0.2", "--set", SHORT),
            "no trial of 200 has the figure",
        ),
        (
            ("two-arm-exponential", "--figure", HAZARD_RATIO, "--assumed", "nan"),
            "a fraction lies between 0 and 1, such as 0.2",
        ),
        (("aall1331", "--figure", HAZARD_RATIO, "--samples", "60"), "a power of two, such as 64, not 60"),
    ],
)
def test_what_cannot_be_asked_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], message: str
) -> None:
    assert call(monkeypatch, *arguments) == 2
    assert message in " ".join(capsys.readouterr().err.replace("\n", " ").split())


@pytest.mark.parametrize("command", [("sensitivity", "aall1331", "--figure", HAZARD_RATIO), ("calibrate", "aall1331")])
def test_without_the_extra_a_sentence_says_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], command: tuple[str, ...]
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    monkeypatch.setattr("sys.argv", ["pathsim", *command])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 2
    assert "install 'pathsim-trials[fit]'" in capsys.readouterr().err
