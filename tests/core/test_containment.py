"""Links, pipes and real files are distinguished, and nothing is done through a link."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

import pytest

from exporter.core.containment import PlainFolders, list_folder, remove_links, remove_whole, walk_links
from exporter.core.files import read_below, read_bytes, walk_files, write_bytes
from tests.support.obstacles import at_most, make_outside, snapshot_of

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pipes on the disk, and few may link")


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    return make_outside(tmp_path / "outside")


@pytest.fixture
def root(tmp_path: Path, outside: Path) -> Path:
    """A folder with a file in a folder, links to a file and to a folder, and a pipe."""
    made = tmp_path / "root"
    (made / "a/b").mkdir(parents=True)
    (made / "a/b/file").write_bytes(b"own")
    (made / "a/link").symlink_to(outside / "index.html")
    (made / "out").symlink_to(outside)
    os.mkfifo(made / "pipe")
    return made


def test_links_and_pipes_are_neither_files_nor_folders(root: Path) -> None:
    assert list_folder(str(root)) == ([], ["a"], ["out", "pipe"])
    assert list(walk_files(root)) == ["a/b/file"]
    assert list(walk_links(root)) == ["out", "pipe", "a/link"]
    assert list_folder(str(root / "gone")) == ([], [], [])


def test_root_itself_may_be_a_link(root: Path, tmp_path: Path) -> None:
    (tmp_path / "other").symlink_to(root)
    assert list(walk_files(tmp_path / "other")) == ["a/b/file"]
    assert read_below(tmp_path / "other", "a/b/file") == b"own"


@pytest.mark.parametrize("path", ["a/link", "out/index.html", "pipe", "a", "out", "gone", "a/b/file/below"])
def test_path_that_is_no_regular_file_reads_as_nothing(root: Path, path: str) -> None:
    with at_most(10):
        assert read_below(root, path) is None
        assert path == "out/index.html" or read_bytes(root / path) is None
    assert PlainFolders(root).find(path) is None


def test_first_part_of_a_path_that_is_no_folder_is_named(root: Path) -> None:
    folders = PlainFolders(root)
    found = [folders.obstacle(path) for path in ("a/b", "out/deep/below", "a/b/file/x", "a/link", "new/folder", "")]
    assert found == ["", "out", "a/b/file", "a/link", "", ""]
    assert [folders.holds(path) for path in ("a/b", "out", "new", "")] == [True, False, False, True]


def test_folder_is_made_in_place_of_a_link(root: Path, outside: Path) -> None:
    before, folders = snapshot_of(outside), PlainFolders(root)
    assert [folders.make(path) for path in ("a/b", "out/deep/x", "out/deep", "a/link", "pipe", "a/b")] == [
        *(False, True, False, True, True, False)
    ]
    assert list(walk_links(root)) == []
    assert snapshot_of(outside) == before


def test_writing_replaces_a_link_or_another_name_and_leaves_its_target(root: Path, outside: Path) -> None:
    os.link(outside / "shared", root / "a/hard")
    before = snapshot_of(outside)
    for path in ("a/link", "a/hard", "pipe", "a/b/file", "out"):
        with at_most(10):
            write_bytes(f"{root}/{path}", b"new")
        assert read_bytes(root / path) == b"new"
    assert snapshot_of(outside) == before
    with pytest.raises(FileExistsError):
        write_bytes(f"{root}/a/link", b"newer", new=True)


def test_removal_removes_a_link_and_not_its_target(root: Path, outside: Path) -> None:
    before = snapshot_of(outside)
    remove_links(root)
    assert sorted(path.name for path in root.rglob("*")) == ["a", "b", "file"]
    (root / "a/again").symlink_to(outside)
    remove_whole(str(root / "gone"))
    remove_whole(str(root))
    assert not root.exists()
    assert snapshot_of(outside) == before
