"""Who fares better and who worse in the other arm: by formula, under every coupling, and what is never touched."""

import math
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from calls import Pathsim

from pathsim.counterfactual import (
    APART_DAYS,
    Counterfactual,
    Effects,
    counterfactual,
    individual_effects,
    other_courses,
    redrawn,
)
from pathsim.couplings import COUPLINGS, INDIVIDUAL_EFFECTS, Coupling
from pathsim.engines.choose import simulate
from pathsim.journal import Journal
from pathsim.player.makers.patients import roster
from pathsim.player.requests import Open
from pathsim.player.worker_session import WorkerSession
from pathsim.results.json import results
from pathsim.scenario.files import Source
from pathsim.scenario.scenario import Scenario, load
from pathsim.trial.course import Course, course
from pathsim.trial.time_to_event import allocation, time_to_event

CASES = Path(__file__).parent / "cases"

PATIENTS = 40_000
TOLERANCE = 4 * 0.5 / math.sqrt(PATIENTS)
"""Four standard errors of a share, at most."""
DAY = 730.0
MANY = {"trial.patients": str(PATIENTS), "trial.per_month": "100000"}

FIRST_DAYS, EVENTS_FIRST, SPARED_LATER = 100.0, {"experimental": 0.2, "control": 0.5}, 0.6


def median_days(spared: float, days: float) -> float:
    """The median of an exponential time that so many are spared for so long."""
    return days * math.log(0.5) / math.log(spared)


TWO_PHASES = f"""
title   = "Two phases: one of each arm's own, one that both share"
extends = "two-arm-exponential"
[steps.experimental]
days    = {FIRST_DAYS}
next    = "after"
exit    = {{ death = {{ median_days = {median_days(1 - EVENTS_FIRST["experimental"], FIRST_DAYS)} }} }}
assumed = "a test"
[steps.control]
days    = {FIRST_DAYS}
next    = "after"
exit    = {{ death = {{ median_days = {median_days(1 - EVENTS_FIRST["control"], FIRST_DAYS)} }} }}
assumed = "a test"
[steps.after]
kind    = "phase"
exit    = {{ death = {{ median_days = {median_days(SPARED_LATER, DAY - FIRST_DAYS)}, next = "dead" }} }}
assumed = "a test"
"""


def one_phase() -> Scenario:
    return load("two-arm-exponential", MANY)


def two_phases() -> Scenario:
    return load(Source("two-phases", "<test>", TWO_PHASES), MANY)


@cache
def trial_of(name: str) -> Course:
    made = {"one phase": one_phase, "two phases": two_phases, "aall1331": lambda: load("aall1331")}[name]()
    return course(simulate(made, 21)[0])


@cache
def effects_of(name: str) -> Mapping[Coupling, Effects]:
    endpoint = next(iter(trial_of(name).scenario.sections.endpoints.values()))
    others = other_courses(trial_of(name)).items()
    return {coupling: individual_effects(trial_of(name), other, endpoint, DAY) for coupling, other in others}


def told_in(mine: Course) -> Counterfactual | None:
    return counterfactual(mine, other_courses(mine))


def shares(found: Effects) -> dict[str, float]:
    return {verdict: count / found.row.size for verdict, count in found.counts.items()}


def assert_same(first: Journal, second: Journal) -> None:
    assert all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))


EXPERIMENTAL, CONTROL = 0.5, 0.5 ** (DAY / 511)
"""Who is alive on day 730: medians are 730 and 511 days."""


@pytest.mark.parametrize(
    ("coupling", "better", "worse"),
    [
        ("shared", EXPERIMENTAL - CONTROL, 0.0),
        ("independent", EXPERIMENTAL * (1 - CONTROL), CONTROL * (1 - EXPERIMENTAL)),
        # Each arm has a step of its own, and nothing else follows.
        ("therapy", EXPERIMENTAL * (1 - CONTROL), CONTROL * (1 - EXPERIMENTAL)),
    ],
)
def test_with_two_constant_hazards_those_who_fare_better_and_worse_are_known(
    coupling: Coupling, better: float, worse: float
) -> None:
    found = shares(effects_of("one phase")[coupling])
    assert found["better"] == pytest.approx(better, abs=TOLERANCE)
    assert found["worse"] == pytest.approx(worse, abs=TOLERANCE if worse else 0)


