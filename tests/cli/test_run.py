"""``pathsim run``: seeds, replicates, engines, the results object, standard input."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from calls import Pathsim

from pathsim.scenario.files import find

QUICK = "two-arm-exponential"

# The keys of DESIGN.md, section 11. A star stands for every key of a table, or every row of a list.
KEYS = (
    "schema_version",
    "pathsim",
    "seed",
    "scenario.name",
    "scenario.sha256",
    "scenario.overrides",
    "trial.enrolled",
    "trial.randomized",
    "trial.arms.blinatumomab",
    "trial.arms.chemotherapy",
    "trial.cutoff_day",
    "trial.looks.*.day",
    "trial.looks.*.events",
    "trial.looks.*.information",
    "trial.looks.*.z",
    "trial.looks.*.efficacy_bound",
    "trial.looks.*.futility_bound",
    "trial.looks.*.decision",
    "endpoints.*.arms.*.n",
    "endpoints.*.arms.*.events",
    "endpoints.*.arms.*.median_days",
    "endpoints.*.arms.*.at.730.survival",
    "endpoints.*.arms.*.at.*.lower",
    "endpoints.*.arms.*.at.*.upper",
    "endpoints.*.arms.*.at.*.at_risk",
    "endpoints.dfs.first_events.*.relapse",
    "endpoints.*.first_events.*.death",
    "endpoints.*.comparisons.*.cox.hazard_ratio",
    "endpoints.*.comparisons.*.cox.lower",
    "endpoints.*.comparisons.*.cox.upper",
    "endpoints.*.comparisons.*.logrank.z",
    "endpoints.*.comparisons.*.logrank.p_one_sided",
    "toxicity.*.arm",
    "toxicity.*.step",
    "toxicity.*.type",
    "toxicity.*.patients",
    "toxicity.*.grade3plus",
    "toxicity.*.grade4",
    "toxicity.*.grade5",
    "responses.*.arm",
    "responses.*.step",
    "responses.*.name",
    "responses.*.value",
    "responses.*.n",
    "responses.*.of",
    "flow.*.step",
    "flow.*.arm",
    "flow.*.entered",
    "flow.*.left",
    "waits.*.resource",
    "waits.*.waited",
    "waits.*.mean_days",
)


def places(here: Any, path: str) -> Iterator[Any]:
    """What stands at a path; KeyError if something on the way is missing, StopIteration if a star finds nothing."""
    first, _, rest = path.partition(".")
    inner = (list(here.values()) if isinstance(here, dict) else here) if first == "*" else [here[first]]
    assert inner, f"nothing at '{path}'"
    for item in inner:
        if rest:
            yield from places(item, rest)
        else:
            yield item


def no_constant(name: str) -> None:
    raise AssertionError(f"{name} is not JSON")


@pytest.fixture
def aall1331(pathsim: Pathsim) -> dict[str, Any]:
    done = pathsim("run", "aall1331", "--seed", "1", "--json", "--set", "trial.pace.1.per_month=12")
    assert (done.code, done.err) == (0, "")
    found: dict[str, Any] = json.loads(done.out, parse_constant=no_constant)
    return found


def test_the_results_have_every_key_of_the_design(aall1331: dict[str, Any]) -> None:
    for path in KEYS:
        assert list(places(aall1331, path)), path


def test_the_results_tell_what_was_set(aall1331: dict[str, Any]) -> None:
    assert aall1331["scenario"]["overrides"] == {"trial.pace.1.per_month": 12}
    assert aall1331["seed"] == 1
    assert re.fullmatch("[0-9a-f]{64}", aall1331["scenario"]["sha256"])


def test_a_date_that_was_set_is_told_as_text(pathsim: Pathsim) -> None:
    done = pathsim("run", QUICK, "--seed", "1", "--json", "--set", "trial.begins=2021-02-03")
    assert json.loads(done.out)["scenario"]["overrides"] == {"trial.begins": "2021-02-03"}


@pytest.mark.parametrize("form", [("--json",), ()], ids=["json", "report"])
def test_the_same_seed_gives_the_same_bytes(pathsim: Pathsim, form: tuple[str, ...]) -> None:
    one, other = (pathsim("run", "aall1331", "--seed", "3", *form) for _ in range(2))
    assert one == other
    assert one.code == 0


def test_another_seed_gives_another_trial(pathsim: Pathsim) -> None:
    one, other = (json.loads(pathsim("run", QUICK, "--seed", seed, "--json").out) for seed in ("3", "4"))
    assert one["endpoints"] != other["endpoints"]


def test_without_a_seed_one_is_drawn_and_told(pathsim: Pathsim) -> None:
    found = json.loads((drawn := pathsim("run", QUICK, "--json")).out)
    assert drawn == pathsim("run", QUICK, "--json", "--seed", str(found["seed"]))


def test_the_report_tells_a_seed_that_was_drawn(pathsim: Pathsim) -> None:
    drawn = pathsim("run", QUICK)
    told = re.search(r"seed (\d+), replicate 0", drawn.out)
    assert told is not None
    assert drawn == pathsim("run", QUICK, "--seed", told[1])


def test_a_replicate_is_a_trial_of_its_own_and_always_the_same(pathsim: Pathsim) -> None:
    first, third, again = (
        json.loads(pathsim("run", QUICK, "--seed", "5", "--replicate", number, "--json").out)
        for number in ("0", "3", "3")
    )
    assert third == again
    assert (first["replicate"], third["replicate"]) == (0, 3)
    assert first["endpoints"] != third["endpoints"]


def test_both_engines_give_the_same_results(pathsim: Pathsim) -> None:
    discrete_event, vectorized, auto = (
        pathsim("run", "aall1331", "--seed", "6", "--engine", engine, "--json")
        for engine in ("discrete-event", "vectorized", "auto")
    )
    assert discrete_event.code == 0
    assert discrete_event.out == vectorized.out == auto.out


def test_all_engines_print_the_same_trial_where_patients_queue(pathsim: Pathsim) -> None:
    auto, vectorized, discrete_event = (
        pathsim("run", "stroke-thrombectomy", "--seed", "1", "--json", "--engine", name)
        for name in ("auto", "vectorized", "discrete-event")
    )
    assert auto.code == 0
    assert auto.out == vectorized.out == discrete_event.out


def test_a_dash_reads_the_scenario_from_standard_input(pathsim: Pathsim) -> None:
    named = json.loads(pathsim("run", QUICK, "--seed", "7", "--json").out)
    read = json.loads(pathsim("run", "-", "--seed", "7", "--json", stdin=find(QUICK).text).out)
    assert read["scenario"].pop("name") == "stdin"
    assert named["scenario"].pop("name") == QUICK
    assert read == named


def test_what_looks_like_markup_in_a_scenario_is_printed_as_it_stands(pathsim: Pathsim) -> None:
    title = "[bold]Two[/bold] arms [/red] :warning:"
    text = find(QUICK).text.replace("The textbook trial: two constant hazards", title)
    done = pathsim("run", "-", "--seed", "7", stdin=text)
    assert done.code == 0
    assert done.out.splitlines()[0] == title


@pytest.mark.parametrize("option", [["--format", "csv"], ["--force"]])
def test_an_option_about_files_is_refused_where_none_are_written(pathsim: Pathsim, option: list[str]) -> None:
    done = pathsim("run", QUICK, "--seed", "1", *option)
    assert done.code == 2
    assert f"{option[0]} is about the files of --out FOLDER" in done.err


def test_what_was_set_is_told_as_toml(pathsim: Pathsim) -> None:
    exit_ = 'steps.control.exit.death={ median_days = 5, next = "dead" }'
    lines = pathsim("run", QUICK, "--seed", "1", "--set", exit_, "--set", "trial.arrivals=even").out.splitlines()
    told = next(line for line in lines if line.startswith("changed: "))
    assert told == ('changed: steps.control.exit.death = { median_days = 5, next = "dead" }, trial.arrivals = "even"')
