"""``pathsim compare``: two scenarios side by side, and the patients of one trial who fare otherwise."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from calls import Pathsim

from pathsim.engines.choose import simulate
from pathsim.scenario.scenario import Scenario, load

TEXTBOOK = "two-arm-exponential"
FEVER = "tests/scenarios/fever.toml"
MEDIAN = "steps.control.exit.death.median_days"
RATE = "steps.screening.toxicity.fever.grade3plus"
LAST_DAY = 1461
TICK = 1 / 1024
LATE = """[endpoints.late]
label = "Late"
start = "randomization"
events = ["death"]
at_days = [900]
assumed = "x"
"""
SCREENING = """[steps.screening]
kind = "phase"
days = 28
next = "control"
assumed = "x"
"""


def compared(pathsim: Pathsim, *asked: object) -> dict[str, Any]:
    done = pathsim("compare", *asked, "--json")
    assert (done.code, done.err) == (0, "")
    found: dict[str, Any] = json.loads(done.out)
    return found


def rewritten(tmp_path: Path, name: str, *replacements: tuple[str, str]) -> Path:
    """The textbook trial as a file of another name, with some of its text replaced."""
    text = Path(f"scenarios/{TEXTBOOK}.toml").read_text(encoding="utf-8")
    for old, new in replacements:
        assert old in text
        text = text.replace(old, new)
    file = tmp_path / f"{name}.toml"
    file.write_text(text, encoding="utf-8")
    return file


@pytest.mark.parametrize(
    ("name", "path", "values"),
    [
        (TEXTBOOK, MEDIAN, ("511", "400")),
        ("aall1331", "steps.transplant.toxicity.acute_gvhd.grade3plus", ("0.13", "0.3")),
        ("aall1331", "trial.cutoffs.final.date", ("2020-09-30", "2019-12-31")),
    ],
)
def test_a_setting_beside_the_scenario_itself_gives_the_figures_of_vary(
    pathsim: Pathsim, name: str, path: str, values: tuple[str, str]
) -> None:
    often = ("--replicates", 12, "--seed", 3)
    varied = json.loads(pathsim("ensemble", name, "--vary", f"{path}={','.join(values)}", *often, "--json").out)
    found = compared(pathsim, name, "--set", f"{path}={values[1]}", *often)
    for mine, theirs in zip(found["settings"], varied["settings"], strict=True):
        assert mine["figures"] == theirs["figures"]
        assert mine["power"] == theirs["power"]
    assert found["settings"][1]["differences"] == varied["settings"][1]["differences"]


def deaths(scenario: Scenario, seed: int, arm: str) -> dict[int, tuple[float, float]]:
    """The day on which each patient of an arm came, and the day of their death, however late, off the journal."""
    journal = simulate(scenario, seed)[0].journal.in_order()
    came: dict[int, float] = {}
    found: dict[int, tuple[float, float]] = {}
    for row, day, code, _ in zip(*(column.tolist() for column in journal), strict=True):
        event = scenario.vocabulary[code]
        if (event.kind, event.step) == ("enter", arm):
            came[row] = day
        if (event.kind, event.step) == ("exit", arm):
            found[row] = came[row], day
    return found


def test_who_dies_sooner_is_known_by_hand(pathsim: Pathsim) -> None:
    """A death after t days comes after t * 400 / 511: nobody else changes, and who was alive at the end is worse."""
    found = compared(pathsim, TEXTBOOK, "--set", f"{MEDIAN}=400", "--replicates", 2, "--seed", 3)["trial"]
    sooner = {
        patient: (was, came + (was - came) * 400 / 511)
        for patient, (came, was) in deaths(load(TEXTBOOK), 3, "control").items()
    }
    changed = {patient: days for patient, days in sooner.items() if days[1] <= LAST_DAY}
    assert all(abs(now - LAST_DAY) > TICK for _, now in sooner.values())  # so that ticks do not matter
    told = {one["patient"]: one for one in found["changed_patients"]}
    assert told.keys() == changed.keys()
    for patient, (was, now) in changed.items():
        assert told[patient]["arm"] == "control"
        assert told[patient]["change"] == ("worse" if was > LAST_DAY else "earlier")
        assert told[patient]["now"]["event_day"] == pytest.approx(now, abs=2 * TICK)
        assert told[patient]["before"]["event"] == (None if was > LAST_DAY else "death")
        assert told[patient]["day"] == told[patient]["now"]["event_day"]
    worse = sum(was > LAST_DAY for was, _ in changed.values())
    counts = {"patients": len(changed), "better": 0, "worse": worse, "later": 0, "earlier": len(changed) - worse}
    assert found["events"] == [{"event": "death during control treatment", **counts, "otherwise": 0}]
    assert (found["changed"], found["worse"], found["patients"]) == (len(changed), worse, 400)


def test_a_toxicity_that_everybody_gets_changes_those_who_did_not_have_it(pathsim: Pathsim) -> None:
    found = compared(pathsim, FEVER, "--set", f"{RATE}=1", "--replicates", 2, "--seed", 5)
    scenario = load(FEVER)
    journal = simulate(scenario, 5)[0].journal
    codes = {event.kind: event.code for event in scenario.vocabulary.events if event.step == "screening"}
    screened, febrile = (set(journal.row[journal.event == codes[kind]].tolist()) for kind in ("enter", "toxicity"))
    assert febrile < screened
    trial = found["trial"]
    assert {one["patient"] for one in trial["changed_patients"]} == screened - febrile
    assert trial["changed"] == trial["otherwise"] == len(screened - febrile)
    assert [one["event"] for one in trial["events"]] == ["fever during screening"]
    rates = [s["figures"]["toxicity[arm=control,step=screening,type=fever].rate"]["mean"] for s in found["settings"]]
    assert rates[0] < rates[1] == 1


def test_what_differs_is_told_with_both_values(pathsim: Pathsim) -> None:
    asked = (TEXTBOOK, "--set", f"{MEDIAN}=400", "--set", "trial.begins=2021-01-01", "--replicates", 2, "--seed", 3)
    assert compared(pathsim, *asked)["differing"] == [
        {"path": "trial.begins", "before": "2020-01-01", "now": "2021-01-01"},
        {"path": MEDIAN, "before": 511, "now": 400},
    ]
    shown = pathsim("compare", *asked).out
    assert "A: The textbook trial" in shown
    assert f"B: the same, with {MEDIAN} = 400, trial.begins = 2021-01-01" in shown
    question = f"What if trial.begins were 2021-01-01 instead of 2020-01-01 and {MEDIAN} were 400 instead of 511?"
    assert question in " ".join(shown.split())
    assert [line.split() for line in shown.splitlines() if line.startswith(f" {MEDIAN}")] == [[MEDIAN, "511", "400"]]


def test_of_many_values_the_first_ten_are_shown(pathsim: Pathsim, tmp_path: Path) -> None:
    several = "".join(f"[toxicities.type_{number:02d}]\nlabel = 'x{number}'\n" for number in range(14))
    other = rewritten(tmp_path, "other", ("[endpoints.os]", f"{several}[endpoints.os]"))
    done = pathsim("compare", TEXTBOOK, other, "--replicates", 2, "--seed", 3)
    assert done.code == 0
    assert done.out.count("toxicities.type_") == 10
    assert " and 4 values more" in done.out
    assert "What comes of 14 values that A and B do not share?" in done.out


def test_scenarios_with_other_names_are_compared_by_what_both_have(pathsim: Pathsim, tmp_path: Path) -> None:
    other = rewritten(
        tmp_path,
        "other",
        ('control = "control"', 'usual = "control"'),
        ('control       = "control"', 'control       = "usual"'),
        ("[steps.dead]", f"{LATE}[steps.dead]"),
    )
    shown = pathsim("compare", TEXTBOOK, other, "--replicates", 4, "--seed", 3).out
    for line in ("only in A: the arm control", "only in B: the endpoint late", "only in B: the arm usual"):
        assert line in shown
    assert "(other)" in shown
    found = compared(pathsim, TEXTBOOK, other, "--replicates", 4, "--seed", 3)
    differences = found["settings"][1]["differences"]
    both = {path: one for path, one in differences.items() if ".arms.experimental." in path}
    assert len(both) > 3
    assert all(one["mean"] == 0 for one in both.values())
    assert not any(".arms.control." in path or ".arms.usual." in path for path in differences)
    # The arm has another name, and everything that follows is the same.
    assert found["trial"]["changed"] == found["trial"]["otherwise"] == 200
    assert [one["event"] for one in found["trial"]["events"]] == ["randomized"]


def test_a_step_that_one_scenario_has_parts_only_those_who_come_there(pathsim: Pathsim, tmp_path: Path) -> None:
    """It stands before the others in the file, so that all their codes are other ones."""
    other = rewritten(
        tmp_path,
        "other",
        ('control = "control"', 'control = "screening"'),
        ("[steps.experimental]", f"{SCREENING}[steps.experimental]"),
    )
    found = compared(pathsim, TEXTBOOK, other, "--replicates", 2, "--seed", 3)["trial"]
    assert {one["arm"] for one in found["changed_patients"]} == {"control"}
    assert found["changed"] == 200
    assert found["better"] > 0
    assert found["better"] + found["later"] > 150
    assert {one["event"] for one in found["events"]} == {"screening begins"}


def test_standard_input_can_be_one_of_both(pathsim: Pathsim) -> None:
    text = Path(f"scenarios/{TEXTBOOK}.toml").read_text(encoding="utf-8")
    often = ("--replicates", 2, "--seed", 3, "--json")
    from_file = json.loads(pathsim("compare", TEXTBOOK, "--set", f"{MEDIAN}=400", *often).out)
    done = pathsim("compare", "-", "--set", f"{MEDIAN}=400", *often, stdin=text)
    assert json.loads(done.out)["settings"] == from_file["settings"]
    done = pathsim("compare", TEXTBOOK, "-", "--set", f"{MEDIAN}=400", *often, stdin=text)
    assert json.loads(done.out)["trial"] == from_file["trial"]


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ((TEXTBOOK,), "name a second scenario, or change a value with --set"),
        ((TEXTBOOK, TEXTBOOK), f"the second '{TEXTBOOK}' says the same of the trial"),
        ((TEXTBOOK, "--set", f"{MEDIAN}=511"), f"the second '{TEXTBOOK}' says the same of the trial"),
        ((TEXTBOOK, "--set", 'title="Another"'), "says the same of the trial"),
        (("-", "-"), "only one of the two scenarios can be -"),
        (
            ("aall1331", "stroke-thrombectomy"),
            "no endpoint in common (dfs, os; alive, alive_after_thrombectomy, groin)",
        ),
        ((TEXTBOOK, "nowhere"), "there is no scenario 'nowhere'"),
        ((TEXTBOOK, "--set", "trial.patience=3"), "trial.patience"),
        ((TEXTBOOK, "--set", f"{MEDIAN}=400", "--replicates", 1), "'--replicates'"),
    ],
)
def test_what_cannot_be_compared_is_refused(pathsim: Pathsim, asked: tuple[object, ...], told: str) -> None:
    done = pathsim("compare", *asked)
    assert (done.code, done.out) == (2, "")
    assert told in " ".join(done.err.split())


def test_the_keys_are_stable(pathsim: Pathsim) -> None:
    found = compared(pathsim, TEXTBOOK, "--set", f"{MEDIAN}=400", "--replicates", 2, "--seed", 3)
    assert list(found) == [
        *("schema_version", "pathsim", "scenario", "seed", "null", "vary", "settings", "differing", "trial"),
    ]
    changes = ["better", "worse", "later", "earlier", "otherwise"]
    trial = found["trial"]
    assert list(trial) == [
        *("replicate", "endpoint", "day", "date", "patients", "changed"),
        *changes,
        *("events", "changed_patients"),
    ]
    assert list(trial["events"][0]) == ["event", "patients", *changes]
    one = trial["changed_patients"][0]
    assert list(one) == ["patient", "arm", "change", "event", "day", "before", "now"]
    assert list(one["before"]) == list(one["now"]) == ["first", "event", "event_day"]


@pytest.mark.parametrize("columns", [80, 120])
@pytest.mark.parametrize(
    "asked",
    [
        ("aall1331", "--set", "steps.transplant.toxicity.acute_gvhd.grade3plus=0.3"),
        ("stroke-thrombectomy", "--set", "resources.suite.capacity=3"),
        ("tests/app/odd/three_arms.toml", "--set", "steps.drug.exit.death.median_days=100"),
        ("tests/app/odd/no_endpoints.toml", "--set", "trial.patients=30"),
    ],
    ids=["two arms", "no arms, and queues", "three arms", "no endpoints"],
)
def test_the_report_fits_its_page(
    pathsim: Pathsim, monkeypatch: pytest.MonkeyPatch, asked: tuple[str, ...], columns: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    done = pathsim("compare", *asked, "--replicates", 4, "--seed", 21)
    assert (done.code, done.err) == (0, "")
    assert max(map(len, done.out.splitlines())) <= columns
    assert "…" not in done.out
    titles = ["What differs", "The trial", "Who fares otherwise, in one trial"]
    assert [line for line in done.out.splitlines() if line in titles] == titles


def test_toxicity_stands_beside_the_events_that_come_first(pathsim: Pathsim) -> None:
    """Acute GVHD protects from relapse in this model, and costs lives."""
    gvhd = "steps.transplant.toxicity.acute_gvhd.grade3plus=0.4"
    shown = pathsim("compare", "aall1331", "--set", gvhd, "--replicates", 40, "--seed", 21).out
    part = shown.partition("What is traded")[2].partition("Who fares")[0]
    of_arm = part.partition("\n chemotherapy")[0]
    rows = {line[:38].strip(): line[38:].split() for line in of_arm.splitlines()}
    figures = {label: cells for label, cells in rows.items() if len(cells) > 3}
    assert figures["first event: relapse"][2].startswith("-")
    assert figures["first event: death"][2].startswith("+")
    assert figures["acute GVHD, Transplant"][2].startswith("+")
    assert "any toxicity over the therapy" in rows


def test_each_figure_stands_in_both_and_with_the_margin_of_its_difference(pathsim: Pathsim) -> None:
    asked = (TEXTBOOK, "--set", f"{MEDIAN}=400", "--replicates", 6, "--seed", 3)
    lines = [" ".join(line.split()) for line in pathsim("compare", *asked).out.splitlines()]
    before, now = compared(pathsim, *asked)["settings"]
    arm = "endpoints.os.arms.control"
    events, survival = (now["differences"][f"{arm}.{path}"] for path in ("events", "at.730.survival"))
    means = [setting["figures"][f"{arm}.events"]["mean"] for setting in (before, now)]
    margin = 1.959964 * events["standard_error"]
    told = f"{events['mean']:+.1f} \N{PLUS-MINUS SIGN} {margin:.1f}"
    assert f"events, control {means[0]:.1f} {means[1]:.1f} {told}" in lines
    points = f"{100 * survival['mean']:+.2f} \N{PLUS-MINUS SIGN} {196 * survival['standard_error']:.2f} points"
    assert any(line.startswith("OS at 2 years, control ") and line.endswith(points) for line in lines)
    assert "events, experimental" in " ".join(line for line in lines if line.endswith(" none"))
    ratio = now["differences"]["endpoints.os.comparisons.experimental.cox.hazard_ratio"]
    factor = f"\N{MULTIPLICATION SIGN} {ratio['ratio']:.3f} ({ratio['lower']:.3f}-{ratio['upper']:.3f})"
    assert any(line.startswith("OS hazard ratio ") and line.endswith(factor) for line in lines)
    # Of several tests only the primary one.
    assert sum(line.startswith("OS power") for line in lines) == 1


def test_nobody_may_fare_otherwise(pathsim: Pathsim) -> None:
    done = pathsim("compare", TEXTBOOK, "--set", 'steps.control.label="Usual care"', "--replicates", 2, "--seed", 3)
    assert "replicate 0: none of 400 patients, by 31 Dec 2023" in done.out


def test_a_reader_who_leaves_is_not_told_of_it(start: Callable[..., Any]) -> None:
    process = start("compare", TEXTBOOK, "--set", f"{MEDIAN}=400", "--replicates", "2", "--seed", "3", "--json")
    process.stdout.read(1)
    process.stdout.close()
    assert process.stderr.read() == ""
    assert process.wait() == 0
    process.stderr.close()


def test_toxicity_before_the_randomization_is_told_once(pathsim: Pathsim) -> None:
    more = "steps.block_1.toxicity.infection.grade3plus=0.6"
    shown = pathsim("compare", "aall1331", "--set", more, "--replicates", 8, "--seed", 21).out
    before, _, after = shown.partition("What is traded")[2].partition("\n before arms")
    rows = [line for line in after.splitlines() if line.startswith("   infection, Block 1")]
    assert len(rows) == 1
    assert "infection, Block 1" not in before


@pytest.mark.parametrize(
    ("setting", "seed", "ways"),
    [
        ("steps.after_transplant.exit.relapse.hazard_ratio=0.4", 12, {"same", "none"}),
        ("steps.transplant.toxicity.acute_gvhd.grade3plus=0.3", 21, {"then", "none"}),
    ],
)
def test_the_event_that_follows_a_parting_is_told_behind_it(
    pathsim: Pathsim, setting: str, seed: int, ways: set[str]
) -> None:
    """The first difference may be the event itself, which is then told once."""
    asked = ("aall1331", "--set", setting, "--replicates", 2, "--seed", seed)
    shown, found = " ".join(pathsim("compare", *asked).out.split()), compared(pathsim, *asked)["trial"]
    scenario, told = load("aall1331"), []
    for one in found["changed_patients"][:10]:
        for letter, side in (("A", one["before"]), ("B", one["now"])):
            if side["event"] is None:
                how = "none"
                expected = side["first"]
            else:
                date = scenario.written_date(side["event_day"])
                how = "same" if side["first"].startswith(f"{date}: {side['event']}") else "then"
                expected = side["first"] + (f"; then {side['event']} on {date}" if how == "then" else "")
            told.append(how)
            assert f"{letter} {expected} " in shown
            assert f"{letter} {expected};" not in shown
    assert set(told) >= ways
