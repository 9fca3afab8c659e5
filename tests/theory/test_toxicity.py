"""Toxicities are as common, as bad and as long as stated, and frailty joins them but keeps the averages."""

import re
from itertools import permutations

import numpy as np
import pytest
from errors import assert_mean, assert_share
from scipy import optimize
from strategies import Tree
from study import Walk, study, walk

from pathsim.scenario.problems import ScenarioError
from pathsim.scenario.scenario import Scenario
from pathsim.steps.toxicity import Toxicity, profiles

FRAIL = {"frail": {"levels": {"no": 0.7, "yes": 0.3}}}
ODDS_RATIO = 4.0
STATED = {"infection": 0.2, "liver": 0.35, "nerves": 0.02}


def toxicity(share: float, **more: object) -> Tree:
    """A toxicity of this share that begins and ends within the stay."""
    return {"grade3plus": share, "onset": [1, 10], "lasts": [1, 5], **more}


def share(of_the_other: float, **more: object) -> Tree:
    """A toxicity of this share of those with the one that it is within."""
    return {"grade3plus_share": of_the_other, "onset": [1, 10], "lasts": [1, 5], **more}


def treated(tables: Tree, cohort: Tree | None = None, *, days: float = 28, **phase: object) -> Walk:
    """Patients in a phase with these toxicities."""
    step = {"kind": "phase", "days": days, "next": "home", "toxicity": tables, "max_delay": 0, **phase}
    return walk(study({"stay": step}, cohort, patients=40_000))


def treated_by_frailty() -> Walk:
    tables = {name: toxicity(share) for name, share in STATED.items()}
    return treated(tables, FRAIL, frailty={"column": "frail", "odds_ratio": {"yes": ODDS_RATIO}})


def shares_by_frailty(average: float) -> tuple[float, float]:
    """The shares of the others and of the frail with this average and odds ratio, found by another way."""

    def frail(other: float) -> float:
        odds = ODDS_RATIO * other / (1 - other)
        return odds / (1 + odds)

    other = optimize.brentq(lambda p: 0.7 * p + 0.3 * frail(p) - average, 1e-9, 1 - 1e-9)
    return float(other), frail(float(other))


# --- how common and how bad -----------------------------------------------------------------------------------------


def test_each_grade_is_as_common_as_stated() -> None:
    exits = {"death": {"next": "dead"}}
    found = treated({"infection": toxicity(0.4, grade4plus=0.15, grade5=0.05)}, exit=exits, fatal="death")
    grade = found.value("toxicity", "infection")
    for least, share in ((3, 0.4), (4, 0.15), (5, 0.05)):
        assert_share(int((grade >= least).sum()), grade.size, share)


