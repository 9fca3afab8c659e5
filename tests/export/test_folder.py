"""The folder of a run: which files, written whole or not at all, the same bytes each time."""

import csv
import errno
import json
from hashlib import sha256
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from exporting import export

from pathsim.export.adam import Adam

QUICK = ("two-arm-exponential", "--seed", 1)
FILES = {"results.json", "adsl.csv", "adtte.csv", "adae.csv", "variables.csv", "manifest.json"}


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("scenario", ["aall1331", "two-arm-exponential", "stroke-thrombectomy"])
@pytest.mark.parametrize("journal", ["parquet", "csv"])
def test_a_run_writes_six_files(tmp_path: Path, scenario: str, journal: str) -> None:
    assert export(scenario, "--seed", 1, "--out", tmp_path / "new" / "trial", "--format", journal) == 0
    assert set(contents(tmp_path / "new" / "trial")) == FILES | {f"journal.{journal}"}


def test_parquet_is_the_format_if_pyarrow_is_there(tmp_path: Path) -> None:
    assert export(*QUICK, "--out", tmp_path) == 0
    assert (tmp_path / "journal.parquet").exists()


def test_what_is_on_the_screen_is_in_results_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert export(*QUICK, "--out", tmp_path, "--json") == 0
    out, messages = capsys.readouterr()
    assert (tmp_path / "results.json").read_text(encoding="utf-8") == out
    assert messages.endswith(f"wrote {tmp_path}\n")


def test_quiet_says_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert export(*QUICK, "--out", tmp_path, "--json", "-q") == 0
    assert capsys.readouterr().err == ""


def test_watching_writes_the_same_files(tmp_path: Path) -> None:
    assert export(*QUICK, "--out", tmp_path / "watched", "--watch") == 0
    assert export(*QUICK, "--out", tmp_path / "not") == 0
    watched, unwatched = (contents(tmp_path / name) for name in ("watched", "not"))
    del watched["manifest.json"], unwatched["manifest.json"]
    assert watched == unwatched


def test_a_second_run_is_refused_and_changes_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    export(*QUICK, "--out", tmp_path)
    before = contents(tmp_path)
    capsys.readouterr()
    assert export("two-arm-exponential", "--seed", 2, "--out", tmp_path) == 2
    out, messages = capsys.readouterr()
    assert out == ""
    assert "--force" in messages
    assert contents(tmp_path) == before


@pytest.mark.parametrize("name", [*sorted(FILES), "journal.csv", "journal.parquet"])
def test_a_file_of_somebody_else_is_not_written_over(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("precious")
    assert export(*QUICK, "--out", tmp_path) == 2
    assert contents(tmp_path) == {name: b"precious"}


def test_force_writes_over_an_earlier_run_and_leaves_nothing_of_it(tmp_path: Path) -> None:
    export("two-arm-exponential", "--seed", 2, "--out", tmp_path / "one", "--format", "parquet")
    assert export(*QUICK, "--out", tmp_path / "one", "--format", "csv", "--force") == 0
    assert export(*QUICK, "--out", tmp_path / "two", "--format", "csv") == 0
    again, fresh = (contents(tmp_path / name) for name in ("one", "two"))
    del again["manifest.json"], fresh["manifest.json"]
    assert again == fresh


def test_force_leaves_files_of_other_names_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("precious")
    assert export(*QUICK, "--out", tmp_path, "--force") == 0
    assert (tmp_path / "notes.txt").read_text() == "precious"


@pytest.mark.parametrize("journal", ["parquet", "csv"])
def test_the_same_run_gives_the_same_bytes(tmp_path: Path, journal: str) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    for folder in (one, two):
        export("aall1331", "--seed", 3, "--out", folder, "--format", journal)
    first, second = contents(one), contents(two)
    manifests = [json.loads(files.pop("manifest.json")) for files in (first, second)]
    assert first == second
    for manifest, folder in zip(manifests, (one, two), strict=True):
        assert manifest.pop("command") == [
            *["pathsim", "run", "aall1331", "--seed", "3", "--out", str(folder), "--format", journal]
        ]
    assert manifests[0] == manifests[1]


@pytest.mark.parametrize("broken", ["adsl", "adtte", "adae"])
def test_a_failure_in_the_middle_leaves_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], broken: str
) -> None:
    break_in_the_middle(monkeypatch, broken)
    assert export(*QUICK, "--out", tmp_path) == 1
    out, messages = capsys.readouterr()
    assert out == ""
    assert messages.endswith("pathsim: the output cannot be written: No space left on device\n")
    assert contents(tmp_path) == {}


