"""ADaM variables and parameters have names that SAS can hold, none lost and none overwritten."""

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pathsim.engines.choose import simulate
from pathsim.export.adam import ADAE_COLUMNS, ADSL_FIRST, ADTTE_COLUMNS, Adam
from pathsim.export.variables import LABELS, codes
from pathsim.scenario.files import Source
from pathsim.scenario.problems import ScenarioError
from pathsim.scenario.scenario import load
from pathsim.trial.course import course

CASES = Path(__file__).parents[1] / "names" / "cases"
CDISC_NAME = re.compile(r"[A-Z][A-Z0-9_]{0,7}", re.ASCII)


def tables(text: str) -> Adam:
    return Adam(course(simulate(load(Source("study", "study.toml", text)), seed=1)[0]).final())


def case(name: str) -> str:
    return (CASES / f"{name}.toml").read_text()


@given(st.lists(st.text(max_size=12), unique=True), st.lists(st.sampled_from(["AGE", "OS", "X", "A1", "USUBJID"])))
def test_every_name_has_a_code_of_its_own_that_sas_can_hold(names: list[str], taken: list[str]) -> None:
    found = codes(names, taken)
    assert list(found) == names
    assert len(set(found.values())) == len(names)
    assert not set(found.values()) & set(taken)
    assert all(CDISC_NAME.fullmatch(code) for code in found.values())


def test_a_code_is_as_near_to_the_name_as_it_can_be() -> None:
    names = ["os", "OS", "overall_survival", "overall_success", "2nd line", "Größe", "dfs.2"]
    assert list(codes(names).values()) == ["OS", "OS2", "OVERALL_", "OVERALL2", "X2ND_LIN", "GROSSE", "DFS_2"]


def test_all_variables_of_the_tables_have_names_and_labels_of_cdisc_length() -> None:
    assert {*ADSL_FIRST, *ADTTE_COLUMNS, *ADAE_COLUMNS} == set(LABELS)
    for name, label in LABELS.items():
        assert CDISC_NAME.fullmatch(name)
        assert 0 < len(label) <= 40


def test_a_covariate_never_overwrites_a_variable_of_ours() -> None:
    adam = tables(case("08-covariate-usubjid"))
    subjects = list(adam.adsl())
    names = [row["USUBJID"] for row in subjects]
    assert len(set(names)) == len(names) == 8
    assert {row["USUBJID"] for row in adam.adtte()} == set(names)
    assert {row["USUBJID2"] for row in subjects} == {"a", "b"}


def test_the_column_called_age_is_the_age() -> None:
    subjects = list(tables(case("08-covariate-usubjid")).adsl())
    assert all(51 <= row["AGE"] <= 55 for row in subjects)
    assert all(1 <= row["AGE2"] <= 5 for row in subjects)


def test_an_age_in_words_is_another_variable() -> None:
    text = case("08-covariate-usubjid").replace("quantiles=[51,52,53,54,55]", 'levels={child=0.5,adult="rest"}')
    assert {row.get("AGE", "") for row in tables(text).adsl()} == {""}


def test_two_endpoints_whose_names_differ_in_case_are_two_parameters() -> None:
    rows = list(tables(case("09-endpoints-OS-os")).adtte())
    assert {(row["PARAMCD"], row["PARAM"]) for row in rows} == {("OS", "b"), ("OS2", "OS")}
    assert len({(row["USUBJID"], row["PARAMCD"]) for row in rows}) == len(rows) == 16


def test_each_variable_is_explained(exported: Path) -> None:
    with (exported / "variables.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for table in ("adsl", "adtte", "adae"):
        with (exported / f"{table}.csv").open(encoding="utf-8", newline="") as file:
            header = next(csv.reader(file))
        assert [row["VARIABLE"] for row in rows if row["DATASET"] == table.upper()] == header
    assert {row["NAME"]: row["VARIABLE"] for row in rows}["cytogenetics"] == "CYTOGENE"
    assert all(0 < len(row["LABEL"]) <= 40 for row in rows)


# Seriousness

FEVER = """
title = "Fever"
[trial]
begins    = 2020-01-01
patients  = 4000
per_month = 2000
assumed   = "test"
[trial.cutoffs.final]
day = 4000
complete = true
[steps.care]
kind    = "phase"
days    = 30
next    = "after"
fatal   = "death"
assumed = "test"
[steps.care.exit.death]
next = "dead"
[steps.care.toxicity.fever]
grade3plus = 0.8
grade4plus = 0.4
grade5     = 0.08
onset      = 5
lasts      = 5
#serious
[steps.after]
kind = "phase"
[steps.dead]
kind = "end"
"""


def fevers(serious: str = "") -> list[dict[str, Any]]:
    return list(tables(FEVER.replace("#serious", serious)).adae())


def test_a_grade_alone_does_not_say_whether_a_toxicity_is_serious() -> None:
    told = {(row["AETOXGR"], row["AESER"]) for row in fevers()}
    assert told == {(3, ""), (4, ""), (5, "Y")}


@pytest.mark.parametrize("share", [0.1, 0.35, 0.9, 1.0])
def test_so_many_of_those_with_grade_3_or_higher_are_serious_as_is_stated(share: float) -> None:
    rows = fevers(f"serious = {share}")
    serious = sum(row["AESER"] == "Y" for row in rows)
    # Of n patients the count is binomial: four standard deviations.
    assert abs(serious - share * len(rows)) <= 4 * (len(rows) * share * (1 - share)) ** 0.5
    assert {row["AESER"] for row in rows if row["AETOXGR"] == 5} == {"Y"}
    assert {row["AESER"] for row in rows} <= {"Y", "N"}


def test_seriousness_does_not_depend_on_the_grade_of_who_lives() -> None:
    rows = [row for row in fevers("serious = 0.4") if row["AETOXGR"] < 5]
    # 0.4 of 80% are 32%, of whom the 8% who die are a part: 24 of 72 of the others.
    for grade in (3, 4):
        mine = [row["AESER"] == "Y" for row in rows if row["AETOXGR"] == grade]
        assert abs(sum(mine) - len(mine) / 3) <= 4 * (len(mine) * 2 / 9) ** 0.5


def test_stating_seriousness_changes_nothing_else() -> None:
    def but_for_it(rows: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        return ({key: value for key, value in row.items() if key != "AESER"} for row in rows)

    assert list(but_for_it(fevers())) == list(but_for_it(fevers("serious = 0.4")))
    assert fevers("serious = 0.4") == fevers("serious = 0.4")


def test_the_catalog_can_state_it_for_all_steps() -> None:
    catalog = '[toxicities.fever]\nserious = { value = 0.35, assumed = "test" }\n[steps.after]'
    assert list(tables(FEVER.replace("[steps.after]", catalog)).adae()) == fevers("serious = 0.35")


def test_fewer_serious_toxicities_than_fatal_ones_are_refused() -> None:
    with pytest.raises(ScenarioError, match=r"grade 5 is always serious, so 0\.1 or more"):
        fevers("serious = 0.05")


def test_a_number_without_evidence_is_refused_here_too() -> None:
    with pytest.raises(ScenarioError, match="no evidence"):
        tables(FEVER.replace("[steps.after]", "[toxicities.fever]\nserious = 0.35\n[steps.after]"))
