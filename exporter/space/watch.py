"""Follow edits of a space's files while the endpoint runs, so that requests need not look at all of them."""

from __future__ import annotations

import queue
import threading
import warnings
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from watchdog.observers.api import BaseObserver

_QUIET = 0.05
"""Seconds without an event after which an edit counts as finished: one edit is one change."""

_EVERYTHING = ""


class _Collector(FileSystemEventHandler):
    """Collects the paths under `root` that events are about, or that it is everything."""

    def __init__(self, root: Path) -> None:
        self.names: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._root = root

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Collect a file's path; a folder that comes, goes or moves is everything, and so is a space in one file."""
        if event.event_type in ("opened", "closed_no_write") or (event.is_directory and event.event_type == "modified"):
            return
        for path in (Path(str(name)) for name in (event.src_path, event.dest_path) if name):
            if event.is_directory or path == self._root:
                self.names.put(_EVERYTHING)
            elif path.is_relative_to(self._root):
                self.names.put(path.relative_to(self._root).as_posix())


def _edits(names: queue.SimpleQueue[str | None]) -> Iterator[set[str]]:
    """Yield the paths of one edit after the other, once it is quiet; None in the queue ends that."""
    while (name := names.get()) is not None:
        edit = {name}
        while True:
            try:
                name = names.get(timeout=_QUIET)
            except queue.Empty:
                break
            if name is None:
                return
            edit.add(name)
        yield edit


def new_observer() -> BaseObserver:
    """Return an observer of files.

    Watchdog 7 warns of a folder that comes while it looks into the one around it, and watches it once all the same.
    Where warnings are errors, that one would end its thread, and nothing would be reported any more.
    """
    warnings.filterwarnings("ignore", "Callback with id .* already exists", RuntimeWarning)
    return Observer()


@contextmanager
def watching(root: Path, follow: Callable[[Iterable[str] | None], None]) -> Iterator[None]:
    """Call `follow` with the changed paths under `root`, None for all, while the block runs."""
    root = root.resolve()
    collector = _Collector(root)
    observer = new_observer()
    observer.schedule(collector, str(root if root.is_dir() else root.parent), recursive=root.is_dir())

    def run() -> None:
        for edit in _edits(collector.names):
            follow(None if _EVERYTHING in edit else sorted(edit))

    worker = threading.Thread(target=run, daemon=True)
    observer.start()
    worker.start()
    try:
        yield
    finally:
        observer.stop()
        observer.join()
        collector.names.put(None)
        worker.join()
