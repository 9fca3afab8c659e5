"""A cut-off is reached if its events are known in time, counted trial by trial and event by event."""

import numpy as np
import pytest

from pathsim.engines.choose import simulate_many
from pathsim.ensembles.summary import is_figure, summary
from pathsim.results.replicates import rows
from pathsim.scenario.scenario import Scenario, load
from pathsim.trial.data_cut import everything
from pathsim.trial.time_to_event import time_to_event

REPLICATES = range(20)


def early(complete: str, events: int = 60) -> Scenario:
    settings = {"day": "650", "events": str(events), "complete": complete, "run_on": "true"}
    return load(
        "tests/scenarios/monitored.toml", {f"trial.cutoffs.early.{key}": text for key, text in settings.items()}
    )


def known_in_time(scenario: Scenario) -> int:
    """In how many trials 60 events are known by the end of day 650: each a reporting delay after it happened."""
    chunk = simulate_many(scenario, 1, REPLICATES)
    data = time_to_event(everything(chunk), scenario.sections.endpoints["pfs"])
    known = data.day + chunk.reporting_delay[data.row] <= 650
    counts = np.bincount(data.trial[data.event & known], minlength=len(REPLICATES))
    return int((counts >= 60).sum())


@pytest.mark.parametrize("complete", ["true", "false"])
def test_records_that_are_brought_up_to_date_call_no_cut_off(complete: str) -> None:
    scenario = early(complete)
    columns = rows(simulate_many(scenario, 1, REPLICATES))
    found = summary(scenario, columns)["cutoffs"]["early"]["reached"]["estimate"]
    by_hand = known_in_time(scenario)
    assert 0 < by_hand < 20
    assert found == by_hand / 20


def test_complete_records_hold_more_events_than_were_known() -> None:
    columns = rows(simulate_many(early("true"), 1, REPLICATES))
    up_to_date = columns["cutoffs.early.events.pfs"] >= 60
    assert up_to_date.sum() > columns["cutoffs.early.reached"].sum()


@pytest.mark.parametrize(
    ("path", "is_one"),
    [
        ("cutoffs.early.reached", False),
        ("cutoffs.reached.reached", False),
        ("cutoffs.early.events.reached", True),
        ("cutoffs.reached.day", True),
        ("trial.arms.reached", True),
    ],
)
def test_an_endpoint_or_an_arm_can_be_called_reached(path: str, *, is_one: bool) -> None:
    assert is_figure(path) is is_one
