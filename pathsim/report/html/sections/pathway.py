"""The pathway of a scenario: the drawing, and its steps as a table."""

from pathsim.names import conditions_in_words, in_line
from pathsim.report.graph_svg import as_svg
from pathsim.report.html.content import Heading, ReportFigure, ReportRow, ReportSection, ReportTable
from pathsim.report.html.reported import ReportedTrial
from pathsim.report.pathway import Pathway, Stop, pathway

WIDEST = 1000
"""Pixels: a drawing wider than this would be too small on paper."""


def pathway_section(trial: ReportedTrial) -> ReportSection:
    """The pathway that the patients of the trial follow."""
    shown, drawn = pathway(trial.scenario), as_svg(trial.scenario)
    is_wide = int(drawn.split('width="', 1)[1].split('"', 1)[0]) > WIDEST
    figure = ReportFigure(
        "pathway",
        "The pathway of patients, from left to right",
        f"Pathway with {len(shown.stops)} steps; the table below it lists each with where patients go from it.",
        _steps(shown),
        svg=drawn,
        is_wide=is_wide,
    )
    return ReportSection("pathway", "The pathway", (figure,))


def _steps(shown: Pathway) -> ReportTable:
    heads = ((Heading("Step"), Heading("What happens"), Heading("Where patients go")),)
    rows = tuple(
        ReportRow(
            (stop.label,),
            ((conditions_in_words(" · ".join((stop.spec.kind, *stop.details))),), (_ways(shown, stop),)),
        )
        for stop in shown.stops.values()
    )
    return ReportTable("Steps of the pathway", heads, rows, texts=frozenset((1, 2)), is_folded=True)


def _ways(shown: Pathway, stop: Stop) -> str:
    told = (
        f"{shown.stops[way.to].label}{f' ({conditions_in_words(in_line(way.label))})' if way.label else ''}"
        for way in stop.ways
    )
    return "; ".join(told)
