"""Every number in use, and where it comes from."""

from pathsim.player.shown import EvidenceRow, EvidenceView
from pathsim.scenario.evidence import Rate
from pathsim.scenario.problems import dotted
from pathsim.scenario.scenario import Scenario


def evidence(generation: int, scenario: Scenario) -> EvidenceView:
    """The numbers of the model in the order of the file, and the publications that they were read in."""
    rows = tuple(
        EvidenceRow(dotted(path), _value(rate), rate.evidence.kind, rate.evidence.text, rate.evidence.note or "")
        for path, rate in scenario.rates.items()
    )
    cites = tuple((name, source.cite) for name, source in scenario.sections.sources.items())
    return EvidenceView(generation, rows, cites)


def _value(rate: Rate) -> str:
    if isinstance(rate.value, list):
        return ", ".join(f"{value:g}" for value in rate.value)
    return f"{rate.value:.4g}" if rate.n is None else f"{rate.n}/{rate.of}"
