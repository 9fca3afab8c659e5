"""Groups other than the arms, written by hand: who is in which when, who is left out, and what changes nothing."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import examples, scenario_of
from twelve_patients import NEW, OLD, TEXT, Entries, came, chunk_of, left, randomized

from pathsim.engines.choose import simulate, simulate_many
from pathsim.results.endpoint import EndpointResults
from pathsim.results.json import results
from pathsim.results.views import of_trial
from pathsim.scenario.files import Source
from pathsim.scenario.scenario import Scenario, load
from pathsim.trial.data_cut import data_cut_on
from pathsim.trial.time_to_event import TimeToEvent, analyzed

LOW, HIGH = 0, 1
YES, NO = 0, 1
AT_THE_END = 100.0
ODD = "tests/app/odd/other_groups.toml"


def by(**keys: Any) -> Scenario:
    """The trial of twelve patients with an endpoint of deaths after randomization that has these keys too."""
    table = {"label": "A", "start": "allocation", "events": ["death"], "at_days": [20], **keys}
    lines = (f"{key} = {value!r}" for key, value in table.items())
    return scenario_of(f"{TEXT}\n[endpoints.asked]\nassumed = 'a test'\n" + "\n".join(lines))


def assessed(day: float, value: int, column: str = "answer", step: str = "new") -> tuple[float, str, str, str, float]:
    return day, "assess", step, column, value


def data_of(scenario: Scenario, patients: list[Entries], day: float = AT_THE_END) -> TimeToEvent:
    """What is known on a day, or in the end with all records brought up to date."""
    known = data_cut_on(chunk_of(scenario, patients), day, complete=day == AT_THE_END)
    return analyzed(known, _asked(scenario)).data


def _asked(scenario: Scenario) -> Any:
    return scenario.sections.endpoints["asked"]


def told(data: TimeToEvent) -> list[tuple[int, int, float, int]]:
    """Of each entry the patient, the group, the time and whether it ends in an event."""
    columns = (data.row.tolist(), data.group.tolist(), data.time.tolist(), data.cause.tolist())
    return list(zip(*columns, strict=True))


def screened(risk: int | None, day: float = 10) -> list[tuple[float, str, str, str, float]]:
    """Somebody in the new arm who was assessed before randomization, or was not, and dies thirty days after it."""
    before = [] if risk is None else [assessed(day, risk, "risk", "screening")]
    return [*before, *randomized(day, NEW), left(day + 30, "home", "death")]


def test_a_group_is_what_a_patient_is_when_time_begins_and_who_is_in_none_is_left_out_and_counted() -> None:
    scenario = by(groups="risk")
    found = results(chunk_of(scenario, [screened(LOW), screened(HIGH), screened(None)]))["endpoints"]["asked"]
    assert {name: arm["n"] for name, arm in found["arms"].items()} == {"low": 1, "high": 1}
    assert found["without_group"] == 1
    assert found["reference"] == "low"
    assert list(found["comparisons"]) == ["high"]


def test_the_groups_of_a_covariate_are_those_that_patients_come_with() -> None:
    """Of latent ones too, which no real trial could see."""
    scenario = by(groups="hidden", reference="yes")
    chunk = chunk_of(scenario, [screened(LOW, 10 + number) for number in range(12)])
    drawn = scenario.cohort.draw(chunk.patient_keys)["hidden"]
    assert 0 < int(drawn.sum()) < 12
    assert analyzed(data_cut_on(chunk, AT_THE_END), _asked(scenario)).data.group.tolist() == drawn.tolist()
    assert scenario.groups("asked").compared == ("no",)


LATER: list[Entries] = [
    [*randomized(10, NEW), assessed(20, YES), left(40, "home", "death")],
    [*randomized(10, NEW), assessed(26, YES), left(40, "home", "death")],
    [*randomized(10, NEW), assessed(20, YES), left(24, "home", "death")],
    [*randomized(10, NEW), left(25, "home", "death")],
    [*randomized(10, NEW), assessed(12, NO), assessed(25, YES), left(33, "home", "withdrawal")],
]


def test_at_a_landmark_only_those_at_risk_are_analyzed_by_what_they_are_on_that_day_and_time_begins_anew() -> None:
    """Day 25 is the landmark of all: the second has no answer yet, the third is dead, the fourth dies on that day."""
    scenario = by(groups="answer", from_day=15, censored_by=["withdrawal"])
    known = data_cut_on(chunk_of(scenario, LATER), AT_THE_END, complete=True)
    found = analyzed(known, _asked(scenario))
    assert told(found.data) == [(0, YES, 15, 1), (4, YES, 8, 0)]
    assert found.before_landmark.size == 1
    assert found.without_group.size == 2


def test_who_is_no_longer_followed_at_the_landmark_is_not_analyzed() -> None:
    scenario = by(groups="risk", from_day=15, censored_by=["withdrawal"])
    lost: Entries = [*screened(LOW)[:-1], left(20, "home", "withdrawal")]
    assert told(data_of(scenario, [lost, screened(LOW)])) == [(1, LOW, 15, 1)]


def test_whoever_is_ever_in_a_group_is_so_from_the_start_where_it_is_so_counted() -> None:
    scenario = by(groups="answer", counted="ever")
    assert told(data_of(scenario, LATER)) == [
        (0, YES, 30, 1), (1, YES, 30, 1), (2, YES, 14, 1), (4, YES, 90, 0),
    ]  # fmt: skip


def test_but_only_as_far_as_it_is_known() -> None:
    """Records lag by ten days: on day 35 what was assessed on day 26 has not been reported."""
    scenario = by(groups="answer", counted="ever")
    assert told(data_of(scenario, LATER, 35)) == [(0, YES, 15, 0), (2, YES, 14, 1), (4, YES, 15, 0)]


def test_time_in_each_group_counts_for_that_group() -> None:
    """From randomization on day 10; nobody is at risk before they have an answer."""
    scenario = by(groups="answer", counted="time-dependent", censored_by=["withdrawal"])
    data = data_of(scenario, LATER)
    assert told(data) == [(0, YES, 30, 1), (1, YES, 30, 1), (2, YES, 14, 1), (4, NO, 15, 0), (4, YES, 23, 0)]
    assert data.entry is not None
    assert data.entry.tolist() == [10, 16, 10, 2, 15]
    assert told(data.of_patients())[-1] == (4, YES, 23, 0)


def transplants() -> list[Entries]:
    """Who leaves home for nowhere by withdrawal stands for who is exposed: before, at once, later, at death, never."""
    return [
        [*randomized(10, NEW), (10, "exit", "new", "progression", 0), left(40, "home", "death")],
        [*randomized(10, NEW), (22, "exit", "new", "progression", 0), left(40, "home", "death")],
        [*randomized(10, NEW), (40, "exit", "new", "progression", 0), left(40, "home", "death")],
        [*randomized(10, OLD), left(30, "home", "death")],
    ]


@pytest.mark.parametrize(
    ("counted", "expected"),
    [
        ("ever", [(0, 1, 30, 1), (1, 1, 30, 1), (2, 1, 30, 1), (3, 0, 20, 1)]),
        ("time-dependent", [(0, 1, 30, 1), (1, 0, 12, 0), (1, 1, 30, 1), (2, 0, 30, 1), (3, 0, 20, 1)]),
    ],
)
def test_exposure_counts_for_all_of_the_time_or_from_its_day_on(counted: str, expected: list[Any]) -> None:
    """What happens at the instant of the event comes too late to be time at risk."""
    assert told(data_of(by(exposure="progression", counted=counted), transplants())) == expected


def test_exposed_by_a_landmark_is_who_was_so_by_the_end_of_it() -> None:
    scenario = by(exposure="progression", from_day=12)
    assert told(data_of(scenario, transplants())) == [(0, 1, 18, 1), (1, 1, 18, 1), (2, 0, 18, 1), (3, 0, 8, 1)]


def test_who_enters_a_step_is_exposed_as_well() -> None:
    patients: list[Entries] = [
        [*randomized(10, NEW), came(22, "second"), left(40, "home", "death")],
        [*randomized(10, NEW), left(30, "home", "death")],
    ]
    scenario = by(exposure="second", counted="time-dependent")
    assert told(data_of(scenario, patients)) == [(0, 0, 12, 0), (0, 1, 30, 1), (1, 0, 20, 1)]


def test_of_those_for_whom_a_condition_holds_when_time_begins() -> None:
    patients = [screened(LOW), screened(HIGH), screened(None), [*randomized(10, OLD), left(30, "home", "death")]]
    assert told(data_of(by(among="risk == 'high' or arm == 'old'"), patients)) == [(1, NEW, 30, 1), (3, OLD, 20, 1)]
    later = data_of(by(among="answer == 'yes'", from_day=15), LATER)
    assert later.row.tolist() == [0, 4]


def test_a_patient_who_is_twice_in_a_group_is_one_patient() -> None:
    """Without an answer until day 2, with no until day 10, yes until day 15, and no until death on day 23."""
    answers = [assessed(12, NO), assessed(20, YES), assessed(25, NO)]
    back: Entries = [*randomized(10, NEW), *answers, left(33, "home", "death")]
    scenario = by(groups="answer", counted="time-dependent", at_days=[1, 5, 20])
    arms = results(chunk_of(scenario, [back]))["endpoints"]["asked"]["arms"]
    assert {name: (arm["n"], arm["events"]) for name, arm in arms.items()} == {"yes": (1, 0), "no": (1, 1)}
    at_risk = {name: [at["at_risk"] for at in arm["at"].values()] for name, arm in arms.items()}
    assert at_risk == {"yes": [0, 0, 0], "no": [0, 1, 1]}


def test_time_is_cut_only_where_a_patient_goes_to_another_group() -> None:
    """Not where the answer is the same again; and of two answers at one instant the last one counts."""
    scenario = by(groups="answer", counted="time-dependent")
    same: Entries = [*randomized(10, NEW), assessed(12, YES), assessed(20, YES), left(33, "home", "death")]
    assert told(data_of(scenario, [same])) == [(0, YES, 23, 1)]
    twice: Entries = [*randomized(10, NEW), assessed(12, YES), assessed(12, NO), left(33, "home", "death")]
    assert told(data_of(scenario, [twice])) == [(0, NO, 23, 1)]


def test_what_becomes_of_a_patient_after_the_event_counts_where_all_does() -> None:
    scenario = by(groups="answer", counted="ever", events=["progression"])
    after: Entries = [*randomized(10, NEW), left(20, "home", "progression"), assessed(30, YES)]
    assert told(data_of(scenario, [after])) == [(0, YES, 10, 1)]


# --- what changes nothing -------------------------------------------------------------------------------------------

SAME = ("groups", "reference", "without_group", "before_landmark")
"""What tells that groups are not the arms, or that there is a landmark."""


def figures(scenario: Scenario, endpoint: str, seed: int, day: float) -> dict[str, Any]:
    chunk, _ = simulate(scenario, seed, 0)
    found = EndpointResults(scenario.sections.endpoints[endpoint], data_cut_on(chunk, day))
    return {name: part for name, part in of_trial(found, 0).items() if name not in SAME}


def odd(endpoint: str, without: tuple[str, ...] = (), **keys: str) -> Scenario:
    """The odd scenario with other keys of an endpoint."""
    head, mark, rest = Path(ODD).read_text(encoding="utf-8").partition(f"[endpoints.{endpoint}]\n")
    table, _, others = rest.partition("\n[")
    lines = [line for line in table.splitlines() if not line.startswith((*keys, *without))]
    lines += [f"{key} = {value}" for key, value in keys.items()]
    return load(Source("odd", "odd.toml", head + mark + "\n".join(lines) + "\n\n[" + others))


DAYS = st.floats(50, 1500)
OF_ALL_KINDS = ("os", "by_sex", "transplanted", "by_changing_mrd")


@examples(10)
@given(seed=st.integers(0, 1000), day=DAYS)
def test_a_column_that_is_the_arm_gives_the_figures_of_the_arms_to_the_bit(seed: int, day: float) -> None:
    by_column = odd("os", groups='"arm"', reference='"chemotherapy"')
    np.testing.assert_equal(figures(by_column, "os", seed, day), figures(load(ODD), "os", seed, day))


@examples(10)
@given(seed=st.integers(0, 1000), day=DAYS, endpoint=st.sampled_from(OF_ALL_KINDS))
def test_a_landmark_on_the_first_day_is_none(seed: int, day: float, endpoint: str) -> None:
    landmark = odd(endpoint, from_day="0")
    np.testing.assert_equal(figures(landmark, endpoint, seed, day), figures(load(ODD), endpoint, seed, day))


@examples(10)
@given(seed=st.integers(0, 1000), day=DAYS)
def test_an_exposure_at_the_very_start_makes_ordinary_groups(seed: int, day: float) -> None:
    """All who come to the graft are transplanted at that instant; of those who come to the answer nobody is, yet."""
    keys = {"start": '"graft"', "events": '["death"]'}
    dependent = figures(odd("transplanted", ("censored_by",), **keys), "transplanted", seed, day)
    fixed = odd("transplanted", ("censored_by", "counted"), from_day="0", **keys)
    ordinary = figures(fixed, "transplanted", seed, day)
    assert ordinary["arms"]["unexposed"]["n"] == 0
    for name in ("events", "events_by", "first_events"):
        assert dependent[name] == ordinary[name]
    for arm in ("unexposed", "exposed"):
        without = ordinary["arms"][arm] | {"restricted_mean_days": None}
        np.testing.assert_equal(dependent["arms"][arm], without)


@examples(10)
@given(seed=st.integers(0, 1000), day=DAYS)
def test_groups_that_never_change_are_the_same_as_time_goes_by(seed: int, day: float) -> None:
    fixed, dependent = load(ODD), odd("by_sex", counted='"time-dependent"')
    ordinary, changing = (figures(scenario, "by_sex", seed, day) for scenario in (fixed, dependent))
    for group, methods in changing["comparisons"].items():
        for method, found in methods.items():
            np.testing.assert_equal(found, ordinary["comparisons"][group][method])
    for group, arm in changing["arms"].items():
        np.testing.assert_equal(arm, ordinary["arms"][group] | {"restricted_mean_days": None})


@pytest.mark.parametrize("seed", range(3))
def test_both_engines_tell_the_same(seed: int) -> None:
    scenario = load(ODD)
    one, other = (results(simulate(scenario, seed, 0, engine=engine)[0]) for engine in ("vectorized", "discrete-event"))
    np.testing.assert_equal(one["endpoints"], other["endpoints"])


def test_replicates_of_a_chunk_are_those_of_each_alone() -> None:
    scenario = load(ODD)
    both = simulate_many(scenario, 5, range(2, 4))
    for trial, replicate in enumerate((2, 3)):
        np.testing.assert_equal(results(both, trial=trial), results(simulate(scenario, 5, replicate)[0]))


# --- immortal time, made and unmade ---------------------------------------------------------------------------------


def test_a_transplant_that_does_nothing_seems_to_help_only_those_who_lived_to_have_it() -> None:
    """The hazard is one and the same: only the naive comparison is off, and by far more than chance."""
    scenario = load("tests/trial/immortal.toml")
    found = {
        name: EndpointResults(endpoint, data_cut_on(simulate_many(scenario, 1, range(100)), 1826, complete=True))
        for name, endpoint in scenario.sections.endpoints.items()
    }
    logs = {
        name: np.log(next(iter((endpoint.comparisons or {}).values())).cox.hazard_ratio)
        for name, endpoint in found.items()
    }
    errors = {name: log.std(ddof=1) / math.sqrt(log.size) for name, log in logs.items()}
    assert math.exp(logs["ever"].mean()) < 0.75
    for name in ("by_donor", "landmark", "time_dependent"):
        assert abs(logs[name].mean()) < 4 * errors[name], name
