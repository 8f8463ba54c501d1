"""The repository itself: its own guide is up to date, its changelog is written for users."""

from __future__ import annotations

import re
import shutil
from typing import TYPE_CHECKING

from tests.conftest import PROJECT, Guide, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def test_build_right_after_a_clone_changes_no_versioned_file(tmp_path: Path, call: Callable[..., Outcome]) -> None:
    for name in ("site.yaml", ".syncstate"):
        shutil.copy(PROJECT / name, tmp_path)
    for name in ("content", "templates"):
        shutil.copytree(PROJECT / name, tmp_path / name)
    guide = Guide(tmp_path, call)
    before = guide.files("content", "templates", ".syncstate", "site.yaml")
    report = guide.build()
    assert (report["sync"]["full"], report["sync"]["sync_requests"], report["problems"]) == (False, 1, [])
    assert guide.files("content", "templates", ".syncstate", "site.yaml") == before


def test_changelog_speaks_in_sentences() -> None:
    text = (PROJECT / "CHANGELOG.md").read_text("utf-8")
    entries = re.split(r"\n- ", text.split("\n## ", 1)[1])[1:]
    assert [entry for entry in entries if not entry.strip().endswith(".")] == []
