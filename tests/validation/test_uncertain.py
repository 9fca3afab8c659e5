"""Published numbers, as uncertain as they are: how they are drawn, and what becomes of a trial."""

import json
from dataclasses import replace
from pathlib import Path
from textwrap import dedent

import numpy as np
import pytest
from scipy import special, stats

from pathsim.cli import main
from pathsim.draws import stream, trial_keys, uniform
from pathsim.engines.choose import simulate_many
from pathsim.ensembles.parameter_uncertainty import uncertainty
from pathsim.ensembles.run import Recipe, ensemble
from pathsim.ensembles.uncertain import at_fault, uncertain_rates, value_at, with_drawn_numbers
from pathsim.ensembles.vary import by_setting
from pathsim.results.chosen import figures
from pathsim.scenario.evidence import Rate
from pathsim.scenario.files import Source, find
from pathsim.scenario.problems import Problem, ScenarioError
from pathsim.scenario.scenario import Scenario, load
from pathsim.steps.spec import KeyPath

RATE = "toxicity[arm=control,step=screening,type=fever].rate"
SCENARIO = (Path(__file__).parents[1] / "scenarios" / "fever.toml").read_text(encoding="utf-8")


def source(text: str = SCENARIO) -> Source:
    return Source("uncertain", "<test>", text)


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return load(source())


def of(scenario: Scenario, last: str) -> Rate:
    return next(rate for rate in uncertain_rates(scenario) if rate.path[-1] == last)


def test_only_numbers_with_a_count_or_an_interval_are_drawn(scenario: Scenario) -> None:
    assert [rate.path[-1] for rate in uncertain_rates(scenario)] == ["grade3plus", "risk_ratio"]
    assert uncertain_rates(load("two-arm-exponential")) == ()


@pytest.mark.parametrize("probability", [0.01, 0.5, 0.975])
def test_a_count_is_drawn_by_jeffreys_and_a_ratio_from_a_log_normal(scenario: Scenario, probability: float) -> None:
    counted, ratio = of(scenario, "grade3plus"), of(scenario, "risk_ratio")
    assert value_at(counted, probability) == pytest.approx(stats.beta(12.5, 28.5).ppf(probability))
    sigma = np.log(2.0 / 0.5) / (2 * stats.norm.ppf(0.975))
    assert value_at(ratio, probability) == pytest.approx(stats.lognorm(sigma, scale=1.0).ppf(probability))


def test_an_interval_within_0_and_1_that_is_no_ratio_keeps_its_draws_there(scenario: Scenario) -> None:
    counted = of(scenario, "grade3plus")
    share = Rate(counted.path, 0.3, counted.evidence, ci=(0.2, 0.42))
    assert value_at(share, 0.5) == pytest.approx(0.3)
    assert 0 < value_at(share, 1e-9) < 0.1
    assert 0.6 < value_at(share, 1 - 1e-9) < 1
    width = value_at(share, 0.975) - value_at(share, 0.025)
    assert width == pytest.approx(0.22, abs=0.01)


@pytest.mark.parametrize("probability", [1e-6, 0.025, 0.2, 0.5, 0.9])
@pytest.mark.parametrize(
    ("value", "ci", "scale"),
    [
        (0.3, (0.2, 0.42), "log odds"),
        (0.3, (0.0, 0.42), "plain"),
        (0.9, (0.7, 1.0), "log"),
        (40.0, (20.0, 60.0), "log"),
        (2.0, (-1.0, 4.0), "plain"),
    ],
)
def test_an_interval_spans_1_96_standard_deviations_to_each_side_on_its_scale(
    scenario: Scenario, value: float, ci: tuple[float, float], scale: str, probability: float
) -> None:
    to, back = {
        "log odds": (special.logit, special.expit),
        "log": (np.log, np.exp),
        "plain": (np.positive, np.positive),
    }[scale]
    rate = Rate(of(scenario, "grade3plus").path, value, of(scenario, "grade3plus").evidence, ci=ci)
    sigma = (to(ci[1]) - to(ci[0])) / (2 * 1.959963984540054)
    assert value_at(rate, probability) == pytest.approx(back(to(value) + sigma * stats.norm.ppf(probability)))


