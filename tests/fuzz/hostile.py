"""Command lines that nobody means well: every command and option, with values of every kind."""

import random
from pathlib import Path

import click

from pathsim.cli import COMMANDS, cli
from pathsim.scenario.files import names

WORDS = [
    "",
    " ",
    "-",
    "--",
    "=",
    "a",
    "0",
    "1",
    "-1",
    "x=1",
    "[1",
    "{",
    "'",
    '"',
    "\\",
    "\n",
    "\t",
    "\x1b[31m",
    "é",
    "💊",
]
WORDS += ["\udcff", "a\udcffb", "9" * 30, "9" * 5000, "1e-300", "1e300", "1e400", "nan", "inf", "-inf", "0.5", "true"]
WORDS += [
    "2020-01-01",
    "9999-12-31",
    "0001-01-01",
    "2020-02-30",
    "1/2",
    "2/1",
    "0/0",
    "1/999999999999",
    "a.b.c",
    "." * 3,
]
WORDS += [".".join("a" * 5000), "a" * 5000, "/dev/null", "/nowhere/at/all", "/dev/full", "."]
NUMBERS = [
    "0",
    "1",
    "2",
    "3",
    "-1",
    "1.5",
    "1e3",
    str(2**31),
    str(2**63 - 1),
    str(2**63),
    str(2**64),
    "9" * 400,
    "nan",
    "",
]
MODEST = ["-1", "0", "1", "2", "3", "1.5", str(2**63), str(2**70), "9" * 400, "x", ""]
"""For numbers with which work grows."""
GROWING = {"--replicates", "--workers", "--sobol", "--samples", "--top"}
PATHS = [
    "trial.patients",
    "trial.begins",
    "trial.per_month",
    "title",
    "steps.drug.exit.death.median_days",
    "steps.drug",
]
PATHS += ["steps.drug.exit.death.next", "endpoints.os.at_days.0", "endpoints.os.at_days", "trial.cutoffs.final.day"]
PATHS += ["cohort.age.quantiles", "cohort.age.quantiles.1", "trial.monitoring.information", "trial.monitoring.alpha"]
PATHS += [
    "steps",
    "trial",
    "cohort.age",
    "steps.alloc.block",
    "targets.t.figure",
    "nowhere.at.all",
    "steps.drug.stream",
    "steps.drug.luck",
]
VALUES = ["0", "1", "40", "-1", "0.5", "1e-300", "1e300", "nan", "inf", "[1, 2]", "[]", "{}", "{ value = 3 }", "'x'"]
VALUES += [
    "2020-01-01",
    "9999-01-01",
    "1/2",
    "3/0",
    "true",
    "rest",
    "",
    "dead",
    "[" * 100,
    "9" * 400,
    "1\nx = 2",
    "\udcff",
]
VALUES += ["\x1b[2J", ".".join("a" * 3000), "{" + ".".join("a" * 3000) + " = 1}", "65535", "0.1,0.2", "1:5:2", "5:1:-2"]
FIGURES = [
    "endpoints.os.comparisons.experimental.cox.hazard_ratio",
    "endpoints.os.arms.drug.events",
    "trial.enrolled",
    "endpoints.os",
    "x[",
    "[a=b]",
]
BOUNDS = [
    "0.5,1",
    "1",
    "0.1,0.2,0.3",
    "1,0.5",
    "80/131,1",
    "0/0",
    "1e-300,1",
    "nan",
    ",",
    "0.5,0.5",
    "2",
    "1e300/1e300",
]
SPENDING = ["obrien-fleming", "pocock", "hsd:-4", "hsd:", "hsd:nan", "hsd:1e300", "hsd:0"]
ALPHAS = ["0.025", "0.5", "0", "1", "-1", "nan", "1e-5"]
ONLY_REFUSED = {
    "app": ("--keys",),
    "bench": (),
    "serve": ("--host", "--port", "--seed", "--set", "--visitors", "--lan"),
}
"""Commands that would take a terminal, minutes, or serve until stopped: they get scenarios that are not there only, and
none but these options."""


