"""Watch a guide's files: at once by what the system reports, or by looking again and again where it reports nothing.

An edit is reported twice: as soon as it is seen, so that nothing stale is served from then on, and once it is over.
"""

from __future__ import annotations

import os
import queue
import sys
import threading
import time
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from math import inf
from pathlib import Path
from typing import TYPE_CHECKING

from exporter.core.containment import look_at, walk_folders
from exporter.core.encoding import digest
from exporter.serve.file_systems import reports_nothing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from watchdog.events import FileSystemEvent, FileSystemEventHandler
    from watchdog.observers.api import BaseObserver

_QUIET = 0.04
"""Seconds without an event after which an edit is over: an editor's save, or a checkout of thousands of files."""
_LONGEST_EDIT = 10.0
_OVERLAP = 1.0
"""Seconds for which a watch goes on beside the one that took its place."""
_FIRST_LOOK = 0.3
_LOOKS_SHARE = 10
"""A look at all files is followed by a pause that is so many times longer."""
_LONGEST_PAUSE = 5.0
_NOISE = ("~", ".swp", ".swx", ".swo", ".DS_Store", "/4913", ".crdownload")
"""Ends of names that only editors and file managers use."""


@dataclass(frozen=True)
class Watched:
    """What is watched: folders with all they hold, and single files. None of them need be there yet."""

    folders: tuple[Path, ...] = ()
    files: tuple[Path, ...] = ()

    def concerns(self, path: Path) -> bool:
        """Whether a path is one of these, or inside one of them, or a folder in which one of them may have come."""
        return path in self.files or any(path == folder or folder in path.parents for folder in self.folders)


@dataclass
class Edits:
    """What is told of edits: `seen` at once, in any thread, which may say that it is none; `made` once one is over."""

    seen: Callable[[Path], bool]
    made: Callable[[frozenset[Path]], None]
    paths: queue.SimpleQueue[Path | None] = field(default_factory=queue.SimpleQueue)

    def see(self, path: Path) -> None:
        """Note a path that was edited."""
        if self.is_edit(path):
            self.paths.put(path)

    def is_edit(self, path: Path) -> bool:
        """Report at once that a path was edited; return whether it is an edit, to be reported again once it is over."""
        return not str(path).endswith(_NOISE) and not path.name.startswith(".#") and self.seen(path)

    @contextmanager
    def followed(self) -> Iterator[None]:
        """Report one edit after the other while the block runs, whatever watches of files come and go meanwhile."""
        follower = threading.Thread(target=self._follow, daemon=True)
        follower.start()
        try:
            yield
        finally:
            self.paths.put(None)

    def _follow(self) -> None:
        while (path := self.paths.get()) is not None:
            edit, end = {path}, time.monotonic() + _LONGEST_EDIT
            while time.monotonic() < end:
                try:
                    path = self.paths.get(timeout=_QUIET)
                except queue.Empty:
                    break
                if path is None:
                    return
                edit.add(path)
            self.made(frozenset(edit))


@contextmanager
def watching(watched: Watched, edits: Edits, *, poll: bool, say: Callable[[str], None]) -> Iterator[None]:
    """See edits that are made while the block runs; `say` is told why files are polled, if they are."""
    reason = "" if poll else _why_poll(watched)
    if reason:
        say(f"{reason}: looking at the files again and again instead")
    stop = threading.Event()
    observer = None if poll or reason else _observe(watched, edits, say)
    if observer is None:
        before = looks_of(watched)  # here, so that an edit from now on is one
        threading.Thread(target=_poll, args=(watched, edits, before, stop), daemon=True).start()
    try:
        yield
    finally:
        stop.set()
        if observer is not None:
            observer.stop()


class Watches:
    """The watch of files that are others after some edits, as those of another space.

    The system reports late: an ended watch could take an edit along that the next one did not see. So it goes on for a
    while, and what both of them see is one edit.
    """

    def __init__(self, edits: Edits, *, poll: bool, say: Callable[[str], None]) -> None:
        self._edits = edits
        self._poll = poll
        self._say = say
        self._said: set[str] = set()
        self._open: list[tuple[float, Watched, ExitStack]] = []

    @contextmanager
    def reporting(self) -> Iterator[None]:
        """Report edits while the block runs, and end all watches with it."""
        with self._edits.followed():
            try:
                yield
            finally:
                self._end(len(self._open))

    def follow(self, watched: Watched) -> bool:
        """Watch these files from now on; return whether others were watched."""
        now = time.monotonic()
        self._end(sum(now > since + _OVERLAP for since, *_ in self._open[1:]))
        if self._open and self._open[-1][1] == watched:
            return False
        watch = ExitStack()
        watch.enter_context(watching(watched, self._edits, poll=self._poll, say=self._say_once))
        self._open.append((now, watched, watch))
        return True

    def _say_once(self, line: str) -> None:
        if line not in self._said:
            self._said.add(line)
            self._say(line)

    def _end(self, number: int) -> None:
        for *_, watch in self._open[:number]:
            watch.close()
        del self._open[:number]


