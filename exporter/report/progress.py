"""What a run is at: its stages, the time that each takes, and for whoever listens how far it has come."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Literal, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

T = TypeVar("T")

SyncStage = Literal["requests", "receive", "compare", "download", "apply"]
RenderStage = Literal["look", "plan", "render", "write", "finish", "publish"]
CheckStage = Literal["mirror", "site"]
Stage = SyncStage | RenderStage | CheckStage | Literal["drift"]
"""The stages of a sync, of a render and of a check, in their order; a status is a sync's beginning and the drift."""


class Listener(Protocol):
    """Whoever wants to hear how far a run has come, such as what draws a progress bar.

    Stages begin and end in the thread that called the job; files that are downloaded advance in threads of their own.
    """

    def begin(self, stage: Stage, items: int | None, size: int | None) -> None:
        """Hear that a stage begins, with how many items and bytes it has before it, None where nobody knows."""

    def advance(self, stage: Stage, items: int, size: int) -> None:
        """Hear that items are done, or bytes have come."""

    def end(self, stage: Stage) -> None:
        """Hear that a stage ends, whether or not it came to its end."""


class Stages:
    """The stages of one run: `seconds` is the wall time of each so far.

    Invariant: every moment counts for one stage at most, the innermost of those under way.
    """

    def __init__(self, listener: Listener | None = None) -> None:
        self.seconds: dict[Stage, float] = {}
        self._listener = listener
        self._under_way: list[Stage] = []
        self._since = 0.0

    @contextmanager
    def stage(self, name: Stage, items: int | None = None, size: int | None = None) -> Iterator[None]:
        """Do a stage while the block runs; `items` and `size` (bytes) say how much there is to do."""
        if self._listener is not None:
            self._listener.begin(name, items, size)
        try:
            with self.timed(name):
                yield
        finally:
            if self._listener is not None:
                self._listener.end(name)

    @contextmanager
    def timed(self, name: Stage) -> Iterator[None]:
        """Let the time of the block count for a stage."""
        self._enter(name)
        try:
            yield
        finally:
            self._leave()

    def follow(self, name: Stage, items: Iterable[T]) -> Iterator[T]:
        """Yield items of a stage; only the time until each comes counts for it."""
        waiting = iter(items)
        while True:
            self._enter(name)
            try:
                item = next(waiting)
            except StopIteration:
                return
            finally:
                self._leave()
            if self._listener is not None:
                self._listener.advance(name, 1, 0)
            yield item

    def advance(self, name: Stage, items: int = 0, size: int = 0) -> None:
        """Report items that are done and bytes that have come."""
        if self._listener is not None:
            self._listener.advance(name, items, size)

    def rounded(self) -> dict[str, float]:
        """Return the seconds of each stage, for a report."""
        return {name: round(seconds, 3) for name, seconds in self.seconds.items()}

    def _enter(self, name: Stage) -> None:
        self._count()
        self._under_way.append(name)

    def _leave(self) -> None:
        self._count()
        self._under_way.pop()

    def _count(self) -> None:
        now = time.perf_counter()
        if self._under_way:
            name = self._under_way[-1]
            self.seconds[name] = self.seconds.get(name, 0.0) + now - self._since
        self._since = now


UNHEARD = Stages()
"""For callers that ask for no times: nobody reads what it counts."""
