"""Which sections a report has, and in which order: that of a trial report. Who has nothing to tell is left out."""

from collections.abc import Callable, Iterator
from typing import TypeAlias

from pathsim.names import in_line
from pathsim.report.html.content import ReportDocument, ReportSection
from pathsim.report.html.reported import ReportedTrial
from pathsim.report.html.sections.again import again
from pathsim.report.html.sections.answer import answer
from pathsim.report.html.sections.baseline import baseline
from pathsim.report.html.sections.compared import ReportedComparison, compared_sections
from pathsim.report.html.sections.effects import effects
from pathsim.report.html.sections.evidence import evidence
from pathsim.report.html.sections.flow import flow
from pathsim.report.html.sections.incidence import incidence
from pathsim.report.html.sections.later_steps import later_steps
from pathsim.report.html.sections.monitoring import monitoring
from pathsim.report.html.sections.pathway import pathway_section
from pathsim.report.html.sections.published import published
from pathsim.report.html.sections.queues import queues
from pathsim.report.html.sections.repeats import repeats
from pathsim.report.html.sections.responses import responses
from pathsim.report.html.sections.survival import survival_sections
from pathsim.report.html.sections.toxicity import toxicity
from pathsim.scenario.toml_text import as_toml
from pathsim.text import counted
from pathsim.version import __version__

Maker: TypeAlias = Callable[[ReportedTrial], ReportSection | None]
FIRST: tuple[Maker, ...] = (answer, pathway_section, flow, baseline)
THEN: tuple[Maker, ...] = (
    incidence,
    toxicity,
    responses,
    later_steps,
    queues,
    monitoring,
    repeats,
    effects,
    published,
    evidence,
    again,
)
"""The sections before those of the endpoints, and after them."""


def document(trial: ReportedTrial) -> ReportDocument:
    """The report of a trial."""
    scenario, found = trial.scenario, trial.found
    parts = [f"seed {found['seed']}, replicate {found['replicate']}"]
    if trial.ensemble is not None:
        parts.append(f"with {counted(trial.ensemble.replicates, 'trial')} of the same design")
    if scenario.overrides:
        changed = ", ".join(f"{path} = {as_toml(value)}" for path, value in scenario.overrides.items())
        parts.append(f"changed: {changed}")
    byline = f"Report of a simulated trial; {'; '.join(parts)}"
    return ReportDocument(in_line(scenario.title), byline, tuple(_sections(trial)), _footer())


def compared_document(of: ReportedComparison) -> ReportDocument:
    """The report of two scenarios side by side."""
    replicates = counted(int(of.found.settings[0]["replicates"]), "trial")
    title, other = in_line(of.found.before.title), in_line(of.found.now.title)
    title = title if title == other else f"{title}, and {other}"
    byline = f"Two scenarios side by side; seed {of.found.seed}, {replicates} of each"
    return ReportDocument(title, byline, tuple(compared_sections(of)), _footer())


def _footer() -> str:
    return f"pathsim {__version__}. No patient in this report is real."


def _sections(trial: ReportedTrial) -> Iterator[ReportSection]:
    first, then = ([make(trial) for make in makers] for makers in (FIRST, THEN))
    yield from filter(None, first)
    yield from survival_sections(trial)
    yield from filter(None, then)
