"""The numbers of a scenario that can be turned: in groups as the scenario has them, each with limits and evidence."""

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from pathsim.fields import REST
from pathsim.meaning import Abbreviation, Slider, Together, Unit
from pathsim.player.number_names import NumberNames, table_of
from pathsim.player.views.live import Parameter
from pathsim.scenario.evidence import Rate
from pathsim.scenario.keys import declared, declared_around, expects_whole_number
from pathsim.scenario.problems import dotted
from pathsim.scenario.scenario import Scenario
from pathsim.steps.phase import PhaseSpec
from pathsim.steps.spec import KeyPath, ToxicityKind
from pathsim.steps.toxicity import Toxicity, profiles, usually_within

STEPS_OF_A_SLIDER = 50
A_FEW = 4


def parameters(scenario: Scenario) -> tuple[Parameter, ...]:
    """Every single number that can be turned; lists of numbers are left out."""
    names = NumberNames(scenario)
    found = [
        _parameter(scenario, names, path, rate)
        for path, rate in scenario.rates.items()
        if _slider(path).is_shown and isinstance(rate.value, float)
    ]
    found = _told_apart([one for one in found if one.lowest < one.highest])
    order = {name: place for place, name in enumerate(dict.fromkeys(parameter.group for parameter in found))}
    return tuple(sorted(found, key=lambda parameter: order[parameter.group]))


def _slider(path: KeyPath) -> Slider:
    return declared_around(path, Slider) or Slider()


def _told_apart(found: Sequence[Parameter]) -> list[Parameter]:
    """The same numbers under names of their own: two that would share one have their paths in it."""
    shared = Counter((parameter.group, parameter.label) for parameter in found)
    return [
        replace(one, label=f"{one.label}, {one.path}") if shared[one.group, one.label] > 1 else one for one in found
    ]


def _parameter(scenario: Scenario, names: NumberNames, path: KeyPath, rate: Rate) -> Parameter:
    value = rate.value if isinstance(rate.value, float) else math.nan
    whole, is_share = expects_whole_number(path), _is_share(path, value)
    lowest, highest = _limits(scenario, path, value, rate)
    group, label, condition = names.group(path), names.label(path), names.condition(path)
    return Parameter(
        dotted(path),
        group,
        label,
        value,
        lowest,
        highest,
        _step(lowest, highest, whole=whole),
        whole,
        is_share,
        rate.evidence.kind,
        _evidence(scenario, rate, is_share=is_share) + (condition and f" Only where {condition}."),
        rate.evidence.kind == "calibrated" or rate.range is not None,
        names.found_by(path, f"{group} {label}"),
        _unit(path),
        *_first(scenario, dotted(path)),
        _siblings(scenario, path),
    )


UNITS = {Unit.DAYS: "# d", Unit.PER_MONTH: "#/mo", Unit.PER_DAY: "#/d"}


def _unit(path: KeyPath) -> str:
    """What stands around a number."""
    brief, unit = declared_around(path, Abbreviation), declared(path, Unit)
    return f"{brief.said} #" if brief is not None else UNITS.get(unit, "") if unit is not None else ""


def _first(scenario: Scenario, path: str) -> tuple[int | None, str]:
    """A number's place among those to turn first, and what it is called there."""
    first = scenario.sections.shown_first
    return (list(first).index(path), first[path]) if path in first else (None, "")


def _siblings(scenario: Scenario, path: KeyPath) -> tuple[tuple[str, float], ...]:
    """The other shares of a table in which none is the rest."""
    if declared(path[:-1], Together) is not Together.SUM_TO_ONE:
        return ()
    table = table_of(scenario, path)
    if REST in table.values():
        return ()
    return tuple((dotted((*path[:-1], key)), float(value)) for key, value in table.items() if key != path[-1])


def _limits(scenario: Scenario, path: KeyPath, value: float, rate: Rate) -> tuple[float, float]:
    """Between what a number can be turned: wider than it is thought to lie, for that is what turning it is for."""
    slider = _slider(path)
    if declared(path, Unit) is Unit.RATIO:
        return min(LEAST_RATIO, value), max(min(max(4.0, _nice(1.5 * value)), slider.most), value)
    if _is_share(path, value):
        highest = 0.1 if value == 0 else min(1.0, _nice(4 * value))
        if declared_around(path, Together) is Together.NEST:
            possible = _possible(scenario, path)
            return _furthest(possible, value, 0.0), _furthest(possible, value, highest)
        least, most = _room(scenario, path, value)
        return least, max(min(highest, most), value)
    if declared(path, Unit) is Unit.LEVEL:
        return value / 10, min(10 * value, 0.5)
    known = max(rate.range or rate.ci or (value,))
    is_whole = expects_whole_number(path)
    # Of a few places or looks a few more are far.
    known = max(known, value + A_FEW) if is_whole else known
    least = 1.0 if is_whole else value / STEPS_OF_A_SLIDER
    if slider.least is not None:
        least = slider.least(table_of(scenario, path))
    return min(least, value), _nice(max(2 * value, known)) if value or known else 1.0


