"""The results object of one trial: what ``--json`` prints, and what reports, tests and screens read.

Times are in days, proportions are fractions; what a trial cannot estimate is None. A hazard ratio is 0 or infinite
where all events that tell the arms apart are in one of them. Keys are stable; a renamed key is a new
schema version.
"""

from typing import Any, TypeAlias

from pathsim.results.trial import TrialResults
from pathsim.results.views import of_trial
from pathsim.trial.data_cut import Chunk
from pathsim.version import SCHEMA_VERSION, __version__

ResultsJson: TypeAlias = dict[str, Any]


def results(chunk: Chunk, until: float | None = None, trial: int = 0) -> ResultsJson:
    """The results of a trial of a chunk, at the scenario's final cut-off or as they were on an earlier day.

    ``trial`` is its place in the chunk, from 0; ``until`` is a day of the trial.
    """
    scenario = chunk.scenario
    return {
        "schema_version": SCHEMA_VERSION,
        "pathsim": __version__,
        "seed": chunk.seed,
        "replicate": int(chunk.replicates[trial]),
        "scenario": {
            "name": scenario.name,
            "title": scenario.title,
            "sha256": scenario.sha256,
            "overrides": dict(scenario.overrides),
        },
        **of_trial(TrialResults(chunk, until), trial),
    }
