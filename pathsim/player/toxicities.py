"""Toxicities as screens list them."""

from collections.abc import Sequence
from typing import Any

from pathsim.player.views.live import ToxicityRow
from pathsim.report.contrasts import toxicity_name
from pathsim.scenario.schema import ANY, THERAPY
from pathsim.trial.data_cut import DataCut
from pathsim.trial.tables import of_trial as rows_of_trial
from pathsim.trial.time_to_event import allocation
from pathsim.trial.toxicity import toxicity


def toxicity_rows(known: DataCut) -> tuple[ToxicityRow, ...]:
    """Toxicity over the compared therapies, those types first between which the arms lie farthest apart.

    Step by step where no therapies are named; in a study without arms the commonest first.
    """
    scenario = known.chunk.scenario
    rows = rows_of_trial(toxicity(known, allocation(known)), 0)
    whole = [row for row in rows if row["step"] == THERAPY]
    arms: tuple[str | None, ...] = scenario.arms or (None,)
    found: dict[tuple[str, str], dict[str | None, dict[str, Any]]] = {}
    for row in whole or rows:
        if row["arm"] in arms and row["type"] != ANY and row["step"] not in scenario.repeats:
            found.setdefault((row["type"], row["step"]), {})[row["arm"]] = row
    made = [_toxicity_row(toxicity_name(scenario, name, step), by_arm, arms) for (name, step), by_arm in found.items()]
    return tuple(sorted(made, key=_how_alike))


def _how_alike(row: ToxicityRow) -> tuple[float, float]:
    """How near the rates of the arms lie to each other, and how rare the type is: what to sort by."""
    rates = [rate for rate in row.rates if rate is not None]
    return (min(rates) - max(rates), -max(rates)) if rates else (0.0, 0.0)


def _toxicity_row(label: str, by_arm: dict[str | None, dict[str, Any]], arms: Sequence[str | None]) -> ToxicityRow:
    rows = [by_arm.get(arm) for arm in arms]
    grades = [
        (0, 0, 0) if row is None else (row["grade3plus"] - row["grade4"] - row["grade5"], row["grade4"], row["grade5"])
        for row in rows
    ]
    return ToxicityRow(label, tuple(grades), tuple(0 if row is None else row["patients"] for row in rows))
