"""Values written back into a scenario file, with every other byte of it as it was: comments, layout, line ends."""

from collections.abc import Mapping

from pathsim.scenario.files import Source, parse, parse_value
from pathsim.scenario.merge import written
from pathsim.scenario.positions import TextSpan, span_of
from pathsim.scenario.problems import Problem, ScenarioError
from pathsim.steps.spec import KeyPath

_MARK = b"\xef\xbb\xbf"
"""What editors on Windows put in front of UTF-8."""


def rewritten(source: Source, values: Mapping[KeyPath, float]) -> bytes:
    """The bytes of this file with these values; a number that has not changed stays as it was written.

    Raises ScenarioError if one of them does not stand in this file, but in one that it extends.
    """
    tree = parse(source)
    found: dict[TextSpan, float] = {}
    elsewhere = []
    for path, value in values.items():
        said, keys = written(tree, path)
        span = span_of(source.text, keys) or span_of(source.text, (*keys, "value"))
        if said != path or span is None:
            message = "this number stands in a file that this one extends: calibrate that one, or write the number here"
            elsewhere.append(Problem(path, message, source.file))
        else:
            found[span] = value
    if elsewhere:
        raise ScenarioError(elsewhere)
    data = source.data or source.text.encode()
    lines = data.removeprefix(_MARK).split(b"\n")
    # From the last to the first, so that those before are still where they were.
    for span, value in sorted(found.items(), reverse=True):
        line = lines[span.row]
        before = line[span.begin : span.end]
        lines[span.row] = line[: span.begin] + _number(before, value) + line[span.end :]
    return data[: len(data) - len(data.removeprefix(_MARK))] + b"\n".join(lines)


def _number(before: bytes, value: float) -> bytes:
    """The value as TOML writes it: the number before if it is the same, and whole if that was and it can be."""
    number = parse_value(before.decode())
    if number == value:
        return before
    return str(int(value) if isinstance(number, int) and value.is_integer() else value).encode()
