"""How much of a resource was in use and how many waited: a ward with one bed, worked out by hand.

Four patients ask for the bed, some five days after each other, and keep it for ten. All but the first wait, and the bed
is taken for forty days without a break.
"""

from typing import NamedTuple

import numpy as np
import pytest

from pathsim.calendar import DAYS_PER_MONTH
from pathsim.engines.choose import simulate, simulate_many
from pathsim.ensembles.run import Recipe
from pathsim.results.chosen import figures
from pathsim.results.json import results
from pathsim.results.replicates import rows
from pathsim.scenario.files import Source
from pathsim.scenario.scenario import Scenario, load
from pathsim.trial.requests import PlaceRequests
from pathsim.trial.resources import MOST_PERIODS, _most_waiting, periods

WARD = f"""
title = "A ward with one bed"
[resources.bed]
capacity  = 1
assumed = "the example"
[steps]
assumed = "the example"
[steps.waiting]
kind  = "wait"
ready = 1
resource  = "bed"
next  = "bed"
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
per_month = {DAYS_PER_MONTH / 5}
arrivals  = "even"
cutoffs   = {{{{ final = {{{{ day = {{day}} }}}} }}}}
assumed   = "the example"
"""


def ward(day: float = 100, beds: int = 1) -> Scenario:
    return load(Source("ward", "<test>", WARD.format(day=day).replace("capacity  = 1", f"capacity  = {beds}")))


class Stay(NamedTuple):
    asked: float
    got: float


def stays() -> list[Stay]:
    """When each asked, and when each got the one bed: ten days after the one before."""
    chunk = simulate(ward(), 1)[0]
    (code,) = [event.code for event in chunk.scenario.vocabulary.of("ready")]
    asked = np.sort(chunk.journal.day[chunk.journal.event == code]).tolist()
    return [Stay(day, asked[0] + 10 * number) for number, day in enumerate(asked)]


def test_use_and_waiting_are_averaged_from_the_first_request_to_the_last() -> None:
    (row,) = results(simulate(ward(), 1)[0])["resources"]
    assert (row["resource"], row["capacity"], row["asked"]) == ("bed", 1, 4)
    assert row["in_use"] == pytest.approx(1)
    first, second, third, last = stays()
    # The fourth has just come, so that only the second and the third have waited by then.
    waited = (second.got - second.asked) + (last.asked - third.asked)
    assert row["mean_waiting"] == pytest.approx(waited / (last.asked - first.asked), abs=1e-3)
    assert row["most_waiting"] == 2


def test_of_two_beds_each_is_taken_in_turn() -> None:
    (row,) = results(simulate(ward(beds=2), 1)[0])["resources"]
    first, second, third, last = stays()
    # The first has left before the third comes; the second is still there when the last asks, who has to wait.
    taken = 10 + (last.asked - second.asked) + (last.asked - third.asked)
    assert first.asked + 10 < third.asked < last.asked < second.asked + 10
    assert row["in_use"] == pytest.approx(taken / 2 / (last.asked - first.asked), abs=1e-3)
    assert (row["mean_waiting"], row["most_waiting"]) == (0, 1)


def test_over_time_they_are_told_month_by_month_until_the_data_cut() -> None:
    found = results(simulate(ward(), 1)[0])
    begins = found["trial"]["first_day"] + 1
    shares = [(row["from_day"], row["days"], row["in_use"]) for row in found["resource_use"]]
    month = DAYS_PER_MONTH
    assert shares == [
        (0, pytest.approx(month), pytest.approx((month - begins) / month, abs=1e-3)),
        (pytest.approx(month), pytest.approx(month), pytest.approx((begins + 40 - month) / month, abs=1e-3)),
        (pytest.approx(2 * month), pytest.approx(month), 0),
        (pytest.approx(3 * month), pytest.approx(100 - 3 * month), 0),
    ]


def test_on_a_day_before_the_end_the_months_that_have_not_come_are_not_there() -> None:
    found = results(simulate(ward(), 1)[0], until=DAYS_PER_MONTH + 2)
    assert [row["days"] for row in found["resource_use"]] == [pytest.approx(DAYS_PER_MONTH), pytest.approx(2)]


