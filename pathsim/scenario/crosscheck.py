"""What can be wrong between the parts of a scenario: names that lead nowhere, columns that are not what they seem."""

import datetime
import keyword
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter

from pathsim.calendar import LONGEST_DAYS
from pathsim.cohort import STOPPED, STOPS
from pathsim.conditions import DATE, Names, condition, suggestion, words
from pathsim.meaning import Name
from pathsim.scenario.cycles import cycle_of, once
from pathsim.scenario.grouping import grouping_problems
from pathsim.scenario.pathway import no_step, pathway_problems
from pathsim.scenario.problems import Problem
from pathsim.scenario.schema import ANY, THERAPY, Monitoring, Target, Trial
from pathsim.scenario.validate import Sections
from pathsim.steps.phase import PhaseSpec
from pathsim.steps.randomize import RandomizeSpec
from pathsim.steps.spec import KeyPath, StepSpec, Surroundings
from pathsim.steps.toxicity import inwards, round_trip, usually_within

MOST_STEPS = 10_000
MOST_EVENTS = 30_000
"""The journal numbers them in 16 bits."""
MOST_OWN_EVENTS = 3
"""Of a step of any kind: that it is entered, and, of one that randomizes, the stratum and the arm."""


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
    if found.trial is not None and found.trial.monitoring is not None:
        names.setdefault(STOPPED, STOPS)
    names.setdefault(DATE, None)
    return names


@dataclass(frozen=True, slots=True)
class _Unread:
    """The columns that may stand in what could not be read."""

    found: Sections
    names: Names

    def __contains__(self, column: object) -> bool:
        cohort, steps = self.found.cohort, self.found.steps
        if column in cohort.unread or column in steps.may_set:
            return True
        return column not in self.names and (column in steps.mentioned or cohort.lost or steps.lost_inside)


def surroundings(found: Sections, first_cycle: Mapping[str, str]) -> Surroundings:
    """What a step's table can look up; the name of a phase that repeats stands for its first cycle."""
    shares = {
        name: covariate.levels
        for name, covariate in found.cohort.items()
        if covariate.levels is not None and not covariate.cases
    }
    names = column_names(found)
    cycles = {name: step for name, first in first_cycle.items() if (step := found.steps.get(first)) is not None}
    steps = {**found.steps, **cycles}
    return Surroundings(names, shares, found.toxicities, found.resources, steps, _Unread(found, names))


def problems(found: Sections, first_cycle: Mapping[str, str]) -> Iterator[Problem]:
    """Everything that is wrong between the sections that could be read."""
    yield from once(_problems(found, first_cycle), found.steps)


def _problems(found: Sections, first_cycle: Mapping[str, str]) -> Iterator[Problem]:
    scenario = surroundings(found, first_cycle)
    yield from _cohort(found, scenario)
    for name, resource in found.resources.items():
        priority = ((("priority", i), text) for i, text in enumerate(resource.priority))
        yield from _conditions(priority, ("resources", name), scenario)
    for name, step in found.steps.items():
        at = ("steps", name)
        yield from (Problem((*at, *path), message) for path, message in step.problems(scenario))
        yield from _conditions(step.conditions(), at, scenario)
        yield from _columns(step, at, found, first_cycle, scenario.names)
    for part in (found.cohort, found.steps, found.endpoints):
        yield from _conditions(part.texts(Name.CONDITION), (), scenario)
    yield from _taken_names(found)
    yield from _catalog(found)
    yield from _too_many(found.steps)
    yield from pathway_problems(found.steps, first_cycle)
    if found.trial is not None:
        yield from _trial(found, found.trial, first_cycle)
    yield from _endpoints(found, first_cycle)
    yield from grouping_problems(found, scenario, first_cycle, event_names(found.steps))
    yield from _targets(found.targets)


def _too_many(steps: Mapping[str, StepSpec]) -> Iterator[Problem]:
    if len(steps) > MOST_STEPS:
        yield Problem(
            ("steps",), f"a pathway has at most {MOST_STEPS:,} steps, counting cycles, and this one has {len(steps):,}"
        )
    kinds = sum(_kinds_of_event(step) for step in steps.values())
    if kinds > MOST_EVENTS:
        message = (
            f"all steps together have at most {MOST_EVENTS:,} exits, toxicities and assessments; these have {kinds:,}"
        )
        yield Problem(("steps",), message)


def _kinds_of_event(step: StepSpec) -> int:
    """How many codes of the journal a step takes, or a few more."""
    toxicities, assessments = len(getattr(step, "toxicity", ())), len(getattr(step, "assess", ()))
    return MOST_OWN_EVENTS + sum(1 for _ in step.events()) + 2 * toxicities + assessments


def _conditions(texts: Iterable[tuple[KeyPath, str]], at: KeyPath, scenario: Surroundings) -> Iterator[Problem]:
    for path, text in texts:
        if any(word in scenario.unread for word in words(text)):
            continue
        try:
            condition(text, scenario.names)
        except ValueError as wrong:
            yield Problem((*at, *path), str(wrong))


