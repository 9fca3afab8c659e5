"""What a scenario may say and cannot mean: an endpoint that nobody is at risk of, a step after which nothing comes.

These checks follow when nothing else is wrong: so they can take every name and every way for granted.
"""

from collections.abc import Iterator, Mapping, Sequence

from pathsim.meaning import Name
from pathsim.scenario.evidence import Tree
from pathsim.scenario.grouping import known_to_nobody
from pathsim.scenario.keys import declared
from pathsim.scenario.partial import walked
from pathsim.scenario.pathway import reached
from pathsim.scenario.problems import Problem
from pathsim.scenario.validate import Sections
from pathsim.steps.end import EndSpec
from pathsim.steps.phase import PhaseSpec
from pathsim.steps.spec import StepSpec


def without_words(tree: Tree) -> Iterator[Problem]:
    """Names and texts of which nothing can be seen, or not where they begin and end."""
    for path, key, value in walked(tree):
        if isinstance(key, str) and not key.strip():
            yield Problem(path, "a name cannot be empty")
        elif isinstance(key, str) and key != key.strip():
            yield Problem(path, f"a name cannot begin or end with a blank, as '{key}' does; take it out")
        elif isinstance(value, str) and not value.strip():
            yield Problem(path, "this text is empty; write it, or leave the key out")
        elif isinstance(value, str) and value != value.strip() and declared(path, Name) in (Name.LABEL, Name.EVENT):
            yield Problem(path, "this cannot begin or end with a blank or a new line; take it out")


def senseless(found: Sections, first_cycle: Mapping[str, str]) -> Iterator[Problem]:
    """What is legal and cannot be meant."""
    leads = {
        name: [first_cycle.get(arrow.to, arrow.to) for arrow in step.arrows()] for name, step in found.steps.items()
    }
    yield from _endpoints(found, first_cycle, leads)
    yield from known_to_nobody(found, first_cycle, leads)
    for i, name in enumerate(found.trial.therapy if found.trial is not None else ()):
        step = found.steps[first_cycle.get(name, name)]
        if not isinstance(step, PhaseSpec):
            message = f"'{name}' is a step of kind {step.kind}, and toxicity is of phases; name one, or leave it out"
            yield Problem(("trial", "therapy", i), message)
    for name, step in found.steps.items():
        yield from _elapsed(name, step, first_cycle, leads)
        yield from _set_twice(name, step)


def _endpoints(
    found: Sections, first_cycle: Mapping[str, str], leads: Mapping[str, Sequence[str]]
) -> Iterator[Problem]:
    for name, endpoint in found.endpoints.items():
        start = first_cycle.get(endpoint.start, endpoint.start)
        if isinstance(found.steps[start], EndSpec):
            message = f"nothing happens after '{start}', which is an end; start where patients come to be at risk"
            yield Problem(("endpoints", name, "start"), message)
            continue
        later = {event for step in reached(start, leads) for event in found.steps[step].events()}
        for key in ("events", "censored_by"):
            for i, event in enumerate(getattr(endpoint, key)):
                if event not in later:
                    message = f"'{event}' only happens before '{endpoint.start}', from which this endpoint counts"
                    yield Problem(("endpoints", name, key, i), message)


def _elapsed(
    name: str, step: StepSpec, first_cycle: Mapping[str, str], leads: Mapping[str, Sequence[str]]
) -> Iterator[Problem]:
    if step.elapsed is None:
        return
    since = first_cycle.get(step.elapsed.since, step.elapsed.since)
    if since == name or name not in reached(since, leads):
        message = f"no way leads from '{step.elapsed.since}' to this step, so no days ever pass; name an earlier step"
        yield Problem(("steps", name, "elapsed", "since"), message)


def _set_twice(name: str, step: StepSpec) -> Iterator[Problem]:
    if not isinstance(step, PhaseSpec):
        return
    for i, table in enumerate(step.assess):
        if table.set in (earlier.set for earlier in step.assess[:i]):
            message = f"'{table.set}' is assessed twice in this step, and only the second would count; keep one of them"
            yield Problem(("steps", name, "assess", i, "set"), message)
