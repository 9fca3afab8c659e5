"""A file that extends another changes single numbers and dates of it under ``[set]``, inside lists too."""

from pathlib import Path

import pytest

from pathsim.engines.choose import simulate
from pathsim.scenario.problems import ScenarioError
from pathsim.scenario.scenario import load

INSIDE = "steps.after_blina_1.rules.1.split.blina_2"


def written(folder: Path, entry: str) -> str:
    file = folder / "mine.toml"
    file.write_text(f'extends = "aall1331"\ntitle = "mine"\n\n[set]\n{entry}\n', encoding="utf-8")
    return str(file)


def test_a_number_is_changed_with_its_evidence(tmp_path: Path) -> None:
    scenario = load(written(tmp_path, f'"{INSIDE}" = {{ value = 0.9, assumed = "a better second cycle" }}'))
    rate = scenario.rates["steps", "after_blina_1", "rules", 1, "split", "blina_2"]
    assert (rate.value, rate.evidence.kind, rate.evidence.text) == (0.9, "assumed", "a better second cycle")
    assert len(scenario.rates) == len(load("aall1331").rates)


def test_a_date_is_changed_with_its_evidence(tmp_path: Path) -> None:
    order = "trial.monitoring.order.date"
    scenario = load(written(tmp_path, f'"{order}" = {{ value = 2019-09-30, assumed = "a quarter later" }}'))
    rate = scenario.stated["trial", "monitoring", "order", "date"]
    assert (str(rate.value), rate.evidence.text) == ("2019-09-30", "a quarter later")
    assert len(scenario.stated) == len(load("aall1331").stated)


def test_it_does_what_the_command_line_does(tmp_path: Path) -> None:
    mine = load(written(tmp_path, f'"{INSIDE}" = {{ value = 0.4, assumed = "x" }}'))
    set_there, _ = simulate(load("aall1331", {INSIDE: "0.4"}), 3)
    set_here, _ = simulate(mine, 3)
    assert all((a == b).all() for a, b in zip(set_here.journal, set_there.journal, strict=True))


def test_a_table_is_changed_with_the_evidence_of_each_of_its_numbers(tmp_path: Path) -> None:
    exits = ("steps", "after_transplant", "exit", "second_malignancy")
    table = (
        '{ by = { 365 = { value = "3/10", source = "brown2021:abstract" }, 730 = 0.5 }, next = "dead", assumed = "x" }'
    )
    found = load(written(tmp_path, f'"{".".join(exits)}" = {table}')).rates
    mine = {path[4:]: (rate.value, rate.evidence.kind) for path, rate in found.items() if path[:4] == exits}
    assert mine == {("by", "365"): (0.3, "published"), ("by", "730"): (0.5, "assumed")}


def test_what_a_change_makes_wrong_elsewhere_is_told_where_the_changes_stand(tmp_path: Path) -> None:
    """Neither number stands in a wrong place: together they cannot be."""
    file = written(tmp_path, '"steps.block_1.toxicity.infection.grade3plus" = { value = 0.115, assumed = "x" }')
    with pytest.raises(ScenarioError) as wrong:
        load(file)
    assert str(wrong.value) == (
        f'{file}:5: set."steps.block_1.toxicity.infection.grade3plus": with this, steps.block_1.toxicity.sepsis: is '
        "within 'infection', so it cannot be more common: grade 3 or higher 0.12, of 'infection' 0.115"
    )


def test_what_is_wrong_elsewhere_is_told_where_it_stands(tmp_path: Path) -> None:
    """The step is wrong by what this file says of it, and not by the numbers that it sets."""
    entries = """\
"trial.patients" = { value = 100, assumed = "x" }
"steps.off_study.exit.death.by.365" = { value = 0.1, assumed = "x" }
[steps.off_study.exit.relapse]
next = "nowhere"
"""
    file = written(tmp_path, entries)
    with pytest.raises(ScenarioError) as wrong:
        load(file)
    assert str(wrong.value).startswith(f"{file}:8: steps.off_study.exit.relapse.next: there is no step 'nowhere'")


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        (f'"{INSIDE}" = {{ value = 1.4, assumed = "x" }}', "a probability lies between 0 and 1"),
        (f'"{INSIDE}" = 0.4', "no evidence"),
        ('"trial.begins" = 2015-01-01', "no evidence"),
        ('"steps.blina_9.days" = { value = 3, assumed = "x" }', "there is no 'blina_9'"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, entry: str, message: str) -> None:
    with pytest.raises(ScenarioError) as wrong:
        load(written(tmp_path, entry))
    [problem] = wrong.value.problems
    assert message in problem.message
    assert (Path(problem.file).name, problem.line) == ("mine.toml", 5)
