"""The first state of a chain: how often its files are read, and that it is the same from any number of processes."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from exporter.reader.first import begin
from exporter.reader.folder import ChainFolder
from tests.reader.guides import Guide, guide_pages

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_one_process_reads_each_file_once(tmp_path: Path) -> None:
    pages = guide_pages(250)
    reads: Counter[str] = Counter()

    def read(path: str) -> bytes:
        reads[path] += 1
        return pages[path]

    begin(pages, read, ChainFolder(tmp_path / "updates", tmp_path), 1)
    assert reads == Counter(pages.keys())


def test_two_processes_write_what_one_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("exporter.reader.first._BUCKETS_PER_PROCESS", 1)
    one, two = Guide(tmp_path / "one"), Guide(tmp_path / "two", jobs=2)
    for guide in (one, two):
        guide.publish(guide_pages(450))
    assert files(one.updates) == files(two.updates)
