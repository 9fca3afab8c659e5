"""What a report is about: a simulated trial, and many like it."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from pathsim.ensembles.collected import ByName
from pathsim.ensembles.summary import Summary
from pathsim.report.html.reading import FigureReader
from pathsim.results.endpoint import EndpointResults
from pathsim.results.json import ResultsJson
from pathsim.scenario.scenario import Scenario
from pathsim.trial.course import Course, course
from pathsim.trial.data_cut import Chunk
from pathsim.validation.targets import TargetComparison


@dataclass(frozen=True)
class ReportedEnsemble:
    """Many trials of the same design: what they come to, and each figure of each of them."""

    found: Summary
    columns: ByName

    @property
    def replicates(self) -> int:
        """How many trials there are."""
        return int(self.found["replicates"])

    @cached_property
    def reader(self) -> FigureReader:
        """What reads figures of the summary."""
        return FigureReader(self.found, "ensemble")


@dataclass(frozen=True)
class ReportedTrial:
    """One trial of a scenario and its results; many like it, if they were asked for."""

    chunk: Chunk
    """The trial alone."""
    found: ResultsJson
    command: str
    """What makes the report again."""
    ensemble: ReportedEnsemble | None = None
    comparisons: Sequence[TargetComparison] = ()
    """The targets beside trials of the published course."""

    @property
    def scenario(self) -> Scenario:
        """The scenario of the trial."""
        return self.chunk.scenario

    @cached_property
    def course(self) -> Course:
        """What the committee decided."""
        return course(self.chunk)

    @cached_property
    def reader(self) -> FigureReader:
        """What reads figures of the results."""
        return FigureReader(self.found)

    @cached_property
    def endpoints(self) -> dict[str, EndpointResults]:
        """Each endpoint by what is known at the data cut, with the times of all patients."""
        known = self.course.reported_on(self.found["trial"]["cutoff_day"])
        return {name: EndpointResults(table, known) for name, table in self.scenario.sections.endpoints.items()}