def test_none_of_many_and_all_of_many_can_be_drawn(scenario: Scenario) -> None:
    counted = of(scenario, "grade3plus")
    none, everybody = (Rate(counted.path, n / 102, counted.evidence, n=n, of=102) for n in (0, 102))
    assert 0 < value_at(none, 0.5) < 0.01
    assert 0.99 < value_at(everybody, 0.5) < 1


def drawn(scenario: Scenario, seed: int, replicate: int) -> dict[str, float]:
    made = with_drawn_numbers(scenario, seed, replicate)
    fever = made.layers.tree["steps"]["screening"]["toxicity"]["fever"]
    return {"fever": fever["grade3plus"], "ratio": fever["effects"][0]["risk_ratio"]}


def test_a_draw_belongs_to_seed_replicate_and_path(scenario: Scenario) -> None:
    assert drawn(scenario, 1, 0) == drawn(scenario, 1, 0)
    assert drawn(scenario, 1, 0)["fever"] != drawn(scenario, 1, 1)["fever"]
    assert drawn(scenario, 1, 0)["fever"] != drawn(scenario, 2, 0)["fever"]
    without = load(source(SCENARIO.replace("ci = [0.5, 2.0], ", "")))
    assert drawn(without, 1, 0)["fever"] == drawn(scenario, 1, 0)["fever"]
    assert drawn(without, 1, 0)["ratio"] == 1.0


def test_draws_of_many_replicates_have_the_distribution_of_the_number(scenario: Scenario) -> None:
    fevers = [drawn(scenario, 3, replicate)["fever"] for replicate in range(150)]
    assert stats.kstest(fevers, stats.beta(12.5, 28.5).cdf).pvalue > 0.01


def test_numbers_that_do_not_go_together_are_drawn_again() -> None:
    half = SCENARIO.replace(
        "onset      = [1, 10]", 'onset      = [1, 10]\ngrade4plus = { value = "10/40", source = "paper" }'
    )
    made = load(source(half))
    for replicate in range(40):
        fever = with_drawn_numbers(made, 1, replicate).layers.tree["steps"]["screening"]["toxicity"]["fever"]
        assert fever["grade4plus"] <= fever["grade3plus"]


ASSESSED = """
[[steps.screening.assess]]
set    = "response"
source = "paper"
levels = { LEVELS }
"""


def assessed(levels: str) -> Scenario:
    return load(source(SCENARIO + ASSESSED.replace("LEVELS", levels)))


def drawn_levels(made: Scenario, replicate: int) -> dict[str, float]:
    drawn_scenario = with_drawn_numbers(made, 1, replicate)
    levels: dict[str, float] = drawn_scenario.layers.tree["steps"]["screening"]["assess"][0]["levels"]
    return levels


def test_what_does_not_go_together_in_one_table_changes_no_draw_in_another(scenario: Scenario) -> None:
    """38 of 40 and 0.04 often add up to more than 1; then only they are drawn again."""
    made = assessed('complete = "38/40", partial = 0.04, none = "rest"')
    drawn_again = 0
    for replicate in range(30):
        fever = with_drawn_numbers(made, 1, replicate).layers.tree["steps"]["screening"]["toxicity"]["fever"]
        assert fever["grade3plus"] == drawn(scenario, 1, replicate)["fever"]
        first = value_at(of(made, "complete"), first_draw("steps.screening.assess.0.levels.complete", replicate))
        drawn_again += drawn_levels(made, replicate)["complete"] != first
    assert 0 < drawn_again < 30


def first_draw(path: str, replicate: int) -> float:
    return float(uniform(trial_keys(1, replicate), stream(f"uncertain/{path}"))[0])