def command_line(rng: random.Random, small: Path, out: Path) -> tuple[list[str], bytes]:
    """The words after ``pathsim``, and what stands on standard input."""
    name = rng.choice(list(COMMANDS))
    if rng.random() < 0.03:
        return [rng.choice(WORDS) for _ in range(rng.randrange(4))], b""
    context = click.Context(cli)
    command = cli.get_command(context, name)
    assert command is not None
    words = [name]
    for parameter in command.params:
        if isinstance(parameter, click.Argument):
            words += _argument(rng, name, parameter, small)
        elif parameter.required or rng.random() < 0.15:
            for _ in range(rng.choice([1, 1, 1, 2]) if parameter.multiple else 1):
                words += _option(rng, name, parameter, out)
    if name in ("ensemble", "compare", "report", "validate", "calibrate", "sensitivity"):
        words += [] if "--replicates" in words else ["--replicates", "2"]
        words += [] if "--workers" in words or "dask" in words else ["--workers", "1"]
    if name == "sensitivity" and "--samples" not in words:
        words += ["--samples", "2"]
    if rng.random() < 0.05:
        words.insert(rng.randrange(len(words) + 1), rng.choice(WORDS))
    stdin = rng.choice([b"", b"\xff", b"title = 1", small.read_bytes(), b"[" * 10_000])
    return words, stdin


def _argument(rng: random.Random, command: str, argument: click.Parameter, small: Path) -> list[str]:
    if command in ONLY_REFUSED:
        return [rng.choice([word for word in WORDS if word and not word.startswith("-")])]
    slow = command in ("sensitivity", "calibrate") or argument.name == "folders"
    known = [str(small)] * 6 + ["-", "two-arm-exponential"] + ([] if slow else names()[:1])
    return [rng.choice(known if rng.random() < 0.9 else WORDS)]


def _option(rng: random.Random, command: str, option: click.Parameter, out: Path) -> list[str]:
    name = max(option.opts, key=len)
    if command in ONLY_REFUSED and name not in ONLY_REFUSED[command]:
        return []
    if getattr(option, "is_flag", False):
        return [name]
    if rng.random() < 0.07 and name not in GROWING:
        return [name, rng.choice(WORDS)]
    if isinstance(option.type, click.Choice):
        return [name, rng.choice([*option.type.choices, "x"])]
    known = {
        "--set": lambda: f"{rng.choice(PATHS)}={rng.choice(VALUES)}",
        "--vary": lambda: f"{rng.choice(PATHS)}={rng.choice(VALUES)},{rng.choice(VALUES)}",
        "--out": lambda: str(out),
        "--figure": lambda: rng.choice(FIGURES),
        "--over": lambda: rng.choice(PATHS),
        "--part": lambda: rng.choice(["", "p", "x"]),
        "--information": lambda: rng.choice(BOUNDS),
        "--spend": lambda: rng.choice(SPENDING),
        "--alpha": lambda: rng.choice(ALPHAS),
        "--until": lambda: rng.choice(["2020-06-01", "2019-01-01", "2021-01-01", "9999-12-31"]),
        "--shard": lambda: rng.choice(["1/2", "2/2", "3/2", "1/1000000000", "0/1"]),
        "--until-se": lambda: rng.choice(["0.5", "0.3", "1e-300", "0", "1", "nan", "0.9"]),
        "--scheduler": lambda: rng.choice(["", "x", "tcp://127.0.0.1:1"]),
        "--assumed": lambda: rng.choice(["0.2", "0", "1", "2", "nan"]),
    }
    if name in GROWING:
        return [name, rng.choice([one for one in MODEST if name != "--workers" or one not in ("2", "3")])]
    return [name, known[name]() if name in known else rng.choice(NUMBERS)]
