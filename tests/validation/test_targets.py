"""Targets: published results beside simulated ones, and the two ways of missing them."""

import math

import numpy as np
import pytest

from pathsim.engines.choose import simulate, simulate_many
from pathsim.ensembles.run import Recipe, ensemble
from pathsim.results.chosen import figures
from pathsim.results.json import results
from pathsim.results.lookup import figure, targeted
from pathsim.scenario.files import Source, find
from pathsim.scenario.scenario import Scenario, load
from pathsim.validation.targets import (
    TOLERATED_DEVIATIONS,
    TargetComparison,
    compared,
    paths,
    problems,
    simulated,
    tally,
)

EVENTS, CONTROL = "endpoints.os.events", "trial.arms.control"


def scenario(targets: str) -> Scenario:
    text = 'extends = "two-arm-exponential"\n[sources]\npaper = { cite = "A paper" }\n[targets]\nsource = "paper"\n'
    return load(Source("aimed", "<test>", text + targets))


def comparison(published: str, values: list[float], more: str = "") -> TargetComparison:
    made = scenario(f'[targets.one]\npublished = {published}\nfigure = "{EVENTS}"\n{more}')
    return compared(made, {EVENTS: np.array(values)})[0]


SPREAD = [90.0, 95.0, 100.0, 105.0, 110.0] * 40


def test_a_share_that_no_share_can_be_is_a_problem_of_its_target() -> None:
    """But a ratio of two figures, such as one arm's events to another's, can be anything."""
    survival, events = '"endpoints.os.arms.control.at.730.survival"', f'"{EVENTS}"'
    published = scenario(f"[targets.one]\npublished = 47\nfigure = {survival}\n")
    assert [(found.path[1:], found.message) for found in problems(published)] == [
        (("one", "published"), "the figure is a share, between 0 and 1; it can never be 47")
    ]
    ranged = scenario(f'[targets.one]\nkind = "plausible"\nbetween = [0.2, 1.5]\nfigure = {survival}\n')
    assert [found.path[2] for found in problems(ranged)] == ["between"]
    assert problems(scenario(f'[targets.one]\npublished = 47\nfigure = {events}\nof = "{CONTROL}"\n')) == []


def test_a_target_is_met_if_trials_show_it_on_average_and_one_by_one() -> None:
    one = comparison("101", SPREAD)
    assert (one.mean, one.lower, one.upper) == (100.0, 90.0, 110.0)
    assert one.verdict == "met"
    assert one.met


def test_a_result_within_the_chance_of_one_trial_can_still_be_wrong_on_average() -> None:
    one = comparison("108", SPREAD)
    assert one.lower < 108 < one.upper
    assert one.verdict == "wrong on average"
    assert not one.met


def test_what_so_few_trials_cannot_tell_is_undecided() -> None:
    """The mean is 100 with a standard deviation of 7.1 a trial: 0.3 of it is tolerated, and 95% chance is added."""
    deviation = float(np.std(SPREAD, ddof=1))
    for count in (200, 3200):
        values = (SPREAD * 16)[:count]
        margin = 1.959964 * float(np.std(values, ddof=1)) / math.sqrt(count)
        tolerated = TOLERATED_DEVIATIONS * float(np.std(values, ddof=1))
        assert comparison(f"{100 + tolerated + margin - 0.01:.3f}", values).verdict == "undecided"
        assert comparison(f"{100 + tolerated + margin + 0.01:.3f}", values).verdict == "wrong on average"
        assert comparison(f"{100 + tolerated - 0.01:.3f}", values).verdict == "met"
    # The same distance is decided once there are more trials.
    assert comparison(f"{100 + 0.38 * deviation:.3f}", SPREAD).verdict == "undecided"
    assert comparison(f"{100 + 0.38 * deviation:.3f}", SPREAD * 16).verdict == "wrong on average"
    one = comparison(f"{100 + 0.38 * deviation:.3f}", SPREAD)
    assert (one.met, one.is_missed) == (False, False)


def test_one_trial_decides_nothing_of_a_mean() -> None:
    made = scenario(f'[targets.one]\nkind = "plausible"\nbetween = [1, 2]\nassumed = "x"\nfigure = "{EVENTS}"\n')
    assert compared(made, {EVENTS: np.array([9.0])})[0].verdict == "undecided"
    assert compared(made, {EVENTS: np.array([9.0] * 2)})[0].verdict == "implausible"


def test_a_result_that_hardly_any_trial_shows_is_beyond_chance() -> None:
    assert comparison("120", SPREAD).verdict == "beyond chance"


def test_what_no_trial_could_estimate_is_said_so() -> None:
    one = comparison("120", [np.nan] * 3)
    assert (one.verdict, one.missing) == ("no figure", 3)
    assert one.about()["simulated"] is None


def test_unless_it_is_stated_the_tolerance_is_a_part_of_what_single_trials_vary() -> None:
    assert comparison("101", SPREAD).tolerance == pytest.approx(TOLERATED_DEVIATIONS * np.std(SPREAD, ddof=1))
    stated = comparison("108", SPREAD, "tolerance = 8")
    assert (stated.tolerance, stated.verdict) == (8.0, "met")


def test_the_percentile_counts_trials_below_and_half_of_those_that_are_equal() -> None:
    assert comparison("95", [90.0, 95.0, 95.0, 100.0]).percentile == pytest.approx(50)
    assert comparison("80", [90.0, 95.0]).percentile == 0


