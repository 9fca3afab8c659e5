"""``pathsim graph``: the pathway of a scenario as text, Mermaid or SVG."""

import click

from pathsim.cli.options import scenario_argument, set_option
from pathsim.cli.output import page


@click.command(short_help="The pathway as text, Mermaid or SVG.")
@scenario_argument
@set_option
@click.option("--format", "form", type=click.Choice(["text", "mermaid", "svg"]), default="text", show_default=True)
def graph(scenario: str, settings: dict[str, str], form: str) -> None:
    """Draw the pathway of SCENARIO: who goes where."""
    from pathsim.report.graph import as_mermaid, as_text
    from pathsim.report.graph_svg import as_svg
    from pathsim.scenario.scenario import load

    loaded = load(scenario, settings)
    if form == "text":
        with page() as screen:
            screen.out(as_text(loaded, width=screen.width, ascii_only=screen.options.ascii_only))
    else:
        click.echo(as_mermaid(loaded) if form == "mermaid" else as_svg(loaded))
