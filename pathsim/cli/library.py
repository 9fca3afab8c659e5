"""``pathsim list``: the scenarios that come with pathsim."""

import click

from pathsim.cli.options import json_option
from pathsim.cli.output import page, print_json


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
    from rich.padding import Padding
    from rich.text import Text

    with page() as screen:
        for entry in entries:
            screen.print(Text(entry["name"], "bold"))
            screen.print(Padding(Text(entry["title"]), (0, 0, 0, 2)))
            screen.print(Padding(Text(entry["summary"], "dim"), (0, 0, 1, 2)))