def test_whatever_the_coupling_between_frechets_bounds() -> None:
    found = effects_of("one phase")
    most_better, most_worse = (found["shared"].bounds[verdict][1] / PATIENTS for verdict in ("better", "worse"))
    assert most_better == pytest.approx(min(1 - CONTROL, EXPERIMENTAL), abs=TOLERANCE)
    assert most_worse == pytest.approx(min(1 - EXPERIMENTAL, CONTROL), abs=TOLERANCE)
    for one in found.values():
        for verdict in ("better", "worse"):
            least, most = one.bounds[verdict]
            assert least <= one.counts[verdict] <= most
        assert one.fewer == one.counts["better"] - one.counts["worse"]


def test_in_two_phases_the_three_couplings_differ_as_the_formula_says() -> None:
    mine, theirs = (1 - EVENTS_FIRST[arm] for arm in ("experimental", "control"))
    later = SPARED_LATER
    expected = {
        "shared": (later * (mine - theirs), 0.0),
        "therapy": (later * mine * (1 - theirs), later * theirs * (1 - mine)),
        "independent": (later * mine * (1 - later * theirs), later * theirs * (1 - later * mine)),
    }
    for coupling, found in effects_of("two phases").items():
        told = shares(found)
        assert (told["better"], told["worse"]) == pytest.approx(expected[coupling], abs=TOLERANCE)


def test_events_in_both_arms_are_the_same_outcome_only_if_they_are_near_each_other() -> None:
    """With shared draws of an exponential time the arms' times are proportional, as their medians are."""
    found = shares(effects_of("one phase")["shared"])
    # The control's event t comes before day 511, the other's at t * 730 / 511, which is more than 90 days later.
    nearest = APART_DAYS / (730 / 511 - 1)
    later = 0.5 ** (nearest / 511) - 0.5 ** (DAY / 730)
    assert found["later"] == pytest.approx(later, abs=TOLERANCE)
    assert found["earlier"] == 0
    assert sum(found.values()) == pytest.approx(1)


@pytest.mark.parametrize("name", ["two phases", "aall1331"])
def test_the_trial_itself_and_all_before_the_randomization_stay_as_they_are(name: str) -> None:
    mine = trial_of(name)
    before = [event.tolist() for event in mine.chunk.journal]
    step = mine.scenario.randomization
    assert step is not None
    for other in other_courses(mine).values():
        journals = [of.chunk.journal.pick(of.chunk.journal.event < step[0].enter).in_order() for of in (mine, other)]
        assert_same(*journals)
    assert [event.tolist() for event in mine.chunk.journal] == before


def test_therapy_redraws_the_steps_that_only_one_arm_leads_to() -> None:
    scenario = load("aall1331")
    therapies = {"blina_start", "blina_1", "after_blina_1", "blina_2"}
    therapies |= {"chemo_start", "block_2", "after_block_2", "block_3"}
    assert redrawn(scenario, "therapy") == therapies
    assert redrawn(scenario, "shared") == frozenset()
    everything = redrawn(scenario, "independent")
    assert therapies | {"transplant", "salvage", "dead"} <= everything
    assert not everything & {"block_1", "risk_assignment", "consolidation", "low_risk"}


ONE_STEP_FOR_BOTH = """
title   = "Both arms lead to the same step"
extends = "two-arm-exponential"
without = ["steps.control"]
[trial]
therapy = {therapy}
[steps.randomization]
arms = {{ experimental = "experimental", control = "experimental" }}
"""


@pytest.mark.parametrize(("therapy", "steps"), [('["experimental"]', {"experimental"}), ("[]", set())])
def test_therapy_redraws_what_the_trial_compares_though_both_arms_lead_to_it(therapy: str, steps: set[str]) -> None:
    scenario = load(Source("one", "<test>", ONE_STEP_FOR_BOTH.format(therapy=therapy)))
    assert redrawn(scenario, "therapy") == steps


def test_between_two_of_three_arms_only_what_either_leads_to_counts() -> None:
    """Both doses lead to the same step, and so no step is one dose's own."""
    text = """
title   = "Two doses, and a control"
extends = "two-arm-exponential"
[steps.randomization]
arms  = { high = "experimental", experimental = "experimental", control = "control" }
block = 6
assumed = "x"
"""
    scenario = load(Source("doses", "<test>", text))
    assert redrawn(scenario, "therapy", ("high", "experimental")) == frozenset()
    assert redrawn(scenario, "therapy", ("high", "control")) == {"experimental", "control"}
    assert redrawn(scenario, "independent", ("high", "experimental")) == {"experimental", "dead"}


