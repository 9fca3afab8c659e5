"""Who waited for a place, and how long: a ward with one bed and four patients, worked out by hand.

All are ready on day 1 and keep the bed for ten days. The first has it at once, the second on day 11, the third on day
21; the fourth gives up on day 25.
"""

import pytest

from pathsim.engines.choose import simulate, simulate_many
from pathsim.results.json import results
from pathsim.scenario.files import Source
from pathsim.scenario.scenario import load
from pathsim.trial.course import final
from pathsim.trial.requests import known_requests
from pathsim.trial.waits import waits

WARD = """
title = "A ward with one bed"
[resources.bed]
capacity  = {places}
assumed = "the example"
[steps]
assumed = "the example"
[steps.waiting]
kind  = "wait"
ready = 1
resource  = "bed"
next  = "bed"
exit  = {{ gives_up = {{ next = "home", by = {{ "25.2" = 0.0, "25.3" = 0.999999 }} }} }}
[steps.bed]
kind  = "phase"
days  = 10
holds = "bed"
next  = "home"
[steps.home]
kind = "end"
[trial]
begins    = 2020-01-01
patients  = 4
per_month = 1e9
arrivals  = "even"
cutoffs   = {{ final = {{ day = 100 }} }}
assumed   = "the example"
"""


def ward(places: int) -> Source:
    """The ward with so many beds."""
    return Source("ward", "<test>", WARD.format(places=places))


def test_those_wait_who_do_not_have_the_place_at_once() -> None:
    (row,) = results(simulate(load(ward(1)), 1)[0])["waits"]
    assert (row["asked"], row["waited"], row["left_queue"]) == (4, 3, 1)
    assert row["mean_days"] == pytest.approx((0 + 10 + 20 + 24.25) / 4, abs=0.05)
    assert row["longest_days"] == pytest.approx(24.25, abs=0.1)
    # Of 0, 10, 20 and 24.25: half way from the second to the third, and 0.7 of the way from the third to the last.
    assert row["median_days"] == pytest.approx(15, abs=0.05)
    assert row["percentile_90_days"] == pytest.approx(20 + 0.7 * 4.25, abs=0.1)


def test_nobody_waits_where_there_are_places_enough() -> None:
    (row,) = results(simulate(load(ward(4)), 1)[0])["waits"]
    assert (row["asked"], row["waited"], row["left_queue"]) == (4, 0, 0)
    assert (row["mean_days"], row["longest_days"]) == (0, 0)


def test_waiting_is_counted_in_each_trial_of_many() -> None:
    chunk = simulate_many(load(ward(1)), 1, range(3))
    known = final(chunk)
    (row,) = waits(known, known_requests(known))
    assert row["waited"].tolist() == [3, 3, 3]


def test_waits_of_many_trials_are_those_of_each_alone() -> None:
    """Also where some replicates take more rounds than others until everybody's turn is known."""
    scenario = load("stroke-thrombectomy", {"trial.patients": "300"})
    chunk = simulate_many(scenario, 1, range(5))
    known = final(chunk)
    together = waits(known, known_requests(known))
    for replicate in range(5):
        alone = results(simulate(scenario, 1, replicate)[0])["waits"]
        for row, mine in zip(together, alone, strict=True):
            assert {key: value for key, value in mine.items() if key not in ("resource", "step")} == {
                key: value[replicate]  # type: ignore[literal-required]
                for key, value in row.items()
                if key not in ("resource", "step")
            }
