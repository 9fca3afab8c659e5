"""A scenario with other numbers is the one that would be read from a file with them, whatever was made before."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pathsim.engines.choose import simulate
from pathsim.scenario.problems import ScenarioError, dotted
from pathsim.scenario.scenario import Scenario, load
from pathsim.steps.spec import KeyPath

SCENARIOS = Path(__file__).parents[1] / "scenarios"
MADE = {
    name: load(name, {"trial.patients": "60"})
    for name in ("aall1331", "stroke-thrombectomy", str(SCENARIOS / "pathway.toml"), str(SCENARIOS / "monitored.toml"))
}


def same_trial(one: Scenario, other: Scenario) -> None:
    assert one.vocabulary.events == other.vocabulary.events
    assert (one.order, one.number_of_step, one.names) == (other.order, other.number_of_step, other.names)
    assert [entry.spec for entry in one.steps] == [entry.spec for entry in other.steps]
    assert [entry.enter for entry in one.steps] == [entry.enter for entry in other.steps]
    mine, theirs = (simulate(made, 5)[0].journal.in_order() for made in (one, other))
    assert all(np.array_equal(a, b) for a, b in zip(mine, theirs, strict=True))


def numbers(made: Scenario) -> list[KeyPath]:
    """The paths of all plain numbers that trials are simulated with."""
    return [path for path, rate in made.rates.items() if isinstance(rate.value, (int, float)) and path[0] != "trial"]


@settings(max_examples=60)
@given(st.sampled_from(sorted(MADE)), st.data())
def test_numbers_that_are_changed_one_after_the_other_make_the_trial_of_their_file(
    name: str, data: st.DataObject
) -> None:
    base = made = MADE[name]
    given_values: dict[str, str] = {"trial.patients": "60"}
    for path in data.draw(st.lists(st.sampled_from(numbers(base)), min_size=1, max_size=3, unique=True)):
        value = float(base.rates[path].value) * data.draw(st.sampled_from([0.5, 0.8, 0.97]))  # type: ignore[arg-type]
        try:
            made = made.with_values({path: value})
        except ScenarioError:
            # It does not go together with the others: what was made before is still as it was.
            continue
        given_values[dotted(path)] = repr(value)
    try:
        fresh = load(name, given_values)
    except ScenarioError:
        # Whole numbers are not made whole on the command line.
        return
    same_trial(made, fresh)


@pytest.mark.parametrize("name", sorted(MADE))
def test_to_change_a_number_and_to_change_it_back_leaves_the_trial_as_it_was(name: str) -> None:
    made = MADE[name]
    for path in numbers(made)[::9]:
        own = float(made.rates[path].value)  # type: ignore[arg-type]
        try:
            other = made.with_values({path: own * 0.9})
        except ScenarioError:
            continue
        same_trial(other.with_values({path: own}), made)


@pytest.mark.parametrize(
    ("path", "value"), [("cohort.frailty.levels.spared", 0.3), ("toxicities.sepsis.grade4plus_share", 0.2)]
)
def test_what_steps_look_up_elsewhere_makes_them_anew(path: str, value: float) -> None:
    made = MADE["aall1331"].with_values({tuple(path.split(".")): value})
    same_trial(made, load("aall1331", {"trial.patients": "60", path: str(value)}))
    mine, before = (simulate(one, 5)[0].journal.in_order() for one in (made, MADE["aall1331"]))
    assert not all(np.array_equal(a, b) for a, b in zip(mine, before, strict=True))


def test_steps_whose_tables_are_the_same_are_not_made_again() -> None:
    made = MADE["aall1331"]
    path = ("steps", "after_transplant", "exit", "relapse", "hazard_ratio")
    other = made.with_values({path: 2.0})
    again = [one.name for one, two in zip(made.steps, other.steps, strict=True) if one is not two]
    assert again == ["after_transplant"]


def test_a_null_hypothesis_stays_one() -> None:
    null = MADE["aall1331"].under_null()
    path = ("steps", "after_transplant", "exit", "relapse", "hazard_ratio")
    changed = null.with_values({path: 2.0})
    assert changed.is_null
    same_trial(changed, MADE["aall1331"].with_values({path: 2.0}).under_null())
    # And one that was made from it without being one is no null hypothesis.
    assert not MADE["aall1331"].with_values({path: 2.0}).is_null
