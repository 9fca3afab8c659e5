"""The same trial many times, and settings beside each other."""

from dataclasses import replace
from functools import partial
from itertools import takewhile
from typing import SupportsIndex

import numpy as np

from pathsim.api.arguments import MOST_REPLICATES, MOST_WORKERS, ArgumentError, needs, seed_of, whole
from pathsim.api.json_object import JsonObject
from pathsim.api.loading import ScenarioLike, loaded
from pathsim.api.tables import ArrowTable, Column, table_of
from pathsim.ensembles.collected import ByName, Collected, Lazy
from pathsim.ensembles.parameter_uncertainty import uncertainty
from pathsim.ensembles.precision import Precision
from pathsim.ensembles.request import EnsembleRequest
from pathsim.ensembles.run import Progress, Recipe, untold
from pathsim.ensembles.run import ensemble as made_of
from pathsim.ensembles.store import Store
from pathsim.ensembles.summary import summary
from pathsim.ensembles.vary import SettingsTable, by_setting, comparison, table
from pathsim.ensembles.workers import Workers
from pathsim.scenario.scenario import Scenario
from pathsim.version import SCHEMA_VERSION, __version__

REPLICATES = 1000


class Ensemble(JsonObject):
    """Many trials, which ``ensemble`` and ``compare`` return: what ``pathsim ensemble --json`` prints."""

    def __init__(self, request: EnsembleRequest, rows: Collected, precision: Precision | None = None) -> None:
        """``rows`` are the replicates of what was requested."""
        self.request = request
        """What was asked for."""
        self.columns: ByName = rows
        """The figures of each replicate; of numbers that are uncertain, as drawn."""
        self.rows = rows
        """The same, and of several settings those of each, in columns that begin with its number."""
        made, varied = request.recipe.scenario(), request.recipe.varied
        found = {"schema_version": SCHEMA_VERSION, "pathsim": __version__, **request.about()}
        if precision is not None:
            found["until_se"] = precision.told(rows)
        self._settings = len(varied)
        if request.recipe.uncertain:
            self._settings = 2
            stated, self.columns = by_setting(rows, 2)
            found["uncertainty"] = uncertainty(made, stated, self.columns)
        found |= comparison(request.recipe.scenarios(), varied, rows) if varied else summary(made, self.columns)
        if request.recipe.sources:
            for scenario, setting in zip(request.recipe.scenarios(), found["settings"], strict=True):
                setting["scenario"] = {"name": scenario.name, "sha256": scenario.sha256}
        super().__init__(found)

    @property
    def scenario(self) -> Scenario:
        """The scenario, or the first of those that are compared."""
        return self.request.recipe.scenario()

    @property
    def file_table(self) -> SettingsTable:
        """The rows of ``replicates`` for a file, some after others."""
        return table(self.rows, self._settings)

    @property
    def replicates(self) -> ArrowTable:
        """One row for each replicate, its columns named by the paths of figures; NaN where a trial cannot tell.

        Where settings are compared there is one for each ``setting``, from 0, and replicate; of an uncertain ensemble 0
        has the numbers as stated, and 1 as drawn.
        """
        numbers = range(self._settings) if self._settings else [None]
        count = self.rows.replicates
        places = {"setting": np.repeat(np.arange(self._settings), count)} if self._settings else {}
        places["replicate"] = np.tile(np.arange(count), len(numbers))

        def figures(path: str) -> Column:
            prefixes = ["" if number is None else f"{number}:" for number in numbers]
            return np.concatenate([self.rows.part(prefix + path, 0, count) for prefix in prefixes])

        makers = {name: partial(figures, name) for name in self.file_table.names if name not in places}
        return ArrowTable(Lazy({**{name: partial(places.__getitem__, name) for name in places}, **makers}))

    @property
    def summary(self) -> ArrowTable:
        """One row for each ``figure`` (and ``setting``): its middle, its spread, and how many trials lack it."""
        return self._table("figures")

    @property
    def differences(self) -> ArrowTable:
        """One row for each ``figure`` and each ``setting`` but the first, 0: how it differs from that; else no row."""
        return self._table("differences")

    def _table(self, key: str) -> ArrowTable:
        if "settings" not in self:
            return table_of({"figure": path, **told} for path, told in self.get(key, {}).items())
        return table_of(
            {"setting": number, "figure": path, **told}
            for number, setting in enumerate(self["settings"])
            for path, told in setting.get(key, {}).items()
        )

    def __repr__(self) -> str:
        return f"<Ensemble: {self.scenario.name}, seed {self['seed']}, {self.rows.replicates:,} replicates>"


