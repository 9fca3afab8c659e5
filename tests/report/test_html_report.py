"""The report as one HTML file: its numbers are those of the results, its texts stay texts, its bytes stay the same."""

import errno
import json
import os
import re
from pathlib import Path

import pytest
from calls import Pathsim
from pages import Page, is_told, reader_of, value_at

import pathsim as api
from pathsim import whole_files

QUICK = ("two-arm-exponential", "--seed", 3, "-q")
ODD = Path(__file__).parent.parent / "app" / "odd"
CASES = Path(__file__).parent.parent / "trial" / "cases"
LESSONS = Path(__file__).parent.parent.parent / "lessons" / "scenarios"
ALONE = {
    "two-arm-exponential": ("two-arm-exponential", 1),
    "many of it": ("two-arm-exponential", 30),
    "three arms": (str(ODD / "three_arms.toml"), 12),
    "no endpoints": (str(ODD / "no_endpoints.toml"), 4),
    "nothing but care": (str(ODD / "nothing_but_care.toml"), 4),
    "other groups": (str(ODD / "other_groups.toml"), 4),
    "immortal time": (str(LESSONS / "immortal.toml"), 4),
    "a committee": (str(CASES / "allocation-2-to-1-futility.toml"), 20),
}
LIBRARY = {"aall1331": ("aall1331", 20), "stroke-thrombectomy": ("stroke-thrombectomy", 4)}
EVERY = [
    *(pytest.param(*each, id=name) for name, each in ALONE.items()),
    *(pytest.param(*each, id=name, marks=pytest.mark.slow) for name, each in LIBRARY.items()),
]


def written(pathsim: Pathsim, file: Path, *arguments: object) -> str:
    done = pathsim("report", *arguments, "--out", file, "-q")
    assert (done.code, done.out, done.err) == (0, "", "")
    return file.read_text(encoding="utf-8")


@pytest.mark.parametrize(("scenario", "replicates"), EVERY)
def test_every_number_is_that_of_the_results(pathsim: Pathsim, tmp_path: Path, scenario: str, replicates: int) -> None:
    page = Page(written(pathsim, tmp_path / "page.html", scenario, "--seed", 3, "--replicates", replicates))
    made = api.load(scenario)
    figures = {"trial": reader_of(api.run(made, 3))}
    if replicates > 1:
        figures["ensemble"] = reader_of(api.ensemble(made, replicates, 3))
        if made.sections.targets:
            figures["validation"] = reader_of(api.validate(made, replicates, 3))
    assert len(page.numbers) > 3
    assert {number.of for number in page.numbers} <= set(figures)
    begins = made.trial.begins
    assert [one for one in page.numbers if not is_told(one, value_at(figures[one.of], one.path), begins)] == []


@pytest.mark.parametrize(("scenario", "replicates"), EVERY)
def test_a_page_asks_for_nothing_and_names_everything_once(
    pathsim: Pathsim, tmp_path: Path, scenario: str, replicates: int
) -> None:
    text = written(pathsim, tmp_path / "page.html", scenario, "--seed", 3, "--replicates", replicates)
    page = Page(text)
    assert [address for address in page.addresses if not address.startswith("#")] == []
    assert {address[1:] for address in page.addresses} <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))
    assert not {"script", "img", "link", "iframe", "object"} & set(page.tags)
    assert "url(http" not in text
    assert "@import" not in text


@pytest.mark.parametrize(
    ("scenario", "names"),
    [
        pytest.param("two-arm-exponential", ["experimental", "control"], id="two arms"),
        pytest.param(str(ODD / "three_arms.toml"), ["drug", "drug_b", "placebo"], id="three arms"),
        pytest.param("aall1331", ["blinatumomab", "chemotherapy"], id="aall1331", marks=pytest.mark.slow),
    ],
)
def test_a_number_stands_below_its_arm(pathsim: Pathsim, tmp_path: Path, scenario: str, names: list[str]) -> None:
    page = Page(written(pathsim, tmp_path / "page.html", scenario, "--seed", 3, "--replicates", 3))
    found = [cell for cell in page.cells if cell.heading in names and cell.paths]
    assert {cell.heading for cell in found} == set(names)
    assert len(found) > 10
    for cell in found:
        for path in cell.paths:
            told = set(re.findall(r"[\w]+", path))
            assert told & set(names) == {cell.heading}


def test_sections_stand_in_the_order_of_a_trial_report(pathsim: Pathsim, tmp_path: Path) -> None:
    page = Page(written(pathsim, tmp_path / "page.html", *QUICK, "--replicates", 10))
    assert page.headings == [
        "Question and answer",
        "The pathway",
        "Flow of patients",
        "Overall survival",
        "Was it the drug, or chance? The trial repeated",
        "Patients for whom the arm makes a difference",
        "Evidence",
        "How to make it again",
    ]


def test_one_trial_alone_says_nothing_of_others(pathsim: Pathsim, tmp_path: Path) -> None:
    page = Page(written(pathsim, tmp_path / "page.html", *QUICK, "--replicates", 1))
    assert not any("repeated" in heading for heading in page.headings)
    assert {number.of for number in page.numbers} == {"trial"}


