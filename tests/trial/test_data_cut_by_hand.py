"""On which day what of twelve patients is known, counted by hand."""

import numpy as np
import pytest
from strategies import scenario_of
from twelve_patients import NEW, OLD, TEXT, came, chunk_of, left, randomized, read

from pathsim.scenario.scenario import Scenario
from pathsim.trial.data_cut import data_cut_on
from pathsim.trial.time_to_event import allocation


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return scenario_of(TEXT)


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
    assert read(data_cut_on(chunk_of(scenario, [randomized(10, NEW) + entries]), 100), 0) == expected


@pytest.mark.parametrize("complete", [False, True])
@pytest.mark.parametrize(("day", "knows_arm"), [(89.5, True), (90, True), (100, True), (100.5, False)])
def test_arms_are_known_at_once_and_times_when_they_are_reported(
    scenario: Scenario, day: float, *, knows_arm: bool, complete: bool
) -> None:
    known = data_cut_on(chunk_of(scenario, [randomized(day, OLD)]), 100, complete=complete)
    groups = allocation(known)
    assert (groups.group[0] == OLD, groups.stratum[0] == 0, groups.day[0] == day) == (knows_arm,) * 3
    until = 100 if complete else 90
    assert read(known, 0) == ((until - day, 0) if day <= until else None)
    # Whoever came is known at once, and so is the start of a time that begins with coming.
    assert read(known, 0, "os") == ((max(until - (day - 5), 0), 0) if knows_arm else None)


@pytest.mark.parametrize(("day", "counts"), [(50, True), (50.5, False)])
def test_who_is_randomized_on_the_day_of_the_closing_counts(scenario: Scenario, day: float, *, counts: bool) -> None:
    known = data_cut_on(chunk_of(scenario, [randomized(day, NEW)]), 100, complete=True, closing=50)
    assert (allocation(known).group[0] == NEW) == counts
    assert read(known, 0) == ((100 - day, 0) if counts else None)
    kinds = [known.chunk.scenario.vocabulary[code].kind for code in known.journal.event.tolist()]
    steps = [known.chunk.scenario.vocabulary[code].step for code in known.journal.event.tolist()]
    assert ("arm" in kinds, "new" in steps) == (counts, counts)
    assert "allocation" in steps, "up to there everybody who came in time can go"


@pytest.mark.parametrize(("day", "counts"), [(50, True), (50.5, False)])
def test_who_comes_on_the_day_of_the_closing_counts(scenario: Scenario, day: float, *, counts: bool) -> None:
    known = data_cut_on(chunk_of(scenario, [[came(day, "screening")]]), 100, complete=True, closing=50)
    assert known.journal.row.size == np.isfinite(known.enrolled[0]) == counts


def test_the_journal_is_cut_after_its_day(scenario: Scenario) -> None:
    patient = [*randomized(80, NEW), came(90, "second"), came(100, "queue"), came(100.5, "operation")]
    chunk = chunk_of(scenario, [patient])
    steps = {
        complete: [scenario.vocabulary[code].step for code in data_cut_on(chunk, 100, complete=complete).journal.event]
        for complete in (False, True)
    }
    assert "second" in steps[False]
    assert "queue" not in steps[False]
    assert "queue" in steps[True]
    assert "operation" not in steps[True]