def test_the_first_draw_of_a_number_is_that_of_its_path(scenario: Scenario) -> None:
    for replicate in range(5):
        path = "steps.screening.toxicity.fever.grade3plus"
        expected = value_at(of(scenario, "grade3plus"), first_draw(path, replicate))
        assert drawn(scenario, 1, replicate)["fever"] == expected


def test_what_a_cycle_says_is_drawn_again_with_what_the_phase_says() -> None:
    """Sepsis stands in the phase, infection in its second cycle: the distribution of both, given that they nest."""
    text = """
    [steps.screening.toxicity.sepsis]
    grade3plus = "11/40"
    source     = "paper:table"
    onset      = 1
    lasts      = 2
    [steps.screening.cycle.2.toxicity]
    sepsis    = { within = "infection" }
    infection = { grade3plus = "12/40", source = "paper:table", onset = 1, lasts = 2 }
    """
    made = load(
        source(SCENARIO.replace("days    = 28", "days    = 28\nrepeat = 2") + dedent(text).replace("repeat = 2\n", ""))
    )
    found = [with_drawn_numbers(made, 1, n).layers.tree["steps"]["screening"] for n in range(400)]
    draws = stats.beta([12.5, 11.5], [28.5, 29.5]).rvs((100_000, 2), random_state=1)
    possible = draws[draws[:, 1] <= draws[:, 0]]
    outer = [tree["cycle"]["2"]["toxicity"]["infection"]["grade3plus"] for tree in found]
    inner = [tree["toxicity"]["sepsis"]["grade3plus"] for tree in found]
    assert stats.ks_2samp(outer, possible[:, 0]).pvalue > 0.01
    assert stats.ks_2samp(inner, possible[:, 1]).pvalue > 0.01


STEP = ("steps", "a")
FEVER = (*STEP, "toxicity", "fever")
CHANGED = [(*FEVER, "grade3plus"), (*FEVER, "grade4plus"), (*STEP, "days"), ("steps", "b", "days")]


@pytest.mark.parametrize(
    ("where", "drawn_again"),
    [
        ((*FEVER, "grade4plus"), 2),  # a number that was drawn: all of its table
        ((*FEVER, "onset"), 2),
        (FEVER, 2),
        ((*STEP, "exit", "relapse"), 3),  # nothing there was drawn: the next table around it
        (("trial", "patients"), 4),
    ],
)
def test_what_does_not_go_together_is_looked_for_in_the_table_around_it(where: KeyPath, drawn_again: int) -> None:
    wrong = ScenarioError([Problem(where, "a test", "<test>")])
    assert at_fault(wrong, CHANGED) == set(CHANGED[:drawn_again])


NESTED = """
    [steps.screening.toxicity.sepsis]
    within = "fever"
    onset  = [1, 10]
    lasts  = [1, 2]
"""


def nested(how: str) -> Scenario:
    """Fever in 12 of 40, and within it sepsis, stated in this way."""
    return load(source(f"{SCENARIO}\n{dedent(NESTED)}{how}\n"))


def fevers(scenario: Scenario, count: int) -> list[float]:
    return [
        with_drawn_numbers(scenario, 1, n).layers.tree["steps"]["screening"]["toxicity"]["fever"]["grade3plus"]
        for n in range(count)
    ]


def test_what_is_assumed_of_a_toxicity_within_another_leaves_the_other_as_uncertain_as_it_was_published() -> None:
    made = nested('grade3plus_share = 0.95\nassumed = "a test"')
    assert stats.kstest(fevers(made, 200), stats.beta(12.5, 28.5).cdf).pvalue > 0.01


def test_toxicities_of_which_one_is_within_the_other_are_drawn_again_together() -> None:
    """Of 12 and 11 of 40, drawn until the one within is no more common: the distribution of both, given that."""
    made = nested('grade3plus = "11/40"\nsource = "paper:table"')
    draws = stats.beta([12.5, 11.5], [28.5, 29.5]).rvs((100_000, 2), random_state=1)
    possible = draws[draws[:, 1] <= draws[:, 0], 0]
    assert possible.mean() > 0.33  # as published it is 0.305
    assert stats.ks_2samp(fevers(made, 400), possible).pvalue > 0.01


