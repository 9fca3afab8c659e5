"""What comes first when two things fall on the same instant, by tables in which everything happens on stated days."""

from collections.abc import Sequence

import numpy as np
import pytest
from strategies import BEGINS, Tree, document, scenario_of
from study import Walk, study, walk

AT_ONCE = {"median_days": 1e-9}
"""A hazard so high that everybody has the event within the first tick."""


def stayed(exits: Tree | None = None, toxicity: Tree | None = None, patients: int = 40, **phase: object) -> Walk:
    step = {"kind": "phase", "days": 8, "next": "home", "max_delay": 0, "exit": exits or {}, **phase}
    return walk(study({"stay": step | ({"toxicity": toxicity} if toxicity else {})}, patients=patients))


def days(found: Walk, kind: str, name: str) -> set[float]:
    """After how many days in the step this happened, of all to whom it did."""
    after = found.day(kind, name) - found.entered("stay")  # type: ignore[arg-type]
    return set(after[~np.isnan(after)].round(6).tolist())


@pytest.mark.parametrize("names", [("one", "two"), ("two", "one")])
def test_of_two_exits_at_one_instant_the_first_of_the_table_is_taken(names: Sequence[str]) -> None:
    found = stayed({name: {"next": "dead", **AT_ONCE} for name in names})
    assert found.had("exit", names[0]).all()
    assert not found.had("exit", names[1]).any()


def test_a_stay_that_is_complete_at_the_instant_of_an_exit_is_complete() -> None:
    found = stayed({"death": {"next": "dead", **AT_ONCE}}, days=0)
    assert not found.had("exit", "death").any()
    np.testing.assert_array_equal(found.entered("home"), found.entered("stay"))


def test_who_is_ready_at_the_instant_of_an_exit_is_ready() -> None:
    def waited(ready: float) -> Walk:
        exits = {"death": {"next": "dead", **AT_ONCE}}
        return walk(study({"stay": {"kind": "wait", "ready": ready, "next": "home", "exit": exits}}, patients=40))

    assert waited(0).had("ready", "stay").all()
    assert not waited(0).had("exit", "death").any()
    assert waited(0.01).had("exit", "death").all()
    assert not waited(0.01).had("ready", "stay").any()


@pytest.mark.parametrize(("onset", "seen"), [(8, True), (8.01, False)])
def test_a_toxicity_that_begins_at_the_last_instant_is_seen_and_remembered(onset: float, seen: bool) -> None:  # noqa: FBT001
    rash = {"grade3plus": 1, "onset": onset, "lasts": 2, "set": "had_it"}
    rules = [{"when": "had_it == 'yes'", "next": "home"}, {"next": "other"}]
    stay = {"kind": "phase", "days": 8, "next": "sort", "toxicity": {"rash": rash}}
    found = walk(study({"stay": stay, "sort": {"kind": "branch", "rules": rules}}, patients=40))
    assert found.had("toxicity", "rash").all() == found.had("toxicity", "rash").any() == seen
    assert (~np.isnan(found.entered("home"))).all() == seen


@pytest.mark.parametrize(("lasts", "over"), [(3, True), (3.01, False)])
def test_a_toxicity_that_ends_at_the_last_instant_is_seen_to_end(lasts: float, over: bool) -> None:  # noqa: FBT001
    found = stayed(toxicity={"rash": {"grade3plus": 1, "onset": 5, "lasts": lasts}})
    assert found.had("resolved", "rash").all() == found.had("resolved", "rash").any() == over


@pytest.mark.parametrize(("onset", "dies"), [(8, True), (8.01, False)])
def test_a_fatal_toxicity_that_begins_at_the_last_instant_is_fatal(onset: float, dies: bool) -> None:  # noqa: FBT001
    fatal = {"rash": {"grade3plus": 1, "grade5": 1, "onset": onset, "lasts": 2}}
    found = stayed({"death": {"next": "dead"}}, fatal, fatal="death")
    assert days(found, "exit", "death") == ({10} if dies else set())
    assert set(found.value("toxicity", "rash").tolist()) == {5} or not dies


def test_an_exit_at_the_instant_at_which_a_fatal_toxicity_begins_comes_first() -> None:
    fatal = {"rash": {"grade3plus": 1, "grade5": 1, "onset": 0, "lasts": 2}}
    exits = {"relapse": {"next": "other", **AT_ONCE}, "death": {"next": "dead"}}
    found = stayed(exits, fatal, fatal="death")
    assert found.had("exit", "relapse").all()
    assert not found.had("exit", "death").any()


def test_of_two_fatal_toxicities_the_one_that_kills_first_is_the_cause() -> None:
    def fatal(onset: float, lasts: float) -> Tree:
        return {"grade3plus": 1, "grade5": 1, "onset": onset, "lasts": lasts}

    found = stayed({"death": {"next": "dead"}}, {"slow": fatal(1, 6), "quick": fatal(3, 2)}, fatal="death")
    quick = next(event.code for event in found.scenario.vocabulary.of("toxicity") if event.name == "quick")
    assert days(found, "exit", "death") == {5}
    assert set(found.value("exit", "death").tolist()) == {quick}
    assert set(found.value("toxicity", "quick").tolist()) == {5}
    assert set(found.value("toxicity", "slow").tolist()) == {4}, "it never comes to its end"


def test_what_a_step_says_of_a_toxicity_goes_before_the_catalog() -> None:
    catalog = {"rash": {"onset": 1, "lasts": 2, "grade4plus_share": 1, "delays": True}}
    own = {"grade3plus": 1, "onset": 3, "lasts": 4, "grade4plus": 0, "delays": False}
    step = {"kind": "phase", "days": 5, "next": "home", "max_delay": 50}
    for table, begun, over, grade, left in (({"grade3plus": 1}, 1, 3, 4, 5), (own, 3, None, 3, 5)):
        steps = {"stay": step | {"toxicity": {"rash": table}}, "home": {"kind": "end"}}
        trial = {"begins": BEGINS, "patients": 20, "per_month": 100, "cutoffs": {"end": {"day": 1}}}
        tree = {"title": "A study", "trial": trial, "toxicities": catalog, "steps": steps}
        found = walk(scenario_of(document(tree)))
        assert days(found, "toxicity", "rash") == {begun}
        assert days(found, "resolved", "rash") == ({over} if over else set())
        assert set(found.value("toxicity", "rash").tolist()) == {grade}
        assert set((found.entered("home") - found.entered("stay")).round(6).tolist()) == {left}
