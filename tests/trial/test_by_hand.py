"""A trial of twelve patients whose journal is written here by hand, so that every figure of it can be counted."""

from collections.abc import Iterable
from statistics import NormalDist
from typing import Any

import numpy as np
import pytest
from strategies import scenario_of

from pathsim.journal import Journal
from pathsim.scenario.models import Target
from pathsim.scenario.scenario import Scenario
from pathsim.trial import tables
from pathsim.trial.known import Chunk, Known, everything, known_on
from pathsim.trial.outcomes import allocation, essentials, outcomes, survival_table
from pathsim.trial.results import results, targeted

TEXT = """
title = "By hand"
[trial]
assumed         = "a test"
begins          = 2020-01-01
patients        = 12
per_month       = 10
randomisation   = "allocation"
control         = "old"
therapy         = ["new", "old", "second"]
reporting_delay = 10
cutoffs.end     = { day = 100, complete = true }
[pools]
assumed         = "a test"
bed.places      = 1
[cohort]
assumed       = "a test"
hidden.levels = { no = 0.5, yes = "rest" }
hidden.latent = true
age.quantiles = [0, 100]
[endpoints.pfs]
label       = "PFS"
start       = "allocation"
events      = ["progression", "death"]
censored_by = ["withdrawal"]
at_days     = [20, 40]
assumed     = "a test"
[endpoints.os]
label       = "OS"
start       = "screening"
events      = ["death"]
[toxicities]
assumed   = "a test"
infection = { onset = 1, lasts = 1 }
rash      = { onset = 1, lasts = 1 }
[steps]
assumed = "a test"
[steps.screening]
kind     = "phase"
days     = 5
next     = "allocation"
exit     = { death = { next = "dead" } }
toxicity = { rash = { grade3plus = 0.1 } }
assess   = [{ set = "risk", levels = { low = 0.5, high = "rest" } }]
[steps.allocation]
kind  = "randomise"
arms  = { new = "new", old = "old" }
block = 2
[steps.new]
kind     = "phase"
days     = 10
next     = "second"
fatal    = "death"
toxicity = { infection = { grade3plus = 0.5, grade5 = 0.1 }, rash = { grade3plus = 0.1 } }
assess   = [{ set = "answer", levels = { yes = 0.5, no = "rest" } }]
exit     = { progression = { next = "lost" }, death = { next = "dead" } }
[steps.old]
kind     = "phase"
days     = 10
next     = "queue"
toxicity = { rash = { grade3plus = 0.1 } }
exit     = { progression = { next = "lost" } }
[steps.second]
kind     = "phase"
days     = 10
next     = "queue"
toxicity = { infection = { grade3plus = 0.5 } }
[steps.queue]
kind  = "wait"
ready = 2
pool  = "bed"
next  = "operation"
exit  = { death = { next = "dead" } }
[steps.operation]
kind  = "phase"
days  = 1
holds = "bed"
next  = "home"
[steps.home]
kind  = "phase"
exit  = { progression = { next = "lost" }, death = { next = "dead" }, withdrawal = { next = "lost" } }
[steps.lost]
kind = "end"
[steps.dead]
kind = "end"
"""
NEW, OLD = 0, 1
Entries = Iterable[tuple[float, str, str, str, float]]
"""Of one patient: day, kind, step, name, value."""


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return scenario_of(TEXT)


def came(day: float, step: str) -> tuple[float, str, str, str, float]:
    return day, "enter", step, step, 0.0


def randomized(day: float, arm: int) -> list[tuple[float, str, str, str, float]]:
    """Somebody who came five days earlier."""
    at = "allocation"
    to = came(day, ("new", "old")[arm])
    return [came(day - 5, "screening"), came(day, at), (day, "stratum", at, "arm", 0), (day, "arm", at, "arm", arm), to]


def left(day: float, step: str, name: str, cause: float = 0.0) -> tuple[float, str, str, str, float]:
    return day, "exit", step, name, cause


