"""Files are written completely or not at all, and each obstacle has its own message."""

from __future__ import annotations

import os
import socket
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from ringocli.errors import LocalError, UsageError
from ringocli.text.files import MAX_BYTES, read_bytes, read_text, write_text

posix_only = pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")


def test_an_existing_file_is_replaced_only_by_force(tmp_path: Path) -> None:
    """Without force not a byte is changed; nothing else is left behind either way."""
    path = tmp_path / "a.json"
    path.write_text("old")
    with pytest.raises(UsageError, match="exists"):
        write_text(path, "new", force=False)
    assert "old" == path.read_text()
    write_text(path, "new\r\n", force=True)
    assert b"new\r\n" == path.read_bytes()
    assert ["a.json"] == os.listdir(tmp_path)


@posix_only
def test_file_modes_are_kept(tmp_path: Path) -> None:
    """A replaced file keeps its mode; a private one is private from the start."""
    path = tmp_path / "a.json"
    path.write_text("x")
    path.chmod(0o600)
    write_text(path, "y", force=True)
    assert 0o600 == stat.S_IMODE(path.stat().st_mode)
    write_text(tmp_path / "b", "y", force=False, mode=0o600)
    assert 0o600 == stat.S_IMODE((tmp_path / "b").stat().st_mode)


def test_a_missing_folder_leaves_nothing(tmp_path: Path) -> None:
    """A target that cannot be written is an error, and no file is left."""
    with pytest.raises(LocalError, match="cannot be written"):
        write_text(tmp_path / "none" / "a.json", "x", force=False)


@pytest.mark.parametrize(
    ("content", "words"),
    [(None, "no such file"), (b"\xff\xfe{\x00", "not valid UTF-8"), (b"x" * (MAX_BYTES + 1), "larger than 5 MB")],
    ids=["missing", "binary", "huge"],
)
def test_an_unreadable_file_is_one_sentence(tmp_path: Path, content: bytes | None, words: str) -> None:
    """Missing, binary and huge files have different messages."""
    path = tmp_path / "a.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(LocalError, match=words):
        read_text(str(path))


def test_a_folder_and_an_invalid_name_are_reported(tmp_path: Path) -> None:
    """A folder is not a file, and a name with NUL is not a name."""
    with pytest.raises(LocalError, match="is a folder"):
        read_bytes(str(tmp_path))
    with pytest.raises(LocalError, match="cannot be read"):
        read_bytes("a\x00b")


posix = pytest.mark.skipif(os.name != "posix", reason="symbolic links, modes and FIFOs of POSIX")


@posix
def test_a_symbolic_link_stays_a_link(tmp_path: Path) -> None:
    """The target of a symbolic link is replaced, with the same permissions."""
    target, link = tmp_path / "real.json", tmp_path / "sub" / "link.json"
    link.parent.mkdir()
    target.write_text("old")
    target.chmod(0o2640)
    link.symlink_to(target)
    write_text(link, "new", force=True)
    assert (True, "new", 0o2640) == (link.is_symlink(), target.read_text(), target.stat().st_mode & 0o7777)
    assert [link] == list(link.parent.iterdir())


@posix
def test_only_regular_files_are_read_and_replaced(tmp_path: Path) -> None:
    """A FIFO, a socket and a device are refused instead of being waited for or replaced."""
    fifo, link = tmp_path / "fifo.json", tmp_path / "null.json"
    os.mkfifo(fifo)
    link.symlink_to("/dev/null")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(tmp_path / "s.json"))
        for path in (fifo, link, tmp_path / "s.json"):
            with pytest.raises(LocalError, match="not a regular file"):
                write_text(path, "x", force=True)
            with pytest.raises(LocalError, match="not a regular file"):
                read_text(str(path))


def test_a_file_created_in_the_meantime_is_kept(tmp_path: Path) -> None:
    """Of several threads that create one file at the same moment, one succeeds, and its text remains."""
    for number in range(20):
        path, together = tmp_path / f"{number}.json", Barrier(4)

        def create(text: str, path: Path = path, together: Barrier = together) -> str | None:
            together.wait()
            try:
                write_text(path, text, force=False)
            except UsageError:
                return None
            return text

        with ThreadPoolExecutor(4) as threads:
            written = [text for text in threads.map(create, "abcd") if text is not None]
        assert written == [path.read_text()]
    assert 20 == len(list(tmp_path.iterdir()))


def test_a_change_in_the_meantime_is_reported(tmp_path: Path) -> None:
    """A file that changed after it was read is not replaced."""
    path = tmp_path / "a.json"
    path.write_text("theirs")
    with pytest.raises(LocalError, match="changed in the meantime"):
        write_text(path, "ours", force=True, expected="read earlier")
    assert (["a.json"], "theirs") == ([one.name for one in tmp_path.iterdir()], path.read_text())
    write_text(path, "ours", force=True, expected="theirs")
    assert "ours" == path.read_text()