@pytest.mark.parametrize("last_day", [0.5, 30.0, 365.0, 1826.25, 1826.26, 4000.0, 365_250.0])
def test_periods_are_as_long_as_each_other_but_the_last_and_never_too_many(last_day: float) -> None:
    found = list(periods(last_day))
    lengths = [end - begin for begin, end in found]
    assert 1 <= len(found) <= MOST_PERIODS
    assert found[0][0] == 0
    assert found[-1][1] == last_day
    assert lengths[:-1] == pytest.approx([lengths[0]] * (len(found) - 1))
    assert lengths[-1] <= lengths[0] * (1 + 1e-9)
    assert [end for _, end in found[:-1]] == [begin for begin, _ in found[1:]]


def test_an_ensemble_keeps_of_each_trial_what_it_tells_alone() -> None:
    scenario = load("stroke-thrombectomy", {"trial.patients": "300"})
    columns = rows(simulate_many(scenario, 3, range(5)))
    kept = {path: column for path, column in columns.items() if path.startswith(("waits[", "resources["))}
    assert len(kept) == 2 * 8 + 2 * 4
    for replicate in range(5):
        alone = results(simulate(scenario, 3, replicate)[0])
        told = {
            f"{table}[{key}={row[key]}].{name}": value
            for table, key in (("waits", "step"), ("resources", "resource"))
            for row in alone[table]
            for name, value in row.items()
            if name not in ("step", "resource", "capacity")
        }
        assert {path: column[replicate].item() for path, column in kept.items()} == told


def test_the_same_figures_are_found_by_their_paths() -> None:
    scenario = load("stroke-thrombectomy", {"trial.patients": "300"})
    paths = [
        "waits[step=suite_wait].mean_days",
        "resources[resource=suite].in_use",
        "resource_use[resource=suite,from_day=0].mean_waiting",
    ]
    found = figures(simulate_many(scenario, 3, range(3)), paths)
    for replicate in range(3):
        alone = results(simulate(scenario, 3, replicate)[0])
        expected = (
            next(row for row in alone["waits"] if row["step"] == "suite_wait")["mean_days"],
            next(row for row in alone["resources"] if row["resource"] == "suite")["in_use"],
            next(row for row in alone["resource_use"] if row["resource"] == "suite")["mean_waiting"],
        )
        assert tuple(found[path][replicate] for path in paths) == expected


def test_with_a_bed_more_only_the_last_waits() -> None:
    """As ``--vary`` compares them: on the same patients."""
    source = Source("ward", "<test>", WARD.format(day=100))
    varied = [(("resources.bed.capacity", places),) for places in ("1", "2")]
    columns = Recipe.of(source, {}, varied=varied).rows(1, range(2))
    assert columns["0:waits[step=waiting].mean_days"][0] == pytest.approx(
        np.mean([stay.got - stay.asked for stay in stays()]), abs=1e-3
    )
    _, second, _, last = stays()
    assert columns["1:waits[step=waiting].mean_days"][0] == pytest.approx(
        (second.asked + 10 - last.asked) / 4, abs=1e-3
    )
    used = [columns[f"{number}:resources[resource=bed].in_use"][0] for number in (0, 1)]
    assert used[1] < used[0]


def test_who_comes_as_another_leaves_and_who_does_not_wait_add_nothing_to_the_queue() -> None:
    """In the first trial one leaves as another comes, and a third has a place at once; in the second two wait."""
    row = np.array([0, 1, 2, 3, 4])
    asked, left = np.array([1.0, 5.0, 6.0, 1.0, 2.0]), np.array([5.0, 9.0, 6.0, 3.0, 4.0])
    requests = PlaceRequests(row, asked, left, np.ones(5, np.bool_), np.full(5, 99.0))
    assert _most_waiting(requests, 3, 2).tolist() == [1, 2]


def test_of_several_resources_each_is_shared_by_its_own_places() -> None:
    scenario = load("stroke-thrombectomy", {"trial.patients": "300", "resources.scanner.capacity": "3"})
    alone = load("stroke-thrombectomy", {"trial.patients": "300", "resources.scanner.capacity": "1"})
    three, one = (results(simulate(made, 3)[0]) for made in (scenario, alone))
    for rows_of_three, rows_of_one in ((three[key], one[key]) for key in ("resources", "resource_use")):
        shares = [
            [row["in_use"] for row in part if row["resource"] == "scanner"] for part in (rows_of_three, rows_of_one)
        ]
        # With more scanners some come a little sooner: the same work, by three times as many.
        assert np.array(shares[0]) == pytest.approx(np.array(shares[1]) / 3, abs=0.02)


