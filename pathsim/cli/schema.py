"""``pathsim schema``: the JSON Schema of scenario files, for editors."""

import click

from pathsim.cli.output import print_json


@click.command(short_help="The JSON Schema of scenario files, for editors.")
def schema() -> None:
    """Print the JSON Schema of scenario files: editors that know it complete and check them as you type."""
    from pathsim.scenario.json_schema import json_schema

    print_json(json_schema())
