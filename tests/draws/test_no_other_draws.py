"""There is no chance in pathsim but draws: no generator, no time of day, no hash that differs from run to run."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import pathsim

PACKAGE = Path(pathsim.__file__).parent
ALLOWED = {
    "api": {"secrets"},  # a seed is drawn when none is given, and results and commands tell it
    "serve": {"secrets"},  # who is let in, and which browser is whose: no trial knows of it
}
"""What a part of the package may use all the same, and why."""

MODULES = {"random", "secrets", "uuid", "numpy.random", "scipy.stats"}
NAMES = {"np.random", "numpy.random", "time.time", "time.time_ns", "os.urandom", "os.getrandom"}
BUILTINS = {"hash", "id"}


def chance(source: str) -> Iterator[str]:
    """Everything in this source that differs from run to run, by name."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import():
                yield from (alias.name for alias in node.names if alias.name in MODULES)
            case ast.ImportFrom(module=str(module)):
                parts = {f"{module}.{alias.name}" for alias in node.names}
                yield from sorted(({module} & MODULES) | (parts & (MODULES | NAMES)))
            case ast.Attribute() if ast.unparse(node) in NAMES:
                yield ast.unparse(node)
            case ast.Call(func=ast.Name(id=name)) if name in BUILTINS:
                yield name


@pytest.mark.parametrize(
    "source",
    [
        "import random",
        "import random as dice",
        "from random import choice",
        "import numpy.random",
        "from numpy import random",
        "from numpy.random import default_rng",
        "import numpy as np\nnp.random.default_rng()",
        "import uuid",
        "def later():\n    import secrets",
        "import time\nseed = time.time()",
        "from time import time",
        "import os\nos.urandom(8)",
        "hash('stream')",
        "id(patient)",
    ],
)
def test_the_search_finds(source: str) -> None:
    assert list(chance(source))


@pytest.mark.parametrize(
    "source",
    [
        "import numpy as np\nnp.arange(3)",
        "import time\ntime.perf_counter()",
        "from pathsim.steps.randomize import Randomize",
        "random = 3",
        "from hashlib import blake2b",
    ],
)
def test_the_search_lets_pass(source: str) -> None:
    assert not list(chance(source))


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_draws_are_the_only_chance_in(path: Path) -> None:
    part = path.relative_to(PACKAGE).parts[0].removesuffix(".py")
    assert set(chance(path.read_text(encoding="utf-8"))) <= ALLOWED.get(part, set())
