"""``pathsim counterfactual --patient``: what happened to a patient, what would have, and where the two part."""

import json
from typing import Any

import pytest
from calls import Pathsim

import pathsim as api

TEXTBOOK = "two-arm-exponential"
THREE_ARMS = "tests/app/odd/three_arms.toml"
LAST_DAY = 1461
TICK = 1 / 1024


def courses(pathsim: Pathsim, *asked: object) -> dict[str, Any]:
    done = pathsim("counterfactual", *asked, "--json")
    assert (done.code, done.err) == (0, "")
    found: dict[str, Any] = json.loads(done.out)
    return found


def death(course: dict[str, Any]) -> float | None:
    return next((event["day"] for event in course["events"] if event["kind"] == "exit"), None)


@pytest.mark.parametrize("patient", range(0, 60, 6))
def test_with_the_same_draws_death_comes_after_times_in_the_ratio_of_the_medians(
    pathsim: Pathsim, patient: int
) -> None:
    found = courses(pathsim, TEXTBOOK, "--patient", patient, "--seed", 3)
    own, other = found["courses"]
    assert (own["own"], other["own"]) == (True, False)
    assert {own["arm"], other["arm"]} == {"experimental", "control"}
    days = {course["arm"]: death(course) for course in (own, other)}
    if days["control"] is None:
        assert days["experimental"] is None
        assert other["parts_on_day"] is None
        assert other["parting"] == ["The arm has made no difference to this patient."]
        return
    later = days["control"] * 730 / 511
    assert other["parts_on_day"] == days["control"]
    if found["enrolled_day"] + later < LAST_DAY:
        assert days["experimental"] == pytest.approx(later, abs=2 * TICK)
    else:
        assert days["experimental"] is None


def test_the_other_course_is_that_of_the_trial_in_the_other_arm_and_their_own_of_this_one(pathsim: Pathsim) -> None:
    """Read off the journal that a run writes: the day of each death."""
    found = courses(pathsim, "aall1331", "--patient", 57, "--seed", 21)
    own, other = found["courses"]
    assert (own["arm"], other["arm"]) == ("chemotherapy", "blinatumomab")
    assert other["parting"][0] == "The courses differ from day 53."
    assert own["events"][:5] == other["events"][:5]
    assert [event["text"] for event in own["events"]][5:7] == ["randomized to chemotherapy", "block 2 begins"]
    assert (own["outcome"], other["outcome"]) == ("Dead", "Lost to follow-up")


