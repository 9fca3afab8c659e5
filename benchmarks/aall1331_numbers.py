"""Who comes to COG AALL1331, what is measured and what is decided, for plain_simpy.py: numbers copied from
scenarios/aall1331.toml, where their sources stand. What happens during the stays is in aall1331_stays.py.

Times are days. Where shares are listed, the one that takes the rest is left out.
"""

import datetime
from collections.abc import Mapping
from typing import TypeAlias

Distribution: TypeAlias = tuple[float, ...]
"""Values at equally spaced probabilities, straight lines between; one value alone is always taken."""
Shares: TypeAlias = Mapping[str, float]

# ------------------------------------------------------------------------------------------------ calibrated numbers

CALIBRATED = {
    "cohort.frailty.levels.spared": 0.0972,
    "steps.block_1.toxicity.other_event.grade3plus": 0.457,
    "steps.block_1.toxicity.other_event.grade4plus_share": 0.378,
    "steps.blina_1.frailty.odds_ratio.frail": 3.42,
    "steps.blina_1.assess.0.levels.negative": 0.751,
    "steps.after_blina_1.rules.1.split.blina_2": 0.686,
    "steps.blina_2.frailty.odds_ratio.frail": 5.61,
    "steps.blina_2.assess.0.levels.negative": 0.318,
    "steps.block_2.exit.late_treatment_failure.by.28": 0.119,
    "steps.block_2.assess.0.levels.negative": 0.237,
    "steps.after_block_2.rules.1.split.block_3": 0.691,
    "steps.block_3.assess.0.levels.negative": 0.35,
    "steps.donor.exit.withdrawal.by.60": 0.086,
    "steps.donor.exit.withdrawal.effects.0.hazard_ratio": 4.76,
    "steps.after_transplant.exit.relapse.hazard_ratio": 1.06,
    "steps.after_transplant.exit.relapse.effects.0.hazard_ratio": 1.32,
    "steps.after_transplant.exit.death.hazard_ratio": 0.898,
    "steps.off_protocol.exit.death.by.240": 0.318,
    "steps.off_protocol.exit.lost_to_follow_up.by.240": 0.2,
    "steps.without_transplant.exit.relapse.hazard_ratio": 0.939,
    "steps.salvage_therapy.rules.2.split.salvage_cart": 0.77,
    "steps.salvage_therapy.rules.3.split.salvage_cart": 0.462,
    "steps.remission_after_cart.exit.death.hazard_ratio": 0.5,
}
"""Those that pathsim calibrate has fitted, by their paths in the scenario: a test holds them to it."""

# ------------------------------------------------------------------------------------------------ trial and cohort

PATIENTS = 661
"""As many as came until the trial was stopped; the scenario lets more come if nobody stops it."""
BEGINS = datetime.date(2014, 12, 17)
PATIENTS_PER_DAY = 14.47 / (365.25 / 12)
"""In the end; the pace rises to it in a straight line from the first day on."""
RISING_DAYS = 692
BEDS = 950
BLOCK = 4
DFS_EVENTS = {"late_treatment_failure", "relapse", "second_malignancy", "death"}

VERY_EARLY_MARROW = "marrow_before_18_months"
EARLY_MARROW = "marrow_18_to_36_months"
LATE_MARROW = "marrow_after_36_months"
EARLY_EXTRAMEDULLARY = "extramedullary_before_18_months"
LATE_EXTRAMEDULLARY = "extramedullary_later"
MARROW = (VERY_EARLY_MARROW, EARLY_MARROW, LATE_MARROW)
LATE = (LATE_MARROW, LATE_EXTRAMEDULLARY)
RELAPSE = {VERY_EARLY_MARROW: 0.097, EARLY_MARROW: 0.191, EARLY_EXTRAMEDULLARY: 0.042, LATE_EXTRAMEDULLARY: 0.164}

FEMALE = 0.49
FEMALE_AT_LATE_RELAPSE = 0.41

FROM_9_YEARS_ON: Distribution = (9.5, 10.7, 12.3, 13.5, 14.7, 15.9, 17.1, 18.2, 20, 22.5, 28)
AGE: Distribution = (1, 2.2, 3, 3.8, 4.6, 5.5, 6.3, 7.1, 7.9, 8.7, *FROM_9_YEARS_ON)
AGE_AT_LATER_RELAPSE: Mapping[str, Distribution] = {
    EARLY_MARROW: (2, 3.2, 3.9, 4.5, 5.1, 5.7, 6.3, 7.1, 7.9, 8.7, *FROM_9_YEARS_ON),
    LATE_EXTRAMEDULLARY: (2, 3.2, 3.9, 4.5, 5.1, 5.7, 6.3, 7.1, 7.9, 8.7, *FROM_9_YEARS_ON),
    LATE_MARROW: (4, 4.8, 5.4, 5.9, 6.4, 6.8, 7.2, 7.6, 8.2, 8.8, *FROM_9_YEARS_ON),
}

CYTOGENETICS = {"favorable": 0.14, "unfavorable": 0.06}
CYTOGENETICS_BEFORE_AGE_3 = {"favorable": 0.02, "unfavorable": 0.6}
"""Unless the relapse is extramedullary and late."""
CYTOGENETICS_BY_RELAPSE = {
    VERY_EARLY_MARROW: {"favorable": 0.04, "unfavorable": 0.18},
    LATE_EXTRAMEDULLARY: {"favorable": 0.37, "unfavorable": 0.02},
    LATE_MARROW: {"favorable": 0.37, "unfavorable": 0.02},
}

