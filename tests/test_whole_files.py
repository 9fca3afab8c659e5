"""A file takes its name only when it is complete, wherever its name leads."""

import os
import stat
from pathlib import Path

import pytest

from pathsim.whole_files import UnwritableError, whole, write_whole


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with names on Windows")
def test_a_pipe_or_a_device_is_written_to_and_stays_what_it_is(tmp_path: Path) -> None:
    """A file in the place of /dev/null would be the end of it, for everybody on the machine."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    try:
        write_whole(pipe, b"values")
        assert os.read(reader, 100) == b"values"
    finally:
        os.close(reader)
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert list(tmp_path.iterdir()) == [pipe]


def test_behind_a_link_the_file_is_written_and_the_link_stays(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    file, link = tmp_path / "elsewhere" / "mine.toml", tmp_path / "mine.toml"
    file.write_bytes(b"before")
    link.symlink_to(file)
    write_whole(link, b"after")
    assert link.is_symlink()
    assert file.read_bytes() == b"after"
    assert [one.name for one in (tmp_path / "elsewhere").iterdir()] == ["mine.toml"]


def test_what_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(UnwritableError, match="cannot be written"):
        write_whole(tmp_path / "folder", b"values")
    assert (tmp_path / "folder").is_dir()


def test_nothing_is_left_of_a_file_that_was_not_finished(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_bytes(b"before")

    def interrupted() -> None:
        with whole(file) as partial:
            partial.write_bytes(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert file.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [file]
