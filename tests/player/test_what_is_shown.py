"""What the player shows on a day is what ``pathsim run`` prints for that day, however one came there."""

import json
import pickle
import random
from functools import cache
from typing import Any

import numpy as np
import pytest
from calls import Pathsim
from hypothesis import given, settings
from hypothesis import strategies as st

from pathsim.player import requests as ask
from pathsim.player.makers.live import opened
from pathsim.player.replies import Reply
from pathsim.player.simulated_trial import SimulatedTrial
from pathsim.player.views.live import EndpointView, Opened, Snapshot, ToxicityRow
from pathsim.player.worker import Worker
from pathsim.results.json import results
from pathsim.scenario.scenario import load
from pathsim.trial.toxicity import ANY, THERAPY

RELAPSE = "steps.after_transplant.exit.relapse.hazard_ratio"
SCENARIOS = ("aall1331", "two-arm-exponential", "stroke-thrombectomy")
SCREENS = 7
"""A generation: what is on screen is told from what was before."""


class Player:
    """A worker without a process, and what it answered."""

    def __init__(self, scenario: str, seed: int, settings: ask.Settings = ()) -> None:
        self.replies: list[Reply] = []
        self.worker = Worker(self.replies.append)
        [self.card] = self.ask(ask.Open(SCREENS, scenario, seed, settings))
        assert isinstance(self.card, Opened)

    def ask(self, request: ask.Request) -> list[Reply]:
        self.replies.clear()
        self.worker.answer(request)
        return list(self.replies)

    def show(self, day: float, moving_days: float = 0.0) -> Snapshot:
        [snapshot] = self.ask(ask.Show(SCREENS, day, moving_days))
        assert isinstance(snapshot, Snapshot)
        return snapshot


@cache
def player(scenario: str, seed: int, settings: ask.Settings = ()) -> Player:
    return Player(scenario, seed, settings)


def days(scenario: str, seed: int, count: int) -> list[int]:
    last = int(player(scenario, seed).card.last_day)  # type: ignore[attr-defined]
    return [*random.Random(seed).sample(range(1, last), count), last]  # noqa: S311 - some days


def assert_shows(snapshot: Snapshot, found: dict[str, Any], card: Opened) -> None:
    """Every figure on screen is the one of the results."""
    assert snapshot.enrolled == found["trial"]["enrolled"]
    assert snapshot.by_group == tuple(found["trial"]["arms"].values())
    if card.arms:
        assert snapshot.randomized == found["trial"]["randomized"]
    for view in snapshot.endpoints:
        assert_shows_endpoint(view, found["endpoints"][view.name])
    assert [(look.day, look.events, look.z, look.decision) for look in snapshot.looks] == [
        (look["day"], look["events"], look["z"], look["decision"]) for look in found["trial"]["looks"]
    ]
    whole = [row for row in found["toxicity"] if row["step"] == THERAPY and row["type"] != ANY]
    if whole:
        scenario = load(card.asked)
        assert sorted(affected(snapshot.toxicity, card)) == sorted(
            (scenario.toxicity_label(row["type"]), row["arm"], row["grade3plus"], row["grade4"], row["grade5"])
            for row in whole
        )
        apart = [max(row.rates) - min(row.rates) for row in snapshot.toxicity if None not in row.rates]  # type: ignore[type-var, operator]
        assert apart == sorted(apart, reverse=True), "the types first between which the arms lie farthest apart"


def affected(rows: tuple[ToxicityRow, ...], card: Opened) -> list[tuple[str, str, int, int, int]]:
    return [
        (row.label, card.arms[arm], sum(grades), grades[1], grades[2])
        for row in rows
        for arm, grades in enumerate(row.grades)
        if row.patients[arm]
    ]


def assert_shows_endpoint(view: EndpointView, found: dict[str, Any]) -> None:
    arms = found["arms"].values()
    assert [(curve.n, curve.events, curve.median_days) for curve in view.curves] == [
        (arm["n"], arm["events"], arm["median_days"]) for arm in arms
    ]
    for number, (day, survival) in enumerate(view.at_days):
        at = [arm["at"][f"{day:g}"] for arm in arms]
        assert survival == tuple(one["survival"] for one in at)
        assert view.at_risk[number] == tuple(one["at_risk"] for one in at)
    assert [(ratio.arm, ratio.estimate, ratio.lower, ratio.upper, ratio.p_one_sided) for ratio in view.ratios] == [
        (arm, *compared["cox"].values(), compared["logrank"]["p_one_sided"])
        for arm, compared in found.get("comparisons", {}).items()
    ]


@pytest.mark.parametrize("scenario", SCENARIOS)
@pytest.mark.parametrize("seed", [1, 21, 2026])
def test_every_day_shows_the_results_of_that_day(scenario: str, seed: int) -> None:
    here = player(scenario, seed)
    session = here.worker._session  # noqa: SLF001 - the same trial, without simulating it again
    assert session is not None
    for day in days(scenario, seed, 8):
        assert_shows(here.show(day), results(session.simulated.chunk, day), opened(session))


