"""The story: one sentence that says what the trial asks, who is ahead and how surely, what is decided, how it ended."""

import json
import re
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pathsim import Results, load, run
from pathsim.player.makers.live import opened, snapshot
from pathsim.player.requests import Open
from pathsim.player.views.story import Story
from pathsim.player.worker_session import WorkerSession
from pathsim.state import Settings

MONITORED = str(Path(__file__).parent.parent / "scenarios" / "monitored.toml")
THREE_ARMS = str(Path(__file__).parent.parent / "fuzz" / "seeds" / "three-arms.toml")


@cache
def session(scenario: str, seed: int, settings: Settings = ()) -> WorkerSession:
    return WorkerSession.opened(Open(1, scenario, seed, settings), None)


def told(scenario: str, seed: int, day: float, settings: Settings = ()) -> str:
    return sentence(story(scenario, seed, day, settings))


def story(scenario: str, seed: int, day: float, settings: Settings = ()) -> Story:
    return snapshot(session(scenario, seed, settings), day, 0.0).story


def sentence(of: Story) -> str:
    return "".join(said.text for clause in of.clauses for said in clause)


def reported(scenario: str, seed: int, day: int) -> Results:
    """What a report says at the end of this day of the trial."""
    made = load(scenario)
    return run(made, seed, until=made.trial.begins + timedelta(days=day - 1))


def last_day(scenario: str, seed: int, settings: Settings = ()) -> float:
    return opened(session(scenario, seed, settings)).last_day


def test_it_begins_with_the_question_of_the_file() -> None:
    asked = load("aall1331").sections.question
    assert asked is not None
    assert told("aall1331", 23, 0) == asked
    assert len(asked) <= 78


def test_without_a_question_it_begins_with_the_title() -> None:
    assert told(MONITORED, 3, 0) == "A monitored trial with a crossover, for the tests"


def test_after_a_stop_it_says_until_when_patients_still_come() -> None:
    """AALL1331 is stopped, and its randomization closes 80 days later; nobody comes after that."""
    stopped = next(look.day for look in session("aall1331", 21).simulated.looks if look.decision != "continue")
    made = load("aall1331")
    plan = made.trial.monitoring
    assert plan is not None
    assert plan.closes_after_days == 80
    closes = stopped + 80
    said = f"; enrolling until {made.written_date(closes)}"
    assert said not in told("aall1331", 21, stopped - 1)
    for day in (stopped, stopped + 30, closes - 1):
        assert told("aall1331", 21, day).count(said) == 1
    assert "enrolling" not in told("aall1331", 21, closes)
    came = session("aall1331", 21).simulated.chunk.as_stopped.enrolled
    assert stopped < came[came <= closes].max() <= closes
    assert snapshot(session("aall1331", 21), last_day("aall1331", 21), 0.0).enrolled == int((came <= closes).sum())


def test_where_patients_come_until_the_end_it_names_no_day() -> None:
    late = (("trial.monitoring.closes_after_days", "700"),)
    stopped = next(look.day for look in session("aall1331", 21, late).simulated.looks if look.decision != "continue")
    assert stopped + 700 > last_day("aall1331", 21, late)
    assert "enrolling" not in told("aall1331", 21, stopped + 10, late)


def test_where_nobody_can_come_any_more_it_says_nothing_of_enrollment() -> None:
    few = (("trial.patients", "400"),)
    looks = session("aall1331", 21, few).simulated.looks
    stopped = [look.day for look in looks if look.decision != "continue"]
    assert stopped
    assert "enrolling" not in told("aall1331", 21, stopped[0] + 10, few)


def test_the_question_stands_until_somebody_is_randomized() -> None:
    journal = run("aall1331", 7).journal
    first = int(journal["day"][journal["step"] == load("aall1331").trial.randomization].min()) + 1
    assert told("aall1331", 7, first - 1) == told("aall1331", 7, 0)
    assert told("aall1331", 7, first).endswith(": 1 randomized, too few events to compare")


