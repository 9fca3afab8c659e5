"""What ``check --strict`` finds: what is called published and nobody could look up, and what is never used."""

import json
from pathlib import Path

import pytest
from calls import Pathsim

from pathsim.scenario.files import Source
from pathsim.scenario.scenario import Scenario, load
from pathsim.scenario.strict import findings

PATH = Path(__file__).parents[1] / "fuzz" / "seeds" / "small.toml"
SMALL = PATH.read_text(encoding="utf-8")
LEVELS = 'levels = { early = "12/20", late = "rest" }\nsource = "s:table1"'
WHERE = "is said to be published, but not where"


def small(*change: str, **settings: str) -> Scenario:
    assert not change or change[0] in SMALL
    return load(Source("small", "small.toml", SMALL.replace(*change) if change else SMALL), settings)


def found(scenario: Scenario) -> list[tuple[str, str]]:
    return [(".".join(map(str, one.path)), one.message) for one in findings(scenario)]


def test_a_scenario_whose_numbers_can_be_looked_up_is_not_suspicious() -> None:
    assert found(small()) == []


@pytest.mark.parametrize(
    ("evidence", "suspicious"),
    [
        ('source = "s"', 1),
        ('source = "s: "', 1),
        ('source = "s"\nnote = "a remark"', 1),
        ('source = "s:table1"', 0),
        ('source = "s"\nquote = "twelve of twenty were early"', 0),
        ('derived = "12 of 20 (s:table1)"', 0),
    ],
)
def test_published_numbers_need_a_place_or_a_quote(evidence: str, suspicious: int) -> None:
    messages = [message for path, message in found(small('source = "s:table1"', evidence)) if "cohort" in path]
    assert len(messages) == suspicious
    assert all(message.startswith(f'{WHERE}: add the place, source = "s:table3", or a quote') for message in messages)


@pytest.mark.parametrize(
    ("evidence", "told"),
    [
        ('source = "s"', WHERE),
        ('source = "s:methods"', ""),
        ('source = "s", quote = "the first came on 1 January 2020"', ""),
    ],
)
def test_dates_are_judged_as_numbers_are_unless_they_are_set(evidence: str, told: str) -> None:
    date = f"{{ value = 2020-01-01, {evidence} }}"
    change = ("begins        = 2020-01-01", f"begins = {date}")
    messages = found(small(*change))
    assert [path for path, _ in messages] == (["trial.begins"] if told else [])
    assert all(told in message for _, message in messages)
    assert found(small(*change, **{"trial.begins": "2020-02-01"})) == []


def test_a_source_of_a_table_covers_each_number_in_it_and_each_is_listed() -> None:
    scenario = small(
        LEVELS, 'source = "s"\nlevels = { early = 0.3, mid = { value = 0.3, quote = "3 of 10" }, late = "rest" }'
    )
    assert [path for path, _ in found(scenario)] == ["cohort.stage.levels.early"]


def test_what_is_set_is_never_called_published() -> None:
    scenario = small('source = "s:table1"', 'source = "s"', **{"cohort.stage.levels.early": "0.5"})
    assert found(scenario) == []
    assert scenario.rates["cohort", "stage", "levels", "early"].evidence.kind == "assumed"


def test_a_list_is_published_only_if_all_of_it_is() -> None:
    published = 'quantiles = { value = [18, 45, 60, 70, 90], source = "s:table1" }'
    text = SMALL.replace("quantiles = [18, 45, 60, 70, 90]", published)
    scenario = load(Source("small", "small.toml", text), {"cohort.age.quantiles.2": "61"})
    assert scenario.rates["cohort", "age", "quantiles"].evidence.kind == "assumed"


def test_a_published_number_in_a_list_does_not_make_the_others_so(tmp_path: Path) -> None:
    (tmp_path / "small.toml").write_text(SMALL, encoding="utf-8")
    child = tmp_path / "child.toml"
    child.write_text(
        'extends = "small"\ntitle = "x"\n[set]\n"cohort.age.quantiles.2" = { value = 61, source = "s:table1" }\n'
    )
    assert load(str(child)).rates["cohort", "age", "quantiles"].evidence.kind == "assumed"


