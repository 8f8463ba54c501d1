"""How far a run has come, in words: what it counts, the rate, what is left, and when a line is due where nobody looks.

On a terminal `exporter.cli.bars` draws the same as a bar.
"""

from __future__ import annotations

import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from exporter.cli.printing import is_terminal
from exporter.report.text import sized

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from exporter.report.progress import Stage

_WORDS: dict[Stage, tuple[str, str]] = {
    "requests": ("asking for the content model", ""),
    "receive": ("receiving changes", "items"),
    "compare": ("comparing", ""),
    "download": ("downloading", "files"),
    "apply": ("writing content/", ""),
    "look": ("looking at content/", ""),
    "plan": ("planning pages", ""),
    "render": ("rendering", "pages"),
    "finish": ("finishing site/", ""),
    "publish": ("writing updates for readers", ""),
    "mirror": ("checking content/", ""),
    "site": ("checking site/", ""),
}
"""What a stage does, and what it counts."""

_WORTH_A_LINE = 1000
"""Items of a stage that are worth a line before it begins."""
_FIRST_LINE = 10.0
"""Seconds after which a stage says how far it has come; each further line comes after twice as long."""
_WORTH_A_RATE = 1.0
"""Seconds of work from which on a rate says anything."""


@dataclass
class Tally:
    """How far a stage has come: `done` of `items`, `received` of `size` bytes; None where nobody knows how many."""

    stage: Stage
    items: int | None
    size: int | None
    started: float
    done: int = 0
    received: int = 0

    @property
    def share(self) -> float | None:
        """What part is done, from 0 to 1; None if nobody knows. Bytes say it better than files, which differ."""
        if self.size:
            return min(1.0, self.received / self.size)
        return min(1.0, self.done / self.items) if self.items else None

    @property
    def doing(self) -> str:
        """What the stage does."""
        return _WORDS[self.stage][0]

    def counts(self) -> str:
        """Return what is done of how much."""
        unit = _WORDS[self.stage][1]
        of_items = f" of {self.items:,}" if self.items is not None else ""
        of_size = f" of {sized(max(self.size, self.received))}" if self.size else ""
        parts = [f"{self.done:,}{of_items} {unit}"] if unit else []
        parts += [f"{sized(self.received)}{of_size}"] if self.received or self.size else []
        return ", ".join(parts)

    def pace(self, now: float) -> str:
        """Return the rate, and how long the rest will take; nothing before a rate can be told."""
        seconds, share = now - self.started, self.share
        if seconds < _WORTH_A_RATE or not (self.done or self.received):
            return ""
        unit = _WORDS[self.stage][1]
        rate = f"{sized(round(self.received / seconds))}/s" if self.received else f"{self.done / seconds:,.0f} {unit}/s"
        return f"{rate}, {spell(seconds * (1 - share) / share)} left" if share else rate

    def sentence(self, now: float) -> str:
        """Return it all in one line."""
        parts = filter(None, (self.counts(), self.pace(now)))
        said = f"{self.doing}: {', '.join(parts)}".removesuffix(": ")
        return f"{said} ({spell(now - self.started)})"


def spell(seconds: float) -> str:
    """Return a duration for people."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    return f"{whole // 60} min {whole % 60} s" if whole < 3600 else f"{whole // 3600} h {whole % 3600 // 60} min"


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
