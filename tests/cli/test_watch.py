"""``pathsim run --watch``: the trial month by month."""

import datetime
import json
import math
import re
from itertools import pairwise
from typing import Any

import pytest
from calls import Pathsim

from pathsim.calendar import DAYS_PER_MONTH
from pathsim.engines.vectorized import run_vectorized
from pathsim.scenario.scenario import load

SCENARIOS = ("aall1331", "two-arm-exponential", "stroke-thrombectomy")


def counts(line: str) -> list[int]:
    return [int(number) for number in re.findall(r"(?<= )\d+(?=[ ,)]|$)", line.partition("enrolled")[2])]


def of_the_results(found: dict[str, Any]) -> list[int]:
    """The counts of a line, as the results object has them."""
    trial = found["trial"]
    numbers = [trial["enrolled"]]
    if trial["randomized"] is not None:
        numbers.append(trial["randomized"])
    for endpoint in found["endpoints"].values():
        events = [arm["events"] for arm in endpoint["arms"].values()]
        numbers += [sum(events), *events] if trial["randomized"] is not None else events
    return numbers


@pytest.fixture(params=SCENARIOS)
def scenario(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_there_is_a_plain_line_for_each_month_and_no_count_ever_falls(pathsim: Pathsim, scenario: str) -> None:
    done = pathsim("run", scenario, "--seed", "2", "--watch")
    assert (done.code, done.err) == (0, "")
    assert done.out.isascii()
    lines = [line for line in done.out.splitlines() if " month " in line]
    loaded = load(scenario)
    last = loaded.latest_day(loaded.final_cutoff)
    assert [int(line.split()[2]) for line in lines] == list(range(1, math.ceil(last / DAYS_PER_MONTH) + 1))
    dates = [datetime.date.fromisoformat(line.split()[0]) for line in lines]
    assert dates == sorted(set(dates))
    assert dates[-1] == loaded.date(last)
    table = [counts(line) for line in lines]
    for earlier, later in pairwise(table):
        assert all(a <= b for a, b in zip(earlier, later, strict=True))


def test_the_looks_of_the_committee_are_told_on_their_days(pathsim: Pathsim) -> None:
    lines = pathsim("run", "aall1331", "--seed", "2", "--watch").out.splitlines()
    told = [line for line in lines if " committee " in line]
    found = json.loads(pathsim("run", "aall1331", "--seed", "2", "--json").out)["trial"]["looks"]
    loaded = load("aall1331")
    assert [line.split()[0] for line in told] == [loaded.date(look["day"]).isoformat() for look in found]
    assert [line.rsplit(": ", 1)[1] for line in told] == [look["decision"] for look in found]
    dates = [line.split()[0] for line in lines]
    assert dates == sorted(dates)


def test_the_last_line_is_what_the_results_say(pathsim: Pathsim, scenario: str) -> None:
    lines = pathsim("run", scenario, "--seed", "2", "--watch").out.splitlines()
    found = json.loads(pathsim("run", scenario, "--seed", "2", "--json").out)
    assert counts(lines[-1]) == of_the_results(found)


def test_records_that_lag_behind_lag_in_every_line(pathsim: Pathsim) -> None:
    lagging = ("run", "aall1331", "--seed", "2", "--set", "trial.cutoffs.final.complete=false")
    lines = pathsim(*lagging, "--watch").out.splitlines()
    assert counts(lines[-1]) == of_the_results(json.loads(pathsim(*lagging, "--json").out))
    complete = pathsim("run", "aall1331", "--seed", "2", "--watch").out.splitlines()
    assert all(a <= b for a, b in zip(counts(lines[40]), counts(complete[40]), strict=True))
    assert counts(lines[40]) != counts(complete[40])


def test_what_happens_at_the_instant_of_the_cut_counts(pathsim: Pathsim) -> None:
    scenario = load("two-arm-exponential")
    journal = run_vectorized(scenario, 2, [0])
    deaths = journal.day[journal.event == scenario.entry("dead").enter]
    day = f"trial.cutoffs.final.day={sorted(deaths.tolist())[100]!r}"
    lines = pathsim("run", "two-arm-exponential", "--seed", "2", "--set", day, "--watch").out.splitlines()
    assert counts(lines[-1])[2] == 101


def test_watching_prints_lines_so_it_cannot_print_json(pathsim: Pathsim) -> None:
    done = pathsim("run", "two-arm-exponential", "--watch", "--json")
    assert (done.code, done.out) == (2, "")
    assert "choose one" in done.err


def test_watching_needs_the_calendar_so_it_cannot_be_vectorized(pathsim: Pathsim) -> None:
    done = pathsim("run", "two-arm-exponential", "--watch", "--engine", "vectorized")
    assert (done.code, done.out) == (2, "")
    assert "--engine" in done.err


def test_a_seed_that_was_drawn_is_told_on_standard_error(pathsim: Pathsim) -> None:
    drawn = pathsim("run", "two-arm-exponential", "--watch")
    told = re.fullmatch(r"seed (\d+)\n", drawn.err)
    assert told is not None
    assert drawn.out == pathsim("run", "two-arm-exponential", "--watch", "--seed", told[1]).out
