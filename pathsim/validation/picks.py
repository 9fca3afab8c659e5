"""Which figures the results can have: where a path leads, and which rows of tables it may pick."""

from collections.abc import Mapping

from pathsim.conditions import suggestion
from pathsim.paths import parts_of
from pathsim.results.chosen import figures
from pathsim.results.declared import is_number
from pathsim.scenario.endpoint import ALL
from pathsim.scenario.scenario import Scenario
from pathsim.scenario.schema import ANY, THERAPY
from pathsim.trial.data_cut import Chunk
from pathsim.trial.toxicity import steps_together


def check_figure(sample: Chunk, path: str) -> None:
    """Raise KeyError or ValueError, with a sentence, if trials such as these cannot have a figure at this path."""
    check_picks(sample.scenario, path)
    figures(sample, [path])
    if not is_number(path):  # in a row that the sample lacks anything would do
        raise KeyError(f"'{path}' is not a number of the results")


def check_picks(scenario: Scenario, path: str) -> None:
    """Raise KeyError, with a sentence, if a path picks a row that no trial can have, by a misspelled name for instance.

    A trial in which nobody came so far lacks rows too, so that the results alone cannot tell.
    """
    table, *_ = parts_of(path)
    picks = dict(table.picks or ())
    for key, known in _columns(scenario, table.name, picks).items():
        if key in picks and picks[key] not in known:
            there = list(filter(None, known))
            hint = suggestion(picks[key], there) if there else ""
            raise KeyError(f"there is no {key} '{picks[key]}' in '{path}'.{hint}")


def _columns(scenario: Scenario, table: str, picks: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """What can stand in the columns of a table beside what is picked of those before."""
    if table == "baseline":
        return {"arm": scenario.arms or (ALL,), **_named(_characteristics(scenario), picks)}
    arms = {"arm": ("", *scenario.arms)}
    steps = tuple(entry.name for entry in scenario.steps)
    if table == "responses":
        return {**arms, "step": steps, **_named(_assessments(scenario, picks.get("step")), picks)}
    therapy = (THERAPY,) if scenario.trial.therapy else ()
    return {**arms, "step": (*steps, *scenario.repeats, *therapy), "type": _types(scenario, picks.get("step"))}


def _types(scenario: Scenario, step: str | None) -> tuple[str, ...]:
    """The toxicities that there can be in a step, over steps that are totalled under this name, or anywhere."""
    steps = steps_together(scenario).get(step, {step}) if step is not None else None
    events = scenario.vocabulary.of("toxicity")
    types = dict.fromkeys(event.name for event in events if steps is None or event.step in steps)
    return (*types, ANY) if types else ()


def _named(levels: Mapping[str, tuple[str, ...]], picks: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """The names in a table, and the values that stand there with the name that is picked, or with any."""
    values = (value for name, here in levels.items() if picks.get("name", name) == name for value in here)
    return {"name": tuple(levels), "value": tuple(dict.fromkeys(values))}


def _characteristics(scenario: Scenario) -> dict[str, tuple[str, ...]]:
    """The levels of each characteristic of patients; none of a quantity."""
    cohort = scenario.sections.cohort.items()
    return {name: tuple(covariate.levels or ()) for name, covariate in cohort if not covariate.latent}


def _assessments(scenario: Scenario, step: str | None) -> dict[str, tuple[str, ...]]:
    """The levels of what is assessed in a step, or in any."""
    found: dict[str, tuple[str, ...]] = {}
    for entry in scenario.steps:
        for table in getattr(entry.spec, "assess", ()) if step in (None, entry.name) else ():
            found[table.set] = (*found.get(table.set, ()), *table.levels)
    return found
