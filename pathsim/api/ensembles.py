"""The same trial many times, and settings beside each other."""

import datetime
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from itertools import takewhile
from typing import SupportsIndex, TypeVar

import numpy as np
from numpy.typing import NDArray

from pathsim.api.arguments import MOST_REPLICATES, MOST_WORKERS, ArgumentError, needs, seed_of, whole
from pathsim.api.figure_names import FigureNames
from pathsim.api.json_object import JsonObject
from pathsim.api.loading import ScenarioLike, loaded
from pathsim.api.tables import ArrowTable, Column, table_of
from pathsim.api.until import date_until
from pathsim.ensembles.collected import ByName, Collected, Lazy, among
from pathsim.ensembles.parameter_uncertainty import uncertainty
from pathsim.ensembles.precision import Precision
from pathsim.ensembles.request import EnsembleRequest
from pathsim.ensembles.run import Progress, Recipe, untold
from pathsim.ensembles.run import ensemble as made_of
from pathsim.ensembles.selection import CHOSEN
from pathsim.ensembles.store import Store
from pathsim.ensembles.summary import Summary, summary
from pathsim.ensembles.vary import SettingsTable, by_setting, comparison, table
from pathsim.ensembles.workers import Workers
from pathsim.scenario.scenario import Scenario
from pathsim.text import counted, enumeration
from pathsim.version import SCHEMA_VERSION, __version__

REPLICATES = 1000
NOT_OF_UNCERTAIN = (
    "replicates that are chosen by their figures do not tell how far single trials spread by chance and by uncertain "
    "numbers; leave one of both out"
)
Read = TypeVar("Read")


class NoneChosenError(ArgumentError):
    """Conditions that none of the replicates meets, with a sentence for the user."""


class Ensemble(JsonObject):
    """Many trials, which ``ensemble`` and ``compare`` return: what ``pathsim ensemble --json`` prints."""

    def __init__(self, request: EnsembleRequest, rows: Collected, precision: Precision | None = None) -> None:
        """``rows`` are the replicates of what was requested. Raises NoneChosenError if none meets its conditions."""
        self.request = request
        """What was asked for."""
        self._chosen = request.selection.chosen(rows) if request.where else None
        self.columns: ByName = rows if self._chosen is None else among(rows, self._chosen)
        """The figures of each replicate that meets the conditions; of numbers that are uncertain, as drawn."""
        self.rows = rows
        """The same, and of several settings those of each, in columns that begin with its number."""
        made, varied = request.recipe.scenario(), request.recipe.varied
        found = {"schema_version": SCHEMA_VERSION, "pathsim": __version__, **request.about()}
        if self._chosen is not None:
            found["where"] = _where(request, self._chosen)
        if precision is not None:
            found["until_se"] = precision.told(rows)
        self._settings = len(varied)
        if request.recipe.uncertain:
            self._settings = 2
            stated, self.columns = by_setting(rows, 2)
            found["uncertainty"] = uncertainty(made, stated, self.columns)
        asked = request.figures
        if varied:
            found |= comparison(request.recipe.scenarios(), varied, self.columns, asked)
        else:
            found |= summary(made, self.columns, asked)
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
        return table(self.rows, self._settings, self._chosen)

    @property
    def replicates(self) -> ArrowTable:
        """One row for each replicate, its columns named by the paths of figures; NaN where a trial cannot tell.

        Where settings are compared there is one for each ``setting``, from 0, and replicate; of an uncertain ensemble 0
        has the numbers as stated, and 1 as drawn. Where there are conditions, ``chosen`` says who meets them.
        """
        numbers = range(self._settings) if self._settings else [None]
        count = self.rows.replicates
        places: dict[str, Column] = {"setting": np.repeat(np.arange(self._settings), count)} if self._settings else {}
        places["replicate"] = np.tile(np.arange(count), len(numbers))
        if self._chosen is not None:
            places[CHOSEN] = np.tile(self._chosen, len(numbers))

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


