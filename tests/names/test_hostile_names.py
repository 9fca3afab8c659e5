"""Scenarios whose names hold whatever TOML allows: no figure is lost, none is confused with another."""

import csv
import json
import math
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pathsim.engines.choose import simulate, simulate_many
from pathsim.ensembles.store import Store
from pathsim.ensembles.summary import summary
from pathsim.ensembles.vary import SettingsTable
from pathsim.export.folder import write
from pathsim.export.json_text import as_json
from pathsim.paths import path_of, row_of
from pathsim.results.chosen import figures
from pathsim.results.json import results
from pathsim.results.lookup import figure
from pathsim.results.replicates import rows
from pathsim.scenario.alike import as_seen
from pathsim.scenario.evidence import WORDS
from pathsim.scenario.files import Source
from pathsim.scenario.scenario import Scenario, load
from pathsim.text import harmful_places
from pathsim.trial.course import course
from pathsim.validation.targets import problems

ODD = [
    *["any", "therapy", "all", "upper", "lower", "comparisons", "survival", "cox", "events", "arms", "at", "0"],
    *[
        "a.b",
        "a",
        "b",
        "a.b.c",
        "x y",
        "=1+1",
        "-1",
        "+2",
        "@x",
        "a,b",
        "a=b",
        "[x]",
        "]",
        "[",
        '"',
        "'",
        "\\",
        "é",
        "É",
    ],
    *[
        "os",
        "OS",
        "usubjid",
        "age",
        "AGE",
        "365.25",
        "730",
        "lower.upper",
        "logrank.p_one_sided",
        "cox.hazard_ratio",
        "a]b",
        "<b>&",
        "None",
    ],
]
NAMES = st.sampled_from(ODD) | st.text(st.characters(codec="utf-8"), min_size=1, max_size=6).filter(
    lambda name: not list(harmful_places({name: 0})) and name == name.strip() and name not in WORDS
)
DAYS = st.sampled_from([30.0, 365.25, 365.250001, 100000.0, 123456.0625, 123456.25, 0.1, 400.0])


def several(least: int, most: int, *, without: str = "") -> st.SearchStrategy[list[str]]:
    """Names that readers can tell apart, as they must."""
    names = NAMES.filter(lambda name: name != without)
    return st.lists(names, min_size=least, max_size=most, unique_by=as_seen)


def quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


@st.composite
def texts(draw: st.DrawFn) -> str:
    """A trial of two arms and two cycles, or of no arms, whose own names are hostile."""
    arms, events = draw(several(2, 2)), draw(several(2, 3))
    types, endpoints = draw(several(1, 3, without="any")), draw(several(1, 2))
    levels, cutoffs = draw(several(2, 2)), draw(several(1, 2))
    days = sorted(draw(st.lists(DAYS, min_size=1, max_size=3, unique=True)))
    columns = draw(
        st.lists(st.sampled_from(["age", "Age", "AGE", "usubjid", "USUBJID", "stage", "paramcd"]), unique=True)
    )
    exits = ", ".join(f'{quoted(name)} = {{ hazard_per_day = 0.002, next = "dead" }}' for name in events)
    toxicity = ", ".join(f"{quoted(name)} = {{ grade3plus = 0.4, onset = 3, lasts = 4 }}" for name in types)
    lines = [
        'title = "Hostile names"',
        "[trial]",
        'begins = 2020-01-01\npatients = 12\nper_month = 40\nassumed = "x"\ntherapy = ["cycle"]',
        f'randomization = "alloc"\ncontrol = {quoted(arms[0])}',
    ]
    for name in cutoffs:
        lines += [f"[trial.cutoffs.{quoted(name)}]", f"day = 900\ncomplete = true\nendpoint = {quoted(endpoints[0])}"]
    for name in endpoints:
        lines += [
            f"[endpoints.{quoted(name)}]",
            f'label = {quoted(name)}\nstart = "alloc"\nevents = [{", ".join(map(quoted, events))}]\nassumed = "x"',
            f"at_days = {days}",
        ]
    for number, name in enumerate(columns):
        share = ", ".join(f"{quoted(level)} = {part}" for level, part in zip(levels, ("0.5", '"rest"'), strict=True))
        lines += [f"[cohort.{name}]", f'label = "{number}"\nlevels = {{ {share} }}\nassumed = "x"']
    lines += [
        '[steps.alloc]\nkind = "randomize"\nblock = 4\nassumed = "x"',
        f'arms = {{ {quoted(arms[0])} = "other", {quoted(arms[1])} = "cycle" }}',
        '[steps.cycle]\nkind = "phase"\nrepeat = 2\ndays = 14\nnext = "after"\nassumed = "x"',
        f"exit = {{ {exits} }}",
        f"toxicity = {{ {toxicity} }}",
    ]
    for step in ("other", "after"):
        lines += [f'[steps.{step}]\nkind = "phase"\nassumed = "x"', f"exit = {{ {exits} }}"]
    return "\n".join([*lines, '[steps.dead]\nkind = "end"']) + "\n"


