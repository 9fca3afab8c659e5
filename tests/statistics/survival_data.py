"""Data for the tests of pathsim.statistics: designed chunks of awkward trials, a classic trial, and strategies."""

from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st
from numpy.typing import ArrayLike, NDArray

from pathsim.statistics.risk_table import RiskTable, risk_table

CONTROL, TREATED = 0, 1


class Patients(NamedTuple):
    """Columns of the patients of some trials with two arms."""

    trial: NDArray[np.intp]
    arm: NDArray[np.intp]
    time: NDArray[np.float64]
    event: NDArray[np.bool_]
    stratum: NDArray[np.intp]

    def pick(self, which: ArrayLike) -> "Patients":
        return Patients(*(column[which] for column in self))

    def of(self, trial: int, arm: int | None = None) -> "Patients":
        """The patients of one trial, now number 0, or of one of its arms."""
        mine = self.trial == trial
        if arm is not None:
            mine &= self.arm == arm
        return self.pick(mine)._replace(trial=np.zeros(mine.sum(), np.intp))

    def is_known(self, day: float) -> bool:
        """Whether survival of these patients, one arm of one trial, can be estimated on a day."""
        if not self.time.size:
            return False
        longest = self.time.max()
        return day <= longest or bool(self.event[self.time == longest].all())

    def table(self, trials: int = 1, *, strata: bool = False, arms: int = 2) -> RiskTable:
        stratum = self.stratum if strata else None
        return risk_table(self.trial, self.arm, self.time, self.event, stratum=stratum, trials=trials, arms=arms)


def patients(
    time: ArrayLike, event: ArrayLike, arm: ArrayLike = 0, trial: ArrayLike = 0, stratum: ArrayLike = 0
) -> Patients:
    """Patients from lists; what is one number is the same for all of them."""
    time = np.asarray(time, np.float64)
    in_trial, in_arm, in_stratum = (
        np.broadcast_to(np.asarray(column, np.intp), time.shape) for column in (trial, arm, stratum)
    )
    return Patients(in_trial, in_arm, time, np.asarray(event, np.bool_), in_stratum)


# --- the 6-MP trial -------------------------------------------------------------------------------------------------

_PLACEBO_WEEKS = [1, 1, 2, 2, 3, 4, 4, 5, 5, 8, 8, 8, 8, 11, 11, 12, 12, 15, 17, 22, 23]
_TREATED_WEEKS = [6, 6, 6, 6, 7, 9, 10, 10, 11, 13, 16, 17, 19, 20, 22, 23, 25, 32, 32, 34, 35]
_TREATED_RELAPSED = [1, 1, 1, 0, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0]

LEUKAEMIA = patients(
    time=_PLACEBO_WEEKS + _TREATED_WEEKS,
    event=[1] * 21 + _TREATED_RELAPSED,
    arm=[CONTROL] * 21 + [TREATED] * 21,
)
"""Weeks of remission on placebo and on 6-mercaptopurine (Freireich 1963, doi:10.1182/blood.V21.6.699.699)."""


# --- awkward trials -------------------------------------------------------------------------------------------------

TRIALS = 440


def _times(random: np.random.Generator, kind: int, size: int) -> NDArray[np.float64]:
    match kind:
        case 0:
            return random.exponential(400, size)
        case 1:
            return random.integers(0, 4, size).astype(np.float64)
        case 2:
            return np.ceil(random.exponential(6, size))
        case _:
            return np.round(random.weibull(0.7, size) * 300) / 4


def awkward(seed: int = 1) -> Patients:
    """Many small trials: few and heavy ties, events of all, few or none, empty and tiny arms, strata, no patients."""
    random = np.random.default_rng(seed)
    trials: list[Patients] = []
    for number in range(TRIALS):
        size = int(random.choice([0, 1, 2, 5, 12, 30, 60], p=[0.02, 0.03, 0.05, 0.15, 0.25, 0.25, 0.25]))
        treated = random.choice([0, 0.1, 0.5, 0.5, 0.5, 0.5, 1])
        arm = (random.random(size) < treated).astype(np.intp)
        event = random.random(size) < random.choice([0, 0.1, 0.5, 0.5, 0.8, 1])
        time = _times(random, number % 4, size)
        stratum = random.integers(0, random.integers(1, 5), size)
        trials.append(Patients(np.full(size, number, np.intp), arm, time, event, stratum))
    together = Patients(*(np.concatenate(columns) for columns in zip(*trials, strict=True)))
    return together.pick(random.permutation(together.time.size))


# --- strategies -----------------------------------------------------------------------------------------------------

_one_patient = st.tuples(
    st.integers(0, 2),
    st.integers(0, 1),
    st.one_of(st.integers(0, 5), st.integers(0, 5), st.floats(0, 10, width=16)),
    st.booleans(),
    st.integers(0, 2),
)


@st.composite
def small_chunks(draw: st.DrawFn) -> Patients:
    """Patients of three trials with two arms and up to three strata."""
    rows = draw(st.lists(_one_patient, max_size=40))
    trial, arm, time, event, stratum = zip(*rows, strict=True) if rows else ((),) * 5
    return patients(time, event, arm, trial, stratum)
