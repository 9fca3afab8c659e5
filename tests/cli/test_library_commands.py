"""The other commands, for every scenario of the library: list, check, sources, graph, schema, bounds, bench."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as XmlTree

import pytest
from calls import Pathsim
from jsonschema import Draft202012Validator
from rich.cells import cell_len

from pathsim.cli.bench import bench
from pathsim.scenario.files import find, names, parse

SCENARIOS = tuple(names())
SMALL = Path(__file__).parents[1] / "fuzz" / "seeds" / "small.toml"


def read(pathsim: Pathsim, *arguments: str) -> Any:
    done = pathsim(*arguments)
    assert (done.code, done.err) == (0, "")
    return json.loads(done.out)


@pytest.fixture(params=SCENARIOS)
def scenario(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_the_list_has_every_scenario_with_its_title(pathsim: Pathsim) -> None:
    rows = read(pathsim, "list", "--json")["scenarios"]
    assert [row["name"] for row in rows] == list(SCENARIOS)
    lines = [line.strip() for line in pathsim("list").out.splitlines()]
    for row in rows:
        assert row["title"]
        assert row["summary"]
        assert lines[lines.index(row["name"]) + 1] == row["title"]


def test_show_prints_the_file_as_it_is(pathsim: Pathsim, scenario: str, tmp_path: Path) -> None:
    for ascii_only in (False, True):
        done = pathsim("show", scenario, ascii_only=ascii_only)
        assert (done.code, done.err) == (0, "")
        (tmp_path / "mine.toml").write_text(done.out, encoding="utf-8", newline="")
        assert (tmp_path / "mine.toml").read_bytes() == Path(find(scenario).file).read_bytes()
    assert pathsim("check", str(tmp_path / "mine.toml")).code == 0


def test_show_keeps_every_byte_of_a_file(tmp_path: Path) -> None:
    written = b'\xef\xbb\xbftitle = "caf\xc3\xa9"\r\n[trial]\r\n'
    (tmp_path / "mine.toml").write_bytes(written)
    with (tmp_path / "copy.toml").open("wb") as copy:
        subprocess.run([sys.executable, "-m", "pathsim", "show", "mine.toml"], cwd=tmp_path, stdout=copy, check=True)
    assert (tmp_path / "copy.toml").read_bytes() == written


def test_show_finds_no_scenario_that_is_not_there(pathsim: Pathsim) -> None:
    done = pathsim("show", "aall1332")
    assert (done.code, done.out) == (2, "")
    assert "aall1331" in done.err


def test_check_finds_nothing_wrong(pathsim: Pathsim, scenario: str) -> None:
    done = pathsim("check", scenario)
    assert (done.code, done.err) == (0, "")
    assert "nothing wrong" in done.out


def test_check_counts_every_number_once(pathsim: Pathsim, scenario: str) -> None:
    found = read(pathsim, "check", scenario, "--json")
    assert found["errors"] == []
    kinds = [rate["kind"] for rate in read(pathsim, "sources", scenario, "--json")["rates"]]
    assert found["evidence"] == {kind: kinds.count(kind) for kind in found["evidence"]}
    assert sum(found["evidence"].values()) == len(kinds)


def test_check_tells_every_problem_with_its_line(pathsim: Pathsim) -> None:
    text = find("two-arm-exponential").text.replace("per_month ", "per_mont ").replace("block ", "blok ")
    done = pathsim("check", "-", stdin=text)
    assert (done.code, done.out) == (2, "")
    *problems, summary = done.err.splitlines()
    assert len(problems) >= 2
    assert all(re.match(r"<stdin>:\d+: ", problem) for problem in problems)
    assert summary == f"{len(problems)} problems in -"
    told = pathsim("check", "-", "--json", stdin=text)
    assert told.code == 2
    errors = json.loads(told.out)["errors"]
    assert [f"{error['file']}:{error['line']}: {error['path']}: {error['message']}" for error in errors] == problems


def test_check_reads_the_figures_that_targets_name(pathsim: Pathsim) -> None:
    target = '[targets.x]\npublished = 1\nfigure = "endpoints.os.armz"\nassumed = "test"\n'
    done = pathsim("check", "-", stdin=find("two-arm-exponential").text + target)
    assert done.code == 2
    assert "targets.x.figure" in done.err
    assert "armz" in done.err


def test_every_path_of_sources_is_taken_by_set_with_its_own_value(pathsim: Pathsim, scenario: str) -> None:
    rates = read(pathsim, "sources", scenario, "--json")["rates"]
    values = {rate["path"]: rate["value"] for rate in rates}
    told = {path: value if isinstance(value, str) else json.dumps(value) for path, value in values.items()}
    settings = [part for path, value in told.items() for part in ("--set", f"{path}={value}")]
    again = read(pathsim, "sources", scenario, "--json", *settings)["rates"]
    assert {rate["path"]: rate["value"] for rate in again} == values
    untouched, set_to_itself = (
        read(pathsim, "run", scenario, "--seed", "1", "--json", "--quiet", *extra) for extra in ((), settings)
    )
    assert set(set_to_itself["scenario"].pop("overrides")) == {rate["path"] for rate in rates}
    assert untouched["scenario"].pop("overrides") == {}
    assert set_to_itself == untouched


def test_sources_tells_path_value_and_evidence_of_each_number(pathsim: Pathsim, scenario: str) -> None:
    rates = read(pathsim, "sources", scenario, "--json")["rates"]
    page = " ".join(pathsim("sources", scenario).out.split())
    for rate in rates:
        assert rate["path"] in page
        told = rate["source"] if rate["kind"] == "published" else rate["note"]
        assert told
        assert " ".join(told.split("; ")[0].split()) in page


def test_dates_are_listed_and_counted_beside_numbers(pathsim: Pathsim) -> None:
    listed = {rate["path"]: rate for rate in read(pathsim, "sources", "aall1331", "--json")["rates"]}
    dates = {path: (rate["value"], rate["kind"]) for path, rate in listed.items() if isinstance(rate["value"], str)}
    assert dates == {
        "trial.begins": ("2014-12-17", "published"),
        "trial.monitoring.order.date": ("2019-06-30", "assumed"),
        "trial.cutoffs.committee.date": ("2019-06-30", "assumed"),
        "trial.cutoffs.final.date": ("2020-09-30", "published"),
        "trial.cutoffs.events_80.date": ("2024-12-31", "assumed"),
        "trial.cutoffs.events_131.date": ("2024-12-31", "assumed"),
    }
    told = f"{len(listed) - len(dates)} numbers and {len(dates)} dates"
    page, checked, report = (
        pathsim(*words).out
        for words in (("sources", "aall1331"), ("check", "aall1331"), ("run", "aall1331", "--seed", "1"))
    )
    assert re.search(r"^  trial\.begins +2014-12-17$", page, re.MULTILINE)
    assert f"\n{told}: " in page
    assert f" steps, {told}, nothing wrong\n" in checked
    assert f"{told}: " in " ".join(report.split())
    assert " numbers and 1 date, nothing wrong\n" in pathsim("check", "two-arm-exponential").out


def test_sources_cites_what_numbers_were_read_in_or_rest_on(pathsim: Pathsim) -> None:
    page = " ".join(pathsim("sources", "aall1331").out.split())
    rates = read(pathsim, "sources", "aall1331", "--json")["rates"]
    cited = set(re.findall(r"\w+", " ".join(f"{rate['source']} {rate['note']}" for rate in rates)))
    for key, entry in parse(find("aall1331"))["sources"].items():
        assert (" ".join(entry["cite"].split()) in page) == (key in cited)


@pytest.mark.parametrize("kind", ["published", "derived", "calibrated", "assumed"])
def test_sources_of_one_kind(pathsim: Pathsim, kind: str) -> None:
    everything, some = (
        read(pathsim, "sources", "aall1331", "--json", *extra)["rates"] for extra in ((), ("--kind", kind))
    )
    assert some == [rate for rate in everything if rate["kind"] == kind]
    assert pathsim("sources", "aall1331", "--kind", kind).code == 0


@pytest.mark.parametrize("form", ["text", "mermaid", "svg"])
def test_the_pathway_can_be_drawn(pathsim: Pathsim, scenario: str, form: str) -> None:
    done = pathsim("graph", scenario, "--format", form)
    assert (done.code, done.err) == (0, "")
    labels = [step.get("label", name) for name, step in parse(find(scenario))["steps"].items()]
    flat = " ".join(done.out.split())
    assert labels[0].split(",")[0].split("?")[0] in flat
    if form == "mermaid":
        assert "\nflowchart " in done.out
    if form == "svg":
        assert XmlTree.fromstring(done.out).tag.endswith("svg")  # noqa: S314 - our own output


def test_the_schema_accepts_every_scenario(pathsim: Pathsim, scenario: str) -> None:
    schema = read(pathsim, "schema")
    Draft202012Validator.check_schema(schema)
    tree = parse(find(scenario))
    assert list(Draft202012Validator(schema).iter_errors(json.loads(json.dumps(tree, default=str)))) == []


def test_bounds_of_o_brien_and_fleming_are_those_of_the_books(pathsim: Pathsim) -> None:
    found = read(pathsim, "bounds", "--information", "0.5,1", "--json")
    assert found["efficacy"] == pytest.approx([2.9626, 1.9686], abs=1e-4)
    assert found["alpha_spent"] == pytest.approx([0.0015253, 0.025], abs=1e-7)
    assert " 2.962588 " in pathsim("bounds", "--information", "0.5,1").out


def test_a_look_too_early_to_spend_anything_has_no_bound(pathsim: Pathsim) -> None:
    assert read(pathsim, "bounds", "--information", "0.001,1", "--json")["efficacy"][0] is None
    (first,) = (line for line in pathsim("bounds", "--information", "0.001,1").out.splitlines() if "0.0010" in line)
    assert first.split()[1:3] == ["-", "-"]


@pytest.mark.parametrize(
    ("arguments", "bound", "spent"),
    [("--information 0.05,1", 9.9551456, 1.1974e-23), ("--information 0.5,1 --alpha 1e-17", 12.0684724, 7.7492e-34)],
)
def test_bounds_far_in_the_tail_are_told_with_the_digits_they_need(
    pathsim: Pathsim, arguments: str, bound: float, spent: float
) -> None:
    """The values are R's, by qnorm and pnorm in logarithms."""
    first = pathsim("bounds", *arguments.split()).out.splitlines()[2].split()
    assert float(first[1]) == pytest.approx(bound, abs=1e-6)
    assert [float(text) for text in first[2:]] == pytest.approx([spent] * 3, rel=1e-3)


