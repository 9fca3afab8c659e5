"""Mutants: a module with one small fault in it, by the operators of Cosmic Ray."""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import get_operator

# Of the replacements that Cosmic Ray knows, the nearest of each: a shift where there was a sum fails any test.
_BINARY = {"Add": "Sub", "Sub": "Add", "Mul": "Div", "Div": "Mul", "FloorDiv": "Mul", "Mod": "Mul", "Pow": "Mul"}
_BINARY |= {"BitOr": "BitAnd", "BitAnd": "BitOr", "BitXor": "BitAnd"}
_COMPARISON = {"Lt": "LtE", "LtE": "Lt", "Gt": "GtE", "GtE": "Gt", "Eq": "NotEq", "NotEq": "Eq", "Is": "IsNot"}
_COMPARISON |= {"IsNot": "Is"}
OPERATORS = (
    *(f"ReplaceBinaryOperator_{one}_{other}" for one, other in _BINARY.items()),
    *(f"ReplaceComparisonOperator_{one}_{other}" for one, other in _COMPARISON.items()),
    *(f"ReplaceUnaryOperator_Delete_{one}" for one in ("USub", "Invert", "Not")),
    *("AddNot", "NumberReplacer", "ReplaceTrueWithFalse", "ReplaceFalseWithTrue", "ReplaceAndWithOr"),
    *("ReplaceOrWithAnd", "ReplaceBreakWithContinue", "ReplaceContinueWithBreak", "ZeroIterationForLoop"),
)


class Mutant(NamedTuple):
    """A fault that a module can have."""

    file: str
    operator: str
    number: int
    """Which of the places at which this operator finds something to change."""
    line: int

    def text(self, source: str) -> str:
        """The module with the fault."""
        return str(mutate_code(source, get_operator(f"core/{self.operator}")(), self.number))

    def name(self, source: str) -> tuple[str, str, str]:
        """What it is called: the file, and the line without and with the fault, wherever in the file that stands."""
        was, becomes = (text.splitlines()[self.line - 1].strip() for text in (source, self.text(source)))
        return self.file, was, becomes


def mutants(root: Path, file: str) -> list[Mutant]:
    """All faults of a module that are worth a trial: see ``_left_alone`` for those that are not."""
    source = (root / file).read_text(encoding="utf-8")
    left_alone, nodes = list(_left_alone(ast.parse(source))), list(ast_nodes(get_ast(source)))
    found = []
    for name in OPERATORS:
        operator = get_operator(f"core/{name}")()
        places = [start for node in nodes for start, _ in operator.mutation_positions(node)]
        for number, place in enumerate(places):
            if not any(start <= place < end for start, end in left_alone):
                found.append(Mutant(file, name, number, place[0]))
    return found


def _left_alone(tree: ast.AST) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """From where to where there is nothing to find out.

    Annotations, decorators, the words of errors, signatures up to their defaults, and whether a zip is strict.
    """
    for node in ast.walk(tree):
        match node:
            case ast.Raise() | ast.AnnAssign(annotation=ast.Name("TypeAlias")) | ast.keyword("strict"):
                parts: list[ast.AST | None] = [node]
            case ast.FunctionDef():
                parts = [node.returns, *node.decorator_list]
                yield (node.lineno, node.col_offset), _first_default(node)
            case ast.ClassDef():
                parts = [*node.decorator_list]
            case ast.AnnAssign() | ast.arg():
                parts = [node.annotation]
            case _:
                parts = []
        for part in parts:
            if isinstance(part, (ast.expr, ast.stmt, ast.keyword)):
                yield (part.lineno, part.col_offset), (part.end_lineno or 0, part.end_col_offset or 0)


def _first_default(function: ast.FunctionDef) -> tuple[int, int]:
    """Where the first default of a function stands; where its body does, if there is none."""
    given = [default for default in (*function.args.defaults, *function.args.kw_defaults) if default is not None]
    places = [(node.lineno, node.col_offset) for node in (*given, function.body[0])]
    return min(places)
