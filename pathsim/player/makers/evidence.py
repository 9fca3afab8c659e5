"""Evidence: where every number and date in use comes from, and trials of the published course beside it."""

from pathsim.engines.choose import simulate_many
from pathsim.player.makers.repeats import Repeats
from pathsim.player.views.evidence import EvidenceRow, EvidenceView, TargetRow, ValidationView
from pathsim.player.worker_session import WorkerSession
from pathsim.report.validation import KIND_SIGNS
from pathsim.results.chosen import figures
from pathsim.results.lookup import is_share
from pathsim.results.views import Columns
from pathsim.scenario.evidence import Rate, tally
from pathsim.scenario.problems import dotted
from pathsim.scenario.scenario import Scenario
from pathsim.state import Settings
from pathsim.validation.targets import compared, paths, targets_of

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


class Validation(Repeats):
    """Trials of the published course beside what was published."""

    def __init__(self, session: WorkerSession, wanted: int) -> None:
        super().__init__(session, wanted)
        self._scenario = session.scenario.as_it_went()
        self._figures = paths(targets_of(self._scenario))

    def columns(self, replicates: range) -> Columns:
        """The figures that targets ask for."""
        return figures(simulate_many(self._scenario, self.session.request.seed, replicates), self._figures)

    def view(self) -> ValidationView:
        """Every published result beside the simulated ones."""
        found = compared(self._scenario, self.so_far())
        rows_shown = tuple(
            TargetRow(
                one.target.part or "",
                one.label,
                KIND_SIGNS[one.target.kind],
                one.target.kind,
                is_share(one.target),
                one.target.wanted,
                one.mean,
                one.average.count,
                one.lower,
                one.upper,
                one.verdict,
                one.is_missed,
            )
            for one in found
        )
        return ValidationView(self.session.request.generation, self.done, self.wanted, rows_shown)
