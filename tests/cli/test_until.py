"""``run --until`` reports a trial as it was on a day; ``--hold-arms`` leaves patients in their arms."""

import json
from typing import Any

import pytest
from calls import Pathsim

FEWER = "trial.patients=400"
NO_RELAPSE = "steps.block_1.assess.0.levels.early_failure=0.2"


def found(pathsim: Pathsim, *more: object) -> dict[str, Any]:
    done = pathsim("run", "aall1331", "--seed", 21, "--json", *more)
    assert done.code == 0, done.err
    results: dict[str, Any] = json.loads(done.out)
    return results


def test_a_trial_grows_from_day_to_day(pathsim: Pathsim) -> None:
    enrolled = [
        found(pathsim, "--until", date)["trial"]["enrolled"] for date in ("2015-06-30", "2017-06-30", "2020-09-30")
    ]
    assert enrolled == sorted(enrolled)
    assert enrolled[0] < enrolled[1] < enrolled[2]


def test_the_last_day_is_the_whole_trial(pathsim: Pathsim) -> None:
    whole, cut = found(pathsim), found(pathsim, "--until", "2020-09-30")
    assert cut["endpoints"] == whole["endpoints"]
    assert cut["toxicity"] == whole["toxicity"]
    assert cut["trial"] == whole["trial"]


def test_what_comes_later_is_not_there_yet(pathsim: Pathsim) -> None:
    early = found(pathsim, "--until", "2018-12-31")
    assert early["trial"]["looks"] == []
    assert early["cutoffs"] == {}
    assert list(found(pathsim, "--until", "2019-06-30")["cutoffs"]) == ["committee", "events_80"]


def test_a_day_before_anybody_came_has_a_report_too(pathsim: Pathsim) -> None:
    done = pathsim("run", "aall1331", "--seed", 21, "--until", "2014-12-18")
    assert done.code == 0
    assert "0 enrolled" in done.out


@pytest.mark.parametrize("date", ["2014-12-16", "2020-10-01"])
def test_a_day_outside_the_trial_is_refused_with_the_days_there_are(pathsim: Pathsim, date: str) -> None:
    done = pathsim("run", "aall1331", "--until", date)
    assert done.code == 2
    assert "2014-12-17 to 2020-09-30" in done.err


def test_a_trial_that_is_watched_is_whole(pathsim: Pathsim) -> None:
    assert pathsim("run", "aall1331", "--seed", 1, "--watch", "--until", "2016-01-01").code == 2


@pytest.mark.parametrize("text", ["2017-13-01", "2017-2-30", "31.12.2017", "soon", "2017-W52-7", "20171231"])
def test_a_date_is_written_as_in_the_report(pathsim: Pathsim, text: str) -> None:
    done = pathsim("run", "aall1331", "--until", text)
    assert done.code == 2
    assert f"'{text}' is not a date; write one such as 2017-12-31" in done.err


@pytest.mark.parametrize("more", [(), ("--set", "resources.transplant_bed.capacity=1")], ids=["free", "queues"])
def test_held_arms_are_those_without_the_change(pathsim: Pathsim, tmp_path: Any, more: tuple[str, ...]) -> None:
    def arms(name: str, *set_: str) -> dict[str, str]:
        done = pathsim("run", "aall1331", "--seed", 21, "--out", tmp_path / name, "--format", "csv", "-q", *set_)
        assert done.code == 0, done.err
        rows = [line.split(",") for line in (tmp_path / name / "adsl.csv").read_text(encoding="utf-8").splitlines()]
        subject, arm = rows[0].index("USUBJID"), rows[0].index("ARM")
        return {row[subject]: row[arm] for row in rows[1:]}

    own, free = arms("own"), arms("free", "--set", NO_RELAPSE, *more)
    held = arms("held", "--set", NO_RELAPSE, *more, "--hold-arms")
    both = [patient for patient in held if held[patient] and own.get(patient)]
    assert len(both) > 100
    assert all(held[patient] == own[patient] for patient in both)
    assert any(free[patient] != own[patient] for patient in free if free[patient] and own.get(patient))


def test_both_engines_print_the_same_trial_with_held_arms(pathsim: Pathsim) -> None:
    beds = ("--set", "resources.transplant_bed.capacity=2", "--hold-arms", "--json", "--seed", 21)
    quick, slow = (
        pathsim("run", "aall1331", "--set", NO_RELAPSE, *beds, "--engine", engine)
        for engine in ("vectorized", "discrete-event")
    )
    assert quick.code == 0, quick.err
    assert quick.out == slow.out