@pytest.mark.parametrize(
    ("change", "path"),
    [
        (("[cohort.age]", '[sources.t]\ncite = "x"\n[cohort.age]'), "sources.t"),
        (("[cohort.age]", '[toxicities.pain]\nlabel = "x"\n[cohort.age]'), "toxicities.pain"),
        (("[cohort.age]", '[resources.bed]\ncapacity = 3\nassumed = "x"\n[cohort.age]'), "resources.bed"),
        (("range = [300, 700], ", ""), "steps.ctl.exit.death.median_days"),
        (('part      = "p"', 'kind = "holdout"'), "steps.ctl.exit.death.median_days"),
        (("planned_events = 20", "planned_events = 41"), "trial.monitoring.planned_events"),
        (("events   = 10", "events = 41"), "trial.cutoffs.events.events"),
        (('strata  = ["stage"]', ""), "endpoints.os.stratified"),
        (
            ("[cohort.age]", '[shown_first]\n"steps.ctl.exit.death.median" = "survival"\n[cohort.age]'),
            "shown_first.steps.ctl.exit.death.median",
        ),
        (('then = 0.001, next = "dead" }', 'next = "dead" }, lost = { next = "dead" }'), "steps.follow_up.exit.lost"),
    ],
)
def test_what_is_never_used_is_found_where_it_stands(change: tuple[str, str], path: str) -> None:
    scenario = small(*change)
    assert [where for where, _ in found(scenario)] == [path]
    assert all(one.line is not None for one in findings(scenario))


@pytest.mark.parametrize(
    ("words", "uncited"),
    [
        ("12% at two years (t)", []),
        ("12% at two years (t:table1), rounded", []),
        ("12% at two years (t2021)", ["sources.t"]),
        ("12% at two years (not)", ["sources.t"]),
    ],
)
def test_a_source_is_cited_where_words_of_evidence_name_it(words: str, uncited: list[str]) -> None:
    scenario = small("[cohort.age]", f'[sources.t]\ncite = "x"\n[cohort.age]\nnote = "{words}"')
    assert [path for path, _ in found(scenario)] == uncited


def test_as_many_events_as_patients_can_happen() -> None:
    """There are 40 patients, and all of them can have the event."""
    assert small().patients == 40
    assert found(small("planned_events = 20", "planned_events = 40")) == []
    assert found(small("events   = 10", "events = 40")) == []


def test_findings_are_listed_on_standard_error_and_end_with_1(pathsim: Pathsim, tmp_path: Path) -> None:
    path = tmp_path / "small.toml"
    path.write_text(SMALL.replace('source = "s:table1"', 'source = "s"'), encoding="utf-8")
    assert pathsim("check", path).code == 0
    done = pathsim("check", path, "--strict")
    assert done.code == 1
    assert "nothing wrong" in done.out
    assert done.err.splitlines()[0].startswith(f"{path}:9: cohort.stage.levels.early: {WHERE}")
    assert done.err.splitlines()[-1] == f"1 finding in {path}"
    told = json.loads(pathsim("check", path, "--strict", "--json").out)
    assert [finding["path"] for finding in told["findings"]] == ["cohort.stage.levels.early"]
    assert pathsim("check", PATH, "--strict").code == 0
    assert pathsim("check", PATH, "--strict", "--set", "trial.patients=x").code == 2


COUNTS = """
[cohort.sex]
levels = {{ female = {{ value = "24/60", source = "s:table1" }}, male = "rest" }}
assumed = "a test"
[targets.women]
published = "{count}"
source    = "{source}:table2"
figure    = "baseline[arm=ctl,name=sex,value=female].share"
kind      = "{kind}"
"""


