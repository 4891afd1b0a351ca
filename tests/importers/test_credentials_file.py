"""Where credentials may be stored."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ringocli.errors import UsageError
from ringocli.importers.credentials_file import check_path, save

pytestmark = pytest.mark.skipif(os.name != "posix", reason="symbolic links and modes of POSIX")


@pytest.mark.parametrize("marker", [".git", ".hg"])
def test_a_work_tree_is_refused(tmp_path: Path, marker: str) -> None:
    """A file in a git or hg work tree, which could be committed, is refused, even through a linked folder."""
    (tmp_path / "repo" / marker).mkdir(parents=True)
    (tmp_path / "repo" / "sub").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "repo" / "sub")
    for folder in (tmp_path / "repo", tmp_path / "repo" / "sub", tmp_path / "link"):
        with pytest.raises(UsageError, match="work tree"):
            check_path(folder / "keys.toml", force=False)
    check_path(tmp_path / "keys.toml", force=False)


def test_a_work_tree_named_by_the_environment_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """GIT_DIR makes a work tree of a folder without .git."""
    (tmp_path / "tree").mkdir()
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "elsewhere.git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(tmp_path / "tree"))
    with pytest.raises(UsageError, match="work tree"):
        check_path(tmp_path / "tree" / "keys.toml", force=False)
    monkeypatch.delenv("GIT_WORK_TREE")
    monkeypatch.chdir(tmp_path / "tree")
    with pytest.raises(UsageError, match="work tree"):
        check_path(Path("keys.toml"), force=False)


def test_no_other_file_is_touched(tmp_path: Path) -> None:
    """A symbolic link is refused, so that the mode of the file behind it stays; an ordinary file becomes private."""
    other, link, own = tmp_path / "other.toml", tmp_path / "link.toml", tmp_path / "own.toml"
    other.write_text("theirs")
    other.chmod(0o644)
    link.symlink_to(other)
    with pytest.raises(UsageError, match="symbolic link"):
        save(link, {"API key": "k"}, force=True)
    assert ("theirs", 0o644) == (other.read_text(), other.stat().st_mode & 0o777)
    own.write_text("old")
    own.chmod(0o644)
    save(own, {"API key": "k"}, force=True)
    assert ('[properties]\n"API key" = "k"\n', 0o600) == (own.read_text(), own.stat().st_mode & 0o777)