def _cohort(found: Sections, scenario: Surroundings) -> Iterator[Problem]:
    above: dict[str, tuple[str, ...] | None] = {}
    for name, covariate in found.cohort.items():
        at = ("cohort", name)
        if message := _unusable(name):
            yield Problem(at, message)
        yield from (Problem((*at, *path), message) for path, message in covariate.problems())
        for i, case in enumerate(covariate.cases):
            wrong = list(_conditions([(("cases", i, "when"), case.when)], at, scenario))
            yield from wrong or _too_early(case.when, (*at, "cases", i, "when"), above, scenario)
        above[name] = None if covariate.levels is None else tuple(covariate.levels)


def _too_early(text: str, path: KeyPath, above: Mapping[str, object], scenario: Surroundings) -> Iterator[Problem]:
    """Columns of a covariate's condition that are not known yet when it is drawn."""
    for word in words(text):
        if word in scenario.names and word not in above and word not in scenario.unread:
            message = f"'{word}' is not known yet; a covariate can only depend on those above it in the file"
            if word in (DATE, STOPPED):
                message = f"'{word}' is not known yet: patients are who they are before they come to the trial"
            yield Problem(path, message)
            return


def _unusable(column: str) -> str:
    if column.isidentifier() and not keyword.iskeyword(column):
        return ""
    return f"'{column}' cannot be used in conditions; give the column a name of letters, digits and _"


def _columns(
    step: StepSpec, at: KeyPath, found: Sections, first_cycle: Mapping[str, str], names: Names
) -> Iterator[Problem]:
    for path, column, _ in step.sets():
        if message := _unusable(column):
            yield Problem((*at, *path), message)
        elif names.get(column) is None:
            yield Problem((*at, *path), f"'{column}' is a quantity; a step can only set categories")
    for name, way in getattr(step, "exit", {}).items():
        if way.since is not None:
            yield from no_step(way.since, (*at, "exit", name, "since"), found.steps, first_cycle)
    elapsed = step.elapsed
    if elapsed is None:
        return
    if message := _unusable(elapsed.set):
        yield Problem((*at, "elapsed", "set"), message)
    elif names.get(elapsed.set) is not None or found.cohort.get(elapsed.set) is not None:
        yield Problem((*at, "elapsed", "set"), f"'{elapsed.set}' is already another column; choose a new name")
    yield from no_step(elapsed.since, (*at, "elapsed", "since"), found.steps, first_cycle)


def _taken_names(found: Sections) -> Iterator[Problem]:
    """Names that mean something already: the date, and those under which the results total toxicity."""
    dated = f"'{DATE}' is the date on which a patient enters a step; give your column another name"
    if found.cohort.get(DATE) is not None:
        yield Problem(("cohort", DATE), dated)
    for name, step in found.steps.items():
        sets = [(path, column) for path, column, _ in step.sets()]
        sets += [(("elapsed", "set"), step.elapsed.set)] if step.elapsed is not None else []
        yield from (Problem(("steps", name, *path), dated) for path, column in sets if column == DATE)
    taken = f"the results count patients with any toxicity as '{ANY}', so none can have that name; give it another one"
    if ANY in found.toxicities:
        yield Problem(("toxicities", ANY), taken)
    for name, step in found.steps.items():
        toxicity = step.toxicity if isinstance(step, PhaseSpec) else {}
        if ANY in toxicity:
            yield Problem(("steps", name, "toxicity", ANY), taken)
        if toxicity and cycle_of(name, found.steps)[0] == THERAPY:
            message = (
                f"the results total toxicity over the compared therapies as '{THERAPY}', so no step with toxicity can "
                f"have that name; give it another one (with stream = '{THERAPY}' its patients keep their draws)"
            )
            yield Problem(("steps", name), message)


def _catalog(found: Sections) -> Iterator[Problem]:
    """Types of the catalog that are said to be within one which no step has, or within each other."""
    known = {name for step in found.steps.values() if isinstance(step, PhaseSpec) for name in step.toxicity}
    around = {name: outer for name, kind in found.toxicities.items() if (outer := usually_within(kind)) is not None}
    for name, outer in around.items():
        if outer not in {*known, *around, *found.steps.mentioned} and not found.steps.lost_inside:
            message = f"is within '{outer}', which no step has.{suggestion(outer, sorted(known - {name}))}"
            yield Problem(("toxicities", name, "within"), message)
    for loop in inwards(list(found.toxicities), around)[1]:
        yield Problem(("toxicities", loop[0], "within"), round_trip(loop))


def in_order(leads: Mapping[str, Iterable[str]]) -> list[str]:
    """The steps such that each comes after all that lead to it. Raises graphlib.CycleError if there is a loop."""
    sorter: TopologicalSorter[str] = TopologicalSorter()
    for name, following in leads.items():
        sorter.add(name)
        for after in following:
            sorter.add(after, name)
    return list(sorter.static_order())


