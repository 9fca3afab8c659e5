from textwrap import dedent

import pytest

from pathsim.scenario.cycles import Unrolled, cycle_of, once, unroll
from pathsim.scenario.files import Source
from pathsim.scenario.problems import Problem, ScenarioError
from pathsim.scenario.scenario import Scenario, load

TEXT = """
title = "Cycles"

[trial]
begins    = 2020-01-01
patients  = 100
per_month = 10
assumed   = "test"
[trial.cutoffs.final]
day = 1000

[endpoints.os]
label  = "Overall survival"
start  = "course"
events = ["death"]

[steps.course]
kind    = "phase"
label   = "Course"
days    = 28
repeat  = 3
next    = "follow_up"
assumed = "test"
exit    = { death = { hazard_per_day = 0.001, next = "dead" } }
[steps.course.toxicity.infection]
grade3plus = 0.2
onset      = 5
lasts      = 7
[steps.course.cycle.2]
label   = "Course, halfway"
days    = { value = 35, assumed = "longer" }
[steps.course.cycle.3.toxicity.infection]
grade3plus = 0.1
[steps.course.cycle.3.exit.refusal]
hazard_per_day = 0.002
next           = "dead"

[steps.follow_up]
kind    = "phase"
elapsed = { set = "since_course", since = "course" }
assumed = "test"
exit    = { death = { median_days = 700, next = "dead" } }

[steps.dead]
kind = "end"
"""


def scenario(text: str = TEXT) -> Scenario:
    return load(Source("cycles", "cycles.toml", dedent(text)))


def phase(**keys: object) -> dict[str, object]:
    return {"kind": "phase", "days": 28, "next": "after", **keys}


def unrolled(**keys: object) -> Unrolled:
    return unroll({"course": phase(**keys)})


def test_a_repeated_phase_becomes_a_step_for_each_cycle_that_lead_on_to_each_other() -> None:
    steps = unrolled(repeat=3).steps
    assert [(name, step["next"]) for name, step in steps.items()] == [
        ("course.1", "course.2"),
        ("course.2", "course.3"),
        ("course.3", "after"),
    ]


def test_a_phase_that_repeats_once_is_its_own_first_cycle() -> None:
    assert {name: step["next"] for name, step in unrolled(repeat=1).steps.items()} == {"course.1": "after"}


def test_a_phase_without_repeat_stays_as_it_is() -> None:
    assert unrolled().steps == {"course": phase()}
    assert unrolled().first_cycle == {}


def test_each_cycle_has_a_stream_and_a_label_of_its_own() -> None:
    steps = unrolled(repeat=2, label="Course").steps
    assert [step["stream"] for step in steps.values()] == ["course.1", "course.2"]
    assert [step["label"] for step in steps.values()] == ["Course, cycle 1", "Course, cycle 2"]
    assert [step["stream"] for step in unrolled(repeat=2, stream="shared").steps.values()] == ["shared.1", "shared.2"]


def test_what_differs_in_a_cycle_is_merged_into_it_alone() -> None:
    steps = unrolled(repeat=3, exit={"death": {"next": "dead"}}, cycle={"2": {"days": 35, "exit": {"out": {}}}}).steps
    assert [step["days"] for step in steps.values()] == [28, 35, 28]
    assert [list(step["exit"]) for step in steps.values()] == [["death"], ["death", "out"], ["death"]]


def test_the_last_cycle_alone_can_lead_elsewhere() -> None:
    steps = unrolled(repeat=2, cycle={"1": {"next": "elsewhere"}, "2": {"next": "elsewhere"}}).steps
    assert [step["next"] for step in steps.values()] == ["course.2", "elsewhere"]


@pytest.mark.parametrize(
    ("path", "origin"),
    [
        (("steps", "course.1", "days"), ("steps", "course", "days")),
        (("steps", "course.2", "days"), ("steps", "course", "cycle", "2", "days")),
        (("steps", "course.3", "days"), ("steps", "course", "days")),
        (("steps", "course.2", "exit", "out", "next"), ("steps", "course", "cycle", "2", "exit", "out", "next")),
        (("steps", "course.2", "exit", "death", "next"), ("steps", "course", "exit", "death", "next")),
        (("steps", "course.2"), ("steps", "course")),
        (("steps", "after", "days"), ("steps", "after", "days")),
        (("trial", "course.2"), ("trial", "course.2")),
    ],
)
def test_a_place_in_a_cycle_is_known_by_where_the_file_says_it(path: tuple[str, ...], origin: tuple[str, ...]) -> None:
    differs = {"2": {"days": 35, "exit": {"out": {"next": "dead"}}}}
    found = unrolled(repeat=3, exit={"death": {"next": "dead"}}, cycle=differs)
    assert found.origin(path) == origin


@pytest.mark.parametrize("times", [0, -1, 101, 2.0, "two", True, None, [2]])
def test_a_repeat_that_is_no_number_of_cycles_is_one_problem(times: object) -> None:
    found = unrolled(repeat=times, cycle={"7": {"days": 35}})
    assert len(found.problems) == 1
    assert list(found.steps) == ["course"]


def test_a_name_with_a_point_would_be_taken_for_a_cycle() -> None:
    found = unroll({"course.2": phase()})
    assert [problem.path for problem in found.problems] == [("steps", "course.2")]


def test_a_cycle_is_told_from_a_step() -> None:
    steps = {"course.1", "course.2", "v1.5"}
    assert cycle_of("course.2", steps) == ("course", "2")
    assert cycle_of("v1.5", steps) == ("v1.5", "")
    assert cycle_of("course", steps) == ("course", "")


def test_what_every_cycle_says_is_said_once() -> None:
    said = [
        Problem(("steps", f"course.{number}", "days"), message) for message in ("one", "two") for number in (1, 2, 3)
    ]
    assert list(once(said, {"course.1"})) == [said[0], said[3]]
    assert list(once(said, {})) == said


def test_the_cycles_of_a_scenario_are_steps_whose_numbers_are_written_once() -> None:
    found = scenario()
    assert [step.name for step in found.steps] == ["course.1", "course.2", "course.3", "follow_up", "dead"]
    assert [step.label for step in found.steps][:3] == ["Course, cycle 1", "Course, halfway", "Course, cycle 3"]
    assert [path[2:] for path in found.rates if path[:2] == ("steps", "course") and "days" in path] == [
        ("days",),
        ("cycle", "2", "days"),
    ]


def test_a_repeated_phase_can_be_named_by_endpoints_and_elapsed_times() -> None:
    found = scenario()
    assert found.entry("course").name == "course.1"
    assert found.entry("follow_up").elapsed == (
        "since_course",
        tuple(entry.number for entry in found.entries("course")),
    )


def test_a_mistake_in_what_differs_is_reported_where_it_is_written() -> None:
    with pytest.raises(ScenarioError) as wrong:
        scenario(TEXT.replace("0.002", "-2").replace('"Course, halfway"', "2"))
    assert [(problem.path, problem.message) for problem in wrong.value.problems] == [
        (("steps", "course", "cycle", "2", "label"), "expected a text in quotation marks, found 2"),
        (
            ("steps", "course", "cycle", "3", "exit", "refusal", "hazard_per_day"),
            "cannot be less than 0; this is -2",
        ),
    ]
