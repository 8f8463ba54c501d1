"""Files on the disk: what is rewritten, what is left behind, and which process holds the lock."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from exporter.core.errors import GuardError
from exporter.core.files import (
    exclusive_lock,
    read_bytes,
    remove,
    remove_empty_folders,
    rename,
    walk_files,
    write_atomic,
    write_if_different,
)
from tests.conftest import PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LONG_AGO = 1_000_000_000_000_000_000
HOLDER = """
import sys
from pathlib import Path
from exporter.core.files import exclusive_lock
with exclusive_lock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def everything(root: Path) -> list[str]:
    return sorted(path.relative_to(root).as_posix() for path in root.rglob("*"))


def test_file_with_the_same_bytes_is_not_touched(tmp_path: Path) -> None:
    page, scratch = tmp_path / "page.html", tmp_path / "scratch"
    page.write_bytes(b"same")
    os.utime(page, ns=(LONG_AGO, LONG_AGO))
    inode = page.stat().st_ino
    assert write_if_different(page, b"same", scratch) is False
    assert (page.stat().st_mtime_ns, page.stat().st_ino) == (LONG_AGO, inode)
    assert everything(tmp_path) == ["page.html"]


@pytest.mark.parametrize("before", [None, b"", b"other", b"same but longer"])
def test_changed_or_missing_file_is_written_and_nothing_is_left_next_to_it(
    tmp_path: Path, before: bytes | None
) -> None:
    page, scratch = tmp_path / "site/a/b/page.html", tmp_path / "scratch"
    if before is not None:
        write_atomic(page, before, scratch)
    assert write_if_different(page, b"same", scratch) is True
    assert page.read_bytes() == b"same"
    assert everything(tmp_path) == ["scratch", "site", "site/a", "site/a/b", "site/a/b/page.html"]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows lets no open file be replaced")
def test_reader_of_a_file_being_replaced_gets_the_complete_old_one(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_bytes(b"old")
    with page.open("rb") as reader:
        write_atomic(page, b"new", tmp_path / "scratch")
        assert reader.read() == b"old"
    assert page.read_bytes() == b"new"


def test_failed_write_leaves_the_old_file_and_no_temporary_one(tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    (tmp_path / "page.html").mkdir()
    with pytest.raises(OSError, match=r"page\.html"):
        write_atomic(tmp_path / "page.html", b"new", scratch)
    assert everything(tmp_path) == ["page.html", "scratch"]


def test_missing_file_reads_as_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    found = [read_bytes(tmp_path / name) for name in ("file", "gone", "gone/below", "file/below")]
    assert found == [b"", None, None, None]


def test_file_is_moved_into_folders_that_do_not_exist_yet(tmp_path: Path) -> None:
    (tmp_path / "one").write_bytes(b"1")
    rename(tmp_path / "one", tmp_path / "a/b/two")
    assert everything(tmp_path) == ["a", "a/b", "a/b/two"]


def test_move_of_a_missing_file_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        rename(tmp_path / "gone", tmp_path / "target")


def test_removed_file_takes_the_folders_that_it_leaves_empty_along(tmp_path: Path) -> None:
    for name in ("content/a/b/c/file", "content/a/other"):
        write_atomic(tmp_path / name, b"", tmp_path)
    assert remove(tmp_path / "content/a/b/c/file", tmp_path / "content") is True
    assert everything(tmp_path) == ["content", "content/a", "content/a/other"]
    assert remove(tmp_path / "content/a/other", tmp_path / "content") is True
    assert everything(tmp_path) == ["content"]


def test_removal_of_a_missing_file_returns_false_and_removes_nothing(tmp_path: Path) -> None:
    root = tmp_path / "content"
    (root / "empty").mkdir(parents=True)
    (root / "file").write_bytes(b"")
    assert [remove(root / name, root) for name in ("empty/gone", "gone/gone", "file/below")] == [False] * 3
    assert everything(tmp_path) == ["content", "content/empty", "content/file"]


def test_empty_folders_are_removed_up_to_the_root_which_stays(tmp_path: Path) -> None:
    (tmp_path / "root/a/b").mkdir(parents=True)
    remove_empty_folders(tmp_path / "root/a/b", tmp_path / "root")
    remove_empty_folders(tmp_path / "root", tmp_path / "root")
    assert everything(tmp_path) == ["root"]


def test_files_of_a_folder_are_listed_with_slashes_in_a_fixed_order(tmp_path: Path) -> None:
    for name in ("b/z", "b/a/x", "c", "a", "B/x"):
        write_atomic(tmp_path / "root" / name, b"", tmp_path)
    assert list(walk_files(tmp_path / "root")) == ["a", "c", "B/x", "b/z", "b/a/x"]
    assert list(walk_files(tmp_path / "gone")) == []


@contextmanager
def held(lock: Path) -> Iterator[subprocess.Popen[str]]:
    """Hold a lock in another process while the block runs."""
    command = [sys.executable, "-c", HOLDER, str(lock)]
    with subprocess.Popen(
        command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "held\n"
            yield process
        finally:
            process.kill()


def take(lock: Path) -> str:
    """Take and release a lock; return the error if another process holds it."""
    try:
        with exclusive_lock(lock):
            return "free"
    except GuardError as error:
        return f"{error.exit_code} {error.code}: {error.message}"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not tell who holds a lock")
def test_lock_that_another_process_holds_names_that_process(tmp_path: Path) -> None:
    lock = tmp_path / ".export/lock"
    with held(lock) as process:
        message = take(lock)
        assert message.startswith(f"4 locked: process {process.pid} is running in this folder")
        assert str(lock) in message
        assert take(lock) == message


def test_lock_of_a_killed_process_is_free(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    with held(lock) as process:
        assert take(lock) != "free"
        process.kill()
        process.wait()
        assert take(lock) == "free"


def test_lock_is_free_again_when_the_block_ends_however_it_ends(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    with pytest.raises(KeyboardInterrupt), exclusive_lock(lock):
        raise KeyboardInterrupt
    with held(lock) as process:
        process.communicate("")
        assert process.returncode == 0
    assert take(lock) == "free"


def test_lock_file_stays_and_is_never_written(tmp_path: Path) -> None:
    lock = tmp_path / "lock"
    assert take(lock) == "free"
    os.utime(lock, ns=(LONG_AGO, LONG_AGO))
    assert take(lock) == "free"
    assert (lock.read_bytes(), lock.stat().st_mtime_ns) == (b"", LONG_AGO)
