"""Values written back into a scenario file, with everything else in it as it was: comments, order, layout.

(But for one blank: tomlkit drops the one between a date and the bracket that ends its table.)
"""

from collections.abc import Mapping
from typing import Any

from pathsim.scenario.files import Source, parse
from pathsim.scenario.layers import written
from pathsim.scenario.problems import Problem, ScenarioError
from pathsim.steps.spec import KeyPath


def rewritten(source: Source, values: Mapping[KeyPath, float]) -> str:
    """The text of this file with these values.

    Raises ScenarioError if one of them does not stand in this file, but in one that it extends.
    """
    import tomlkit  # noqa: PLC0415 - an extra

    tree = parse(source)
    document = tomlkit.parse(source.text)
    elsewhere = []
    for path, value in values.items():
        said, keys = written(tree, path)
        if said != path:
            message = "this number stands in a file that this one extends: calibrate that one, or write the number here"
            elsewhere.append(Problem(path, message, source.file))
            continue
        here: Any = document
        for key in keys[:-1]:
            here = here[key]
        if isinstance(here[keys[-1]], Mapping):
            here[keys[-1]]["value"] = value
        else:
            here[keys[-1]] = value
    if elsewhere:
        raise ScenarioError(elsewhere)
    return tomlkit.dumps(document)
