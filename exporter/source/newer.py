"""Entries and assets that changed since a moment, from their listings: the delta of a preview, which has no tokens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exporter.core.encoding import no_deeper
from exporter.core.errors import SourceError
from exporter.core.model import Upsert, read_change
from exporter.source.failures import TooBigError
from exporter.source.sync import SyncPage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from exporter.core.encoding import Json
    from exporter.core.model import Change
    from exporter.source.delivery import Delivery

_MOST_PAGES = 10_000


def fetch_newer(client: Delivery, since: str, limit: int) -> Iterator[SyncPage]:
    """Yield what has a `sys.updatedAt` of `since` or later, in pages; what is gone is in none of them.

    The next page begins at the time of the last item, not behind a number of items: one that is changed meanwhile moves
    to the end, and would move others out of sight. Items may come twice. Raises SourceError.
    """
    for kind in ("entries", "assets"):
        for items, is_last in _pages(client, kind, since, limit):
            changes = [change for change in _changes(client, items) if isinstance(change, Upsert)]
            last = kind == "assets" and is_last
            if changes or last:
                yield SyncPage(changes, "", last, size=len(changes))


def _pages(client: Delivery, kind: str, since: str, limit: int) -> Iterator[tuple[list[Json], bool]]:
    at, skip = since, 0
    for _ in range(_MOST_PAGES):
        items, limit = _listing(client, kind, at, skip, limit)
        is_last = len(items) < limit
        yield items, is_last
        if is_last:
            return
        newest = _time_of(client, items[-1])
        at, skip = (newest, 0) if newest > at else (at, skip + len(items))
    raise SourceError("malformed", f"{client.address.host} lists {kind} without an end: try again later")


def _listing(client: Delivery, kind: str, at: str, skip: int, limit: int) -> tuple[list[Json], int]:
    """Ask for a page, and for a smaller one where it is too big; return the limit that was right, too."""
    order = {"order": "sys.updatedAt,sys.id", "locale": "*", "sys.updatedAt[gte]": at}
    include = {"include": "0"} if kind == "entries" else {}
    try:
        body = client.get(kind, {**order, **include, "limit": str(limit), "skip": str(skip)})
    except TooBigError:
        if limit == 1:
            raise
        return _listing(client, kind, at, skip, max(1, limit * 2 // 3))
    items = body.get("items")
    if not isinstance(items, list):
        raise SourceError("malformed", f"{client.address.host} answered {kind} with no list of items")
    return items, limit


def _changes(client: Delivery, items: list[Json]) -> Iterator[Change]:
    try:
        for raw in items:
            change = read_change(no_deeper(raw))
            if change is not None:
                yield change
    except ValueError as error:
        raise SourceError("malformed", f"{client.address.host} answered with {error}: try again later") from None


def _time_of(client: Delivery, raw: Json) -> str:
    updated = raw["sys"].get("updatedAt")
    if not isinstance(updated, str):
        raise SourceError("malformed", f"{client.address.host} answered with an item without a time: try again later")
    return updated
