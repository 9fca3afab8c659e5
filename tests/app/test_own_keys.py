"""A user's own keys: what their file says is done, or they are told why not."""

import os
import sys
from pathlib import Path

import pytest
from calls import Pathsim
from driving import driven
from textual.widgets._toast import Toast

from pathsim.app.app import places_of_keys
from pathsim.app.keys import own_keys


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    found = tmp_path / "keys.toml"
    monkeypatch.setattr("pathsim.app.keys.keys_file", lambda: found)
    return found


def write(file: Path, line: str) -> None:
    file.write_text(f"{line}\n", encoding="utf-8")


def test_without_a_file_keys_are_as_they_are(file: Path) -> None:
    assert not file.exists()
    assert own_keys(places_of_keys()) == ({}, ())


def test_all_keys_as_they_are_listed_are_a_file_without_problems(file: Path, pathsim: Pathsim) -> None:
    file.write_text(pathsim("app", "--keys").out, encoding="utf-8")
    keys, problems = own_keys(places_of_keys())
    assert problems == ()
    assert len(keys) == sum(len(place.bindings) for place in places_of_keys())


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('"player.pley" = "P"', "no key named 'player.pley' to change"),
        ('"player.play" = "spacebar"', "no key called 'spacebar'"),
        ('"player.play" = "ctrl+"', "no key called"),
        ('"player.play" = ""', "no key called ''"),
        ('"player.play" = 5', "needs a key in quotes"),
        ('"player.play" = "p"', "'screen.patients' (Patients) has it"),
        ('"player.play" = "left"', "has it"),
        ('"live.bands" = "space"', "'player.play' (Run/Pause) has it"),
        ('"player.play" = "P', "keys.toml"),
        ('"player.play" = "tab"', "a use of its own"),
        ('"player.play" = "7"', "a use of its own"),
        ('"player.play" = "contrl+p"', "no key called 'contrl+p'"),
    ],
)
def test_what_cannot_be_done_is_told_and_left_out(line: str, told: str, file: Path) -> None:
    file.write_text(f'{line}\n"player.faster" = "f9"\n' if line.count('"') % 2 == 0 else line, encoding="utf-8")
    keys, problems = own_keys(places_of_keys())
    assert set(keys) <= {"player.faster"}
    assert len(problems) == 1
    assert told in problems[0]


def test_what_is_left_out_keeps_its_own_key_and_nothing_else_gets_it(file: Path) -> None:
    write(file, '"player.keep" = "n"\n"player.new_seed" = "space"')
    keys, problems = own_keys(places_of_keys())
    assert keys == {}
    assert len(problems) == 2


def test_two_keys_can_change_places(file: Path) -> None:
    file.write_text('"screen.patients" = "e"\n"screen.ensemble" = "p"\n', encoding="utf-8")
    assert own_keys(places_of_keys()) == ({"screen.patients": "e", "screen.ensemble": "p"}, ())


def test_keys_of_two_screens_may_be_the_same(file: Path) -> None:
    file.write_text('"patients.counterfactual" = "b"\n', encoding="utf-8")
    assert own_keys(places_of_keys())[1] == ()


async def test_an_own_key_works_and_the_old_one_does_not(file: Path) -> None:
    write(file, '"player.play" = "P, f9"')
    async with driven() as driver:
        await driver.press("space")
        assert not driver.session.is_playing
        for key, is_playing in (("P", True), ("f9", False)):
            await driver.press(key)
            assert driver.session.is_playing is is_playing


async def test_the_app_says_what_is_wrong_with_the_file(file: Path) -> None:
    write(file, '"player.play" = "p"')
    async with driven(size=(160, 45)) as driver:
        await driver.until(lambda: driver.app.screen.query(Toast), "it is told")
        await driver.until(lambda: any("has it" in line for line in driver.screen_lines()), "it is on screen")


@pytest.mark.skipif(sys.platform == "win32", reason="there are no pipes with names")
def test_a_file_that_nobody_writes_to_is_not_waited_for(file: Path) -> None:
    os.mkfifo(file)
    keys, problems = own_keys(places_of_keys())
    assert keys == {}
    assert "not a file that can be read" in problems[0]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('"player.play" = ' + "[" * 20_000, "lists within lists"),
        (".".join("a" * 20_000) + ' = "p"', "in a line"),
        ('"player.play" = "p"\n' * 10_000, "bytes"),
        ("\xff", "utf-8"),
    ],
)
def test_a_file_that_would_fill_memory_or_the_stack_is_told(text: str, told: str, file: Path) -> None:
    file.write_bytes(text.replace("[[", "[\n[").encode("latin-1"))
    keys, problems = own_keys(places_of_keys())
    assert keys == {}
    assert told in problems[0]


async def test_of_a_thousand_problems_the_first_are_told(file: Path) -> None:
    write(file, "\n".join(f'"player.{number}" = "p"' for number in range(1000)))
    async with driven(size=(160, 45)) as driver:
        await driver.until(lambda: any("and 997 more" in line for line in driver.screen_lines()), "how many more")


async def test_ctrl_c_names_the_key_that_leaves(file: Path) -> None:
    write(file, '"player.quit" = "f10"')
    async with driven(size=(160, 45)) as driver:
        await driver.press("ctrl+c")
        await driver.until(lambda: any("Press f10 to leave." in line for line in driver.screen_lines()), "the key")


def test_a_former_name_of_a_key_is_answered_with_the_new_one(file: Path) -> None:
    file.write_text('"patients.twin" = "x"\n', encoding="utf-8")
    keys, problems = own_keys(places_of_keys())
    assert keys == {}
    assert problems == (
        f"{file}: there is no key named 'patients.twin' to change. It is now called 'patients.counterfactual'",
    )
