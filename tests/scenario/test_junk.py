import copy
import json
import random
import re
import tomllib
from pathlib import Path

import pytest
from mutants import change, mutated
from strategies import toml
from test_broken import JARGON

from pathsim.scenario.files import Source, library
from pathsim.scenario.problems import Problem, ScenarioError
from pathsim.scenario.scenario import load

FILES = sorted(library().glob("*.toml"))
QUOTED = re.compile(r"'[^']*'")


def is_loaded_or_explained(text: str) -> None:
    problems: list[Problem] | None = None
    try:
        load(Source("mutant", "mutant.toml", text))
    except ScenarioError as wrong:
        problems = wrong.problems
    assert problems is None or len(problems) > 0
    for problem in problems or ():
        assert problem.message.strip()
        assert not JARGON.search(QUOTED.sub("", problem.message))
        assert problem.file == "mutant.toml"
        assert problem.line is not None
        assert 1 <= problem.line <= text.count("\n") + 1


@pytest.mark.parametrize("part", range(4))
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_whatever_a_file_says_it_is_loaded_or_explained(file: Path, part: int) -> None:
    whole = tomllib.loads(file.read_text(encoding="utf-8"))
    for number in range(25 if len(whole["steps"]) < 20 else 5):
        chance = random.Random(f"{file.stem} {part} {number}")  # noqa: S311
        tree = copy.deepcopy(whole)
        for _ in range(chance.choice([1, 1, 2, 4])):
            change(chance, tree)
        is_loaded_or_explained("".join(f"{json.dumps(key)} = {toml(value)}\n" for key, value in tree.items()))


@pytest.mark.parametrize("part", range(4))
@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_whatever_is_done_to_a_file_it_is_loaded_or_explained(file: Path, part: int) -> None:
    text = file.read_text(encoding="utf-8")
    for number in range(100 if len(text) < 20_000 else 25):
        is_loaded_or_explained(mutated(random.Random(f"{file.stem} {part} {number}"), text))  # noqa: S311
