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

    text = find(scenario).text
    if sys.stdout.isatty():
        # Nothing of it may act there; in a file it stays as it was written, which is in UTF-8 as all of TOML.
        click.echo(harmless_lines(text), nl=not text.endswith("\n"))
    else:
        sys.stdout.flush()
        sys.stdout.buffer.write(text.encode("utf-8"))
