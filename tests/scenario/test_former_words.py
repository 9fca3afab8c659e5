"""Who wrote a file, or a command, in the words of an earlier version is told the new ones."""

import re

import pytest
from click.testing import CliRunner

from pathsim.cli.run import run
from pathsim.engines.choose import simulate
from pathsim.results.json import results
from pathsim.results.lookup import figure
from pathsim.scenario.files import Source
from pathsim.scenario.problems import ScenarioError
from pathsim.scenario.scenario import load

WARD = """
title = "A ward"
assumed = "a test"
[trial]
begins = 2024-01-01
patients = 10
per_month = 30
[trial.cutoffs.end]
day = 100
[resources.bed]
capacity = 1
[steps.queue]
kind = "wait"
ready = 0
resource = "bed"
next = "stay"
[steps.stay]
kind = "phase"
stream = "bed"
days = 3
holds = "bed"
next = "home"
[steps.home]
kind = "end"
"""


def told(text: str, **settings: str) -> list[str]:
    """What is wrong, each with its line."""
    try:
        load(Source("ward", "ward.toml", text), {path.replace("__", "."): value for path, value in settings.items()})
    except ScenarioError as wrong:
        return list(map(str, wrong.problems))
    return []


def test_the_file_is_right() -> None:
    assert told(WARD, resources__bed__capacity="2") == []


@pytest.mark.parametrize(
    ("line", "now", "former"),
    [
        (11, "capacity = 1", "resources.bed.places = 1"),
        (15, 'resource = "bed"', 'steps.queue.pool = "bed"'),
        (19, 'stream = "bed"', 'steps.stay.luck = "bed"'),
    ],
)
def test_a_former_word_in_a_file_is_answered_with_the_new_one(line: int, now: str, former: str) -> None:
    path, _, value = former.partition(" = ")
    table, _, key = path.rpartition(".")
    message = (
        f"ward.toml:{line}: {table}.{key}: '{key}' is not known here. It is now called '{now.split(maxsplit=1)[0]}'."
    )
    assert message in told(WARD.replace(now, f"{key} = {value}"))


def test_a_former_section_in_a_file_is_answered_with_the_new_one() -> None:
    found = told(WARD.replace("[resources.bed]", "[pools.bed]"))
    assert found == ["ward.toml:10: pools: 'pools' is not a section of a scenario. It is now called 'resources'."]


@pytest.mark.parametrize("text", [WARD, WARD.replace("[resources.bed]\ncapacity = 1\n", "")])
def test_a_former_path_of_a_setting_is_answered_with_the_whole_new_one(text: str) -> None:
    """Whether the scenario has any resources or not."""
    found = told(text, pools__bed__places="2")
    assert any(
        "there is no 'pools' in this scenario. It is now called 'resources.bed.capacity'." in one for one in found
    )


@pytest.mark.parametrize(
    ("path", "now"),
    [("steps__queue__luck", "stream"), ("steps__queue__pool", "resource"), ("steps__stay__luck", "stream")],
)
def test_a_former_key_of_a_setting_is_answered_though_the_step_has_none(path: str, now: str) -> None:
    (message,) = told(WARD, **{path: "x"})
    assert message.endswith(f"It is now called '{now}'.")


@pytest.mark.parametrize("former", ["[pools.bed]", "[pool.bed]"])
def test_a_former_section_is_answered_in_the_plural_and_the_singular(former: str) -> None:
    found = told(WARD.replace("[resources.bed]", former))
    assert len(found) == 1
    assert found[0].endswith("is not a section of a scenario. It is now called 'resources'.")


def test_a_step_and_a_resource_can_be_called_by_a_former_word() -> None:
    text = WARD.replace("[resources.bed]", "[resources.places]").replace('resource = "bed"', 'resource = "places"')
    text = text.replace('holds = "bed"', 'holds = "places"').replace("steps.queue", "steps.luck")
    assert told(text, resources__places__capacity="2", steps__luck__ready="3") == []


def test_a_former_column_of_the_waits_is_answered_with_the_new_one() -> None:
    found = results(simulate(load(Source("ward", "ward.toml", WARD)), 1)[0])
    assert figure(found, "waits[resource=bed].asked") == 10
    with pytest.raises(KeyError, match=r"no row has 'place' in .* It is now called 'resource'."):
        figure(found, "waits[place=bed].asked")


@pytest.mark.parametrize(("former", "now"), [("sweep", "vectorized"), ("clock", "discrete-event")])
def test_a_former_word_in_an_option_is_answered_with_the_new_one(former: str, now: str) -> None:
    done = CliRunner().invoke(run, ["aall1331", "--engine", former])
    assert done.exit_code == 2
    assert f"'{former}' is now called '{now}'" in done.output


def test_a_former_column_is_answered_even_where_the_table_has_no_rows() -> None:
    found = results(simulate(load("two-arm-exponential"), 1)[0])
    assert found["waits"] == []
    with pytest.raises(KeyError, match=r"no row has 'place' in .* It is now called 'resource'."):
        figure(found, "waits[place=bed].asked")


@pytest.mark.parametrize(
    ("former", "now"),
    [
        ("hazard_ratio.estimate", "cox.hazard_ratio"),
        ("hazard_ratio.upper", "cox.upper"),
        ("logrank.z", "logrank.z"),
        ("restricted_mean_difference.days", "restricted_mean.difference_days"),
        ("restricted_mean_difference.common_horizon.days", "restricted_mean.common_horizon.difference_days"),
    ],
)
@pytest.mark.parametrize("above", ["endpoints.os", "cutoffs.final.endpoints.os"])
def test_a_former_path_of_a_comparison_is_answered_with_the_one_below_the_arm(
    above: str, former: str, now: str
) -> None:
    found = results(simulate(load("two-arm-exponential"), 1)[0])
    answer = re.escape(f" It is now called '{above}.comparisons.experimental.{now}'.")
    with pytest.raises(KeyError, match=answer):
        figure(found, f"{above}.{former}")
    if "common" not in now:
        assert figure(found, f"{above}.comparisons.experimental.{now}")
