"""The groups that an endpoint compares, in words and as headings."""

from collections.abc import Iterator

from pathsim.names import in_line, spoken
from pathsim.paths import day_name
from pathsim.report.figures import arm_style
from pathsim.scenario.endpoint import Endpoint
from pathsim.scenario.scenario import Scenario
from pathsim.text import counted, enumeration


def group_headings(scenario: Scenario, endpoint: str) -> list[tuple[str, str]]:
    """The heading of each group of an endpoint in a table of figures, and its style."""
    groups = scenario.groups(endpoint)
    return [(name, arm_style(number) if len(groups.names) > 1 else "") for number, name in enumerate(groups.names)]


def analysis_in_words(endpoint: Endpoint) -> Iterator[str]:
    """Who is analyzed from when, in which groups, and what that does; nothing of all patients by arm."""
    if endpoint.is_of_all:
        return
    parts = []
    if endpoint.from_day is not None:
        parts.append(f"from {_landmark(endpoint)} on, the landmark, of those still at risk then")
    if endpoint.among is not None:
        parts.append(f"of those for whom {in_line(endpoint.among)}")
    parts.append(_by(endpoint))
    yield f"{'; '.join(filter(None, parts))}."
    if endpoint.looks_ahead:
        yield (
            "Who is in a group only because of what came later had to live until then: that time is immortal, and the "
            "groups do not compare like with like."
        )


def left_out_in_words(endpoint: Endpoint, before_landmark: int, without_group: int) -> str:
    """How many patients an endpoint leaves out, and why; nothing if it leaves out none."""
    told = []
    if before_landmark:
        told.append(f"{counted(before_landmark, 'patient')} whose time ended before {_landmark(endpoint)}")
    if without_group:
        told.append(f"{counted(without_group, 'patient')} of whom {spoken(endpoint.groups or '')} is not known")
    return f"left out: {enumeration(told)}" if told else ""


def _landmark(endpoint: Endpoint) -> str:
    return f"day {day_name(endpoint.from_day or 0.0)}"


def _by(endpoint: Endpoint) -> str:
    """By what patients are told apart, and when it counts."""
    if endpoint.compares_arms:
        return ""
    what = (
        f"exposure to {spoken(endpoint.exposure)}" if endpoint.exposure is not None else spoken(endpoint.groups or "")
    )
    match endpoint.counted:
        case "at-start":
            return f"by {what}, as it is when time begins"
        case "ever":
            return f"by {what}, whenever it comes"
        case "time-dependent":
            return f"by {what}, from the day on which it comes: Mantel and Byar's test, Simon and Makuch's curves"