@pytest.mark.parametrize(("seed", "day"), [(23, 846), (23, 1269), (7, 1269), (3, 423)])
def test_who_is_ahead_is_what_a_report_of_that_day_says_and_what_the_committee_knows_is_told_apart(
    seed: int, day: int
) -> None:
    found = reported("aall1331", seed, day)
    endpoint = found["endpoints"]["dfs"]
    cox = endpoint["comparisons"]["blinatumomab"]["cox"]
    ahead = "blinatumomab" if cox["hazard_ratio"] < 1 else "chemotherapy"
    figures = f"HR {cox['hazard_ratio']:.2f} ({cox['lower']:.2f}-{cox['upper']:.2f})"
    text = told("aall1331", seed, day)
    chance = ", may be chance" if cox["lower"] <= 1 <= cox["upper"] else ""
    assert f": {ahead} ahead so far on DFS, {figures}{chance}, {endpoint['events']} events" in text
    known = snapshot(session("aall1331", seed), day, 0.0).events_known
    assert known < endpoint["events"]
    assert text.endswith(f"; the committee knows {known} of 131")


@pytest.mark.parametrize("seed", [3, 5, 17])
def test_while_a_committee_looks_again_and_again_nobody_is_clearly_ahead(seed: int) -> None:
    for day in range(1, 1201, 50):
        assert "clearly" not in told(MONITORED, seed, day)


@pytest.mark.parametrize(("day", "is_certain"), [(292, True), (500, False), (1461, True)])
def test_as_long_as_the_interval_that_is_shown_holds_1_it_may_be_chance(day: int, *, is_certain: bool) -> None:
    """On day 500 its end is 0.998, which is shown as 1.00. Clearly ahead is nobody before the end."""
    cox = reported("two-arm-exponential", 1, day)["endpoints"]["os"]["comparisons"]["experimental"]["cox"]
    assert (round(cox["upper"], 2) < 1) == is_certain
    text = told("two-arm-exponential", 1, day)
    assert ("may be chance" in text) == (not is_certain)
    assert ("experimental clearly ahead" in text) == (day == 1461)


@pytest.mark.parametrize("day", [720, 860])
def test_a_ratio_that_is_shown_as_1_leaves_both_arms_level(day: int) -> None:
    same = tuple((f"steps.{arm}.exit.death.median_days", "365") for arm in ("experimental", "control"))
    [view] = snapshot(session("two-arm-exponential", 5, same), day, 0.0).endpoints[0].ratios
    assert view.estimate is not None
    assert 0.995 < view.estimate < 1.005
    assert view.estimate != 1
    text = told("two-arm-exponential", 5, day, same)
    assert "experimental and control level so far on OS, HR 1.00 (" in text
    assert "chance" not in text


def test_while_all_events_are_in_one_arm_it_says_so() -> None:
    """The hazard ratio is 0 then, and its interval is not known."""
    found = reported("two-arm-exponential", 1, 146)["endpoints"]["os"]
    assert found["comparisons"]["experimental"]["cox"]["hazard_ratio"] == 0
    assert told("two-arm-exponential", 1, 146).endswith(" randomized, all 5 events in control")


@pytest.mark.parametrize("seed", [3, 5, 17, 23])
def test_at_each_look_it_says_what_the_rules_say(seed: int) -> None:
    looks = run(MONITORED, seed)["trial"]["looks"]
    assert looks
    for number, look in enumerate(looks, 1):
        now = story(MONITORED, seed, look["day"])
        assert now.is_decision
        text, enrolling = re.subn(r"; enrolling until \d+ \w{3} \d{4}", "", sentence(now))
        assert not (enrolling and look["decision"] == "continue")
        if look["decision"] == "stop by order":
            of = f"At {look['events']} of 100 events"
            assert text == f"{of}: stopped on a set date; no bound crossed, z {look['z']:.2f}"
        else:
            said = {"continue": "the trial goes on"}.get(look["decision"], look["decision"].replace("stop", "stopped"))
            assert text == (
                f"Look {number}, {look['events']} of 100 events: {said}; z {look['z']:.2f}, "
                f"bound {look['efficacy_bound']:.2f}, futile below {look['futility_bound']:.2f}"
            )
        assert not story(MONITORED, seed, look["day"] + 1).is_decision