@pytest.mark.parametrize(
    ("count", "source", "kind", "told"),
    [
        ("24/60", "s", "input", ""),
        ("24/60", "s", "fit", "a number of the model, cohort.sex.levels.female"),
        ("24/60", "s", "holdout", "a number of the model, cohort.sex.levels.female"),
        ("12/30", "s", "input", "no number of the model is this count"),
        ("25/60", "s", "fit", ""),
        ("24/60", "u", "fit", ""),
    ],
)
def test_a_target_that_is_a_number_of_the_model_says_so_and_no_other_does(
    count: str, source: str, kind: str, told: str
) -> None:
    other = '[sources.u]\ncite = "another series"\n' if source == "u" else ""
    text = SMALL + other + COUNTS.format(count=count, source=source, kind=kind)
    wrong = found(load(Source("small", "small.toml", text)))
    assert [path for path, _ in wrong] == (["targets.women.kind"] if told else [])
    assert all(told in message for _, message in wrong)


WARD = """
title = "A ward"
[resources.bed]
capacity = 1
assumed  = "x"
[steps]
assumed = "x"
[steps.waiting]
kind     = "wait"
ready    = 1
resource = "bed"
next     = "bed"
[steps.bed]
kind  = "phase"
days  = 3
holds = "bed"
next  = "theatre"
[steps.theatre]
kind = "phase"
days = 1
next = "again"
[steps.again]
kind   = "phase"
days   = 2
repeat = 2
holds  = "bed"
next   = "home"
[steps.home]
kind = "end"
[trial]
begins    = 2020-01-01
patients  = 20
per_month = 100
cutoffs   = { final = { day = 100 } }
assumed   = "x"
"""


def test_a_place_that_was_given_back_in_between_is_not_held() -> None:
    ward = load(Source("ward", "ward.toml", WARD))
    assert [(path, message[:42]) for path, message in found(ward)] == [
        ("steps.again.holds", "nobody comes here with a place in 'bed', s")
    ]
    kept = WARD.replace('days = 1\nnext = "again"', 'days = 1\nholds = "bed"\nnext = "again"')
    assert found(load(Source("ward", "ward.toml", kept))) == []


ODD = (Path(__file__).parents[1] / "app" / "odd" / "other_groups.toml").read_text(encoding="utf-8")
IMMORTAL = "which they had to live to see (immortal time)"


def odd(*changes: tuple[str, str]) -> list[tuple[str, str]]:
    text = ODD
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    return found(load(Source("odd", "odd.toml", text)))


def test_groups_that_look_ahead_are_suspicious_and_those_of_a_landmark_are_not() -> None:
    told = [path for path, message in odd() if IMMORTAL in message]
    assert told == ["endpoints.ever_transplanted.counted"]
    repaired = odd(('counted  = "ever"', 'counted  = "time-dependent"'))
    assert not [path for path, message in repaired if IMMORTAL in message]


def test_so_are_arms_of_patients_who_were_chosen_after_randomization() -> None:
    after = [path for path, message in odd() if "found out after the randomization" in message]
    assert after == ["endpoints.negative.among"]
    before = odd(("among  = \"mrd == 'negative' and age < 60\"", 'among = "age < 60"'))
    assert not [path for path, message in before if "found out after the randomization" in message]


def test_so_is_time_before_a_randomization_that_all_who_are_analyzed_come_to() -> None:
    """Arms are what they are for; other groups seem to be of everybody, and are of those who lived so long."""
    screening = '[steps.screening]\nkind = "phase"\ndays = 9\nnext = "allocation"\n[steps.allocation]\n'
    begun = (
        'start   = "allocation"\nevents  = ["death"]\ngroups  = "sex"',
        'start = "screening"\nevents = ["death"]\ngroups = "sex"',
    )
    told = [path for path, message in odd(("[steps.allocation]\n", screening), begun) if "only patients who" in message]
    assert told == ["endpoints.by_sex.start"]
    assert not [path for path, message in odd() if "only patients who" in message]
