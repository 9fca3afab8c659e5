"""One trial, simulated."""

import datetime
from collections.abc import Mapping
from functools import cached_property
from typing import Any, SupportsIndex, get_args

from pathsim.api.arguments import ArgumentError, seed_of, whole
from pathsim.api.json_object import JsonObject
from pathsim.api.loading import ScenarioLike, loaded
from pathsim.api.tables import ArrowTable, table_of
from pathsim.api.until import day_until
from pathsim.counterfactual import counterfactual, other_courses
from pathsim.engines.choose import Engine, simulate
from pathsim.export.tables import tables_of
from pathsim.results.json import ResultsJson, results
from pathsim.results.lookup import figure
from pathsim.scenario.problems import ScenarioError
from pathsim.scenario.scenario import Scenario
from pathsim.trial.arms import arms_of as arms_in
from pathsim.trial.arms import held
from pathsim.trial.course import course
from pathsim.trial.data_cut import Chunk
from pathsim.validation.picks import check_picks
from pathsim.validation.targets import problems


class Results(JsonObject):
    """The results of one trial, which ``run`` returns: what ``pathsim run --json`` prints, read like a dictionary."""

    def __init__(self, chunk: Chunk, content: ResultsJson) -> None:
        """``chunk`` holds one replicate, whose results these are."""
        super().__init__(content)
        self._chunk = chunk

    @property
    def scenario(self) -> Scenario:
        """The scenario of the trial."""
        return self._chunk.scenario

    @property
    def chunk(self) -> Chunk:
        """The whole trial, as reports and exports of pathsim read it."""
        return self._chunk

    def figure(self, path: str) -> float:
        """A number of the results by its path, such as ``trial.enrolled``; NaN if the trial could not estimate it.

        A row of a list is picked by what is in it: ``toxicity[arm=control,type=infection].rate``. Raises ArgumentError,
        a ValueError, if the path leads nowhere.
        """
        try:
            check_picks(self.scenario, path)
            return figure(dict(self), path)
        except (KeyError, ValueError) as nowhere:
            raise ArgumentError(f"path: {nowhere.args[0]}") from None

    @property
    def journal(self) -> ArrowTable:
        """Every dated event of every patient, as far as it is known at the data cut; ``day`` counts from the start."""
        return self.table("journal")

    def table(self, name: str) -> ArrowTable:
        """A table by its name.

        Those of the results are ``baseline``, ``toxicity``, ``responses``, ``flow``, ``waits``, ``resources`` and
        ``resource_use``; those by patient ``journal`` and, with the names of CDISC ADaM, ``adsl``, ``adtte`` and
        ``adae``. Raises ArgumentError, a ValueError, for another name.
        """
        if name in self._tables:
            columns, records = self._tables[name]()
            return table_of(records, columns)
        if isinstance(rows := self.get(name), list):
            return table_of(rows)
        known = [key for key, rows in self.items() if isinstance(rows, list)]
        raise ArgumentError(f"name: there is no table {name!r}; there are: {', '.join([*known, *self._tables])}")

    @cached_property
    def _tables(self) -> Mapping[str, Any]:
        return tables_of(self._chunk, self._content)

    def __repr__(self) -> str:
        return f"<Results: {self.scenario.name}, seed {self['seed']}, replicate {self['replicate']}>"


def run(
    scenario: ScenarioLike,
    seed: SupportsIndex | None = None,
    replicate: SupportsIndex = 0,
    *,
    until: datetime.date | None = None,
    engine: Engine = "auto",
    arms_of: ScenarioLike | None = None,
) -> Results:
    """Simulate one trial: the same ``seed`` and ``replicate`` give the same one. A seed that is not given is drawn.

    ``until`` reports the trial as it was at the end of this date. ``engine`` is as for ``pathsim run --engine``. With
    ``arms_of`` patients keep the arms that they have in this other scenario, so that only what differs changes their
    course.

    Raises ScenarioError for a scenario that cannot be used, and ValueError, with a sentence, for anything else.
    """
    made, base = loaded(scenario), None if arms_of is None else loaded(arms_of)
    if engine not in get_args(Engine):
        raise ArgumentError(f"engine: expected one of {', '.join(get_args(Engine))}, found {engine!r}")
    last_day = None if until is None else day_until(made, until)
    chunk = _simulated(made, seed_of(seed), whole("replicate", replicate), engine, base)
    found = results(chunk, last_day)
    if wrong := problems(made, found if last_day is None else None):
        raise ScenarioError(wrong)
    # Of a trial that goes on nothing is known beyond today, in either arm.
    found["counterfactual"] = _counterfactual(chunk) if last_day is None else None
    return Results(chunk, found)


def _simulated(scenario: Scenario, seed: int, replicate: int, engine: Engine, base: Scenario | None) -> Chunk:
    """One trial; if there is a base, patients keep the arms that they have in it."""
    if base is None:
        return simulate(scenario, seed, replicate, engine)[0]
    unchanged, _ = simulate(base, seed, replicate)
    return simulate(scenario, seed, replicate, engine, held(arms_in(unchanged), base, scenario))[0]


def _counterfactual(chunk: Chunk) -> ResultsJson | None:
    mine = course(chunk)
    found = counterfactual(mine, other_courses(mine))
    return None if found is None else found.as_results()
