"""Settings beside each other: the same patients, with the same draws, in the same arms."""

import numpy as np
import pytest

from pathsim.engines.choose import simulate_many
from pathsim.ensembles.vary import by_setting, comparison, crossed, varied_rows
from pathsim.results.replicates import rows
from pathsim.scenario.scenario import Scenario, load

GVHD = "steps.transplant.toxicity.acute_gvhd.grade3plus"
EARLIER = "steps.block_1.days"
REPLICATES = range(40)


def made(path: str, values: list[str]) -> list[Scenario]:
    return [load("aall1331", {path: value}) for value in values]


def test_settings_are_crossed_with_the_last_path_changing_fastest() -> None:
    assert crossed([("a", ["1", "2"]), ("b", ["x", "y"])]) == [
        (("a", "1"), ("b", "x")),
        (("a", "1"), ("b", "y")),
        (("a", "2"), ("b", "x")),
        (("a", "2"), ("b", "y")),
    ]


def test_the_first_setting_is_the_ensemble_that_it_would_be_alone() -> None:
    scenarios = made(GVHD, ["0.2", "0.4"])
    columns = by_setting(varied_rows(scenarios, 5, REPLICATES), 2)
    alone = rows(simulate_many(scenarios[0], 5, REPLICATES))
    assert list(columns[0]) == list(alone)
    for name, values in alone.items():
        np.testing.assert_array_equal(columns[0][name], values)


def test_patients_keep_their_arms_even_if_they_come_to_the_randomization_in_another_order() -> None:
    """A longer first block reorders patients; with arms drawn anew, the number in each arm would change by chance."""
    scenarios = made(EARLIER, ["28", "[20, 28, 60]"])
    held = by_setting(varied_rows(scenarios, 5, REPLICATES), 2)
    drawn_anew = rows(simulate_many(scenarios[1], 5, REPLICATES))

    def correlation(columns: dict[str, np.ndarray]) -> float:
        path = "endpoints.os.comparisons.blinatumomab.cox.hazard_ratio"
        return float(np.corrcoef(held[0][path], columns[path])[0, 1])

    assert correlation(held[1]) > 0.9
    assert correlation(drawn_anew) < correlation(held[1]) - 0.2


def test_a_setting_without_effect_changes_nothing_at_all() -> None:
    scenarios = made("steps.consolidation.label", ['"one"', '"other"'])
    same = by_setting(varied_rows(scenarios, 5, REPLICATES), 2)
    for name, values in same[0].items():
        np.testing.assert_array_equal(same[1][name], values)


def test_settings_with_other_numbers_of_patients_or_other_arms_can_be_compared() -> None:
    fewer = made("trial.patients", ["950", "700", "1000"])
    columns = by_setting(varied_rows(fewer, 5, range(6)), 3)
    assert [part["trial.randomized"].size for part in columns] == [6, 6, 6]
    renamed = [load("two-arm-exponential"), load("two-arm-exponential", {"trial.patients": "200"})]
    assert len(by_setting(varied_rows(renamed, 5, range(3)), 2)[1]) > 10


def test_a_difference_has_a_much_smaller_error_than_it_would_have_between_other_trials() -> None:
    settings = crossed([(GVHD, ["0.13", "0.3"])])
    scenarios = [load("aall1331", dict(setting)) for setting in settings]
    found = comparison(scenarios, settings, varied_rows(scenarios, 5, range(80)))
    assert "differences" not in found["settings"][0]
    second = found["settings"][1]
    assert second["set"] == {GVHD: "0.3"}
    ratio = second["differences"]["endpoints.dfs.comparisons.blinatumomab.cox.hazard_ratio"]
    assert ratio["standard_error_log"] < ratio["independent_standard_error_log"] / 4
    parts = by_setting(varied_rows(scenarios, 5, range(80)), 2)
    means = [np.log(part["endpoints.dfs.comparisons.blinatumomab.cox.hazard_ratio"]).mean() for part in parts]
    assert ratio["ratio"] == pytest.approx(np.exp(means[1] - means[0]))
    tested = second["differences"]["endpoints.dfs.comparisons.blinatumomab.logrank.significant"]
    powers = [setting["power"]["dfs"]["blinatumomab"]["logrank"]["estimate"] for setting in found["settings"]]
    assert tested["mean"] == pytest.approx(powers[1] - powers[0])


def test_where_patients_queue_settings_are_compared_too() -> None:
    scenarios = made("resources.transplant_bed.capacity", ["950", "4"])
    columns = by_setting(varied_rows(scenarios, 5, range(2)), 2)
    assert columns[1]["trial.randomized"].size == 2
