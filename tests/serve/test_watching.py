"""Watching a guide's files: edits are reported from the first moment on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from watchdog.observers.api import BaseObserver

from exporter.serve.watching import Edits, Watched, watching
from tests.serve.conftest import until

if TYPE_CHECKING:
    import pytest


def test_folder_that_comes_while_the_watch_begins_is_watched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It comes when it was found missing already, and the folder beside it is not watched yet."""
    late, other, reported, schedule = tmp_path / "templates", tmp_path / "content", set[Path](), BaseObserver.schedule
    other.mkdir()

    def and_it_comes(self: Any, handler: Any, path: str, **options: Any) -> Any:
        if path == str(other):
            late.mkdir()
        return schedule(self, handler, path, **options)

    monkeypatch.setattr(BaseObserver, "schedule", and_it_comes)
    edits = Edits(lambda _: True, reported.update)
    with watching(Watched((late, other)), edits, poll=False, say=lambda _: None):
        until(lambda: late in reported, "the folder")
        (late / "place.html").write_text("edited", "utf-8")
        until(lambda: late / "place.html" in reported, "the file in it")