def test_where_all_shares_are_counts_the_last_is_what_the_others_leave() -> None:
    made = assessed('complete = "20/40", partial = "12/40", none = "8/40"')
    for replicate in range(5):
        for level in ("complete", "partial"):
            draw = first_draw(f"steps.screening.assess.0.levels.{level}", replicate)
            assert drawn_levels(made, replicate)[level] == value_at(of(made, level), draw)
    levels = [drawn_levels(made, replicate) for replicate in range(60)]
    assert all(sum(shares.values()) == pytest.approx(1) for shares in levels)
    assert stats.kstest([shares["complete"] for shares in levels], stats.beta(20.5, 20.5).cdf).pvalue > 0.01


def test_shares_that_are_not_drawn_divide_what_the_drawn_ones_leave() -> None:
    made = assessed('complete = "20/40", partial = 0.3, none = 0.2')
    for replicate in range(5):
        shares = drawn_levels(made, replicate)
        assert shares["complete"] != 0.5
        assert sum(shares.values()) == pytest.approx(1)
        assert shares["partial"] / shares["none"] == pytest.approx(1.5)


def test_numbers_that_never_go_together_stay_as_stated() -> None:
    """The share by day 14 cannot be below that by day 7, and all that its evidence allows is."""
    by = 'by = { 7 = 0.9, 14 = { value = 0.9, ci = [0.89, 0.91], source = "paper" } }'
    made = load(source(f'{SCENARIO}[steps.screening.exit.refusal]\n{by}\nnext = "dead"\n'))
    rates = {rate.path: rate for rate in uncertain_rates(made)}
    impossible = {path: replace(rate, value=0.5) if "by" in path else rate for path, rate in rates.items()}
    stuck = replace(made, layers=replace(made.layers, rates={**made.layers.rates, **impossible}))
    points = with_drawn_numbers(stuck, 1, 0).layers.tree["steps"]["screening"]["exit"]["refusal"]["by"]
    assert points == {"7": 0.9, "14": 0.9}


def test_whole_numbers_are_decided_and_not_drawn() -> None:
    text = SCENARIO + '[resources.bed]\ncapacity = { value = 40, ci = [20, 60], source = "paper" }\n'
    assert [rate.path[-1] for rate in uncertain_rates(load(source(text)))] == ["grade3plus", "risk_ratio"]


def test_under_the_null_the_drawn_trials_are_under_it_too() -> None:
    columns = ensemble(Recipe(source(), (), null=True, uncertain=True), 1, 64)
    stated, as_drawn = by_setting(columns, 2)
    p_values = "endpoints.os.comparisons.experimental.logrank.p_one_sided"
    assert np.array_equal(stated[p_values], as_drawn[p_values]), "the toxicity that is drawn changes no survival"
    assert (as_drawn[p_values] < 0.025).mean() < 0.15


def test_without_anything_published_there_is_no_parameter_uncertainty() -> None:
    columns = ensemble(Recipe(find("two-arm-exponential"), (), uncertain=True), 1, 130)
    stated, as_drawn = by_setting(columns, 2)
    assert all(np.array_equal(stated[name], as_drawn[name], equal_nan=True) for name in stated)
    found = uncertainty(load("two-arm-exponential"), stated, as_drawn)
    assert all(spread["parameter_share"] == 0 for spread in found["figures"].values())
    assert found["power"]["os"]["stated"] == found["power"]["os"]["drawn"]


def test_the_share_of_parameter_uncertainty_is_that_of_the_total_variance() -> None:
    """By hand: 5/3 by chance alone and 20/3 in all, so that uncertainty is 5, three quarters of the total."""
    stated, drawn = ({RATE: np.array(values)} for values in ([1.0, 2, 3, 4], [2.0, 4, 6, 8]))
    spread = uncertainty(load(source()), stated, drawn)["figures"][RATE]
    assert spread["total_sd"] ** 2 == pytest.approx(20 / 3)
    assert spread["chance_sd"] ** 2 == pytest.approx(5 / 3)
    assert spread["parameter_sd"] ** 2 == pytest.approx(5)
    assert spread["parameter_share"] == pytest.approx(0.75)
    # Squares from the mean are 9, 1, 1, 9 and 2.25, 0.25, 0.25, 2.25: they differ by 6.75, 0.75, 0.75, 6.75.
    assert spread["standard_error"] == pytest.approx(np.std([6.75, 0.75, 0.75, 6.75], ddof=1) / 2 / (20 / 3))


