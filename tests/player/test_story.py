"""The story: one sentence that says what the trial asks, who is ahead and how surely, what is decided, how it ended."""

import re
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pathsim import Results, load, run
from pathsim.player.makers.live import opened, snapshot
from pathsim.player.requests import Open, Settings
from pathsim.player.views.story import Story
from pathsim.player.worker_session import WorkerSession

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


def test_the_question_stands_until_somebody_is_randomized() -> None:
    journal = run("aall1331", 7).journal
    first = int(journal["day"][journal["step"] == load("aall1331").trial.randomization].min()) + 1
    assert told("aall1331", 7, first - 1) == told("aall1331", 7, 0)
    assert told("aall1331", 7, first).endswith(": 1 randomized, too few events to compare")


@pytest.mark.parametrize(("seed", "day"), [(23, 846), (23, 1269), (7, 1269), (3, 423)])
def test_who_is_ahead_and_how_surely_is_what_a_report_of_that_day_says(seed: int, day: int) -> None:
    cox = reported("aall1331", seed, day)["endpoints"]["dfs"]["comparisons"]["blinatumomab"]["cox"]
    ahead = "blinatumomab" if cox["hazard_ratio"] < 1 else "chemotherapy"
    surely = "ahead so far" if cox["lower"] <= 1 <= cox["upper"] else "clearly ahead"
    figures = f"HR {cox['hazard_ratio']:.2f} ({cox['lower']:.2f}-{cox['upper']:.2f})"
    assert f": {ahead} {surely} on DFS, {figures}, " in told("aall1331", seed, day)


def test_a_ratio_of_which_nothing_is_known_yet_names_no_leader() -> None:
    """All five deaths are in one arm on day 146: the hazard ratio is 0, and its interval is not known."""
    found = reported("two-arm-exponential", 1, 146)["endpoints"]["os"]["comparisons"]["experimental"]["cox"]
    assert found["hazard_ratio"] == 0
    assert "too few events to compare, 5 events" in told("two-arm-exponential", 1, 146)


@pytest.mark.parametrize("seed", [3, 5, 23])
def test_at_each_look_it_says_what_the_rules_say(seed: int) -> None:
    looks = run(MONITORED, seed)["trial"]["looks"]
    assert looks
    for number, look in enumerate(looks, 1):
        now = story(MONITORED, seed, look["day"])
        assert now.is_decision
        text = sentence(now)
        assert text.startswith(f"Look {number}, {look['events']} of 100 events: ")
        assert f"z {look['z']:.2f}, bound {look['efficacy_bound']:.2f}" in text
        assert f"futile below {look['futility_bound']:.2f}" in text
        said = {"continue": "the trial goes on", "stop by order": "the committee stops the trial"}
        assert said.get(look["decision"], "stopped for") in text
        assert not story(MONITORED, seed, look["day"] + 1).is_decision


@pytest.mark.parametrize(
    ("seed", "ending"),
    [(3, "Stopped by the committee at 65 of 100 events"), (5, "Stopped for benefit at 66 of 100 events")],
)
def test_it_ends_with_how_and_why_and_the_ratio(seed: int, ending: str) -> None:
    found = run(MONITORED, seed)
    assert found["trial"]["looks"][-1]["events"] == int(re.findall(r"\d+", ending)[0])
    compared = found["endpoints"]["pfs"]["comparisons"]["drug"]
    text = told(MONITORED, seed, last_day(MONITORED, seed))
    assert text.startswith(f"{ending}: PFS HR {compared['cox']['hazard_ratio']:.2f} ")
    assert "drug clearly ahead" in text
    assert ", one-sided P " in text


def test_an_ending_stays_when_a_number_is_turned() -> None:
    settings = (("steps.drug.exit.death.hazard_ratio", "1.2"),)
    text = told(MONITORED, 3, last_day(MONITORED, 3), settings)
    assert re.match(r"(Stopped|Benefit|The end)", text)
    assert " of 100 events: PFS HR " in text


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


def test_of_three_arms_each_is_set_against_control() -> None:
    text = told(THREE_ARMS, 1, 292.0)
    assert re.match(r"Month 10: high \w+ control so far on PFS, HR .+; low \w+ control so far, HR ", text)
    assert told(THREE_ARMS, 1, 1461.0).startswith("The end: PFS high HR ")


def test_without_arms_it_says_how_patients_fare() -> None:
    at = reported("stroke-thrombectomy", 1, 92)["endpoints"]["alive"]["arms"]["all"]["at"]
    survival = [found["survival"] for found in at.values() if found["survival"] is not None][-1]
    text = told("stroke-thrombectomy", 1, 92.0)
    assert re.fullmatch(rf"Month 4: [\d,]+ patients, .+: {survival:.1%} after .+", text)


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
