"""The ADaM tables: standard variables, one record for each subject, and the numbers of the results."""

import csv
import datetime
import json
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pytest
from exporting import export

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import pandas as pd
    from lifelines import CoxPHFitter, KaplanMeierFitter

Records: TypeAlias = list[dict[str, str]]

VARIABLES = {
    "adsl": ["STUDYID", "USUBJID", "SUBJID", "AGE", "AGEU", "SEX", "ARM", "TRT01P", "TRT01PN", "RANDDT", "STRATA"],
    "adtte": [
        *["STUDYID", "USUBJID", "TRT01P", "TRT01PN", "STRATA", "PARAMCD", "PARAM"],
        *["AVAL", "CNSR", "EVNTDESC", "STARTDT", "ADT"],
    ],
    "adae": ["STUDYID", "USUBJID", "AEDECOD", "AETOXGR", "ASTDY", "AENDY", "TRTP", "AESER"],
}
SCENARIOS = ("aall1331", "two-arm-exponential", "stroke-thrombectomy")


def read(folder: Path, table: str) -> Records:
    with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def date(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)


@pytest.fixture(scope="module")
def results(exported: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((exported / "results.json").read_text(encoding="utf-8"))
    return found


@pytest.fixture(scope="module")
def adsl(exported: Path) -> Records:
    return read(exported, "adsl")


@pytest.fixture(scope="module")
def adtte(exported: Path) -> Records:
    return read(exported, "adtte")


@pytest.fixture(scope="module")
def adae(exported: Path) -> Records:
    return read(exported, "adae")


@pytest.fixture(scope="module")
def journal(exported: Path) -> Records:
    return read(exported, "journal")


@pytest.fixture
def _quiet_lifelines() -> Iterator[None]:
    with warnings.catch_warnings(), np.errstate():
        warnings.simplefilter("ignore")
        yield


def subject(patient: str) -> str:
    return f"aall1331-{int(patient):05d}"


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_standard_variables_are_there(tmp_path: Path, scenario: str) -> None:
    assert export(scenario, "--seed", 1, "--out", tmp_path) == 0
    for table, variables in VARIABLES.items():
        with (tmp_path / f"{table}.csv").open(encoding="utf-8", newline="") as file:
            header = next(csv.reader(file))
        assert [name for name in variables if name not in header] == []
        assert len(header) == len(set(header))
        assert all(name.isupper() for name in header)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_every_patient_who_enrolled_has_one_record_of_their_own(tmp_path: Path, scenario: str) -> None:
    export(scenario, "--seed", 1, "--out", tmp_path)
    found = json.loads((tmp_path / "results.json").read_text(encoding="utf-8"))
    rows = read(tmp_path, "adsl")
    assert len({row["USUBJID"] for row in rows}) == len(rows) == found["trial"]["enrolled"]
    assert {row["STUDYID"] for row in rows} == {scenario}


def test_arms_are_those_of_the_results(adsl: Records, results: dict[str, Any]) -> None:
    arms = [row["ARM"] for row in adsl]
    assert {arm: arms.count(arm) for arm in set(arms) - {""}} == results["trial"]["arms"]
    assert {(row["TRT01P"], row["TRT01PN"]) for row in adsl} == {("blinatumomab", "1"), ("chemotherapy", "0"), ("", "")}
    for row in adsl:
        assert row["ARM"] == row["TRT01P"]
        assert bool(row["ARM"]) == bool(row["RANDDT"]) == bool(row["STRATA"])


def test_ages_and_sexes_are_possible(adsl: Records) -> None:
    assert all(1 <= int(row["AGE"]) < 28 and row["AGEU"] == "YEARS" for row in adsl)
    assert {row["SEX"] for row in adsl} == {"F", "M"}


def test_what_nobody_observes_is_in_no_table(adsl: Records) -> None:
    assert "FRAILTY" not in adsl[0]
    assert {"RELAPSE", "CYTOGENE"} < set(adsl[0])


def test_a_study_without_ages_says_nothing_of_them(tmp_path: Path) -> None:
    export("two-arm-exponential", "--seed", 1, "--out", tmp_path)
    assert {(row["AGE"], row["AGEU"], row["SEX"]) for row in read(tmp_path, "adsl")} == {("", "", "")}


def test_nobody_is_randomized_before_they_enroll(adsl: Records) -> None:
    for row in adsl:
        assert not row["RANDDT"] or row["RFSTDT"] <= row["RANDDT"]


@pytest.mark.parametrize("endpoint", ["dfs", "os"])
def test_every_randomized_patient_has_one_record_for_each_endpoint(
    adsl: Records, adtte: Records, results: dict[str, Any], endpoint: str
) -> None:
    mine = {row["USUBJID"]: row for row in adtte if row["PARAMCD"] == endpoint.upper()}
    randomized = {row["USUBJID"]: row for row in adsl if row["ARM"]}
    assert set(mine) == set(randomized)
    assert len(adtte) == 2 * len(randomized)
    for name, row in mine.items():
        for key in ("TRT01P", "TRT01PN", "STRATA"):
            assert row[key] == randomized[name][key]
        assert row["STARTDT"] == randomized[name]["RANDDT"]
    for arm, figures in results["endpoints"][endpoint]["arms"].items():
        assert sum(row["CNSR"] == "0" for row in mine.values() if row["TRT01P"] == arm) == figures["events"]


def test_dates_and_days_of_an_endpoint_agree(adtte: Records) -> None:
    for row in adtte:
        assert abs((date(row["ADT"]) - date(row["STARTDT"])).days - float(row["AVAL"])) <= 1
        assert row["ADT"] <= "2020-09-30"


def test_first_events_are_those_of_the_results(adtte: Records, results: dict[str, Any]) -> None:
    for arm, events in results["endpoints"]["dfs"]["first_events"].items():
        told = [row["EVNTDESC"] for row in adtte if row["PARAMCD"] == "DFS" and row["TRT01P"] == arm]
        assert {event: told.count(event.replace("_", " ").capitalize()) for event in events} == events
        assert told.count("Censored") == len(told) - sum(events.values())


@pytest.mark.usefixtures("_quiet_lifelines")
@pytest.mark.parametrize("endpoint", ["dfs", "os"])
def test_lifelines_finds_the_survival_of_the_results(exported: Path, results: dict[str, Any], endpoint: str) -> None:
    table = pd.read_csv(exported / "adtte.csv").query("PARAMCD == @endpoint.upper()")
    for arm, mine in table.groupby("TRT01P"):
        figures = results["endpoints"][endpoint]["arms"][arm]
        fitted = KaplanMeierFitter().fit(mine.AVAL, 1 - mine.CNSR)
        published = figures["at"]["730"]
        assert float(fitted.predict(730)) == pytest.approx(published["survival"], abs=1e-6)
        assert int((mine.AVAL >= 730).sum()) == published["at_risk"]
        bounds = fitted.confidence_interval_survival_function_.loc[:730].iloc[-1]
        assert bounds.tolist() == pytest.approx([published["lower"], published["upper"]], abs=1e-6)


@pytest.mark.usefixtures("_quiet_lifelines")
@pytest.mark.parametrize("endpoint", ["dfs", "os"])
def test_lifelines_finds_the_hazard_ratio_of_the_results(
    exported: Path, results: dict[str, Any], endpoint: str
) -> None:
    table = pd.read_csv(exported / "adtte.csv").query("PARAMCD == @endpoint.upper()")
    table = table.assign(EVENT=1 - table.CNSR)[["AVAL", "EVENT", "TRT01PN", "STRATA"]]
    fitted = CoxPHFitter().fit(table, "AVAL", "EVENT", strata=["STRATA"], fit_options={"precision": 1e-10})
    ratio = results["endpoints"][endpoint]["comparisons"]["blinatumomab"]["cox"]
    found = fitted.summary.loc["TRT01PN", ["exp(coef)", "exp(coef) lower 95%", "exp(coef) upper 95%"]]
    assert found.tolist() == pytest.approx([ratio["hazard_ratio"], ratio["lower"], ratio["upper"]], abs=1e-6)


def test_toxicities_are_those_of_the_results(adae: Records, results: dict[str, Any]) -> None:
    for step in ("Blinatumomab, cycle 1", "Block 2", "Block 3"):
        here = [row for row in adae if row["APHASE"] == step]
        name = {"Blinatumomab, cycle 1": "blina_1", "Block 2": "block_2", "Block 3": "block_3"}[step]
        rows = [row for row in results["toxicity"] if row["step"] == name and row["arm"] and row["type"] != "any"]
        assert sum(row["grade3plus"] for row in rows) == len(here)
        assert sum(row["grade5"] for row in rows) == sum(row["AETOXGR"] == "5" for row in here)


def test_a_toxicity_that_killed_is_there_and_ends_on_the_day_of_death(
    adae: Records, adtte: Records, journal: Records
) -> None:
    deaths = {row["USUBJID"]: row["ADT"] for row in adtte if row["PARAMCD"] == "OS" and row["CNSR"] == "0"}
    killed = [row for row in journal if row["kind"] == "exit" and row["label"] and subject(row["patient"]) in deaths]
    assert killed
    for row in killed:
        name = subject(row["patient"])
        mine = [event for event in adae if event["USUBJID"] == name and event["AEOUT"] == "FATAL"]
        assert [event["AENDT"] for event in mine] == [deaths[name]]
        assert mine[0]["AETOXGR"] == "5"
        assert mine[0]["AESER"] == "Y"
        assert mine[0]["ASTDT"] <= deaths[name]
        assert mine[0]["AEDECOD"].lower().replace(" ", "_").replace("-", "") == row["label"]


def test_fatal_means_that_the_patient_is_known_to_have_died_of_it(adae: Records, journal: Records) -> None:
    killed = {subject(row["patient"]) for row in journal if row["kind"] == "exit" and row["label"]}
    fatal = [row["USUBJID"] for row in adae if row["AEOUT"] == "FATAL"]
    assert len(fatal) == len(set(fatal)) == len(killed)
    assert set(fatal) == killed


def test_toxicities_lie_within_the_time_in_study(adae: Records, adsl: Records, journal: Records) -> None:
    enrolled = {row["USUBJID"]: date(row["RFSTDT"]) for row in adsl}
    died = {subject(row["patient"]): date(row["date"]) for row in journal if row["name"] == "dead"}
    assert adae
    for row in adae:
        first, last = enrolled[row["USUBJID"]], died.get(row["USUBJID"], date("2020-09-30"))
        begun, ended = date(row["ASTDT"]), date(row["AENDT"] or row["ASTDT"])
        assert first <= begun <= ended <= last
        assert int(row["ASTDY"]) == (begun - first).days + 1
        assert (row["AENDY"] == "") == (row["AENDT"] == "")
        assert not row["AENDY"] or int(row["AENDY"]) == (ended - first).days + 1
        assert (row["AENDT"] == "") == (row["AEOUT"] == "NOT RECOVERED/NOT RESOLVED")


def test_a_toxicity_belongs_to_an_arm_only_from_randomization_on(adae: Records, adsl: Records) -> None:
    known = {row["USUBJID"]: row for row in adsl}
    assert {row["TRTP"] for row in adae} == {"", "blinatumomab", "chemotherapy"}
    for row in adae:
        mine = known[row["USUBJID"]]
        if row["TRTP"]:
            assert row["TRTP"] == mine["ARM"]
            assert mine["RANDDT"] <= row["ASTDT"]
        else:
            assert not mine["RANDDT"] or row["ASTDT"] <= mine["RANDDT"]


def test_a_patient_who_changes_groups_has_one_record_of_all_their_time(tmp_path: Path) -> None:
    folder = tmp_path / "groups"
    assert export("tests/app/odd/other_groups.toml", "--out", folder) == 0
    records = read(folder, "adtte")
    subjects = [(record["PARAM"], record["USUBJID"]) for record in records]
    assert len(set(subjects)) == len(subjects)
    changing = [record for record in records if record["PARAM"] == "Survival, by transplant as it comes"]
    found = json.loads((folder / "results.json").read_text(encoding="utf-8"))["endpoints"]["transplanted"]
    assert len(changing) == found["arms"]["unexposed"]["n"]
    assert sum(record["CNSR"] == "0" for record in changing) == found["events"]
