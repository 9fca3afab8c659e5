"""Operating characteristics: what an ensemble says of the design."""

import math
from collections.abc import Iterable, Sequence
from functools import partial
from itertools import count
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pathsim.ensembles.averages import average, averaged, counts, known_or_none, quantiles
from pathsim.ensembles.collected import ByName, Lazy, among
from pathsim.meaning import Unit
from pathsim.paths import compared_path, parts_of, path_of
from pathsim.results.declared import estimate_of, unit_of
from pathsim.scenario.scenario import Scenario
from pathsim.statistics.normal import deviations

Summary: TypeAlias = dict[str, Any]
DEFAULT_ALPHA = 0.025
REASONS = ("benefit", "futility", "order")
"""Why a look ends a trial."""


def summary(scenario: Scenario, columns: ByName, asked: Sequence[str] = ()) -> Summary:
    """The figures over the replicates, power, where the trials stopped, and how far estimates can be trusted.

    Figures that were ``asked`` for are told even where others of their kind are not.
    """
    replicates = next(iter(columns.values())).size
    missing = np.full(replicates, np.nan)
    told = dict.fromkeys([*filter(is_figure, columns), *asked])
    return {
        "replicates": replicates,
        "alpha": alpha(scenario),
        "power": _power(scenario, columns),
        "significant": _significant(scenario, columns),
        "sequential_power": _sequential_power(scenario, columns),
        "ever_beyond_bound": _ever_beyond_bound(scenario, columns),
        "cutoffs": _cutoffs(scenario, columns),
        "stopping": _stopping(columns, replicates),
        "ending": _ending(columns, replicates),
        "bias": _bias(scenario, columns),
        "coverage": _coverage(columns),
        "figures": {name: figure(name, columns.get(name, missing)) for name in told},
    }


def alpha(scenario: Scenario) -> float:
    """The one-sided level at which the trial tests."""
    plan = scenario.trial.monitoring
    return DEFAULT_ALPHA if plan is None else plan.alpha


def is_figure(name: str) -> bool:
    """Whether a column is a figure of the results object, and not a limit of the interval around one."""
    return not name.startswith("looks.") and not _is_reached(name) and estimate_of(name) is None


def _is_reached(name: str) -> bool:
    """Whether a column says in which trials a cut-off was called by its events, whatever its scenario calls it."""
    first, *rest = (part.name for part in parts_of(name))
    return first == "cutoffs" and rest[1:] == ["reached"]


def figure(path: str, values: NDArray[np.float64]) -> Summary:
    """A figure over replicates: its middle, and the interval in which 95% of single trials lie.

    That is the mean with the standard deviation or, of hazard ratios, which can be infinite, the median; for these the
    mean and the standard deviation are those of the ``averaged`` logarithms that are finite. Trials that could not
    estimate the figure are ``missing``; if all are, so is the rest (None).
    """
    seen, mean = values[~np.isnan(values)], average(path, values)
    lower, median, upper = quantiles(seen, [0.025, 0.5, 0.975]).tolist() if seen.size else (None, None, None)
    spread = {"median": median, "lower": lower, "upper": upper}
    central, deviation = (known_or_none(value) for value in (mean.mean, mean.deviation))
    if mean.is_ratio:
        return {**spread, "mean_log": central, "sd_log": deviation, **counts(path, values)}
    return {"mean": central, "sd": deviation, **spread, **counts(path, values)}


def middle(figure: Summary) -> float | None:
    """The middle of a summarized figure: its mean or, of a hazard ratio, its median; None if all trials lack it."""
    found: float | None = figure["mean"] if "mean" in figure else figure["median"]
    return found


def share(count: int, of: int, confidence: float = 0.95) -> Summary:
    """A share with its Monte Carlo error: Wilson's interval (1927), doi:10.1080/01621459.1927.10502953."""
    z, p = deviations(confidence), count / of
    middle = (p + z * z / (2 * of)) / (1 + z * z / of)
    reach = z / (1 + z * z / of) * math.sqrt(p * (1 - p) / of + z * z / (4 * of * of))
    return {"estimate": p, "lower": max(0.0, middle - reach), "upper": min(1.0, middle + reach)}


def significant(scenario: Scenario, p_values: NDArray[np.float64]) -> Summary:
    """The share of trials with a one-sided P below alpha."""
    return share(int((p_values < alpha(scenario)).sum()), p_values.size)


def p_values(columns: Iterable[str], *names: str) -> dict[str, dict[str, str]]:
    """The columns of the tests of an endpoint that stands under these names: by compared arm and test, the path."""
    found: dict[str, dict[str, str]] = {}
    for path in columns:
        parts = [part.name for part in parts_of(path)]
        if tuple(parts[: len(names)]) == names and unit_of(path) is Unit.P_VALUE:
            _, arm, *test, _ = parts[len(names) :]
            found.setdefault(arm, {})[path_of(*test)] = path
    return found


def power_of(scenario: Scenario, columns: ByName, *names: str) -> Summary:
    """By compared arm and test, the share of trials whose one-sided P is below alpha."""
    return {
        arm: {test: significant(scenario, columns[path]) for test, path in tests.items()}
        for arm, tests in p_values(columns, *names).items()
    }


def _power(scenario: Scenario, columns: ByName) -> Summary:
    """The power for each endpoint by its final data, whatever the committee said; none where no arms are compared."""
    return _of_tests(scenario, columns, by_arm=True)


def _significant(scenario: Scenario, columns: ByName) -> Summary:
    """The same of endpoints that compare other groups than arms, which is no power: nobody is randomized to them."""
    return _of_tests(scenario, columns, by_arm=False)