def test_shares_of_grade_3_or_higher_say_the_same() -> None:
    exits = {"death": {"next": "dead"}}
    same = toxicity(0.4, grade4plus_share=0.375, grade5_share=0.125)
    counted = toxicity(0.4, grade4plus=0.15, grade5=0.05)
    by_share, by_count = (treated({"infection": each}, exit=exits, fatal="death") for each in (same, counted))
    for one, other in zip(by_share.journal, by_count.journal, strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_toxicity_of_grade_5_and_nothing_else_is_death_by_it() -> None:
    exits = {"death": {"next": "dead"}}
    found = treated({"infection": toxicity(0.4, grade5=0.1, lasts=[1, 60])}, exit=exits, fatal="death")
    fatal = found.value("toxicity", "infection") == 5
    assert_share(int(fatal.sum()), fatal.size, 0.1)
    np.testing.assert_array_equal(fatal, found.had("exit", "death"))
    assert not (fatal & found.had("resolved", "infection")).any()
    codes = {event.code for event in found.scenario.vocabulary.of("toxicity")}
    assert set(found.value("exit", "death")[fatal].tolist()) == codes


def test_nobody_with_a_toxicity_of_grade_5_leaves_alive() -> None:
    exits = {"death": {"next": "dead"}, "relapse": {"next": "other", "by": {"28": 0.5}}}
    found = treated({"infection": toxicity(0.4, grade5=0.1, lasts=[5, 15])}, exit=exits, fatal="death")
    fatal = found.value("toxicity", "infection") == 5
    assert not (fatal & found.had("exit", "relapse")).any()


def test_a_risk_ratio_multiplies_the_share_of_those_for_whom_its_condition_holds() -> None:
    effects = [{"when": "frail == 'yes'", "risk_ratio": 2.5}]
    found = treated({"infection": toxicity(0.2, effects=effects)}, FRAIL)
    for level, share in (("no", 0.2), ("yes", 0.5)):
        mine = found.is_level("frail", level)
        assert_share(int(found.had("toxicity", "infection")[mine].sum()), int(mine.sum()), share)


def test_onset_and_length_follow_their_quantiles() -> None:
    found = treated({"infection": toxicity(0.9)})
    onset = found.day("toxicity", "infection") - found.entered("stay")
    length = found.day("resolved", "infection") - found.day("toxicity", "infection")
    assert_mean(onset[~np.isnan(onset)], 5.5)
    assert_mean(length[~np.isnan(length)], 3)


def test_what_would_begin_after_the_stay_does_not_happen_in_it() -> None:
    found = treated({"infection": toxicity(1.0, onset=[0, 56])})
    assert_share(int(found.had("toxicity", "infection").sum()), found.rows, 0.5)


def test_toxicities_without_frailty_are_independent() -> None:
    found = treated({name: toxicity(share) for name, share in STATED.items()}, FRAIL)
    both = found.had("toxicity", "infection") & found.had("toxicity", "liver")
    assert_share(int(both.sum()), found.rows, STATED["infection"] * STATED["liver"])


# --- frailty --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", STATED)
def test_frailty_keeps_the_stated_average(name: str) -> None:
    found = treated_by_frailty()
    assert_share(int(found.had("toxicity", name).sum()), found.rows, STATED[name])


@pytest.mark.parametrize("name", STATED)
def test_frailty_is_an_odds_ratio(name: str) -> None:
    found = treated_by_frailty()
    for level, share in zip(("no", "yes"), shares_by_frailty(STATED[name]), strict=True):
        mine = found.is_level("frail", level)
        assert_share(int(found.had("toxicity", name)[mine].sum()), int(mine.sum()), share)


def test_frailty_adds_nothing_where_there_is_nothing() -> None:
    found = treated({"infection": toxicity(0)}, FRAIL, frailty={"column": "frail", "odds_ratio": {"yes": ODDS_RATIO}})
    assert not found.had("toxicity", "infection").any()


def test_frailty_makes_toxicities_go_together() -> None:
    found = treated_by_frailty()
    one, other = found.had("toxicity", "infection"), found.had("toxicity", "liver")
    (one_of_others, one_of_frail), (other_of_others, other_of_frail) = map(
        shares_by_frailty, (STATED["infection"], STATED["liver"])
    )
    together = 0.7 * one_of_others * other_of_others + 0.3 * one_of_frail * other_of_frail
    assert_share(int((one & other).sum()), found.rows, together)
    covariance = float(np.cov(one, other)[0, 1])
    assert covariance == pytest.approx(together - STATED["infection"] * STATED["liver"], abs=0.006)
    assert covariance > 0.015


# --- delays and memories, by hand -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("onset", "lasts", "max_delay", "stay"),
    [
        (5, 10, 20, 15),  # the next step waits until it is over
        (5, 10, 4, 12),  # but no longer than this
        (5, 2, 20, 8),  # over in time
        (8, 2, 20, 10),  # begins on the last day
        (8.5, 2, 20, 8),  # begins too late to hold anybody back
    ],
)
def test_a_toxicity_delays_what_follows(onset: float, lasts: float, max_delay: float, stay: float) -> None:
    table = {"grade3plus": 1, "onset": onset, "lasts": lasts, "delays": True}
    found = treated({"infection": table}, days=8, max_delay=max_delay)
    assert set((found.entered("home") - found.entered("stay")).round(6).tolist()) == {stay}


