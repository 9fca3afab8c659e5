"""The small scenarios of the lessons: sound, the same in both engines, and as useless as they say."""

import math
from pathlib import Path

import pytest
from journals import assert_same, played, vectorized

import pathsim
from pathsim.scenario.scenario import load
from pathsim.scenario.strict import findings

FOLDER = Path(__file__).parents[2] / "lessons" / "scenarios"
FILES = sorted(FOLDER.glob("*.toml"))
WIDTH = 78
"""So many letters of a question fit into 80 columns."""
DEVIATIONS = 4
DOES_NOTHING = [
    ("observational", "os", "drug"),
    ("observational-hidden", "os", "drug"),
    ("surrogate", "os", "drug"),
    ("immortal", "os", "donor"),
    ("immortal-made", "fair", "transplanted"),
    ("peeking", "os", "drug"),
]


def test_there_is_one_for_each_lesson_that_needs_its_own() -> None:
    assert {file.stem for file in FILES} == {"competing", *(name for name, _, _ in DOES_NOTHING)}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_nothing_in_it_is_suspicious_and_everybody_sees_the_same_trial(file: Path) -> None:
    scenario = load(str(file))
    assert findings(scenario) == []
    assert scenario.seed is not None
    assert 0 < len(scenario.sections.question or "") <= WIDTH


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_both_engines_write_the_same_journal_of_it(file: Path) -> None:
    scenario = load(str(file))
    assert_same(played(scenario, 7, 1), vectorized(scenario, 7, 1))


@pytest.mark.parametrize(("name", "endpoint", "arm"), DOES_NOTHING, ids=lambda given: given)
def test_what_does_nothing_has_a_hazard_ratio_of_one_on_average(name: str, endpoint: str, arm: str) -> None:
    figures = pathsim.ensemble(FOLDER / f"{name}.toml", replicates=200, seed=1)["figures"]
    found = figures[f"endpoints.{endpoint}.comparisons.{arm}.cox.hazard_ratio"]
    assert abs(found["mean_log"]) < DEVIATIONS * found["sd_log"] / math.sqrt(found["averaged"])


def test_the_road_to_transplant_is_the_trial_of_the_library_looked_at_in_other_ways() -> None:
    here, there = pathsim.run(FOLDER / "competing.toml", seed=23), pathsim.run("aall1331", seed=23)
    for part in ("trial", "toxicity", "responses"):
        assert here[part] == there[part]
    assert {name: here["endpoints"][name] for name in there["endpoints"]} == there["endpoints"]
    begun = {row["step"]: row["entered"] for row in here["flow"] if row["arm"] == "chemotherapy"}
    first = here["endpoints"]["to_transplant"]["first_events"]["chemotherapy"]
    assert first["transplant_begins"] == begun["transplant"]