def chunk_of(scenario: Scenario, patients: list[Entries], trials: int = 1) -> Chunk:
    """The patients of one trial, or the same ones in each of several trials."""
    codes = {(event.kind, event.step, event.name): event.code for event in scenario.vocabulary.events}
    columns: list[tuple[int, float, int, float]] = []
    for trial in range(trials):
        for number, entries in enumerate(patients):
            row = trial * scenario.patients + number
            columns += [(row, day, codes[kind, step, name], value) for day, kind, step, name, value in entries]
    row, day, event, value = zip(*columns, strict=True)
    types = (np.intp, np.float64, np.int16, np.float64)
    journal = Journal(*(np.array(column, kind) for column, kind in zip((row, day, event, value), types, strict=True)))
    return Chunk(scenario, 1, range(trials), journal)


# --- the day on which something is known ----------------------------------------------------------------------------


def read(known: Known, patient: int, endpoint: str = "pfs") -> tuple[float, int] | None:
    """Time and cause of a patient; None for one of whom nothing is known."""
    data = outcomes(known, known.chunk.scenario.sections.endpoints[endpoint])
    mine = np.flatnonzero(data.row == patient)
    return None if not mine.size else (float(data.time[mine[0]]), int(data.cause[mine[0]]))


@pytest.mark.parametrize(
    ("entries", "expected"),
    [
        ([left(90, "home", "progression")], (80, 1)),  # on the last day of which anything is known
        ([left(90.5, "home", "progression")], (80, 0)),
        ([left(90, "home", "withdrawal")], (80, 0)),
        (
            [left(40, "home", "withdrawal"), left(40, "new", "progression")],
            (30, 1),
        ),  # an event comes before a censoring
        ([left(40, "home", "withdrawal"), left(40.5, "home", "death")], (30, 0)),
        ([left(40, "home", "death"), left(50, "home", "withdrawal")], (30, 2)),
        ([left(40, "home", "death"), left(40, "new", "progression")], (30, 1)),  # the first of the list
        ([left(10, "new", "death")], (0, 2)),
        ([], (80, 0)),
    ],
)
def test_an_event_counts_up_to_the_last_day_of_which_anything_is_known(
    scenario: Scenario, entries: list[tuple[float, str, str, str, float]], expected: tuple[float, int]
) -> None:
    """Randomized on day 10; data are cut on day 100, and the record lags ten days behind."""
    assert read(known_on(chunk_of(scenario, [randomized(10, NEW) + entries]), 100), 0) == expected


@pytest.mark.parametrize("complete", [False, True])
@pytest.mark.parametrize(("day", "knows_arm"), [(89.5, True), (90, True), (100, True), (100.5, False)])
def test_arms_are_known_at_once_and_times_when_they_are_reported(
    scenario: Scenario, day: float, *, knows_arm: bool, complete: bool
) -> None:
    known = known_on(chunk_of(scenario, [randomized(day, OLD)]), 100, complete=complete)
    groups = allocation(known)
    assert (groups.group[0] == OLD, groups.stratum[0] == 0, groups.day[0] == day) == (knows_arm,) * 3
    until = 100 if complete else 90
    assert read(known, 0) == ((until - day, 0) if day <= until else None)
    # Whoever came is known at once, and so is the start of a time that begins with coming.
    assert read(known, 0, "os") == ((max(until - (day - 5), 0), 0) if knows_arm else None)


@pytest.mark.parametrize(("day", "counts"), [(50, True), (50.5, False)])
def test_who_is_randomized_on_the_day_of_the_closing_counts(scenario: Scenario, day: float, *, counts: bool) -> None:
    known = known_on(chunk_of(scenario, [randomized(day, NEW)]), 100, complete=True, closing=50)
    assert (allocation(known).group[0] == NEW) == counts
    assert read(known, 0) == ((100 - day, 0) if counts else None)
    kinds = [known.chunk.scenario.vocabulary[code].kind for code in known.journal.event.tolist()]
    steps = [known.chunk.scenario.vocabulary[code].step for code in known.journal.event.tolist()]
    assert ("arm" in kinds, "new" in steps) == (counts, counts)
    assert "allocation" in steps, "up to there everybody who came in time can go"


