"""Who hears how far a run has come, and when a line is due where nobody looks.

On a terminal `exporter.cli.bars` draws a bar instead.
"""

from __future__ import annotations

import sys
import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from exporter.cli.printing import is_terminal
from exporter.cli.tally import Tally

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from exporter.report.progress import Stage

_WORTH_A_LINE = 1000
"""Items of a stage that are worth a line before it begins."""
_FIRST_LINE = 10.0
"""Seconds after which a stage says how far it has come; each further line comes after twice as long."""


class Display(Protocol):
    """Where it is shown how far a stage has come."""

    def show(self, tally: Tally, now: float) -> None:
        """Show it, if it is time for that."""

    def close(self) -> None:
        """Leave nothing behind that is not meant to stay."""


class Follower:
    """A listener that keeps the tallies of the stages under way and lets the innermost be shown."""

    def __init__(self, display: Display, clock: Callable[[], float] = time.monotonic) -> None:
        self._display = display
        self._clock = clock
        self._lock = threading.Lock()
        self._under_way: list[Tally] = []

    def begin(self, stage: Stage, items: int | None, size: int | None) -> None:
        """Begin a tally."""
        with self._lock:
            self._under_way.append(Tally(stage, items, size, self._clock()))
            self._show()

    def advance(self, stage: Stage, items: int, size: int) -> None:
        """Count what is done."""
        with self._lock:
            for tally in self._under_way:
                if tally.stage == stage:
                    tally.done += items
                    tally.received += size
            self._show()

    def end(self, stage: Stage) -> None:
        """Drop the tally."""
        with self._lock:
            self._under_way = [tally for tally in self._under_way if tally.stage != stage]
            self._show()

    def _show(self) -> None:
        if self._under_way:
            self._display.show(self._under_way[-1], self._clock())


class PlainLines:
    """Lines for a log: before a stage with much to do, then after 10, 20, 40 … seconds of it; never one an item."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._say = say
        self._tally: Tally | None = None
        self._due = 0.0

    def show(self, tally: Tally, now: float) -> None:
        """Print a line if one is due."""
        if tally is not self._tally:
            self._tally, self._due = tally, tally.started + _FIRST_LINE
            if not tally.done and (tally.items or 0) >= _WORTH_A_LINE:
                self._say(f"{tally.doing}: {tally.counts().removeprefix('0 of ')}")
        elif now >= self._due:
            self._due = tally.started + 2 * (now - tally.started)
            self._say(tally.sentence(now))

    def close(self) -> None:
        """Do nothing: a line stays."""


@contextmanager
def following(say: Callable[[str], None], *, quiet: bool, as_json: bool) -> Iterator[Follower | None]:
    """Yield what hears how far a job has come; None where nobody wants to see it.

    On a terminal it is a bar on standard error; elsewhere `say` prints lines, unless one JSON object is all there is to
    be.
    """
    if quiet or (as_json and not is_terminal()):
        yield None
        return
    if is_terminal():
        from exporter.cli.bars import Bars

        display: Display = Bars(sys.stderr)
    else:
        display = PlainLines(say)
    try:
        yield Follower(display)
    finally:
        display.close()
