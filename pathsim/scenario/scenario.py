"""A scenario, read, checked, and ready for either engine."""

import datetime
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

from pathsim.cohort import STOPPED, Accrual, Cohort
from pathsim.conditions import DATE, condition, words
from pathsim.journal import Vocabulary
from pathsim.names import abbreviated, readable
from pathsim.paths import day_name, without_quotes
from pathsim.scenario.alike import alike
from pathsim.scenario.crosscheck import in_order, problems, surroundings
from pathsim.scenario.cycles import Unrolled, once, unroll
from pathsim.scenario.endpoint import Groups, groups_of
from pathsim.scenario.enrollment import accrual_of, cohort_of
from pathsim.scenario.entries import Repeated, ResourceEntry, StepEntry
from pathsim.scenario.evidence import Evidence, Rate, unknown_references
from pathsim.scenario.files import Source, find
from pathsim.scenario.holding import never_holding
from pathsim.scenario.linking import StepLinker
from pathsim.scenario.merge import Joined, join, with_number
from pathsim.scenario.problems import Problem, ScenarioError
from pathsim.scenario.schema import Cutoff, Trial
from pathsim.scenario.sense import senseless, without_words
from pathsim.scenario.validate import Sections, sections
from pathsim.steps.randomize import Randomize, RandomizeSpec
from pathsim.steps.spec import KeyPath, Surroundings