SPARED = CALIBRATED["cohort.frailty.levels.spared"]
FRAILTY = {"spared": SPARED, "robust": 0.6, "frail": 1 - 0.6 - SPARED}

# ------------------------------------------------------------------------------------------------ assessments

RESPONSE = {"early_failure": 0.028, "not_assigned": 0.014, "not_in_remission": 0.087}
RESPONSE_BY_RELAPSE = {
    VERY_EARLY_MARROW: {"early_failure": 0.25, "not_assigned": 0.014, "not_in_remission": 0.12},
    EARLY_MARROW: {"early_failure": 0.135, "not_assigned": 0.014, "not_in_remission": 0.10},
    LATE_EXTRAMEDULLARY: {"early_failure": 0.005, "not_assigned": 0.014, "not_in_remission": 0.05},
}
MRD = {"negative": 0.616, "low": 0.165}
MRD_BY_RELAPSE = {
    VERY_EARLY_MARROW: {"negative": 0.400, "low": 0.215},
    EARLY_MARROW: {"negative": 0.400, "low": 0.215},
    EARLY_EXTRAMEDULLARY: {"negative": 0.80, "low": 0.15},
    LATE_EXTRAMEDULLARY: {"negative": 0.86, "low": 0.13},
}
HIGH_MRD_AFTER = ("early_failure", "not_in_remission")
"""In a marrow that does not respond, MRD is always high."""
MRD_AFTER_CYCLE = {  # of those who were negative before it, and of the others
    "blina_1": (
        {"negative": 0.95, "low": 0.03},
        {"negative": CALIBRATED["steps.blina_1.assess.0.levels.negative"], "low": 0.115},
    ),
    "blina_2": (
        {"negative": 0.93, "low": 0.04},
        {"negative": CALIBRATED["steps.blina_2.assess.0.levels.negative"], "low": 0.30},
    ),
    "block_2": (
        {"negative": 0.80, "low": 0.12},
        {"negative": CALIBRATED["steps.block_2.assess.0.levels.negative"], "low": 0.28},
    ),
    "block_3": (
        {"negative": 0.87, "low": 0.07},
        {"negative": CALIBRATED["steps.block_3.assess.0.levels.negative"], "low": 0.28},
    ),
}
SALVAGE_REMISSION = {"salvage_blinatumomab": 27 / 70, "salvage_cart": 0.86, "salvage_inotuzumab": 0.67}

# ------------------------------------------------------------------------------------------------ branches

LOW_RISK_RANDOMIZED = 255 / 323
RANDOMIZED = 0.805
LOW_RISK_ARMS = ("low_risk_blinatumomab", "low_risk_chemotherapy")
ARMS = {"blinatumomab": "blina_start", "chemotherapy": "chemo_start"}
ONE_OR_OTHER = {
    "blina_start": ("blina_1", 102 / 105, "off_protocol"),
    "chemo_start": ("block_2", 97 / 103, "off_protocol"),
    "off_protocol_decision": ("off_protocol_donor", 0.6, "without_transplant"),
    "relapsed_soon_after_graft": ("salvage_therapy", 0.65, "palliation"),
    "relapsed_later_after_graft": ("salvage_therapy", 0.95, "palliation"),
    "relapsed_before_graft": ("salvage_therapy", 0.95, "palliation"),
}
"""Branches at which all are alike: one way, its share, and the other way."""
GOES_ON = {
    "after_blina_1": ("blina_2", 0.95, CALIBRATED["steps.after_blina_1.rules.1.split.blina_2"]),
    "after_block_2": ("block_3", 0.85, CALIBRATED["steps.after_block_2.rules.1.split.block_3"]),
}
"""The second cycle, and the shares of those with negative MRD and of the others who go on to it."""

SOON_AFTER_GRAFT = 180
CART_ON_THE_MARKET = (datetime.date(2017, 8, 30) - BEGINS).days
SALVAGE_IN_CART_TRIALS = {"salvage_blinatumomab": 0.55, "salvage_cart": 0.15, "salvage_inotuzumab": 0.15}
SALVAGE_IN_CART_TRIALS_AFTER_BLINATUMOMAB = {
    "salvage_blinatumomab": 0.15,
    "salvage_cart": 0.25,
    "salvage_inotuzumab": 0.35,
}
SALVAGE = {
    "salvage_blinatumomab": 0.40,
    "salvage_cart": CALIBRATED["steps.salvage_therapy.rules.3.split.salvage_cart"],
    "salvage_inotuzumab": 0.08,
}
SALVAGE_AFTER_BLINATUMOMAB = {
    "salvage_blinatumomab": 0.08,
    "salvage_cart": CALIBRATED["steps.salvage_therapy.rules.2.split.salvage_cart"],
    "salvage_inotuzumab": 0.15,
}
CART_AFTER_FAILURE = {"after_salvage": (0.1, 0.4), "after_cart": (0.0, 0.0)}
"""The shares of those in no remission who are given CAR-T cells, before they are on the market and then."""
FURTHER_REMISSION = {
    "after_salvage": (0.5, 0.75, "later_remission"),
    "after_cart": (0.15, 0.4, "remission_after_cart"),
}
"""The shares transplanted, of those who have been before and of the others, and where the rest go."""
ENDS = ("lost", "dead")
