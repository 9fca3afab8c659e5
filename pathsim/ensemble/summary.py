"""Operating characteristics: what an ensemble says of the design."""

import math
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from pathsim.ensemble.rows import Columns
from pathsim.scenario.scenario import Scenario
from pathsim.stats.normal import deviations

Summary: TypeAlias = dict[str, Any]
DEFAULT_ALPHA = 0.025


def summary(scenario: Scenario, columns: Columns) -> Summary:
    """The figures over the replicates, power, and where the trials stopped."""
    replicates = next(iter(columns.values())).size
    return {
        "replicates": replicates,
        "alpha": _alpha(scenario),
        "power": _power(scenario, columns),
        "stopping": _stopping(columns, replicates),
        "figures": {name: figure(values) for name, values in columns.items() if not name.startswith("looks.")},
    }


def _alpha(scenario: Scenario) -> float:
    plan = scenario.trial.monitoring
    return DEFAULT_ALPHA if plan is None else plan.alpha


def figure(values: NDArray[np.float64]) -> Summary:
    """Mean and standard deviation over replicates, and the interval in which 95% of single trials lie."""
    seen = values[np.isfinite(values)]
    if not seen.size:
        return {"mean": None, "sd": None, "lower": None, "upper": None, "missing": int(values.size)}
    lower, upper = np.quantile(seen, [0.025, 0.975])
    return {
        "mean": float(seen.mean()),
        "sd": float(seen.std(ddof=1)) if seen.size > 1 else None,
        "lower": float(lower),
        "upper": float(upper),
        "missing": int(values.size - seen.size),
    }


def _power(scenario: Scenario, columns: Columns) -> Summary:
    """For each endpoint, the share of trials whose final one-sided P is below alpha, whatever the committee said."""
    found = {}
    for name in scenario.sections.endpoints:
        values = columns.get(f"endpoints.{name}.logrank.p_one_sided")
        if values is not None:
            found[name] = share(int((values < _alpha(scenario)).sum()), values.size)
    return found


def share(count: int, of: int, confidence: float = 0.95) -> Summary:
    """A share with its Monte Carlo error: Wilson's interval (1927), doi:10.1080/01621459.1927.10502953."""
    z, p = deviations(confidence), count / of
    middle = (p + z * z / (2 * of)) / (1 + z * z / of)
    reach = z / (1 + z * z / of) * math.sqrt(p * (1 - p) / of + z * z / (4 * of * of))
    return {"estimate": p, "lower": max(0.0, middle - reach), "upper": min(1.0, middle + reach)}


def _stopping(columns: Columns, replicates: int) -> list[Summary]:
    """For each look: how many trials held it, how many ended there and why, and what those showed that did."""
    found: list[Summary] = []
    while f"looks.{len(found) + 1}.day" in columns:
        here = {name: columns[f"looks.{len(found) + 1}.{name}"] for name in ("day", "events", "z", "hazard_ratio")}
        benefit = columns[f"looks.{len(found) + 1}.benefit"] == 1
        futility = columns[f"looks.{len(found) + 1}.futility"] == 1
        found.append(
            {
                "look": len(found) + 1,
                "held": share(int(np.isfinite(here["day"]).sum()), replicates),
                "benefit": share(int(benefit.sum()), replicates),
                "futility": share(int(futility.sum()), replicates),
                "day": figure(here["day"]),
                "events": figure(here["events"]),
                "hazard_ratio": figure(here["hazard_ratio"]),
                "hazard_ratio_if_benefit": figure(here["hazard_ratio"][benefit]),
            }
        )
    return found
