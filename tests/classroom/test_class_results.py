"""The trials of a class are those that other commands print, among the siblings that an ensemble has."""

import math
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

import pathsim
from pathsim.classroom import siblings
from pathsim.classroom.answers import Answers
from pathsim.classroom.classroom import Classroom
from pathsim.classroom.material import named
from pathsim.classroom.questions import question_figures, questions_of, trial_questions
from pathsim.classroom.results import ClassResults
from pathsim.classroom.siblings import SiblingTrials, TrialEnding, outcome_chunks, shown_outcome, sibling_trials
from pathsim.classroom.told import print_class
from pathsim.ensembles.run import Recipe
from pathsim.lessons.figures import computed
from pathsim.scenario.files import find
from tests.classroom.test_classroom import SMALL, TEXT

ARMLESS = str(Path(__file__).parent.parent / "app" / "odd" / "nothing_but_care.toml")
FEW = 80
"""More than a chunk."""
RATIO = "endpoints.dfs.comparisons.blinatumomab.cox.hazard_ratio"
SEED = 23


@pytest.fixture
def _few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(siblings, "SIBLINGS", FEW)


@pytest.fixture(scope="module")
def classroom() -> Classroom:
    return Classroom.of(named("aall1331"), SEED)


@pytest.fixture(scope="module")
def of_seed() -> SiblingTrials:
    recipe = Recipe.of(find("aall1331"), {})
    parts = outcome_chunks(recipe, SEED, 0, 64, FEW - 64)
    return SiblingTrials(recipe.scenario(), {name: np.concatenate([part[name] for part in parts]) for name in parts[0]})


def lines(results: ClassResults, width: int = 80, *, ascii_only: bool = False) -> list[str]:
    console = Console(width=width, color_system=None, markup=False, highlight=False)
    with console.capture() as captured:
        print_class(console, results, ascii_only=ascii_only)
    return [line.rstrip() for line in captured.get().split("\n")]


@pytest.mark.usefixtures("_few")
def test_chunks_and_workers_change_nothing(classroom: Classroom, of_seed: SiblingTrials) -> None:
    found = sibling_trials(classroom)
    assert found.replicates == FEW
    assert found.summary() == of_seed.summary()
    assert found.ratios.tolist() == of_seed.ratios.tolist()


def test_what_was_true_is_what_an_ensemble_of_the_seed_says(of_seed: SiblingTrials) -> None:
    found, many = of_seed.summary(), pathsim.ensemble("aall1331", FEW, SEED)
    assert found["hazard_ratio"] == many["figures"][RATIO]
    assert found["significant"] == many["power"]["dfs"]["blinatumomab"]["logrank"]
    ended = {(one["look"], one["decision"]): one["estimate"] for one in found["ended"]}
    for look in many["stopping"]:
        for why in ("for benefit", "for futility", "by order"):
            share = look[why.split()[-1]]["estimate"]
            assert ended.get((look["look"], f"stop {why}"), 0.0) == share
    assert ended[None, "continue"] == many["ending"]["none"]["estimate"]
    assert sum(ended.values()) == pytest.approx(1)


def test_the_trial_of_a_student_is_the_one_that_run_prints(classroom: Classroom, of_seed: SiblingTrials) -> None:
    found = ClassResults.of(classroom, [Answers(n, {}) for n in (1, 17, FEW + 20)], of_seed, {})
    assert list(found.outcomes) == [1, 17, FEW + 20]
    for student, outcome in found.outcomes.items():
        told = pathsim.run("aall1331", SEED, student)
        compared = told["endpoints"]["dfs"]["comparisons"]["blinatumomab"]
        look = told["trial"]["looks"][-1]
        assert outcome.hazard_ratio == compared["cox"]["hazard_ratio"]
        assert outcome.p_one_sided == compared["logrank"]["p_one_sided"]
        assert outcome.ending == (len(told["trial"]["looks"]), look["decision"])
        assert outcome.day == told["trial"]["ended"]["day"] == look["day"]


def test_where_nobody_looks_nobody_is_stopped() -> None:
    found = shown_outcome(Classroom.of(named("two-arm-exponential"), 3).state(4))
    told = pathsim.run("two-arm-exponential", 3, 4)
    assert found.ending == TrialEnding(None, "continue")
    assert found.day == told["trial"]["ended"]["day"]


def test_without_arms_there_is_no_hazard_ratio() -> None:
    made = Classroom.of(named(ARMLESS), 3)
    found = shown_outcome(made.state(1))
    assert math.isnan(found.hazard_ratio)
    recipe = Recipe.of(find(ARMLESS), {})
    of_seed = SiblingTrials(recipe.scenario(), outcome_chunks(recipe, 3, 0, 4)[0])
    results = ClassResults.of(made, [Answers(1, {})], of_seed, {})
    assert "hazard_ratio" not in results.as_results()["siblings"]
    assert any("nothing is compared" in line for line in lines(results))


