"""Published results beside many simulated trials."""

from collections.abc import Sequence
from typing import Any, SupportsIndex

from pathsim.api.arguments import MOST_REPLICATES, MOST_WORKERS, ArgumentError, needs, seed_of, whole
from pathsim.api.json_object import JsonObject, about
from pathsim.api.loading import ScenarioLike, loaded
from pathsim.api.tables import ArrowTable, table_of
from pathsim.ensembles.run import Progress, Recipe, ensemble, untold
from pathsim.scenario.problems import ScenarioError
from pathsim.scenario.scenario import Scenario
from pathsim.validation.targets import TargetComparison, compared, paths, problems, tally, targets_of

REPLICATES = 2000


class ValidationResults(JsonObject):
    """Targets beside simulated trials, which ``validate`` returns: what ``pathsim validate --json`` prints."""

    def __init__(
        self,
        scenario: Scenario,
        seed: int,
        replicates: int,
        comparisons: Sequence[TargetComparison],
        *,
        uncertain: bool,
    ) -> None:
        self.scenario = scenario
        self.comparisons = comparisons
        """Each target beside the trials, as reports of pathsim read it."""
        super().__init__(
            {
                **about(scenario, seed, replicates),
                "uncertain": uncertain,
                "targets": [comparison.about() for comparison in comparisons],
                "verdicts": tally(comparisons),
            }
        )

    @property
    def targets(self) -> ArrowTable:
        """One row for each target: what was published, what trials show, and the ``verdict``."""
        return table_of(map(_row, self.comparisons))

    @property
    def is_met(self) -> bool:
        """Whether no target of kind ``input`` or ``fit`` is missed for sure; if one is, the command exits with 1."""
        return not any(one.is_missed for one in self.comparisons if one.target.kind in ("input", "fit"))

    def __repr__(self) -> str:
        met = sum(one.met for one in self.comparisons)
        return f"<ValidationResults: {self.scenario.name}, {met} of {len(self.comparisons)} targets met>"


def _row(comparison: TargetComparison) -> dict[str, Any]:
    """What the JSON tells of a target, in cells: the ends of a plausible range have one each."""
    told = comparison.about()
    lower, upper = told.pop("between") or (None, None)
    return {**told, "between_lower": lower, "between_upper": upper}


def validate(
    scenario: ScenarioLike,
    replicates: SupportsIndex = REPLICATES,
    seed: SupportsIndex | None = None,
    *,
    parts: str | Sequence[str] = (),
    uncertain: bool = False,
    workers: SupportsIndex = 1,
    progress: Progress | None = None,
) -> ValidationResults:
    """Set every published result beside simulated trials of the same size and course.

    ``parts`` are the beginnings of the headings of targets that are wanted; all if there are none. All else is as for
    ``ensemble``.

    Raises ScenarioError for a scenario that cannot be used, ValueError, with a sentence, for anything else that cannot
    be, and ImportError if numbers are ``uncertain`` and scipy is missing.
    """
    made = loaded(scenario)
    if not made.sections.targets:
        raise ArgumentError(
            f"'{made.name}' has no [targets]: write down what was published, and which figure it is compared with"
        )
    headings = (parts,) if isinstance(parts, str) else tuple(parts)
    wanted = targets_of(made, headings)
    if not wanted:
        known = dict.fromkeys(target.part for target in made.sections.targets.values() if target.part)
        raise ArgumentError(f"no heading begins with {' or '.join(headings)}; the headings are: {'; '.join(known)}")
    if wrong := problems(made):
        raise ScenarioError(wrong)
    if uncertain:
        needs("fit", "scipy")
    recipe = Recipe.of(made.layers.source, made.layers.given, uncertain=uncertain).keeping(
        paths(wanted), as_it_went=True
    )
    drawn, count = seed_of(seed), whole("replicates", replicates, 2, MOST_REPLICATES)
    crew = whole("workers", workers, 1, MOST_WORKERS)
    columns = ensemble(recipe, drawn, count, workers=crew, finished=progress or untold)
    found = compared(made, columns, headings)
    return ValidationResults(made, drawn, count, found, uncertain=uncertain)
