"""Scenarios that nobody designed: random, valid, small, with every kind of step and every key that a step can have."""

import datetime
import json
import os
import re
from collections.abc import Mapping
from functools import reduce
from operator import getitem
from typing import Literal, TypeAlias

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.strategies import DrawFn
from pens import BEGINS, Levels, Pen, Tree

from pathsim.conditions import DATE
from pathsim.scenario.files import Source
from pathsim.scenario.problems import ScenarioError
from pathsim.scenario.scenario import Scenario, load

Places: TypeAlias = Literal["abundant", "short"]

ENDS = ("dead", "gone")
RESOURCES = ("bed", "pump")
RISK = ("low", "high", "odd")
COHORT: Mapping[str, Levels] = {"frail": ("no", "yes"), "age": None, "risk": RISK, "score": None}
SENSELESS = re.compile("can never hold|comes too late|is listed twice|no way leads to|has to count these days too")
RATIOS = (0.25, 0.6, 1.0, 1.7, 4.0)


def examples(count: int) -> settings:
    """Settings with this many examples, or PATHSIM_EXAMPLES times as many for a longer search."""
    return settings(max_examples=count * int(os.environ.get("PATHSIM_EXAMPLES", "1")))


class Text(str):
    """A scenario's text, which a failing test shows as it stands in a file."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f'"""\n{self}"""'


def toml(value: object) -> str:
    """A value in TOML, on one line."""
    match value:
        case bool() | str():
            return json.dumps(value)
        case dict():
            return "{ " + ", ".join(f"{json.dumps(key)} = {toml(item)}" for key, item in value.items()) + " }"
        case list():
            return "[" + ", ".join(map(toml, value)) + "]"
        case _:
            return str(value)


def document(tree: Tree) -> Text:
    """A TOML document with a header for each section; all numbers in it are assumed."""
    lines = [f"{key} = {toml(value)}" for key, value in tree.items() if not isinstance(value, dict)]
    for name, section in tree.items():
        if isinstance(section, dict):
            lines += ["", f"[{name}]", 'assumed = "generated"']
            lines += [f"{json.dumps(key)} = {toml(value)}" for key, value in section.items()]
    return Text("\n".join(lines) + "\n")


def scenario_of(text: str) -> Scenario:
    """The scenario with this text."""
    return load(Source("generated", "<generated>", text))


def sensible(tree: Tree) -> Text:
    """The document of this tree without conditions that hold for nobody and ends that nobody reaches."""
    while True:
        text = document(tree)
        try:
            load(Source("generated", "<generated>", text))
        except ScenarioError as wrong:
            paths = {problem.path for problem in wrong.problems if SENSELESS.search(problem.message)}
            if len(paths) < len(wrong.problems):
                raise
            for path in sorted(paths, key=lambda path: [str(key).zfill(3) for key in path], reverse=True):
                *above, entry = path[:-1] if path[-1] == "when" else path
                del reduce(getitem, above, tree)[entry]
        else:
            return text


class _Author(Pen):
    """Writes one scenario. A step leads to the next one of the file, so that all are reached, and to any others."""

    def __init__(self, draw: DrawFn, places: Places, *, randomized: bool) -> None:
        super().__init__(draw)
        self._short, self._randomized = places == "short", randomized
        self._patients = self.number(20, 60 if self._short else 150)
        self._kinds = {f"s{number}": kind for number, kind in enumerate(self._some_kinds())}
        names = list(self._kinds)
        self._onward = dict(zip(names, [*names[1:], "dead"], strict=True))
        phases = [name for name, kind in self._kinds.items() if kind == "phase"]
        self._repeats = {name: self.one_of([1, 1, 2, 3]) for name in phases}
        self._assessed = {name: self.one_of(["mrd", "risk"]) for name in phases if self.chance(40)}
        self._remembers = {name for name in phases if self.chance(40)}
        self._elapsed = {name: self.one_of(["since", "until"]) for name in names[1:] if self.chance(20)}
        tosses = [name for name, kind in self._kinds.items() if kind == "randomize"]
        self._arms = {name: ["a", "b", "c"][: self.number(2, 3)] for name in tosses}
        self._arm_column = dict(zip(tosses, ["arm", "second_arm"], strict=False))
        self._held = self._some_held()
        self._columns = self._all_columns()

    def _some_kinds(self) -> list[str]:
        kinds = ["queue"] if self._short and self.chance(60) else []
        for _ in range(self.number(1, 7)):
            kind = self.one_of(["phase", "phase", "phase", "branch", "wait", "queue", "randomize"])
            refused = kind == "randomize" and (kinds.count(kind) == 2 or not self._randomized)
            kinds.append("phase" if refused or kinds[-1:] == ["queue"] else kind)
        kinds += ["queue"] if self._short and "queue" not in kinds else []
        kinds += ["phase"] if kinds[-1] == "queue" else []
        # A queue changes who is randomized when, and so the arms.
        again = self._short and self._randomized and kinds.count("randomize") < 2
        return [*kinds, "randomize", "phase"] if again else kinds

    def _some_held(self) -> dict[str, str]:
        """The resource a unit of which each step waits for or keeps: after a queue the one that was waited for."""
        held: dict[str, str] = {}
        for name, kind in self._kinds.items():
            if kind == "queue":
                held[name] = held[self._onward[name]] = self.one_of(RESOURCES)
            elif kind == "phase" and name not in held and self.chance(30):
                held[name] = self.one_of(RESOURCES)
        return held

    def _all_columns(self) -> dict[str, Levels]:
        columns: dict[str, Levels] = dict(COHORT)
        columns |= dict.fromkeys(self._elapsed.values())
        columns |= {"seen": ("no", "yes")} if self._remembers else {}
        columns |= {DATE: None} if self.chance(20) else {}
        columns |= {column: COHORT.get(column) or ("clear", "left", "unsure") for column in self._assessed.values()}
        return columns | {self._arm_column[name]: arms for name, arms in self._arms.items()}

    def _when(self) -> str:
        later = {name: levels for name, levels in self._columns.items() if name not in COHORT}
        return self.condition(later if later and self.chance(50) else self._columns)

    def text(self) -> Text:
        steps = {name: self._step(name, kind) for name, kind in self._kinds.items()}
        written = toml(steps)
        steps |= {end: {"kind": "end"} for end in ENDS if f'"{end}"' in written}
        return sensible(
            {
                "title": "A generated scenario",
                "trial": self._trial(),
                "cohort": self._cohort(),
                "toxicities": {"t0": self._catalog()},
                "resources": {name: self._resource() for name in RESOURCES},
                "steps": steps,
            }
        )

    def _trial(self) -> Tree:
        paces = [300, 30.4, 4000] if self._short else [2, 30.4, 300]
        trial: Tree = {
            "begins": BEGINS,
            "patients": self._patients,
            "arrivals": self.one_of(["poisson", "even"]),
            "cutoffs": {"final": {"day": 700}},
        }
        if self.chance(30):
            first = {"from_day": 0, "per_month": self.one_of([0, 2, 30])}
            trial["pace"] = [first, {"from_day": 45.5, "per_month": self.one_of(paces)}]
        else:
            trial["per_month"] = self.one_of(paces)
        if self.chance(20):
            trial["closes"] = BEGINS + datetime.timedelta(days=self.number(30, 300))
        for name, arms in list(self._arms.items())[:1]:
            trial |= {"randomization": name, "control": self.one_of(arms)}
        return trial

    def _cohort(self) -> Tree:
        by_age = [{"when": self._about("age"), "levels": self.shares(RISK)} for _ in range(self.number(0, 2))]
        by_risk = [{"when": self._about("risk"), "quantiles": self.quantiles(0, 9)} for _ in range(self.number(0, 2))]
        return {
            "frail": {"levels": self.shares(["no", "yes"]), "latent": True},
            "age": {"quantiles": self.quantiles(0, 30), "whole": self.chance(50)},
            "risk": {"levels": self.shares(RISK), "cases": by_age},
            "score": {"quantiles": self.quantiles(-2, 50), "cases": by_risk},
        }

    def _about(self, column: str) -> str:
        return self.condition({column: COHORT[column]})

    def _catalog(self) -> Tree:
        worse = self.share()
        grades = {"grade4plus_share": worse, "grade5_share": worse / 4}
        return {"onset": self.quantiles(0, 30), "lasts": self.tenths(0, 20), "delays": self.chance(30), **grades}

    def _resource(self) -> Tree:
        capacity = self.number(1, 5) if self._short else self.one_of([self._patients, 10**6])
        return {"capacity": capacity, "priority": [self._when() for _ in range(self.number(0, 2))]}

    def _step(self, name: str, kind: str) -> Tree:
        names = list(self._kinds)
        later = [*names[names.index(name) + 1 :], *ENDS]
        later += [f"{other}.2" for other in later if self._repeats.get(other, 1) > 1]
        kinds = {"queue": self._wait, "wait": self._wait, "branch": self._branch, "randomize": self._randomize}
        step = kinds.get(kind, self._phase)(name, later)
        if name in self._elapsed:
            since = self.one_of(names[: names.index(name)])
            since = f"{since}.1" if self._repeats.get(since, 1) > 1 else since
            step["elapsed"] = {"set": self._elapsed[name], "since": since}
            for way in step.get("exit", {}).values():
                way.update({"since": since} if "by" in way and self.chance(50) else {})
        if self.chance(15):
            step["stream"] = "shared"
        return {"kind": "wait" if kind == "queue" else kind, **step}

    def _wait(self, name: str, later: list[str]) -> Tree:
        step: Tree = {"ready": self.duration(40), "next": self._onward[name], "exit": self._exits(later)}
        return step | ({"resource": self._held[name]} if name in self._held else {})

    def _branch(self, name: str, later: list[str]) -> Tree:
        onward = [self._onward[name]]
        rules = [{"when": self._when(), **self._way(later)} for _ in range(self.number(0, 2))]
        rules.append({"next": onward[0]} if self.chance(50) else {"split": self._split(onward, later)})
        return {
            "rules": [rule | ({"event": self.one_of(["won", "lost"])} if self.chance(40) else {}) for rule in rules]
        }

    def _way(self, later: list[str]) -> Tree:
        return {"next": self.one_of(later)} if self.chance(50) else {"split": self._split([], later)}

    def _split(self, first: list[str], later: list[str]) -> Tree:
        return self.shares(list(dict.fromkeys([*first, self.one_of(later), self.one_of(later)])))

    def _randomize(self, name: str, later: list[str]) -> Tree:
        ratio = {arm: self.number(1, 2) for arm in self._arms[name]}
        return {
            "set": self._arm_column[name],
            "arms": {arm: self._onward[name] if arm == "a" or self.chance(40) else self.one_of(later) for arm in ratio},
            "ratio": ratio,
            "block": sum(ratio.values()) * self.number(1, 3),
            "strata": [self._stratum() for _ in range(self.number(0, 2))],
        }

    def _stratum(self) -> str:
        categories = [name for name, levels in self._columns.items() if levels is not None]
        return self.one_of(categories) if self.chance(50) else self._when()

    def _phase(self, name: str, later: list[str]) -> Tree:
        types = range(self.number(name in self._remembers, 3))
        step: Tree = {"toxicity": {f"t{i}": self._toxicity(i, name) for i in types}, "exit": self._exits(later)}
        if types or self.chance(30):
            step["exit"]["death"], step["fatal"] = self._exit(later), "death"
        if self._repeats[name] == 1 and name not in self._assessed and self.chance(20):
            step["exit"]["onward"] = {**self._exit(later), "next": self._onward[name]}
        else:
            step |= {"days": self.duration(60), "next": self._onward[name], "max_delay": self.tenths(0, 15)}
        if len(types) > 1 and self.chance(40):
            step["toxicity"] = self._nested(step["toxicity"])
        if name in self._held:
            step["holds"] = self._held[name]
        if self.chance(40):
            step["frailty"] = {"column": "frail", "odds_ratio": {"yes": self.one_of(RATIOS)}}
        if name in self._assessed:
            step["assess"] = [self._assessment(self._assessed[name])]
        if self._repeats[name] > 1:
            step |= {"repeat": self._repeats[name], "cycle": {"2": self._cycle(name, later)}}
        return step

    def _cycle(self, name: str, later: list[str]) -> Tree:
        death, extra = {"next": self.one_of(later)}, self._exit(later)
        more = {"fatal": "death", "exit": {"extra": extra, "death": death}, "toxicity": {"t9": self._toxicity(9, name)}}
        return {"days": self.duration(30), **(more if self.chance(50) else {})}

    def _exits(self, later: list[str]) -> Tree:
        return {name: self._exit(later) for name in ("relapse", "left") if self.chance(60)}

    def _exit(self, later: list[str]) -> Tree:
        way: Tree = {"next": self.one_of(later), "effects": self._effects("hazard_ratio")}
        match self.number(0, 4):
            case 0:
                return {"next": way["next"]}
            case 1:
                return way | {"hazard_per_day": self.one_of([0, 0.0003, 0.02, 2])}
            case 2:
                return way | {"median_days": self.tenths(1, 400)}
        days = sorted({self.tenths(1, 90) for _ in range(self.number(1, 3))})
        reached = sorted(self.number(0, 80) / 100 for _ in days)
        return way | {"by": dict(zip(map(str, days), reached, strict=True)), "then": self.one_of([0, 0.001, 0.1])}

    def _effects(self, ratio: str) -> list[Tree]:
        count = self.one_of([0, 0, 1, 2])
        return [{"when": self._when(), ratio: self.one_of(RATIOS)} for _ in range(count)]

    def _toxicity(self, number: int, name: str) -> Tree:
        worse = sorted((self.share() for _ in range(3)), reverse=True)
        table: Tree = {"grade3plus": worse[0], "effects": self._effects("risk_ratio")}
        match self.number(0, 2):
            case 1:
                table |= {"grade4plus": worse[1], "grade5": worse[2]}
            case 2:
                table |= {"grade4plus_share": worse[1], "grade5_share": worse[2]}
        if number != 0 or self.chance(50):
            onset = self.tenths(0, 30) if self.chance(50) else self.quantiles(0, 40)
            table |= {"onset": onset, "lasts": self.quantiles(0, 30), "delays": self.chance(50)}
        return table | ({"set": "seen"} if name in self._remembers else {})

    def _nested(self, tables: Tree) -> Tree:
        """These toxicities, some of them within the one before, in any order of the file."""
        around = tables["t0"]["grade3plus"]
        for i in range(1, len(tables)):
            table, share = tables[f"t{i}"], self.share()
            for grade in ("grade4plus", "grade5", "grade3plus"):
                table.pop(grade, None)
            table["within"] = f"t{i - 1}"
            table |= {"grade3plus_share": share} if self.chance(50) else {"grade3plus": around * share}
            around *= share
        return dict(reversed(tables.items())) if self.chance(50) else tables

    def _assessment(self, column: str) -> Tree:
        known = list(self._columns[column] or ())
        cases = [{"when": self._when(), "levels": self.shares(known[::-1])}]
        return {"set": column, "levels": self.shares(known), "cases": cases if self.chance(60) else []}


@st.composite
def scenarios(draw: DrawFn, places: Places = "abundant", *, randomized: bool = True) -> Text:
    """The text of a valid scenario, with a place for everybody or with few places, and perhaps with arms."""
    return _Author(draw, places, randomized=randomized).text()


@st.composite
def conditions(draw: DrawFn, columns: Mapping[str, Levels], deepest: int = 2) -> str:
    """A valid condition over these columns."""
    return Pen(draw).condition(columns, deepest)


seeds = st.integers(0, 2**64 - 1)
