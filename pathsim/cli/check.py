"""``pathsim check``: is a scenario file right, and where do its numbers and dates come from."""

from collections import Counter
from typing import TYPE_CHECKING, Any

import click

from pathsim.cli.options import json_option, scenario_argument, set_option
from pathsim.cli.output import print_json
from pathsim.text import counted, harmless

if TYPE_CHECKING:
    from pathsim.scenario.problems import Problem
    from pathsim.scenario.scenario import Scenario


@click.command(short_help="Is a scenario file right? Every problem, with its line.")
@scenario_argument
@set_option
@click.option(
    "--strict",
    is_flag=True,
    help="Also list what is allowed but suspicious, such as published numbers without their place in the source.",
)
@json_option
def check(scenario: str, settings: dict[str, str], strict: bool, as_json: bool) -> None:
    """Check SCENARIO and count its numbers and dates by their evidence; or check a lesson, which takes a while.

    Exits with 2 if something is wrong, and with 1 if --strict finds something suspicious.
    """
    from pathsim.cli import FAILED, WRONG
    from pathsim.lessons.read import is_lesson

    if is_lesson(scenario):
        _check_lesson(scenario, settings, strict=strict, as_json=as_json)
        return
    from pathsim.scenario.evidence import tally
    from pathsim.scenario.problems import ScenarioError
    from pathsim.scenario.scenario import load
    from pathsim.validation.calibrate import range_problems
    from pathsim.validation.targets import problems as figures_missing

    loaded: Scenario | None = None
    problems: list[Problem] = []
    try:
        loaded = load(scenario, settings)
        problems = [*range_problems(loaded), *figures_missing(loaded)]
    except ScenarioError as wrong:
        problems = wrong.problems
    counts = _evidence(loaded)
    suspicious = _suspicious(loaded) if strict and not problems else []
    if as_json:
        errors = [_as_json(problem) for problem in problems]
        found = {"findings": [_as_json(finding) for finding in suspicious]} if strict else {}
        print_json({"errors": errors, **found, "evidence": counts})
    elif problems:
        _list(problems, "problem", scenario)
    elif loaded is not None:
        total = sum(counts.values())
        click.echo(f"{loaded.name}: {loaded.title}")
        click.echo(f"{counted(len(loaded.steps), 'step')}, {tally(loaded.stated.values())}, nothing wrong")
        for kind, count in counts.items():
            click.echo(f"  {kind:<10} {count:>5}  {count / max(total, 1):>4.0%}")
        if suspicious:
            _list(suspicious, "finding", scenario)
    if problems or suspicious:
        raise click.exceptions.Exit(WRONG if problems else FAILED)


def _check_lesson(name: str, settings: dict[str, str], *, strict: bool, as_json: bool) -> None:
    """A lesson: every state opens, every figure exists, and what is said is true of them."""
    from pathsim.cli import WRONG
    from pathsim.lessons.check import problems as untrue
    from pathsim.lessons.read import lesson
    from pathsim.scenario.problems import ScenarioError

    if settings or strict:
        raise click.UsageError("--set and --strict are for scenarios; a lesson says itself what is set")
    try:
        found = lesson(name)
        problems = untrue(found)
    except ScenarioError as wrong:
        problems = wrong.problems
    if as_json:
        print_json({"errors": [_as_json(problem) for problem in problems]})
    elif problems:
        _list(problems, "problem", name)
    else:
        told = f"{counted(len(found.steps), 'step')}, {counted(len(found.figures), 'figure')}, nothing wrong"
        click.echo(f"{found.name}: {harmless(found.title)}\n{told}")
    if problems:
        raise click.exceptions.Exit(WRONG)


def _list(problems: "list[Problem]", what: str, scenario: str) -> None:
    for problem in problems:
        click.echo(str(problem), err=True)
    click.echo(f"{counted(len(problems), what)} in {harmless(scenario)}", err=True)


def _suspicious(loaded: "Scenario | None") -> "list[Problem]":
    from pathsim.scenario.strict import findings

    return [] if loaded is None else findings(loaded)


def _evidence(loaded: "Scenario | None") -> dict[str, int]:
    from pathsim.scenario.evidence import KINDS

    counts = Counter(rate.evidence.kind for rate in loaded.stated.values()) if loaded else Counter()
    return {kind: counts[kind] for kind in KINDS}


def _as_json(problem: "Problem") -> dict[str, Any]:
    from pathsim.scenario.problems import dotted

    return {"file": problem.file, "line": problem.line, "path": dotted(problem.path), "message": problem.message}
