"""Which files of the guide changed at which epoch, so that no page misses a change between its load and its stream."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from exporter.serve.overlay import Failure

_MOST_KEPT = 200_000
"""Files whose last change is known; beyond that the older half is forgotten."""


class News(NamedTuple):
    """What is new for some pages: paths with the epochs of their changes, and failures if they are others than before.

    `epoch` is that up to which this is all. With `everything`, any file may have changed.
    """

    epoch: int
    changes: Mapping[str, int]
    everything: bool
    failures: tuple[Failure, ...] | None


class ChangeLog:
    """The epochs of changes, for the streams of all browsers, which wait for them.

    An epoch is a number that grows with every change; a page carries the one at which its bytes were read. The first is
    that of the server's start: a page with an earlier one comes from another server, and may be anything.

    Invariant: a file stands with its new bytes before its change is noted. So a page that is read at an epoch holds all
    changes up to it, and a stream that begins there misses none.
    """

    def __init__(self, start: int) -> None:
        self.epoch = start
        self._failures: dict[str, tuple[Failure, ...]] = {}
        self._floor = start
        self._changes: dict[str, int] = {}
        self._digests: dict[str, bytes | None] = {}
        self._changed = threading.Condition()
        self._round = 0

    def note(self, files: Iterable[tuple[str, bytes | None]]) -> None:
        """Note files by path with the digests of their bytes, None for those that went.

        What is known already is not news: a result of a build names a file again as long as nobody has confirmed it.
        """
        with self._changed:
            new = {path: digest for path, digest in files if self._digests.get(path, b"") != digest}
            if not new:
                return
            self.epoch += 1
            for path, digest in new.items():
                self._changes.pop(path, None)  # so that the order is that of the changes
                self._changes[path] = self.epoch
                self._digests[path] = digest
            self._forget_old()
            self._changed.notify_all()

    def note_everything(self) -> None:
        """Note that any file may have changed, as when somebody else built the guide."""
        with self._changed:
            self.epoch += 1
            self._floor = self.epoch
            self._changes.clear()
            self._digests.clear()
            self._changed.notify_all()

    @property
    def failures(self) -> tuple[Failure, ...]:
        """What is wrong now, of all steps."""
        return tuple(failure for found in self._failures.values() for failure in found)

    def set_failures(self, step: str, failures: tuple[Failure, ...]) -> None:
        """Show these failures of a step from now on; none if it succeeded."""
        with self._changed:
            if failures != self._failures.get(step, ()):
                self._failures = {**self._failures, step: failures}
                self._round += 1
                self._changed.notify_all()

    def wake(self) -> None:
        """Let all who wait look again."""
        with self._changed:
            self._round += 1
            self._changed.notify_all()

    def since(self, epoch: int, pages: Collection[str], shown: tuple[Failure, ...] | None) -> News:
        """Return what is new since an epoch for a browser that has some pages open and shows some failures.

        Of pages it is told only of those that it has open, of other files of all. None for failures that were not told.
        """
        with self._changed:
            everything = epoch < self._floor
            changes: dict[str, int] = {}
            for path in reversed(self._changes) if not everything else ():
                if self._changes[path] <= epoch:
                    break
                if path in pages or not path.endswith(".html"):
                    changes[path] = self._changes[path]
            failures = self.failures if self.failures != shown else None
            return News(self.epoch, changes, everything, failures)

    def wait(self, epoch: int, shown: tuple[Failure, ...] | None, seconds: float) -> None:
        """Wait until something changes after an epoch, or the failures do, at most for some seconds."""
        with self._changed:
            seen = self._round
            self._changed.wait_for(lambda: self.epoch > epoch or self.failures != shown or self._round != seen, seconds)

    def _forget_old(self) -> None:
        """Keep the log small: pages from before what is forgotten are reloaded."""
        if len(self._changes) > _MOST_KEPT:
            for path in list(self._changes)[: _MOST_KEPT // 2]:
                self._floor = max(self._floor, self._changes.pop(path))
                self._digests.pop(path)
