"""Tables: for any dataframe library, with what is missing as missing."""

import csv
import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from calls import Pathsim

import pathsim as api
from pathsim.api.tables import ArrowTable, table_of


@pytest.fixture(scope="module")
def trial() -> api.Results:
    return api.run(api.load("aall1331", {"trial.patients": 150}), seed=5)


def test_a_table_of_the_results_has_their_rows(trial: api.Results) -> None:
    assert pa.table(trial.table("toxicity")).to_pylist() == [
        {name: None if value == "" else value for name, value in row.items()} for row in trial["toxicity"]
    ]


def test_what_stands_under_a_key_of_its_own_has_a_column_each(trial: api.Results) -> None:
    flow = pa.table(trial.table("flow")).to_pylist()
    for row, shown in zip(trial["flow"], flow, strict=True):
        left = {
            name.removeprefix("left."): n for name, n in shown.items() if name.startswith("left.") and n is not None
        }
        assert left == row["left"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("run")
    options = ("--seed", "5", "--set", "trial.patients=150", "--out", str(made), "--format", "csv")
    command = [sys.executable, "-m", "pathsim", "run", "aall1331", *options]
    subprocess.run(command, capture_output=True, check=True)
    return made


@pytest.mark.parametrize("name", ["journal", "adsl", "adtte", "adae", "variables"])
def test_tables_by_patient_are_those_of_the_folder(folder: Path, trial: api.Results, name: str) -> None:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        header, *written = csv.reader(file)
    table = trial.journal if name == "journal" else trial.table(name)
    assert table.names == tuple(header)
    assert len(table) == len(written) > 0
    for column, texts in zip(table.columns.values(), zip(*written, strict=True), strict=True):
        assert [value is None or value != value for value in column] == [text == "" for text in texts]  # noqa: PLR0124
        if column.dtype == np.object_:
            assert [value or "" for value in column] == [text.removeprefix("'") for text in texts]
        else:
            np.testing.assert_array_equal(column, [float(text or "nan") for text in texts])


def test_replicates_are_the_rows_of_the_folder(pathsim: Pathsim, tmp_path: Path) -> None:
    asked = ("ensemble", "two-arm-exponential", "--seed", 5, "--replicates", 70)
    vary = ("--vary", "trial.patients=20,30")
    assert pathsim(*asked, *vary, "--out", tmp_path, "--format", "parquet").code == 0
    rows = pd.read_parquet(tmp_path / "rows.parquet")
    few = [api.load("two-arm-exponential", {"trial.patients": count}) for count in (20, 30)]
    both = api.compare(*few, replicates=70, seed=5).replicates
    pd.testing.assert_frame_equal(pd.DataFrame(both.columns), rows)


def test_a_summary_has_a_row_for_each_figure() -> None:
    many = api.ensemble("two-arm-exponential", 70, 5)
    summary = pa.table(many.summary).to_pylist()
    assert {row["figure"]: row["median"] for row in summary} == {
        path: figure["median"] for path, figure in many["figures"].items()
    }
    assert len(many.differences) == 0


def test_differences_have_a_row_for_each_figure_and_setting() -> None:
    settings = [api.load("two-arm-exponential", {"trial.patients": count}) for count in (200, 300, 400)]
    found = api.compare(*settings, replicates=10, seed=5)
    told = {(row["setting"], row["figure"]): row["mean"] for row in pa.table(found.differences).to_pylist()}
    assert {number for number, _ in told} == {1, 2}
    assert told[2, "trial.enrolled"] == found["settings"][2]["differences"]["trial.enrolled"]["mean"] == 200


def test_targets_have_a_row_each() -> None:
    found = api.validate("aall1331", 3, 5, parts="Overall")
    rows = pa.table(found.targets).to_pylist()
    assert [row["verdict"] for row in rows] == [target["verdict"] for target in found["targets"]]
    assert [row["met"] for row in rows] == [target["met"] for target in found["targets"]]


def test_what_is_missing_is_null_in_arrow_and_nan_or_none_beside_it() -> None:
    table = table_of(
        [
            {"count": 1, "share": 0.5, "label": "a", "is": True, "none": None, "some": 3},
            {"count": 2, "share": math.nan, "label": "", "is": False, "none": ""},
        ]
    )
    assert pa.table(table).to_pydict() == {
        "count": [1, 2],
        "share": [0.5, None],
        "label": ["a", None],
        "is": [True, False],
        "none": [None, None],
        "some": [3.0, None],
    }
    assert pa.table(table).schema.types == [pa.int64(), pa.float64(), pa.string(), pa.bool_(), pa.null(), pa.float64()]
    assert table["label"].tolist() == ["a", None]
    assert np.isnan(table["share"][1])


def test_an_empty_table_is_one() -> None:
    assert pa.table(table_of([], ["a", "b"])).column_names == ["a", "b"]
    assert len(ArrowTable({})) == 0
    assert pa.table(ArrowTable({})).num_rows == 0


def test_a_table_can_be_taken_more_than_once(trial: api.Results) -> None:
    journal = trial.journal
    assert pa.table(journal) == pa.table(journal)
