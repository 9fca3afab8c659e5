"""ADSL, ADTTE and ADAE: subjects, times to event and adverse events, with the variable names of CDISC ADaM.

Reference day 1 is the day a patient enrolled. AESER is Y for a toxicity that killed, and as chance has it where the
scenario states how many are ``serious``; else it is empty, for a grade does not say it.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from pathsim.draws import stream, uniform
from pathsim.export.variables import LABELS, codes, label
from pathsim.names import readable
from pathsim.scenario.baseline import Covariate
from pathsim.steps.phase import WORST_ALIVE, PhaseSpec
from pathsim.steps.randomize import stratum_labels
from pathsim.steps.toxicity import profiles
from pathsim.trial.data_cut import DataCut
from pathsim.trial.time_to_event import Allocation, TimeToEvent, allocation, time_to_event

if TYPE_CHECKING:
    from pathsim.journal import Event
    from pathsim.scenario.scenario import Scenario

Record: TypeAlias = dict[str, Any]
_SEXES = {"female": "F", "male": "M"}
_FATAL, _OVER, _NOT_OVER = "FATAL", "RECOVERED/RESOLVED", "NOT RECOVERED/NOT RESOLVED"

ADSL_FIRST = (
    "STUDYID",
    "USUBJID",
    "SUBJID",
    "AGE",
    "AGEU",
    "SEX",
    "ARM",
    "TRT01P",
    "TRT01PN",
    "RFSTDT",
    "RANDDT",
    "STRATA",
)
VARIABLES_COLUMNS = ("DATASET", "VARIABLE", "LABEL", "NAME")
ADTTE_COLUMNS = (
    "STUDYID",
    "USUBJID",
    "TRT01P",
    "TRT01PN",
    "STRATA",
    "PARAMCD",
    "PARAM",
    "AVAL",
    "AVALU",
    "CNSR",
    "EVNTDESC",
    "STARTDT",
    "ADT",
)
ADAE_COLUMNS = (
    "STUDYID",
    "USUBJID",
    "TRTP",
    "AEDECOD",
    "AEBODSYS",
    "AETOXGR",
    "AESER",
    "AEOUT",
    "ASTDT",
    "AENDT",
    "ASTDY",
    "AENDY",
    "APHASE",
)


class Adam:
    """The ADaM tables of one trial, by what is known at a cut-off."""

    def __init__(self, known: DataCut) -> None:
        self._known = known
        self._scenario: Scenario = known.chunk.scenario
        self._groups: Allocation = allocation(known)
        self._arrived = known.enrolled
        self._keys = known.chunk.patient_keys
        randomization = self._scenario.randomization
        self._strata = stratum_labels(randomization[1], self._scenario.names) if randomization else [""]
        self._treated = self._numbers()
        self._paramcd = codes(self._scenario.sections.endpoints)
        self._variables = self._named_variables()
        self._shares_serious = {
            entry.name: {
                name: profile.serious_alive
                for name, profile in profiles(entry.spec.toxicity, self._scenario.sections.toxicities).found.items()
            }
            for entry in self._scenario.steps
            if isinstance(entry.spec, PhaseSpec)
        }

    def _numbers(self) -> list[int]:
        """TRT01PN of each arm: 0 for the control arm, 1 and so on for the others."""
        control = self._scenario.trial.control
        others = iter(range(1, len(self._groups.groups) + 1))
        return [0 if name == control else next(others) for name in self._groups.groups]

    def _subject(self, row: int) -> Record:
        return {"STUDYID": self._scenario.name, "USUBJID": f"{self._scenario.name}-{row:05d}"}

    def _arm(self, row: int) -> tuple[str, int | str]:
        group = int(self._groups.group[row])
        if group < 0 or not self._scenario.arms:
            return "", ""
        return self._groups.groups[group], self._treated[group]

    def _stratum(self, row: int) -> str:
        stratum = int(self._groups.stratum[row])
        return self._strata[stratum] if self._scenario.arms and stratum >= 0 else ""

    def _date(self, day: float) -> str:
        return self._scenario.date(day).isoformat() if np.isfinite(day) else ""

    @property
    def adsl_columns(self) -> tuple[str, ...]:
        """The variables of ADSL: the standard ones, then every covariate of the cohort that is observed."""
        return tuple(dict.fromkeys((*ADSL_FIRST, *self._variables.values())))

    def _covariates(self) -> dict[str, Covariate]:
        cohort = self._scenario.sections.cohort
        return {name: covariate for name, covariate in cohort.items() if not covariate.latent}

    def _named_variables(self) -> dict[str, str]:
        """The variable of each covariate: those that are called age and sex, and can be, are the standard ones."""
        covariates = self._covariates()
        standard = {
            name: name.upper()
            for name, is_category in (("age", False), ("sex", True))
            if name in covariates and (covariates[name].levels is not None) == is_category
        }
        return {**standard, **codes((name for name in covariates if name not in standard), LABELS)}

    def variables(self) -> Iterator[Record]:
        """One record for each variable of the tables: its label, and what it is called in the scenario."""
        named = {variable: name for name, variable in self._variables.items()}
        covariates = self._covariates()
        tables = {"ADSL": self.adsl_columns, "ADTTE": ADTTE_COLUMNS, "ADAE": ADAE_COLUMNS}
        for table, columns in tables.items():
            for variable in columns:
                name = named.get(variable, "") if table == "ADSL" else ""
                told = LABELS.get(variable) or label(covariates[name].label or readable(name))
                yield {"DATASET": table, "VARIABLE": variable, "LABEL": told, "NAME": name}

    def adsl(self) -> Iterator[Record]:
        """One record for each patient who enrolled."""
        chunk = self._known.chunk
        columns = self._scenario.cohort.draw(chunk.patient_keys)
        for row in np.flatnonzero(np.isfinite(self._arrived)).tolist():
            arm, number = self._arm(row)
            record = {
                **self._subject(row),
                "SUBJID": f"{row:05d}",
                "ARM": arm,
                "TRT01P": arm,
                "TRT01PN": number,
                "RFSTDT": self._date(self._arrived[row]),
                "RANDDT": self._date(self._groups.day[row]) if arm else "",
                "STRATA": self._stratum(row),
            }
            for name, variable in self._variables.items():
                value = self._value(name, columns[name][row])
                record[variable] = _SEXES.get(value, value) if variable == "SEX" else value
            if "AGE" in record:
                record["AGEU"] = (self._covariates()["age"].unit or "").upper()
            yield record

    def _value(self, name: str, value: Any) -> Any:
        levels = self._scenario.names[name]
        if levels is not None:
            return levels[int(value)]
        return int(value) if float(value).is_integer() else float(value)

    def adtte(self) -> Iterator[Record]:
        """One record for each patient and endpoint. AVAL is in days, exact to a tick; CNSR is 0 for an event."""
        for name, endpoint in self._scenario.sections.endpoints.items():
            data: TimeToEvent = time_to_event(self._known, endpoint).of_patients()
            columns = (data.row.tolist(), data.day.tolist(), data.time.tolist(), data.cause.tolist())
            for row, day, time, cause in zip(*columns, strict=True):
                arm, number = self._arm(row)
                yield {
                    **self._subject(row),
                    "TRT01P": arm,
                    "TRT01PN": number,
                    "STRATA": self._stratum(row),
                    "PARAMCD": self._paramcd[name],
                    "PARAM": endpoint.label,
                    "AVAL": time,
                    "AVALU": "DAYS",
                    "CNSR": 0 if cause else 1,
                    "EVNTDESC": readable(endpoint.events[cause - 1]) if cause else "Censored",
                    "STARTDT": self._date(day - time),
                    "ADT": self._date(day),
                }

    def adae(self) -> Iterator[Record]:
        """One record for each toxicity of grade 3 or higher."""
        scenario, journal = self._scenario, self._known.journal.in_order()
        codes = {(event.step, event.name): event.code for event in scenario.vocabulary.of("toxicity")}
        resolved: dict[tuple[int, int], float] = {}
        fatal: dict[tuple[int, int], float] = {}
        adverse: dict[tuple[int, int], tuple[float, Event, int]] = {}
        for row, day, code, value in zip(*(column.tolist() for column in journal), strict=True):
            event = scenario.vocabulary[code]
            if event.kind == "resolved":
                resolved[row, codes[event.step, event.name]] = day
            elif event.kind == "exit" and value:
                fatal[row, int(value)] = day
            elif event.kind == "toxicity":
                # A fatal one is written twice: when it begins, and as grade 5 when the patient dies of it.
                began, _, _ = adverse.get((row, code), (day, event, 0))
                adverse[row, code] = began, event, int(value)
        for here, (day, event, grade) in adverse.items():
            row = here[0]
            end = fatal.get(here, resolved.get(here))
            yield {
                **self._subject(row),
                "TRTP": self._arm(row)[0] if day >= self._groups.day[row] else "",
                "AEDECOD": scenario.toxicity_label(event.name),
                "AEBODSYS": "",
                "AETOXGR": grade,
                "AESER": self._serious(row, event, grade),
                "AEOUT": _FATAL if here in fatal else _OVER if here in resolved else _NOT_OVER,
                "ASTDT": self._date(day),
                "AENDT": "" if end is None else self._date(end),
                "ASTDY": self._study_day(row, day),
                "AENDY": "" if end is None else self._study_day(row, end),
                "APHASE": scenario.entry(event.step).label,
            }

    def _serious(self, row: int, event: "Event", grade: int) -> str:
        """Whether a toxicity is serious: Y, N, or nothing where nobody says. It is drawn here, for here alone."""
        if grade > WORST_ALIVE:
            return "Y"
        entry = self._scenario.entry(event.step)
        share = self._shares_serious[entry.name][event.name]
        if share is None:
            return ""
        draw = uniform(self._keys[row : row + 1], stream(f"{entry.spec.stream or entry.name}/{event.name}/serious"))
        return "Y" if draw[0] < share else "N"

    def _study_day(self, row: int, day: float) -> int:
        return (self._scenario.date(day) - self._scenario.date(self._arrived[row])).days + 1
