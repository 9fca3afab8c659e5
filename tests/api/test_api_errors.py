"""What cannot be raises one sentence that says why, and nothing of the insides."""

import datetime
from collections.abc import Callable

import pytest

import pathsim as api

TEXTBOOK = "two-arm-exponential"
ASKED: list[tuple[Callable[[], object], str]] = [
    (lambda: api.run(TEXTBOOK, seed=-1), "seed: expected a whole number from 0 to .*, found -1"),
    (lambda: api.run(TEXTBOOK, seed=1.5), "seed: expected a whole number"),  # type: ignore[arg-type]
    (lambda: api.run(TEXTBOOK, 1, replicate=-1), "replicate: expected a whole number"),
    (lambda: api.run(TEXTBOOK, 1, engine="steam"), "engine: expected one of auto, vectorized"),  # type: ignore[arg-type]
    (lambda: api.run(TEXTBOOK, 1, until="today"), "until: expected a date"),  # type: ignore[arg-type]
    (lambda: api.run(TEXTBOOK, 1, until=datetime.date(1999, 1, 1)), "until 1999-01-01: the trial goes from 2020-01-01"),
    (lambda: api.run(TEXTBOOK, 1).figure("endpoints.os.hazard"), "path: the results have no 'hazard'"),
    (lambda: api.run(TEXTBOOK, 1).figure("a["), "path: 'a\\[' is not a path"),
    (lambda: api.run(TEXTBOOK, 1).figure("baseline[arm=drug].n"), "path: there is no arm 'drug'"),
    (lambda: api.run(TEXTBOOK, 1).table("endpoints"), "name: there is no table 'endpoints'; there are: baseline,"),
    (lambda: api.ensemble(TEXTBOOK, 0), "replicates: expected a whole number from 1 to"),
    (lambda: api.ensemble(TEXTBOOK, 1, workers=0), "workers: expected a whole number from 1 to 512"),
    (lambda: api.compare(TEXTBOOK), "at least two scenarios"),
    (lambda: api.validate(TEXTBOOK), r"has no \[targets\]"),
    (lambda: api.validate("aall1331", parts="Cost"), "no heading begins with Cost; the headings are: Disease-free"),
    (lambda: api.validate("aall1331", 1), "replicates: expected a whole number from 2 to"),
    (lambda: api.load(None), "scenario: expected a name or a path"),  # type: ignore[arg-type]
    (lambda: api.load(TEXTBOOK, [("a", 1)]), "settings: expected values by path"),  # type: ignore[arg-type]
    (lambda: api.load(TEXTBOOK, {1: 1}), "settings: expected values by path"),  # type: ignore[dict-item]
]


@pytest.mark.parametrize(("asked", "sentence"), ASKED, ids=[sentence for _, sentence in ASKED])
def test_an_argument_that_cannot_be_is_a_value_error(asked: Callable[[], object], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence) as told:
        asked()
    assert "\n" not in str(told.value)


def test_all_that_is_wrong_with_a_scenario_is_in_one_message() -> None:
    with pytest.raises(api.ScenarioError) as told:
        api.load(TEXTBOOK, {"trial.patients": "x", "trial.block": 2, "steps.control.exit.death.median_days": -5})
    assert len(told.value.problems) == len(str(told.value).splitlines()) == 3


def test_a_scenario_that_is_not_there_is_told_with_those_that_are() -> None:
    with pytest.raises(api.ScenarioError, match="there is no scenario 'aall1313'"):
        api.run("aall1313")


def test_without_scipy_uncertain_numbers_ask_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    ensemble, validate = api.ensemble, api.validate
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    for asked in (lambda: ensemble(TEXTBOOK, 1, uncertain=True), lambda: validate("aall1331", 2, uncertain=True)):
        with pytest.raises(ImportError, match=r"this needs scipy: install 'pathsim-trials\[fit\]'"):
            asked()
