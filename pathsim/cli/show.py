"""``pathsim show``: the text of a scenario, to begin one of one's own with."""

import sys

import click

from pathsim.cli.options import scenario_argument
from pathsim.text import harmless_lines


@click.command(short_help="The text of a scenario, to begin your own with.")
@scenario_argument
def show(scenario: str) -> None:
    """Print the file of SCENARIO as it is: pathsim show two-arm-exponential > my-trial.toml."""
    from pathsim.scenario.files import find

    found = find(scenario)
    if sys.stdout.isatty():
        # Nothing of it may act there; anywhere else it stays byte by byte as it was written.
        click.echo(harmless_lines(found.text), nl=not found.text.endswith("\n"))
    else:
        sys.stdout.buffer.write(found.data)
