"""Evidence: how many numbers are published, derived, calibrated or assumed; and every one with where it comes from."""

from collections import Counter
from itertools import groupby

from pathsim.names import in_line
from pathsim.report.html.content import Heading, ListBlock, ReportRow, ReportSection, ReportTable, TextBlock, Words
from pathsim.report.html.reported import ReportedTrial
from pathsim.scenario.evidence import KINDS, Rate, tally
from pathsim.scenario.problems import dotted


def evidence(trial: ReportedTrial) -> ReportSection:
    """Counts by kind, every number and date, and the publications that they were read in."""
    stated = trial.scenario.stated
    counts = Counter(rate.evidence.kind for rate in stated.values())
    meanings = {
        "published": "Read in a publication",
        "derived": "Computed from what was published",
        "calibrated": "Fitted so that published results come out",
        "assumed": "Published by nobody that we know of",
    }
    kinds = tuple(
        ReportRow(
            (kind.capitalize(),),
            ((meanings[kind],), (f"{counts[kind]:,}",), (f"{100 * counts[kind] / len(stated):.0f}",)),
        )
        for kind in KINDS
        if counts[kind]
    )
    heads = ((Heading("Kind"), Heading("What it means"), Heading("Numbers and dates"), Heading("%")),)
    told = TextBlock((f"The model has {tally(stated.values())}, and each says where it comes from.",))
    table = ReportTable("Numbers and dates of the model by kind of evidence", heads, kinds, texts=frozenset({1}))
    return ReportSection("evidence", "Evidence", (told, table, _every(trial), *_sources(trial)))


def _every(trial: ReportedTrial) -> ReportTable:
    """Each evidence once, with the numbers and dates below it that rest on it."""
    rows: list[ReportRow] = []
    for (kind, said), group in groupby(trial.scenario.stated.values(), lambda rate: (rate.evidence.kind, _said(rate))):
        rows.append(ReportRow((f"{kind.capitalize()}: {said}",), (), "part"))
        rows += [ReportRow((dotted(rate.path),), ((_value(rate),),), "within") for rate in group]
    heads = ((Heading("Evidence, and the numbers and dates that rest on it"), Heading("Value")),)
    return ReportTable("Every number and date of the model", heads, tuple(rows))


def _value(rate: Rate) -> str:
    if isinstance(rate.value, list):
        return ", ".join(f"{value:g}" for value in rate.value)
    if not isinstance(rate.value, float):
        return rate.value.isoformat()
    return f"{rate.value:.6g}" if rate.n is None else f"{rate.n}/{rate.of}"


def _said(rate: Rate) -> str:
    """The source, formula, target or reason, with what else is to be known."""
    quote = f"\N{LEFT DOUBLE QUOTATION MARK}{rate.evidence.quote}\N{RIGHT DOUBLE QUOTATION MARK}"
    parts = (rate.evidence.text, rate.evidence.note, quote if rate.evidence.quote else None)
    return in_line("; ".join(part for part in parts if part))


def _sources(trial: ReportedTrial) -> list[TextBlock | ListBlock]:
    cited = {rate.evidence for rate in trial.scenario.stated.values()}
    items: list[Words] = []
    for key, entry in trial.scenario.sections.sources.items():
        if any(said.cites(key) for said in cited):
            link = f" doi:{entry.doi}" if entry.doi else f" {entry.url}" if entry.url else ""
            items.append((in_line(f"{key}: {entry.cite}{link}"),))
    return [TextBlock(("Sources that are cited above:",)), ListBlock(tuple(items))] if items else []