TARGETS = "targets"
"""The section whose numbers are none of the model's: nothing is simulated with them."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """Everything a file says, checked and ready to run."""

    layers: Joined
    """The files it was made from, joined."""
    sections: Sections
    names: Mapping[str, tuple[str, ...] | None]
    """Every column: its levels, or None for a quantity."""
    steps: tuple[StepEntry, ...]
    """The steps in the order of the file; patients enter at the first."""
    number_of_step: Mapping[str, int]
    """The number of each step by its name; of a phase that repeats that of the first cycle."""
    order: tuple[int, ...]
    """The numbers of the steps, each after all that lead to it."""
    repeats: Mapping[str, Repeated]
    vocabulary: Vocabulary
    cohort: Cohort
    accrual: Accrual
    resources: Mapping[str, ResourceEntry]
    rules_bind: bool = True
    """Whether the committee stops the trial when its rules say so, or at most by order."""
    is_null: bool = False
    """Whether arms are so in name only."""

    @property
    def name(self) -> str:
        """The file's name without its ending."""
        return self.layers.name

    @property
    def sha256(self) -> str:
        """The hash of the files it was made from, without what was set on the command line."""
        return self.layers.sha256

    @property
    def overrides(self) -> Mapping[str, object]:
        """What was set on the command line, by path."""
        return self.layers.overrides

    @property
    def stated(self) -> Mapping[KeyPath, Rate]:
        """Every number and every date of the model with its evidence, by path."""
        return {path: rate for path, rate in self.layers.rates.items() if path[0] != TARGETS}

    @property
    def rates(self) -> Mapping[KeyPath, Rate]:
        """Every number of the model with its evidence, by path."""
        return {path: rate for path, rate in self.stated.items() if not rate.is_date}

    @property
    def published(self) -> Mapping[str, Rate]:
        """What the targets say was published, by the target's name."""
        rates = self.layers.rates.items()
        return {str(path[1]): rate for path, rate in rates if path[0] == TARGETS and path[2:] == ("published",)}

    @property
    def target_evidence(self) -> Mapping[str, Evidence]:
        """Where the published result or the plausible range of each target comes from, by the target's name."""
        stated = ("published", "between")
        rates = self.layers.rates.items()
        return {str(path[1]): rate.evidence for path, rate in rates if path[0] == TARGETS and path[2] in stated}

    @property
    def title(self) -> str:
        """What the scenario is about, in a line."""
        return self.sections.title

    @property
    def seed(self) -> int | None:
        """The seed with which the app opens, if the file has one."""
        return self.sections.seed

    @property
    def trial(self) -> Trial:
        """The design of the trial."""
        if self.sections.trial is None:
            raise TypeError("a scenario without a trial is never made")
        return self.sections.trial

    @property
    def patients(self) -> int:
        """How many patients can come in one trial."""
        return self.trial.patients

    @property
    def scarce(self) -> list[str]:
        """The resources of which there are not enough for all patients at once, so that a queue may form."""
        return [name for name, resource in self.resources.items() if resource.capacity < self.patients]

    def entry(self, name: str) -> StepEntry:
        """The step to which a way to this name leads: of a phase that repeats the first cycle."""
        return self.steps[self.number_of_step[name]]

    def entries(self, name: str) -> tuple[StepEntry, ...]:
        """All that this name means: of a phase that repeats every cycle."""
        repeated = self.repeats.get(name)
        return (self.entry(name),) if repeated is None else tuple(self.steps[number] for number in repeated.cycles)

    def step_label(self, name: str) -> str:
        """A step for readers, or a phase that repeats, of which each cycle has a label of its own."""
        repeated = self.repeats.get(name)
        return self.entry(name).label if repeated is None else repeated.label

    @property
    def randomization(self) -> tuple[StepEntry, RandomizeSpec] | None:
        """The step that makes the arms which the trial compares; None in a study without arms."""
        if self.trial.randomization is None:
            return None
        entry = self.entry(self.trial.randomization)
        return (entry, entry.spec) if isinstance(entry.spec, RandomizeSpec) else None

    @property
    def arms(self) -> tuple[str, ...]:
        """The arms the trial compares, in the order of the file; empty in a study without arms."""
        found = self.randomization
        return () if found is None else tuple(found[1].arms)

    @property
    def compared_arms(self) -> tuple[str, ...]:
        """The arms that are compared with control."""
        return tuple(arm for arm in self.arms if arm != self.trial.control)

    def groups(self, endpoint: str) -> Groups:
        """The groups that an endpoint compares: the arms, or those that it names instead."""
        return groups_of(self.sections.endpoints[endpoint], self.names, self.arms, self.trial.control)

    @property
    def first_endpoint(self) -> str:
        """The first endpoint of everybody and by arm; empty if there is none."""
        return next((name for name, endpoint in self.sections.endpoints.items() if endpoint.is_of_all), "")

    @property
    def main_endpoint(self) -> str:
        """The endpoint that the trial is about: the one that is monitored, or the first one; empty if there is none."""
        plan = self.trial.monitoring
        return self.first_endpoint if plan is None else plan.endpoint

    def compared_label(self, endpoint: str, arm: str) -> str:
        """The short name of an endpoint and, where several groups are compared with one, of the group."""
        label = self.endpoint_label(endpoint)
        return label if len(self.groups(endpoint).compared) == 1 else f"{label}, {arm}"

    def latest_day(self, cutoff: Cutoff) -> float:
        """The day of the trial at the end of which the data are cut, at the latest."""
        return cutoff.day_of_trial(self.trial.begins)

    @property
    def final_cutoff(self) -> Cutoff:
        """The last cut-off of the trial as it went: the one that a report is about.

        Of several with the same latest day it is the one that waits for no events, and then the first.
        """
        cutoffs = (cutoff for cutoff in self.trial.cutoffs.values() if not cutoff.run_on)
        return max(cutoffs, key=lambda cutoff: (self.latest_day(cutoff), cutoff.events is None))

    def toxicity_label(self, name: str) -> str:
        """A type of toxicity for readers."""
        kind = self.sections.toxicities.get(name)
        return (kind.label if kind else None) or readable(name)

    def endpoint_label(self, name: str) -> str:
        """An endpoint in a table: DFS or OS where it is named by its initials, else its label."""
        return abbreviated(name, self.sections.endpoints[name].label)

    def published_points(self, endpoint: str, arm: str) -> list[tuple[float, float]]:
        """Published (day, survival) of an arm, from the targets."""
        days = {
            ".".join(("endpoints", endpoint, "arms", arm, "at", day_name(day), "survival")): day
            for day in self.sections.endpoints[endpoint].at_days
        }
        return [
            (days[path], target.published)
            for target in self.sections.targets.values()
            if target.published is not None and (path := without_quotes(target.figure)) in days
        ]

    def published_figure(self, path: str) -> float | None:
        """What was published of a figure of the results, if it is a target."""
        wanted, targets = without_quotes(path), self.sections.targets.values()
        found = (target.published for target in targets if without_quotes(target.figure) == wanted)
        return next((published for published in found if published is not None), None)

    @property
    def follows_stop(self) -> bool:
        """Whether the way of some patient depends on whether the committee has stopped the trial."""
        return STOPPED in self.names and STOPPED in self._asked

    @property
    def follows_date(self) -> bool:
        """Whether the way of some patient depends on the calendar."""
        return DATE in self._asked

    @property
    def _asked(self) -> set[str]:
        """The columns that conditions of steps and resources ask for, and a few other words."""
        return set().union(*map(self.asked_in, self.steps))

    def asked_in(self, entry: StepEntry) -> set[str]:
        """What conditions of a step, and of who comes first to what is waited for there, ask for: columns, and more."""
        priority = () if entry.resource is None else self.sections.resources[entry.resource].priority
        return entry.asked.union(*map(words, priority))

    def date(self, day: float) -> datetime.date:
        """The date on which this day of the trial falls."""
        return self.trial.begins + datetime.timedelta(days=math.ceil(day) - 1 if day > 0 else 0)

    def written_date(self, day: float) -> str:
        """The same in words: 4 Jul 2016."""
        date = self.date(day)
        return f"{date.day} {date:%b %Y}"

    def under_null(self) -> "Scenario":
        """The scenario with arms in name only: all patients walk the control arm's pathway. For the type I error.

        Raises ScenarioError if the study has no arms.
        """
        found = self.randomization
        if found is None or not isinstance(found[0].step, Randomize) or self.trial.control is None:
            problem = Problem(("trial", "randomization"), "without arms there is no null hypothesis")
            raise ScenarioError([self.layers.placed(problem)])
        blind = replace(found[0], step=found[0].step.under_null(self.trial.control))
        steps = (*self.steps[: blind.number], blind, *self.steps[blind.number + 1 :])
        return replace(self, steps=steps, is_null=True)

    def as_it_went(self) -> "Scenario":
        """The scenario with the course of the published trial: no interim look ends it, and the order does if one came.

        What was published of one trial is compared with trials of the same course, and not with those only whose
        interim results happened to be like its own.
        """
        return replace(self, rules_bind=False)

    def with_values(self, values: Mapping[KeyPath, float]) -> "Scenario":
        """The scenario with these numbers instead of its own, by path; their evidence is not changed.

        Raises ScenarioError if the numbers do not go together.
        """
        tree = self.layers.tree
        for path, value in values.items():
            tree = with_number(tree, path, value)
        changed = replace(_checked(replace(self.layers, tree=tree), before=self), rules_bind=self.rules_bind)
        return changed.under_null() if self.is_null else changed


