"""Published numbers, drawn anew for each replicate, as uncertain as they were published.

A count such as 10 of 102 is drawn from the Beta distribution of its rate under Jeffreys' prior, (n + 1/2, N - n + 1/2)
(Brown, Cai and DasGupta 2001, doi:10.1214/ss/1009213286). A ratio with a published 95% interval is log-normal, a
probability with one is normal on the scale of log odds, and any other number with one is normal. Whole numbers, as the
capacity of a resource, are decided and not estimated: they stay as stated. A draw belongs to its seed, its replicate
and the number's path, so another uncertain number changes no draw.
"""

import math
from collections.abc import Collection, Mapping

import numpy as np

from pathsim.draws import stream, trial_keys, uniform
from pathsim.fields import is_number
from pathsim.meaning import Together, Unit
from pathsim.scenario.cycles import of_phase
from pathsim.scenario.evidence import Rate
from pathsim.scenario.keys import declared, expects_whole_number
from pathsim.scenario.problems import ScenarioError, dotted
from pathsim.scenario.scenario import Scenario
from pathsim.steps.spec import KeyPath

MOST_ATTEMPTS = 100
"""How often numbers are drawn until they go together, as shares that add up to no more than 1 do."""


def is_uncertain(rate: Rate) -> bool:
    """Whether it says how uncertain this number is: by a count, or by an interval around one value."""
    says = rate.n is not None or (rate.ci is not None and rate.ci[0] < rate.ci[1])
    return says and isinstance(rate.value, float) and not expects_whole_number(rate.path)


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
    if lower > 0 and (declared(rate.path, Unit) is Unit.RATIO or upper >= 1):
        return value * math.exp(math.log(upper / lower) * deviations)
    if lower > 0 and upper < 1:
        return float(expit(logit(value) + (logit(upper) - logit(lower)) * deviations))
    return value + (upper - lower) * deviations


def completed(scenario: Scenario, values: Mapping[KeyPath, float]) -> dict[KeyPath, float]:
    """These numbers, and what follows from them in tables of shares that have no rest.

    The shares that are not given divide what the others leave as they do where they are stated; if all are given, the
    last one is what the others leave.
    """
    found = dict(values)
    for table in dict.fromkeys(path[:-1] for path in values):
        shares = _all_shares(scenario, table)
        given = [level for level in shares if (*table, level) in values]
        free = [level for level in shares if level not in given] or given[-1:]
        left = 1 - math.fsum(values[(*table, level)] for level in given if level not in free)
        whole = math.fsum(shares[level] for level in free)
        found |= {(*table, level): left * (shares[level] / whole if whole else 1 / len(free)) for level in free}
    return found


def _all_shares(scenario: Scenario, table: KeyPath) -> Mapping[str, float]:
    """The shares of a table that states them all; empty if one of them is the rest, or if it is no table of shares."""
    if declared(table, Together) is not Together.SUM_TO_ONE:
        return {}
    here: object = scenario.layers.tree
    for key in table:
        here = here[key]  # type: ignore[index]
    if not isinstance(here, dict) or not all(map(is_number, here.values())):
        return {}
    return here if math.isclose(math.fsum(here.values()), 1.0) else {}


def with_drawn_numbers(scenario: Scenario, seed: int, replicate: int) -> Scenario:
    """The scenario with the numbers of one replicate.

    Numbers of a table that do not go together are drawn again: so what is drawn is what the evidence says, given that
    it makes sense. Those that never do stay as stated.
    """
    rates = {rate.path: rate for rate in uncertain_rates(scenario)}
    attempts = dict.fromkeys(rates, 0)
    while True:
        drawn = {path: value_at(rates[path], draw) for path, draw in _draws(attempts, seed, replicate).items()}
        try:
            return scenario.with_values(completed(scenario, drawn))
        except ScenarioError as wrong:
            if not attempts:
                raise
            for path in at_fault(wrong, attempts):
                attempts[path] += 1
            attempts = {path: count for path, count in attempts.items() if count < MOST_ATTEMPTS}


def _draws(attempts: Mapping[KeyPath, int], seed: int, replicate: int) -> dict[KeyPath, float]:
    """The uniform number of each of these paths, at the attempt that it has come to."""
    names = [f"uncertain/{dotted(path)}" + (f"/{attempt}" if attempt else "") for path, attempt in attempts.items()]
    draws = uniform(trial_keys(seed, replicate), np.array([stream(name) for name in names], np.uint64))
    return dict(zip(attempts, draws.tolist(), strict=True))


def at_fault(wrong: ScenarioError, changed: Collection[KeyPath]) -> set[KeyPath]:
    """Which of these changed numbers, one at least, do not go together: for each problem all of its table.

    If a table has none of them, those of the next table around it. The toxicities of a step are one table, for one can
    be within another, and what a cycle says of a phase that repeats is one with what the phase says.
    """
    return {path for problem in wrong.problems for path in _around(problem.path, changed)}


def _around(where: KeyPath, changed: Collection[KeyPath]) -> list[KeyPath]:
    where = of_phase(where[:-1] if where in changed else where)
    nests = (where[:end] for end in range(1, len(where)) if declared(where[:end], Together) is Together.NEST)
    where = next(nests, where)
    while not (found := [path for path in changed if of_phase(path)[: len(where)] == where]):
        where = where[:-1]
    return found
