"""The rules by which a committee stops a trial, in words."""

from pathsim.scenario.schema import Futility, Monitoring
from pathsim.statistics.sequential import efficacy_bounds
from pathsim.statistics.spending import spending, spending_label
from pathsim.text import counted


def rule_for_benefit(plan: Monitoring) -> str:
    """How the error is spent over the looks; if it is not, how large that of all of them is."""
    if (spend := spending(plan.spend)) is None:
        made = efficacy_bounds(plan.information, plan.alpha, spend).alpha_spent[-1]
        return f"benefit: one-sided P below {plan.alpha:g} at any look{naive_error(len(plan.information), made)}"
    return f"benefit: {spending_label(plan.spend)} spending (Lan and DeMets) of one-sided {plan.alpha:g}"


def naive_error(looks: int, made: float) -> str:
    """What comes of testing at the whole level at so many looks, of which together this is the type I error."""
    return f", which spends no error: {counted(looks, 'look')} together have a type I error of {made:.1%}"


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
