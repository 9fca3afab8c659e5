"""The small scenarios of the lessons: sound, the same in both engines, and as useless as they say."""

import math
from pathlib import Path

import pytest
from journals import assert_same, played, vectorized

import pathsim
from pathsim.scenario.problems import dotted
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
MENDED = ["landmark", "time_dependent"]
"""Fair ways to compare the transplanted, where the transplant does nothing."""
SUSPICIOUS = {
    "immortal": ["endpoints.ever.counted"],
    "transplant": ["endpoints.ever.counted"],
    "surrogate": ["endpoints.negative.among", "endpoints.positive.among"],
}
"""What some are there to show, and no trial should do."""


def test_there_is_one_for_each_lesson_that_needs_its_own() -> None:
    assert {file.stem for file in FILES} == {"competing", "transplant", *(name for name, _, _ in DOES_NOTHING)}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_nothing_in_it_is_suspicious_but_what_it_shows_and_everybody_sees_the_same_trial(file: Path) -> None:
    scenario = load(str(file))
    assert [dotted(found.path) for found in findings(scenario)] == SUSPICIOUS.get(file.stem, [])
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


def test_a_useless_transplant_is_useful_if_it_counts_from_before_and_useless_if_mended() -> None:
    figures = pathsim.ensemble(FOLDER / "immortal.toml", replicates=200, seed=1)["figures"]
    ratio = {name: figures[f"endpoints.{name}.comparisons.exposed.cox.hazard_ratio"] for name in MENDED}
    for found in ratio.values():
        assert abs(found["mean_log"]) < DEVIATIONS * found["sd_log"] / math.sqrt(found["averaged"])
    assert figures["endpoints.ever.comparisons.exposed.cox.hazard_ratio"]["upper"] < 1


def test_transplanted_or_not_is_the_trial_of_the_library_and_has_the_hazard_ratios_of_lifelines() -> None:
    """Of CoxPHFitter, and CoxTimeVaryingFitter for transplant as it comes, on the journal and records of this trial."""
    here = pathsim.run(FOLDER / "transplant.toml", seed=23, replicate=1069)
    there = pathsim.run("aall1331", seed=23, replicate=1069)
    assert {name: here["endpoints"][name] for name in there["endpoints"]} == there["endpoints"]
    lifelines = {
        "ever": (0.225, 0.145, 0.350),
        "landmark": (0.405, 0.236, 0.694),
        "time_dependent": (0.393, 0.238, 0.650),
    }
    for name, known in lifelines.items():
        cox = here["endpoints"][name]["comparisons"]["exposed"]["cox"]
        assert (cox["hazard_ratio"], cox["lower"], cox["upper"]) == pytest.approx(known, abs=0.0006)


def test_the_road_to_transplant_is_the_trial_of_the_library_looked_at_in_other_ways() -> None:
    here, there = pathsim.run(FOLDER / "competing.toml", seed=23), pathsim.run("aall1331", seed=23)
    for part in ("trial", "toxicity", "responses"):
        assert here[part] == there[part]
    assert {name: here["endpoints"][name] for name in there["endpoints"]} == there["endpoints"]
    begun = {row["step"]: row["entered"] for row in here["flow"] if row["arm"] == "chemotherapy"}
    first = here["endpoints"]["to_transplant"]["first_events"]["chemotherapy"]
    assert first["transplant_begins"] == begun["transplant"]