def test_a_target_can_be_a_share_of_another_figure() -> None:
    made = scenario(f'[targets.one]\npublished = "30/100"\nfigure = "{EVENTS}"\nof = "{CONTROL}"\n')
    target = made.sections.targets["one"]
    assert paths(made.sections.targets) == (EVENTS, CONTROL)
    shares = simulated(target, {EVENTS: np.array([10.0, 30.0, 1.0]), CONTROL: np.array([100.0, 100.0, 0.0])})
    assert shares == pytest.approx([0.1, 0.3, np.nan], nan_ok=True)


@pytest.mark.parametrize(("whole", "expected"), [(100.0, 0.1), (-100.0, -0.1), (0.0, math.nan), (math.nan, math.nan)])
def test_a_trial_and_many_of_them_show_the_same_share(whole: float, expected: float) -> None:
    made = scenario('[targets.one]\npublished = 0.1\nfigure = "part"\nof = "whole"\n')
    target = made.sections.targets["one"]
    many = simulated(target, {"part": np.array([10.0]), "whole": np.array([whole])})
    one = targeted({"part": 10.0, "whole": whole}, target)
    assert (one, many[0]) == pytest.approx((expected, expected), nan_ok=True)


def test_a_published_count_has_an_interval() -> None:
    lower, upper = comparison('"30/100"', SPREAD).interval or (0, 0)
    assert (lower, upper) == pytest.approx((0.2189, 0.3958), abs=1e-4)  # Wilson's, as R's prop.test without correction
    assert comparison("0.7", SPREAD, "ci = [0.5, 1.0]").interval == (0.5, 1.0)
    assert comparison("101", SPREAD).interval is None


def test_what_is_held_out_is_counted_apart() -> None:
    made = scenario(
        f'[targets.one]\npublished = 100\nfigure = "{EVENTS}"\n'
        f'[targets.two]\npublished = 300\nfigure = "{EVENTS}"\nkind = "holdout"\n'
    )
    counts = tally(compared(made, {EVENTS: np.array(SPREAD)}))
    assert counts["fit"]["met"] == 1
    assert counts["holdout"]["beyond chance"] == 1
    assert sum(sum(kind.values()) for kind in counts.values()) == 2


def test_a_figure_that_the_results_do_not_have_is_a_problem_on_its_line() -> None:
    made = scenario('[targets.one]\npublished = 1\nfigure = "endpoints.os.evnts"\nof = "trial.nobody"\n')
    assert [problem.path for problem in problems(made)] == [("targets", "one", "figure"), ("targets", "one", "of")]
    assert "the results have no 'evnts'" in problems(made)[0].message


@pytest.mark.parametrize(
    "name", ["aall1331", pytest.param("stroke-thrombectomy", marks=pytest.mark.slow), "two-arm-exponential"]
)
def test_figures_of_many_trials_are_those_of_each_trial_alone(name: str) -> None:
    made, replicates = load(name), range(5, 11)
    alone = [results(simulate(made, 3, replicate)[0]) for replicate in replicates]
    wanted = [*paths(made.sections.targets), *_paths_of_tables(alone[0]), "trial.enrolled", "trial.cutoff_day"]
    found = figures(simulate_many(made, 3, replicates), wanted)
    for path in wanted:
        each = [figure(one, path) for one in alone]
        assert found[path] == pytest.approx(np.array(each), rel=1e-12, nan_ok=True), path


def _paths_of_tables(found: dict[str, object]) -> list[str]:
    wanted = []
    keys = {"flow": ("step", "arm"), "responses": ("step", "arm", "name", "value"), "toxicity": ("step", "arm", "type")}
    figure_of = {"flow": "entered", "responses": "share", "toxicity": "grade4"}
    for table, by in keys.items():
        rows = found[table]
        assert isinstance(rows, list)
        for row in rows:
            picked = ",".join(f"{key}={'' if row[key] is None else row[key]}" for key in by)
            wanted.append(f"{table}[{picked}].{figure_of[table]}")
    return wanted


def test_trials_take_the_course_of_the_published_one_whatever_the_looks_show() -> None:
    recipe = Recipe(find("aall1331"), (), figures=("trial.ended.day", "trial.randomized"), as_it_went=True)
    columns = ensemble(recipe, 1, 64)
    made = recipe.scenario()
    ordered = made.trial.monitoring
    assert ordered is not None
    assert ordered.order is not None
    assert set(columns["trial.ended.day"]) == {ordered.order.day_of_trial(made.trial.begins)}
    as_designed = ensemble(Recipe(find("aall1331"), (), figures=("trial.ended.day",)), 1, 64)
    assert len(set(as_designed["trial.ended.day"])) > 5


def test_other_numbers_make_another_scenario_and_leave_the_first_as_it_is() -> None:
    made = load("two-arm-exponential")
    path = ("steps", "control", "exit", "death", "median_days")
    changed = made.with_values({path: 300.0})
    assert changed.layers.tree["steps"]["control"]["exit"]["death"]["median_days"] == 300.0
    assert made.layers.tree["steps"]["control"]["exit"]["death"]["median_days"] == 511
    set_on_the_command_line = load("two-arm-exponential", {".".join(path): "300"})
    assert changed.under_null().with_values({path: 600.0}).is_null
    one, other = (results(simulate(scenario, 1)[0])["endpoints"] for scenario in (changed, set_on_the_command_line))
    assert one == other