def test_the_longest_of_several_delays_counts() -> None:
    tables = {
        name: {"grade3plus": 1, "onset": 5, "lasts": lasts, "delays": True}
        for name, lasts in (("infection", 6), ("liver", 9), ("nerves", 7))
    }
    found = treated(tables, days=8, max_delay=20)
    assert set((found.entered("home") - found.entered("stay")).round(6).tolist()) == {14}


def remembered(share: float) -> Walk:
    """Where patients go who did and who did not have a toxicity of this share."""
    table = toxicity(share, set="had_it")
    rules = [{"when": "had_it == 'yes'", "next": "dead"}, {"when": "had_it == 'no'", "next": "home"}, {"next": "other"}]
    stay = {"kind": "phase", "days": 28, "next": "sort", "toxicity": {"infection": table}}
    return walk(study({"stay": stay, "sort": {"kind": "branch", "rules": rules}}, patients=1000))


@pytest.mark.parametrize("share", [0.3, 1])
def test_a_toxicity_is_remembered(share: float) -> None:
    found = remembered(share)
    np.testing.assert_array_equal(~np.isnan(found.entered("dead")), found.had("toxicity", "infection"))
    np.testing.assert_array_equal(~np.isnan(found.entered("home")), ~found.had("toxicity", "infection"))


def test_a_toxicity_that_never_happens_is_remembered_as_such() -> None:
    assert not np.isnan(remembered(0).entered("home")).any()


def test_who_has_had_a_toxicity_once_keeps_it_through_later_steps() -> None:
    def phase(share: float, following: str) -> Tree:
        return {"kind": "phase", "days": 28, "next": following, "toxicity": {"x": toxicity(share, set="had_it")}}

    rules = [{"when": "had_it == 'yes'", "next": "dead"}, {"next": "home"}]
    steps = {"one": phase(0.5, "two"), "two": phase(0.001, "sort"), "sort": {"kind": "branch", "rules": rules}}
    found = walk(study(steps, patients=1000))
    np.testing.assert_array_equal(~np.isnan(found.entered("dead")), found.had("toxicity", "x"))


# --- one within another ----------------------------------------------------------------------------------------------

NESTED = {
    "neutropenia": toxicity(0.5),
    "febrile": toxicity(0.3, within="neutropenia"),
    "shock": toxicity(0.1, within="febrile"),
}


def test_whoever_has_a_toxicity_has_those_that_it_is_within() -> None:
    found = treated(NESTED)
    neutropenia, febrile, shock = (found.had("toxicity", name) for name in NESTED)
    assert not (febrile & ~neutropenia).any()
    assert not (shock & ~febrile).any()


def test_a_toxicity_within_another_is_as_common_as_stated() -> None:
    for found in (treated(NESTED), treated(NESTED, FRAIL, frailty={"column": "frail", "odds_ratio": {"yes": 4.0}})):
        for name, table in NESTED.items():
            assert_share(int(found.had("toxicity", name).sum()), found.rows, table["grade3plus"])


def test_whom_frailty_spares_the_outer_one_it_spares_the_inner_one() -> None:
    found = treated(NESTED, FRAIL, frailty={"column": "frail", "odds_ratio": {"yes": ODDS_RATIO}})
    frail = found.is_level("frail", "yes")
    for group, share in zip((~frail, frail), shares_by_frailty(0.5), strict=True):
        febrile = found.had("toxicity", "febrile") & group
        assert_share(int(febrile.sum()), int(group.sum()), share * 0.3 / 0.5)


def test_a_toxicity_begins_while_the_one_that_it_is_within_lasts() -> None:
    found = treated(
        {"neutropenia": toxicity(0.5), "febrile": toxicity(0.3, within="neutropenia", onset=[0, 40])}, days=90
    )
    both = found.had("toxicity", "febrile")
    begins = found.day("toxicity", "febrile")[both]
    assert (begins >= found.day("toxicity", "neutropenia")[both]).all()
    assert (begins <= found.day("resolved", "neutropenia")[both]).all()