def ensemble(
    scenario: ScenarioLike,
    replicates: SupportsIndex = REPLICATES,
    seed: SupportsIndex | None = None,
    *,
    null: bool = False,
    uncertain: bool = False,
    workers: SupportsIndex = 1,
    progress: Progress | None = None,
) -> Ensemble:
    """Simulate a trial many times: replicates 0, 1 and so on of this ``seed``, which is drawn if it is not given.

    With ``null`` all arms get the control arm's pathway, so that the power is the type I error. ``uncertain`` redraws
    every published count and interval in each replicate, within its uncertainty (it needs scipy). ``workers`` are
    processes; results do not depend on how many. ``progress`` is told how many replicates there are, and will be.

    Raises ScenarioError for a scenario that cannot be used, ValueError, with a sentence, for anything else that cannot
    be, and ImportError without scipy.
    """
    made = loaded(scenario)
    if uncertain:
        needs("fit", "scipy")
    recipe = Recipe.of(made.layers.source, made.layers.given, null=null, uncertain=uncertain)
    return _requested(recipe, replicates, seed, workers, progress)


def compare(
    scenario: ScenarioLike,
    *others: ScenarioLike,
    replicates: SupportsIndex = REPLICATES,
    seed: SupportsIndex | None = None,
    workers: SupportsIndex = 1,
    progress: Progress | None = None,
) -> Ensemble:
    """Simulate scenarios on the same patients, with the same draws and in the arms of the first, as ``--vary`` does.

    They are settings of one scenario, or of several. Differences from the first have a much smaller error than either
    figure. All else is as for ``ensemble``.
    """
    made = [loaded(one) for one in (scenario, *others)]
    if not others:
        raise ArgumentError("others: a comparison needs at least two scenarios, such as one with two settings")
    given = [tuple(one.layers.given.items()) for one in made]
    # One can be inside another, so that their order matters: common are those with which all begin.
    common = sum(1 for _ in takewhile(lambda same: len(set(same)) == 1, zip(*given, strict=False)))
    sources = tuple(one.layers.source for one in made)
    recipe = Recipe.of(sources[0], dict(given[0][:common]), varied=[settings[common:] for settings in given])
    if len({one.sha256 for one in made}) > 1:
        recipe = replace(recipe, sources=sources)
    return _requested(recipe, replicates, seed, workers, progress)


def _requested(
    recipe: Recipe,
    replicates: SupportsIndex,
    seed: SupportsIndex | None,
    workers: SupportsIndex,
    progress: Progress | None,
) -> Ensemble:
    count = whole("replicates", replicates, 1, MOST_REPLICATES)
    request = EnsembleRequest(recipe, seed_of(seed), count)
    return simulated(request, workers=whole("workers", workers, 1, MOST_WORKERS), progress=progress)


def simulated(
    request: EnsembleRequest,
    *,
    workers: Workers = 1,
    store: Store | None = None,
    precision: Precision | None = None,
    progress: Progress | None = None,
) -> Ensemble:
    """What was requested, as the commands ask for it: with a folder that keeps chunks, or until a precision."""
    rows = made_of(
        request.recipe,
        request.seed,
        request.replicates,
        workers=workers,
        store=store,
        finished=progress or untold,
        precision=precision,
    )
    return Ensemble(request, rows, precision)
