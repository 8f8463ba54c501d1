"""A first sync interrupted while it moved files into place, and what people then do to content/."""

from __future__ import annotations

import errno
import os
import shutil
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Guide


NOTES = "entries/place/notes.txt"
"""A file of the guide's owner."""


@pytest.fixture(params=["place/mill.json", "pic/castle.svg"], ids=["files one by one", "whole folders"])
def broken(guide: Guide, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Guide:
    """A guide whose first sync found the disk full while moving the second place, or after all entries.

    Files are moved one by one if a folder of that name already exists.
    """
    replace, last = os.replace, request.param
    if last.startswith("place/"):
        notes = guide.root / "content" / NOTES
        notes.parent.mkdir(parents=True)
        notes.write_text("Mine.", "utf-8")

    def full_disk(source: str, target: str) -> None:
        if str(target).endswith(last):
            raise OSError(errno.ENOSPC, "No space left on device")
        replace(source, target)

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", full_disk)
        assert guide.run("sync").code == 4
    assert (guide.root / "content/entries/place/castle.json").exists()
    assert not (guide.root / ".syncstate").exists()
    return guide


def remove_all(content: Path) -> None:
    shutil.rmtree(content)


def remove_one(content: Path) -> None:
    (content / "entries/place/castle.json").unlink()


def remove_a_twin(content: Path) -> None:
    (content / "entries/place/castle.ar.md").unlink()


def remove_a_file(content: Path) -> None:
    shutil.rmtree(content / "files", ignore_errors=True)


def edit_one(content: Path) -> None:
    file = content / "entries/place/castle.json"
    file.write_bytes(file.read_bytes().replace(b"The castle", b"Another castle"))


def nothing(_content: Path) -> None:
    pass


@pytest.mark.parametrize("change", [nothing, remove_all, remove_one, remove_a_twin, remove_a_file, edit_one])
def test_next_sync_completes_the_mirror(broken: Guide, change: Callable[[Path], None]) -> None:
    change(broken.root / "content")
    outcome = broken.run("sync")
    assert outcome.code == 0, outcome
    found = broken.files("content")
    found.pop(f"content/{NOTES}", None)
    shutil.rmtree(broken.root / "content")
    shutil.rmtree(broken.root / ".export")
    (broken.root / ".syncstate").unlink()
    assert broken.run("sync").code == 0
    assert broken.files("content") == found
