"""What holds for every command: help, what is imported, wrong usage, exit codes, interruption."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from calls import Pathsim, Start

from pathsim.api import trial
from pathsim.cli import COMMANDS, main

HEAVY_FOR_HELP = ("numpy", "textual", "rich", "pydantic", "simpy", "tree_sitter", "tomllib")
HEAVY_FOR_A_RUN = ("textual", "scipy", "pandas", "pyarrow", "matplotlib", "jinja2", "lifelines", "tree_sitter")


def modules_after(*arguments: str) -> set[str]:
    """What is imported when a command has run in a process of its own."""
    program = f"""
import contextlib, io, json, sys
from pathsim.cli import main
sys.argv = ["pathsim", *{list(arguments)!r}]
with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()):
    main()
print(json.dumps(sorted(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout))


@pytest.mark.parametrize("flag", ["--help", "-h"])
def test_help_tells_what_each_command_is_for(pathsim: Pathsim, flag: str) -> None:
    done = pathsim(flag)
    assert (done.code, done.err) == (0, "")
    for command in COMMANDS:
        assert f"\n  {command} " in done.out


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(pathsim: Pathsim, command: str) -> None:
    done = pathsim(command, "--help")
    assert (done.code, done.err) == (0, "")
    assert done.out.startswith(f"Usage: pathsim {command} ")


def test_the_version_is_told(pathsim: Pathsim) -> None:
    done = pathsim("--version")
    assert done.code == 0
    assert done.out.startswith("pathsim")


def test_help_imports_nothing_heavy() -> None:
    assert modules_after("--help").isdisjoint(HEAVY_FOR_HELP)


def test_a_run_imports_no_interface_and_nothing_that_only_exports_need() -> None:
    imported = modules_after("run", "two-arm-exponential", "--seed", "1")
    assert imported.isdisjoint(HEAVY_FOR_A_RUN)
    assert "numpy" in imported


def test_without_a_command_there_is_help_and_exit_code_2(pathsim: Pathsim) -> None:
    done = pathsim()
    assert (done.code, done.out) == (2, "")
    assert "Usage: pathsim" in done.err


def test_an_unknown_command_gets_a_suggestion(pathsim: Pathsim) -> None:
    done = pathsim("rum", "aall1331")
    assert (done.code, done.out) == (2, "")
    assert "there is no command 'rum'. Did you mean 'run'?" in done.err


def test_an_unknown_command_like_no_other_gets_the_list(pathsim: Pathsim) -> None:
    done = pathsim("xyzzy")
    assert done.code == 2
    assert all(command in done.err for command in COMMANDS)


@pytest.mark.parametrize("command", ["run", "ensemble", "check", "sources", "graph", "bench"])
def test_an_unknown_scenario_gets_a_suggestion(pathsim: Pathsim, command: str) -> None:
    done = pathsim(command, "aal1331")
    assert (done.code, done.out) == (2, "")
    assert done.err.count("Did you mean 'aall1331'?") == 1
    assert "Traceback" not in done.err


@pytest.mark.parametrize("command", ["run", "ensemble", "check", "sources", "graph"])
def test_a_command_without_its_scenario_says_what_is_missing(pathsim: Pathsim, command: str) -> None:
    done = pathsim(command)
    assert (done.code, done.out) == (2, "")
    assert "Missing argument 'SCENARIO'" in done.err


@pytest.mark.parametrize(
    ("setting", "told"),
    [
        ("trial.patients", "write path=value"),
        ("=3", "write path=value"),
        ("trial.patiens=3", "Did you mean 'patients'?"),
        ("steps.controll.exit.death.median_days=3", "Did you mean 'control'?"),
        ("trial.patients=-4", "trial.patients"),
        ("trial.patients=many", "trial.patients"),
        ("trial.per_month=inf", "trial.per_month"),
        ("trial.per_month=nan", "trial.per_month"),
        ("trial.begins=tomorrow", "trial.begins"),
        ("trial.control=placebo", "trial.control"),
    ],
)
def test_a_setting_that_cannot_be_gets_one_clear_message(pathsim: Pathsim, setting: str, told: str) -> None:
    done = pathsim("run", "two-arm-exponential", "--set", setting)
    assert (done.code, done.out) == (2, "")
    assert "--set" in done.err
    assert told in done.err
    complaints = [line for line in done.err.splitlines() if line and not line.startswith(("Usage:", "Try "))]
    assert len(complaints) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        ("--seed", "-1"),
        ("--seed", str(2**63)),
        ("--seed", "x"),
        ("--replicate", "-1"),
        ("--engine", "steam"),
        ("--format", "xlsx"),
        ("--sed",),
    ],
)
def test_an_option_that_cannot_be_is_wrong_usage(pathsim: Pathsim, arguments: tuple[str, ...]) -> None:
    done = pathsim("run", "two-arm-exponential", *arguments)
    assert (done.code, done.out) == (2, "")
    assert "Error:" in done.err