def leaves(here: Any, path: str = "") -> Iterator[tuple[str, float | None]]:
    """Every number of the results, and whatever is missing, with its path as a reader of them would write it."""
    if isinstance(here, dict):
        for key, value in here.items():
            yield from leaves(value, f"{path}.{path_of(key)}" if path else path_of(key))
    elif isinstance(here, list):
        for row in here:
            if isinstance(row, dict) and not any(isinstance(value, str) and not value for value in row.values()):
                told = {key: value for key, value in row.items() if key in PICKED}
                picks = {key: "" if value is None else str(value) for key, value in told.items()}
                yield from leaves(row, row_of(path, **picks))
    elif here is None or (isinstance(here, (int, float)) and not isinstance(here, bool)):
        yield path, here


PICKED = ("arm", "step", "type", "name", "value", "resource", "number")
"""By what rows of the tables of results are told apart."""
NO_FIGURES = ("scenario", "seed", "replicate", "schema_version")


def loaded(text: str) -> Scenario:
    return load(Source("hostile", "hostile.toml", text))


def same(one: float | None, other: float) -> bool:
    return math.isnan(other) if one is None or math.isnan(one) else one == other


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(texts())
def test_every_figure_of_the_results_has_a_path_that_leads_to_it(text: str) -> None:
    found = json.loads(as_json(results(simulate(loaded(text), seed=1)[0])))
    paths = [(path, value) for path, value in leaves(found) if path.split(".")[0] not in NO_FIGURES]
    assert len({path for path, _ in paths}) == len(paths) > 50
    for path, value in paths:
        assert same(value, figure(found, path)), path


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(texts())
def test_nothing_that_has_a_name_is_missing_in_the_results(text: str) -> None:
    scenario = loaded(text)
    found, columns = results(simulate(scenario, seed=1)[0]), rows(simulate(scenario, seed=1)[0])
    assert set(found["cutoffs"]) == set(scenario.trial.cutoffs)
    assert set(found["endpoints"]) == set(scenario.sections.endpoints)
    for name, endpoint in scenario.sections.endpoints.items():
        assert set(found["endpoints"][name]["arms"]) == set(scenario.arms)
        for arm in scenario.arms:
            mine = found["endpoints"][name]
            assert {float(day) for day in mine["arms"][arm]["at"]} == set(endpoint.at_days)
            assert set(mine["first_events"][arm]) == set(endpoint.events)
            paths = {path for path in columns if path.startswith(path_of("endpoints", name, "arms", arm, "at") + ".")}
            assert len({path for path in paths if path.endswith(".survival")}) == len(endpoint.at_days)
    types = {event.name for event in scenario.vocabulary.of("toxicity")}
    told = [(row["arm"], row["step"], row["type"]) for row in found["toxicity"]]
    assert len(set(told)) == len(told)
    assert {kind for _, step, kind in told if step == "cycle.1"} in (set(), types | {"any"})


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(texts())
def test_every_column_of_an_ensemble_is_a_figure_of_the_same_trial_run_alone(text: str) -> None:
    scenario = loaded(text)
    many = simulate_many(scenario, 1, range(2))
    columns = rows(many)
    assert len(columns) == len(dict.fromkeys(columns))
    for replicate in range(2):
        found = json.loads(as_json(results(simulate(scenario, 1, replicate)[0])))
        for path, column in columns.items():
            assert same(figure(found, path), float(column[replicate])), path
    assert figures(many, list(columns)).keys() == columns.keys()
    assert set(summary(scenario, columns)["figures"]) >= {
        path_of("endpoints", name, "arms", arm, "events")
        for name in scenario.sections.endpoints
        for arm in scenario.arms
    }


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(texts(), st.data())
def test_whatever_figure_an_ensemble_has_can_be_a_target(text: str, data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(sorted(rows(simulate(loaded(text), seed=1)[0]))))
    target = f'[targets.one]\npublished = 0.5\nfigure = {quoted(path)}\nassumed = "x"\n'
    aimed = loaded(text + target)
    assert problems(aimed) == []
    assert figures(simulate_many(aimed, 1, [0]), [path])[path].shape == (1,)


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(texts())
def test_tables_of_the_exports_join_and_have_all_their_rows(text: str) -> None:
    scenario = loaded(text)
    chunk, _ = simulate(scenario, seed=1)
    found = results(chunk)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder, chunk, found, "csv", ["run"])
        tables = {}
        for table in ("adsl", "adtte", "adae", "journal"):
            with (folder / f"{table}.csv").open(encoding="utf-8", newline="") as file:
                header, *lines = csv.reader(file)
            assert all(len(line) == len(header) for line in lines)
            tables[table] = [dict(zip(header, line, strict=True)) for line in lines]
    subjects = [row["USUBJID"] for row in tables["adsl"]]
    assert len(set(subjects)) == len(subjects) == found["trial"]["enrolled"]
    randomized, endpoints = found["trial"]["randomized"], scenario.sections.endpoints
    assert len(tables["adtte"]) == randomized * len(endpoints)
    assert len({(row["USUBJID"], row["PARAMCD"]) for row in tables["adtte"]}) == len(tables["adtte"])
    cycles = [row for row in found["toxicity"] if row["step"] in ("cycle.1", "cycle.2") and row["type"] != "any"]
    assert len(tables["adae"]) == sum(row["grade3plus"] for row in cycles)
    assert {row["USUBJID"] for row in tables["adtte"] + tables["adae"]} <= set(subjects)
    assert len(tables["journal"]) == course(chunk).final().journal.row.size


@settings(max_examples=20, suppress_health_check=list(HealthCheck))
@given(texts())
def test_the_rows_of_an_ensemble_have_as_many_cells_as_their_head(text: str) -> None:
    columns = rows(simulate_many(loaded(text), 1, range(3)))
    with tempfile.TemporaryDirectory() as name:
        store = Store.begin(Path(name), {"one": 1}, lambda _: None)
        path, _ = store.publish(SettingsTable(tuple(columns), iter([columns])), "{}", "csv")
        with path.open(encoding="utf-8", newline="") as file:
            header, *lines = csv.reader(file)
    assert header == list(columns)
    assert [len(line) for line in lines] == [len(header)] * 3


@pytest.mark.parametrize("event", ["lower", "upper"])
def test_an_event_called_like_the_end_of_an_interval_is_none(event: str) -> None:
    text = (Path(__file__).parent / "cases" / "base.toml").read_text().replace("death", event)
    columns = rows(simulate(loaded(text), seed=1)[0])
    assert path_of("endpoints", "os", "first_events", "drug", event) in summary(loaded(text), columns)["figures"]
