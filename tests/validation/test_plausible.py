"""Plausible ranges: the mean of trials lies in what other series show or it does not, however single trials spread."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
from calls import Pathsim

from pathsim.scenario.files import Source
from pathsim.scenario.problems import ScenarioError
from pathsim.scenario.scenario import Scenario, load
from pathsim.scenario.strict import findings
from pathsim.validation.calibrate import fitted_targets, free_numbers
from pathsim.validation.targets import TargetComparison, compared, tally

EVENTS, CONTROL = "endpoints.os.events", "trial.arms.control"
RATIO = "endpoints.os.comparisons.experimental.cox.hazard_ratio"
SURVIVAL = "endpoints.os.arms.control.at.730.survival"
MEDIAN = "steps.control.exit.death.median_days"
HEAD = 'extends = "two-arm-exponential"\n[sources]\npaper = { cite = "A paper" }\n[targets]\nassumed = "a test"\n'


def target(between: str, figure: str = EVENTS, more: str = "") -> str:
    return f'[targets.one]\nkind = "plausible"\nbetween = {between}\nfigure = "{figure}"\n{more}'


def scenario(targets: str, **settings: str) -> Scenario:
    return load(Source("ranged", "<test>", HEAD + targets), settings)


def comparison(between: str, values: list[float], figure: str = EVENTS) -> TargetComparison:
    return compared(scenario(target(between, figure)), {figure: np.array(values)})[0]


# --- the verdict ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("between", "verdict"),
    [
        ("[90, 110]", "met"),
        ("[100, 110]", "met"),
        ("[90, 100]", "met"),
        ("[100.001, 110]", "undecided"),
        ("[90, 99.999]", "undecided"),
        ("[109.9, 115]", "implausible"),
        ("[80, 90.1]", "implausible"),
    ],
)
def test_both_ends_of_a_range_belong_to_it(between: str, verdict: str) -> None:
    """Two trials know their mean to 9.8, which is 1.96 times five."""
    one = comparison(between, [95.0, 105.0])
    assert (one.mean, one.verdict, one.met) == (100, verdict, verdict == "met")


@pytest.mark.parametrize("end", [0.1 + 0.2, 0.3])
def test_an_end_is_reached_in_spite_of_how_numbers_are_rounded(end: float) -> None:
    assert comparison(f"[{end!r}, 0.9]", [0.3, 0.3], SURVIVAL).verdict == "met"
    assert comparison(f"[0.1, {end!r}]", [0.1 + 0.2] * 2, SURVIVAL).verdict == "met"


def test_only_the_mean_counts_and_not_how_single_trials_spread() -> None:
    assert comparison("[99, 101]", [0.0, 200.0] * 20).verdict == "met", "though no trial lies in the range"
    assert comparison("[150, 160]", [0.0, 200.0] * 20).verdict == "implausible", "though trials lie on both sides of it"
    assert comparison("[300, 400]", [100.0, 101.0] * 20).verdict == "implausible", "though no trial comes near"


@pytest.mark.parametrize(
    ("between", "verdict"),
    [
        ("[0.4, 0.6]", "met"),
        ("[0.5, 0.6]", "met"),
        ("[0.4, 0.5]", "met"),
        ("[0, 0.5]", "met"),
        ("[0.7, 0.9]", "implausible"),
        ("[0.1, 0.35]", "implausible"),
    ],
)
def test_of_hazard_ratios_the_geometric_mean_counts(between: str, verdict: str) -> None:
    """That of 0.25 and 1 is 0.5, and the arithmetic one 0.625; those at the ends have no logarithm."""
    one = comparison(between, [0.25, 1.0] * 100 + [0.0, math.inf], RATIO)
    assert (one.mean, one.verdict) == (pytest.approx(0.5), verdict)


@pytest.mark.parametrize(
    ("figure", "values"), [(EVENTS, [math.nan] * 3), (RATIO, [math.nan] * 3), (RATIO, [0.0, math.inf])]
)
def test_without_a_mean_there_is_no_verdict_on_it(figure: str, values: list[float]) -> None:
    one = comparison("[0, 1000]", values, figure)
    assert (one.verdict, one.met) == ("no figure", False)


def test_a_range_can_be_one_of_shares_of_another_figure() -> None:
    made = scenario(target("[0.2, 0.3]", more=f'of = "{CONTROL}"\n'))
    one = compared(made, {EVENTS: np.array([10.0, 30.0]), CONTROL: np.array([100.0, 100.0])})[0]
    assert (one.mean, one.verdict) == (pytest.approx(0.2), "met")


def test_what_is_told_has_the_range_and_no_published_result() -> None:
    told = comparison("[90, 110]", [95.0, 105.0]).about()
    assert (told["kind"], told["between"], told["verdict"], told["met"]) == ("plausible", [90, 110], "met", True)
    nothing = ("published", "published_lower", "published_upper", "percentile")
    assert [told[key] for key in nothing] == [None] * 4
    assert (told["simulated"], told["lower"], told["upper"], told["tolerance"]) == (100, 95, 105, 0)
    published = '[targets.one]\npublished = 100\nfigure = "endpoints.os.events"\n'
    other = compared(scenario(published), {EVENTS: np.array([95.0, 105.0])})[0].about()
    assert list(other) == list(told)
    assert other["between"] is None


def test_ranges_are_counted_apart() -> None:
    more = f'[targets.two]\nkind = "plausible"\nbetween = [1, 2]\nfigure = "{EVENTS}"\n'
    counts = tally(compared(scenario(target("[90, 110]") + more), {EVENTS: np.array([95.0, 105.0])}))
    assert counts["plausible"] == {
        "met": 1,
        "undecided": 0,
        "wrong on average": 0,
        "implausible": 1,
        "beyond chance": 0,
        "no figure": 0,
    }
    assert not any(count for kind in ("input", "fit", "holdout") for count in counts[kind].values())


# --- what else asks for targets -------------------------------------------------------------------------------------


def test_a_range_is_never_marked_where_published_results_are() -> None:
    made = scenario(target("[0.1, 0.2]", SURVIVAL))
    assert made.published_points("os", "control") == []
    assert made.published_figure(SURVIVAL) is None
    published = f'[targets.two]\npublished = 0.3\nfigure = "{SURVIVAL}"\n'
    both = scenario(target("[0.1, 0.2]", SURVIVAL) + published)
    assert both.published_points("os", "control") == [(730, 0.3)]
    assert both.published_figure(SURVIVAL) == 0.3


def test_an_end_can_be_set_as_other_numbers_can() -> None:
    def ends(**settings: str) -> tuple[float, float] | None:
        return scenario(target("[90, 110]"), **settings).sections.targets["one"].between

    assert ends(**{"targets.one.between.0": "95"}) == (95, 110)
    assert ends(**{"targets.one.between": "1,2"}) == (1, 2)
    with pytest.raises(ScenarioError, match="this goes from 120 to 110"):
        ends(**{"targets.one.between.0": "120"})


def test_a_range_needs_evidence_of_any_class() -> None:
    bare = HEAD.replace('assumed = "a test"\n', "") + target("[90, 110]")
    with pytest.raises(ScenarioError, match="no evidence"):
        load(Source("ranged", "<test>", bare))
    for word in ('source = "paper:table1"', 'derived = "from (paper)"', 'assumed = "a guess"'):
        made = load(Source("ranged", "<test>", f"{bare}{word}\n"))
        assert made.target_evidence["one"].text in word
        assert not any(path[0] == "targets" for path in made.rates)


CALIBRATED = f"""
[steps.control.exit.death]
median_days = {{ value = 500, range = [300, 700], calibrated = "NAME" }}
[targets.two]
published = 0.4
figure = "{SURVIVAL}"
"""


def test_nothing_is_calibrated_to_a_range() -> None:
    made = scenario(target("[0.3, 0.5]", SURVIVAL) + CALIBRATED.replace("NAME", "two"))
    assert list(fitted_targets(made)) == ["two"]
    assert "is a plausible range" not in " ".join(finding.message for finding in findings(made))


def test_a_number_that_is_calibrated_to_a_range_is_found() -> None:
    made = scenario(target("[0.3, 0.5]", SURVIVAL) + CALIBRATED.replace("NAME", "one"))
    found = {".".join(map(str, finding.path)): finding.message for finding in findings(made)}
    assert found[MEDIAN] == "calibrated to 'one', which is a plausible range and should only be compared"


def test_where_there_are_only_ranges_there_is_nothing_to_calibrate_to() -> None:
    text = CALIBRATED.partition("[targets.two]")[0].replace("NAME", "one")
    with pytest.raises(ScenarioError, match="there is no target of kind 'fit' to calibrate to"):
        free_numbers(scenario(target("[0.3, 0.5]", SURVIVAL) + text))


def test_a_published_range_says_where_it_stands() -> None:
    def found(source: str) -> list[str]:
        made = scenario(target("[0.3, 0.5]", SURVIVAL, f'source = "{source}"\n'))
        return [".".join(map(str, finding.path)) for finding in findings(made)]

    assert found("paper") == ["targets.one.between"]
    assert found("paper:table2") == []


# --- what is printed ------------------------------------------------------------------------------------------------

FILE = (
    HEAD
    + f"""
