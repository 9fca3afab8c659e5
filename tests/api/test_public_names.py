"""The names that ``import pathsim`` offers: what they are, what they take, and that they wait until they are used."""

import inspect
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import pathsim

ROOT = Path(__file__).parents[2]
SIGNATURES = {
    "load": "(scenario, settings=None) -> Scenario",
    "run": "(scenario, seed=None, replicate=0, *, until=None, engine='auto', arms_of=None) -> Results",
    "ensemble": "(scenario, replicates=1000, seed=None, *, null=False, uncertain=False, until=None, figures=(), "
    "where=(), workers=1, progress=None) -> Ensemble",
    "compare": "(scenario, *others, replicates=1000, seed=None, until=None, figures=(), where=(), workers=1, "
    "progress=None) -> Ensemble",
    "validate": "(scenario, replicates=2000, seed=None, *, parts=(), uncertain=False, workers=1, progress=None) "
    "-> ValidationResults",
}
"""Without the types of what they take, which mypy checks (``test_api_types``)."""
CLASSES = {
    "Scenario": {"name", "title", "sha256", "overrides", "patients", "arms"},
    "Results": {"scenario", "figure", "journal", "table", "to_json"},
    "Ensemble": {"scenario", "replicates", "summary", "differences", "to_json"},
    "ScenarioError": {"problems"},
}
"""What of a class is promised; of errors what each of them has."""
HEAVY = ("numpy", "pydantic", "textual", "rich", "click", "simpy", "nanoarrow", "tomllib")


def fresh(code: str) -> str:
    """What a Python that has loaded nothing prints."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, encoding="utf-8", cwd=ROOT)
    assert done.stderr == ""
    return done.stdout.strip()


def signature(function: Callable[..., object]) -> str:
    full = inspect.signature(function)
    plain = [parameter.replace(annotation=inspect.Parameter.empty) for parameter in full.parameters.values()]
    taken = full.replace(parameters=plain, return_annotation=inspect.Signature.empty)
    return f"{taken} -> {full.return_annotation.__name__}"


def test_the_names_are_these() -> None:
    assert set(pathsim.__all__) == {*SIGNATURES, *CLASSES, "__version__", "SCHEMA_VERSION"}
    assert dir(pathsim) == sorted(pathsim.__all__)


@pytest.mark.parametrize("name", SIGNATURES)
def test_a_function_takes_and_returns_this(name: str) -> None:
    assert signature(getattr(pathsim, name)) == SIGNATURES[name]


@pytest.mark.parametrize("name", CLASSES)
def test_a_class_has_this(name: str) -> None:
    here = getattr(pathsim, name)
    made = here([]) if name == "ScenarioError" else here
    assert CLASSES[name] <= set(dir(made))


@pytest.mark.parametrize("name", [*SIGNATURES, *CLASSES])
def test_everything_is_documented(name: str) -> None:
    documented = [getattr(pathsim, name)]
    documented += [getattr(documented[0], inner) for inner in CLASSES.get(name, ()) if hasattr(documented[0], inner)]
    assert all((inspect.getdoc(one) or "").endswith(".") for one in documented)


def test_the_package_alone_loads_nothing_heavy() -> None:
    assert fresh(f"import sys, pathsim; print([name for name in {HEAVY} if name in sys.modules])") == "[]"


@pytest.mark.parametrize("name", [*SIGNATURES, *CLASSES])
def test_each_name_is_there_when_it_is_used_first(name: str) -> None:
    assert fresh(f"import pathsim; print(pathsim.{name}.__name__, '{name}' in vars(pathsim))") == f"{name} True"


def test_modules_do_not_take_the_names() -> None:
    everything = "import pathsim.cli.run, pathsim.cli.ensemble, pathsim.cli.validate, pathsim.ensembles.run"
    assert fresh(f"{everything}; import pathsim; print({', '.join(f'callable(pathsim.{n})' for n in SIGNATURES)})") == (
        " ".join(["True"] * len(SIGNATURES))
    )
    names = {path.stem for path in (ROOT / "pathsim").iterdir()}
    assert not names & set(pathsim.__all__)


def test_another_name_is_told_as_python_tells_it() -> None:
    with pytest.raises(AttributeError, match="module 'pathsim' has no attribute 'simulate'"):
        _ = pathsim.simulate  # type: ignore[attr-defined]
