"""No modules import each other in a circle, be it in a function or for types alone."""

import ast
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from itertools import pairwise
from pathlib import Path

PACKAGE = Path(__file__).parent.parent / "pathsim"


def circle(package: Path) -> list[str]:
    """Modules of a package of which each imports the next, the first again at the end; none if there is no circle.

    That Python loads a package before the modules in it is no import of theirs.
    """
    files = {_name(file, package): file for file in package.rglob("*.py")}
    imports = {name: set(_imported(name, file, files)) - {name} for name, file in files.items()}
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as found:
        return list(found.args[1])[::-1]
    return []


def _name(file: Path, package: Path) -> str:
    parts = file.relative_to(package.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _imported(name: str, file: Path, names: dict[str, Path]) -> Iterator[str]:
    """The modules of ours that a file imports, wherever in it."""
    parents = [*name.split("."), *(["__init__"] if file.name == "__init__.py" else [])]
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        found = []
        if isinstance(node, ast.Import):
            found = [one.name for one in node.names]
        elif isinstance(node, ast.ImportFrom):
            start = ".".join(parents[: -node.level]) if node.level else ""
            module = ".".join(filter(None, (start, node.module)))
            inner = [f"{module}.{one.name}" for one in node.names]
            found = [one if one in names else module for one in inner]
        yield from (one for one in found if one in names)


def test_no_modules_import_each_other_in_a_circle() -> None:
    assert not circle(PACKAGE), " imports ".join(circle(PACKAGE))


def test_a_circle_is_named(tmp_path: Path) -> None:
    package = tmp_path / "p"
    texts = {
        "__init__": "",
        "one": "import p.two",
        "two": "def load():\n    from p import three",
        "three": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from .one import One",
        "four": "from p.one import One",
    }
    package.mkdir()
    for name, text in texts.items():
        (package / f"{name}.py").write_text(text, encoding="utf-8")
    found = circle(package)
    assert found[0] == found[-1]
    assert set(pairwise(found)) == {("p.one", "p.two"), ("p.two", "p.three"), ("p.three", "p.one")}
