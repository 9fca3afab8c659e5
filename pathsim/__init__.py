"""A flight simulator for randomized clinical trials.

    scenario = pathsim.load("aall1331", {"trial.patients": 300})
    trial = pathsim.run(scenario, seed=21)

docs/api.md shows the rest. What is here is loaded when it is first used, so that ``import pathsim`` takes no time.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from pathsim.version import SCHEMA_VERSION, __version__

if TYPE_CHECKING:
    from pathsim.api.ensembles import Ensemble, compare, ensemble
    from pathsim.api.loading import load
    from pathsim.api.trial import Results, run
    from pathsim.api.validation import validate
    from pathsim.scenario.problems import ScenarioError
    from pathsim.scenario.scenario import Scenario

__all__ = [
    "SCHEMA_VERSION",
    "Ensemble",
    "Results",
    "Scenario",
    "ScenarioError",
    "__version__",
    "compare",
    "ensemble",
    "load",
    "run",
    "validate",
]
_HOMES = {
    "Ensemble": "pathsim.api.ensembles",
    "Results": "pathsim.api.trial",
    "Scenario": "pathsim.scenario.scenario",
    "ScenarioError": "pathsim.scenario.problems",
    "compare": "pathsim.api.ensembles",
    "ensemble": "pathsim.api.ensembles",
    "load": "pathsim.api.loading",
    "run": "pathsim.api.trial",
    "validate": "pathsim.api.validation",
}
"""The module of each name that is loaded when it is first used."""

if not TYPE_CHECKING:  # where types are checked, a name that is not imported above is a mistake

    def __getattr__(name: str) -> object:
        if name not in _HOMES:
            raise AttributeError(f"module 'pathsim' has no attribute '{name}'")
        found = globals()[name] = getattr(import_module(_HOMES[name]), name)
        return found


def __dir__() -> list[str]:
    return sorted(__all__)
