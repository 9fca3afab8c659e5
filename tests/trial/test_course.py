"""A trial that is stopped is the same trial, cut: what its committee did, and what is known of it afterwards."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from pathsim.engines.choose import simulate_many
from pathsim.engines.discrete_event import DiscreteEventEngine
from pathsim.journal import Journal
from pathsim.results.json import results
from pathsim.scenario.scenario import Scenario, load
from pathsim.trial.committee import Committee
from pathsim.trial.course import Course, course, stop_reason
from pathsim.trial.data_cut import Chunk, DataCut
from pathsim.trial.monitoring import going
from pathsim.trial.time_to_event import allocation, time_to_event

MONITORED = "tests/scenarios/monitored.toml"
WITHOUT_CROSSOVER = {"steps.unblinding.rules": "[{ when = \"risk == 'low'\", next = 'drug' }, { next = 'follow_up' }]"}
VARIANTS = {
    "with a crossover": {},
    "without a crossover": WITHOUT_CROSSOVER,
    "with no order before the end": {"trial.monitoring.order.day": "100000"},
    "ordered on the first day": {"trial.monitoring.order.day": "1"},
    "with a drug that does nothing": {"steps.drug.exit.progression.median_days": "300", **WITHOUT_CROSSOVER},
    "that closes at once": {"trial.monitoring.closes_after_days": "0"},
}
TRIALS = range(40)


@pytest.fixture(scope="module", params=VARIANTS)
def chunk(request: pytest.FixtureRequest) -> Chunk:
    return simulate_many(load(MONITORED, VARIANTS[request.param]), 3, TRIALS)


@pytest.fixture(scope="module")
def crossed() -> Chunk:
    return simulate_many(load(MONITORED), 3, TRIALS)


def of_trial(journal: Journal, trial: int, patients: int) -> Journal:
    return journal.pick(journal.row // patients == trial).moved(-trial * patients).in_order()


def assert_same(one: Journal, other: Journal) -> None:
    for left, right in zip(one, other, strict=True):
        np.testing.assert_array_equal(left, right)


def went(followed: Course) -> DataCut:
    return followed.data_cut_on(math.inf, complete=True)


def days_of(journal: Journal, code: int, rows: int) -> NDArray[np.float64]:
    days = np.full(rows, math.inf)
    here = journal.event == code
    days[journal.row[here]] = journal.day[here]
    return days


def test_the_committee_in_the_calendar_decides_as_looks_at_the_journal_do(chunk: Chunk) -> None:
    """Same looks, same figures, same decisions on the same days, and the same trial afterwards, entry by entry."""
    followed, patients = course(chunk), chunk.scenario.patients
    for trial in TRIALS[::3]:
        engine = DiscreteEventEngine(chunk.scenario, chunk.seed, trial)
        committee = Committee(engine)
        engine.run()
        assert committee.looks == followed.looks[trial]
        assert_same(engine.journal().in_order(), of_trial(went(followed).journal, trial, patients))


def test_a_trial_that_is_watched_from_month_to_month_decides_the_same(crossed: Chunk) -> None:
    engine = DiscreteEventEngine(crossed.scenario, crossed.seed, 4)
    committee = Committee(engine)
    for day in range(0, 3000, 30):
        engine.run(until=day)
    engine.run()
    assert committee.looks == course(crossed).looks[4]


def test_the_trials_of_these_tests_stop_for_every_reason() -> None:
    reasons = set()
    for settings in VARIANTS.values():
        reasons |= {stop_reason(held) for held in course(simulate_many(load(MONITORED, settings), 3, TRIALS)).looks}
    assert reasons == {"no", "benefit", "futility", "order"}


def test_after_the_closing_nobody_is_enrolled_or_randomized(chunk: Chunk) -> None:
    followed = course(chunk)
    scenario, seen = chunk.scenario, went(followed).journal
    limit = np.repeat(followed.closing, scenario.patients)
    arm = next(event.code for event in scenario.vocabulary.of("arm"))
    for code in (scenario.steps[0].enter, arm):
        days = days_of(seen, code, chunk.rows)
        assert (days[days < math.inf] <= limit[days < math.inf]).all()
    assert np.isfinite(followed.closing).any()


def test_the_closing_comes_some_days_after_the_stop(chunk: Chunk) -> None:
    followed, plan = course(chunk), chunk.scenario.trial.monitoring
    assert plan is not None
    for held, closing in zip(followed.looks, followed.closing.tolist(), strict=True):
        expected = math.inf if going(held) else held[-1].day + (plan.closes_after_days or 0)
        assert closing == expected


def test_who_comes_to_the_randomization_too_late_stays_there(chunk: Chunk) -> None:
    followed, scenario = course(chunk), chunk.scenario
    known = went(followed)
    assert scenario.randomization is not None
    reached = days_of(known.journal, scenario.randomization[0].enter, chunk.rows)
    late = np.flatnonzero(np.isfinite(reached) & (reached > np.repeat(followed.closing, scenario.patients)))
    for row in late.tolist():
        mine = known.journal.pick(known.journal.row == row).in_order()
        assert scenario.vocabulary[int(mine.event[-1])].step == scenario.randomization[0].name
        assert allocation(known).group[row] == -1


def test_until_its_stop_a_trial_is_the_one_that_would_have_run_on(chunk: Chunk) -> None:
    followed, patients = course(chunk), chunk.scenario.patients
    for trial in TRIALS:
        held = followed.looks[trial]
        stop = math.inf if going(held) else held[-1].day
        one, other = of_trial(went(followed).journal, trial, patients), of_trial(chunk.journal, trial, patients)
        assert_same(one.pick(one.day <= stop), other.pick(other.day <= stop))


def test_an_order_stops_a_trial_on_its_day_unless_something_else_has(chunk: Chunk) -> None:
    plan = chunk.scenario.trial.monitoring
    assert plan is not None
    assert plan.order is not None
    if (plan.order.day or 0) > chunk.scenario.latest_day(chunk.scenario.final_cutoff):
        assert all(look.decision != "stop by order" for held in course(chunk).looks for look in held)
        return
    for held in course(chunk).looks:
        assert held[-1].day <= (plan.order.day or 0)
        assert not going(held)
        assert all(look.decision != "stop by order" for look in held[:-1])
        if held[-1].decision == "stop by order":
            assert held[-1].day == plan.order.day


def test_after_a_stop_for_benefit_patients_on_placebo_cross_over(crossed: Chunk) -> None:
    followed, scenario = course(crossed), crossed.scenario
    known = went(followed)
    groups = allocation(known)
    entered = days_of(known.journal, scenario.entry("drug").enter, crossed.rows)
    asked = days_of(known.journal, scenario.entry("unblinding").enter, crossed.rows)
    placebo = groups.group == groups.groups.index("placebo")
    stop = np.repeat([held[-1].day if stop_reason(held) != "futility" else math.inf for held in followed.looks], 300)
    after = placebo & np.isfinite(asked) & (asked > stop)
    assert after.any()
    np.testing.assert_array_equal(np.isfinite(entered[placebo]), after[placebo])


def test_had_nobody_stopped_the_trial_nobody_would_have_crossed_over(crossed: Chunk) -> None:
    known = course(crossed).data_cut_on(math.inf, complete=True, run_on=True)
    groups = allocation(known)
    entered = days_of(known.journal, crossed.scenario.entry("drug").enter, crossed.rows)
    assert not np.isfinite(entered[groups.group == groups.groups.index("placebo")]).any()


@pytest.mark.parametrize(("name", "wanted"), [("early", 40), ("planned", 100)])
def test_a_cut_off_by_events_comes_on_the_day_on_which_so_many_are_known(
    crossed: Chunk, name: str, wanted: int
) -> None:
    followed, scenario = course(crossed), crossed.scenario
    cutoff, endpoint = scenario.trial.cutoffs[name], scenario.sections.endpoints["pfs"]
    day = followed.data_cut_at(cutoff).day

    def known_events(day: NDArray[np.float64]) -> NDArray[np.intp]:
        known = followed.data_cut_on(day, run_on=cutoff.run_on)
        data = time_to_event(known, endpoint)
        return np.bincount(data.trial[data.event], minlength=len(TRIALS))

    reached = day < scenario.latest_day(cutoff)
    assert reached.all()
    assert (known_events(day) >= wanted).all()
    assert (known_events(day - 1) < wanted).all()


def test_a_cut_off_by_events_that_never_come_is_done_on_its_last_day(crossed: Chunk) -> None:
    scenario = load(MONITORED, {"trial.cutoffs.early.events": "100000"})
    chunk = simulate_many(scenario, crossed.seed, range(3))
    assert (course(chunk).data_cut_at(scenario.trial.cutoffs["early"]).day == 900).all()


def test_the_final_analysis_is_of_the_trial_as_it_went(crossed: Chunk) -> None:
    scenario = crossed.scenario
    assert scenario.final_cutoff is scenario.trial.cutoffs["final"]
    found = results(simulate_many(scenario, crossed.seed, [0]))
    closing = course(crossed).closing[0]
    assert found["trial"]["last_day"] <= closing
    assert found["cutoffs"]["planned"]["randomized"] > found["trial"]["randomized"]
    assert found["cutoffs"]["planned"]["events"]["pfs"] >= 100
    assert found["trial"]["ended"] == {
        "day": found["trial"]["looks"][-1]["day"],
        "events": found["trial"]["looks"][-1]["events"],
    }


def test_a_trial_that_no_look_ends_ends_at_its_final_cutoff_with_the_events_known_then() -> None:
    settings = {"trial.monitoring.planned_events": "100000", "trial.monitoring.order.day": "100000"}
    found = results(simulate_many(load(MONITORED, settings), 3, [0]))
    assert found["trial"]["looks"] == []
    assert found["trial"]["ended"] == {"day": 1200, "events": found["endpoints"]["pfs"]["events"]}


def test_many_trials_at_once_go_as_each_alone(crossed: Chunk) -> None:
    together = course(crossed)
    for trial in TRIALS[::7]:
        alone = course(simulate_many(crossed.scenario, crossed.seed, [trial]))
        assert alone.looks[0] == together.looks[trial]
        assert_same(went(alone).journal.in_order(), of_trial(went(together).journal, trial, crossed.scenario.patients))


def test_where_places_are_short_the_trial_goes_as_its_committee_let_it() -> None:
    """Patients who were turned away take no place from anybody; had the trial run on, they would have."""
    scenario: Scenario = load("aall1331", {"resources.transplant_bed.capacity": "5"})
    chunk = simulate_many(scenario, 2, range(2))
    assert chunk.stopped is not None
    for trial, held in enumerate(course(chunk).looks):
        engine = DiscreteEventEngine(scenario, 2, trial)
        committee = Committee(engine)
        engine.run()
        assert committee.looks == held
        assert_same(engine.journal().in_order(), of_trial(chunk.stopped, trial, scenario.patients))
    assert chunk.stopped.row.size < chunk.journal.row.size


def test_a_look_and_a_cut_off_of_the_same_day_analyse_the_same(crossed: Chunk) -> None:
    at = {"trial.cutoffs.early.day": "700", "trial.cutoffs.early.events": "100000"}
    found = results(simulate_many(load(MONITORED, at), crossed.seed, [4]))
    look, cutoff = found["trial"]["looks"][-1], found["cutoffs"]["early"]
    assert look["day"] == cutoff["day"] == 700
    assert look["analysis"] == cutoff["endpoints"]["pfs"]
    assert look["hazard_ratio"] == look["analysis"]["comparisons"]["drug"]["cox"]["hazard_ratio"]
    assert look["z"] == -look["analysis"]["comparisons"]["drug"]["logrank"]["z"]
    assert look["events"] == sum(arm["events"] for arm in look["analysis"]["arms"].values())


@pytest.mark.parametrize(
    ("settings", "follows"),
    [
        ({}, True),
        (WITHOUT_CROSSOVER, False),
        (
            {"steps.unblinding.rules": "[{ when = \"risk == 'stopped'\", next = 'drug' }, { next = 'follow_up' }]"},
            False,
        ),
    ],
)
def test_a_stop_changes_a_pathway_only_if_it_asks(settings: dict[str, str], follows: bool) -> None:  # noqa: FBT001
    levels = {"cohort.risk.levels": "{ low = 0.6, high = 0.3, stopped = 'rest' }"}
    assert load(MONITORED, levels | settings).follows_stop == follows


def test_an_order_that_comes_after_the_final_cut_off_is_never_given() -> None:
    """The report is about what was known then; in the discrete-event engine, too, the committee has gone home."""
    late = {
        "trial.monitoring.order.day": "401",
        "trial.cutoffs.final.day": "400",
        "trial.cutoffs.early.day": "300",
    }
    chunk = simulate_many(load(MONITORED, WITHOUT_CROSSOVER | late), 3, TRIALS)
    assert any(going(held) for held in course(chunk).looks)
    assert all(look.decision != "stop by order" for held in course(chunk).looks for look in held)
    engine = DiscreteEventEngine(chunk.scenario, chunk.seed, 0)
    committee = Committee(engine)
    engine.run()
    assert committee.looks == course(chunk).looks[0]


def test_the_incidence_of_first_events_is_what_survival_has_lost(crossed: Chunk) -> None:
    found = results(simulate_many(crossed.scenario, crossed.seed, [0]))["endpoints"]["pfs"]
    assert found["first_events"]["drug"]["progression"] > 3 * found["first_events"]["drug"]["death"]
    for arm, incidence in found["incidence"].items():
        for day, at in found["arms"][arm]["at"].items():
            assert sum(of_event[day] for of_event in incidence.values()) == pytest.approx(1 - at["survival"])
            assert incidence["progression"][day] > incidence["death"][day]