def _of_tests(scenario: Scenario, columns: ByName, *, by_arm: bool) -> Summary:
    endpoints = scenario.sections.endpoints
    names = (name for name in endpoints if endpoints[name].compares_arms == by_arm)
    found = {name: power_of(scenario, columns, "endpoints", name) for name in names}
    return {name: shares for name, shares in found.items() if shares}


def _sequential_power(scenario: Scenario, columns: ByName) -> Summary:
    """For the endpoint of the committee, the share of trials that crossed its bound for benefit at any look."""
    plan = scenario.trial.monitoring
    if plan is None:
        return {}
    crossed = sum(int((here["benefit"] == 1).sum()) for here in _looked(columns))
    return {plan.endpoint: share(crossed, next(iter(columns.values())).size)}


def _ever_beyond_bound(scenario: Scenario, columns: ByName) -> Summary:
    """For the endpoint of the committee, the share of trials ever beyond its bound at a look, had nobody stopped."""
    plan, beyond = scenario.trial.monitoring, columns.get("trial.ever_beyond_bound")
    return {} if plan is None or beyond is None else {plan.endpoint: share(int(beyond.sum()), beyond.size)}


def _cutoffs(scenario: Scenario, columns: ByName) -> Summary:
    """For each cut-off: the power of the endpoint that called it, and the share of trials whose events did.

    On an earlier day that is of the trials in which it has come; one that has come in none is left out.
    """
    found: Summary = {}
    for name, cutoff in scenario.trial.cutoffs.items():
        day = columns.get(path_of("cutoffs", name, "day"))
        here = columns if day is None or np.isfinite(day).all() else among(columns, np.isfinite(day))
        if not next(iter(here.values())).size:
            continue
        found[name] = {
            "label": cutoff.label or name,
            "run_on": cutoff.run_on,
            "endpoint": cutoff.endpoint,
            "power": power_of(scenario, here, "cutoffs", name, "endpoints", cutoff.endpoint or ""),
        }
        if cutoff.events is not None:
            reached = here[path_of("cutoffs", name, "reached")]
            found[name]["reached"] = share(int(reached.sum()), reached.size)
    return found


def numbers_of_looks(columns: ByName) -> range:
    """The numbers of the looks that any trial held."""
    return range(1, next(number for number in count(1) if f"looks.{number}.day" not in columns))


def _looked(columns: ByName) -> list[ByName]:
    """The columns of each look, by name."""
    prefixes = [f"looks.{number}." for number in numbers_of_looks(columns)]
    return [
        Lazy(
            {
                name.removeprefix(prefix): partial(columns.__getitem__, name)
                for name in columns
                if name.startswith(prefix)
            }
        )
        for prefix in prefixes
    ]


def _stopping(columns: ByName, replicates: int) -> list[Summary]:
    """For each look: how many trials held it, how many ended there and why, and what those showed that did."""
    return [
        {
            "look": number,
            "held": share(int(np.isfinite(here["day"]).sum()), replicates),
            **{why: share(int((here[why] == 1).sum()), replicates) for why in REASONS},
            **{name: figure(f"looks.{number}.{name}", here[name]) for name in ("day", "events", "hazard_ratio")},
            "hazard_ratio_if_benefit": figure(
                f"looks.{number}.hazard_ratio", here["hazard_ratio"][here["benefit"] == 1]
            ),
        }
        for number, here in enumerate(_looked(columns), 1)
    ]


def _ending(columns: ByName, replicates: int) -> Summary:
    """How the committees ended their trials: the share with each reason, over all looks."""
    looked = _looked(columns)
    if not looked:
        return {}
    ended = {why: sum(int((here[why] == 1).sum()) for here in looked) for why in REASONS}
    return {
        **{why: share(count, replicates) for why, count in ended.items()},
        "none": share(replicates - sum(ended.values()), replicates),
    }


def _bias(scenario: Scenario, columns: ByName) -> Summary | None:
    """The hazard ratio of trials stopped early for benefit, at their stop, beside that of all trials in the end.

    Ratios are averaged as logarithms, as far as these are finite. None where no trial with such a ratio stopped for
    benefit.
    """
    plan = scenario.trial.monitoring
    stopped = [here["hazard_ratio"][here["benefit"] == 1] for here in _looked(columns)]
    if plan is None or not stopped:
        return None
    (arm,) = scenario.compared_arms
    in_all = columns[compared_path(plan.endpoint, arm, "cox", "hazard_ratio")]
    ratio = "looks.1.hazard_ratio"
    all_trials, stopped_early = average(ratio, in_all), average(ratio, np.concatenate(stopped))
    if not (all_trials.count and stopped_early.count):
        return None
    return {"endpoint": plan.endpoint, "all": all_trials.value, "stopped_for_benefit": stopped_early.value}


def _coverage(columns: ByName) -> Summary:
    """How often a trial's own 95% interval holds the average over all trials, for each figure that has one.

    Trials without an interval, as those without events, do not count; ``of`` says how many do.
    """
    found: Summary = {}
    for name in columns:
        if (figure_path := estimate_of(name)) is None or not name.endswith(".lower"):
            continue
        path = name.removesuffix(".lower")
        estimates, lower, upper = columns[figure_path], columns[name], columns[f"{path}.upper"]
        usable = averaged(figure_path, estimates) & np.isfinite(lower) & np.isfinite(upper)
        if usable.any():
            of_all = average(figure_path, estimates).value
            held = (lower[usable] <= of_all) & (of_all <= upper[usable])
            found[path] = share(int(held.sum()), int(usable.sum())) | {"of": int(usable.sum())}
    return found
