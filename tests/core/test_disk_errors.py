"""What a disk refuses: the file that is meant, in words that fit, with what to do."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING

import pytest

from exporter.core.disk_errors import disk_sentence

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def failed(act: Callable[[], object]) -> str:
    """Return what is said of an act that a disk refuses."""
    try:
        act()
    except OSError as error:
        return disk_sentence(error)
    pytest.fail("nothing was refused")


def made(number: int, path: Path | None = None, target: Path | None = None) -> str:
    """Return what is said of an error that this disk or this user cannot be brought to."""
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


def test_link_that_leads_nowhere_is_named(tmp_path: Path) -> None:
    (tmp_path / "content").symlink_to(tmp_path / "gone")
    for act in ((tmp_path / "content").mkdir, (tmp_path / "content/entries/a.json").read_bytes):
        assert failed(act).startswith(f"{tmp_path / 'content'} is a link that leads nowhere: remove it")


def test_missing_file_is_said_to_be_missing(tmp_path: Path) -> None:
    assert failed((tmp_path / "a").read_bytes).startswith(f"{tmp_path / 'a'} is missing, or was removed meanwhile")


def test_target_of_a_rename_is_meant_not_the_programs_own_file(tmp_path: Path) -> None:
    said = made(errno.EACCES, tmp_path / ".export/part", tmp_path / "site/post/index.html")
    assert str(tmp_path / "site/post/index.html") in said
    assert ".export" not in said


def test_folder_that_may_not_be_written_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "site").mkdir()
    (tmp_path / "site/a.html").write_text("a", "utf-8")
    locked: set[tuple[Path, int]] = set()
    monkeypatch.setattr(os, "access", lambda path, mode: not any(path == at and mode & bit for at, bit in locked))
    assert made(errno.EPERM, tmp_path / "site/b.html").startswith(f"{tmp_path / 'site/b.html'} may not be made: ")
    locked |= {(tmp_path / "site", os.W_OK)}
    said = made(errno.EACCES, tmp_path / ".export/part", tmp_path / "site/a.html")
    assert said.startswith(f"nothing may be written in the folder {tmp_path / 'site'}: ")
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
def test_words_are_by_the_systems_number(tmp_path: Path, number: int, words: str) -> None:
    assert made(number, tmp_path / "a").startswith(words.replace("PATH", str(tmp_path / "a")))


def test_error_without_a_file_names_none() -> None:
    assert made(errno.ENOSPC).startswith("no space is left on the disk: free some")
    assert made(errno.EIO).startswith(f"{os.strerror(errno.EIO)}: put that right")
