"""``pathsim bounds``: the boundaries of a group sequential design, without any scenario."""

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
    help="Spending function: obrien-fleming, pocock, or hsd:GAMMA (Hwang-Shih-DeCani).",
)
@click.option("--alpha", type=float, default=0.025, show_default=True, help="The error to spend, one-sided.")
@json_option
def bounds(information: str, spend: str, alpha: float, as_json: bool) -> None:
    """Print, for each look, the z at which a trial may stop for benefit, and the error spent until then.

    Example: pathsim bounds --information 80/131,1
    """
    from pathsim.stats.sequential import efficacy_bounds, exit_probabilities, spending

    fractions = [_fraction(text) for text in information.split(",")]
    try:
        found = efficacy_bounds(fractions, alpha, spending(spend))
    except ValueError as wrong:
        raise click.UsageError(str(wrong)) from None
    if as_json:
        print_json({"efficacy": found.efficacy, "alpha_spent": found.alpha_spent})
        return
    from statistics import NormalDist

    crossed = exit_probabilities(fractions, found.efficacy).efficacy
    click.echo(f"{spend} spending, one-sided alpha {alpha:g}")
    click.echo("  information   z to stop   nominal P   alpha spent   spent here")
    for t, z, spent, here in zip(fractions, found.efficacy, found.alpha_spent, crossed, strict=True):
        nominal = 1 - NormalDist().cdf(z)
        click.echo(f"  {t:>11.4f}   {z:>9.6f}   {nominal:>9.6f}   {spent:>11.6f}   {here:>10.6f}")


def _fraction(text: str) -> float:
    """An information fraction, written as a number or as events of events: 80/131."""
    part, slash, whole = text.strip().partition("/")
    try:
        return float(part) / float(whole) if slash else float(part)
    except (ValueError, ZeroDivisionError):
        raise click.UsageError(f"'{text.strip()}' is not an information fraction; write 0.5 or 80/131") from None