def test_only_the_arms_of_a_pair_change_places() -> None:
    mine = course(simulate(load("tests/app/odd/three_arms.toml"), 3)[0])
    drug, other, placebo = mine.scenario.arms
    arms = allocation(mine.final()).group
    for coupling, swapped in other_courses(mine, (drug, placebo)).items():
        found = allocation(swapped.final()).group
        before, after = {0: 2, 1: 1, 2: 0, -1: -1}, dict(zip(arms.tolist(), found.tolist(), strict=True))
        assert {arm: after[arm] for arm in after} == {arm: before[arm] for arm in after}
        same = arms == mine.scenario.arms.index(other)
        journals = [of.chunk.journal.pick(same[of.chunk.journal.row]).in_order() for of in (mine, swapped)]
        if coupling == "shared":
            assert_same(*journals)


def test_who_is_lost_to_follow_up_in_either_arm_fares_neither_better_nor_worse() -> None:
    mine = trial_of("aall1331")
    endpoint = mine.scenario.sections.endpoints["dfs"]
    other = other_courses(mine)["shared"]
    found = individual_effects(mine, other, endpoint, DAY)
    lost = set()
    for of in (mine, other):
        data = time_to_event(of.data_cut_on(math.inf, complete=True), endpoint)
        lost |= set(data.row[~data.event & (data.time < DAY)].tolist())
    told = set(found.row[found.effect == INDIVIDUAL_EFFECTS.index("unknown")].tolist())
    assert told == lost
    assert lost


def test_the_other_arm_of_the_other_arm_is_the_own() -> None:
    mine = trial_of("aall1331")
    back = other_courses(other_courses(mine)["shared"])["shared"]
    assert_same(back.chunk.journal.in_order(), mine.chunk.journal.in_order())


@pytest.mark.parametrize("coupling", COUPLINGS)
def test_a_report_tells_the_net_first_and_every_coupling(
    pathsim: Pathsim, monkeypatch: pytest.MonkeyPatch, coupling: Coupling
) -> None:
    monkeypatch.setenv("COLUMNS", "130")
    told = " ".join(pathsim("run", "aall1331", "--seed", 21, "--coupling", coupling).out.split())
    told_of = told_in(trial_of("aall1331"))
    assert told_of is not None
    assert (told_of.endpoint, told_of.day) == ("dfs", 1095.0)
    found, mine = told_of.under, told_of.under[coupling]
    events = f"{mine.events[0]} against {mine.events[1]}"
    net = f"By 3 years, {mine.fewer} fewer of {mine.known} patients have an event with blinatumomab"
    assert net in told
    assert told.index(net) < told.index(events) < told.index("neither a trial nor this model can know")
    who = rf"{mine.counts['better']} fares? better with blinatumomab and {mine.counts['worse']} fares? worse"
    assert re.search(who, told)
    for one in found.values():
        fare = [f"{one.counts[verdict]} ({least}-{most})" for verdict, (least, most) in one.bounds.items()]
        rest = [str(one.counts[verdict]) for verdict in ("later", "earlier", "same")]
        assert " ".join([str(one.fewer), *fare, *rest]) in told


def test_the_coupling_changes_nothing_else_of_a_run(pathsim: Pathsim, tmp_path: Path) -> None:
    for coupling in COUPLINGS:
        asked = ("run", "two-arm-exponential", "--seed", 3, "--coupling", coupling, "--format", "csv")
        assert pathsim(*asked, "--out", tmp_path / coupling).code == 0
    for name in ("results.json", "journal.csv"):
        assert len({(tmp_path / coupling / name).read_bytes() for coupling in COUPLINGS}) == 1


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        (("two-arm-exponential", "--watch"), "--watch does not print"),
        (("two-arm-exponential", "--json"), "leave --coupling out"),
        (("two-arm-exponential", "--until", "2021-01-01"), "of a trial that goes on"),
        (("stroke-thrombectomy",), "'stroke-thrombectomy' has none"),
    ],
)
def test_a_coupling_that_nothing_is_told_of_is_refused(pathsim: Pathsim, asked: tuple[str, ...], told: str) -> None:
    done = pathsim("run", *asked, "--seed", 1, "--coupling", "independent")
    assert (done.code, done.out) == (2, "")
    assert told in " ".join(done.err.split())


@pytest.mark.parametrize(
    "asked",
    [
        ("stroke-thrombectomy",),
        ("aall1331", "--until", "2018-01-01"),
        ("aall1331", "--set", "resources.transplant_bed.capacity=1"),
        ("two-arm-exponential", "--set", "endpoints.os.at_days=[]"),
        ("two-arm-exponential", "--set", "trial.per_month=0.0001"),
    ],
    ids=["no arms", "a trial that goes on", "a queue", "no day", "nobody"],
)
def test_where_nothing_can_be_said_nothing_is(pathsim: Pathsim, asked: tuple[str, ...]) -> None:
    done = pathsim("run", *asked, "--seed", 1)
    assert (done.code, "Flow of patients" in done.out) == (0, True)
    assert "The counterfactual" not in done.out


