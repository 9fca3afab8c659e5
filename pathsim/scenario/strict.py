"""What is legal in a scenario and suspicious: for ``pathsim check --strict``."""

from collections.abc import Iterator

from pathsim.conditions import words
from pathsim.paths import parts_of
from pathsim.scenario.endpoint import Endpoint
from pathsim.scenario.evidence import Rate
from pathsim.scenario.grouping import looking_ahead, sets_on_record
from pathsim.scenario.pathway import reached
from pathsim.scenario.problems import Problem, dotted
from pathsim.scenario.scenario import Scenario
from pathsim.scenario.schema import Target
from pathsim.statistics.spending import spending
from pathsim.steps.phase import PhaseSpec
from pathsim.steps.spec import StepSpec
from pathsim.text import counted

_NOT_TO_FIT = {
    "holdout": "a holdout and should only be compared",
    "input": "an input and comes back by itself",
    "plausible": "a plausible range and should only be compared",
}


def findings(scenario: Scenario) -> list[Problem]:
    """Everything that deserves a second look, with its place and what would settle it."""
    found = [*_evidence(scenario), *_unused(scenario), *_never(scenario)]
    found += _naive(scenario)
    for name, endpoint in scenario.sections.endpoints.items():
        found += [*looking_ahead(name, endpoint), *_beside_randomization(scenario, name, endpoint)]
    return sorted(map(scenario.layers.placed, found), key=lambda problem: (problem.file, problem.line or 0))


def _evidence(scenario: Scenario) -> Iterator[Problem]:
    for rate in scenario.layers.rates.values():
        if rate.evidence.kind == "published" and not (rate.evidence.place or rate.evidence.quote):
            yield Problem(
                rate.path,
                f'is said to be published, but not where: add the place, source = "{rate.source}:table3", or a quote;'
                " if nobody published it, say so with derived or assumed",
            )
        if rate.evidence.kind == "calibrated":
            yield from _calibrated(scenario, rate)
    yield from _inputs(scenario)
    evidence = {rate.evidence for rate in scenario.layers.rates.values()}
    for name in scenario.sections.sources:
        if not any(told.cites(name) for told in evidence):
            yield Problem(
                ("sources", name), "nothing names this source; leave it out, or cite it where a value was read in it"
            )


def _inputs(scenario: Scenario) -> Iterator[Problem]:
    """Targets that are numbers of the model, and do not say so; and those that say so, and are none."""
    known = [rate for rate in scenario.rates.values() if _count(rate) is not None]
    for name, rate in scenario.published.items():
        target = scenario.sections.targets[name]
        same = [one for one in known if _count(one) == _count(rate) and _is_about(target, str(one.path[1]))]
        if same and target.kind != "input":
            yield Problem(
                ("targets", name, "kind"),
                f"the same count is a number of the model, {dotted(same[0].path)}, so it can only come back: say "
                'so with kind = "input"',
            )
        elif target.kind == "input" and not same:
            yield Problem(("targets", name, "kind"), "no number of the model is this count of this source")


def _is_about(target: Target, name: str) -> bool:
    """Whether a target's figure is one of this step, or of this characteristic of patients."""
    parts = parts_of(target.figure)
    return name in {text for part in parts for text in (part.name, *dict(part.picks or ()).values())}


def _count(rate: Rate) -> tuple[int, int, str | None] | None:
    """A number of so many and where it was read; None if it is no count."""
    return None if rate.n is None or rate.of is None else (rate.n, rate.of, rate.source)


def _calibrated(scenario: Scenario, rate: Rate) -> Iterator[Problem]:
    if rate.range is None:
        yield Problem(rate.path, "calibrated, but without the range that was searched: range = [0.1, 0.5]")
    for name in rate.evidence.calibrated_to:
        target = scenario.sections.targets.get(name)
        if target is not None and target.kind in _NOT_TO_FIT:
            yield Problem(rate.path, f"calibrated to '{name}', which is {_NOT_TO_FIT[target.kind]}")


