"""Every number and date in use, and where it comes from."""

from pathsim.player.requests import Settings
from pathsim.player.views.evidence import EvidenceRow, EvidenceView
from pathsim.scenario.evidence import Rate, tally
from pathsim.scenario.problems import dotted
from pathsim.scenario.scenario import Scenario

TURNED = "set by hand, to see what it does"


def evidence(generation: int, scenario: Scenario, settings: Settings) -> EvidenceView:
    """The numbers and dates of the model in the order of the file, and the publications that they were read in.

    ``settings`` are what is set in the app.
    """
    turned = dict(settings)
    rows = tuple(
        EvidenceRow(
            name := dotted(path),
            _value(rate),
            rate.evidence.kind,
            TURNED if name in turned else rate.evidence.text,
            rate.evidence.note or "",
        )
        for path, rate in scenario.stated.items()
    )
    cites = tuple((name, source.cite) for name, source in scenario.sections.sources.items())
    return EvidenceView(generation, tally(scenario.stated.values()), rows, cites)


def _value(rate: Rate) -> str:
    if isinstance(rate.value, list):
        return ", ".join(f"{value:g}" for value in rate.value)
    if not isinstance(rate.value, float):
        return rate.value.isoformat()
    return f"{rate.value:.4g}" if rate.n is None else f"{rate.n}/{rate.of}"
