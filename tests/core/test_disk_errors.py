"""Errors of the disk: the message names the right file, the cause and what to do."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

import pytest

from exporter.core.disk_errors import disk_sentence

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def failed(operation: Callable[[], object]) -> str:
    """Return the message about an operation that the disk refuses."""
    try:
        operation()
    except OSError as error:
        return disk_sentence(error)
    pytest.fail("nothing was refused")


def made(number: int, path: Path | None = None, target: Path | None = None) -> str:
    """Return the message about an error that cannot be produced on this disk or by this user."""
    error = OSError(number, os.strerror(number), str(path) if path else None)
    if target is not None:
        error = OSError(number, os.strerror(number), str(path), None, str(target))
    return disk_sentence(error)


def test_file_where_a_folder_is_needed_is_named(tmp_path: Path) -> None:
    (tmp_path / "site").write_text("mine", "utf-8")
    expected = f"{tmp_path / 'site'} is a file where a folder is needed: move it away, then run again; nothing is lost"
    assert failed((tmp_path / "site").mkdir) == expected
    assert failed((tmp_path / "site/post").mkdir) == expected
    assert failed((tmp_path / "site/post/deep/index.html").read_bytes) == expected
    assert failed(lambda: list((tmp_path / "site").iterdir())) == expected


def test_folder_where_a_file_is_needed_is_named(tmp_path: Path) -> None:
    (tmp_path / "page.html/inside").mkdir(parents=True)
    (tmp_path / "part").write_text("new", "utf-8")
    expected = f"{tmp_path / 'page.html'} is a folder where a file is needed: move it away"
    assert failed((tmp_path / "page.html").read_bytes).startswith(expected)
    assert failed(lambda: (tmp_path / "part").replace(tmp_path / "page.html")).startswith(expected)


def test_dangling_link_is_named(tmp_path: Path) -> None:
    (tmp_path / "content").symlink_to(tmp_path / "gone")
    for operation in ((tmp_path / "content").mkdir, (tmp_path / "content/entries/a.json").read_bytes):
        assert failed(operation).startswith(f"{tmp_path / 'content'} is a link that leads nowhere: remove it")


def test_missing_file_is_reported_as_missing(tmp_path: Path) -> None:
    assert failed((tmp_path / "a").read_bytes).startswith(f"{tmp_path / 'a'} is missing, or was removed meanwhile")


def test_error_of_a_rename_names_the_target_and_not_the_programs_own_file(tmp_path: Path) -> None:
    message = made(errno.EACCES, tmp_path / ".export/part", tmp_path / "site/post/index.html")
    assert str(tmp_path / "site/post/index.html") in message
    assert ".export" not in message


def test_folder_without_write_permission_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site/a.html").write_text("a", "utf-8")
    locked: set[tuple[Path, int]] = set()
    monkeypatch.setattr(os, "access", lambda path, mode: not any(path == at and mode & bit for at, bit in locked))
    assert made(errno.EPERM, tmp_path / "site/b.html").startswith(f"{tmp_path / 'site/b.html'} may not be made: ")
    locked |= {(tmp_path / "site", os.W_OK)}
    message = made(errno.EACCES, tmp_path / ".export/part", tmp_path / "site/a.html")
    assert message.startswith(f"nothing may be written in the folder {tmp_path / 'site'}: ")
    locked |= {(tmp_path / "site", os.X_OK)}
    assert made(errno.EACCES, tmp_path / "site/a.html").startswith(f"the folder {tmp_path / 'site'} may not be entered")


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "no space is left on the disk for PATH: free some, then run again"),
        (errno.EDQUOT, "no space is left on the disk for PATH: free some, then run again"),
        (errno.EROFS, "PATH is on a disk that can only be read: make it writable, then run again"),
        (errno.EMFILE, "too many files are open: raise the limit (ulimit -n), then run again"),
        (errno.EIO, "PATH cannot be read or written, the disk reports an input/output error: check the disk"),
        (errno.ENAMETOOLONG, "PATH has a name that is too long for this disk: "),
        (errno.EBUSY, "PATH is in use: close the program that uses it"),
        (errno.ESTALE, f"PATH: {os.strerror(errno.ESTALE)}: put that right"),
    ],
)
def test_message_depends_on_the_error_number(tmp_path: Path, number: int, words: str) -> None:
    assert made(number, tmp_path / "a").startswith(words.replace("PATH", str(tmp_path / "a")))


def test_error_without_a_file_names_none() -> None:
    assert made(errno.ENOSPC).startswith("no space is left on the disk: free some")
    assert made(errno.EIO).startswith(f"{os.strerror(errno.EIO)}: put that right")