def test_a_failure_in_the_middle_leaves_an_earlier_run_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    export("two-arm-exponential", "--seed", 2, "--out", tmp_path)
    before = contents(tmp_path)
    break_in_the_middle(monkeypatch, "adae")
    assert export(*QUICK, "--out", tmp_path, "--force") == 1
    assert contents(tmp_path) == before


def break_in_the_middle(monkeypatch: pytest.MonkeyPatch, table: str) -> None:
    whole = getattr(Adam, table)

    def broken(self: Adam) -> object:
        yield next(whole(self), {})
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Adam, table, broken)


def test_a_file_in_place_of_the_folder_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("precious")
    assert export(*QUICK, "--out", tmp_path / "file") == 2
    assert "is a file; name a folder" in capsys.readouterr().err


def test_a_folder_that_cannot_be_made_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").write_text("precious")
    assert export(*QUICK, "--out", tmp_path / "file" / "below") == 2
    assert "cannot be made: Not a directory" in capsys.readouterr().err


def without_pyarrow(monkeypatch: pytest.MonkeyPatch) -> None:
    def simulated(*_: object) -> None:
        raise AssertionError("simulated before it looked")

    monkeypatch.setattr("pathsim.api.trial.simulate", simulated)
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)


def test_parquet_without_pyarrow_is_refused_before_anything_is_simulated(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    without_pyarrow(monkeypatch)
    assert export(*QUICK, "--out", tmp_path / "trial", "--format", "parquet") == 2
    assert "--format parquet needs pyarrow: install 'pathsim-trials[parquet]'" in capsys.readouterr().err
    assert not (tmp_path / "trial").exists()


def test_without_pyarrow_the_journal_is_csv(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    assert export(*QUICK, "--out", tmp_path) == 0
    assert (tmp_path / "journal.csv").exists()


def test_the_manifest_says_how_to_make_the_run_again(exported: Path) -> None:
    manifest = json.loads((exported / "manifest.json").read_text())
    results = json.loads((exported / "results.json").read_text())
    assert manifest["pathsim"] == results["pathsim"]
    assert (manifest["seed"], manifest["replicate"]) == (14, 0)
    assert manifest["scenario"] == results["scenario"]
    assert manifest["command"][:3] == ["pathsim", "run", "aall1331"]


def test_the_manifest_has_the_hash_of_every_other_file(exported: Path) -> None:
    files = contents(exported)
    manifest = json.loads(files.pop("manifest.json"))
    assert manifest["files"] == {name: sha256(content).hexdigest() for name, content in files.items()}


def test_both_formats_hold_the_same_journal(tmp_path: Path, exported: Path) -> None:
    export("aall1331", "--seed", 14, "--out", tmp_path, "--format", "parquet")
    rows = pq.read_table(tmp_path / "journal.parquet").to_pylist()
    with (exported / "journal.csv").open(encoding="utf-8", newline="") as file:
        texts = list(csv.DictReader(file))
    numbers = {"patient": int, "day": float, "value": float}
    assert rows == [{key: numbers.get(key, str)(text) for key, text in row.items()} for row in texts]
    assert len(rows) > 10_000


def test_the_journal_is_in_the_order_of_the_calendar(exported: Path) -> None:
    with (exported / "journal.csv").open(encoding="utf-8", newline="") as file:
        days = [float(row["day"]) for row in csv.DictReader(file)]
    assert days == sorted(days)


def test_what_the_value_of_an_entry_means_is_told_in_words(exported: Path) -> None:
    with (exported / "journal.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    labels: dict[str, set[str]] = {}
    for row in rows:
        labels.setdefault(row["kind"], set()).add(row["label"])
    assert labels["enter"] == labels["toxicity"] == labels["resolved"] == labels["ready"] == {""}
    assert {"blinatumomab", "chemotherapy"} < labels["arm"]
    assert {"negative", "low", "high", "remission"} < labels["assess"]
    assert "relapse: marrow_before_18_months, mrd == 'high'" in labels["stratum"]
    assert labels["exit"] >= {"", "other_event", "infection"}
    assert all((row["label"] == "") == (float(row["value"]) == 0) for row in rows if row["kind"] == "exit")