@pytest.mark.parametrize("information", ["80/131,1", "[80/131, 1]", " [80/131,1.0] "])
def test_information_is_written_with_or_without_brackets(pathsim: Pathsim, information: str) -> None:
    found = read(pathsim, "bounds", "--information", information, "--json")["efficacy"]
    assert found == pytest.approx([2.641413, 1.982677], abs=1e-6)


@pytest.mark.parametrize(
    "arguments",
    [
        "1,0.5",
        "0,1",
        "0.5,1.2",
        "nan",
        "half",
        "1/0",
        "",
        "1 --spend haste",
        "1 --alpha 2",
        "1 --alpha 1e-310",
        "[0.5",
        "0.5,",
    ],
)
def test_bounds_of_a_design_that_cannot_be_is_wrong_usage(pathsim: Pathsim, arguments: str) -> None:
    done = pathsim("bounds", "--information", *(arguments.split() or [""]))
    assert (done.code, done.out) == (2, "")
    assert "Error:" in done.err


@pytest.mark.slow
def test_bench_gives_positive_ratios(pathsim: Pathsim) -> None:
    found = read(pathsim, "bench", "two-arm-exponential", "--json")
    assert found["scenario"] == "two-arm-exponential"
    assert len(found["ratios"]) >= 6
    for ratio in found["ratios"]:
        assert ratio["value"] > 0
        kept = ratio["value"] >= ratio["bound"] if ratio["at_least"] else ratio["value"] <= ratio["bound"]
        assert ratio["met"] == kept


def test_bench_is_about_aall1331_unless_told_otherwise() -> None:
    assert next(param.default for param in bench.params if param.name == "scenario") == "aall1331"


def test_numbers_of_sources_are_told_to_the_last_digit_in_one_column(pathsim: Pathsim, tmp_path: Path) -> None:
    file = tmp_path / "exact.toml"
    text = SMALL.read_text(encoding="utf-8").replace("[365, 730]", "[365.25, 365.2500001]")
    file.write_text(
        text.replace("toxicity = { fever", 'toxicity = { "発熱"').replace("at.365.surv", "at.'365.25'.surv"),
        encoding="utf-8",
    )
    lines = pathsim("sources", str(file)).out.splitlines()
    assert any(line.split()[-2:] == ["365.25", "365.2500001"] for line in lines)
    columns = {cell_len(line[: line.rindex("  ")]) for line in lines if line.startswith("  steps.")}
    assert len(columns) == 1