def test_a_file_that_is_not_a_scenario_is_told_with_its_line(pathsim: Pathsim) -> None:
    done = pathsim("run", "-", stdin='title = "x"\n[trial\n')
    assert (done.code, done.out) == (2, "")
    assert done.err.startswith("<stdin>:2: ")


def test_a_defect_of_ours_is_one_line_and_exit_code_1(pathsim: Pathsim, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("the roof\nis on fire")

    monkeypatch.setattr(trial, "simulate", broken)
    done = pathsim("run", "two-arm-exponential")
    assert (done.code, done.out) == (1, "")
    assert done.err.count("\n") == 1
    assert "RuntimeError: the roof is on fire" in done.err
    assert "PATHSIM_DEBUG=1" in done.err


def test_with_pathsim_debug_a_defect_shows_where_it_happened(pathsim: Pathsim, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("the roof is on fire")

    monkeypatch.setattr(trial, "simulate", broken)
    monkeypatch.setenv("PATHSIM_DEBUG", "1")
    with pytest.raises(RuntimeError, match="the roof is on fire"):
        pathsim("run", "two-arm-exponential")


def test_an_interrupted_command_leaves_with_130(pathsim: Pathsim, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(trial, "simulate", interrupted)
    done = pathsim("run", "two-arm-exponential")
    assert (done.code, done.out) == (130, "")
    assert done.err.split() == ["interrupted"]


@pytest.mark.skipif(
    signal.getsignal(signal.SIGINT) is signal.SIG_IGN, reason="started in the background, where Ctrl-C is not heard"
)
def test_control_c_ends_a_running_command_with_130(start: Start) -> None:
    # Thousands of lines that nobody reads: it cannot come to its end before it is interrupted.
    running = start("run", "two-arm-exponential", "--watch", "--set", "trial.cutoffs.final.day=100000")
    assert running.stdout is not None
    running.stdout.readline()
    running.send_signal(signal.SIGINT)
    _, messages = running.communicate()
    assert running.returncode == 130
    assert messages.split()[-1] == "interrupted"
    assert "Traceback" not in messages


def test_an_interrupt_while_pathsim_is_being_loaded_is_told_in_a_word(start: Start, tmp_path: Path) -> None:
    (tmp_path / "click.py").write_text("raise KeyboardInterrupt\n", encoding="utf-8")
    running = start("list", PYTHONPATH=os.pathsep.join([str(tmp_path), *sys.path]))
    assert running.communicate() == ("", "interrupted\n")
    assert running.returncode == 130


def test_another_package_of_the_same_name_is_explained(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def overwritten(*_: object, **__: object) -> None:
        raise ImportError("cannot import name 'Scenario'")

    monkeypatch.setattr("pathsim.cli._is_overwritten", lambda: True)
    monkeypatch.setattr("pathsim.cli.cli.main", overwritten)
    with pytest.raises(SystemExit, match="1"):
        main()
    assert "another package named pathsim" in capsys.readouterr().err
