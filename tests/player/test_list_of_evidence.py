"""The list of evidence in the app: every number and every date in use, and what speaks for it."""

from pathsim.player.makers.evidence import TURNED, evidence
from pathsim.player.parameters import parameters
from pathsim.scenario.problems import dotted
from pathsim.scenario.scenario import load


def test_it_lists_numbers_and_dates_in_the_order_of_the_file() -> None:
    scenario = load("aall1331")
    found = evidence(0, scenario, ())
    assert [row.path for row in found.rows] == [dotted(path) for path in scenario.stated]
    told = {row.path: (row.value, row.kind, row.source) for row in found.rows}
    assert told["trial.begins"] == ("2014-12-17", "published", "registry")
    assert told["trial.patients"][:2] == ("950", "assumed")
    dates = len(scenario.stated) - len(scenario.rates)
    assert found.tally == f"{len(scenario.rates)} numbers and {dates} dates"


def test_a_date_that_is_set_says_so() -> None:
    settings = {"trial.begins": "2015-01-01"}
    found = evidence(0, load("aall1331", settings), tuple(settings.items()))
    assert {(row.value, row.kind, row.source) for row in found.rows if row.path == "trial.begins"} == {
        ("2015-01-01", "assumed", TURNED)
    }


def test_dates_are_no_sliders() -> None:
    scenario = load("aall1331")
    dates = {dotted(path) for path, rate in scenario.stated.items() if rate.is_date}
    assert dates
    assert not dates & {one.path for one in parameters(scenario)}