def ensemble(  # noqa: PLR0913  # what users ask for, each by its name
    scenario: ScenarioLike,
    replicates: SupportsIndex = REPLICATES,
    seed: SupportsIndex | None = None,
    *,
    null: bool = False,
    uncertain: bool = False,
    until: datetime.date | None = None,
    figures: str | Sequence[str] = (),
    where: str | Sequence[str] = (),
    workers: SupportsIndex = 1,
    progress: Progress | None = None,
) -> Ensemble:
    """Simulate a trial many times: replicates 0, 1 and so on of this ``seed``, which is drawn if it is not given.

    With ``null`` all arms get the control arm's pathway, so that the power is the type I error. ``uncertain`` redraws
    every published count and interval in each replicate, within its uncertainty (it needs scipy). With ``until`` every
    trial is reported as it was at the end of this date. ``figures`` are paths of figures that are told besides those
    of every ensemble. With conditions in ``where``, such as ``trial.enrolled in 300..320``, the summary is of the
    replicates that meet all of them. ``workers`` are processes; results do not depend on how many. ``progress`` is told
    how many replicates there are, and will be.

    Raises ScenarioError for a scenario that cannot be used, ValueError, with a sentence, for anything else that cannot
    be, and ImportError without scipy.
    """
    made = loaded(scenario)
    if uncertain:
        needs("fit", "scipy")
    recipe = Recipe.of(made.layers.source, made.layers.given, null=null, uncertain=uncertain)
    request = _request(recipe, replicates, seed, until, figures, where)
    return simulated(request, workers=whole("workers", workers, 1, MOST_WORKERS), progress=progress)


def compare(  # noqa: PLR0913  # as above
    scenario: ScenarioLike,
    *others: ScenarioLike,
    replicates: SupportsIndex = REPLICATES,
    seed: SupportsIndex | None = None,
    until: datetime.date | None = None,
    figures: str | Sequence[str] = (),
    where: str | Sequence[str] = (),
    workers: SupportsIndex = 1,
    progress: Progress | None = None,
) -> Ensemble:
    """Simulate scenarios on the same patients, with the same draws and in the arms of the first, as ``--vary`` does.

    They are settings of one scenario, or of several. Differences from the first have a much smaller error than either
    figure. Whether a replicate meets the conditions in ``where`` is decided under the first. All else is as for
    ``ensemble``.
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
    request = _request(recipe, replicates, seed, until, figures, where)
    return simulated(request, workers=whole("workers", workers, 1, MOST_WORKERS), progress=progress)


def _request(
    recipe: Recipe,
    replicates: SupportsIndex,
    seed: SupportsIndex | None,
    until: datetime.date | None,
    figures: str | Sequence[str],
    where: str | Sequence[str],
) -> EnsembleRequest:
    if until is not None:
        recipe = replace(recipe, until=date_until(recipe.scenarios(), until))
    request = EnsembleRequest(recipe, seed_of(seed), whole("replicates", replicates, 1, MOST_REPLICATES))
    if not (figures or where):
        return request
    if where and recipe.uncertain:
        raise ArgumentError(f"where: {NOT_OF_UNCERTAIN}")
    names = FigureNames(recipe.scenarios())
    return names.asked(request, _read("figures", figures, names.named), _read("where", where, names.condition))


def _read(argument: str, texts: str | Sequence[str], read: Callable[[str], Read]) -> list[Read]:
    """What is meant by each of these texts. Raises ArgumentError if one has no meaning."""
    found = []
    for text in [texts] if isinstance(texts, str) else texts:
        if not isinstance(text, str):
            raise ArgumentError(f"{argument}: expected texts, found {text!r}")
        try:
            found.append(read(text))
        except (KeyError, ValueError) as wrong:
            raise ArgumentError(f"{argument}: {wrong.args[0]}") from None
    return found


def _where(request: EnsembleRequest, chosen: NDArray[np.bool_]) -> Summary:
    """The conditions, and how many of the replicates meet them. Raises NoneChosenError if none does."""
    conditions, count = [str(condition) for condition in request.where], int(chosen.sum())
    if not count:
        raise NoneChosenError(
            f"where: of {counted(chosen.size, 'replicate')} none meets {enumeration(conditions)}; ask for a wider "
            "range, or for more replicates"
        )
    return {"conditions": conditions, "replicates": count, "of": chosen.size}


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
