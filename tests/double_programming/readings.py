"""What many trials of AALL1331 add up to, read in the same way from either model's journal."""

import datetime
import itertools
import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TypeAlias

import numpy as np
from batches import COVARIATES, Batch, Floats, Label, Numbers, levels_of
from numpy.typing import NDArray

from pathsim.scenario.scenario import Scenario

DAYS = (180, 365, 730, 1095)
BEFORE = {"blina_1": "block_1", "block_2": "block_1", "blina_2": "blina_1", "block_3": "block_2"}
"""The step in which MRD was last measured before a cycle."""
SALVAGE = ("salvage_blinatumomab", "salvage_inotuzumab", "salvage_cart")
"""The steps that assess what salvage has achieved, in the order in which one patient can come to them."""
NESTED = {"febrile_neutropenia": "neutropenia", "sepsis": "infection"}
"""Toxicities that come within another one, where a step has both."""
CART_ON_THE_MARKET = (datetime.date(2017, 8, 30) - datetime.date(2014, 12, 17)).days
SOON_AFTER_GRAFT = 180
LATE = ("marrow_after_36_months", "extramedullary_later")
BLOCK = 4
WHETHER = ("no", "yes")

Truth: TypeAlias = NDArray[np.bool_]


# --- what is compared -----------------------------------------------------------------------------------------------


class Tally:
    """What the trials of one model add up to. The first word of a label is the family it belongs to."""

    def __init__(self) -> None:
        self.tables: dict[Label, Numbers] = {}
        """How many independent patients, one row a group and one column what they have in the end."""
        self.names: dict[Label, tuple[Sequence[str], Sequence[str]]] = {}
        """What the rows and the columns of a table are called."""
        self.samples: dict[Label, list[Floats]] = defaultdict(list)
        """Values of independent patients."""
        self.by_trial: dict[Label, list[Floats]] = defaultdict(list)
        """One number for each trial."""

    def count(self, label: Label, group: Numbers, found: Numbers, groups: Sequence[str], names: Sequence[str]) -> None:
        """Count these patients into a table."""
        counts = np.bincount(group * len(names) + found, minlength=len(groups) * len(names))
        self.names[label] = groups, names
        self.tables[label] = self.tables.get(label, 0) + counts.reshape(len(groups), len(names))

    def yes_or_no(self, label: Label, which: Truth) -> None:
        """Count those for whom this holds."""
        self.count(label, np.zeros(which.size, np.intp), which.astype(np.intp), ["all"], WHETHER)

    def sample(self, label: Label, values: Floats) -> None:
        """Keep these values."""
        self.samples[label].append(values)


