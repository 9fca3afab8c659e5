"""What happens to patients is told in the words that the scenario has for its steps, and in fitting ones else."""

from functools import cache
from pathlib import Path

import pytest

from pathsim.player.simulated_trial import SimulatedTrial
from pathsim.report.storyteller import Storyteller
from pathsim.scenario.scenario import load

TEXT = """
title = "x"
extends = "aall1331"
[steps.after_transplant]
begins = "goes home with a new marrow"
after = "with a new marrow"
"""


def told(of: SimulatedTrial, kind: str, step: str) -> set[str]:
    """The sentences of all events of a kind at a step."""
    storyteller = Storyteller(of.chunk, of.journal)
    codes = [event.code for event in of.scenario.vocabulary.events if (event.kind, event.step) == (kind, step)]
    entries = zip(*(column.tolist() for column in of.journal), strict=True)
    return {
        storyteller.sentence(row, day, of.scenario.vocabulary[code], value)
        for row, day, code, value in entries
        if code in codes
    }


@cache
def plain() -> SimulatedTrial:
    return SimulatedTrial(load("aall1331"), 23)


def test_the_first_step_is_that_the_patient_is_enrolled() -> None:
    assert told(plain(), "enter", next(iter(plain().scenario.sections.steps))) == {"enrolled"}


@pytest.mark.parametrize("step", ["after_transplant", "donor", "off_protocol", "salvage_blinatumomab"])
def test_a_step_begins_as_the_scenario_says(step: str) -> None:
    spec = plain().scenario.sections.steps[step]
    assert spec.begins
    assert told(plain(), "enter", step) == {spec.begins}


def test_a_step_without_such_words_begins_under_its_name() -> None:
    assert told(plain(), "enter", "low_risk") == {"low risk: its own randomization begins"}


def test_words_of_another_file_are_told_at_the_beginning_and_after_the_time_in_the_step(tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(TEXT, encoding="utf-8")
    mine = SimulatedTrial(load(str(tmp_path / "mine.toml")), 23)
    assert told(mine, "enter", "after_transplant") == {"goes home with a new marrow"}
    relapses = {one for one in told(mine, "exit", "after_transplant") if one.startswith("relapse")}
    assert relapses
    assert all(" with a new marrow" in one for one in relapses)
    usual = {one for one in told(plain(), "exit", "after_transplant") if one.startswith("relapse")}
    assert {one.replace("with a new marrow", "after discharge") for one in relapses} == usual
