"""What an ensemble keeps of each look of a trial's committee, by its number."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from pathsim.results.views import Columns
from pathsim.statistics.figures import Count, DaysFigure, Ratio, Share, Trials
from pathsim.trial.monitoring import Look


class LookColumns(NamedTuple):
    """A look of each trial: when it was held, what it showed, and whether it ended the trial; NaN where none was."""

    day: DaysFigure
    events: Count
    z: Trials
    hazard_ratio: Ratio
    benefit: Share
    futility: Share
    order: Share


def look_columns(held: list[list[Look]]) -> Columns:
    """The columns of each number of a look."""
    found: Columns = {}
    for number in range(max(map(len, held), default=0)):
        of_look = _columns_of([looked[number] if number < len(looked) else None for looked in held])
        found |= {f"looks.{number + 1}.{name}": column for name, column in of_look._asdict().items()}
    return found


def _columns_of(looks: Sequence[Look | None]) -> LookColumns:
    nowhere = (math.nan,) * len(LookColumns._fields)
    told = [nowhere if look is None else _told(look) for look in looks]
    return LookColumns(*np.array(told, np.float64).T.copy())


def _told(look: Look) -> tuple[float | None, ...]:
    ended = (look.decision == f"stop {why}" for why in ("for benefit", "for futility", "by order"))
    return look.day, look.events, look.z, look.hazard_ratio, *map(float, ended)