def _why_poll(watched: Watched) -> str:
    """Return why the system would not report edits of these files; "" if it does."""
    if sys.platform != "linux":
        return ""
    mounts = Path("/proc/self/mountinfo").read_text("utf-8", "replace")
    places = [*watched.folders, *(file.parent for file in watched.files)]
    found = ((place, reports_nothing(mounts, os.path.realpath(place))) for place in places)
    return next((f"{place} is on {kind}, which reports no edits" for place, kind in found if kind), "")


def _observe(watched: Watched, edits: Edits, say: Callable[[str], None]) -> BaseObserver | None:
    """Start to take what the system reports; None if it reports no more files, as where its limit is reached."""
    from exporter.space.watch import new_observer

    observer = new_observer()
    try:
        observer.start()  # first, so that a folder which comes from now on is reported
        handler, kinds = _handler(watched, edits, observer), _kinds()
        for folder in {file.parent for file in watched.files} | {folder.parent for folder in watched.folders}:
            if folder.is_dir():
                observer.schedule(handler, str(folder), event_filter=kinds)
        for folder in watched.folders:
            if folder.is_dir():
                observer.schedule(handler, str(folder), recursive=True, event_filter=kinds)
    except OSError as error:
        say(f"the system watches no more files ({error.strerror}): looking at them again and again instead")
        with suppress(OSError, RuntimeError):
            observer.stop()
        return None
    return observer


def _kinds() -> list[type[FileSystemEvent]]:
    """Return the kinds of events that edits are made of: what a build reads is reported, too, thousands of files."""
    from watchdog import events

    names = [f"File{kind}Event" for kind in ("Created", "Modified", "Attrib", "Closed", "Moved", "Deleted")]
    names += [f"Dir{kind}Event" for kind in ("Created", "Moved", "Deleted")]
    return [getattr(events, name) for name in names if hasattr(events, name)]  # Attrib is new in watchdog 7


def _handler(watched: Watched, edits: Edits, observer: BaseObserver) -> FileSystemEventHandler:
    from watchdog.events import FileSystemEventHandler
    from watchdog.observers.api import ObservedWatch

    class Handler(FileSystemEventHandler):
        """Takes events of the files that are watched; a folder that comes anew is watched anew."""

        def on_any_event(self, event: FileSystemEvent) -> None:
            for path in (Path(os.fsdecode(name)) for name in (event.src_path, event.dest_path) if name):
                if path in watched.folders and event.event_type in ("created", "moved", "deleted"):
                    self._watch_anew(path)
                if watched.concerns(path):
                    edits.see(path)

        def _watch_anew(self, folder: Path) -> None:
            watch = ObservedWatch(str(folder), recursive=True, event_filter=_kinds())
            with suppress(KeyError, OSError):
                observer.unschedule(watch)
            if folder.is_dir():
                with suppress(OSError):
                    observer.schedule(self, str(folder), recursive=True, event_filter=_kinds())

    return Handler()


def _poll(watched: Watched, edits: Edits, before: dict[str, bytes], stop: threading.Event) -> None:
    """Look at all files again and again; what looks different from `before` was edited.

    An edit is over with the first look at which no file looks different from the one before.
    """
    pause, edit, ends = _FIRST_LOOK, set[Path](), inf
    while not stop.wait(pause):
        start = time.monotonic()
        now = looks_of(watched)
        changed = {Path(path) for path, _ in now.items() ^ before.items()}
        before, taken = now, time.monotonic() - start
        if changed and not edit:
            ends = start + _LONGEST_EDIT
        edit |= {path for path in changed if edits.is_edit(path)}
        if edit and (not changed or start > ends):
            for path in edit:
                edits.paths.put(path)
            edit = set()
        pause = _QUIET if edit else min(max(_FIRST_LOOK, _LOOKS_SHARE * taken), _LONGEST_PAUSE)


def looks_of(watched: Watched) -> dict[str, bytes]:
    """Return how each file looks, by path: a digest of size, times and number."""
    paths = [str(file) for file in watched.files]
    for folder in watched.folders:
        for inside, found in walk_folders(folder):
            paths += (f"{folder}/{inside}{name}" for name in (*found.files, *found.others))
    looks = {path: look_at(path) for path in paths}
    return {
        path: digest(repr((look.st_size, look.st_mtime_ns, look.st_ctime_ns, look.st_ino)).encode())
        for path, look in looks.items()
        if look is not None
    }
