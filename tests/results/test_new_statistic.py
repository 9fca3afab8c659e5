"""A new method of comparison is one class and one line: what is told of it everywhere comes from its declaration."""

from collections.abc import Iterator
from typing import Annotated

import numpy as np
import pytest
from rich.console import Console

from pathsim.engines.choose import simulate, simulate_many
from pathsim.ensembles.summary import summary
from pathsim.ensembles.vary import by_setting, comparison, varied_rows
from pathsim.meaning import Unit
from pathsim.player.makers.compare import compared_figures
from pathsim.player.views.live import EndpointCard
from pathsim.report.arms_compared import comparison_table
from pathsim.report.characteristics import print_characteristics
from pathsim.results import declared as declarations
from pathsim.results.chosen import figures
from pathsim.results.endpoint import EndpointResults
from pathsim.results.json import results
from pathsim.results.lookup import figure
from pathsim.results.replicates import rows
from pathsim.scenario.scenario import Scenario, load
from pathsim.statistics.comparison import Comparison, ScoreTest
from pathsim.statistics.figures import Label, Ratio, Trials, declared, replicated
from pathsim.statistics.methods import Comparisons, by
from pathsim.trial.course import final

PATH = "endpoints.os.comparisons.experimental"


class SignOfExcess(ScoreTest):
    """Whether the arm has more events than expected: 1, or -1."""

    label = "sign test"

    def statistic(self) -> Trials:
        """The sign of each trial."""
        counts = self.arms.counts
        excess = np.bincount(counts.trial, counts.events_treated - counts.events_control, counts.trials)
        return np.sign(excess)


class RatioOfEvents(Comparison):
    """How many times the events of control the arm has."""

    label = "events"

    @replicated
    def ratio(self) -> Annotated[Ratio, Label("events ratio")]:
        """The ratio."""
        counts = self.arms.counts
        treated, control = (
            np.bincount(counts.trial, events, counts.trials)
            for events in (counts.events_treated, counts.events_control)
        )
        return treated / control


@pytest.fixture(autouse=True)
def _registered(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As two lines of ``pathsim/statistics/methods.py`` would register them."""
    for name, kind in (("sign", SignOfExcess), ("events", RatioOfEvents)):
        line = by(kind)
        line.__set_name__(Comparisons, name)
        monkeypatch.setattr(Comparisons, name, line, raising=False)
    for cache in (declared, declarations.declaration):
        cache.cache_clear()
    yield
    monkeypatch.undo()
    for cache in (declared, declarations.declaration):
        cache.cache_clear()


@pytest.fixture
def scenario() -> Scenario:
    return load("two-arm-exponential", {"trial.patients": "60"})


def test_one_trial_has_it_in_json_and_in_the_report(scenario: Scenario) -> None:
    chunk = simulate(scenario, 3)[0]
    found = results(chunk)["endpoints"]["os"]["comparisons"]["experimental"]
    assert found["sign"]["z"] in (-1, 1)
    assert found["sign"]["p_one_sided"] == pytest.approx(0.158655 if found["sign"]["z"] < 0 else 0.841345, abs=1e-6)
    compared = EndpointResults(scenario.sections.endpoints["os"], final(chunk)).comparisons
    assert compared is not None
    console = Console(width=120, record=True)
    console.print(comparison_table(compared["experimental"]))
    text = console.export_text()
    assert f"z {found['sign']['z']:.2f}, one-sided P {found['sign']['p_one_sided']:.3f}" in text
    assert f"events ratio {found['events']['ratio']:.2f}" in text


def test_ensembles_keep_it_of_each_replicate_and_sum_it_up_by_its_unit(scenario: Scenario) -> None:
    columns = rows(simulate_many(scenario, 3, range(20)))
    sign, ratio = columns[f"{PATH}.sign.z"], columns[f"{PATH}.events.ratio"]
    found = summary(scenario, columns)
    assert found["figures"][f"{PATH}.sign.z"]["mean"] == pytest.approx(sign.mean())
    assert found["figures"][f"{PATH}.events.ratio"]["mean_log"] == pytest.approx(np.log(ratio).mean())
    assert found["power"]["os"]["experimental"]["sign"]["estimate"] == 0
    console = Console(width=120, record=True)
    print_characteristics(console, scenario, 3, found | {"null": False}, columns)
    assert "sign test 0.0%" in console.export_text()


def test_a_target_can_name_it(scenario: Scenario) -> None:
    path = f"{PATH}.events.ratio"
    alone = [figure(results(simulate(scenario, 3, replicate)[0]), path) for replicate in range(4)]
    assert figures(simulate_many(scenario, 3, range(4)), [path])[path].tolist() == alone


def test_settings_are_compared_by_it(scenario: Scenario) -> None:
    other = load("two-arm-exponential", {"trial.patients": "60", "steps.experimental.exit.death.median_days": "200"})
    both = [scenario, other]
    columns = varied_rows(both, 3, range(12))
    found = comparison(both, [(), ()], columns)["settings"][1]["differences"]
    before, after = (part[f"{PATH}.events.ratio"] for part in by_setting(columns, 2))
    assert found[f"{PATH}.events.ratio"]["mean_log"] == pytest.approx(np.log(after / before).mean())
    assert f"{PATH}.sign.significant" in found
    card = EndpointCard("os", "", "os", 1.0, (), (), "", (), (), is_stratified=False, groups=(), is_by_arm=True)
    told = compared_figures(card, *(final(simulate(one, 3)[0]) for one in both))
    assert {one.label: one.unit for one in told} == {
        "OS hazard ratio": Unit.RATIO,
        "OS power": Unit.SHARE,
        "OS power, Fleming-Harrington (0, 1)": Unit.SHARE,
        "OS mean time gained": Unit.DAYS,
        "OS power, sign test": Unit.SHARE,
        "OS events ratio": Unit.RATIO,
    }
