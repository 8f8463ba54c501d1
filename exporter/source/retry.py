"""Asking again: when a failed attempt may be repeated, and when it is time to give up."""

from __future__ import annotations

import math
import random
import time
from typing import TYPE_CHECKING, TypeVar

from exporter.core.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

_FIRST_WAIT = 0.25
_LONGEST_WAIT = 8.0
"""Seconds."""
_LEAST_TIME = 0.1
"""Seconds that an attempt needs at least."""


class RetryableError(Exception):
    """An attempt failed in a way that a later one may not.

    `reason` is a clause without a full stop; `not_before` the seconds from now before which nothing may be asked, None
    where the service names none; `code` is the word for programs if it was the last attempt.
    """

    def __init__(self, reason: str, not_before: float | None = None, code: str = "unreachable") -> None:
        super().__init__(reason)
        self.reason = reason
        self.not_before = not_before
        self.code = code


def wait_after(failures: int, left: float, blocked: float, chance: float) -> float | None:
    """Return the seconds to wait after the last of some failures, None where it is time to give up.

    `left` are the seconds to the deadline, `blocked` those in which nothing may be asked (0: no such rule); `chance`,
    from 0 to 1, spreads the clients that failed together.
    """
    wait = min(_FIRST_WAIT * 2.0 ** min(failures - 1, 16), _LONGEST_WAIT) * (1 + chance) / 2
    latest = left - _LEAST_TIME
    if blocked:
        wait = max(blocked, min(max(wait, blocked + chance / 4), latest))
    return wait if wait <= latest else None


def retrying(
    attempt: Callable[[float], T],
    deadline: float,
    *,
    clock: Callable[[], float] = time.monotonic,
    sleep: Callable[[float], None] = time.sleep,
    chance: Callable[[], float] = random.random,
) -> T:
    """Make an attempt, and again where it raises RetryableError, until one succeeds or the deadline has come.

    `deadline` is in seconds from now; `attempt` gets those that are left and may take no longer. Raises SourceError
    with the last reason and what was tried; every other error of an attempt goes through.
    """
    start, failures = clock(), 0
    while True:
        try:
            return attempt(max(start + deadline - clock(), _LEAST_TIME))
        except RetryableError as error:
            failed = error
        failures += 1
        spent, blocked = clock() - start, failed.not_before or 0.0
        wait = wait_after(failures, deadline - spent, blocked, chance())
        if wait is None:
            raise SourceError(failed.code, _gave_up(failed.reason, failures, spent, blocked)) from None
        sleep(wait)


def _gave_up(reason: str, attempts: int, seconds: float, blocked: float) -> str:
    times = "once" if attempts == 1 else f"{attempts} times"
    later = f"in {_duration(blocked)}" if blocked else "later"
    return f"{reason}; asked {times} in {seconds:.1f} s: run again {later}"


def _duration(seconds: float) -> str:
    """Return a time in seconds, from two hours on in hours."""
    return f"{math.ceil(seconds)} s" if seconds < 7200 else f"{math.ceil(seconds / 3600)} hours"