@pytest.mark.parametrize("columns", [80, 120])
@pytest.mark.parametrize("coupling", ["shared", "independent"])
def test_the_report_marks_where_the_courses_part_and_fits_its_page(
    pathsim: Pathsim, monkeypatch: pytest.MonkeyPatch, columns: int, coupling: str
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    asked = ("aall1331", "--patient", 57, "--seed", 21, "--coupling", coupling)
    done = pathsim("counterfactual", *asked)
    assert (done.code, done.err) == (0, "")
    assert max(map(len, done.out.splitlines())) <= columns
    found = courses(pathsim, *asked)
    told = " ".join(done.out.split())
    assert " ".join(found["courses"][1]["parting"]) in told
    assert done.out.count("> ") == 2
    assert f"With {coupling} draws" in told
    assert ("as it happened" in told, "as it would have happened" in told) == (True, True)
    # Side by side where there is room.
    in_one_line = any("as it happened" in line and "would have" in line for line in done.out.splitlines())
    assert in_one_line == (columns > 100)


def test_words_that_are_longer_than_a_line_are_told_to_their_end(
    pathsim: Pathsim, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    done = pathsim("counterfactual", "tests/names/cases/markup-labels.toml", "--patient", 0, "--seed", 1)
    assert done.code == 0
    assert "…" not in done.out
    assert max(map(len, done.out.splitlines())) <= 80


def test_the_coupling_changes_the_other_course_only(pathsim: Pathsim) -> None:
    asked = ("aall1331", "--patient", 57, "--seed", 21)
    shared, independent = (courses(pathsim, *asked, "--coupling", each) for each in ("shared", "independent"))
    assert shared["courses"][0] == independent["courses"][0]
    assert shared["courses"][1] != independent["courses"][1]


@pytest.mark.parametrize("patient", [57, 58, 180])
def test_a_toxicity_ends_on_the_day_on_which_it_resolves(pathsim: Pathsim, patient: int) -> None:
    """Read off the journal: of the same type, in the same step, the next one that resolves."""
    found = courses(pathsim, "aall1331", "--patient", patient, "--seed", 21)
    trial = api.run("aall1331", seed=21)
    scenario, journal = trial.scenario, trial.chunk.journal.in_order()
    mine = journal.pick(journal.row == patient)
    entries = [
        (day - found["enrolled_day"], scenario.vocabulary[code])
        for day, code in zip(mine.day.tolist(), mine.event.tolist(), strict=True)
    ]
    resolved = {event[2:]: day for day, event in entries if event.kind == "resolved"}
    expected = [resolved.get(event[2:]) for _, event in entries if event.kind == "toxicity"]
    told = [event["ends_day"] for event in found["courses"][0]["events"] if event["kind"] == "toxicity"]
    assert told == expected
    assert any(expected)


def test_of_three_arms_each_other_one_is_set_beside_their_own(pathsim: Pathsim) -> None:
    found = courses(pathsim, THREE_ARMS, "--patient", 3, "--seed", 21)
    assert [course["arm"] for course in found["courses"]] == ["drug", "drug_b", "placebo"]
    assert [course["own"] for course in found["courses"]] == [True, False, False]
    for course in found["courses"]:
        randomized = [event["text"] for event in course["events"] if event["kind"] == "arm"]
        assert randomized == [f"randomized to {course['arm'].replace('_', ' ')}"]
    shown = pathsim("counterfactual", THREE_ARMS, "--patient", 3, "--seed", 21).out
    assert shown.count("as it would have happened") == 2


def test_who_was_never_randomized_has_no_other_course(pathsim: Pathsim) -> None:
    everybody = json.loads(pathsim("run", "aall1331", "--seed", 21, "--json").out)["trial"]
    assert everybody["randomized"] < everybody["enrolled"]
    for patient in range(20):
        found = courses(pathsim, "aall1331", "--patient", patient, "--seed", 21)
        if len(found["courses"]) == 1:
            break
    assert found["why_alone"] == "Never randomized between the arms, so there is no other course."
    assert found["courses"][0]["arm"] is None
    shown = pathsim("counterfactual", "aall1331", "--patient", patient, "--seed", 21).out
    assert "Never randomized between the arms" in shown
    assert "What happened" in shown
    assert "as it would have happened" not in shown


def test_where_patients_queue_their_own_course_is_told_alone(pathsim: Pathsim) -> None:
    asked = ("aall1331", "--patient", 1, "--set", "resources.transplant_bed.capacity=1", "--seed", 1)
    found = courses(pathsim, *asked)
    assert [course["own"] for course in found["courses"]] == [True]
    assert found["why_alone"].startswith("Patients queue here")
    assert "Patients queue here" in pathsim("counterfactual", *asked).out


def test_another_trial_of_the_seed_has_other_patients(pathsim: Pathsim) -> None:
    first, second = (
        courses(pathsim, TEXTBOOK, "--patient", 3, "--seed", 3, "--replicate", replicate) for replicate in (0, 1)
    )
    assert (first["replicate"], second["replicate"]) == (0, 1)
    assert first["enrolled_day"] != second["enrolled_day"]


def test_the_keys_are_stable(pathsim: Pathsim) -> None:
    found = courses(pathsim, TEXTBOOK, "--patient", 5, "--seed", 3)
    assert list(found) == [
        *("schema_version", "pathsim", "scenario", "seed", "replicate"),
        *("coupling", "patient", "about", "enrolled_day", "why_alone", "courses"),
    ]
    assert list(found["courses"][0]) == ["arm", "own", "outcome", "parts_on_day", "parting", "events"]
    assert list(found["courses"][0]["events"][0]) == ["day", "date", "kind", "text", "ends_day"]