@pytest.mark.parametrize(
    ("scenario", "seed", "date", "day", "changed"),
    [
        ("aall1331", 21, "2016-07-31", 593, ()),
        ("aall1331", 21, "2019-06-30", 1657, ()),
        ("aall1331", 5, "2018-02-10", 1152, ((RELAPSE, "0.5"),)),
        ("two-arm-exponential", 3, "2020-08-31", 244, ()),
    ],
)
def test_the_command_line_prints_what_is_on_screen(
    pathsim: Pathsim, scenario: str, seed: int, date: str, day: int, changed: ask.Settings
) -> None:
    here = player(scenario, seed, changed)
    snapshot = here.show(day)
    assert snapshot.iso_date == date
    sets = [word for path, value in changed for word in ("--set", f"{path}={value}")]
    held = ["--hold-arms"] if changed else []
    done = pathsim("run", scenario, "--seed", seed, "--until", date, "--json", *sets, *held)
    assert done.code == 0
    session = here.worker._session  # noqa: SLF001
    assert session is not None
    assert_shows(snapshot, json.loads(done.out), opened(session))


moves = st.lists(
    st.one_of(
        st.builds(ask.Show, st.just(SCREENS), st.floats(0, 2200), st.floats(0, 200)),
        st.builds(
            ask.Seek,
            st.just(SCREENS),
            st.sampled_from(("event", "patient", "look")),
            st.sampled_from((-1, 1)),
        ),
        st.builds(ask.Roster, st.just(SCREENS), st.floats(0, 2200)),
        st.builds(ask.Travel, st.just(SCREENS), st.integers(0, 30)),
        st.just(ask.Trace(SCREENS)),
    ),
    max_size=12,
)


@settings(max_examples=25)
@given(wandering=moves, day=st.floats(0, 2114))
def test_a_day_shows_the_same_however_one_came_there(wandering: list[ask.Request], day: float) -> None:
    wanderer, straight = player("aall1331", 21), Player("aall1331", 21) if not wandering else player("aall1331", 21, ())
    first = pickle.dumps(straight.show(day))
    for request in wandering:
        wanderer.ask(request)
    assert pickle.dumps(wanderer.show(day)) == first


def test_another_worker_shows_the_same() -> None:
    assert pickle.dumps(Player("aall1331", 21).show(1000.0, 30.0)) == pickle.dumps(
        player("aall1331", 21).show(1000.0, 30.0)
    )


def test_stepping_from_event_to_event_meets_each_once_and_goes_back_the_same_way() -> None:
    here, day, there = player("aall1331", 21), 400.0, []
    here.show(day)
    for _ in range(40):
        [snapshot] = here.ask(ask.Seek(SCREENS, "event"))
        assert isinstance(snapshot, Snapshot)
        assert snapshot.day > day
        assert snapshot.log[-1].day == snapshot.day
        there.append(day := snapshot.day)
    for before in reversed(there[:-1]):
        [snapshot] = here.ask(ask.Seek(SCREENS, "event", -1))
        assert isinstance(snapshot, Snapshot)
        assert snapshot.day == before
        day = before


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_everybody_who_came_is_somewhere(scenario: str) -> None:
    here = player(scenario, 21)
    for day in days(scenario, 21, 8):
        snapshot = here.show(day, 40.0)
        assert sum(map(sum, snapshot.here)) == snapshot.enrolled
        assert all(0 <= part < 1 for _, _, part in snapshot.moving)


def test_curves_keep_their_shape_however_thin_they_are_drawn() -> None:
    """Ten thousand patients: no more points than a screen can show, and each of them is one of the curve's own."""
    many = (("trial.patients", "4000"), ("trial.pace", '[{ from_day = 0, per_month = 70, assumed = "many" }]'))
    snapshot = player("aall1331", 21, many).show(2114)
    for view in snapshot.endpoints:
        for curve in view.curves:
            assert curve.time.size <= 512
            assert np.all(np.diff(curve.time) > 0)
            assert np.all(np.diff(curve.survival) <= 0)
    assert len(pickle.dumps(snapshot)) < 150_000


def test_stepping_from_patient_to_patient_meets_only_those_who_came() -> None:
    simulated = SimulatedTrial(load("aall1331"), 21)
    day, days = 0.0, []
    while (day := simulated.sought(day, "patient", 1)) < simulated.last_day:
        days.append(day)
    came = simulated.happened_by(simulated.last_day).enrolled
    assert days == np.unique(came[np.isfinite(came)]).tolist()
    assert simulated.sought(simulated.last_day, "patient", -1) == days[-1]
