"""How far a stage has come, in words: what is done, the rate, what is left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from exporter.report.text import sized

if TYPE_CHECKING:
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
    "drift": ("comparing content/ with what was synced", "items"),
}
"""What a stage does, and what it counts."""

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