def _room(scenario: Scenario, path: KeyPath, value: float) -> tuple[float, float]:
    """What a share's neighbors leave it: cumulative ones ascend with the days, others sum to no more than 1."""
    table, together = table_of(scenario, path), declared(path[:-1], Together)
    if together is Together.ASCEND:
        by_day = sorted((float(day), float(share)) for day, share in table.items())
        before = [share for day, share in by_day if day < float(path[-1])]
        after = [share for day, share in by_day if day > float(path[-1])]
        return max(before, default=0.0), min(after, default=MOST_BY)
    if together is Together.SUM_TO_ONE and REST in table.values():
        return 0.0, 1.0 - sum(float(share) for key, share in table.items() if share != REST and key != path[-1])
    return 0.0, 1.0 if value < 1 else value


def _furthest(possible: Callable[[float], bool], value: float, end: float) -> float:
    """How far a number can be turned towards an end, from a value that it can have: to two thousandths of the way."""
    if possible(end):
        return end
    for _ in range(9):
        middle = (value + end) / 2
        value, end = (middle, end) if possible(middle) else (value, middle)
    return value


def _possible(scenario: Scenario, path: KeyPath) -> Callable[[float], bool]:
    """Whether a number of a toxicity goes with its other grades, and with those that it is within or that are in it."""
    name, key, catalog = str(path[-2]), str(path[-1]), scenario.sections.toxicities
    nests = [(_nest(spec, name, catalog), spec.fatal is not None) for spec in _phases(scenario, path)]

    def possible(value: float) -> bool:
        for tables, can_be_fatal in nests:
            found = profiles({**tables, name: tables[name].model_copy(update={key: value})}, catalog)
            if found.problems or (any(one.fifth for one in found.found.values()) and not can_be_fatal):
                return False
        return True

    return possible


def _phases(scenario: Scenario, path: KeyPath) -> list[PhaseSpec]:
    """The phases in which a number holds: the cycle that states it, or all that say nothing else."""
    if path[2] == "cycle":
        found = [scenario.entry(f"{path[1]}.{path[3]}").spec]
    else:
        cycles: Mapping[str, Any] = table_of(scenario, (*path[:2], "")).get("cycle", {})
        others = {f"{path[1]}.{number}" for number, table in cycles.items() if _says(table, path[2:])}
        found = [entry.spec for entry in scenario.entries(str(path[1])) if entry.name not in others]
    return [spec for spec in found if isinstance(spec, PhaseSpec)]


def _says(table: Any, path: KeyPath) -> bool:
    for key in path:
        if not isinstance(table, dict) or key not in table:
            return False
        table = table[key]
    return True


def _nest(spec: PhaseSpec, name: str, catalog: Mapping[str, ToxicityKind]) -> dict[str, Toxicity]:
    """A toxicity with all that it is within, or that are within the same ones."""
    outer = {other: table.within or usually_within(catalog.get(other)) for other, table in spec.toxicity.items()}
    around = {other: within for other, within in outer.items() if within is not None and within in spec.toxicity}
    nest = _outermost(name, around)
    return {other: table for other, table in spec.toxicity.items() if _outermost(other, around) == nest}


def _outermost(name: str, around: Mapping[str, str]) -> str:
    while name in around:
        name = around[name]
    return name


LEAST_RATIO = 0.05
MOST_BY = 0.999
"""An exit by which everybody leaves on some day is no hazard any more."""


def _is_share(path: KeyPath, value: float) -> bool:
    """Whether a number is a probability, which readers expect in per cent."""
    return 0 <= value <= 1 and declared(path, Unit) is Unit.SHARE


def _nice(value: float) -> float:
    """The least round number that is not less: 1, 2 or 5 times a power of ten."""
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= value * (1 - 1e-12))


def _step(lowest: float, highest: float, *, whole: bool) -> float:
    step = _nice((highest - lowest) / STEPS_OF_A_SLIDER)
    return max(1.0, step) if whole else step


def _evidence(scenario: Scenario, rate: Rate, *, is_share: bool) -> str:
    evidence = rate.evidence
    text = "; ".join(map(partial(_target_label, scenario), evidence.calibrated_to)) or evidence.text
    counted = f"{rate.n} of {rate.of}. " if rate.n is not None else ""
    between = [f"{100 * limit:g}%" if is_share else f"{limit:g}" for limit in rate.range or ()]
    spread = f" It is thought to lie between {between[0]} and {between[1]}." if between else ""
    note = "" if evidence.note is None else f" ({evidence.note})"
    words = {"published": "Published", "derived": "Derived", "calibrated": "Calibrated to", "assumed": "Assumed"}
    return f"{counted}{words[evidence.kind]}: {text}{note}.{spread}"


def _target_label(scenario: Scenario, name: str) -> str:
    """What people call a target that numbers are fitted to, with its heading."""
    target = scenario.sections.targets.get(name)
    return name if target is None else ": ".join(filter(None, (target.part, target.label or name)))
