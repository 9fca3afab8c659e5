"""``pathsim bounds``: the boundaries of a group sequential design, without any scenario."""

import math

import click

from pathsim.cli.options import json_option
from pathsim.cli.output import print_json


@click.command(short_help="Boundaries of a group sequential design.")
@click.option(
    "--information",
    required=True,
    metavar="T,T,...",
    help="Information fractions of the looks, ascending; the last is usually 1.",
)
@click.option(
    "--spend",
    default="obrien-fleming",
    show_default=True,
    help="Spending function: obrien-fleming, pocock, or hsd:GAMMA (Hwang-Shih-DeCani); none: every look at alpha.",
)
@click.option("--alpha", type=float, default=0.025, show_default=True, help="The error to spend, one-sided.")
@json_option
def bounds(information: str, spend: str, alpha: float, as_json: bool) -> None:
    """Print, for each look, the z at which a trial may stop for benefit, and the error spent by then.

    Example: pathsim bounds --information 80/131,1
    """
    from pathsim.fields import listed_numbers
    from pathsim.report.rules import naive_error
    from pathsim.statistics.sequential import efficacy_bounds, exit_probabilities
    from pathsim.statistics.spending import spending

    fractions = listed_numbers(information)
    if fractions is None:
        raise click.UsageError(f"'{information}' are not information fractions; write 0.5,1 or 80/131,1")
    try:
        function = spending(spend)
        found = efficacy_bounds(fractions, alpha, function)
    except ValueError as wrong:
        raise click.UsageError(str(wrong)) from None
    if as_json:
        efficacy = [None if math.isinf(z) else z for z in found.efficacy]
        print_json({"efficacy": efficacy, "alpha_spent": found.alpha_spent})
        return
    crossed = exit_probabilities(fractions, found.efficacy).efficacy
    if function is None:
        made = naive_error(len(fractions), found.alpha_spent[-1])
        click.echo(f"every look at one-sided {alpha:g}{made}")
    else:
        click.echo(f"{spend} spending, one-sided alpha {alpha:g}")
    spent_and_here = "alpha spent   spent here" if function is not None else " error made    made here"
    click.echo(f"  information   z to stop    nominal P  {spent_and_here}")
    for t, z, spent, here in zip(fractions, found.efficacy, found.alpha_spent, crossed, strict=True):
        bound, nominal = ("-", "-") if math.isinf(z) else (f"{z:.6f}", _probability(_upper_tail(z)))
        click.echo(f"  {t:>11.4f}   {bound:>9}   {nominal:>10}   {_probability(spent):>10}   {_probability(here):>10}")


def _upper_tail(z: float) -> float:
    from pathsim.statistics.normal import probability_below

    return float(probability_below(-z))


def _probability(value: float) -> str:
    """Six decimals, or as many digits as it takes to see anything."""
    return f"{value:.6f}" if value == 0 or value >= 1e-4 else f"{value:.3e}"
