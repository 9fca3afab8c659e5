"""The figures of a lesson are those that the commands print, of the trial or of many."""

import math
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

import pathsim
from pathsim.lessons import figures
from pathsim.lessons.figures import FigureError, FigureWork, computed
from pathsim.lessons.lesson import LessonFigure
from pathsim.lessons.read import lesson
from pathsim.state import AppState

SMALL = lesson(str(Path(__file__).parent / "small.md"))
TRIAL = AppState("two-arm-exponential", 7, day="last")
HR, P = (f"endpoints.os.comparisons.experimental.{path}" for path in ("cox.hazard_ratio", "logrank.p_one_sided"))
EVENTS = "endpoints.os.events"


def value(figure: LessonFigure) -> float:
    return computed([figure])[figure].number


def rows(path: str) -> np.ndarray:
    table = pathsim.ensemble("two-arm-exponential", 40, 7).columns
    return np.asarray(table[path])


def rows_as_of(day: date) -> np.ndarray:
    return np.asarray(pathsim.ensemble("two-arm-exponential", 40, 7, until=day).columns[HR])


def test_a_figure_of_a_trial_is_that_of_run() -> None:
    trial = pathsim.run("two-arm-exponential", 7, 3)
    assert value(LessonFigure(replace(TRIAL, replicate=3), EVENTS)) == trial.figure(EVENTS)
    early = pathsim.run("two-arm-exponential", 7, until=date(2021, 6, 30))
    assert value(LessonFigure(replace(TRIAL, day=date(2021, 6, 30)), HR)) == early.figure(HR)


def test_where_something_is_set_patients_keep_their_arms_as_in_the_app() -> None:
    # A shorter first step lets others come to the randomization, in another order.
    path, settings = "endpoints.dfs.comparisons.blinatumomab.cox.hazard_ratio", {"steps.block_1.days": "14"}
    mine = pathsim.load("aall1331", settings)
    held, drawn = pathsim.run(mine, 7, arms_of="aall1331"), pathsim.run(mine, 7)
    state = AppState("aall1331", 7, settings=tuple(settings.items()), day="last")
    assert value(LessonFigure(state, path)) == held.figure(path)
    assert held.figure(path) != drawn.figure(path)


def test_figures_of_many_trials_are_those_of_their_rows() -> None:
    ratios, small = rows(HR), rows(P) < 0.025
    asked = {
        "mean": LessonFigure(TRIAL, EVENTS, "mean", 40),
        "median": LessonFigure(TRIAL, HR, "median", 40),
        "lower": LessonFigure(TRIAL, HR, "lower", 40),
        "ratio": LessonFigure(TRIAL, HR, "mean", 40),
        "share": LessonFigure(TRIAL, "", "share", 40, f"{P} < 0.025"),
        "number": LessonFigure(TRIAL, "", "number", 40, f"{P} < 0.025", (f"{HR} < 0.8",)),
        "among": LessonFigure(TRIAL, "", "share", 40, f"{P} < 0.025", (f"{HR} < 0.8",)),
        "pairs": LessonFigure(TRIAL, "", "pairs", 40, f"{P} < 0.025"),
    }
    found = computed(asked.values())
    told = {name: found[figure].number for name, figure in asked.items()}
    apart = [a != b for number, a in enumerate(small) for b in small[:number]]
    assert told == pytest.approx(
        {
            "mean": rows(EVENTS).mean(),
            "median": np.median(ratios),
            "lower": np.quantile(ratios, 0.025),
            "ratio": math.exp(np.log(ratios).mean()),
            "share": small.mean(),
            "number": small[ratios < 0.8].sum(),
            "among": small[ratios < 0.8].mean(),
            "pairs": np.mean(apart),
        }
    )