def test_a_figure_that_varies_less_with_drawn_numbers_shows_no_parameter_uncertainty() -> None:
    stated, drawn = ({RATE: np.array(values)} for values in ([2.0, 4, 6, 8], [1.0, 2, 3, 4]))
    spread = uncertainty(load(source()), stated, drawn)["figures"][RATE]
    assert (spread["parameter_sd"], spread["parameter_share"]) == (0, 0)


def test_chance_and_parameter_uncertainty_of_a_rate_are_those_of_the_beta_binomial_distribution() -> None:
    only_the_count = source(SCENARIO.replace("ci = [0.5, 2.0], ", ""))
    columns = ensemble(Recipe(only_the_count, (), uncertain=True), 2, 800)
    spread = uncertainty(load(only_the_count), *by_setting(columns, 2))["figures"][RATE]
    distribution, patients = stats.beta(12.5, 28.5), 100
    assert spread["chance_sd"] == pytest.approx(np.sqrt(0.3 * 0.7 / patients), rel=0.1)
    assert spread["parameter_sd"] == pytest.approx(distribution.std(), rel=0.12)
    assert spread["parameter_share"] > 5 * spread["standard_error"]


def test_rows_are_the_same_for_any_number_of_workers_and_any_chunk() -> None:
    recipe = Recipe(source(), (), figures=(RATE,), uncertain=True)
    whole = ensemble(recipe, 1, 140)
    apart = ensemble(recipe, 1, 140, workers=2)
    assert np.array_equal(whole[RATE], apart[RATE], equal_nan=True)
    made = with_drawn_numbers(recipe.scenario(), 1, 137)
    assert figures(simulate_many(made, 1, [137]), (RATE,))[RATE][0] == whole[RATE][137]


def test_a_folder_knows_that_its_numbers_were_drawn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:

    file = tmp_path / "uncertain.toml"
    file.write_text(SCENARIO, encoding="utf-8")

    def call(*arguments: object) -> int:
        monkeypatch.setattr("sys.argv", ["pathsim", *map(str, arguments)])
        with pytest.raises(SystemExit) as left:
            main()
        assert isinstance(left.value.code, int)
        return left.value.code

    asked = ("ensemble", file, "--uncertain", "--replicates", 128, "--seed", 1)
    assert call(*asked, "--out", tmp_path / "whole") == 0
    for number in (1, 2):
        assert call(*asked, "--shard", f"{number}/2", "--out", tmp_path / f"shard-{number}") == 0
    assert call("merge", tmp_path / "shard-1", tmp_path / "shard-2", "--out", tmp_path / "merged") == 0
    for name in ("summary.json", "rows.parquet"):
        assert (tmp_path / "merged" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes()
    told = json.loads((tmp_path / "whole" / "summary.json").read_text(encoding="utf-8"))
    assert told["uncertain"] is True
    assert set(told["uncertainty"]) == {"figures", "power"}
    assert call("ensemble", file, "--replicates", 128, "--seed", 1, "--out", tmp_path / "whole") == 2


@pytest.mark.parametrize("more", [("--vary", "trial.patients=100,200"), ("--until-se", "0.1")])
def test_what_does_not_go_together_is_said(
    more: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:

    monkeypatch.setattr("sys.argv", ["pathsim", "ensemble", "two-arm-exponential", "--uncertain", *more])
    with pytest.raises(SystemExit) as left:
        main()
    assert left.value.code == 2
    assert f"leave {more[0]} out" in capsys.readouterr().err