@pytest.mark.parametrize(("day", "counts"), [(50, True), (50.5, False)])
def test_who_comes_on_the_day_of_the_closing_counts(scenario: Scenario, day: float, *, counts: bool) -> None:
    known = known_on(chunk_of(scenario, [[came(day, "screening")]]), 100, complete=True, closing=50)
    assert known.journal.row.size == np.isfinite(known.enrolled[0]) == counts


def test_the_journal_is_cut_after_its_day(scenario: Scenario) -> None:
    patient = [*randomized(80, NEW), came(90, "second"), came(100, "queue"), came(100.5, "operation")]
    chunk = chunk_of(scenario, [patient])
    steps = {
        complete: [scenario.vocabulary[code].step for code in known_on(chunk, 100, complete=complete).journal.event]
        for complete in (False, True)
    }
    assert "second" in steps[False]
    assert "queue" not in steps[False]
    assert "queue" in steps[True]
    assert "operation" not in steps[True]


# --- tables ---------------------------------------------------------------------------------------------------------


def toxic(day: float, step: str, name: str, grade: float) -> tuple[float, str, str, str, float]:
    return day, "toxicity", step, name, grade


def assessed(day: float, step: str, name: str, level: float) -> tuple[float, str, str, str, float]:
    return day, "assess", step, name, level


PATIENTS: list[Entries] = [
    # Infection of grade 3 in both steps, the second time of grade 4, and a rash: waits half a day and is operated on.
    [
        *randomized(10, NEW),
        assessed(10, "screening", "risk", 1),
        toxic(12, "new", "infection", 3),
        toxic(13, "new", "rash", 3),
        assessed(20, "new", "answer", 0),
        came(20, "second"),
        toxic(25, "second", "infection", 4),
        came(30, "queue"),
        (34.5, "ready", "queue", "bed", 0),
        came(35, "operation"),
        came(36, "home"),
        left(50, "home", "progression"),
        came(50, "lost"),
    ],
    # A fatal infection, first written as grade 4.
    [
        *randomized(15, NEW),
        assessed(15, "screening", "risk", 0),
        toxic(18, "new", "infection", 4),
        toxic(20, "new", "infection", 5),
        left(20, "new", "death"),
        came(20, "dead"),
    ],
    # Nothing at all.
    [
        *randomized(20, NEW),
        assessed(20, "screening", "risk", 0),
        assessed(30, "new", "answer", 1),
        came(30, "second"),
        came(40, "queue"),
        (42, "ready", "queue", "bed", 0),
        came(42, "operation"),
        came(43, "home"),
    ],
    # A rash before there are arms and another after; leaves the queue after 5 days by dying.
    [
        *randomized(25, OLD),
        assessed(25, "screening", "risk", 1),
        toxic(22, "screening", "rash", 4),
        toxic(27, "old", "rash", 3),
        came(35, "queue"),
        (37, "ready", "queue", "bed", 0),
        left(42, "queue", "death"),
        came(42, "dead"),
    ],
    # Is in the queue on the last day.
    [
        *randomized(80, OLD),
        assessed(80, "screening", "risk", 0),
        toxic(100, "old", "rash", 3),
        came(98, "queue"),
        (100, "ready", "queue", "bed", 0),
        came(101, "operation"),
    ],
    # Comes, and has not been randomized by the last day.
    [came(97, "screening"), toxic(98, "screening", "rash", 3), *randomized(102, NEW)[1:]],
    # Dies before there are arms, so belongs to no endpoint.
    [came(2, "screening"), left(4, "screening", "death"), came(4, "dead")],
    # Comes too late.
    [came(100.5, "screening")],
]


