"""What happens to the patients of COG AALL1331 during their stays, for plain_simpy.py: toxicities, exits and lengths,
copied from scenarios/aall1331.toml, where the sources stand. Times are days.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple, TypeAlias

from aall1331_numbers import CALIBRATED, Distribution

Effects: TypeAlias = tuple[tuple[str, float], ...]
"""Ratios for the patients for whom a condition holds, by its name; plain_simpy.py says what the names mean."""


class Exit(NamedTuple):
    """A way to leave early: the cumulative probability by each day, and the hazard per day after the last."""

    to: str
    by: Mapping[int, float] = {}
    effects: Effects = ()
    then: float = 0.0
    hazard_ratio: float = 1.0
    since_graft: bool = False
    """Whether days count from the first day of transplant, and not from entry."""


class Kind(NamedTuple):
    """A type of toxicity: onset after entry, length, the share of grade 4 or 5 among 3 or higher, whether it delays."""

    onset: Distribution
    lasts: Distribution
    fourth: float = 0.0
    delays: bool = False


class Phase(NamedTuple):
    """A stay, for ever if without days. Toxicity: shares of grade 3 or higher, and of grade 5 among these."""

    days: Distribution = ()
    next: str = ""
    exits: Mapping[str, Exit] = {}
    third: Mapping[str, float] = {}
    fifth: Mapping[str, float] = {}
    within: Mapping[str, str] = {}
    """Types that only those have who have the other one, and while they have it."""
    odds_ratios: Mapping[str, float] = {}
    """Of toxicity, by frailty, against the robust."""
    max_delay: float = 0.0
    risk_ratios: Mapping[str, tuple[str, float]] = {}


# ------------------------------------------------------------------------------------------------ toxicities

KINDS = {
    "other_event": Kind(
        (1, 6, 11, 16, 28), (1, 4, 7, 12, 28), CALIBRATED["steps.block_1.toxicity.other_event.grade4plus_share"]
    ),
    "anemia": Kind((1, 5, 9, 14, 27), (1, 3, 6, 10, 24), 0.05),
    "leukopenia": Kind((1, 5, 9, 14, 27), (2, 5, 8, 14, 28), 0.6),
    "alt_increased": Kind((2, 6, 10, 16, 27), (2, 5, 8, 14, 28), 0.1),
    "fever": Kind((0.2, 1, 3, 9, 26), (0.5, 1, 2, 4, 8), 0.05),
    "neutropenia": Kind((1, 6, 10, 14, 27), (2, 6, 11, 18, 35), 0.7, delays=True),
    "ast_increased": Kind((2, 6, 10, 16, 27), (2, 5, 8, 14, 28), 0.1),
    "hypoalbuminemia": Kind((2, 7, 11, 16, 27), (2, 5, 8, 14, 28)),
    "lymphopenia": Kind((0.2, 1, 3, 8, 26), (2, 5, 8, 14, 28), 0.5),
    "thrombocytopenia": Kind((1, 6, 10, 14, 27), (2, 6, 11, 18, 35), 0.6, delays=True),
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
    "chronic_gvhd": Kind((70, 120, 170, 260, 600), (60, 150, 300, 500, 1200), 0.3),
    "venoocclusive_disease": Kind((3, 9, 14, 19, 32), (5, 9, 14, 20, 40), 0.3),
}
ONSET_IN_STEP: Mapping[tuple[str, str], Distribution] = {("salvage_cart", "cytokine_release"): (42, 50, 58, 64, 75)}


WITHIN = {"febrile_neutropenia": "neutropenia", "sepsis": "infection"}


def _cycle(of: int, counts: Sequence[int], *shares: float) -> dict[str, float]:
    """Grade 3 or higher: counts of so many patients for 18 types, shares for 6; of the other if within one."""
    found = dict(zip(list(KINDS)[1:25], [*(count / of for count in counts), *shares], strict=True))
    return found | {inner: found[inner] * found[outer] for inner, outer in WITHIN.items()}


# The types as above: anemia, leukopenia, ALT, fever, neutropenia, AST, hypoalbuminemia, lymphopenia,
# thrombocytopenia, hyperglycemia, hypocalcemia, hypokalemia, hypophosphatemia, hypotension, bilirubin, infection,
# vomiting, GGT; febrile neutropenia, sepsis, mucositis, cytokine release, encephalopathy, seizure.
BLINA_1 = _cycle(
    102, (15, 25, 12, 6, 34, 9, 0, 37, 8, 2, 2, 7, 0, 1, 2, 10, 0, 4), 0.135, 0.15, 0.005, 0.01, 0.02, 0.01
)
BLINA_2 = _cycle(88, (4, 13, 6, 2, 25, 1, 0, 18, 3, 2, 0, 2, 0, 3, 0, 9, 1, 1), 0.018, 0.1, 0.005, 0.002, 0.01, 0.002)
BLOCK_2 = _cycle(97, (51, 55, 38, 5, 57, 14, 6, 30, 56, 6, 6, 19, 5, 7, 7, 39, 2, 5), 0.75, 0.35, 0.25, 0, 0.005, 0.005)
BLOCK_3 = _cycle(62, (35, 30, 8, 6, 31, 3, 1, 15, 34, 8, 0, 14, 2, 4, 2, 38, 4, 1), 0.92, 0.34, 0.06, 0, 0.005, 0.005)

# ------------------------------------------------------------------------------------------------ phases and waits

RESIDUAL: Effects = (("residual disease", 1.8),)
LATE: Effects = (("late relapse", 0.6),)
BY_TIME_OF_RELAPSE: Effects = (("very early marrow relapse", 1.5), *LATE)
LOST_AT_TWO_PERCENT_A_YEAR = Exit("lost", then=0.00005)
LOST_AT_SEVEN_PERCENT_A_YEAR = Exit("lost", then=0.0002)

# From the graft on, in both steps that follow it.
RELAPSE_BY = {30: 0.01, 60: 0.03, 100: 0.075, 180: 0.15, 365: 0.23, 545: 0.255, 730: 0.262}
DEATH_BY = {30: 0.001, 100: 0.006, 180: 0.015, 365: 0.028, 730: 0.042}
TRANSPLANT_DEATH: Effects = (("adolescent", 2.23), ("chemotherapy", 1.4))


def _low_risk(by: Mapping[int, float], extramedullary: float) -> Phase:
    return Phase(
        exits={
            "relapse": Exit("salvage", by, (("late extramedullary relapse", extramedullary),), then=0.0001),
            "death": Exit("dead", {1460: 0.02}),
            "lost_to_follow_up": LOST_AT_TWO_PERCENT_A_YEAR,
        }
    )


def _not_randomized(effects: Effects = ()) -> Phase:
    return Phase(
        exits={
            "relapse": Exit("salvage", {365: 0.30, 730: 0.42, 1460: 0.50}, effects),
            "death": Exit("dead", {365: 0.12, 730: 0.16}),
            "lost_to_follow_up": LOST_AT_SEVEN_PERCENT_A_YEAR,
        }
    )


def _until_death(by: Mapping[int, float], effects: Effects = (), hazard_ratio: float = 1.0) -> Phase:
    death = Exit("dead", by, effects, hazard_ratio=hazard_ratio)
    return Phase(exits={"death": death, "lost_to_follow_up": LOST_AT_TWO_PERCENT_A_YEAR})


PHASES = {
    "block_1": Phase(
        days=(28,),
        next="risk_assignment",
        exits={"death": Exit("dead")},
        third={
            "febrile_neutropenia": 0.35,
            "infection": 0.25,
            "sepsis": 0.12,
            "other_event": CALIBRATED["steps.block_1.toxicity.other_event.grade3plus"],
        },
        fifth={
            "infection": 0.0133 / 0.25,
            "sepsis": 0.0133 / 0.12,
            "other_event": 0.0098 / CALIBRATED["steps.block_1.toxicity.other_event.grade3plus"],
        },
        within={"sepsis": "infection"},
        odds_ratios={"frail": 2.0},
        max_delay=21,
    ),
    "blina_1": Phase(
        days=(35,),
        next="after_blina_1",
        exits={
            "late_treatment_failure": Exit("salvage", {28: 0, 35: 0.01}),
            "relapse": Exit("salvage", {28: 0, 35: 0.005}, RESIDUAL),
            "death": Exit("dead", {35: 0.003}),
            "withdrawal": Exit("off_protocol", {28: 0.005, 35: 0.02}),
        },
        third=BLINA_1,
        within=WITHIN,
        odds_ratios={"spared": 0.02, "frail": CALIBRATED["steps.blina_1.frailty.odds_ratio.frail"]},
        max_delay=21,
    ),
    "blina_2": Phase(
        days=(35,),
        next="donor",
        exits={
            "relapse": Exit("salvage", {28: 0, 35: 0.034}, RESIDUAL),
            "death": Exit("dead", {35: 0.004}),
            "withdrawal": Exit("off_protocol", {28: 0.005, 35: 0.03}),
        },
        third=BLINA_2,
        within=WITHIN,
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
        third=BLOCK_2,
        fifth={"infection": 0.015 / (39 / 97), "sepsis": 0.02},
        within=WITHIN,
        odds_ratios={"spared": 0.01, "frail": 1.5},
        max_delay=28,
    ),
    "block_3": Phase(
        days=(28,),
        next="donor",
        exits={
            "relapse": Exit("salvage", {21: 0, 28: 0.012}, RESIDUAL),
            "death": Exit("dead", {28: 0.004}),
            "withdrawal": Exit("off_protocol", {21: 0.005, 28: 0.04}),
        },
        third=BLOCK_3,
        fifth={"infection": 0.025 / (38 / 62), "sepsis": 0.02},
        within=WITHIN,
        odds_ratios={"spared": 0.01, "frail": 1.5},
        max_delay=28,
    ),
    "conditioning": Phase(days=(8,), next="transplant"),
    "transplant": Phase(
        days=(24, 31, 37, 46, 95),
        next="after_transplant",
        exits={
            "death": Exit("dead", DEATH_BY, TRANSPLANT_DEATH),
            "relapse": Exit("salvage", RELAPSE_BY, (("residual disease", 1.6), ("high MRD", 1.6))),
        },
        third={"infection": 0.35, "mucositis": 0.40, "acute_gvhd": 0.13, "venoocclusive_disease": 0.09},
        fifth={"infection": 0.015, "venoocclusive_disease": 0.25},
        odds_ratios={"frail": 2.0},
        max_delay=60,
    ),
    "after_transplant": Phase(
        exits={
            "relapse": Exit(
                "salvage",
                RELAPSE_BY,
                (
                    ("residual disease", CALIBRATED["steps.after_transplant.exit.relapse.effects.0.hazard_ratio"]),
                    ("high MRD", 1.6),
                    ("very early marrow relapse", 1.6),
                    ("late marrow relapse", 0.75),
                    ("unfavorable cytogenetics", 1.5),
                    ("favorable cytogenetics", 0.7),
                    ("acute GVHD", 0.7),
                ),
                then=0.00001,
                hazard_ratio=CALIBRATED["steps.after_transplant.exit.relapse.hazard_ratio"],
                since_graft=True,
            ),
            "death": Exit(
                "dead",
                DEATH_BY,
                (*TRANSPLANT_DEATH, ("acute GVHD", 3.0)),
                then=0.000005,
                hazard_ratio=CALIBRATED["steps.after_transplant.exit.death.hazard_ratio"],
                since_graft=True,
            ),
            "second_malignancy": Exit("after_second_malignancy", {730: 0.001, 3650: 0.02}),
            "lost_to_follow_up": LOST_AT_TWO_PERCENT_A_YEAR,
        },
        third={"chronic_gvhd": 0.06},
        fifth={"chronic_gvhd": 0.12},
        odds_ratios={"frail": 1.5},
        risk_ratios={"chronic_gvhd": ("acute GVHD", 2.5)},
    ),
    "off_protocol": Phase(
        days=(40, 90, 140, 200, 330),
        next="off_protocol_decision",
        exits={
            "relapse": Exit("salvage", {240: 0.10}, RESIDUAL),
            "death": Exit("dead", {240: CALIBRATED["steps.off_protocol.exit.death.by.240"]}),
            "lost_to_follow_up": Exit("lost", {240: CALIBRATED["steps.off_protocol.exit.lost_to_follow_up.by.240"]}),
        },
    ),
    "without_transplant": Phase(
        exits={
            "relapse": Exit(
                "salvage",
                {365: 0.38, 730: 0.63},
                (("residual disease", 1.5),),
                then=0.0001,
                hazard_ratio=CALIBRATED["steps.without_transplant.exit.relapse.hazard_ratio"],
            ),
            "death": Exit("dead", {730: 0.06}),
            "second_malignancy": Exit("after_second_malignancy", {3650: 0.01}),
            "lost_to_follow_up": LOST_AT_SEVEN_PERCENT_A_YEAR,
        },
    ),
    "relapsed_at_low_risk": _until_death({365: 0.16, 730: 0.29, 1460: 0.42}, (("low-risk chemotherapy", 1.75),)),
    "salvage_blinatumomab": Phase((35,), "after_salvage", {"death": Exit("dead", {35: 0.06})}),
    "salvage_inotuzumab": Phase((28,), "after_salvage", {"death": Exit("dead", {28: 0.05})}),
    "salvage_cart": Phase(
        days=(50, 60, 70, 85, 130),
        next="after_cart",
        exits={
            "not_infused": Exit("palliation", {10: 0, 40: 0.11}),
            "death": Exit("dead", {40: 0.08, 130: 0.10}),
        },
        third={"cytokine_release": 0.116},
    ),
    "later_transplant": _until_death({100: 0.08, 365: 0.32, 730: 0.48, 1460: 0.56}, BY_TIME_OF_RELAPSE),
    "second_transplant": _until_death({100: 0.20, 365: 0.52, 730: 0.706, 1460: 0.78}),
    "remission_after_cart": _until_death(
        {100: 0.02, 365: 0.09, 730: 0.20, 1460: 0.30},
        (("relapse soon after graft", 4.5), ("relapse later after graft", 0.7), *BY_TIME_OF_RELAPSE),
        CALIBRATED["steps.remission_after_cart.exit.death.hazard_ratio"],
    ),
    "later_remission": _until_death({100: 0.15, 365: 0.58, 730: 0.78, 1460: 0.86}, LATE),
    "palliation": Phase(exits={"death": Exit("dead", {60: 0.22, 140: 0.42, 365: 0.75, 730: 0.90})}),
    "after_second_malignancy": Phase(exits={"death": Exit("dead", {365: 0.35, 730: 0.5})}),
    "low_risk_blinatumomab": _low_risk({365: 0.029, 730: 0.086, 1095: 0.176, 1460: 0.258}, extramedullary=3.3),
    "low_risk_chemotherapy": _low_risk({365: 0.058, 730: 0.165, 1095: 0.324, 1460: 0.452}, extramedullary=1.54),
    "not_randomized": _not_randomized((("low risk", 0.6),)),
    "off_study": _not_randomized(),
}

DONOR_READY: Distribution = (3, 12, 19, 30, 80)
WAITS = {
    "donor": {
        "relapse": Exit("salvage", {60: 0.12}, RESIDUAL, then=0.001),
        "death": Exit("dead", {60: 0.03}, then=0.0002),
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
