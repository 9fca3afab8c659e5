"""The code and the reference speak the field's own words, and each means one thing (DESIGN, section 1)."""

import ast
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = sorted((ROOT / "pathsim").rglob("*.py"))
BESIDE = sorted(file for folder in ("tests", "tools", "benchmarks") for file in (ROOT / folder).rglob("*.py"))
REFERENCE = [
    ROOT / "docs" / name
    for name in ("results.md", "scenario-files.md", "scenario-reference.md", "differences.md", "api.md")
]
REFERENCE += [
    *sorted((ROOT / "scenarios").glob("*.toml")),
    ROOT / "ARCHITECTURE.md",
    *sorted((ROOT / "pathsim").rglob("*.md")),
]
FORMER = ("luck", "slot", "cast", "fates", "marks", "struck", "sweep", "clock", "laws", "seat", "ignorance", "studio")
FORMER += ("shelf", "twin", "settling", "he", "his", "him", "law", "fate", "swept", "seats")
TELL_THEM = ("former.py", "test_former_words.py", "test_words.py")
"""Here former words are answered with the new ones."""
ENGLISH = {"marks"}
"""Of these what tests draw and quote may speak."""


def words(text: str) -> set[str]:
    """The words of an identifier or a sentence, in small letters."""
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", text)}


def named(tree: ast.AST) -> Iterator[str]:
    """Every name that the code itself chooses, and every docstring."""
    for node in ast.walk(tree):
        match node:
            case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                yield name
            case ast.arg(arg=name) | ast.Name(id=name, ctx=ast.Store()):
                yield name
            case ast.Attribute(attr=name, ctx=ast.Store()):
                yield name
            case ast.Expr(value=ast.Constant(value=str(text))):
                yield re.sub(r"quotation marks?|wall-clock|wall clock", "", text)


@pytest.mark.parametrize("file", [*PACKAGE, *BESIDE], ids=lambda file: str(file.relative_to(ROOT)))
def test_no_module_speaks_a_former_word(file: Path) -> None:
    if file.name in TELL_THEM:
        return
    former = set(FORMER) if file in PACKAGE else set(FORMER) - ENGLISH
    assert not words(" ".join(file.relative_to(ROOT).parts)) & former
    found = [name for name in named(ast.parse(file.read_text(encoding="utf-8"))) if words(name) & former]
    assert found == []


@pytest.mark.parametrize("file", REFERENCE, ids=lambda file: str(file.relative_to(ROOT)))
def test_no_page_of_the_reference_speaks_a_former_word(file: Path) -> None:
    text = re.sub(r"quotation marks?|law of total variance", "", file.read_text(encoding="utf-8"))
    assert words(text) & set(FORMER) == set()


def test_no_two_public_classes_share_a_name() -> None:
    trees = [ast.parse(file.read_text(encoding="utf-8")) for file in PACKAGE]
    names = [node.name for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    assert [name for name, count in Counter(names).items() if count > 1 and not name.startswith("_")] == []