def test_a_risk_ratio_of_a_toxicity_within_another_changes_its_share_of_that_one() -> None:
    effects = [{"when": "frail == 'yes'", "risk_ratio": 0.5}]
    tables = {"neutropenia": toxicity(0.5), "febrile": toxicity(0.4, within="neutropenia", effects=effects)}
    found = treated(tables, FRAIL)
    frail = found.is_level("frail", "yes")
    for group, share in ((~frail, 0.4), (frail, 0.2)):
        assert_share(int((found.had("toxicity", "febrile") & group).sum()), int(group.sum()), share)


@pytest.mark.parametrize("order", list(permutations(NESTED)))
def test_nested_toxicities_can_be_listed_in_any_order(order: tuple[str, ...]) -> None:
    tables = {name: NESTED[name] for name in order}
    found = treated(tables)
    had = {name: found.had("toxicity", name) for name in NESTED}
    begins = {name: found.day("toxicity", name) for name in NESTED}
    for inner, outer in (("febrile", "neutropenia"), ("shock", "febrile")):
        assert_share(int(had[inner].sum()), found.rows, NESTED[inner]["grade3plus"])
        assert not (had[inner] & ~had[outer]).any()
        both = had[inner]
        assert (begins[inner][both] >= begins[outer][both]).all()
        assert (begins[inner][both] <= found.day("resolved", outer)[both]).all()


def test_a_toxicity_can_be_stated_as_a_share_of_the_one_that_it_is_within() -> None:
    """Half have the outermost, 0.6 of these the next, a third of those the innermost, whatever the order."""
    tables = {
        "shock": share(1 / 3, within="febrile", grade4plus_share=0.5),
        "febrile": share(0.6, within="neutropenia"),
        "neutropenia": toxicity(0.5),
    }
    found = treated(tables)
    for name, expected in (("neutropenia", 0.5), ("febrile", 0.3), ("shock", 0.1)):
        assert_share(int(found.had("toxicity", name).sum()), found.rows, expected)
    grade = found.value("toxicity", "shock")
    assert_share(int((grade >= 4).sum()), int((grade >= 3).sum()), 0.5)


def test_a_toxicity_as_common_as_the_one_that_it_is_within_is_always_there_with_it() -> None:
    for inner in (toxicity(0.4, within="outer"), share(1, within="outer")):
        found = treated({"inner": inner, "outer": toxicity(0.4)})
        np.testing.assert_array_equal(found.had("toxicity", "inner"), found.had("toxicity", "outer"))


def test_a_toxicity_within_one_that_never_happens_never_happens() -> None:
    found = treated({"inner": share(0.5, within="outer"), "outer": toxicity(0)})
    assert not found.had("toxicity", "inner").any()


def test_risk_ratios_of_both_multiply() -> None:
    effects = [{"when": "frail == 'yes'", "risk_ratio": 0.5}]
    tables = {"outer": toxicity(0.4, effects=effects), "inner": share(0.5, within="outer", effects=effects)}
    found = treated(tables, FRAIL)
    frail = found.is_level("frail", "yes")
    for group, expected in ((~frail, 0.2), (frail, 0.05)):
        assert_share(int((found.had("toxicity", "inner") & group).sum()), int(group.sum()), expected)


def test_grades_of_a_share_are_shares_of_it_and_the_catalog_says_them_too() -> None:
    catalog = {"inner": {"grade4plus_share": 0.5, "onset": [1, 10], "lasts": [1, 5]}}
    inner = {"grade3plus_share": 0.5, "within": "outer", "grade5_share": 0.2}
    tables = {"inner": inner, "outer": toxicity(0.6)}
    step = {"kind": "phase", "days": 28, "next": "home", "toxicity": tables, "fatal": "death"}
    found = walk(study({"stay": {**step, "exit": {"death": {"next": "dead"}}}}, toxicities=catalog, patients=40_000))
    grade = found.value("toxicity", "inner")
    for least, expected in ((3, 0.3), (4, 0.15), (5, 0.06)):
        assert_share(int((grade >= least).sum()), grade.size, expected)


