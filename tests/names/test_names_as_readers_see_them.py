"""Names keep the case in which they were written, and two that readers would take for each other are refused."""

from pathlib import Path

import pytest

from pathsim.names import abbreviated, conditions_in_words, lowered, readable, spoken
from pathsim.scenario.files import Source
from pathsim.scenario.problems import Problem, ScenarioError
from pathsim.scenario.scenario import load

BASE = (Path(__file__).parent / "cases" / "base.toml").read_text()
DRUG_EXIT = "exit    = { death = { median_days = 730"
SECOND_ENDPOINT = '[endpoints.later]\nlabel = "{}"\nstart = "alloc"\nevents = ["death"]\n[steps.alloc]'


def problems(text: str) -> list[Problem]:
    with pytest.raises(ScenarioError) as wrong:
        load(Source("here", "here.toml", text))
    return wrong.value.problems


@pytest.mark.parametrize(
    ("name", "inside", "begins"),
    [
        ("late_treatment_failure", "late treatment failure", "Late treatment failure"),
        ("death", "death", "Death"),
        ("CNS_relapse", "CNS relapse", "CNS relapse"),
        ("AML death", "AML death", "AML death"),
        ("mRNA_vaccine", "mRNA vaccine", "mRNA vaccine"),
        ("relapse_in_CNS", "relapse in CNS", "Relapse in CNS"),
        ("post-transplant", "post-transplant", "Post-transplant"),
        ("-CNS_relapse", "-CNS relapse", "-CNS relapse"),
        ("=1+cmd|A1", "=1+cmd|A1", "=1+cmd|A1"),
        ("überlebt", "überlebt", "Überlebt"),
        ("日本", "日本", "日本"),
        ("_", "_", "_"),
    ],
)
def test_a_name_keeps_its_capitals(name: str, inside: str, begins: str) -> None:
    assert spoken(name) == inside
    assert readable(name) == begins


@pytest.mark.parametrize(
    ("heading", "inside"), [("Age at enrollment", "age at enrollment"), ("MRD", "MRD"), ("A", "A"), ("", "")]
)
def test_a_heading_inside_a_sentence_keeps_its_abbreviations(heading: str, inside: str) -> None:
    assert lowered(heading) == inside


@pytest.mark.parametrize(
    ("name", "label", "shown"),
    [
        ("dfs", "Disease-free survival", "DFS"),
        ("os", "Overall survival", "OS"),
        ("OS", "Overall survival", "OS"),
        ("ttP", "Time to progression", "ttP"),
        ("late", "Survival after rescue", "Survival after rescue"),
        ("d", "Death", "Death"),
        ("two", "Two\nlines", "Two lines"),
    ],
)
def test_only_initials_stand_for_a_label(name: str, label: str, shown: str) -> None:
    assert abbreviated(name, label) == shown


@pytest.mark.parametrize(
    ("written", "instead", "path", "one", "other"),
    [
        ("drug = ", '"CTL" = ', "steps.alloc.arms", "'ctl'", "'CTL'"),
        (DRUG_EXIT, f'{DRUG_EXIT}, next = "dead" }}, Death = {{ median_days = 9', "steps.drug", "'Death'", "'death'"),
        (
            "[steps.alloc]",
            SECOND_ENDPOINT.format("os"),
            "endpoints.later.label",
            "'later' (labeled 'os')",
            "'os' (labeled 'OS')",
        ),
        (
            "[steps.alloc]",
            "[cohort.stage]\nlevels = { stage_2 = 0.5, 'Stage  2' = 'rest' }\nassumed = 'x'\n[steps.alloc]",
            "cohort.stage.levels.Stage  2",
            "'Stage  2'",
            "'stage_2'",
        ),
        (
            "[steps.alloc]",
            "[trial.cutoffs.Final]\nday = 300\nassumed = 'x'\n[steps.alloc]",
            "trial.cutoffs.Final",
            "'Final'",
            "'final'",
        ),
    ],
)
def test_what_readers_could_not_tell_apart_is_refused(
    written: str, instead: str, path: str, one: str, other: str
) -> None:
    (problem,) = problems(BASE.replace(written, instead, 1))
    assert ".".join(map(str, problem.path)) == path
    assert problem.message.startswith(f"readers could not tell {one} from {other}; give one of them another ")


@pytest.mark.parametrize(
    ("written", "instead", "path"),
    [
        ("drug = ", '" ctl" = ', "steps.alloc.arms. ctl"),
        (
            "exit    = { death",
            'exit = { "death " = { median_days = 9, next = "dead" }, death',
            "steps.drug.exit.death ",
        ),
        ('"OS"', '" OS"', "endpoints.os.label"),
        ('"OS"', '"OS\\n"', "endpoints.os.label"),
    ],
)
def test_nothing_begins_or_ends_with_a_blank_that_nobody_sees(written: str, instead: str, path: str) -> None:
    (problem,) = problems(BASE.replace(written, instead, 1))
    assert ".".join(map(str, problem.path)) == path
    assert "cannot begin or end with a blank" in problem.message


def test_labels_tell_names_apart_that_differ_only_in_case() -> None:
    load(Source("here", "here.toml", (Path(__file__).parent / "cases" / "09-endpoints-OS-os.toml").read_text()))


def test_steps_of_several_arms_may_share_a_label() -> None:
    text = BASE.replace("[steps.drug]\n", '[steps.drug]\nlabel = "Care"\n')
    load(Source("here", "here.toml", text.replace("[steps.ctl]\n", '[steps.ctl]\nlabel = "Care"\n')))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("mrd == 'negative', 85%; otherwise, 69.1%", "mrd is negative, 85%; otherwise, 69.1%"),
        (
            "relapse in ['marrow_after_36_months', 'extramedullary_later'] and mrd != 'high', 78.9%",
            "relapse is marrow after 36 months or extramedullary later and mrd is not high, 78.9%",
        ),
        ("days_since_graft >= 180", "days since graft ≥ 180"),
        ("age < 18 or waited > 3.5", "age < 18 or waited > 3.5"),
        ("not (arm == 'a')", "not (arm is a)"),
        ("site not in ['cns']", "site is not cns"),
        ("date < '2017-08-30' and arm == \"b\", 15%", "date < 2017-08-30 and arm is b, 15%"),
        ("later, in 3 days; as 'they' say", "later, in 3 days; as 'they' say"),
        ("early treatment failure: response == 'early_failure'", "early treatment failure: response is early failure"),
    ],
)
def test_conditions_are_told_in_words(text: str, told: str) -> None:
    assert conditions_in_words(text) == told
