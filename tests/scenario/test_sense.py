"""What a file may say and cannot mean: each is refused at its place, and what is only unusual is not."""

from pathlib import Path

import pytest

from pathsim.scenario.files import Source, names
from pathsim.scenario.problems import Problem, ScenarioError
from pathsim.scenario.scenario import load
from pathsim.validation.calibrate import range_problems

SMALL = (Path(__file__).parents[1] / "fuzz" / "seeds" / "small.toml").read_text(encoding="utf-8")
START = 'start      = "alloc"'
EVENTS = 'events     = ["death"]'
DRUG = '[steps.drug]\nkind     = "phase"'
CASES = "levels = { early = 0.5, late = 0.5 }"


def problems(text: str, **settings: str) -> list[Problem]:
    try:
        load(Source("small", "small.toml", text), settings)
    except ScenarioError as wrong:
        return wrong.problems
    return []


def stage(*conditions: str) -> tuple[str, str]:
    """The small scenario's stage, with cases under these conditions."""
    cases = ", ".join(f'{{ when = "{text}", {CASES} }}' for text in conditions)
    return 'late = "rest" }\nsource', f'late = "rest" }}\ncases = [{cases}]\nsource'


@pytest.mark.parametrize(
    ("change", "path", "said"),
    [
        ((START, 'start = "dead"'), "endpoints.os.start", "nothing happens after 'dead', which is an end"),
        ((EVENTS, 'events = ["death", "death"]'), "endpoints.os.events.1", "'death' is listed twice"),
        (
            (EVENTS, 'events = ["death"]\ncensored_by = ["death"]'),
            "endpoints.os.censored_by.0",
            "cannot censor as well",
        ),
        (
            ("[365, 730]", "[730, 365]"),
            "endpoints.os.at_days.1",
            "days must ascend without repeats, but 365 follows 730",
        ),
        (
            ("[365, 730]", "[365, 365]"),
            "endpoints.os.at_days.1",
            "days must ascend without repeats, but 365 follows 365",
        ),
        (
            ('therapy       = ["drug", "ctl"]', 'therapy = ["drug", "drug"]'),
            "trial.therapy.1",
            "is listed twice",
        ),
        (('therapy       = ["drug", "ctl"]', 'therapy = ["alloc"]'), "trial.therapy.0", "kind randomize"),
        (('strata  = ["stage"]', 'strata = ["stage", "stage"]'), "steps.alloc.strata.1", "is listed twice"),
        (('label      = "OS"', 'label = " "'), "endpoints.os.label", "this text is empty"),
        (("{ early =", '{ "" = 0.1, early ='), "cohort.stage.levels.", "a name cannot be empty"),
        (("[sources]\n", '[sources]\n" " = { cite = "x" }\n'), "sources. ", "a name cannot be empty"),
        (("published = 0.6", "published = 0.6\nci = [0.7, 0.8]"), "targets.t.ci", "does not contain the published 0.6"),
        (
            ("published = 0.6", 'published = 0.6\nof = "endpoints.os.arms.ctl.at.365.survival"'),
            "targets.t.of",
            "itself",
        ),
        (
            ("per_month     = 8", "per_month = { value = 8, ci = [9, 10] }"),
            "trial.per_month.ci",
            "does not contain the value 8",
        ),
        (
            ("range = [300, 700]", "range = [511, 511]"),
            "steps.ctl.exit.death.median_days.range",
            "only one value",
        ),
        (("levels = { early", 'unit = "cm"\nlevels = { early'), "cohort.stage.unit", "'unit' applies to quantities"),
        ((DRUG, f'{DRUG}\nelapsed = {{ set = "wait", since = "ctl" }}'), "steps.drug.elapsed.since", "no way leads"),
        ((DRUG, f'{DRUG}\nelapsed = {{ set = "wait", since = "drug" }}'), "steps.drug.elapsed.since", "no way leads"),
        (
            ("{ by = { 365 = 0.2 }, then = 0.001,", "{ hazard_ratio = 2,"),
            "steps.follow_up.exit.death.hazard_ratio",
            "this exit has none",
        ),
        (
            (DRUG, DRUG + '\nassess = [{ set = "r", levels = { a = 1 } }, { set = "r", levels = { a = 1 } }]'),
            "steps.drug.assess.1.set",
            "assessed twice",
        ),
        (("age > 65", "age > 65 and age < 60"), "steps.drug.exit.death.effects.0.when", "can never hold"),
        (("age > 65", "age > 90"), "steps.drug.exit.death.effects.0.when", "can never hold"),
        (("age > 65", "age >= 90"), "steps.drug.exit.death.effects.0.when", "can never hold"),
        (("age > 65", "age < 18"), "steps.drug.exit.death.effects.0.when", "can never hold"),
        (("age > 65", "age > 65 and age < 66"), "steps.drug.exit.death.effects.0.when", "can never hold"),
        (
            ("age > 65", "stage == 'early' and stage == 'late'"),
            "steps.drug.exit.death.effects.0.when",
            "can never hold",
        ),
        (('["stage"]', '["stage", "age > 200"]'), "steps.alloc.strata.1", "can never hold"),
        (stage("age < 10"), "cohort.stage.cases.0.when", "can never hold"),
        (stage("age < 60", "age < 50"), "cohort.stage.cases.1.when", "comes too late"),
        (stage("age < 60", "age > 50", "age == 55"), "cohort.stage.cases.2.when", "comes too late"),
    ],
)
def test_what_cannot_be_meant_is_refused_where_it_stands(change: tuple[str, str], path: str, said: str) -> None:
    assert change[0] in SMALL
    (problem,) = problems(SMALL.replace(*change))
    assert ".".join(map(str, problem.path)) == path
    assert said in problem.message
    assert problem.line is not None