def test_under_the_null_hypothesis_all_arms_are_the_control_arm() -> None:
    null = pathsim.ensemble("two-arm-exponential", 40, 7, null=True)
    mine = LessonFigure(TRIAL, HR, "median", 40, null=True)
    assert value(mine) == pytest.approx(np.median(null.columns[HR]))
    assert value(mine) != value(replace(mine, null=False))


def test_many_figures_of_the_same_trials_are_simulated_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    simulate_many = figures.simulate_many

    def counted(scenario: pathsim.Scenario, seed: int, replicates: range) -> object:
        asked.extend(replicates)
        return simulate_many(scenario, seed, replicates)

    monkeypatch.setattr(figures, "simulate_many", counted)
    assert len(computed(SMALL.figures)) == len(SMALL.figures)
    assert asked == list(range(40))


def test_figures_of_one_trial_come_first_and_all_come_in_the_end() -> None:
    work = FigureWork(SMALL.figures)
    seen = []
    while not work.is_complete:
        work.batch()
        seen.append(len(work.values))
    assert seen == sorted(seen)
    assert seen[0] > 0
    assert set(work.values) == set(SMALL.figures)
    assert any(0 < few < len(SMALL.figures) for few in seen)


@pytest.mark.parametrize(
    ("figure", "told"),
    [
        (LessonFigure(TRIAL, "endpoints.dfs.events"), "dfs"),
        (LessonFigure(TRIAL, "endpoints.os"), "endpoints.os"),
        (LessonFigure(TRIAL, "", "share", 5, "endpoints.os.events"), "is not a condition"),
        (LessonFigure(TRIAL, "toxicity[arm=experimentl].rate"), "experimentl"),
    ],
)
def test_a_figure_that_is_none_is_told_in_a_sentence(figure: LessonFigure, told: str) -> None:
    with pytest.raises(FigureError, match=told):
        computed([figure])


@pytest.mark.parametrize(
    ("state", "told"),
    [
        (replace(TRIAL, day=date(1999, 1, 1)), "the trial goes from"),
        (replace(TRIAL, day=date(2029, 1, 1)), "the trial goes from"),
        (replace(TRIAL, settings=(("trial.patiens", "4"),)), "trial.patiens"),
        (AppState("no-such"), "there is no scenario"),
    ],
)
def test_a_state_that_is_none_is_told_and_the_others_are_computed(state: AppState, told: str) -> None:
    good = LessonFigure(TRIAL, EVENTS)
    work, problems = FigureWork([LessonFigure(state, EVENTS), good]), []
    while not work.is_complete:
        try:
            work.batch()
        except FigureError as wrong:
            problems.append(str(wrong))
    assert len(problems) == 1
    assert told in problems[0]
    assert set(work.values) == {good}


def test_one_that_is_none_leaves_the_others_of_its_trials() -> None:
    good, bad = LessonFigure(TRIAL, EVENTS), LessonFigure(TRIAL, "endpoints.dfs.events")
    work, lost = FigureWork([good, bad]), []
    while not work.is_complete:
        try:
            work.batch()
        except FigureError as wrong:
            lost += wrong.figures
    assert (lost, set(work.values)) == ([bad], {good})


def test_trials_that_cannot_tell_a_figure_enter_no_mean() -> None:
    early = replace(TRIAL, day=date(2020, 2, 15))
    known = rows_as_of(date(2020, 2, 15))
    assert 0 < np.isnan(known).sum() < known.size
    told = value(LessonFigure(early, HR, "median", 40))
    assert told == pytest.approx(np.median(known[np.isfinite(known)]))


def test_what_cannot_be_estimated_is_told_so() -> None:
    first_day = LessonFigure(replace(TRIAL, day=date(2020, 1, 1)), HR)
    found = computed([first_day])[first_day]
    assert math.isnan(found.number)
    assert found.told == "not estimable"
    nobody = LessonFigure(TRIAL, "", "share", 5, f"{P} < 0.025", (f"{HR} > 50",))
    assert computed([nobody])[nobody].told == "not estimable"
