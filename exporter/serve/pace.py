"""How long to wait for the next sync: less while things change, more while a space is quiet or cannot be read. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

_FASTER = 8
"""While things change, a space is asked so many times as often."""
_SHORTEST = 5.0
_FIRST_FAILURE = 60.0
_LONGEST_FAILURE = 900.0
"""Seconds; with a longer `every`, that is the longest."""
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
_DURATION = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*([smhd]?)")
_SECONDS_A_MONTH = 30 * 86_400
CALLS_A_MONTH = 100_000
"""Calls that Contentful's free plan has."""
MODEL_REQUESTS = 3
"""Requests for content model, locales and tags."""


@dataclass(frozen=True)
class Pace:
    """The pause before the next sync, in seconds: at most `every`, unless the space cannot be read."""

    every: float
    pause: float
    failures: int = 0

    @classmethod
    def of(cls, every: float) -> Pace:
        """Return the pace to begin with."""
        return cls(every, every)

    def after_news(self) -> Pace:
        """Return the pace after a sync that brought something: more may follow soon."""
        return replace(self, pause=min(self.every, max(self.every / _FASTER, _SHORTEST)), failures=0)

    def after_quiet(self) -> Pace:
        """Return the pace after a sync that brought nothing."""
        pause = self.every if self.failures else min(self.every, self.pause * 2)
        return replace(self, pause=pause, failures=0)

    def after_failure(self) -> Pace:
        """Return the pace after a sync that failed: the pauses double."""
        first, failures = min(self.every, _FIRST_FAILURE), self.failures + 1
        pause = min(first * 2.0 ** min(failures, 30), max(self.every, _LONGEST_FAILURE))
        return replace(self, pause=pause, failures=failures)


def read_duration(text: str) -> float:
    """Read `30s`, `15m`, `6h` or `1d` as seconds; a bare number is seconds. Raises ValueError."""
    found = _DURATION.fullmatch(text.strip())
    seconds = float(found[1]) * _UNITS[found[2] or "s"] if found else 0.0
    if not 1 <= seconds <= 30 * 86_400:
        raise ValueError(f"expected a duration from 1s to 30d, as 30s, 15m or 6h, found {text!r}")
    return seconds


def calls_a_month(every: float, model_every: float, a_round: int = 1) -> int:
    """Return the requests of a month in which nothing changes, with so many a round."""
    return round(a_round * _SECONDS_A_MONTH / every + MODEL_REQUESTS * _SECONDS_A_MONTH / max(every, model_every))


def plan_warning(every: float, model_every: float, a_round: int = 1) -> str:
    """Return the sentence for a pace that the free plan does not allow; "" for one that it does."""
    calls = calls_a_month(every, model_every, a_round)
    if calls <= CALLS_A_MONTH:
        return ""
    return (
        f"at this pace a month has {calls:,} requests, and more while things change; Contentful's free plan has "
        f"{CALLS_A_MONTH:,}: a longer --every, or a webhook, costs less"
    )