@pytest.mark.parametrize(
    "change",
    [
        ("age > 65", "age > 88.5"),
        ("age > 65", "age == 18"),
        ("age > 65", "age > 65 or age > 200"),
        ("age > 65", "not age > 65"),
        ("age > 65", "stage != 'early' and stage != 'late' or age > 20"),
        stage("age < 50", "age < 60"),
        stage("age < 50", "age >= 50"),
    ],
)
def test_what_can_hold_for_somebody_is_accepted(change: tuple[str, str]) -> None:
    assert problems(SMALL.replace(*change)) == []


def test_a_column_that_is_not_known_yet_can_be_none_of_its_levels() -> None:
    rules = "[{ when = \"arm != 'drug' and arm != 'ctl'\", next = 'alloc' }, { next = 'alloc' }]"
    before = f'[steps.gate]\nkind = "branch"\nrules = {rules}\nassumed = "x"\n[steps.alloc]'
    assert problems(SMALL.replace("[steps.alloc]", before, 1)) == []


def test_an_event_that_only_happens_before_the_endpoint_begins_can_never_be_counted() -> None:
    before = (
        '[steps.screen]\nkind = "phase"\ndays = 10\nnext = "alloc"\nassumed = "x"\n'
        'exit = { refusal = { hazard_per_day = 0.01, next = "dead" } }\n[steps.alloc]'
    )
    text = SMALL.replace("[steps.alloc]", before, 1).replace(EVENTS, 'events = ["death", "refusal"]')
    (problem,) = problems(text)
    assert problem.message == "'refusal' only happens before 'alloc', from which this endpoint counts"


def test_to_ask_what_if_with_numbers_under_which_a_condition_holds_for_nobody_is_allowed() -> None:
    assert problems(SMALL, **{"cohort.age.quantiles": "[20, 30, 40]"}) == []


@pytest.mark.parametrize("name", names())
def test_the_library_makes_sense(name: str) -> None:
    assert range_problems(load(name)) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("range = [300, 700]", "range = [-5, 700]"), "-5 cannot be: must be more than 0; this is -5"),
        (("range = [300, 700]", "range = [300, 1e16]"), "1e+16 cannot be: a number lies between"),
        (
            ("block   = 4", 'block = { value = 4, range = [2, 8], calibrated = "t" }'),
            "a whole number is decided, not calibrated",
        ),
    ],
)
def test_a_range_reaches_to_what_the_number_can_be_and_no_further(change: tuple[str, str], said: str) -> None:
    assert change[0] in SMALL
    (problem,) = range_problems(load(Source("small", "small.toml", SMALL.replace(*change))))
    assert said in problem.message
    assert problem.path[-1] == "range"
    assert problem.line is not None


ODD = (Path(__file__).parents[1] / "app" / "odd" / "other_groups.toml").read_text(encoding="utf-8")


def test_an_endpoint_of_nobody_is_refused() -> None:
    (problem,) = problems(ODD.replace("and age < 60", "and age > 100"))
    assert problem.path == ("endpoints", "negative", "among")
    assert "can never hold" in problem.message


@pytest.mark.parametrize(
    ("keys", "is_known"),
    [
        ("", False),
        ("from_day = 0", False),
        ("from_day = 60", True),
        ('counted = "ever"', True),
        ('counted = "time-dependent"', True),
        ('start = "answer"', True),
    ],
)
def test_groups_are_known_to_somebody_when_time_begins(keys: str, *, is_known: bool) -> None:
    """MRD is found out between the allocation and the branch that asks for it."""
    start = "" if "start" in keys else 'start = "allocation"'
    added = f'[endpoints.more]\nlabel = "More"\nevents = ["death"]\ngroups = "mrd"\n{start}\n{keys}\n\n[cohort]'
    found = [(".".join(map(str, one.path)), one.message) for one in problems(ODD.replace("[cohort]", added, 1))]
    if is_known:
        assert found == []
    else:
        ((path, message),) = found
        assert path == "endpoints.more.groups"
        assert "nobody's 'mrd' is known at 'allocation', from which time counts" in message
