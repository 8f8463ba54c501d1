"""Follow edits of a space's files while the endpoint runs, so that no request has to look at all of them."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_QUIET = 0.05
"""Seconds without an event after which an edit is over: one edit is one change."""


class _Collector(FileSystemEventHandler):
    """Gather the paths that events name, and hand them on when it is quiet."""

    def __init__(self, root: Path, follow: Callable[[Iterable[str] | None], None]) -> None:
        self._root = root
        self._follow = follow
        self._paths: set[str] = set()
        self._whole = False
        self._changed = threading.Event()
        self._ended = False

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Note an event; one of a folder, or of a space that is a single file, is about everything."""
        if event.event_type in ("opened", "closed_no_write"):
            return
        for name in filter(None, (event.src_path, event.dest_path)):
            path = Path(str(name))
            if event.is_directory or path == self._root:
                self._whole = True
            elif path.is_relative_to(self._root):
                self._paths.add(path.relative_to(self._root).as_posix())
        self._changed.set()

    def run(self) -> None:
        """Hand on what was gathered, again and again until the end."""
        while not self._ended:
            self._changed.wait()
            while self._changed.is_set() and not self._ended:
                self._changed.clear()
                self._changed.wait(_QUIET)
            paths, self._paths = self._paths, set()
            whole, self._whole = self._whole, False
            if whole or paths:
                self._follow(None if whole else sorted(paths))

    def end(self) -> None:
        """End the run."""
        self._ended = True
        self._changed.set()


@contextmanager
def watching(root: Path, follow: Callable[[Iterable[str] | None], None]) -> Iterator[None]:
    """Call `follow` with the changed paths under `root`, None for all, while the block runs."""
    collector = _Collector(root.resolve(), follow)
    observer = Observer()
    observer.schedule(
        collector, str(root.resolve() if root.is_dir() else root.resolve().parent), recursive=root.is_dir()
    )
    worker = threading.Thread(target=collector.run, daemon=True)
    observer.start()
    worker.start()
    try:
        yield
    finally:
        observer.stop()
        observer.join()
        collector.end()
        worker.join()
