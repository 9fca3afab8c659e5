"""Patients who come late to a group, or go from one to another: at risk in each only while they are in it."""

from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from pathsim.statistics.cox import cox
from pathsim.statistics.kaplan_meier import kaplan_meier, median, numbers_at_risk
from pathsim.statistics.logrank import logrank
from pathsim.statistics.risk_table import RiskTable, risk_table
from pathsim.statistics.two_arms import arm_counts

ALWAYS, NEVER = -np.inf, None
EXPOSED = [NEVER, 3, NEVER, 12, 5, NEVER, 20, NEVER, 8, NEVER, 15, NEVER, 2, NEVER, 30, 11, NEVER, 25, NEVER, 6]
"""The day on which each of twenty patients is exposed."""
TIME = np.array([4, 9, 7, 31, 22, 13, 28, 18, 41, 10, 35, 26, 17, 37, 44, 19, 23, 50, 33, 14])
EVENT = [1, 1, 1, 0, 1, 1, 1, 0, 1, 1, 0, 1, 1, 1, 0, 1, 1, 1, 0, 1]
TIED = np.ceil(TIME / 4) * 4


class Pieces(NamedTuple):
    """The time of patients in pieces, as columns: before they are exposed, and after."""

    arm: NDArray[np.intp]
    entry: NDArray[np.float64]
    time: NDArray[np.float64]
    event: NDArray[np.bool_]
    stratum: NDArray[np.intp]

    def table(self, *, strata: bool = False) -> RiskTable:
        stratum = self.stratum if strata else None
        trial = np.zeros(self.arm.size, np.intp)
        return risk_table(trial, self.arm, self.time, self.event, stratum=stratum, entry=self.entry, trials=1, arms=2)


def pieces(time: NDArray[np.float64]) -> Pieces:
    rows = []
    for patient, (exposed, end, event) in enumerate(zip(EXPOSED, time.tolist(), EVENT, strict=True)):
        if exposed is NEVER:
            rows.append((0, ALWAYS, end, event, patient % 2))
        else:
            rows += [(0, ALWAYS, exposed, 0, patient % 2), (1, exposed, end, event, patient % 2)]
    arm, entry, end, event, stratum = map(np.array, zip(*rows, strict=True))
    return Pieces(arm, entry.astype(np.float64), end.astype(np.float64), event.astype(np.bool_), stratum)


# In R's survival 3.5-3, with a row of d for each piece (start, stop], x 1 after the exposure, and s the stratum:
# f <- coxph(Surv(start, stop, event) ~ x, d); c(coef(f), sqrt(vcov(f)), sqrt(f$score) * sign(coef(f)))
# and the same of x + strata(s). The score test is Mantel and Byar's where no events are tied.
OF_R = {
    ("untied", False): (0.2751324323, 0.5936994039, 0.4644783960),
    ("untied", True): (0.3571752002, 0.5969569412, 0.6006488433),
    ("tied", False): (0.2002643479, 0.5873672842, None),
    ("tied", True): (0.2706501390, 0.5860631916, None),
}


@pytest.mark.parametrize(("times", "strata"), OF_R)
def test_a_time_dependent_exposure_is_compared_as_in_r(times: str, *, strata: bool) -> None:
    counts = arm_counts(pieces(TIME if times == "untied" else TIED).table(strata=strata), treated=1, control=0)
    coefficient, error, score = OF_R[times, strata]
    fit = cox(counts)
    assert fit.log_hazard_ratio[0] == pytest.approx(coefficient, abs=1e-8)
    assert fit.standard_error[0] == pytest.approx(error, abs=1e-8)
    if score is not None:
        assert logrank(counts).z[0] == pytest.approx(score, abs=1e-8)