@pytest.fixture(scope="module")
def found(scenario: Scenario) -> dict[str, Any]:
    return results(chunk_of(scenario, PATIENTS))


def rows(found: dict[str, Any], table: str, *keys: str) -> dict[tuple[Any, ...], Any]:
    """The rows of a table: what they say, by what they are about."""
    return {tuple(row[key] for key in keys): tuple(row.values())[len(keys) :] for row in found[table]}


def test_who_came_and_in_which_arm_they_are(found: dict[str, Any]) -> None:
    trial = found["trial"]
    assert (trial["enrolled"], trial["randomized"], trial["arms"]) == (7, 5, {"new": 3, "old": 2})
    assert (trial["first_day"], trial["last_day"], trial["cutoff_day"]) == (2, 97, 100)
    assert trial["median_follow_up_days"] == 80


def test_the_baseline_tells_nothing_of_what_nobody_can_see(found: dict[str, Any]) -> None:
    assert [(row["arm"], row["name"], row["of"]) for row in found["baseline"]] == [("new", "age", 3), ("old", "age", 2)]


def test_toxicity_counts_each_patient_once_by_the_worst_grade(found: dict[str, Any]) -> None:
    """Of each: patients at risk, with grade 3 or higher, with grade 4, with grade 5, and the rate."""
    assert rows(found, "toxicity", "arm", "step", "type") == {
        (None, "screening", "rash"): (7, 2, 1, 0, 2 / 7),
        (None, "screening", "any"): (7, 2, 1, 0, 2 / 7),
        ("new", "new", "infection"): (3, 2, 0, 1, 2 / 3),
        ("new", "new", "rash"): (3, 1, 0, 0, 1 / 3),
        ("new", "new", "any"): (3, 2, 0, 1, 2 / 3),
        ("new", "second", "infection"): (2, 1, 1, 0, 1 / 2),
        ("new", "second", "any"): (2, 1, 1, 0, 1 / 2),
        ("new", "therapy", "infection"): (3, 2, 1, 1, 2 / 3),
        ("new", "therapy", "rash"): (3, 1, 0, 0, 1 / 3),
        ("new", "therapy", "any"): (3, 2, 1, 1, 2 / 3),
        ("old", "old", "rash"): (2, 2, 0, 0, 1),
        ("old", "old", "any"): (2, 2, 0, 0, 1),
        ("old", "therapy", "rash"): (2, 2, 0, 0, 1),
        ("old", "therapy", "any"): (2, 2, 0, 0, 1),
    }


def test_responses_are_shares_of_the_arm_or_of_those_who_entered(found: dict[str, Any]) -> None:
    table = {
        (row["arm"], row["step"], row["name"], row["value"]): (row["n"], row["of"], row["share"])
        for row in found["responses"]
    }
    assert table == {
        (None, "screening", "risk", "low"): (3, 7, 3 / 7),
        (None, "screening", "risk", "high"): (2, 7, 2 / 7),
        ("new", "new", "answer", "yes"): (1, 3, 1 / 3),
        ("new", "new", "answer", "no"): (1, 3, 1 / 3),
    }


def test_a_share_of_nobody_is_missing_and_one_of_one_is_everybody() -> None:
    shares = tables.share(np.array([0, 1, 0, 3]), np.array([0, 1, 1, 4]))
    np.testing.assert_array_equal(shares, [np.nan, 1, 0, 0.75])


