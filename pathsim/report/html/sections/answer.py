"""The question of a trial and its answer in a paragraph, whose numbers are all computed."""

from collections.abc import Iterator

from pathsim.names import in_line
from pathsim.paths import compared_path, day_name, path_of, row_of
from pathsim.report.figures import span
from pathsim.report.html.content import ReportSection, TextBlock, Told, Words
from pathsim.report.html.reading import COUNT, P_VALUE, PERCENT, RATIO, Written, joined
from pathsim.report.html.reported import ReportedTrial
from pathsim.results.labels import PRIMARY_TEST
from pathsim.scenario.scenario import Scenario

SIMULATED = "This is a simulation: no patient in it is real, and nothing in it is medical advice."


def answer(trial: ReportedTrial) -> ReportSection:
    """The first section of a report."""
    sections = trial.scenario.sections
    blocks = [TextBlock((in_line(sections.question),), "question")] if sections.question else []
    if sections.summary:
        blocks.append(TextBlock((in_line(sections.summary),)))
    sentences = [*_who(trial), *_found(trial), *_ending(trial), *_repeated(trial)]
    spaced = [part for sentence in sentences for part in (*sentence, " ")]
    blocks.append(TextBlock(tuple(spaced), "answer"))
    blocks.append(TextBlock((SIMULATED,), "dim"))
    return ReportSection("answer", "Question and answer", tuple(blocks))


def _who(trial: ReportedTrial) -> Iterator[Words]:
    reader, scenario = trial.reader, trial.scenario
    cut = date_of(scenario, reader.told("trial.cutoff_day", COUNT))
    enrolled = reader.told("trial.enrolled", COUNT)
    came = "patient came" if enrolled.value == 1 else "patients came"
    if not scenario.arms:
        yield "In this simulated study ", enrolled, f" {came}; the data were cut on ", cut, "."
        return
    arms: list[Words] = []
    for arm in scenario.arms:
        count = reader.told(path_of("trial", "arms", arm), COUNT)
        arms.append((count, f" to {arm}"))
    randomized = reader.told("trial.randomized", COUNT)
    verb = "was" if randomized.value == 1 else "were"
    told = joined("In this simulated trial ", enrolled, f" {came} and ", randomized, f" {verb} randomized")
    yield joined(told, ", ", listed(arms), "; the data were cut on ", cut, ".")


def listed(parts: list[Words]) -> Words:
    """Words one after the other: with commas, and an "and" before the last."""
    found: list[str | Told] = []
    for number, part in enumerate(parts):
        found += ["" if number == 0 else " and " if number == len(parts) - 1 else ", ", *part]
    return tuple(found)


def date_of(scenario: Scenario, day: Told) -> Told:
    """A day of the trial as a date."""
    return Told(scenario.written_date(day.value) if day.text else "", day.path, day.value, "date", day.of)


def _found(trial: ReportedTrial) -> Iterator[Words]:
    """How patients fared by the main endpoint or, of a study without arms, by each."""
    scenario = trial.scenario
    if scenario.arms:
        if name := scenario.main_endpoint:
            yield from _compared(trial, name)
        return
    for name, endpoint in scenario.sections.endpoints.items():
        if endpoint.is_of_all and endpoint.at_days:
            day = endpoint.at_days[-1]
            path = path_of("endpoints", name, "arms", scenario.groups(name).names[0], "at", day_name(day))
            yield joined(f"{in_line(endpoint.label)}: ", survival(trial, path), f" at {span(day)}.")


def survival(trial: ReportedTrial, path: str) -> Words:
    """Survival on a day with its interval."""
    told = trial.reader.told(f"{path}.survival", PERCENT)
    limits = trial.reader.between(f"{path}.lower", f"{path}.upper", PERCENT)
    return joined(told, "%") if len(limits) == 1 else joined(told, "% (95% CI, ", limits, ")")


def _compared(trial: ReportedTrial, name: str) -> Iterator[Words]:
    scenario, reader = trial.scenario, trial.reader
    endpoint, groups = scenario.sections.endpoints[name], scenario.groups(name)
    label = in_line(endpoint.label)
    if endpoint.at_days:
        day = endpoint.at_days[len(endpoint.at_days) // 2]
        arms: list[Words] = []
        for arm in groups.names:
            path = path_of("endpoints", name, "arms", arm, "at", day_name(day))
            arms.append(joined(survival(trial, path), f" with {arm}"))
        yield joined(f"{label} at {span(day)} was ", listed(arms), ".")
    for arm in groups.compared:
        path = compared_path(name, arm)
        hazard = reader.told(f"{path}.cox.hazard_ratio", RATIO)
        p_value = reader.told(f"{path}.{PRIMARY_TEST}.p_one_sided", P_VALUE)
        if not (reader.has(hazard.path) and reader.has(p_value.path)):
            yield (f"{arm} could not be compared with {groups.reference}: too few events.",)
            continue
        limits = reader.between(f"{path}.cox.lower", f"{path}.cox.upper", RATIO)
        interval = ("",) if len(limits) == 1 else joined("; 95% CI, ", limits)
        told = joined(f"The hazard ratio of {arm} against {groups.reference} was ", hazard, interval)
        yield joined(told, "; one-sided P ", p_in_text(p_value), ".")


def p_in_text(value: Told) -> Words:
    """A P value after its name."""
    return ("", value) if value.text.startswith("<") else ("= ", value)


_DECISIONS = {
    "stop for benefit": "stopped the trial for benefit",
    "stop for futility": "stopped the trial for futility",
    "stop by order": "stopped the trial on a date that was set beforehand",
    "end without benefit": "held the last look: benefit was not shown",
}


def _ending(trial: ReportedTrial) -> Iterator[Words]:
    """What the committee decided in the end."""
    plan, looks = trial.scenario.trial.monitoring, trial.found["trial"]["looks"]
    if plan is None or not looks or looks[-1]["decision"] not in _DECISIONS:
        return
    path = row_of("trial.looks", day=str(looks[-1]["day"]))
    date = date_of(trial.scenario, trial.reader.told(f"{path}.day", COUNT))
    events = trial.reader.told(f"{path}.events", COUNT)
    label = trial.scenario.endpoint_label(plan.endpoint)
    yield (
        "On ", date, f" the committee {_DECISIONS[looks[-1]['decision']]}, with ", events,
        f" of {plan.planned_events:,} {label} events known.",
    )  # fmt: skip


def _repeated(trial: ReportedTrial) -> Iterator[Words]:
    """What many trials of the same design say of this one."""
    ensemble, name = trial.ensemble, trial.scenario.main_endpoint
    if ensemble is None or not name or not trial.scenario.arms:
        return
    replicates, reader = ensemble.reader.told("replicates", COUNT), ensemble.reader
    for arm in trial.scenario.compared_arms:
        path = path_of("figures", compared_path(name, arm, "cox", "hazard_ratio"))
        power = path_of("power", name, arm, PRIMARY_TEST)
        if not (reader.has(f"{path}.median") and reader.has(f"{power}.estimate")):
            continue
        of = "" if len(trial.scenario.compared_arms) == 1 else f" of {arm}"
        limits = reader.between(f"{path}.lower", f"{path}.upper", RATIO)
        level = reader.told("alpha", Written("", lambda value: f"{value:g}"))
        yield joined(
            "In ", replicates, f" simulated trials of this design the median hazard ratio{of} was ",
            reader.told(f"{path}.median", RATIO), " (95% of trials, ", limits, "), and the one-sided P was below ",
            level, " in ", reader.told(f"{power}.estimate", PERCENT), "% of them.",
        )  # fmt: skip
