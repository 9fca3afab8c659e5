"""The way of z: where the committee looks, it stands where the committee sees it."""

import numpy as np
import pytest

from pathsim.engines.choose import simulate
from pathsim.scenario.scenario import load
from pathsim.statistics.logrank import logrank
from pathsim.trial import monitoring
from pathsim.trial.course import course
from pathsim.trial.monitoring import planned_bounds, z_path
from pathsim.trial.time_to_event import survival_data, time_to_event


@pytest.mark.parametrize("seed", [1, 5, 21])
def test_on_the_day_of_a_look_z_is_what_the_committee_sees(seed: int) -> None:
    chunk, _ = simulate(load("aall1331"), seed)
    way = z_path(chunk, 3000)
    assert way is not None
    for look in course(chunk).looks[0]:
        at = int(np.searchsorted(way.day, look.day, side="right")) - 1
        assert way.events[at] == look.events
        if way.day[at] == look.day:
            assert way.z[at] == look.z


def test_every_step_is_the_log_rank_of_its_day() -> None:
    chunk, _ = simulate(load("aall1331"), 21)
    way = z_path(chunk, 1500)
    assert way is not None
    assert np.all(np.diff(way.events) > 0)
    endpoint = chunk.scenario.sections.endpoints["dfs"]
    for at in range(0, way.day.size, 9):
        data = time_to_event(course(chunk).data_cut_on(float(way.day[at])), endpoint)
        counts = survival_data(data, endpoint, chunk).comparisons["blinatumomab"].counts
        assert way.z[at] == pytest.approx(-logrank(counts).z[0], nan_ok=True)


def test_how_many_days_are_compared_at_a_time_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    chunk, _ = simulate(load("aall1331"), 21)
    whole = z_path(chunk, 1500)
    monkeypatch.setattr(monitoring, "ROWS_AT_ONCE", 3 * chunk.rows)
    in_parts = z_path(chunk, 1500)
    assert whole is not None
    assert in_parts is not None
    for one, other in zip(whole, in_parts, strict=True):
        np.testing.assert_array_equal(one, other)


def test_of_more_days_than_a_screen_shows_some_are_left_out_but_not_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    chunk, _ = simulate(load("aall1331"), 21)
    whole = z_path(chunk, 1500)
    monkeypatch.setattr(monitoring, "MOST_STEPS", 20)
    some = z_path(chunk, 1500)
    assert whole is not None
    assert some is not None
    assert (some.day.size, some.day[0], some.day[-1]) == (20, whole.day[0], whole.day[-1])
    kept = np.isin(whole.day, some.day)
    np.testing.assert_array_equal(some.z, whole.z[kept])
    np.testing.assert_array_equal(some.events, whole.events[kept])


def test_the_planned_bounds_are_those_of_looks_that_come_as_planned() -> None:
    plan = load("aall1331").trial.monitoring
    assert plan is not None
    (first, early, futile), (last, late, none) = planned_bounds(plan, ratio=1)
    assert (first, last) == (80 / 131, 1), "looks come with whole events"
    assert early == pytest.approx(2.64, abs=0.01)
    assert late == pytest.approx(1.98, abs=0.01)
    assert futile == pytest.approx(-0.14, abs=0.01)
    assert none is None
