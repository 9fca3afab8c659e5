"""How to make the same report again: the version, the hash of the scenario, the seed and the command."""

from pathsim.report.html.content import Heading, ListBlock, ReportRow, ReportSection, ReportTable, Words
from pathsim.report.html.reading import COUNT
from pathsim.report.html.reported import ReportedTrial
from pathsim.scenario.toml_text import as_toml


def again(trial: ReportedTrial) -> ReportSection:
    """A table of what the results depend on, and the commands."""
    scenario, found = trial.scenario, trial.found
    rows = [
        ReportRow(("pathsim",), ((found["pathsim"],),)),
        ReportRow(("Scenario",), ((scenario.name,),)),
        ReportRow(("Its SHA-256",), ((found["scenario"]["sha256"],),)),
        ReportRow(("Seed",), ((f"{found['seed']}",),)),
        ReportRow(("Replicate",), ((f"{found['replicate']}",),)),
    ]
    rows += [ReportRow((f"Set: {path}",), ((as_toml(value),),)) for path, value in scenario.overrides.items()]
    if trial.ensemble is not None:
        rows.append(ReportRow(("Trials in the ensemble",), ((trial.ensemble.reader.told("replicates", COUNT),),)))
    commands: list[Words] = [(trial.command,), (f"pathsim sources {scenario.layers.sources[-1].asked}",)]
    heads = ((Heading("What"), Heading("Value")),)
    table = ReportTable("What this report depends on", heads, tuple(rows), texts=frozenset({1}))
    told = ListBlock(tuple(commands), "commands")
    return ReportSection("again", "How to make it again", (table, told))