def test_a_place_that_is_asked_for_at_once_is_kept_all_the_same() -> None:
    """Whoever comes, asks and gets it at one instant has not given it back with that."""
    text = WARD.format(day=100)
    later, at_once = (
        results(simulate(load(Source("ward", "<test>", text.replace("ready = 1", f"ready = {ready}"))), 1)[0])
        for ready in (1, 0)
    )
    assert at_once["resources"][0]["in_use"] == later["resources"][0]["in_use"] == pytest.approx(1)


def test_who_gives_up_has_no_place_wherever_they_go() -> None:
    """The exit of the wait leads into the step of the place itself."""
    gives_up = 'next  = "bed"\nexit = { gives_up = { next = "bed", hazard_per_day = 0.2 } }\n[steps.bed]'
    text = WARD.format(day=100).replace('next  = "bed"\n[steps.bed]', gives_up)
    chunk = simulate(load(Source("ward", "<test>", text)), 1)[0]
    (code,) = [event.code for event in chunk.scenario.vocabulary.of("exit")]
    left = int((chunk.journal.event == code).sum())
    assert left > 0
    found = results(chunk)
    assert found["waits"][0]["left_queue"] == left
    assert found["resources"][0]["in_use"] <= 1


def test_use_is_told_as_it_happened_whether_patients_have_been_reported_or_not() -> None:
    text = WARD.format(day=30).replace("patients  = 4", "patients  = 4\nreporting_delay = [0, 5, 60]")
    delayed, known = (
        results(simulate(load(Source("ward", "<test>", one)), 1)[0]) for one in (text, WARD.format(day=30))
    )
    assert delayed["resources"] == known["resources"]
    assert delayed["resource_use"] == known["resource_use"]
    assert delayed["waits"] != known["waits"]


def test_over_time_waiting_adds_up_to_all_that_was_waited() -> None:
    found = results(simulate(ward(), 1)[0])
    waited = sum(row["days"] * row["mean_waiting"] for row in found["resource_use"])
    assert waited == pytest.approx(sum(stay.got - stay.asked for stay in stays()), abs=1e-2)


def test_requests_of_several_steps_are_of_one_resource() -> None:
    """Whoever has left the bed asks for it again, and keeps it for ten days more: eighty in all, without a break."""
    again = """next  = "again"
[steps.again]
kind  = "wait"
ready = 0
resource  = "bed"
next  = "second"
[steps.second]
kind  = "phase"
days  = 10
holds = "bed"
next  = "home"
[steps.home]"""
    text = WARD.format(day=100).replace('next  = "home"\n[steps.home]', again)
    found = results(simulate(load(Source("ward", "<test>", text)), 1)[0])
    assert [row["asked"] for row in found["waits"]] == [4, 4]
    (row,) = found["resources"]
    assert row["asked"] == 8
    used = sum(row["days"] * row["in_use"] for row in found["resource_use"])
    assert used == pytest.approx(80, abs=1e-2)


def test_a_place_is_given_back_where_another_one_is_kept() -> None:
    other = """next  = "chair"
[steps.chair]
kind  = "phase"
days  = 50
holds = "chair"
next  = "home"
[steps.home]"""
    text = WARD.format(day=100).replace('next  = "home"\n[steps.home]', other)
    text = text.replace("[resources.bed]", "[resources.chair]\ncapacity = 9\nassumed = 'the example'\n[resources.bed]")
    used = [
        [
            (row["days"], row["in_use"])
            for row in results(simulate(load(Source("ward", "<test>", one)), 1)[0])["resource_use"]
        ]
        for one in (text, WARD.format(day=100))
    ]
    assert used[0] == used[1]


def test_where_there_are_places_for_everybody_an_ensemble_keeps_nothing_of_waits() -> None:
    """To look for them would take a twentieth of the time of AALL1331."""
    for beds, kept in ((3, True), (4, False)):
        columns = rows(simulate_many(ward(beds=beds), 1, range(2)))
        assert any(path.startswith(("waits[", "resources[")) for path in columns) == kept
