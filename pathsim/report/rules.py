"""The rules by which a committee stops a trial, in words."""

from pathsim.scenario.schema import Futility, Monitoring
from pathsim.statistics.spending import spending_label


def rule_for_benefit(plan: Monitoring) -> str:
    """How the error is spent over the looks."""
    return f"benefit: {spending_label(plan.spend)} spending (Lan and DeMets) of one-sided {plan.alpha:g}"


def rule_for_futility(rule: Futility) -> str:
    """When success is held to be unlikely."""
    if rule.rule == "conditional-power":
        told = f"conditional power below {rule.below:g} at a hazard ratio of {rule.hazard_ratio:g}"
    else:
        told = f"a test at one-sided {rule.below:g} rejects a hazard ratio of {rule.hazard_ratio:g} (Freidlin and Korn)"
    return f"futility: {told}; not binding"


def rules_in_words(plan: Monitoring) -> list[str]:
    """All that the plan has."""
    return [rule_for_benefit(plan), *([] if plan.futility is None else [rule_for_futility(plan.futility)])]