def test_the_same_seed_gives_the_same_bytes(pathsim: Pathsim, tmp_path: Path) -> None:
    one, other = tmp_path / "one", tmp_path / "other"
    for folder in (one, other):
        written(pathsim, tmp_path / f"{folder.name}.html", *QUICK, "--replicates", 5, "--figures", folder)
    assert (tmp_path / "one.html").read_bytes() == (tmp_path / "other.html").read_bytes()
    names = sorted(path.name for path in one.iterdir())
    assert {"survival-1.svg", "survival-1.pdf", "survival-1.png", "flow.pdf", "pathway.svg"} <= set(names)
    assert [name for name in names if (one / name).read_bytes() != (other / name).read_bytes()] == []


def test_it_says_how_to_make_it_again(pathsim: Pathsim, tmp_path: Path) -> None:
    setting = "trial.patients=300"
    page = Page(written(pathsim, tmp_path / "page.html", *QUICK, "--replicates", 1, "--set", setting))
    command = f"pathsim report two-arm-exponential --set {setting} --seed 3 --replicate 0 --replicates 1"
    assert command in page.text
    assert api.load("two-arm-exponential").sha256 in page.text
    assert f"changed: {setting.replace('=', ' = ')}" in page.text


def test_another_replicate_is_another_trial(pathsim: Pathsim, tmp_path: Path) -> None:
    page = Page(written(pathsim, tmp_path / "page.html", *QUICK, "--replicates", 1, "--replicate", 2))
    figure = reader_of(api.run("two-arm-exponential", 3, 2))
    begins = api.load("two-arm-exponential").trial.begins
    assert all(is_told(one, value_at(figure, one.path), begins) for one in page.numbers)


HOSTILE = {
    "markup": '<script>alert(1)</script> & <b title="x">bold</b>',
    "quotes": "\"'`${x}{{ 7 * 7 }}{% if x %}",
    "mathematics": "$\\frac{1}{0}$ ^_%",
    "right to left": "\u05e0\u05d9\u05e1\u05d5\u05d9 \u062a\u062c\u0631\u0628\u0629",
    "two hundred letters": "abcdefghij" * 20,
    "two hundred letters in words": " ".join(["word"] * 40),
}


@pytest.mark.parametrize("label", HOSTILE.values(), ids=HOSTILE)
def test_labels_stay_texts(pathsim: Pathsim, tmp_path: Path, label: str) -> None:
    base = (ODD / "three_arms.toml").read_text(encoding="utf-8")
    quoted = "'''" + label + "'''"
    hostile = (
        base.replace('title = "Three arms"', f"title = {quoted}")
        .replace('label   = "Overall survival"', f"label = {quoted}")
        .replace('unit = "years"', f'unit = "years"\nlabel = {quoted}')
        .replace('[steps.drug]\nkind = "phase"', f'[steps.drug]\nkind = "phase"\nlabel = {quoted}')
    )
    (tmp_path / "hostile.toml").write_text(hostile, encoding="utf-8")
    plain = Page(written(pathsim, tmp_path / "plain.html", ODD / "three_arms.toml", "--seed", 1, "--replicates", 3))
    page = Page(written(pathsim, tmp_path / "page.html", tmp_path / "hostile.toml", "--seed", 1, "--replicates", 3))
    shown = " ".join(label.split())
    assert page.text.count(shown) > 4
    assert "script" not in page.tags
    # Nothing that a label says makes a tag, but for lines of text that are broken in drawings.
    assert {tag for tag in page.tags if tag not in plain.tags} == set()
    assert page.tags.count("h2") == plain.tags.count("h2")
    assert "49{" not in page.text