@pytest.mark.parametrize(
    ("seed", "ending"),
    [
        (3, "Stopped on a set date at 65 of 100 events"),
        (5, "Stopped for benefit at 66 of 100 events"),
        (17, "Stopped for futility at 75 of 100 events"),
    ],
)
def test_it_ends_with_how_and_why_the_ratio_of_that_day_and_what_became_of_it(seed: int, ending: str) -> None:
    found = run(MONITORED, seed)
    look, cox = found["trial"]["looks"][-1], found["endpoints"]["pfs"]["comparisons"]["drug"]["cox"]
    events = found["endpoints"]["pfs"]["events"]
    assert look["events"] == int(re.findall(r"\d+", ending)[0])
    why = {
        "stop by order": ", no bound crossed",
        "stop for benefit": f", z {look['z']:.2f} reached {look['efficacy_bound']:.2f}",
        "stop for futility": f", z {look['z']:.2f} below {look['futility_bound']:.2f}",
    }
    assert told(MONITORED, seed, last_day(MONITORED, seed)) == (
        f"{ending}, HR {look['hazard_ratio']:.2f}{why[look['decision']]}; now {cox['hazard_ratio']:.2f} "
        f"({cox['lower']:.2f}-{cox['upper']:.2f}) on PFS, {events} events"
    )


def test_a_trial_without_a_committee_ends_with_its_p_value() -> None:
    compared = run("two-arm-exponential", 9)["endpoints"]["os"]["comparisons"]["experimental"]
    text = told("two-arm-exponential", 9, 1461)
    assert text.startswith("The end: experimental ")
    assert text.endswith(f", one-sided P {compared['logrank']['p_one_sided']:.3f}")


def test_an_ending_stays_when_a_number_is_turned() -> None:
    settings = (("steps.drug.exit.death.hazard_ratio", "1.2"),)
    text = told(MONITORED, 3, last_day(MONITORED, 3), settings)
    assert re.match(r"(Stopped|Benefit|The end)", text)
    assert re.search(r" of 100 events.* on PFS, \d+ events$", text)


def test_a_final_analysis_says_whether_benefit_is_shown() -> None:
    """Planned for 20 events, they are there at the last look, wherever that is."""
    settings = (("trial.monitoring.information", "[1]"), ("trial.monitoring.planned_events", "30"))
    look = run(load(MONITORED, dict(settings)), 3)["trial"]["looks"][-1]
    assert look["information"] >= 1
    text = told(MONITORED, 3, look["day"], settings)
    is_shown = look["decision"] == "stop for benefit"
    assert text.startswith(f"Final analysis, 30 of 30 events: benefit is {'shown' if is_shown else 'not shown'}")
    end = told(MONITORED, 3, last_day(MONITORED, 3, settings), settings)
    assert end.startswith(f"Benefit {'shown' if is_shown else 'not shown'} at 30 of 30 events")
    bound = f"{'reached' if is_shown else 'short of'} {look['efficacy_bound']:.2f}"
    assert f", HR {look['hazard_ratio']:.2f}, z {look['z']:.2f} {bound}" in end


def test_of_three_arms_each_is_set_against_control() -> None:
    text = told(THREE_ARMS, 1, 292.0)
    assert re.match(
        r"Month 10: high \w+ control so far on PFS, HR .+, may be chance; low \w+ control so far, HR ", text
    )
    assert re.match(
        r"The end: high ahead of control on PFS, HR .+; low ahead of control, HR ", told(THREE_ARMS, 1, 1461)
    )


def test_without_arms_it_says_how_patients_fare() -> None:
    at = reported("stroke-thrombectomy", 1, 92)["endpoints"]["alive"]["arms"]["all"]["at"]
    survival = [found["survival"] for found in at.values() if found["survival"] is not None][-1]
    text = told("stroke-thrombectomy", 1, 92.0)
    assert re.fullmatch(rf"Month 4: [\d,]+ patients, .+: {survival:.1%} after .+", text)