def test_flow_follows_everybody_from_step_to_step(found: dict[str, Any]) -> None:
    """Of each step and arm: who entered, where they went, and who is still there."""
    flow = {(row["step"], row["arm"]): (row["entered"], row["left"], row["still_there"]) for row in found["flow"]}
    assert flow == {
        ("screening", None): (7, {"allocation": 5, "dead": 1}, 1),
        ("allocation", None): (5, {"new": 3, "old": 2}, 0),
        ("new", "new"): (3, {"second": 2, "lost": 0, "dead": 1}, 0),
        ("second", "new"): (2, {"queue": 2}, 0),
        ("old", "old"): (2, {"queue": 2, "lost": 0}, 0),
        ("queue", "new"): (2, {"operation": 2, "dead": 0}, 0),
        ("queue", "old"): (2, {"operation": 0, "dead": 1}, 1),
        ("operation", "new"): (2, {"home": 2}, 0),
        ("home", "new"): (2, {"lost": 1, "dead": 0}, 1),
        ("lost", "new"): (1, {}, 1),
        ("dead", None): (1, {}, 1),
        ("dead", "new"): (1, {}, 1),
        ("dead", "old"): (1, {}, 1),
    }


def test_visits_of_some_steps_are_of_those_who_entered_them(scenario: Scenario) -> None:
    """Of each: step, patient, and which of these steps came next."""
    known = known_on(chunk_of(scenario, PATIENTS), 100, complete=True)
    visited = tables.visits(known, allocation(known), ["second", "operation"])
    second, operation = (scenario.entry(name).number for name in ("second", "operation"))
    columns = (visited.row.tolist(), visited.step.tolist(), visited.following.tolist(), visited.group.tolist())
    assert list(zip(*columns, strict=True)) == [
        (0, second, operation, NEW),
        (0, operation, -1, NEW),
        (2, second, operation, NEW),
        (2, operation, -1, NEW),
    ]


def test_waits_count_those_who_had_to_wait_and_those_who_left(found: dict[str, Any]) -> None:
    """Four were ready for the bed: one waited half a day, one had it at once, one left after 5, and one waits still."""
    (row,) = found["waits"]
    assert (row["place"], row["step"]) == ("bed", "queue")
    assert (row["asked"], row["waited"], row["waiting"], row["left_queue"]) == (4, 3, 1, 1)
    assert (row["mean_days"], row["longest_days"]) == (pytest.approx(5.5 / 3), 5)


def test_endpoints_are_counted_by_arm_and_cause(found: dict[str, Any]) -> None:
    pfs = found["endpoints"]["pfs"]
    assert pfs["events"] == 3
    assert pfs["events_by"] == {"20": 2, "40": 3}
    assert pfs["first_events"] == {"new": {"progression": 1, "death": 1}, "old": {"progression": 0, "death": 1}}
    assert {arm: (row["n"], row["events"]) for arm, row in pfs["arms"].items()} == {"new": (3, 2), "old": (2, 1)}
    # Of three, one has died on day 5 and one progressed on day 40; of two, one has died on day 17, one is seen 20 days.
    at = {arm: {day: row["survival"] for day, row in table["at"].items()} for arm, table in pfs["arms"].items()}
    assert at["new"] == {"20": pytest.approx(2 / 3), "40": pytest.approx(1 / 3)}
    assert at["old"]["20"] == pytest.approx(1 / 2)
    assert {arm: table["at"]["20"]["at_risk"] for arm, table in pfs["arms"].items()} == {"new": 2, "old": 1}
    assert pfs["incidence"]["new"] == {
        "progression": {"20": 0, "40": pytest.approx(1 / 3)},
        "death": {"20": pytest.approx(1 / 3), "40": pytest.approx(1 / 3)},
    }


def test_survival_counts_only_who_is_randomized_from_the_day_on_which_they_came(found: dict[str, Any]) -> None:
    os = found["endpoints"]["os"]
    assert {arm: (row["n"], row["events"]) for arm, row in os["arms"].items()} == {"new": (3, 1), "old": (2, 1)}