[targets.survival]
label   = "Alive"
kind    = "plausible"
between = [0.125, 0.6]
figure  = "{SURVIVAL}"
derived = "12.5 and 60% (paper)"
[targets.ratio]
label   = "Ratio"
kind    = "plausible"
between = [0.1, 0.2]
figure  = "{RATIO}"
"""
)
OPTIONS = ("--seed", "4", "--replicates", "60")


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("COLUMNS", "120")
    path = tmp_path / "ranged.toml"
    path.write_text(FILE, encoding="utf-8")
    return path


def test_the_report_shows_ranges_and_fails_for_none(pathsim: Pathsim, file: Path) -> None:
    done = pathsim("validate", file, *OPTIONS)
    assert done.code == 0, done.err
    alive, ratio = (next(line for line in done.out.splitlines() if f" {name} ~" in line) for name in ("Alive", "Ratio"))
    assert "12.5-60%" in alive.split()
    assert alive.index("[") < alive.index("┼") < alive.index("]"), "the mean lies in its range"
    assert "0.10-0.20" in ratio.split()
    assert ratio.index("]") < ratio.index("┼")
    assert ratio.split()[-1] == "out"
    assert "2 plausible ranges: 1 met, 1 implausible" in done.out
    assert "out: implausible. The mean lies outside the range of other series." in done.out
    assert "~ [] a plausible range" in " ".join(done.out.split())


def test_a_narrow_report_keeps_its_columns(pathsim: Pathsim, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    lines = pathsim("validate", file, *OPTIONS).out.splitlines()
    assert all(len(line) <= 80 and "…" not in line for line in lines)
    assert any(" 12-60% " in line for line in lines)


def test_a_report_without_ranges_does_not_speak_of_them(pathsim: Pathsim, file: Path) -> None:
    file.write_text(f'{HEAD}[targets.one]\npublished = 0.4\nfigure = "{SURVIVAL}"\n', encoding="utf-8")
    out = pathsim("validate", file, *OPTIONS).out
    assert "plausible" not in out
    assert "~" not in out


def test_where_trials_do_not_vary_there_is_no_scale_on_which_a_range_has_a_width(pathsim: Pathsim, file: Path) -> None:
    """One patient comes to each trial."""
    text = target("[0.3, 0.4]", "trial.randomized") + '[trial]\npatients = { value = 1, assumed = "x" }\n'
    file.write_text(HEAD + text, encoding="utf-8")
    line = next(line for line in pathsim("validate", file, *OPTIONS).out.splitlines() if line.startswith(" One ~"))
    assert line.split() == ["One", "~", "0.30-0.40", "1", "1-1", "[]", "out"]


def test_uncertain_numbers_change_nothing_of_what_a_range_is(pathsim: Pathsim, file: Path) -> None:
    told = json.loads(pathsim("validate", file, *OPTIONS, "--uncertain", "--json").out)
    assert [one["between"] for one in told["targets"]] == [[0.125, 0.6], [0.1, 0.2]]
    assert [one["verdict"] for one in told["targets"]] == ["met", "implausible"]
    assert told["verdicts"]["plausible"]["implausible"] == 1


def test_the_report_of_one_trial_compares_published_results_only(pathsim: Pathsim, file: Path) -> None:
    out = pathsim("run", file, "--seed", "1").out
    assert "Published, and this trial" not in out
    assert "published" not in pathsim("ensemble", file, "--seed", "1", "--replicates", "20").out


def test_sources_list_ranges_apart_from_numbers(pathsim: Pathsim, file: Path) -> None:
    assert "2 plausible ranges to compare with, not among them" in pathsim("sources", file).out
    told = json.loads(pathsim("sources", file, "--json").out)
    assert sum(told["evidence"].values()) == len(told["rates"])
    assert [(one["published"], one["between"], one["source"]) for one in told["targets"]] == [
        (None, [0.125, 0.6], "12.5 and 60% (paper)"),
        (None, [0.1, 0.2], "a test"),
    ]
    published = f'[targets.one]\npublished = 0.4\nfigure = "{SURVIVAL}"\n'
    file.write_text(FILE + published, encoding="utf-8")
    assert "1 published result and 2 plausible ranges to compare with" in pathsim("sources", file).out
