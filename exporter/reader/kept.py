"""Which tokens are kept, and where each leads: pure functions of content time and of the order of builds."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from exporter.reader.model import Keeping

HOUR = 3600
_HIGHEST = 12


class Kept(NamedTuple):
    """A token, its content time in seconds, and its number among the first of their hours and of their days."""

    token: str
    time: int
    hour: int | None = None
    day: int | None = None


def append_token(kept: Sequence[Kept], token: str, time: int | None, keeping: Keeping) -> list[Kept]:
    """Return the kept tokens, the oldest first, once a build has the given token at a content time.

    Time never runs backwards; a build without one (None) is as old as the one before.
    """
    last = kept[-1] if kept else None
    now = max(time or 0, last.time if last else 0)
    hour = _next(kept, "hour") if not last or last.time // HOUR != now // HOUR else None
    day = _next(kept, "day") if not last or last.time // (24 * HOUR) != now // (24 * HOUR) else None
    found = [*(one for one in kept if one.token != token), Kept(token, now, hour, day)]
    recent = len(found) - 1 - keeping.recent
    return [one for at, one in enumerate(found) if at >= recent or _is_milestone(one, now, keeping)]


def _is_milestone(one: Kept, now: int, keeping: Keeping) -> bool:
    age = now - one.time
    by_hour = one.hour is not None and age <= keeping.hourly * HOUR
    return by_hour or (one.day is not None and age <= keeping.daily * HOUR)


def _next(kept: Sequence[Kept], unit: str) -> int:
    numbers = [getattr(one, unit) for one in kept]
    return max((number for number in numbers if number is not None), default=-1) + 1


def is_recent(kept: Sequence[Kept], at: int, keeping: Keeping) -> bool:
    """Return whether the token at a place leads straight to the newest."""
    return at >= len(kept) - 1 - keeping.recent


def targets(kept: Sequence[Kept], leads: Mapping[str, str], former: str, keeping: Keeping) -> dict[str, str]:
    """Return where each token but the newest leads, `leads` being what stands now and `former` the newest till now.

    An older token keeps its target as long as that is kept and no better one is there. One that led to the newest till
    now takes the best there is: its step was a long one.
    """
    place = {one.token: at for at, one in enumerate(kept)}
    newest = kept[-1].token
    found = {}
    for at, one in enumerate(kept[:-1]):
        if is_recent(kept, at, keeping):
            found[one.token] = newest
            continue
        now = leads.get(one.token, "")
        valid = now if place.get(now, -1) > at else None
        better = _milestone(kept, one)
        if better and place[better] > at and (valid in (None, former) or place[better] > place[valid or ""]):
            valid = better
        found[one.token] = valid or newest
    return found


def _milestone(kept: Sequence[Kept], one: Kept) -> str | None:
    """Return the token 2^k days (or hours) on, with the greatest k for which 2^k divides its number."""
    for unit in ("day", "hour"):
        number = getattr(one, unit)
        if number is None:
            continue
        by_number = {getattr(other, unit): other.token for other in kept}
        most = (number & -number).bit_length() - 1 if number else _HIGHEST
        for power in range(most, -1, -1):
            if number + (1 << power) in by_number:
                return by_number[number + (1 << power)]
    return None
