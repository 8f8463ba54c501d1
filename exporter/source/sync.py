"""The Sync API: pages of changes, from nothing or from a sync token."""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Protocol
from urllib.parse import parse_qs, urlsplit

from exporter.core.errors import SourceError
from exporter.core.model import Change, read_change
from exporter.source.delivery import MOST_UNPACKED
from exporter.source.items import split_page
from exporter.source.unpacking import TooLargeError, unpacked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from exporter.core.encoding import Json
    from exporter.source.delivery import Delivery


@dataclass(frozen=True, slots=True)
class SyncPage:
    """One answer of `/sync`: its changes and the token of what comes next, which is the next sync if it is the last.

    A search has no token. It may begin `anew`: of the pages before nothing counts. Changes can be gone through once;
    what is no item raises SourceError then.
    """

    changes: Iterable[Change]
    token: str
    last: bool
    anew: bool = False


def _read_page(body: Json, items: Iterable[tuple[Json, bool]] | None, broken: Callable[[str], None]) -> SyncPage:
    """Read a page; of its link only the token is taken, since real links name other schemes and environments.

    `broken` is told what is wrong with an item. Raises ValueError where the page has no items, no link or no token.
    """
    if items is None:
        raise ValueError("a sync page without items")
    link = body.get("nextPageUrl") or body.get("nextSyncUrl")
    tokens = parse_qs(urlsplit(link).query).get("sync_token") if isinstance(link, str) else None
    if not tokens:
        raise ValueError("a sync page without a link to what comes next")
    return SyncPage(_changes(items, broken), tokens[0], last=not body.get("nextPageUrl"))


def _changes(items: Iterable[tuple[Json, bool]], broken: Callable[[str], None]) -> Iterator[Change]:
    try:
        for raw, plain in items:
            change = read_change(raw, plain=plain)
            if change is not None:
                yield change
    except ValueError as error:
        broken(str(error))


class Received(Protocol):
    """Pages as they travelled, by the token that they were asked for with (None: an initial sync)."""

    def find(self, token: str | None) -> bytes | None:
        """Give a page that was kept, None where there is none."""

    def keep(self, token: str | None, body: bytearray) -> None:
        """Keep a page, so that it is not asked for again."""

    def drop(self, token: str | None) -> None:
        """Forget a page: what it brought is put away."""


def fetch_pages(
    client: Delivery, token: str | None, limit: int, received: Received | None = None
) -> Iterator[SyncPage]:
    """Yield the pages of a delta from `token`, or of an initial sync where there is none, the last one included.

    `limit` is the number of items a page and travels with the first request of an initial sync alone: the service
    keeps it in the token. With `received` the next page is asked for while one is put away, which is kept there
    meanwhile: a run that ends anywhere has asked for one page in vain at the most. Raises SourceError, or
    TokenRejectedError where the token is refused.
    """
    asked, page = token, _page(client, token, limit, received)
    while not page.last:
        if page.token == asked:
            raise SourceError("malformed", f"{client.address.host} names the same page again: try later")
        upcoming = Upcoming(partial(_page, client, page.token, limit, received)) if received else None
        yield page
        if received is not None:
            received.drop(asked)
        asked = page.token
        page = upcoming.wait() if upcoming else _page(client, asked, limit, None)
    yield page


def _page(client: Delivery, token: str | None, limit: int, received: Received | None) -> SyncPage:
    """Ask for a page unless it was received before; keep it if others follow."""

    def broken(words: str) -> None:
        if received is not None:
            received.drop(token)
        raise SourceError("malformed", f"{client.address.host} answered with {words}: try again later")

    kept = received.find(token) if received else None
    with suppress(ValueError, TooLargeError):
        if kept is not None:
            return _read_page(*split_page(unpacked(kept, MOST_UNPACKED)), broken)
    parameters = {"initial": "true", "limit": str(limit)} if token is None else {"sync_token": token}
    (body, items), data = client.ask("sync", parameters, split_page)
    try:
        page = _read_page(body, items, broken)
    except ValueError as error:
        raise SourceError("malformed", f"{client.address.host} answered with {error}: try again later") from None
    if received is not None and not page.last:
        received.keep(token, data)
    return page


class Upcoming:
    """A page that is asked for while the one before it is put away, by a thread that holds no process back."""

    def __init__(self, ask: Callable[[], SyncPage]) -> None:
        self._came: SyncPage | BaseException | None = None
        self._thread = threading.Thread(target=self._run, args=(ask,), name="page", daemon=True)
        self._thread.start()

    def _run(self, ask: Callable[[], SyncPage]) -> None:
        try:
            self._came = ask()
        except BaseException as error:  # noqa: BLE001 - raised where the page is waited for
            self._came = error

    def wait(self) -> SyncPage:
        """Give the page when it is there. Raises what asking for it raised."""
        self._thread.join()
        assert self._came is not None
        if isinstance(self._came, BaseException):
            raise self._came
        return self._came
