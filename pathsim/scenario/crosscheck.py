"""What can be wrong between the parts of a scenario: names that lead nowhere, circles, columns used before they are."""

import keyword
import re
from collections.abc import Iterable, Iterator, Mapping
from graphlib import CycleError, TopologicalSorter

from pathsim.conditions import Names, condition, suggestion
from pathsim.scenario.models import Covariate, Trial
from pathsim.scenario.problems import Problem
from pathsim.scenario.validate import Sections
from pathsim.steps.randomise import RandomiseSpec
from pathsim.steps.spec import KeyPath, StepSpec, Surroundings

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*(\.\d+)?")


def column_names(found: Sections) -> dict[str, tuple[str, ...] | None]:
    """Every column: its levels, or None for a quantity. A category has all levels that any table names."""
    names: dict[str, tuple[str, ...] | None] = {
        name: None if covariate.levels is None else tuple(covariate.levels) for name, covariate in found.cohort.items()
    }
    for step in found.steps.values():
        for _, column, levels in step.sets():
            known = names.get(column, ())
            if known is not None:
                names[column] = tuple(dict.fromkeys((*known, *levels)))
        if step.elapsed is not None:
            names.setdefault(step.elapsed.set, None)
    return names


def surroundings(found: Sections) -> Surroundings:
    """What a step's table can look up."""
    shares = {
        name: covariate.levels
        for name, covariate in found.cohort.items()
        if covariate.levels is not None and not covariate.cases
    }
    return Surroundings(column_names(found), shares, found.toxicities, found.pools, found.steps)


def problems(found: Sections, first_cycle: Mapping[str, str]) -> Iterator[Problem]:
    """Everything that is wrong between the sections that could be read."""
    scenario = surroundings(found)
    yield from _names(found, scenario.names)
    yield from _cohort(found.cohort)
    yield from _pools(found, scenario.names)
    for name, step in found.steps.items():
        at = ("steps", name)
        yield from (Problem((*at, *path), message) for path, message in step.problems(scenario))
        yield from _conditions(step.conditions(), at, scenario.names)
        yield from _columns(step, at, found, scenario.names)
    yield from _pathway(found, first_cycle)
    yield from _trial(found, first_cycle)
    yield from _endpoints(found, first_cycle)


def _names(found: Sections, names: Names) -> Iterator[Problem]:
    for name in (*found.steps, *found.unread):
        if not _NAME.fullmatch(name):
            yield Problem(("steps", name), "a step's name begins with a letter and holds letters, digits, _ and -")
    for name in names:
        if not name.isidentifier() or keyword.iskeyword(name):
            yield Problem(("cohort", name), f"'{name}' cannot be used in conditions: use letters, digits and _")


def _conditions(texts: Iterator[tuple[KeyPath, str]], at: KeyPath, names: Names) -> Iterator[Problem]:
    for path, text in texts:
        try:
            condition(text, names)
        except ValueError as wrong:
            yield Problem((*at, *path), str(wrong))


def _cohort(cohort: Mapping[str, Covariate]) -> Iterator[Problem]:
    above: dict[str, tuple[str, ...] | None] = {}
    for name, covariate in cohort.items():
        at = ("cohort", name)
        yield from (Problem((*at, *path), message) for path, message in covariate.problems())
        whens = ((("cases", i, "when"), case.when) for i, case in enumerate(covariate.cases))
        yield from _conditions(iter(whens), at, above)
        above[name] = None if covariate.levels is None else tuple(covariate.levels)


def _pools(found: Sections, names: Names) -> Iterator[Problem]:
    for name, pool in found.pools.items():
        texts = ((("priority", i), text) for i, text in enumerate(pool.priority))
        yield from _conditions(iter(texts), ("pools", name), names)


def _columns(step: StepSpec, at: KeyPath, found: Sections, names: Names) -> Iterator[Problem]:
    for path, column, _ in step.sets():
        if names.get(column) is None:
            yield Problem((*at, *path), f"'{column}' is a quantity; a step can only set categories")
    elapsed = step.elapsed
    if elapsed is None:
        return
    if names.get(elapsed.set) is not None or elapsed.set in found.cohort:
        yield Problem((*at, "elapsed", "set"), f"'{elapsed.set}' is already another column")
    if elapsed.since not in found.steps and elapsed.since not in found.unread:
        hint = suggestion(elapsed.since, list(found.steps))
        yield Problem((*at, "elapsed", "since"), f"there is no step '{elapsed.since}'.{hint}")


