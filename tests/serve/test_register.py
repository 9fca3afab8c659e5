"""Who of a class is which student, and what they answered, whatever happens to the file in which it is kept."""

import sqlite3
from pathlib import Path

import pytest

from pathsim.serve.register import ClassRegister, RegisterError


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "folder" / "class.sqlite"


def test_numbers_are_given_in_the_order_of_coming_and_stay(file: Path) -> None:
    register = ClassRegister(file)
    assert [register.student(visitor) for visitor in ("a", "b", "a", "c")] == [1, 2, 1, 3]
    again = ClassRegister(file)
    assert [again.student(visitor) for visitor in ("c", "d", "b")] == [3, 4, 2]
    assert again.joined == 4


def test_answers_count_until_what_follows_is_shown(file: Path) -> None:
    register = ClassRegister(file)
    assert register.answer(1, 2, "3")
    assert register.answer(1, 2, "1")
    assert not register.answer(1, 2, "1")
    assert register.answer(2, 2, "0.85")
    register.open([2])
    assert not register.answer(1, 2, "2")
    assert not register.answer(3, 2, "2")
    register.place(1, 4)
    again = ClassRegister(file)
    assert again.answers == {2: {1: "1", 2: "0.85"}}
    assert again.answers_of(1) == {2: "1"}
    assert (again.opened, again.places) == ({2}, {1: 4})


@pytest.mark.parametrize(("page", "text"), [(0, "1"), (-1, "1"), (10**9, "1"), (1, ""), (1, "x" * 17), (1, "\x1b[2J")])
def test_what_is_no_answer_is_left_out(file: Path, page: int, text: str) -> None:
    register = ClassRegister(file)
    assert not register.answer(1, page, text)
    assert register.answers == {}


def test_the_file_holds_no_secret_by_which_a_visitor_is_known(file: Path) -> None:
    ClassRegister(file).student("known-to-the-browser-alone")
    assert b"known-to-the-browser-alone" not in file.read_bytes()


def test_what_cannot_be_written_is_counted_all_the_same_and_written_later(file: Path) -> None:
    register = ClassRegister(file)
    kept = file.read_bytes()
    file.unlink()
    file.mkdir()
    assert register.student("a") == 1
    assert register.answer(1, 1, "2")
    assert "votes are counted, but not kept" in register.trouble
    assert register.answers == {1: {1: "2"}}
    file.rmdir()
    file.write_bytes(kept)
    register.write()
    assert register.trouble == ""
    assert ClassRegister(file).answers == {1: {1: "2"}}


def test_another_file_in_its_place_is_refused(file: Path) -> None:
    file.parent.mkdir()
    file.write_text("no database, but something long enough to be looked at by SQLite" * 30)
    with pytest.raises(RegisterError, match="is no record of a class"):
        ClassRegister(file)


def test_a_secret_is_drawn_once(file: Path) -> None:
    assert ClassRegister(file).secret("token", "first") == "first"
    assert ClassRegister(file).secret("token", "second") == "first"
    with sqlite3.connect(file) as database:
        assert database.execute("SELECT count(*) FROM secret").fetchone() == (1,)
    database.close()