def test_a_short_trial_is_told_in_days_which_are_over_by_then() -> None:
    short = (("trial.cutoffs.final.day", "100"),)
    assert told("two-arm-exponential", 1, 50, short).startswith("Day 50: ")
    assert told("two-arm-exponential", 1, 50.5, short).startswith("Day 51: ")


def test_it_is_about_the_endpoint_that_is_monitored_wherever_it_stands(tmp_path: Path) -> None:
    (tmp_path / "os.toml").write_text(
        f'title = "x"\nextends = {MONITORED!r}\n[trial.monitoring]\nendpoint = "os"\nassumed = "a test"\n'
    )
    assert " on OS, " in told(str(tmp_path / "os.toml"), 3, 600)


def test_a_trial_without_endpoints_says_how_many_are_randomized() -> None:
    odd = str(Path(__file__).parent.parent / "app" / "odd" / "no_endpoints.toml")
    assert re.fullmatch(r"Month \d+: \d+ randomized", told(odd, 3, 300))


@given(st.sampled_from(["aall1331", MONITORED, THREE_ARMS, "stroke-thrombectomy"]), st.floats(0, 2115))
def test_there_is_something_to_say_on_every_day(scenario: str, day: float) -> None:
    now = story(scenario, 3, day)
    assert sentence(now).strip()
    assert "nan" not in sentence(now)
    assert "None" not in sentence(now)
    assert any(said.is_important for clause in now.clauses for said in clause)


def test_the_file_has_the_seed_that_is_opened_unless_one_is_asked_for(tmp_path: Path) -> None:
    own = load("aall1331").seed
    assert own == 23
    assert opened(WorkerSession.opened(Open(1, "aall1331", 5, is_seed_asked=False), None)).seed == own
    assert opened(WorkerSession.opened(Open(1, "aall1331", 5), None)).seed == 5
    (tmp_path / "other.toml").write_text('title = "x"\nextends = "two-arm-exponential"\nseed = 77\n')
    of_file = WorkerSession.opened(Open(1, str(tmp_path / "other.toml"), 5, is_seed_asked=False), None)
    assert opened(of_file).seed == 77
    assert WorkerSession.opened(Open(2, str(tmp_path / "other.toml"), 5), of_file).cache.seed == 5


def test_where_the_file_has_no_seed_the_one_that_was_drawn_is_opened() -> None:
    assert opened(WorkerSession.opened(Open(1, MONITORED, 5, is_seed_asked=False), None)).seed == 5


def test_the_readme_and_make_run_use_the_seed_of_the_file() -> None:
    root = Path(__file__).parent.parent.parent
    assert re.search(r"^SEED +\?= 23$", (root / "Makefile").read_text(), re.MULTILINE)
    assert "pathsim run aall1331 --seed 23" in (root / "README.md").read_text()


REASON = "for longer survival\n[b]and less toxicity[/b]"


def test_it_says_why_the_trial_was_stopped_on_a_set_date(tmp_path: Path) -> None:
    (tmp_path / "why.toml").write_text(
        f'title = "x"\nextends = {MONITORED!r}\n[trial.monitoring.order]\nreason = {json.dumps(REASON)}\n'
    )
    mine = str(tmp_path / "why.toml")
    look = run(load(mine), 3)["trial"]["looks"][-1]
    assert look["decision"] == "stop by order"
    why = ", for longer survival [b]and less toxicity[/b]; "
    assert f"stopped on a set date{why}no bound crossed" in told(mine, 3, look["day"])
    assert f"HR {look['hazard_ratio']:.2f}, no bound crossed{why}now " in told(mine, 3, last_day(mine, 3))
    assert why not in told(mine, 5, last_day(mine, 5)), "it was stopped for benefit"
    assert told(mine, 5, last_day(mine, 5)).startswith("Stopped for benefit")
