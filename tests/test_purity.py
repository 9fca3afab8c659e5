"""The package knows trials in general: no disease, drug, arm or endpoint is named in its code."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "pathsim"
WORDS = re.compile(
    r"leuk(a)?emia|lymphoblast|blina|chemo(?!t\.)|inotuzumab|tisagen|\bmrd\b|transplant|hsct|gvhd|donor|conditioning"
    r"|isch(a)?emi|\bnihss\b|thrombectomy|infection|neutropenia|sepsis|mucositis|relapse|remission|salvage|\bdfs\b|\bos_|\befs\b"
    r"|disease_free|marrow|cytogenetic",
    re.IGNORECASE,
)
MODULES = sorted(PACKAGE.rglob("*.py"))


def words_of(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """Every name and every text in the code, apart from docstrings."""
    documentation = {
        id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        for name in ("id", "attr", "name", "arg"):
            if isinstance(text := getattr(node, name, None), str):
                yield getattr(node, "lineno", 0), text
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation:
            yield node.lineno, node.value


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_no_medical_word_is_in_the_code(module: Path) -> None:
    tree = ast.parse(module.read_text(encoding="utf-8"))
    found = [f"line {line}: {text}" for line, text in words_of(tree) if WORDS.search(text)]
    assert found == []


def test_the_list_of_words_would_find_some() -> None:
    tree = ast.parse('relapse_day = 3\nlabel = "Transplant"')
    assert len([text for _, text in words_of(tree) if WORDS.search(text)]) == 2
