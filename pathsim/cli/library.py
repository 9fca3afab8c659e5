"""``pathsim list``: the scenarios that come with pathsim."""

import click

from pathsim.cli.options import json_option
from pathsim.cli.output import console, print_json


@click.command("list", short_help="The scenarios that come with pathsim.")
@json_option
def list_scenarios(as_json: bool) -> None:
    """List the scenarios of the library."""
    from pathsim.scenario.files import find, names, parse

    entries = []
    for name in names():
        tree = parse(find(name))
        entries.append({"name": name, "title": tree.get("title", ""), "summary": tree.get("summary", "")})
    if as_json:
        print_json({"scenarios": entries})
        return
    from rich.table import Table

    table = Table.grid(padding=(0, 2))
    for entry in entries:
        table.add_row(f"[bold]{entry['name']}[/bold]", entry["title"])
        table.add_row("", f"[dim]{entry['summary']}[/dim]")
    console().print(table)
