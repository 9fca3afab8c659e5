"""What could not be read says nothing of itself, and so nothing is said of what depends on it."""

import pytest
from study import study

from pathsim.scenario.problems import ScenarioError


def test_of_a_type_whose_entry_in_the_catalog_could_not_be_read_nothing_else_is_said() -> None:
    """Neither that it lacks an onset, nor that it needs a fatal exit: the entry may say otherwise."""
    catalog = {"infection": {"onset": "soon"}}
    step = {"kind": "phase", "days": 28, "next": "home", "toxicity": {"infection": {"grade3plus": 0.3, "grade5": 0.1}}}
    with pytest.raises(ScenarioError) as wrong:
        study({"stay": step}, toxicities=catalog)
    assert [problem.path[:2] for problem in wrong.value.problems] == [("toxicities", "infection")]


def test_where_a_step_could_not_be_read_the_catalog_may_name_what_it_has() -> None:
    broken = {
        "kind": "phase",
        "days": "long",
        "next": "home",
        "toxicity": {"infection": {"grade3plus": 0.5, "onset": 1, "lasts": 1}},
    }
    with pytest.raises(ScenarioError) as wrong:
        study({"stay": broken}, toxicities={"sepsis": {"within": "infection"}})
    assert not [problem for problem in wrong.value.problems if "no step has" in problem.message]