def test_who_is_in_no_arm_has_the_number_of_none(scenario: Scenario) -> None:
    groups = allocation(known_on(chunk_of(scenario, PATIENTS), 100, complete=True))
    assert groups.groups == ("new", "old")
    assert groups.group.tolist() == [NEW, NEW, NEW, OLD, OLD] + [-1] * 7
    assert groups.stratum.tolist() == [0] * 5 + [-1] * 7
    assert groups.day.tolist() == [10, 15, 20, 25, 80] + [np.inf] * 7


def test_who_never_has_an_event_has_no_cause(scenario: Scenario) -> None:
    """Followed for ever, six were randomized: one progressed, two died."""
    data = outcomes(everything(chunk_of(scenario, PATIENTS)), scenario.sections.endpoints["pfs"])
    assert data.cause.tolist() == [1, 2, 0, 2, 0, 0]
    assert data.event.tolist() == [True, True, False, True, False, False]


@pytest.mark.parametrize("os_starts", ["screening", "allocation"])
def test_arms_and_endpoints_need_no_more_of_a_journal_than_what_is_essential(os_starts: str) -> None:
    scenario = scenario_of(TEXT.replace('start       = "screening"', f'start = "{os_starts}"'))
    whole = chunk_of(scenario, PATIENTS)
    only = whole.only(essentials(scenario))
    assert only.journal.row.size < whole.journal.row.size
    for complete in (False, True):
        known, less = (known_on(chunk, 100, complete=complete) for chunk in (whole, only))
        np.testing.assert_array_equal(less.enrolled, known.enrolled)
        np.testing.assert_array_equal(allocation(less).group, allocation(known).group)
        np.testing.assert_array_equal(allocation(less).stratum, allocation(known).stratum)
        for name in ("pfs", "os"):
            assert [read(less, patient, name) for patient in range(8)] == [
                read(known, patient, name) for patient in range(8)
            ]


def test_a_target_is_a_figure_or_its_share_of_another(found: dict[str, Any]) -> None:
    struck = "toxicity[arm=new,step=new,type=any].grade3plus"
    assert targeted(found, Target(published=1, figure=struck)) == 2
    assert targeted(found, Target(published=1, figure=struck, of="trial.randomized")) == 2 / 5
    nobody = "endpoints.pfs.first_events.old.progression"
    assert np.isnan(targeted(found, Target(published=1, figure=struck, of=nobody)))


def test_an_arm_in_which_nobody_is_has_no_rows(scenario: Scenario) -> None:
    found = results(chunk_of(scenario, [randomized(10, OLD), randomized(20, OLD)]))
    assert found["trial"]["arms"] == {"new": 0, "old": 2}
    for table in ("baseline", "flow", "toxicity", "responses"):
        assert {row["arm"] for row in found[table]} <= {"old", None}


@pytest.mark.parametrize(("until", "cutoffs", "enrolled"), [(99, [], 6), (100, ["end"], 7)])
def test_a_cut_off_is_told_from_its_day_on(scenario: Scenario, until: float, cutoffs: list[str], enrolled: int) -> None:
    found = results(chunk_of(scenario, [*PATIENTS[:-1], [came(99.5, "screening")]][1:]), until)
    assert (list(found["cutoffs"]), found["trial"]["cutoff_day"]) == (cutoffs, until)
    assert found["trial"]["enrolled"] == enrolled


def test_a_study_without_arms_has_one_group_of_all_who_came() -> None:
    study = scenario_of(WITHOUT_ARMS)
    chunk = chunk_of(study, [[came(1, "screening"), left(5, "screening", "death")], [came(3, "screening")]])
    found = results(chunk)
    assert found["trial"]["arms"] == {"all": 2}
    assert found["trial"]["randomized"] is None
    os = found["endpoints"]["os"]["arms"]
    assert {arm: (row["n"], row["events"]) for arm, row in os.items()} == {"all": (2, 1)}
    groups = allocation(known_on(chunk, 100))
    assert groups.group.tolist() == groups.stratum.tolist() == [0, 0, -1, -1, -1]


