"""Stale pages on demand: a request waits until the page that it asks for is current, and that page comes first."""

from __future__ import annotations

import threading
import time
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING

from exporter.serve.overlay import failures_of

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
    from pathlib import Path

    from exporter.report.problems import Problem
    from exporter.serve.changes import ChangeLog

PAGES = "pages"
"""The step of the failures of pages."""
LONGEST_WAIT = 60.0
"""Seconds that a request waits for its page; then it gets what stands."""


class OnDemand:
    """The demand of all browsers on the builds of a guide, one build after another.

    Invariant: a file is served as current only while no edit is unplanned (`_edited` and `_planning` are false) and it
    is not among the stale. An edit is unplanned from the moment that it was seen until a build that began after that
    has planned.
    """

    def __init__(self, root: Path, log: ChangeLog, open_pages: Callable[[], Collection[str]]) -> None:
        self._root = root
        self._log = log
        self._open_pages = open_pages
        self._turn = threading.Condition()
        self._edited = False
        self._planning = False
        self._building = False
        self._copying = False
        self._stale: dict[str, int] = {}
        self._asked: Counter[str] = Counter()
        self._failed: set[str] = set()
        self._failed_before: set[str] = set()

    def has_failed(self, path: str) -> bool:
        """Whether a page failed in the last build that rendered it."""
        return path in self._failed or path in self._failed_before

    def see_edit(self) -> None:
        """Note that something was edited: nothing is current until a build has planned."""
        with self._turn:
            self._edited = True

    @contextmanager
    def building(self) -> Iterator[None]:
        """Build while the block runs: edits that were seen before are part of it."""
        with self._turn:
            self._edited, self._planning, self._building = False, True, True
            self._failed_before, self._failed = self._failed_before | self._failed, set()
        try:
            yield
        finally:
            with self._turn:
                self._planning = self._copying = self._building = False
                self._stale = {}
                self._turn.notify_all()

    def wait_for(self, paths: Collection[str], seconds: float = LONGEST_WAIT) -> bool:
        """Wait until some files are current; return whether they are. Pages among them are rendered first meanwhile."""
        end = time.monotonic() + seconds
        with self._turn:
            self._asked.update(paths)
            try:
                return self._turn.wait_for(lambda: self._is_current(paths), end - time.monotonic())
            finally:
                self._asked.subtract(paths)
                self._asked += Counter()

    def wait_until_built(self, seconds: float = LONGEST_WAIT) -> None:
        """Wait until no build is under way: the variants of pictures are made once their pages are rendered."""
        with self._turn:
            self._turn.wait_for(lambda: not (self._edited or self._building), seconds)

    def _is_current(self, paths: Collection[str]) -> bool:
        if self._edited or self._planning:
            return False
        return not any(path in self._stale for path in paths) and not self._copying

    def planned(self, stale: Mapping[str, int]) -> None:
        """Take the stale pages."""
        with self._turn:
            self._stale = dict(stale)
            self._planning, self._copying = False, True
            self._turn.notify_all()

    def copied(self, changed: Mapping[str, bytes]) -> None:
        """Announce files that are no pages to all browsers, and let those go on who wait for them."""
        self._log.note(changed.items())
        with self._turn:
            self._copying = False
            self._turn.notify_all()

    def wanted(self) -> Sequence[int]:
        """Return the pages that somebody waits for, then those that are open; none if none of them is stale."""
        open_pages = self._open_pages()
        with self._turn:
            paths = [*self._asked, *open_pages]
            return [self._stale[path] for path in paths if path in self._stale]

    def is_over(self) -> bool:
        """Whether something was edited since the build began."""
        return self._edited

    def wrote(self, path: str, digest: bytes, *, differs: bool) -> None:
        """Let those go on who wait for a page, and tell the browsers that have it open if it is another.

        The first page that is mended takes the failures away, unless another one failed again before it.
        """
        if differs:
            self._log.note([(path, digest)])
        if path in self._failed_before:
            self._failed_before.discard(path)
            if not self._failed:
                self._log.set_failures(PAGES, ())
        self._done(path)

    def failed(self, path: str, problems: Sequence[Problem]) -> None:
        """Show the failure of a page at once; those who wait for it get its last good version, or an error page."""
        first = not self._failed
        self._failed.add(path)
        if first:
            self._log.set_failures(PAGES, failures_of(problems, self._root))
        self._done(path)

    def _done(self, path: str) -> None:
        with self._turn:
            self._stale.pop(path, None)
            self._turn.notify_all()
