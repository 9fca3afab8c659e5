"""What is offered to be tried: numbers that matter, turned as far as their sliders go, and never left as they are."""

import pytest
from hypothesis import given
from strategies import examples, scenario_of, scenarios

from pathsim.player.parameters import parameters
from pathsim.player.suggestions import MOST, suggestions
from pathsim.player.views.live import Parameter
from pathsim.scenario.scenario import Scenario, load


def assert_can_be_set(scenario: Scenario) -> None:
    for one, value in suggestions(parameters(scenario), {}):
        assert one.lowest <= value <= one.highest
        assert value != one.value
        assert not one.whole or value == round(value)


@pytest.mark.parametrize("name", ["aall1331", "stroke-thrombectomy", "two-arm-exponential"])
def test_three_numbers_are_offered_that_the_trial_can_have(name: str) -> None:
    scenario = load(name)
    assert len(suggestions(parameters(scenario), {})) == MOST
    assert_can_be_set(scenario)
    for one, value in suggestions(parameters(scenario), {}):
        assert load(name, {one.path: f"{value:.15g}"})


@given(scenarios())
@examples(20)
def test_what_is_offered_lies_within_its_slider(text: str) -> None:
    assert_can_be_set(scenario_of(text))


def test_those_that_the_scenario_says_to_turn_first_are_offered_in_its_order() -> None:
    scenario = load("aall1331")
    first = list(scenario.sections.shown_first)[:MOST]
    assert [one.path for one, _ in suggestions(parameters(scenario), {})] == first


def number(path: str, value: float, *, highest: float = 10.0) -> Parameter:
    return Parameter(
        path,
        "group",
        path,
        value,
        lowest=0.0,
        highest=highest,
        step=1.0,
        whole=True,
        is_share=False,
        kind="assumed",
        evidence="",
        is_main=True,
        found_by=path,
    )


def test_a_number_that_half_or_twice_would_leave_as_it_is_is_not_offered() -> None:
    offered = suggestions([number("none", 0.0), number("one", 1.0), number("at_most", 1.0, highest=1.0)], {})
    assert [(one.path, value) for one, value in offered] == [("one", 0.0), ("at_most", 0.0)]


def test_a_number_that_is_changed_is_halved_from_where_it_stands() -> None:
    [(one, value)] = suggestions([number("changed", 8.0)], {"changed": 4.0})
    assert (one.path, value) == ("changed", 2.0)
    [(_, value)] = suggestions([number("changed", 8.0)], {"changed": 16.0})
    assert value == 8.0, "which is its own value"