def _pathway(found: Sections, first_cycle: Mapping[str, str]) -> Iterator[Problem]:
    known = {*found.steps, *found.unread, *first_cycle}
    leads: dict[str, list[str]] = {}
    for name, step in found.steps.items():
        for arrow in step.arrows():
            if arrow.to in known:
                leads.setdefault(name, []).append(first_cycle.get(arrow.to, arrow.to))
            else:
                hint = suggestion(arrow.to, list(known))
                yield Problem(("steps", name, *arrow.path), f"there is no step '{arrow.to}'.{hint}")
    if not found.steps or found.unread:
        return
    try:
        in_order(leads)
    except CycleError as loop:
        circle: list[str] = loop.args[1]
        yield Problem(("steps", circle[0]), f"a pathway has no loops, but here is one: {' -> '.join(circle)}")
    reached, open_ = set(), [next(iter(found.steps))]
    while open_:
        name = open_.pop()
        if name not in reached:
            reached.add(name)
            open_ += leads.get(name, [])
    for name in found.steps:
        if name not in reached:
            yield Problem(("steps", name), f"no way leads to '{name}'; patients enter at the first step of the file")


def in_order(leads: Mapping[str, Iterable[str]]) -> list[str]:
    """The steps such that each comes after all that lead to it. Raises graphlib.CycleError if there is a loop."""
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for name, following in leads.items():
        sorter.add(name)
        for after in following:
            sorter.add(after, name)
    return list(sorter.static_order())


def _trial(found: Sections, first_cycle: Mapping[str, str]) -> Iterator[Problem]:
    trial = found.trial
    if trial is None:
        return
    if trial.closes is not None and trial.closes <= trial.begins:
        yield Problem(("trial", "closes"), "the trial closes before it begins")
    for name, cutoff in trial.cutoffs.items():
        if cutoff.date is not None and cutoff.date < trial.begins:
            yield Problem(("trial", "cutoffs", name, "date"), "this cut-off lies before the trial begins")
    known = {*found.steps, *found.unread}
    for i, name in enumerate(trial.therapy):
        if name not in known and name not in first_cycle:
            yield Problem(("trial", "therapy", i), f"there is no step '{name}'.{suggestion(name, list(known))}")
    yield from _arms(found, trial)


def _arms(found: Sections, trial: Trial) -> Iterator[Problem]:
    if trial.randomisation is None:
        if trial.control is not None:
            yield Problem(("trial", "control"), "a control arm needs 'randomisation', the step that makes the arms")
        return
    step = found.steps.get(trial.randomisation)
    if trial.randomisation in found.unread:
        return
    if not isinstance(step, RandomiseSpec):
        known = [name for name, other in found.steps.items() if isinstance(other, RandomiseSpec)]
        hint = suggestion(trial.randomisation, known)
        yield Problem(("trial", "randomisation"), f"'{trial.randomisation}' is not a step of kind randomise.{hint}")
    elif trial.control is None:
        yield Problem(("trial",), "'control' is missing: name the arm that the others are compared with")
    elif trial.control not in step.arms:
        hint = suggestion(trial.control, list(step.arms))
        yield Problem(("trial", "control"), f"'{trial.control}' is not an arm of '{trial.randomisation}'.{hint}")


def event_names(steps: Mapping[str, StepSpec]) -> list[str]:
    """The names that exits and rules give to what happens, in order of appearance."""
    names: dict[str, None] = {}
    for step in steps.values():
        for arrow in step.arrows():
            if arrow.path[0] == "exit":
                names[arrow.label] = None
        for rule in getattr(step, "rules", ()):
            if rule.event is not None:
                names[rule.event] = None
    return list(names)


def _endpoints(found: Sections, first_cycle: Mapping[str, str]) -> Iterator[Problem]:
    known = event_names(found.steps)
    for name, endpoint in found.endpoints.items():
        at = ("endpoints", name)
        if endpoint.start not in {*found.steps, *found.unread, *first_cycle}:
            hint = suggestion(endpoint.start, list(found.steps))
            yield Problem((*at, "start"), f"there is no step '{endpoint.start}'.{hint}")
        if found.unread:
            continue
        for key in ("events", "censored_by"):
            for i, event in enumerate(getattr(endpoint, key)):
                if event not in known:
                    yield Problem((*at, key, i), f"no exit or rule is called '{event}'.{suggestion(event, known)}")