def load(
    scenario: str | Source, overrides: Mapping[str, str] | None = None, varied: Mapping[str, str] | None = None
) -> Scenario:
    """The scenario of this name or path, or with this text, with these values set (dotted path to TOML value).

    ``varied`` are those that an ensemble gives in turn, so that a message names the option they came from. Raises
    ScenarioError with everything that is wrong with it, each with file, line and path.
    """
    source = find(scenario) if isinstance(scenario, str) else scenario
    return _checked(join(source, overrides or {}, varied or {}, load), as_read=True)


def _checked(joined: Joined, *, as_read: bool = False, before: Scenario | None = None) -> Scenario:
    """The scenario that these layers make; only what has just been read is also asked for its sense.

    What is the same as in the scenario ``before`` is not made again.
    """
    steps = joined.tree.get("steps")
    unrolled = unroll(steps) if isinstance(steps, dict) else Unrolled()
    tree = {**joined.tree, "steps": unrolled.steps} if isinstance(steps, dict) else joined.tree
    found = sections(tree, None if before is None else before.sections)
    wrong = [*joined.problems, *unrolled.problems, *found.problems, *problems(found, unrolled.first_cycle)]
    wrong += unknown_references(joined.rates, found.sources, joined.targets)
    if as_read and not wrong:
        wrong += [*without_words(joined.tree)] or alike(found)
        wrong += once(senseless(found, unrolled.first_cycle), found.steps)
        # Where numbers have been changed to see what if, a condition may well come to hold for nobody.
        if not (joined.settings or joined.changed):
            around = surroundings(found, unrolled.first_cycle)
            wrong += once(never_holding(found, around), found.steps)
    if wrong:
        placed = [joined.placed(Problem(unrolled.origin(p.path), p.message, p.file, p.line)) for p in wrong]
        unique = dict.fromkeys(placed)
        raise ScenarioError(sorted(unique, key=lambda problem: (problem.file, problem.line or 0)))
    return _made(joined, unrolled, found, before)


def _made(joined: Joined, unrolled: Unrolled, found: Sections, before: Scenario | None) -> Scenario:
    around = surroundings(found, unrolled.first_cycle)
    index = {name: number for number, name in enumerate(found.steps)}
    repeats = _repeats(joined, unrolled, index)
    index |= {name: repeated.cycles[0] for name, repeated in repeats.items()}
    leads = {
        name: [unrolled.first_cycle.get(arrow.to, arrow.to) for arrow in step.arrows()]
        for name, step in found.steps.items()
    }
    order = tuple(index[name] for name in in_order(leads))
    steps = list(found.steps.items())
    known = before if before is not None and _steps_can_stay(before, found, around, index) else None
    linker = StepLinker(around, index, repeats)
    if known is not None:
        linker.know(known.steps, known.vocabulary.events)
    entries = {number: linker.entry(number, *steps[number]) for number in order}
    if found.trial is None:
        raise TypeError("checked before: there is a trial")
    return Scenario(
        layers=joined,
        sections=found,
        names=around.names,
        steps=tuple(entries[number] for number in range(len(entries))),
        number_of_step=index,
        order=order,
        repeats=repeats,
        vocabulary=linker.vocabulary,
        cohort=cohort_of(found, around),
        accrual=accrual_of(found.trial),
        resources={
            name: ResourceEntry(
                resource.capacity,
                resource.label or readable(name),
                tuple(condition(text, around.names) for text in resource.priority),
            )
            for name, resource in found.resources.items()
        },
    )


def _steps_can_stay(before: Scenario, found: Sections, around: Surroundings, index: Mapping[str, int]) -> bool:
    """Whether all that steps look up is as it was: columns, the cohort, the catalog of toxicities, other steps."""
    is_same = before.names == around.names and before.number_of_step == index
    cohort, toxicities = before.sections.cohort, before.sections.toxicities
    return is_same and cohort == found.cohort and toxicities == found.toxicities


def _repeats(joined: Joined, unrolled: Unrolled, index: Mapping[str, int]) -> dict[str, Repeated]:
    cycles: dict[str, list[int]] = {}
    for step, (phase, _, _) in unrolled.cycles.items():
        cycles.setdefault(phase, []).append(index[step])
    tables = joined.tree["steps"]
    return {name: Repeated(tables[name].get("label") or readable(name), tuple(cycles[name])) for name in cycles}
