"""Hazard ratios of many trials, of which some are 0, infinite or missing."""

import math
from pathlib import Path

import numpy as np
from hypothesis import strategies as st

from pathsim.ensembles.averages import Figures

BASE = Path(__file__).parent / "cases" / "base.toml"
RATIO, SURVIVAL = "endpoints.os.comparisons.drug.cox.hazard_ratio", "endpoints.os.arms.ctl.at.730.survival"
ratios = st.lists(st.sampled_from([0.0, 0.2, 0.5, 0.8, 1.0, 2.0, 7.0, math.inf, math.nan]), min_size=3, max_size=30)


def turned(values: Figures) -> Figures:
    """The same ratios with the other arm as control."""
    with np.errstate(divide="ignore"):
        return 1 / values


def finite(values: Figures) -> Figures:
    return values[(values > 0) & (values < math.inf)]
