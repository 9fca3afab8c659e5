"""The numbers of COG AALL1331 for plain_simpy.py, copied from scenarios/aall1331.toml, where their sources stand.

Times are days. Where shares are listed, the one that takes the rest is left out.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeAlias

Law: TypeAlias = tuple[float, ...]
"""Values at equally spaced probabilities, straight lines between; one value alone is always taken."""
Effects: TypeAlias = tuple[tuple[str, float], ...]
"""Ratios for the patients for whom a condition holds, by its name; plain_simpy.py says what the names mean."""


class Exit(NamedTuple):
    """A way to leave early: the cumulative probability by each day, and the hazard per day after the last."""

    to: str
    by: Mapping[int, float] = {}
    effects: Effects = ()
    then: float = 0.0
    hazard_ratio: float = 1.0


class Kind(NamedTuple):
    """A type of toxicity: onset after entry, length, the share of grade 4 or 5 among 3 or higher, whether it delays."""

    onset: Law
    lasts: Law
    fourth: float = 0.0
    delays: bool = False


class Phase(NamedTuple):
    """A stay, for ever if without days. Toxicity: shares of grade 3 or higher, and of grade 5 among these."""

    days: Law = ()
    next: str = ""
    exits: Mapping[str, Exit] = {}
    third: Mapping[str, float] = {}
    fifth: Mapping[str, float] = {}
    odds_ratios: Mapping[str, float] = {}
    """Of toxicity, by frailty, against the robust."""
    max_delay: float = 0.0
    risk_ratios: Mapping[str, tuple[str, float]] = {}


# ------------------------------------------------------------------------------------------------ calibrated numbers

CALIBRATED = {
    "cohort.frailty.levels.spared": 0.0989,
    "steps.blina_1.frailty.odds_ratio.frail": 3.68,
    "steps.blina_1.toxicity.febrile_neutropenia.grade3plus": 0.0466,
    "steps.blina_1.toxicity.sepsis.grade3plus": 0.0112,
    "steps.blina_1.assess.0.levels.negative": 0.776,
    "steps.after_blina_1.rules.1.split.blina_2": 0.769,
    "steps.blina_2.frailty.odds_ratio.frail": 5.69,
    "steps.blina_2.assess.0.levels.negative": 0.243,
    "steps.block_2.toxicity.febrile_neutropenia.grade3plus": 0.431,
    "steps.block_2.toxicity.sepsis.grade3plus": 0.139,
    "steps.block_2.toxicity.mucositis.grade3plus": 0.255,
    "steps.block_2.exit.late_treatment_failure.by.28": 0.121,
    "steps.block_2.assess.0.levels.negative": 0.233,
    "steps.after_block_2.rules.1.split.block_3": 0.696,
    "steps.block_3.toxicity.febrile_neutropenia.grade3plus": 0.477,
    "steps.block_3.toxicity.sepsis.grade3plus": 0.249,
    "steps.block_3.assess.0.levels.negative": 0.374,
    "steps.donor.exit.withdrawal.by.60": 0.151,
    "steps.donor.exit.withdrawal.effects.0.hazard_ratio": 2.61,
    "steps.after_transplant.exit.relapse.hazard_ratio": 1.05,
    "steps.after_transplant.exit.relapse.effects.0.hazard_ratio": 1.89,
    "steps.after_transplant.exit.death.hazard_ratio": 0.929,
    "steps.after_transplant.exit.death.effects.2.hazard_ratio": 1.4,
    "steps.off_protocol.exit.lost_to_follow_up.by.240": 0.159,
    "steps.without_transplant.exit.relapse.hazard_ratio": 0.596,
    "steps.without_transplant.exit.death.hazard_ratio": 2.94,
    "steps.salvage.rules.0.split.salvage_cart": 0.326,
    "steps.salvage.rules.1.split.salvage_cart": 0.577,
    "steps.later_remission.exit.death.hazard_ratio": 0.693,
}
"""Those that pathsim calibrate has fitted, by their paths in the scenario: a test holds them to it."""

# ------------------------------------------------------------------------------------------------ trial and cohort

PATIENTS = 661
"""As many as came until the trial was stopped; the scenario lets more come if nobody stops it."""
PATIENTS_PER_DAY = 14.47 / (365.25 / 12)
"""In the end; the pace rises to it in a straight line from the first day on."""
RISING_DAYS = 692
BEDS = 950
BLOCK = 4
DFS_EVENTS = {"late_treatment_failure", "relapse", "second_malignancy", "death"}

AGE: Law = (1, 4, 9, 16, 28)
AGE_AT_LATER_RELAPSE: Mapping[str, Law] = {
    "marrow_18_to_36_months": (3, 6, 9, 16, 28),
    "extramedullary_later": (3, 6, 9, 16, 28),
    "marrow_after_36_months": (4, 7, 9, 16, 28),
}
FEMALE = 97 / 208
VERY_EARLY_MARROW = "marrow_before_18_months"
EARLY_MARROW = "marrow_18_to_36_months"
LATE_MARROW = "marrow_after_36_months"
EARLY_EXTRAMEDULLARY = "extramedullary_before_18_months"
LATE_EXTRAMEDULLARY = "extramedullary_later"
RELAPSE = {VERY_EARLY_MARROW: 0.097, EARLY_MARROW: 0.191, EARLY_EXTRAMEDULLARY: 0.042, LATE_EXTRAMEDULLARY: 0.164}
CYTOGENETICS = {"favorable": 37 / 181, "unfavorable": 17 / 181}
SPARED = CALIBRATED["cohort.frailty.levels.spared"]
FRAILTY = {"spared": SPARED, "robust": 0.6, "frail": 1 - 0.6 - SPARED}

# ------------------------------------------------------------------------------------------------ assessments

RESPONSE = {"early_failure": 0.028, "not_assigned": 0.014, "not_in_remission": 0.087}
RESPONSE_BY_RELAPSE = {
    VERY_EARLY_MARROW: {"early_failure": 0.25, "not_assigned": 0.014, "not_in_remission": 0.12},
    EARLY_MARROW: {"early_failure": 0.135, "not_assigned": 0.014, "not_in_remission": 0.10},
    LATE_EXTRAMEDULLARY: {"early_failure": 0.005, "not_assigned": 0.014, "not_in_remission": 0.05},
}
MRD = {"negative": 0.50, "low": 0.213}
MRD_BY_RELAPSE = {
    VERY_EARLY_MARROW: {"negative": 0.35, "low": 0.185},
    EARLY_MARROW: {"negative": 0.35, "low": 0.185},
    EARLY_EXTRAMEDULLARY: {"negative": 0.80, "low": 0.15},
    LATE_EXTRAMEDULLARY: {"negative": 0.85, "low": 0.12},
}
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
STARTS = {"blina_start": ("blina_1", 102 / 105), "chemo_start": ("block_2", 97 / 103)}
GOES_ON = {
    "after_blina_1": ("blina_2", 0.95, CALIBRATED["steps.after_blina_1.rules.1.split.blina_2"]),
    "after_block_2": ("block_3", 0.85, CALIBRATED["steps.after_block_2.rules.1.split.block_3"]),
}
"""The second cycle, and the shares of those with negative MRD and of the others who go on to it."""
TRANSPLANT_OFF_PROTOCOL = 0.6
SALVAGE = {
    "salvage_blinatumomab": 0.36,
    "salvage_cart": CALIBRATED["steps.salvage.rules.0.split.salvage_cart"],
    "salvage_inotuzumab": 0.20,
}
SALVAGE_AFTER_BLINATUMOMAB = {
    "salvage_blinatumomab": 0.05,
    "salvage_cart": CALIBRATED["steps.salvage.rules.1.split.salvage_cart"],
    "salvage_inotuzumab": 0.30,
}
LATER_TRANSPLANT = 0.5
ENDS = (*LOW_RISK_ARMS, "not_randomized", "off_study", "lost", "dead")

# ------------------------------------------------------------------------------------------------ toxicities

KINDS = {
    "any_event": Kind((1, 6, 11, 16, 28), (1, 4, 7, 12, 28), 0.277 / 0.726),
    "anemia": Kind((1, 5, 9, 14, 27), (1, 3, 6, 10, 24), 0.05),
    "leukopenia": Kind((1, 5, 9, 14, 27), (2, 5, 8, 14, 28), 0.6),
    "alt_increased": Kind((2, 6, 10, 16, 27), (2, 5, 8, 14, 28), 0.1),
    "fever": Kind((0.2, 1, 3, 9, 26), (0.5, 1, 2, 4, 8), 0.05),
    "neutropenia": Kind((1, 6, 10, 14, 27), (2, 5, 8, 14, 28), 0.7),
    "ast_increased": Kind((2, 6, 10, 16, 27), (2, 5, 8, 14, 28), 0.1),
    "hypoalbuminemia": Kind((2, 7, 11, 16, 27), (2, 5, 8, 14, 28)),
    "lymphopenia": Kind((0.2, 1, 3, 8, 26), (2, 5, 8, 14, 28), 0.5),
    "thrombocytopenia": Kind((1, 6, 10, 14, 27), (2, 5, 8, 14, 28), 0.6),
    "hyperglycemia": Kind((0.5, 2, 5, 11, 26), (1, 2, 4, 8, 20), 0.05),
    "hypocalcemia": Kind((1, 5, 10, 15, 27), (1, 2, 4, 8, 20)),
    "hypokalemia": Kind((1, 5, 10, 15, 27), (1, 2, 4, 7, 16), 0.15),
    "hypophosphatemia": Kind((1, 5, 10, 15, 27), (1, 2, 4, 7, 16)),
    "hypotension": Kind((0.5, 4, 9, 15, 27), (0.5, 1, 2, 4, 10), 0.3),
    "bilirubin_increased": Kind((2, 7, 12, 17, 27), (2, 5, 9, 15, 28), 0.1),
    "infection": Kind((1, 7, 12, 17, 27), (3, 6, 9, 14, 35), 0.12, delays=True),
    "vomiting": Kind((0.2, 1, 3, 8, 24), (0.5, 1, 2, 4, 9)),
    "ggt_increased": Kind((2, 7, 12, 17, 27), (2, 6, 10, 16, 28), 0.1),
    "febrile_neutropenia": Kind((3, 8, 12, 16, 27), (2, 4, 7, 10, 24), 0.04, delays=True),
    "sepsis": Kind((3, 8, 12, 17, 27), (3, 6, 9, 14, 30), 0.8, delays=True),
    "mucositis": Kind((3, 7, 10, 14, 24), (2, 5, 7, 10, 18), 0.08),
    "cytokine_release": Kind((0.2, 0.8, 2, 3, 10), (0.5, 1, 2, 4, 8), 0.3),
    "encephalopathy": Kind((0.5, 2, 4, 9, 26), (0.5, 1, 2, 5, 12), 0.1),
    "seizure": Kind((0.5, 2, 4, 9, 26), (0.1, 0.2, 0.5, 1, 2), 0.1),
    "acute_gvhd": Kind((12, 17, 21, 26, 40), (10, 20, 35, 60, 120), 0.35),
    "chronic_gvhd": Kind((70, 120, 170, 260, 600), (60, 150, 300, 500, 1200), 0.1),
    "venoocclusive_disease": Kind((3, 9, 14, 19, 32), (5, 9, 14, 20, 40), 0.3),
}
ONSET_IN_STEP: Mapping[tuple[str, str], Law] = {("salvage_cart", "cytokine_release"): (42, 50, 58, 64, 75)}


def _cycle(of: int, counts: Sequence[int], *shares: float) -> dict[str, float]:
    """Grade 3 or higher in a cycle: counts of so many patients for 18 types, shares for 6."""
    names = list(KINDS)[1:25]
    return dict(zip(names, [*(count / of for count in counts), *shares], strict=True))


# The types as above: anemia, leukopenia, ALT, fever, neutropenia, AST, hypoalbuminemia, lymphopenia,
# thrombocytopenia, hyperglycemia, hypocalcemia, hypokalemia, hypophosphatemia, hypotension, bilirubin, infection,
# vomiting, GGT; febrile neutropenia, sepsis, mucositis, cytokine release, encephalopathy, seizure.
BLINA_1_COUNTS = (15, 25, 12, 6, 34, 9, 0, 37, 8, 2, 2, 7, 0, 1, 2, 10, 0, 4)
BLINA_2_COUNTS = (4, 13, 6, 2, 25, 1, 0, 18, 3, 2, 0, 2, 0, 3, 0, 9, 1, 1)
BLOCK_2_COUNTS = (51, 55, 38, 5, 57, 14, 6, 30, 56, 6, 6, 19, 5, 7, 7, 39, 2, 5)
BLOCK_3_COUNTS = (35, 30, 8, 6, 31, 3, 1, 15, 34, 8, 0, 14, 2, 4, 2, 38, 4, 1)

# ------------------------------------------------------------------------------------------------ phases and waits

RESIDUAL: Effects = (("residual disease", 1.8),)
TRANSPLANT_DEATH: Effects = (("adolescent", 2.23),)
LOST_AT_TWO_PERCENT_A_YEAR = Exit("lost", then=0.00005)

PHASES = {
    "block_1": Phase(
        days=(28,),
        next="risk_assignment",
        exits={"death": Exit("dead")},
        third={"any_event": 0.726, "febrile_neutropenia": 0.35, "infection": 0.25, "sepsis": 0.12},
        fifth={"any_event": 24 / 661 / 0.726},
        odds_ratios={"frail": 2.0},
        max_delay=21,
    ),
    "blina_1": Phase(
        days=(35,),
        next="after_blina_1",
        exits={
            "late_treatment_failure": Exit("salvage", {28: 0, 35: 0.01}),
            "relapse": Exit("salvage", {28: 0, 35: 0.02}, RESIDUAL),
            "death": Exit("dead", {35: 0.003}),
            "withdrawal": Exit("off_protocol", {28: 0.005, 35: 0.02}),
        },
        third=_cycle(
            102,
            BLINA_1_COUNTS,
            CALIBRATED["steps.blina_1.toxicity.febrile_neutropenia.grade3plus"],
            CALIBRATED["steps.blina_1.toxicity.sepsis.grade3plus"],
            0.005,
            0.01,
            0.02,
            0.01,
        ),
        odds_ratios={"spared": 0.02, "frail": CALIBRATED["steps.blina_1.frailty.odds_ratio.frail"]},
        max_delay=21,
    ),
    "blina_2": Phase(
        days=(35,),
        next="donor",
        exits={
            "relapse": Exit("salvage", {28: 0, 35: 0.02}, RESIDUAL),
            "death": Exit("dead", {35: 0.004}),
            "withdrawal": Exit("off_protocol", {28: 0.005, 35: 0.03}),
        },
        third=_cycle(88, BLINA_2_COUNTS, 0.005, 0.01, 0.005, 0.002, 0.01, 0.002),
        odds_ratios={"spared": 0.02, "frail": CALIBRATED["steps.blina_2.frailty.odds_ratio.frail"]},
        max_delay=21,
    ),
    "block_2": Phase(
        days=(28,),
        next="after_block_2",
        exits={
            "late_treatment_failure": Exit(
                "salvage",
                {21: 0, 28: CALIBRATED["steps.block_2.exit.late_treatment_failure.by.28"]},
                (("negative MRD", 0.2),),
            ),
            "relapse": Exit("salvage", {21: 0, 28: 0.005}, RESIDUAL),
            "death": Exit("dead", {28: 0.003}),
            "withdrawal": Exit("off_protocol", {21: 0.005, 28: 0.04}),
        },
        third=_cycle(
            97,
            BLOCK_2_COUNTS,
            CALIBRATED["steps.block_2.toxicity.febrile_neutropenia.grade3plus"],
            CALIBRATED["steps.block_2.toxicity.sepsis.grade3plus"],
            CALIBRATED["steps.block_2.toxicity.mucositis.grade3plus"],
            0,
            0.005,
            0.005,
        ),
        fifth={"infection": 0.015 / (39 / 97), "sepsis": 0.02},
        odds_ratios={"spared": 0.01, "frail": 1.5},
        max_delay=28,
    ),
    "block_3": Phase(
        days=(28,),
        next="donor",
        exits={
            "relapse": Exit("salvage", {21: 0, 28: 0.03}, RESIDUAL),
            "death": Exit("dead", {28: 0.004}),
            "withdrawal": Exit("off_protocol", {21: 0.005, 28: 0.04}),
        },
        third=_cycle(
            62,
            BLOCK_3_COUNTS,
            CALIBRATED["steps.block_3.toxicity.febrile_neutropenia.grade3plus"],
            CALIBRATED["steps.block_3.toxicity.sepsis.grade3plus"],
            0.06,
            0,
            0.005,
            0.005,
        ),
        fifth={"infection": 0.025 / (38 / 62), "sepsis": 0.02},
        odds_ratios={"spared": 0.01, "frail": 1.5},
        max_delay=28,
    ),
    "conditioning": Phase(days=(8,), next="transplant"),
    "transplant": Phase(
        days=(24, 31, 37, 46, 95),
        next="after_transplant",
        exits={
            "death": Exit("dead", {30: 0.015, 100: 0.04}, TRANSPLANT_DEATH),
            "relapse": Exit("salvage", {100: 0.03}, (("residual disease", 2.0),)),
        },
        third={"infection": 0.35, "mucositis": 0.40, "acute_gvhd": 0.13, "venoocclusive_disease": 0.09},
        odds_ratios={"frail": 2.0},
        max_delay=60,
    ),
    "after_transplant": Phase(
        exits={
            "relapse": Exit(
                "salvage",
                {100: 0.11, 200: 0.185, 365: 0.238, 520: 0.255},
                (
                    ("residual disease", CALIBRATED["steps.after_transplant.exit.relapse.effects.0.hazard_ratio"]),
                    ("very early marrow relapse", 1.6),
                    ("late marrow relapse", 0.75),
                    ("unfavorable cytogenetics", 1.5),
                    ("favorable cytogenetics", 0.7),
                    ("acute GVHD", 0.7),
                ),
                then=0.00001,
                hazard_ratio=CALIBRATED["steps.after_transplant.exit.relapse.hazard_ratio"],
            ),
            "death": Exit(
                "dead",
                {100: 0.03, 180: 0.042, 365: 0.052, 600: 0.058},
                (
                    *TRANSPLANT_DEATH,
                    ("acute GVHD", 3.0),
                    ("chemotherapy", CALIBRATED["steps.after_transplant.exit.death.effects.2.hazard_ratio"]),
                ),
                hazard_ratio=CALIBRATED["steps.after_transplant.exit.death.hazard_ratio"],
            ),
            "second_malignancy": Exit("after_second_malignancy", {730: 0.001, 3650: 0.02}),
            "lost_to_follow_up": LOST_AT_TWO_PERCENT_A_YEAR,
        },
        third={"chronic_gvhd": 0.06},
        odds_ratios={"frail": 1.5},
        risk_ratios={"chronic_gvhd": ("acute GVHD", 2.5)},
    ),
    "off_protocol": Phase(
        days=(30, 70, 110, 160, 300),
        next="off_protocol_decision",
        exits={
            "relapse": Exit("salvage", {240: 0.15}, RESIDUAL),
            "death": Exit("dead", {240: 0.08}, (("chemotherapy", 1.5),)),
            "lost_to_follow_up": Exit("lost", {240: CALIBRATED["steps.off_protocol.exit.lost_to_follow_up.by.240"]}),
        },
    ),
    "without_transplant": Phase(
        exits={
            "relapse": Exit(
                "salvage",
                {600: 0.46},
                (("residual disease", 1.5),),
                hazard_ratio=CALIBRATED["steps.without_transplant.exit.relapse.hazard_ratio"],
            ),
            "death": Exit(
                "dead", {540: 0.12}, hazard_ratio=CALIBRATED["steps.without_transplant.exit.death.hazard_ratio"]
            ),
            "second_malignancy": Exit("after_second_malignancy", {3650: 0.01}),
            "lost_to_follow_up": Exit("lost", then=0.0002),
        },
    ),
    "salvage_blinatumomab": Phase((35,), "after_salvage", {"death": Exit("dead", {35: 0.06})}),
    "salvage_cart": Phase(
        days=(50, 60, 70, 85, 130),
        next="after_salvage",
        exits={"death": Exit("dead", {60: 0.08, 130: 0.14})},
        third={"cytokine_release": 0.116},
    ),
    "salvage_inotuzumab": Phase((28,), "after_salvage", {"death": Exit("dead", {28: 0.05})}),
    "later_transplant": Phase(
        exits={
            "death": Exit("dead", {100: 0.10, 365: 0.32, 730: 0.45, 1460: 0.55}),
            "lost_to_follow_up": LOST_AT_TWO_PERCENT_A_YEAR,
        },
    ),
    "later_remission": Phase(
        exits={
            "death": Exit(
                "dead",
                {100: 0.05, 365: 0.25, 730: 0.42, 1460: 0.55},
                hazard_ratio=CALIBRATED["steps.later_remission.exit.death.hazard_ratio"],
            ),
            "lost_to_follow_up": LOST_AT_TWO_PERCENT_A_YEAR,
        },
    ),
    "palliation": Phase(exits={"death": Exit("dead", {60: 0.28, 140: 0.5, 365: 0.82, 730: 0.94})}),
    "after_second_malignancy": Phase(exits={"death": Exit("dead", {365: 0.35, 730: 0.5})}),
}

DONOR_READY: Law = (3, 12, 19, 30, 80)
WAITS = {
    "donor": {
        "relapse": Exit("salvage", {60: 0.08}, RESIDUAL, then=0.001),
        "death": Exit("dead", {60: 0.02}, (("chemotherapy", 1.5),), then=0.0002),
        "withdrawal": Exit(
            "off_protocol",
            {60: CALIBRATED["steps.donor.exit.withdrawal.by.60"]},
            (("chemotherapy", CALIBRATED["steps.donor.exit.withdrawal.effects.0.hazard_ratio"]),),
            then=0.001,
        ),
    },
    "off_protocol_donor": {
        "relapse": Exit("salvage", {60: 0.08}, then=0.001),
        "death": Exit("dead", {60: 0.02}, then=0.0002),
    },
}