def test_a_risk_ratio_makes_worse_grades_likelier_even_where_all_have_the_toxicity() -> None:
    effects = [{"when": "frail == 'yes'", "risk_ratio": 2.0}]
    found = treated({"fever": toxicity(0.6, grade4plus=0.3, effects=effects)}, FRAIL)
    frail, grade = found.is_level("frail", "yes"), found.value("toxicity", "fever")
    assert (grade[frail] >= 3).all()
    assert_share(int((grade[frail] >= 4).sum()), int(frail.sum()), 0.6)


def cataloged(within: str, tables: Tree) -> Scenario:
    catalog = {"sepsis": {"label": "Sepsis", "within": within}}
    step = {"kind": "phase", "days": 28, "next": "after", "toxicity": tables}
    after = {**step, "next": "home", "toxicity": {"sepsis": toxicity(0)}}
    return study({"stay": step, "after": after}, toxicities=catalog)


def test_what_the_catalog_says_of_nesting_holds_where_a_step_has_both() -> None:
    both = {"sepsis": toxicity(0.3), "infection": toxicity(0.5), "fever": toxicity(0.6)}
    found = walk(cataloged("infection", both))
    assert not (found.had("toxicity", "sepsis") & ~found.had("toxicity", "infection")).any()
    elsewhere = walk(cataloged("infection", {**both, "sepsis": toxicity(0.3, within="fever")}))
    sepsis = elsewhere.had("toxicity", "sepsis")
    assert not (sepsis & ~elsewhere.had("toxicity", "fever")).any()
    assert (sepsis & ~elsewhere.had("toxicity", "infection")).any()


def test_what_the_catalog_calls_the_outer_type_has_to_be_one() -> None:
    message = "is within 'infektion', which no step has. Did you mean 'infection'"
    with pytest.raises(ScenarioError, match=re.escape(message)):
        cataloged("infektion", {"sepsis": toxicity(0.3), "infection": toxicity(0.5)})


def test_a_long_chain_of_nested_types_is_read_in_no_time() -> None:
    """A thousand types, each within the next one: what took a second for a hundred took a quarter of an hour."""
    tables = {f"t{i}": toxicity(0.5, within=f"t{i + 1}") for i in range(1000)} | {"t1000": toxicity(0.5)}
    made = {name: Toxicity.model_validate(table) for name, table in tables.items()}
    found = profiles(made, {})
    assert list(found.found) == list(tables)
    assert list(found.around) == [f"t{i}" for i in reversed(range(1000))]
    assert not found.problems


@pytest.mark.parametrize(
    ("tables", "message"),
    [
        ({"febrile": toxicity(0.3, within="neutropenia")}, "'neutropenia', which this step does not have"),
        ({"a": toxicity(0.3, within="b"), "b": toxicity(0.3, within="a")}, "this says 'a' within 'b' within 'a'"),
        ({"a": toxicity(0.3, within="a")}, "a type cannot be within itself, and this says 'a' within 'a'"),
        (
            {"a": toxicity(0.3, within="c"), "b": toxicity(0.3, within="b"), "c": toxicity(0.3, within="a")},
            "this says 'b' within 'b'",
        ),
        ({"a": share(0.3, within="b")}, "is within 'b', which this step does not have. There are none yet."),
        (
            {"a": toxicity(0.3), "b": share(0.5, within="a", grade5_share=0.4, serious=0.3)},
            "grade 5 is always serious, so 0.4 or more",
        ),
        ({"a": share(0.3)}, "'grade3plus_share' is the share of those with another type; say which"),
        ({"a": share(0.3, grade3plus=0.1)}, "says grade3plus twice; keep grade3plus or grade3plus_share"),
        ({"a": {"onset": 1, "lasts": 1}}, "'grade3plus' is missing here; add it"),
        (
            {"a": toxicity(0.3), "b": share(0.5, within="a", grade5=0.2)},
            "a worse grade cannot be more common: grade 3 or higher 0.15",
        ),
        (
            {"a": toxicity(0.3, within="b"), "b": toxicity(0.2)},
            "cannot be more common: grade 3 or higher 0.3, of 'b' 0.2",
        ),
    ],
)
def test_a_toxicity_that_cannot_be_within_another_is_refused(tables: Tree, message: str) -> None:
    with pytest.raises(ScenarioError, match=re.escape(message)):
        treated(tables)
