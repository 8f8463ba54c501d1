"""Watching a guide's files: edits are reported from the first moment on."""

from __future__ import annotations

import shutil
import warnings
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from watchdog.observers.api import BaseObserver

from exporter.serve import watching as module
from exporter.serve.watching import Edits, Watched, Watches, watching
from exporter.space.watch import new_observer
from tests.serve.conftest import until


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
    with edits.followed(), watching(Watched((late, other)), edits, poll=False, say=lambda _: None):
        until(lambda: late in reported, "the folder")
        (late / "place.html").write_text("edited", "utf-8")
        until(lambda: late / "place.html" in reported, "the file in it")


def test_folder_that_is_replaced_again_and_again_goes_on_being_watched(tmp_path: Path) -> None:
    reported, folder = set[Path](), tmp_path / "content/files/pic"
    folder.mkdir(parents=True)
    edits = Edits(lambda _: True, reported.update)
    with edits.followed(), watching(Watched((tmp_path / "content",)), edits, poll=False, say=lambda _: None):
        for number in range(200):
            shutil.rmtree(folder)
            (folder / "de-DE").mkdir(parents=True)
            (folder / "de-DE/a.svg").write_text(str(number), "utf-8")
        until(lambda: folder / "de-DE/a.svg" in reported, "the file")
        (folder / "de-DE/last.svg").write_text("last", "utf-8")
        until(lambda: folder / "de-DE/last.svg" in reported, "the last file")


def test_observer_does_not_end_with_a_warning_of_its_own() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        observer = new_observer()
        warnings.warn("Callback with id '1' already exists for watch", RuntimeWarning, stacklevel=1)
        with pytest.raises(RuntimeWarning):
            warnings.warn("another one", RuntimeWarning, stacklevel=1)
    observer.start()
    observer.stop()
    observer.join()


def test_edit_right_after_the_watch_begins_is_seen_by_polling(tmp_path: Path) -> None:
    reported = set[Path]()
    edits = Edits(lambda _: True, reported.update)
    for number in range(20):
        (tmp_path / f"old{number}.html").write_text("old", "utf-8")
    with edits.followed(), watching(Watched((tmp_path,)), edits, poll=True, say=lambda _: None):
        (tmp_path / "old7.html").write_text("edited", "utf-8")
        until(lambda: reported, "the edit")
    assert reported == {tmp_path / "old7.html"}


def test_edit_right_before_other_files_are_watched_is_reported(tmp_path: Path) -> None:
    reported, folders = set[Path](), [tmp_path / str(number) for number in range(21)]
    for folder in folders:
        folder.mkdir()
    watches = Watches(Edits(lambda _: True, reported.update), poll=False, say=lambda _: None)
    with watches.reporting():
        assert watches.follow(Watched((folders[0],)))
        for before, after in pairwise(folders):
            (before / "place.html").write_text("edited", "utf-8")
            assert watches.follow(Watched((after,)))
            assert not watches.follow(Watched((after,)))
        until(lambda: {folder / "place.html" for folder in folders[:-1]} <= reported, "all edits")


def test_why_files_are_polled_is_said_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "reports_nothing", lambda _mounts, _path: "9p")
    said: list[str] = []
    watches = Watches(Edits(lambda _: True, lambda _: None), poll=False, say=said.append)
    with watches.reporting():
        watches.follow(Watched((tmp_path,)))
        watches.follow(Watched((tmp_path,), (tmp_path / "site.yaml",)))
    assert said == [f"{tmp_path} is on 9p, which reports no edits: looking at the files again and again instead"]


def test_files_that_change_from_look_to_look_are_one_edit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As amid a checkout of thousands of files, which takes longer than a look at them."""
    made: list[frozenset[Path]] = []
    files, look = [tmp_path / f"{number}.html" for number in range(9)], module.looks_of
    waiting = [*files]

    def and_one_more_comes(watched: Watched) -> dict[str, bytes]:
        if waiting and len(waiting) < len(files):
            waiting.pop().write_text("new", "utf-8")
        return look(watched)

    monkeypatch.setattr(module, "looks_of", and_one_more_comes)
    edits = Edits(lambda _: True, made.append)
    with edits.followed(), watching(Watched((tmp_path,)), edits, poll=True, say=lambda _: None):
        waiting.pop().write_text("new", "utf-8")
        until(lambda: made, "the edit")
    assert made == [frozenset(files)]
