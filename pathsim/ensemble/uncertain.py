"""Published numbers, drawn anew for each replicate, as uncertain as they were published.

A count such as 10 of 102 is drawn from the Beta distribution of its rate under Jeffreys' prior, (n + 1/2, N - n + 1/2)
(Brown, Cai and DasGupta 2001, doi:10.1214/ss/1009213286). A ratio with a published 95% interval is log-normal, a
probability with one is normal on the scale of log odds, and any other number with one is normal. A draw belongs to
its seed, its replicate and the number's path, so another uncertain number changes no draw.
"""

import math
from collections.abc import Mapping

import numpy as np

from pathsim.luck import slot, trial_keys, uniform
from pathsim.scenario.evidence import Rate
from pathsim.scenario.problems import ScenarioError, dotted
from pathsim.scenario.scenario import Scenario
from pathsim.steps.spec import KeyPath

MOST_ATTEMPTS = 1000
"""How often numbers are drawn until they go together, as shares that add up to no more than 1 do."""


def is_uncertain(rate: Rate) -> bool:
    """Whether it says how uncertain this number is: by a count, or by an interval around one value."""
    return isinstance(rate.value, float) and (rate.n is not None or (rate.ci is not None and rate.ci[0] < rate.ci[1]))


def uncertain_rates(scenario: Scenario) -> tuple[Rate, ...]:
    """The numbers of the model that are uncertain."""
    return tuple(rate for rate in scenario.rates.values() if is_uncertain(rate))


def value_at(rate: Rate, probability: float) -> float:
    """The value of an uncertain number below which it lies with this probability."""
    from scipy.special import betaincinv, expit, logit, ndtri  # noqa: PLC0415 - an extra

    if rate.n is not None and rate.of is not None:
        return float(betaincinv(rate.n + 0.5, rate.of - rate.n + 0.5, probability))
    value, (lower, upper) = rate.value, rate.ci or (math.nan, math.nan)
    if not isinstance(value, float):
        raise TypeError(f"'{dotted(rate.path)}' is a list of numbers")
    deviations = float(ndtri(probability)) / (2 * float(ndtri(0.975)))
    if lower > 0 and (_is_ratio(rate.path) or upper >= 1):
        return value * math.exp(math.log(upper / lower) * deviations)
    if lower > 0 and upper < 1:
        return float(expit(logit(value) + (logit(upper) - logit(lower)) * deviations))
    return value + (upper - lower) * deviations


def _is_ratio(path: KeyPath) -> bool:
    return any(str(key).endswith("_ratio") for key in path)


def with_drawn_numbers(scenario: Scenario, seed: int, replicate: int) -> Scenario:
    """The scenario with the numbers of one replicate.

    Numbers that do not go together are drawn again, all of them: so what is drawn is what the evidence says, given
    that it makes sense. Raises ScenarioError if it never does.
    """
    rates = uncertain_rates(scenario)
    for attempt in range(MOST_ATTEMPTS):
        try:
            return scenario.with_values(_drawn(rates, seed, replicate, attempt))
        except ScenarioError:
            if attempt == MOST_ATTEMPTS - 1:
                raise
    raise AssertionError("the last attempt returns or raises")


def _drawn(rates: tuple[Rate, ...], seed: int, replicate: int, attempt: int) -> Mapping[KeyPath, float]:
    again = f"/{attempt}" if attempt else ""
    names = [f"uncertain/{dotted(rate.path)}{again}" for rate in rates]
    draws = uniform(trial_keys(seed, replicate), np.array([slot(name) for name in names], np.uint64))
    return {rate.path: value_at(rate, draw) for rate, draw in zip(rates, draws.tolist(), strict=True)}