def test_a_file_that_is_there_is_kept_without_force(pathsim: Pathsim, tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_text("mine", encoding="utf-8")
    done = pathsim("report", *QUICK, "--replicates", 1, "--out", file)
    assert (done.code, done.out) == (2, "")
    assert f"{file} already exists: name another file, or overwrite it with --force" in done.err
    assert file.read_text(encoding="utf-8") == "mine"
    assert pathsim("report", *QUICK, "--replicates", 1, "--out", file, "--force").code == 0
    assert file.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_a_folder_of_figures_is_kept_without_force(pathsim: Pathsim, tmp_path: Path) -> None:
    (tmp_path / "figures").mkdir()
    (tmp_path / "figures" / "flow.svg").write_text("mine", encoding="utf-8")
    arguments = (*QUICK, "--replicates", 1, "--out", tmp_path / "page.html", "--figures", tmp_path / "figures")
    done = pathsim("report", *arguments)
    assert done.code == 2
    assert "has files already: name another folder, or overwrite them with --force" in done.err
    assert not (tmp_path / "page.html").exists()


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EACCES], ids=["a full disk", "a folder for reading only"])
def test_what_cannot_be_written_is_told_in_a_line(
    pathsim: Pathsim, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    def refuse(path: Path, content: bytes) -> int:
        del path, content
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(whole_files.Path, "write_bytes", refuse)
    done = pathsim("report", *QUICK, "--replicates", 1, "--out", tmp_path / "page.html")
    assert (done.code, done.out) == (2, "")
    assert done.err == f"Error: {tmp_path / 'page.html'} cannot be written: {os.strerror(code)}\n"
    assert list(tmp_path.iterdir()) == []


def test_without_the_extra_it_says_what_to_install(
    pathsim: Pathsim, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None if name == "matplotlib" else name)
    done = pathsim("report", *QUICK, "--out", tmp_path / "page.html")
    assert done.code == 2
    assert "this needs matplotlib: install 'pathsim-trials[report]'" in done.err


def test_without_a_name_the_file_is_called_after_the_scenario(
    pathsim: Pathsim, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = pathsim("report", "two-arm-exponential", "--seed", 3, "--replicates", 1)
    assert (done.code, done.err) == (0, "wrote two-arm-exponential-report.html\n")
    assert [path.name for path in tmp_path.iterdir()] == ["two-arm-exponential-report.html"]


SETTING = "steps.experimental.exit.death.median_days=500"


def test_two_scenarios_stand_side_by_side(pathsim: Pathsim, tmp_path: Path) -> None:
    other = ("two-arm-exponential", "two-arm-exponential", "--set", SETTING, "--seed", 3, "--replicates", 12)
    page = Page(written(pathsim, tmp_path / "page.html", *other))
    told = json.loads(pathsim("compare", *other, "--json").out)
    before, now = told["settings"]
    figures = {"before": reader_of(before), "now": reader_of(now), "comparison": reader_of(told)}
    begins = api.load("two-arm-exponential").trial.begins
    assert {number.of for number in page.numbers} == set(figures)
    assert [one for one in page.numbers if not is_told(one, value_at(figures[one.of], one.path), begins)] == []
    assert page.headings == [
        "Question and answer",
        "What differs",
        "The trial",
        "Overall survival",
        "What is traded",
        "Who fares otherwise, in one trial",
        "How to make it again",
    ]
    assert (
        f"pathsim report two-arm-exponential two-arm-exponential --set {SETTING} --seed 3 --replicates 12" in page.text
    )


SHARING_LITTLE = [
    pytest.param("a committee", "many of it", id="a committee and none"),
    pytest.param("many of it", "a committee", id="no committee and one"),
    pytest.param("three arms", "many of it", id="three arms and two"),
    pytest.param("no endpoints", "three arms", id="no endpoints and some"),
    pytest.param("three arms", "nothing but care", id="arms and none"),
    pytest.param("nothing but care", "no endpoints", id="nothing and nothing"),
]


@pytest.mark.parametrize(("first", "second"), SHARING_LITTLE)
def test_scenarios_that_share_little_stand_side_by_side(
    pathsim: Pathsim, tmp_path: Path, first: str, second: str
) -> None:
    other = (ALONE[first][0], ALONE[second][0], "--seed", 3, "--replicates", 4)
    page = Page(written(pathsim, tmp_path / "page.html", *other))
    told = json.loads(pathsim("compare", *other, "--json").out)
    before, now = told["settings"]
    figures = {"before": reader_of(before), "now": reader_of(now), "comparison": reader_of(told)}
    begins = api.load(ALONE[second][0]).trial.begins
    assert [one for one in page.numbers if not is_told(one, value_at(figures[one.of], one.path), begins)] == []
    committees = sum(bool(setting["ending"]) for setting in (before, now))
    printed = pathsim("compare", *other, "--quiet").out
    assert ("no committee" in page.text, "no committee" in printed) == (committees == 1, committees == 1)
    no_figures = "A and B have no figure of it in common"
    assert (no_figures in page.text) is (no_figures in printed)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "the second 'two-arm-exponential' says the same of the trial"),
        (
            ("--set", SETTING, "--replicates", 1),
            "two scenarios are compared over many trials: --replicates is 2 at least",
        ),
        (("--set", SETTING, "--replicate", 1), "of two scenarios trial 0 is told: leave --replicate out"),
    ],
)
def test_what_cannot_be_compared_is_refused(
    pathsim: Pathsim, tmp_path: Path, arguments: tuple[object, ...], told: str
) -> None:
    asked = ("two-arm-exponential", "two-arm-exponential", "--seed", 3, "--out", tmp_path / "page.html", *arguments)
    done = pathsim("report", *asked)
    assert (done.code, done.out) == (2, "")
    assert told in done.err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("scenario", "told"),
    [
        ("two-arm-exponential", ["randomization"]),
        ("stroke-thrombectomy", ["enrollment", "the start of “Thrombectomy”"]),
        (
            str(LESSONS / "immortal.toml"),
            ["day 180 after randomization", "randomization", "the start of “After the transplant”"],
        ),
    ],
)
def test_the_axis_of_time_says_since_when(pathsim: Pathsim, tmp_path: Path, scenario: str, told: list[str]) -> None:
    made = written(pathsim, tmp_path / "page.html", scenario, "--seed", 3, "--replicates", 1)
    assert sorted(set(re.findall(r">Months since ([^<>]*)<", made))) == told
