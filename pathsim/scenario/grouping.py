"""What can be wrong with whom an endpoint compares: groups of no use, or groups that nobody could know in time."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from pathsim.conditions import Names, condition, suggestion, words
from pathsim.scenario.endpoint import Endpoint
from pathsim.scenario.pathway import known_steps, reached
from pathsim.scenario.problems import Problem
from pathsim.scenario.validate import Sections
from pathsim.steps.phase import PhaseSpec
from pathsim.steps.randomize import RandomizeSpec
from pathsim.steps.spec import KeyPath, StepSpec, Surroundings


def sets_on_record(step: StepSpec) -> Iterator[str]:
    """The categories that a step sets, and of which the journal says so: assessments and arms."""
    if isinstance(step, PhaseSpec):
        yield from (table.set for table in step.assess)
    elif isinstance(step, RandomizeSpec):
        yield step.set


def grouping_problems(
    found: Sections, scenario: Surroundings, first_cycle: Mapping[str, str], events: Collection[str]
) -> Iterator[Problem]:
    """Groups, exposures and conditions of endpoints that are not there, or cannot be what patients are told by."""
    known = [*found.cohort, *(name for step in found.steps.values() for name in sets_on_record(step))]
    usable = {name: scenario.names[name] for name in dict.fromkeys(known) if name in scenario.names}
    steps = known_steps(found.steps, first_cycle)
    known_to_happen = {*events, *steps, *found.steps.mentioned}
    for name, endpoint in found.endpoints.items():
        at = ("endpoints", name)
        if endpoint.groups is not None and endpoint.groups not in scenario.unread:
            yield from (Problem((*at, key), told) for key, told in _groups(endpoint, endpoint.groups, usable, scenario))
        if endpoint.among is not None and not any(word in scenario.unread for word in words(endpoint.among)):
            yield from (Problem((*at, "among"), told) for told in _among(endpoint.among, usable, scenario.names))
        exposure = endpoint.exposure
        if exposure is not None and exposure not in known_to_happen and not found.steps.lost_inside:
            hint = suggestion(exposure, [*events, *steps])
            yield Problem((*at, "exposure"), f"no exit, rule or step is called '{exposure}'.{hint}")
    yield from _counted(found)


def _groups(endpoint: Endpoint, column: str, usable: Names, scenario: Surroundings) -> Iterator[tuple[str, str]]:
    """What is wrong with the groups of an endpoint, and under which key."""
    if column not in usable:
        yield "groups", _not_usable(column, usable, scenario.names)
    elif (levels := usable[column]) is None:
        yield "groups", f"'{column}' is a quantity; compare a category, or one group of it: among = \"{column} < 18\""
    elif endpoint.reference is not None and endpoint.reference not in levels:
        yield "reference", f"'{column}' is never '{endpoint.reference}'.{suggestion(endpoint.reference, list(levels))}"


def _among(text: str, usable: Names, names: Names) -> Iterator[str]:
    """What is wrong with the condition of an endpoint."""
    try:
        condition(text, names)
    except ValueError as wrong:
        yield str(wrong)
        return
    if unusable := [word for word in words(text) if word in names and word not in usable]:
        yield _not_usable(unusable[0], usable, names)


def _not_usable(column: str, usable: Names, names: Names) -> str:
    if column not in names:
        return f"there is no column '{column}'.{suggestion(column, list(usable))}"
    return (
        f"no endpoint can be analyzed by '{column}': patients are told apart by what they are when they come, by "
        "assessments and by arms"
    )


def _counted(found: Sections) -> Iterator[Problem]:
    """Endpoints whose events a committee or a data cut counts, and that are not of everybody and by arm."""
    if found.trial is None:
        return
    plan, cutoffs = found.trial.monitoring, found.trial.cutoffs
    counted: dict[KeyPath, str | None] = {
        ("trial", "cutoffs", name, "endpoint"): cutoff.endpoint for name, cutoff in cutoffs.items()
    }
    if plan is not None:
        counted["trial", "monitoring", "endpoint"] = plan.endpoint
    for path, name in counted.items():
        endpoint = None if name is None else found.endpoints.get(name)
        if endpoint is not None and not endpoint.is_of_all:
            message = (
                f"'{name}' is not of all patients by arm from its start on; committees and data cuts count events of "
                "an endpoint without 'groups', 'exposure', 'among' and 'from_day'"
            )
            yield Problem(path, message)


def known_to_nobody(
    found: Sections, first_cycle: Mapping[str, str], leads: Mapping[str, Sequence[str]]
) -> Iterator[Problem]:
    """Groups by a category that is only found out after time has begun to count."""
    for name, endpoint in found.endpoints.items():
        column = endpoint.groups
        if column is None or column in found.cohort or endpoint.counted != "at-start" or endpoint.from_day:
            continue
        start = first_cycle.get(endpoint.start, endpoint.start)
        setting = [step for step, spec in found.steps.items() if column in sets_on_record(spec)]
        # What a step sets is known when it is left: at once, where patients spend no time there.
        at_once = start in setting and not found.steps[start].is_stay
        if not at_once and not any(start in reached(after, leads) for step in setting for after in leads[step]):
            message = (
                f"nobody's '{column}' is known at '{endpoint.start}', from which time counts: start later, or count "
                'from a landmark (from_day = 180), or say counted = "time-dependent"'
            )
            yield Problem(("endpoints", name, "groups"), message)


def looking_ahead(name: str, endpoint: Endpoint) -> Iterator[Problem]:
    """Groups that depend on what happens after time has begun to count."""
    if endpoint.looks_ahead:
        what = endpoint.groups or endpoint.exposure
        yield Problem(
            ("endpoints", name, "counted"),
            f"this sorts patients by what becomes of '{what}' only later, which they had to live to see (immortal "
            'time); count from a landmark (from_day = 180), or say counted = "time-dependent"',
        )