def test_bounds_are_those_of_the_counts() -> None:
    numbers = np.array([INDIVIDUAL_EFFECTS.index(word) for word in ("better", "better", "same", "unknown")])
    found = Effects(np.arange(4), numbers, (0, 2))
    assert (found.known, found.fewer) == (3, 2)
    assert found.bounds == {"better": (2, 2), "worse": (0, 0)}
    assert Effects(np.arange(4), numbers, (2, 1)).bounds == {"better": (0, 1), "worse": (1, 2)}


def case(name: str, seed: int, **settings: str) -> Course:
    return course(simulate(load(str(CASES / f"{name}.toml"), settings), seed)[0])


def test_where_anybody_queues_in_any_of_the_trials_nobody_knows() -> None:
    """Beds are for one arm only: with some seeds patients queue in their own arms, with some only in the others."""
    short = {"resources.bed.capacity": "10"}
    told = {}
    for seed in range(20):
        mine = case("beds-in-one-arm", seed, **short)
        plenty = case("beds-in-one-arm", seed, **{"resources.bed.capacity": "60"})
        found = told_in(mine)
        expected = told_in(plenty)
        assert expected is not None
        assert found is None or found.as_results() == expected.as_results()
        told[seed] = found is not None
    assert set(told.values()) == {True, False}


def test_the_app_knows_nothing_either_where_patients_queue_in_the_other_arm() -> None:
    source = str(CASES / "beds-in-one-arm.toml")
    for seed in (1, 2, 10, 19):
        session = WorkerSession.opened(Open(1, source, seed, (("resources.bed.capacity", "10"),)), None)
        assert roster(1, session.simulated, session.counterfactual(1461.0), "shared", 1461.0).balance is None
        assert told_in(case("beds-in-one-arm", seed, **{"resources.bed.capacity": "10"})) is None


def test_those_who_come_after_the_last_data_cut_are_not_counted() -> None:
    mine = course(simulate(load("two-arm-exponential", {"trial.per_month": "4"}), 3)[0])
    found = told_in(mine)
    assert found is not None
    assert found.under["shared"].row.size == results(mine.chunk)["trial"]["randomized"] < 400


@pytest.mark.parametrize("seed", range(12))
def test_in_a_small_trial_each_coupling_keeps_to_its_own_bounds(seed: int) -> None:
    found = told_in(course(simulate(load("two-arm-exponential", {"trial.patients": "12"}), seed)[0]))
    assert found is not None
    for here in found.under.values():
        for effect, (least, most) in here.bounds.items():
            assert least <= here.counts[effect] <= most


def test_who_never_comes_to_the_start_in_one_arm_is_not_known_whichever_that_is() -> None:
    mine = case("starts-later", 3)
    endpoint = mine.scenario.sections.endpoints["os"]
    other = other_courses(mine)["shared"]
    found = individual_effects(mine, other, endpoint, DAY)
    starts = mine.scenario.entry("after").enter
    came = [set(of.chunk.journal.row[of.chunk.journal.event == starts].tolist()) for of in (mine, other)]
    assert came[0] != came[1]
    assert found.row.size == results(mine.chunk)["trial"]["randomized"] > len(came[0])
    known = found.row[found.effect != INDIVIDUAL_EFFECTS.index("unknown")]
    assert set(known.tolist()) <= came[0] & came[1]


def test_the_committee_decides_in_the_other_arm_as_it_did() -> None:
    """What comes after therapy hangs on it here: another decision would pass for an effect of the arm."""
    for seed in range(5):
        mine = case("asks-whether-stopped", seed)
        stopped_on = mine.looks[0][-1].day if mine.looks[0][-1].decision.startswith("stop") else math.inf
        scenario = mine.scenario
        good, maybe = (scenario.entry(name).enter for name in ("good", "maybe"))
        for other in other_courses(mine).values():
            journal = other.chunk.as_stopped.journal
            came = {row: day for row, day, event in zip(*_columns(journal), strict=True) if event == maybe}
            assert came
            into_good = set(journal.row[journal.event == good].tolist())
            benefit = mine.looks[0][-1].decision == "stop for benefit"
            assert into_good == {row for row, day in came.items() if benefit and day > stopped_on}


def _columns(journal: Journal) -> tuple[list[int], list[float], list[int]]:
    return journal.row.tolist(), journal.day.tolist(), journal.event.tolist()