def _trial(found: Sections, trial: Trial, first_cycle: Mapping[str, str]) -> Iterator[Problem]:
    if trial.closes is not None:
        if trial.closes <= trial.begins:
            yield Problem(("trial", "closes"), f"the trial closes before it begins, on {trial.begins}")
        yield from _too_late(trial.closes, ("trial", "closes"), trial)
    for name, cutoff in trial.cutoffs.items():
        at = ("trial", "cutoffs", name, "date")
        if cutoff.date is not None:
            if cutoff.date < trial.begins:
                yield Problem(at, f"this cut-off lies before the trial begins, on {trial.begins}")
            yield from _too_late(cutoff.date, at, trial)
        if cutoff.endpoint is not None:
            yield from _no_endpoint(cutoff.endpoint, ("trial", "cutoffs", name, "endpoint"), found)
    for i, name in enumerate(trial.therapy):
        yield from no_step(name, ("trial", "therapy", i), found.steps, first_cycle)
    yield from _arms(found, trial)
    if trial.monitoring is not None:
        yield from _monitoring(found, trial, trial.monitoring)


def _too_late(date: datetime.date, at: KeyPath, trial: Trial) -> Iterator[Problem]:
    if (date - trial.begins).days >= LONGEST_DAYS:
        yield Problem(at, f"this is more than a thousand years after the trial begins, on {trial.begins}")


def _arms(found: Sections, trial: Trial) -> Iterator[Problem]:
    name = trial.randomization
    if name is None:
        if trial.control is not None:
            yield Problem(("trial", "control"), "a control arm needs 'randomization', the step that makes the arms")
        return
    step = found.steps.get(name)
    if isinstance(step, RandomizeSpec):
        if trial.control is None:
            message = f"needs 'control' too, the arm of '{name}' that the others are compared with"
            yield Problem(("trial", "randomization"), message)
        elif trial.control not in step.arms:
            hint = suggestion(trial.control, list(step.arms))
            yield Problem(("trial", "control"), f"'{trial.control}' is not an arm of '{name}'.{hint}")
    elif step is not None or name not in found.steps:
        known = [other for other, step in found.steps.items() if isinstance(step, RandomizeSpec)]
        hint = suggestion(name, [*known, *found.steps.unread])
        yield Problem(("trial", "randomization"), f"'{name}' is not a step of kind randomize.{hint}")


def _no_endpoint(name: str, at: KeyPath, found: Sections) -> Iterator[Problem]:
    if name not in found.endpoints:
        hint = suggestion(name, list(found.endpoints))
        yield Problem(at, f"there is no endpoint '{name}' in [endpoints].{hint}")


def _monitoring(found: Sections, trial: Trial, plan: Monitoring) -> Iterator[Problem]:
    at = ("trial", "monitoring")
    yield from _no_endpoint(plan.endpoint, (*at, "endpoint"), found)
    if plan.order is not None and plan.order.date is not None:
        if plan.order.date < trial.begins:
            yield Problem((*at, "order", "date"), f"this lies before the trial begins, on {trial.begins}")
        yield from _too_late(plan.order.date, (*at, "order", "date"), trial)
    if column_names(found).get(STOPPED) != STOPS:
        message = f"the column '{STOPPED}' says whether the committee has stopped the trial; give yours another name"
        yield Problem(at, message)
    step = None if trial.randomization is None else found.steps.get(trial.randomization)
    if trial.randomization is None or (isinstance(step, RandomizeSpec) and len(step.arms) != 2):
        yield Problem(at, "looks compare two arms: 'randomization' must name a step that makes two")


def event_names(steps: Mapping[str, StepSpec]) -> list[str]:
    """The names that exits and rules give to what happens, in order of appearance."""
    return list(dict.fromkeys(name for step in steps.values() for name in step.events()))


def _endpoints(found: Sections, first_cycle: Mapping[str, str]) -> Iterator[Problem]:
    known = event_names(found.steps)
    for name, endpoint in found.endpoints.items():
        at = ("endpoints", name)
        yield from no_step(endpoint.start, (*at, "start"), found.steps, first_cycle)
        for key in ("events", "censored_by"):
            for i, event in enumerate(getattr(endpoint, key)):
                if event not in known and event not in found.steps.mentioned and not found.steps.lost_inside:
                    yield Problem((*at, key, i), f"no exit or rule is called '{event}'.{suggestion(event, known)}")


def _targets(targets: Mapping[str, Target]) -> Iterator[Problem]:
    for name, target in targets.items():
        published = target.published
        if target.ci is not None and published is not None and not target.ci[0] <= published <= target.ci[1]:
            message = f"this interval does not contain the published {published:g}; write the lower end first"
            yield Problem(("targets", name, "ci"), message)
