"""Values written into a scenario file: every other byte of it stays."""

import codecs
import tomllib
from pathlib import Path

import pytest

from pathsim.scenario.files import find
from pathsim.scenario.problems import ScenarioError
from pathsim.steps.spec import KeyPath
from pathsim.validation.write_back import rewritten

BEFORE = (
    """\
title = "Zwei Arme: é"   # a remark, with = 1
at = [ 0.1,0.2 ,{ value = 5_11, range = [1, 2] } ]
day = 2020-01-01
[a."b c"]
x=1e-3# close by
y = { value = 0x10, assumed = \'\'\'é\'\'\', other = 3 }
[[a.list]]
n = 8
[[a.list]]
n = 9
z = """
    '"""'
    """
 x = 1
"""
    '"""\n'
)
VALUES: dict[KeyPath, float] = {
    ("at", 1): 0.25,
    ("at", 2): 600.5,
    ("a", "b c", "x"): 0.002,
    ("a", "b c", "y"): 17.0,
    ("a", "list", 1, "n"): 10.0,
}
AFTER = (
    BEFORE.replace("0.2 ,", "0.25 ,")
    .replace("5_11", "600.5")
    .replace("1e-3", "0.002")
    .replace("0x10", "17")
    .replace("n = 9", "n = 10")
)


@pytest.mark.parametrize("mark", [b"", codecs.BOM_UTF8], ids=["", "mark"])
@pytest.mark.parametrize("ends", ["\n", "\r\n"], ids=["LF", "CRLF"])
def test_only_the_bytes_of_the_values_change(mark: bytes, ends: str, tmp_path: Path) -> None:
    path = tmp_path / "file.toml"
    path.write_bytes(mark + BEFORE.replace("\n", ends).encode())
    assert rewritten(find(str(path)), VALUES) == mark + AFTER.replace("\n", ends).encode()


def test_mixed_line_ends_stay_mixed(tmp_path: Path) -> None:
    path = tmp_path / "file.toml"
    path.write_bytes(b"a = 1\r\nb = 2\nc = 3\r\n")
    assert rewritten(find(str(path)), {("b",): 2.5, ("c",): 4.0}) == b"a = 1\r\nb = 2.5\nc = 4\r\n"


@pytest.mark.parametrize("written", ["511", "5_11", "511.0", "5.11e2", "+511", "0x1ff"])
def test_a_number_that_has_not_changed_stays_as_it_was_written(written: str, tmp_path: Path) -> None:
    path = tmp_path / "file.toml"
    path.write_text(f"a = {written}\n")
    assert rewritten(find(str(path)), {("a",): 511.0}) == path.read_bytes()


def test_what_is_written_is_read_as_the_same_number(tmp_path: Path) -> None:
    path = tmp_path / "file.toml"
    path.write_text("a = 1.0\n")
    for value in (0.1 + 0.2, 1e-7, 1e22, 123456789.123, 2.0):
        assert tomllib.loads(rewritten(find(str(path)), {("a",): value}).decode()) == {"a": value}


def test_lines_that_end_with_cr_alone_are_not_toml(tmp_path: Path) -> None:
    path = tmp_path / "file.toml"
    path.write_bytes(b"a = 1\n# fine\nb = 2\rc = 3\r")
    with pytest.raises(ScenarioError) as wrong:
        rewritten(find(str(path)), {("a",): 2.0})
    assert str(wrong.value).startswith(f"{path}:3: this cannot be read: lines end with CR alone")