def _unused(scenario: Scenario) -> Iterator[Problem]:
    specs = [entry.spec for entry in scenario.steps]
    toxicities = {name for spec in specs if isinstance(spec, PhaseSpec) for name in spec.toxicity}
    for name in scenario.sections.toxicities:
        if name not in toxicities:
            yield Problem(("toxicities", name), "no step has this toxicity; leave it out, or add it to a phase")
    numbers = {dotted(path) for path, rate in scenario.rates.items() if isinstance(rate.value, float)}
    for path in scenario.sections.shown_first:
        if path not in numbers:
            yield Problem(
                ("shown_first", path),
                "there is no number at this path; pathsim sources lists them, so take one of those",
            )
    wanted = {place.resource for spec in specs if (place := spec.requests()) is not None}
    for name in scenario.resources:
        if name not in wanted:
            yield Problem(
                ("resources", name), "no step waits for a place in this resource; leave it out, or add a wait"
            )
    yield from _held_by_nobody(scenario)
    for entry in scenario.steps:
        yield from _exits(entry.name, entry.spec)


def _held_by_nobody(scenario: Scenario) -> Iterator[Problem]:
    """Steps that say that a place is held in them, to which nobody comes with one."""
    brought: set[tuple[str, str]] = set()
    for number in scenario.order:
        entry = scenario.steps[number]
        if entry.requests is not None:
            brought.add((scenario.entry(entry.requests.then).name, entry.requests.resource))
        if entry.holds is not None and (entry.name, entry.holds) in brought:
            brought |= {(scenario.entry(arrow.to).name, entry.holds) for arrow in entry.spec.arrows()}
    phase_of = {number: name for name, repeated in scenario.repeats.items() for number in repeated.cycles}
    idle = {
        phase_of.get(entry.number, entry.name): entry.holds
        for entry in scenario.steps
        if entry.holds is not None and (entry.name, entry.holds) not in brought
    }
    for name, resource in idle.items():
        message = f"nobody comes here with a place in '{resource}', so this does nothing: put a wait for it before, or "
        yield Problem(("steps", name, "holds"), message + "let the steps since the wait hold it, too")


def _exits(step: str, spec: StepSpec) -> Iterator[Problem]:
    for name, way in getattr(spec, "exit", {}).items():
        if way.hazard() is None and name != getattr(spec, "fatal", None):
            yield Problem(
                ("steps", step, "exit", name), "nobody ever leaves this way: give it a hazard, or leave it out"
            )


def _beside_randomization(scenario: Scenario, name: str, endpoint: Endpoint) -> Iterator[Problem]:
    """Endpoints of arms of patients who are chosen after the randomization, or of others from before it."""
    if scenario.randomization is None:
        return
    leads = {entry.name: [scenario.entry(arrow.to).name for arrow in entry.spec.arrows()] for entry in scenario.steps}
    here = scenario.randomization[0].name
    if not endpoint.compares_arms and here in reached(scenario.entry(endpoint.start).name, leads) - {endpoint.start}:
        yield Problem(
            ("endpoints", name, "start"),
            f"only patients who come to '{here}' are analyzed, and had to live until then (immortal time): start there",
        )
    if endpoint.among is None or not endpoint.compares_arms:
        return
    later = reached(here, leads) - {here}
    found = {column for step in later for column in sets_on_record(scenario.entry(step).spec)}
    for column in found.intersection(words(endpoint.among)):
        yield Problem(
            ("endpoints", name, "among"),
            f"'{column}' is found out after the randomization, and treatment may change it: those in whom it is the "
            "same in both arms are not alike otherwise; choose by what is known before, or read it with that in mind",
        )


def _naive(scenario: Scenario) -> Iterator[Problem]:
    """A committee that looks again and again as if each look were the only one."""
    plan = scenario.trial.monitoring
    if plan is not None and spending(plan.spend) is None and len(plan.information) > 1:
        yield Problem(
            ("trial", "monitoring", "spend"),
            "every look tests at the whole alpha, so that all together err more often, as pathsim bounds --spend none "
            'says; spend it over the looks: spend = "obrien-fleming"',
        )


def _never(scenario: Scenario) -> Iterator[Problem]:
    """What is waited for and cannot come, and what is asked for and makes no difference."""
    trial, most = scenario.trial, scenario.patients
    message = f"with {counted(most, 'patient')}, each counted once, so many events never happen"
    if trial.monitoring is not None and trial.monitoring.planned_events > most:
        yield Problem(("trial", "monitoring", "planned_events"), message)
    for name, cutoff in trial.cutoffs.items():
        if cutoff.events is not None and cutoff.events > most:
            yield Problem(("trial", "cutoffs", name, "events"), message)
    randomization = scenario.randomization
    if randomization is None or not randomization[1].strata:
        for name, endpoint in scenario.sections.endpoints.items():
            if endpoint.stratified:
                yield Problem(
                    ("endpoints", name, "stratified"), "the randomization has no strata, so this does nothing"
                )
