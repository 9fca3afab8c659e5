"""What people call the figures by which arms are compared, and what is told of them over many trials."""

from pathsim.meaning import Unit
from pathsim.names import spoken
from pathsim.paths import compared_path, names_in
from pathsim.results.declared import comparison_by, declaration

PRIMARY_TEST = "logrank"
"""The test whose power is meant where no test is named."""


def label_of_test(name: str) -> str:
    """What people call a test, by its name below the arm that it compares, such as ``gray.relapse``."""
    method, *kinds = names_in(name)
    return ", ".join([comparison_by(method).label, *map(spoken, kinds)])


def in_ensembles(of: str, endpoint: str, arm: str, path: str) -> tuple[str, str, Unit] | None:
    """What two settings are compared by, of a figure: the path in ensembles, the label and the unit; None if nothing.

    ``path`` is that of the figure below the arm, and ``of`` what the endpoint in this arm is called. Of a test it is
    how often it is significant.
    """
    whole = f"{compared_path(endpoint, arm)}.{path}"
    unit, label, _ = declaration(whole)
    if label and unit in (Unit.RATIO, Unit.DAYS):
        return whole, f"{of} {label}", unit
    if unit is not Unit.P_VALUE:
        return None
    test = path.rpartition(".")[0]
    by = "" if test == PRIMARY_TEST else f", {label_of_test(test)}"
    return f"{whole.rpartition('.')[0]}.significant", f"{of} power{by}", Unit.SHARE