class Reading:
    """One batch of trials, read for all that is compared."""

    def __init__(self, scenario: Scenario, batch: Batch) -> None:
        self.scenario, self.batch, self.tally = scenario, batch, Tally()
        self.journal = batch.journal.in_order()
        self.rows = batch.trials * scenario.patients
        self.events = scenario.vocabulary.events
        self.codes: dict[Label, int] = {(event.step, event.kind, event.name): event.code for event in self.events}
        self.steps = [entry.name for entry in scenario.steps]
        self.number = {name: number for number, name in enumerate(self.steps)}
        self.kind = np.array(["", *(event.kind for event in self.events)])[self.journal.event]
        self.step = np.array([-1, *(self.number[event.step] for event in self.events)])[self.journal.event]
        self.entered = self._by_step("enter", self.journal.day)
        self.arm = self._noted("consolidation", "arm", "arm")
        self.low_risk_arm = self._noted("low_risk", "arm", "low_risk_arm")
        self.gvhd = self._noted("transplant", "toxicity", "acute_gvhd") >= 0
        self.response = self._noted("block_1", "assess", "response")
        self.mrd = {step: self._noted(step, "assess", "mrd") for step in ("block_1", *BEFORE)}
        self.salvaged = {step: self._noted(step, "assess", "salvage_response") for step in SALVAGE}

    def read_into(self, tally: Tally) -> None:
        """Add all that is compared to this tally."""
        self.tally = tally
        self._cohort()
        self._entries()
        self._ways_out()
        self._assessments()
        self._toxicities()
        self._nested()
        relapse = self.batch.covariates["relapse"].astype(np.intp)
        high = self.mrd["block_1"] == levels_of(self.scenario, "mrd").index("high")
        self._allocation("consolidation", "arm", relapse * 2 + high)
        self._allocation("low_risk", "low_risk_arm", relapse)
        self._survival()

    def _by_step(self, kind: str, values: Floats) -> Floats:
        """What stands in the journal under this kind of event, one row a patient and one column a step."""
        matrix = np.full((self.rows, len(self.steps)), math.nan)
        here = self.kind == kind
        matrix[self.journal.row[here], self.step[here]] = values[here]
        return matrix

    def _noted(self, step: str, kind: str, name: str) -> Numbers:
        """The value that stands under this event for each patient; -1 if none does."""
        column = np.full(self.rows, -1)
        here = self.journal.event == self.codes[step, kind, name]
        column[self.journal.row[here]] = self.journal.value[here]
        return column

    def _groups(self, row: Numbers, step: Numbers) -> dict[str, tuple[Numbers, Sequence[str]]]:
        """Patients who enter steps, by all on which what happens there can depend."""
        levels = {
            name: levels_of(self.scenario, name)
            for name in (*COVARIATES, "mrd", "arm", "low_risk_arm", "response", "salvage_response")
        }
        last = self.mrd["block_1"]
        for name in BEFORE:
            last = np.where(self.mrd[name] >= 0, self.mrd[name], last)
        mrd = last[row]
        for name, before in BEFORE.items():
            mrd = np.where(step == self.number[name], self.mrd[before][row], mrd)
        covariates = {name: self.batch.covariates[name][row].astype(np.intp) for name in (*COVARIATES, "age")}
        day = self.entered[row, step]
        grafted, salvaged = (self.entered[row, self.number[name]] for name in ("transplant", "salvage"))
        soon = np.where(salvaged - grafted < SOON_AFTER_GRAFT, 2, 3)
        graft = np.where(grafted <= day, np.where(salvaged <= day, soon, 1), 0)
        on_market = day >= CART_ON_THE_MARKET
        arms = ["not randomized", *levels["arm"]]
        eras = [f"{arm}, {era} CAR-T was on the market" for era in ("before", "when") for arm in arms]
        salvage = np.full_like(row, -1)
        for name, found in self.salvaged.items():
            # Only what was found before this step: CAR-T cells can follow another therapy that failed.
            known = (found[row] >= 0) & (self.entered[row, self.number[name]] < day)
            salvage = np.where(known, found[row], salvage)
        salvages = ["not known", *levels["salvage_response"]]
        found_in = [f"{found}, {era} CAR-T was on the market" for era in ("before", "when") for found in salvages]
        late = np.isin(covariates["relapse"], [levels["relapse"].index(name) for name in LATE])
        low_risk = late & (last[row] != levels["mrd"].index("high"))
        return {
            "all": (np.zeros_like(row), ["all"]),
            "relapse": (covariates["relapse"], levels["relapse"]),
            "cytogenetics": (covariates["cytogenetics"], levels["cytogenetics"]),
            "frailty": (covariates["frailty"], levels["frailty"]),
            "age": ((covariates["age"] >= 13).astype(np.intp), ["child", "adolescent"]),
            "mrd": (mrd + 1, ["not known", *levels["mrd"]]),
            "arm": (self.arm[row] + 1, arms),
            "low-risk arm": (self.low_risk_arm[row] + 1, ["not randomized", *levels["low_risk_arm"]]),
            "era": (on_market * len(arms) + self.arm[row] + 1, eras),
            "salvage": (on_market * len(salvages) + salvage + 1, found_in),
            "graft": (graft, ["none", "no relapse after it", "relapse soon after it", "relapse later"]),
            "low risk": (low_risk.astype(np.intp), WHETHER),
            "response": (self.response[row] + 1, ["not known", *levels["response"]]),
            "acute GVHD": (self.gvhd[row].astype(np.intp), WHETHER),
        }

    def _cohort(self) -> None:
        arrived = self.entered[:, 0].reshape(self.batch.trials, -1)
        for number in (0, 1, self.scenario.patients // 2, self.scenario.patients - 1):
            self.tally.sample(("arrival", f"patient {number}"), arrived[:, number])
        # Every other gap: neighbors share an arrival.
        self.tally.sample(("arrival", "gap"), np.diff(arrived, axis=1)[:, ::2].ravel())
        age = self.batch.covariates["age"]
        self.tally.sample(("age",), age)
        levels = [levels_of(self.scenario, name) for name in COVARIATES]
        for number, name in enumerate(levels_of(self.scenario, "relapse")):
            self.tally.sample(("age", name), age[self.batch.covariates["relapse"] == number])
        covariates = tuple(self.batch.covariates[name].astype(np.intp) for name in COVARIATES)
        combined = np.ravel_multi_index(covariates, [len(names) for names in levels])
        names = [", ".join(parts) for parts in itertools.product(*levels)]
        young, ages = (age < 3).astype(np.intp), ("3 years or older", "younger")
        self.tally.count(("cohort",), young, combined, ages, names)
        group = covariates[COVARIATES.index("relapse")] * len(ages) + young
        groups = [f"{relapse}, {age}" for relapse in levels_of(self.scenario, "relapse") for age in ages]
        for name, found, values in zip(COVARIATES, levels, covariates, strict=True):
            self.tally.count(("cohort", name), group, values, groups, found)

    def _entries(self) -> None:
        """How often each event is written in a trial."""
        number = self.journal.row // self.scenario.patients * (len(self.events) + 1) + self.journal.event
        counts = np.bincount(number, minlength=self.batch.trials * (len(self.events) + 1))
        for event in self.events:
            label = ("flow", event.step) if event.kind == "enter" else ("entries", *event[1:])
            self.tally.by_trial[label].append(counts.reshape(self.batch.trials, -1)[:, event.code].astype(np.float64))

    def _ways_out(self) -> None:
        """Where patients go from each step, by which exit, of what, and after how long."""
        entering = np.flatnonzero(self.kind == "enter")
        row, step, day = self.journal.row[entering], self.step[entering], self.journal.day[entering]
        leaves = np.append(row[1:] == row[:-1], False)
        following = np.where(leaves, np.roll(step, -1), -1)
        exits = np.nan_to_num(self._by_step("exit", self.journal.event.astype(np.float64))).astype(np.intp)[row, step]
        causes = np.nan_to_num(self._by_step("exit", self.journal.value)).astype(np.intp)[row, step]
        way = np.where(exits > 0, len(self.steps) + exits, following + 1)
        names = ["stays", *(f"to {name}" for name in self.steps), *(f"by {event.name}" for event in self.events)]
        of = ["no toxicity", *(event.name for event in self.events)]
        groups = self._groups(row, step)
        for number, name in enumerate(self.steps):
            here = step == number
            for split, (group, levels) in groups.items():
                self.tally.count(("way out", name, split), group[here], way[here], levels, names)
            self.tally.count(("cause", name), np.zeros_like(row[here]), causes[here], ["all"], of)
            # In hundredths, so that what is always as long stays so in spite of rounding.
            days = np.round(np.roll(day, -1) - day, 2)
            self.tally.sample(("stay", name), days[here & leaves])
            self.tally.sample(("stay", name, "no exit"), days[here & leaves & (exits == 0)])
            for event in self.events:
                if (event.kind, event.step) == ("exit", name):
                    self.tally.sample(("stay", name, event.name), days[here & leaves & (exits == event.code)])
        grafted, salvaged = (self.entered[:, self.number[name]] for name in ("transplant", "salvage"))
        self.tally.sample(("stay", "from transplant to salvage"), (salvaged - grafted)[salvaged >= grafted])

    def _assessments(self) -> None:
        for event in self.scenario.vocabulary.of("assess"):
            found = self._noted(event.step, "assess", event.name)
            row = np.flatnonzero(found >= 0)
            groups = self._groups(row, np.full(row.size, self.number[event.step]))
            names = levels_of(self.scenario, event.name)
            for split in ("all", "relapse", *(["mrd"] if event.step in BEFORE else [])):
                group, levels = groups[split]
                self.tally.count(("assessment", event.step, event.name, split), group, found[row], levels, names)
            if (event.step, event.name) == ("block_1", "mrd"):
                (relapse, sites), (response, responses) = groups["relapse"], groups["response"]
                both = relapse * len(responses) + response
                levels = [f"{site}, {response}" for site in sites for response in responses]
                self.tally.count(("assessment", event.step, event.name, "response"), both, found[row], levels, names)

    def _toxicities(self) -> None:
        """Worst grades by frailty, onset and length; and how many toxicities come together."""
        frail = self.batch.covariates["frailty"].astype(np.intp)
        levels = levels_of(self.scenario, "frailty")
        together: dict[str, Floats] = {}
        for event in self.scenario.vocabulary.of("toxicity"):
            label = (event.step, event.name)
            entered = self.entered[:, self.number[event.step]]
            treated = ~np.isnan(entered)
            grade = np.maximum(self._noted(event.step, "toxicity", event.name), 0)
            begins, ends = self._begins(*label), np.full(self.rows, math.nan)
            over = np.flatnonzero(self.journal.event == self.codes[event.step, "resolved", event.name])
            ends[self.journal.row[over]] = self.journal.day[over]
            for least in (3, 4, 5):
                name = f"grade {least} or higher"
                worse = (grade >= least)[treated]
                self.tally.yes_or_no(("toxicity", *label, name), worse)
                self.tally.count(
                    ("toxicity", *label, name, "by frailty"),
                    frail[treated],
                    worse.astype(np.intp),
                    levels,
                    WHETHER,
                )
            affected = treated & (grade > 0)
            if event.step == "after_transplant":
                after_gvhd = self.gvhd[treated].astype(np.intp)
                self.tally.count(
                    ("toxicity", *label, "by acute GVHD"),
                    after_gvhd,
                    affected[treated].astype(np.intp),
                    WHETHER,
                    WHETHER,
                )
            self.tally.sample(("onset", *label), (begins - entered)[affected])
            self.tally.sample(("length", *label), (ends - begins)[affected & ~np.isnan(ends)])
            self.tally.yes_or_no(("resolved", *label), ~np.isnan(ends[affected]))
            together[event.step] = together.get(event.step, np.where(treated, 0.0, math.nan)) + affected
        for step, number in together.items():
            self.tally.sample(("together", step), number[~np.isnan(number)])

    def _nested(self) -> None:
        """How many of those with a toxicity have the one within it, by frailty, and when it begins."""
        frail, levels = self.batch.covariates["frailty"].astype(np.intp), levels_of(self.scenario, "frailty")
        for step in self.steps:
            for inner, outer in NESTED.items():
                if not {(step, "toxicity", name) for name in (inner, outer)} <= self.codes.keys():
                    continue
                begins, around = (self._begins(step, name) for name in (inner, outer))
                treated, has = ~np.isnan(self.entered[:, self.number[step]]), around < math.inf
                for which, here in ("with", treated & has), ("without", treated & ~has):
                    affected = (begins[here] < math.inf).astype(np.intp)
                    self.tally.count(
                        ("nested", step, inner, f"{which} {outer}"), frail[here], affected, levels, WHETHER
                    )
                both = has & (begins < math.inf)
                self.tally.sample(("nested", step, inner, f"after {outer}"), np.round(begins[both] - around[both], 2))

    def _begins(self, step: str, name: str) -> Floats:
        """The day on which each patient's toxicity begins; infinite if none does."""
        begins = np.full(self.rows, math.inf)
        here = self.journal.event == self.codes[step, "toxicity", name]
        np.minimum.at(begins, self.journal.row[here], self.journal.day[here])
        return begins

    def _allocation(self, step: str, column: str, stratum: Numbers) -> None:
        """How many there are in each stratum and arm, and how far apart the arms ever are."""
        arm, day = self._noted(step, "arm", column), self.entered[:, self.number[step]]
        row = np.flatnonzero(arm >= 0)
        trial = row // self.scenario.patients
        order = np.lexsort((day[row], stratum[row], trial))
        row, trial = row[order], trial[order]
        arm, stratum = arm[row], stratum[row]
        for number in range(int(stratum.max()) + 1):
            for each, name in enumerate(levels_of(self.scenario, column)):
                mine = np.bincount(trial[(stratum == number) & (arm == each)], minlength=self.batch.trials)
                self.tally.by_trial["allocated", step, str(number), name].append(mine.astype(np.float64))
        begins = np.flatnonzero(np.diff(trial * 100 + stratum, prepend=-1))
        sizes = np.diff(np.append(begins, row.size))
        ahead = np.cumsum(1 - 2 * arm)
        ahead -= np.repeat(np.append(0, ahead)[begins], sizes)
        place = (np.arange(row.size) - np.repeat(begins, sizes)) % BLOCK
        for number in range(BLOCK):
            here = place == number
            self.tally.sample(("imbalance", step, f"place {number + 1} of a block"), np.abs(ahead[here]).astype(float))

    def _survival(self) -> None:
        randomized, conditioned = (self.entered[:, self.number[name]] for name in ("consolidation", "conditioning"))
        kinds = ["none", *self.scenario.sections.endpoints["dfs"].events]
        for number, arm in enumerate(levels_of(self.scenario, "arm")):
            mine = self.arm == number
            nobody = np.zeros(int(mine.sum()), np.intp)
            for endpoint, times in self.batch.times.items():
                for day in DAYS:
                    self.tally.yes_or_no(("survival", endpoint, arm, f"event by day {day}"), times[mine] <= day)
                self.tally.sample(("event time", endpoint, arm), times[mine & (times < math.inf)])
            self.tally.count(("first event", arm), nobody, self.batch.first_event[mine], ["all"], kinds)
            waited = (conditioned - randomized)[mine]
            self.tally.sample(("to transplant", arm), waited[~np.isnan(waited)])


def tally_of(scenario: Scenario, batches: Iterator[Batch]) -> Tally:
    """What all of these trials add up to."""
    tally = Tally()
    for batch in batches:
        Reading(scenario, batch).read_into(tally)
    return tally