WITHOUT_ARMS = """
title = "By hand, without arms"
[trial]
assumed     = "a test"
begins      = 2020-01-01
patients    = 5
per_month   = 10
cutoffs.end = { day = 100 }
[endpoints.os]
label   = "OS"
start   = "screening"
events  = ["death"]
assumed = "a test"
[steps.screening]
kind    = "phase"
exit    = { death = { next = "dead" } }
assumed = "a test"
[steps.dead]
kind = "end"
"""


def test_a_chunk_of_trials_gives_what_each_trial_gives(scenario: Scenario, found: dict[str, Any]) -> None:
    """The same patients in three trials: no trial's patients are counted in another."""
    data = outcomes(known_on(chunk_of(scenario, PATIENTS, 3), 100, complete=True), scenario.sections.endpoints["pfs"])
    assert np.bincount(data.trial).tolist() == [5, 5, 5]
    assert np.bincount(data.trial, data.event).tolist() == [found["endpoints"]["pfs"]["events"]] * 3
    assert survival_table(data, 2, 3, stratified=False).trials == 3


def test_without_a_word_there_is_one_trial(scenario: Scenario) -> None:
    data = outcomes(known_on(chunk_of(scenario, PATIENTS), 100, complete=True), scenario.sections.endpoints["pfs"])
    assert survival_table(data, 2, stratified=False).trials == 1


# --- two arms compared, in closed form ------------------------------------------------------------------------------

TIMES = {NEW: [4, 10, 22, 50, 60, 35], OLD: [2, 3, 15, 30, 44]}
"""The days after which the patients of each arm die."""


@pytest.fixture(scope="module")
def pfs(scenario: Scenario) -> dict[str, Any]:
    patients = [
        [*randomized(10, arm), came(12, "home"), left(10 + time, "home", "death")]
        for arm, mine in TIMES.items()
        for time in mine
    ]
    endpoint: dict[str, Any] = results(chunk_of(scenario, patients))["endpoints"]["pfs"]
    return endpoint


def test_the_log_rank_test_counts_events_of_the_arm_that_is_not_the_control(pfs: dict[str, Any]) -> None:
    """Events of the new arm beyond those expected at each death, over the root of the hypergeometric variances."""
    excess, variance = 0.0, 0.0
    for day in sorted(TIMES[NEW] + TIMES[OLD]):
        new, old = (sum(time >= day for time in TIMES[arm]) for arm in (NEW, OLD))
        excess += (day in TIMES[NEW]) - new / (new + old)
        variance += new * old / (new + old) ** 2
    assert excess < 0, "the new arm does better"
    assert pfs["logrank"]["z"] == pytest.approx(excess / np.sqrt(variance))
    assert pfs["logrank"]["p_one_sided"] == pytest.approx(NormalDist().cdf(excess / np.sqrt(variance)))
    ratio = pfs["hazard_ratio"]
    assert ratio["lower"] < ratio["estimate"] < 1 < ratio["upper"]


def test_what_an_arm_gains_has_the_error_of_two_independent_means(pfs: dict[str, Any]) -> None:
    """Without censoring a restricted mean is a plain mean of min(time, horizon), with the plain error of a mean."""
    found = pfs["restricted_mean_difference"]
    new, old = (np.minimum(TIMES[arm], 40) for arm in (NEW, OLD))
    assert pfs["arms"]["new"]["restricted_mean_days"] == pytest.approx(new.mean())
    assert pfs["arms"]["old"]["restricted_mean_days"] == pytest.approx(old.mean())
    error = np.sqrt(new.var() / new.size + old.var() / old.size)
    assert found["horizon_days"] == 40
    assert found["days"] == pytest.approx(new.mean() - old.mean())
    assert found["lower"] == pytest.approx(new.mean() - old.mean() - 1.959964 * error, abs=1e-6)
    assert found["upper"] == pytest.approx(new.mean() - old.mean() + 1.959964 * error, abs=1e-6)