def test_the_curves_are_simon_and_makuch_s() -> None:
    """R: summary(survfit(Surv(start, stop, event) ~ x, d, conf.type = "log-log"), times = c(10, 20))."""
    table = pieces(TIME).table()
    unexposed, exposed = (kaplan_meier(table, arm, [10, 20]) for arm in (0, 1))
    assert unexposed.survival[0] == pytest.approx([0.8136752137, 0.7323076923])
    assert unexposed.standard_error[0] == pytest.approx([0.09777700128, 0.11705760626])
    assert exposed.survival[0] == pytest.approx([0.8, 0.4444444444])
    assert exposed.lower[0] == pytest.approx([0.20380926327, 0.11358176089])
    assert exposed.upper[0] == pytest.approx([0.9691789887, 0.7391043775])


def test_so_are_their_medians() -> None:
    """R: quantile(survfit(Surv(start, stop, event) ~ x, d, conf.type = "log-log"), 0.5)."""
    table = pieces(TIME).table()
    assert [float(figure[0]) for figure in median(table, 1)] == [19, 9, 41]
    estimate, lower, upper = (float(figure[0]) for figure in median(table, 0))
    assert (estimate, lower) == (26, 13)
    assert np.isnan(upper)


def test_at_risk_on_a_day_is_who_has_come_by_then_and_is_still_there() -> None:
    """On day 10 those of the exposed who were so by day 8 and are followed on: 5 (until 22), 8 (41), 2 (17), 6 (14)."""
    split = pieces(TIME)
    trial = np.zeros(split.arm.size, np.intp)
    late = split.entry > ALWAYS
    followed = numbers_at_risk(trial, split.arm, split.time, [10, 20, 40], 1, 2)[0]
    to_come = numbers_at_risk(trial[late], split.arm[late], split.entry[late], [10, 20, 40], 1, 2)[0]
    assert (followed - to_come).tolist() == [[13, 7, 0], [4, 4, 3]]


COLUMNS = st.lists(
    st.tuples(
        st.integers(0, 1), st.integers(0, 2), st.integers(0, 2), st.integers(0, 5), st.integers(1, 6), st.booleans()
    ),
    max_size=30,
)
"""Trial, stratum, arm, day of entry (0: always at risk), how many days later the time ends, event."""


@given(rows=COLUMNS)
def test_the_counts_are_those_of_asking_every_piece(rows: list[tuple[int, int, int, int, int, bool]]) -> None:
    trial, stratum, arm, come, days, event = (
        (np.array(column) for column in zip(*rows, strict=True))
        if rows
        else [np.empty(0, kind) for kind in (int, int, int, int, int, bool)]
    )
    time, entry = come + days, np.where(come > 0, come, ALWAYS)
    table = risk_table(trial, arm, time, event, stratum=stratum, entry=entry, trials=2, arms=3)
    for row in range(table.time.size):
        here = (trial == table.trial[row]) & (stratum == table.stratum[row])
        now = here & (entry < table.time[row]) & (time >= table.time[row])
        assert table.at_risk[row].tolist() == [int((now & (arm == one)).sum()) for one in range(3)]


@given(rows=COLUMNS)
def test_a_change_to_the_same_group_changes_nothing(rows: list[tuple[int, int, int, int, int, bool]]) -> None:
    """Whoever is cut in two, and stays where they are, counts as before."""
    whole, cut = [], []
    for trial, stratum, arm, at, days, event in rows:
        whole.append((trial, stratum, arm, ALWAYS, at + days, event))
        cut.append((trial, stratum, arm, at or ALWAYS, at + days, event))
        if at:
            cut.append((trial, stratum, arm, ALWAYS, at, False))
    tables = []
    for entries in (whole, cut):
        table = np.array(entries, dtype=np.float64).reshape(-1, 6)
        trial, stratum, arm = (table[:, column].astype(np.intp) for column in range(3))
        of_patients = (trial, arm, table[:, 4], table[:, 5] > 0)
        tables.append(risk_table(*of_patients, stratum=stratum, entry=table[:, 3], trials=2, arms=3))
    for name in ("trial", "stratum", "time", "at_risk", "events", "followed"):
        np.testing.assert_array_equal(getattr(tables[0], name), getattr(tables[1], name))
