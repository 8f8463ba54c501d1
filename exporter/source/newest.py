"""Search, the alternative to sync: the newest entries from `/entries`, with what they link to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from exporter.core.encoding import no_deeper
from exporter.core.errors import SourceError
from exporter.core.model import Change, Upsert, read_change
from exporter.source.failures import TooBigError
from exporter.source.sync import SyncPage

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Mapping
    from datetime import datetime

    from exporter.config.site_schema import Search
    from exporter.core.encoding import Json
    from exporter.source.delivery import Delivery

_ATTEMPTS = 5
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_MOVED = "answered with entries that were published or unpublished while they were listed"


@dataclass(frozen=True)
class _Listing:
    """One answer of `/entries`: how many entries it lists, how many match in all, the first one, and the changes."""

    length: int
    total: int
    first: Json
    changes: tuple[Change, ...]


def fetch_newest(client: Delivery, search: Search, limit: int, now: datetime) -> Iterator[SyncPage]:
    """Yield the pages of a search, the newest entries first, what they link to beside them.

    `limit` is the number of entries a page, made smaller where an answer is too big; `now` is in UTC. Pages are known
    by their position in the order alone, and an entry that is published or unpublished meanwhile shifts it: then the
    search begins `anew`. Raises SourceError.
    """
    parameters = _parameters(search, now)
    for _ in range(_ATTEMPTS):
        if (yield from _attempt(client, parameters, limit, search.max)):
            return
    raise SourceError("moving", f"{client.address.host} {_MOVED}, {_ATTEMPTS} times in turn: run again later")


def _parameters(search: Search, now: datetime) -> dict[str, str]:
    """Return the query but for the page; without `order` the order would not be stable."""
    since = now - age(search.newer_than) if search.newer_than is not None else None
    return {
        "order": "-sys.updatedAt,sys.id",
        "locale": "*",
        "include": str(search.include),
        **({"content_type": search.content_type} if search.content_type else {}),
        **({"sys.updatedAt[gte]": since.isoformat(timespec="seconds").replace("+00:00", "Z")} if since else {}),
    }


def age(text: str) -> timedelta:
    """Read how old an entry's last change may be: a number and its unit."""
    return timedelta(**{_UNITS[text[-1]]: int(text[:-1])})


def _attempt(
    client: Delivery, parameters: Mapping[str, str], limit: int, most: int | None
) -> Generator[SyncPage, None, bool]:
    """Yield the pages; return whether they are of one state of the space. The last one comes only if they are."""
    skip, head = 0, None
    while True:
        listing, limit = _listing(client, parameters, skip, limit, most)
        head = head or listing
        skip += listing.length
        wanted = min(listing.total, most or listing.total)
        last = skip >= wanted
        if listing.total != head.total or not (last or listing.length):
            return False
        if last and head is not listing and not _stands(client, parameters, head):
            return False
        yield SyncPage(listing.changes, "", last, anew=listing is head, size=len(listing.changes))
        if last:
            return True


def _stands(client: Delivery, parameters: Mapping[str, str], head: _Listing) -> bool:
    """Whether the list is as it was: what is published comes first, what is unpublished shortens it."""
    now, _ = _listing(client, {**parameters, "include": "0"}, 0, 1, None)
    return (now.total, now.first) == (head.total, head.first)


def _listing(
    client: Delivery, parameters: Mapping[str, str], skip: int, limit: int, most: int | None
) -> tuple[_Listing, int]:
    """Ask for a page, and for a smaller one where it is too big; return the limit that was right, too."""
    size = min(limit, most - skip) if most is not None else limit
    try:
        body = client.get("entries", {**parameters, "skip": str(skip), "limit": str(size)})
    except TooBigError as refused:
        if size > 1:
            return _listing(client, parameters, skip, size * 2 // 3, most)
        message = f"{client.address.host} says that one entry is too big with what it links to"
        raise SourceError(refused.code, f"{message}: lower source.search.include") from None
    try:
        return _read_listing(body), limit
    except ValueError as error:
        raise SourceError("malformed", f"{client.address.host} answered with {error}: try again later") from None


def _read_listing(body: Json) -> _Listing:
    """Read an answer. Raises ValueError if it is no list of entries."""
    items, total, includes = body.get("items"), body.get("total"), body.get("includes", {})
    linked = [includes.get(kind, []) for kind in ("Entry", "Asset")] if isinstance(includes, dict) else [None]
    lists = [found for found in (items, *linked) if isinstance(found, list)]
    if not isinstance(total, int) or len(lists) != 3:
        raise ValueError("a search without a list of entries or their number")
    found = (read_change(no_deeper(raw)) for raws in lists for raw in raws)
    changes = tuple(change for change in found if isinstance(change, Upsert))
    return _Listing(len(lists[0]), total, lists[0][0]["sys"] if lists[0] else None, changes)
