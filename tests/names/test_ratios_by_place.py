"""What a hazard ratio is depends on its place in the results, and not on what a scenario calls its arms and events."""

import numpy as np
import pytest

from pathsim.engines.choose import simulate, simulate_many
from pathsim.ensembles.averages import is_ratio
from pathsim.ensembles.summary import summary
from pathsim.results.json import results
from pathsim.results.lookup import figure
from pathsim.results.replicates import rows
from pathsim.scenario.files import Source, find
from pathsim.scenario.scenario import Scenario, load

COUNT = "endpoints.os.first_events.cox.hazard_ratio"


@pytest.fixture(scope="module")
def named() -> Scenario:
    """An arm called ``cox`` and a death called ``hazard_ratio``."""
    text = find("two-arm-exponential").text
    text = text.replace("{ experimental = ", "{ cox = ").replace("{ death = ", "{ hazard_ratio = ")
    return load(Source("named", "<test>", text.replace('"death"', '"hazard_ratio"')))


@pytest.mark.parametrize(
    "path",
    [
        "looks.1.hazard_ratio",
        "trial.looks[number=1].hazard_ratio",
        "trial.looks[number=1].analysis.comparisons.drug.cox.hazard_ratio",
        "endpoints.os.comparisons.drug.cox.hazard_ratio",
        'endpoints."os".comparisons."drug 2.5 mg".cox."hazard_ratio"',
        "endpoints.first_events.comparisons.drug.cox.hazard_ratio",
        "endpoints.os.comparisons.first.arm.cox.lower",
        "endpoints.looks.comparisons.drug.cox.hazard_ratio",
        'endpoints."a.first_events".comparisons.drug.cox.hazard_ratio',
        "endpoints.progression.or.death.comparisons.drug.cox.hazard_ratio",
        "cutoffs.final.endpoints.os.comparisons.drug.cox.hazard_ratio",
        "cutoffs.final.endpoints.first_events.comparisons.drug.cox.hazard_ratio",
        "cutoffs.31.12.2020.endpoints.os.comparisons.drug.cox.hazard_ratio",
    ],
)
def test_a_hazard_ratio_is_one_wherever_it_stands(path: str) -> None:
    assert is_ratio(path)


@pytest.mark.parametrize(
    "path",
    [
        COUNT,
        "endpoints.endpoints.first_events.cox.hazard_ratio",
        "cutoffs.final.endpoints.os.first_events.cox.hazard_ratio",
        "trial.looks[number=1].analysis.first_events.cox.hazard_ratio",
        "endpoints.hazard_ratio.events",
        "endpoints.os.arms.hazard_ratio.events",
        "cutoffs.final.events.hazard_ratio",
        "cutoffs.hazard_ratio.day",
        "trial.arms.hazard_ratio",
        "flow[step=hazard_ratio].left.estimate",
        "share",
    ],
)
def test_what_is_only_named_so_is_none(path: str) -> None:
    assert not is_ratio(path)


def test_a_count_of_events_that_is_named_so_is_counted(named: Scenario) -> None:
    columns = rows(simulate_many(named, 1, range(6)))
    assert [figure(results(simulate(named, 1, replicate)[0]), COUNT) for replicate in range(6)] == list(columns[COUNT])
    found = summary(named, columns)["figures"][COUNT]
    assert found["mean"] == pytest.approx(np.mean(columns[COUNT]))
    assert "mean_log" not in found
