"""Looks at the edges: at full information and beyond it, on the last day, and on the day of the report."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from test_look_rules import counted

from pathsim.results.json import results
from pathsim.trial.monitoring import looks, order_day

ORACLES = Path(__file__).parents[1] / "statistics" / "oracles" / "sequential.json"


def test_a_trial_ends_with_its_last_event_even_where_the_rules_do_not_bind() -> None:
    """Of four planned events two are known on day 40, and all on day 60: nothing is left to look at."""
    chunk = counted([20.0, 30.0, 40.0, 50.0])
    as_it_went = replace(chunk, scenario=chunk.scenario.as_it_went())
    assert [(look.day, look.decision) for look in looks(as_it_went)[0]] == [
        (40, "continue"),
        (60, "end without benefit"),
    ]


@pytest.mark.parametrize(("day", "ordered"), [("99", 99), ("100", 100), ("101", float("inf"))])
def test_an_order_on_the_day_of_the_final_cut_off_is_in_time(day: str, ordered: float) -> None:
    chunk = counted([20.0], {"trial.monitoring.order": f"{{ day = {day} }}"})
    assert order_day(chunk.scenario) == ordered
    assert [look.day for look in looks(chunk)[0]] == [ordered] * (ordered <= 100)


def test_more_events_than_were_planned_are_full_information() -> None:
    """The last look has five of four events; its bound is rpact's for looks at 0.5 and 1 (``sequential.R``)."""
    _, last = looks(counted([20.0, 30.0, 50.0, 50.0, 50.0]))[0]
    designs = json.loads(ORACLES.read_text(encoding="utf-8"))["designs"]
    wanted = ([0.5, 1], "obrien-fleming", 0.025)
    bounds = next(d["rpact"] for d in designs if (d["information"], d["spend"], d["alpha"]) == wanted)
    assert (last.events, last.information) == (5, 1)
    assert last.efficacy_bound == pytest.approx(bounds[-1], abs=1e-5)


@pytest.mark.parametrize(("until", "held"), [(39.0, 0), (40.0, 1)])
def test_a_report_on_the_day_of_a_look_tells_of_it(until: float, held: int) -> None:
    assert len(results(counted([20.0, 30.0]), until=until)["trial"]["looks"]) == held
