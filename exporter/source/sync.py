"""The Sync API: pages of changes, from nothing or from a sync token."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from exporter.errors import SourceError
from exporter.model import Change, Json, read_change

if TYPE_CHECKING:
    from collections.abc import Iterator

    from exporter.source.delivery import Delivery


@dataclass(frozen=True, slots=True)
class SyncPage:
    """One answer of `/sync`: its changes and the token of what comes next, which is the next sync if it is the last.

    A search has no token. It may begin `anew`: of the pages before nothing counts.
    """

    changes: tuple[Change, ...]
    token: str
    last: bool
    anew: bool = False


def read_page(body: Json) -> SyncPage:
    """Read a page; of its link only the token is taken, since real links name other schemes and environments.

    Raises ValueError where the page has no items, no link or no token.
    """
    items = body.get("items")
    if not isinstance(items, list):
        raise ValueError("a sync page without items")
    link = body.get("nextPageUrl") or body.get("nextSyncUrl")
    tokens = parse_qs(urlsplit(link).query).get("sync_token") if isinstance(link, str) else None
    if not tokens:
        raise ValueError("a sync page without a link to what comes next")
    changes = tuple(change for each in items if (change := read_change(each)) is not None)
    return SyncPage(changes, tokens[0], last=not body.get("nextPageUrl"))


def fetch_pages(client: Delivery, token: str | None, limit: int) -> Iterator[SyncPage]:
    """Yield the pages of a delta from `token`, or of an initial sync where there is none, the last one included.

    `limit` is the number of items a page and travels with the first request of an initial sync alone: the service
    keeps it in the token. Raises SourceError, or TokenRejectedError where the token is refused.
    """
    parameters = {"initial": "true", "limit": str(limit)} if token is None else {"sync_token": token}
    while True:
        try:
            page = read_page(client.get("sync", parameters))
        except ValueError as error:
            raise SourceError("malformed", f"{client.address.host} answered with {error}: try again later") from None
        yield page
        if page.last:
            return
        if page.token == parameters.get("sync_token"):
            raise SourceError("malformed", f"{client.address.host} names the same page again: try later")
        parameters = {"sync_token": page.token}