def test_with_settings_patients_keep_their_arms_as_in_the_app(tmp_path: Path) -> None:
    file = tmp_path / "mine.md"
    file.write_text(
        TEXT.replace("seed       = 7\n", 'seed = 7\nset = { "steps.randomization.block" = 2 }\n'), encoding="utf-8"
    )
    made = Classroom.of(named(lesson=str(file)), 7)
    recipe = Recipe.of(find("two-arm-exponential"), dict(made.state(3).settings))
    of_seed = SiblingTrials(recipe.scenario(), outcome_chunks(recipe, 7, 0, 4)[0])
    outcome = ClassResults.of(made, [Answers(3, {})], of_seed, {}).outcome(3)
    assert outcome != of_seed.outcome(3)
    changed = pathsim.load("two-arm-exponential", {"steps.randomization.block": 2})
    told = pathsim.run(changed, 7, 3, arms_of="two-arm-exponential")
    assert outcome.hazard_ratio == told["endpoints"]["os"]["comparisons"]["experimental"]["cox"]["hazard_ratio"]


def small_class(*, is_same: bool = False) -> Classroom:
    return Classroom.of(named(lesson=SMALL), None if is_same else 7, is_same=is_same)


GIVEN = [
    Answers(1, {1: "1", 2: "50"}),
    Answers(2, {1: "2", 2: "90", 3: "2"}),
    Answers(3, {1: "2", 2: "70.5"}),
    Answers(12, {}),
]


def results_of(made: Classroom) -> ClassResults:
    recipe = Recipe.of(find("two-arm-exponential"), {})
    of_seed = SiblingTrials(recipe.scenario(), outcome_chunks(recipe, 7, 0, 30)[0])
    return ClassResults.of(made, GIVEN, of_seed, computed(question_figures(made)), ["line 5: no"])


def test_answers_are_counted_by_hand() -> None:
    one, many, vote = questions_of(small_class(), GIVEN, {})
    assert [choice.count for choice in one.choices] == [1, 2, 0]
    assert (one.answered, one.missing, one.truth) == (3, 1, "Nothing yet")
    assert many.predictions == (50.0, 70.5, 90.0)
    assert (many.middle, many.missing, many.truth) == (70.5, 1, "")  # its figure is not among the values
    assert [choice.count for choice in vote.choices] == [0, 1]
    assert (vote.missing, vote.truth) == (3, "")


@pytest.mark.parametrize("is_same", [False, True])
def test_what_the_lesson_says_of_its_trial_is_the_same_for_all(*, is_same: bool) -> None:
    made = small_class(is_same=is_same)
    told = results_of(made).questions
    events = pathsim.run("two-arm-exponential", 7)["endpoints"]["os"]["events"]
    assert told[0].text == f"There were {events} deaths. What follows?"
    assert told[1].truth.endswith("%")
    assert not any(one.depends_on_trial for one in told)
    assert trial_questions(made) == ()


def test_of_another_seed_a_lesson_may_be_wrong_and_says_so() -> None:
    made = Classroom.of(named(lesson=SMALL), 8)
    assert trial_questions(made) == (1,)
    assert trial_questions(Classroom.of(named(lesson=SMALL), 8, is_same=True)) == (1,)


def test_json_tells_of_each_student_by_number_alone() -> None:
    found = results_of(small_class()).as_results()
    assert found["code"] == str(small_class().code)
    assert [one["student"] for one in found["students"]] == [1, 2, 3, 12]
    second = found["students"][1]
    assert second.keys() == {"student", "replicate", "given", "hazard_ratio", "p_one_sided", "ended"}
    assert (second["replicate"], second["given"]) == (2, {"1": "2", "2": "90", "3": "2"})
    assert [one["step"] for one in found["questions"]] == [1, 2, 3]
    assert found["questions"][1]["predictions"] == [50.0, 70.5, 90.0]
    assert found["remarks"] == ["line 5: no"]
    assert {one["replicate"] for one in results_of(small_class(is_same=True)).as_results()["students"]} == {0}


@pytest.mark.parametrize("width", [80, 120])
def test_the_class_stands_below_the_histogram_of_its_siblings(width: int) -> None:
    results = results_of(small_class())
    told = lines(results, width)
    assert max(map(len, told)) <= width
    axis = next(place for place, line in enumerate(told) if line.split()[:2] == ["0.25", "0.35"])
    assert not any("▲" in line for line in told[:axis])
    below = told[axis + 1 : next(place for place, line in enumerate(told) if "below: 4 trials" in line)]
    assert "".join(below).count("▲") == 4
    by_size = sorted(results.outcomes.items(), key=lambda one: one[1].hazard_ratio)
    labels = [f"{number:02}: {outcome.hazard_ratio:.2f}" for number, outcome in (by_size[0], by_size[-1])]
    assert [line.strip() for line in below if ":" in line] == labels


def test_all_see_one_trial_and_it_is_named() -> None:
    results = results_of(small_class(is_same=True))
    assert list(results.outcomes) == [0]
    told = "\n".join(lines(results))
    assert "all saw replicate 0 of seed 7" in told
    assert f"class: {results.outcomes[0].hazard_ratio:.2f}" in told


def test_without_unicode_everything_is_ascii() -> None:
    told = "\n".join(lines(results_of(small_class()), ascii_only=True))
    assert told.replace("…", "").replace("─", "").isascii()
