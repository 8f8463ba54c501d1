"""The Sync API: pages of changes, from nothing or from a sync token."""

from __future__ import annotations

import threading
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, Protocol
from urllib.parse import parse_qs, urlsplit

from exporter.core.errors import SourceError
from exporter.core.model import Change, read_change
from exporter.source.bodies import MOST_UNPACKED
from exporter.source.items import SplitPage, split_page
from exporter.source.unpacking import TooLargeError, unpacked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from exporter.core.encoding import Json
    from exporter.source.delivery import Delivery


MOST_EMPTY_PAGES = 100
"""Pages without any item that may follow one another; the service sends one at times."""


class SyncPage(NamedTuple):
    """One answer of `/sync`: its changes and the token of what comes next, which is the next sync if it is the last.

    A search has no token. It may begin `anew`: then nothing of the pages before counts. Changes can be gone through
    once; what is no item raises SourceError then. `size` is the number of items that the page brought.
    """

    changes: Iterable[Change]
    token: str
    last: bool
    anew: bool = False
    size: int = 0

    @property
    def empty(self) -> bool:
        """Whether the page brought no item at all."""
        return not self.size


def _read_page(page: SplitPage, broken: Callable[[str], None]) -> SyncPage:
    """Read a page; of its link only the token is taken, since real links name other schemes and environments.

    `broken` is called with what is wrong with an item. Raises ValueError if the page has no items, link or token.
    """
    if page.items is None:
        raise ValueError("a sync page without items")
    link = page.links.get("nextPageUrl") or page.links.get("nextSyncUrl")
    tokens = parse_qs(urlsplit(link).query).get("sync_token") if isinstance(link, str) else None
    if not tokens:
        raise ValueError("a sync page without a link to what comes next")
    last = not page.links.get("nextPageUrl")
    return SyncPage(_changes(page.items, broken), tokens[0], last, size=page.size)


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
        """Return a page that was kept, or None."""

    def keep(self, token: str | None, body: bytes | bytearray) -> None:
        """Keep a page, so that it is not asked for again."""

    def drop(self, token: str | None) -> None:
        """Forget a page whose changes are stored."""


def fetch_pages(
    client: Delivery, token: str | None, limit: int, received: Received | None = None
) -> Iterator[SyncPage]:
    """Yield the pages of a delta from `token`, or of an initial sync if there is none, the last one included.

    `limit` is the number of items a page and travels with the first request of an initial sync alone: the service
    keeps it in the token. With `received` the next page is asked for while one is stored, which is kept there
    meanwhile: a run that ends anywhere has asked for one page in vain at most. Raises SourceError, also for pages that
    would never end, or TokenRejectedError where the token is refused.
    """
    asked, page = token, _page(client, token, limit, received)
    endless = _EndlessGuard(client.address.host, token)
    while not page.last:
        endless.check(page)
        upcoming = Upcoming(partial(_page, client, page.token, limit, received)) if received else None
        yield page
        if received is not None:
            received.drop(asked)
        asked = page.token
        page = upcoming.wait() if upcoming else _page(client, asked, limit, None)
    yield page


class _EndlessGuard:
    """Ends a sync whose pages lead on forever: back to a page that came before, or over nothing but empty ones."""

    def __init__(self, host: str, token: str | None) -> None:
        self._host = host
        self._seen = {token}
        self._empty = 0

    def check(self, page: SyncPage) -> None:
        """Take note of a page that another one follows. Raises SourceError if that would go on forever."""
        self._empty = self._empty + 1 if page.empty else 0
        if page.token in self._seen:
            raise SourceError("malformed", f"{self._host} leads back to a page that it sent before: try again later")
        if self._empty >= MOST_EMPTY_PAGES:
            raise SourceError("malformed", f"{self._host} sent {self._empty} empty pages in a row: try again later")
        self._seen.add(page.token)


def _page(client: Delivery, token: str | None, limit: int, received: Received | None) -> SyncPage:
    """Ask for a page unless it was received before; keep it if others follow."""

    def broken(words: str) -> None:
        if received is not None:
            received.drop(token)
        raise SourceError("malformed", f"{client.address.host} answered with {words}: try again later")

    kept = received.find(token) if received else None
    with suppress(ValueError, TooLargeError):
        if kept is not None:
            return _read_page(split_page(unpacked(kept, MOST_UNPACKED)), broken)
    parameters = {"initial": "true", "limit": str(limit)} if token is None else {"sync_token": token}
    split, data = client.ask("sync", parameters, split_page)
    try:
        page = _read_page(split, broken)
    except ValueError as error:
        raise SourceError("malformed", f"{client.address.host} answered with {error}: try again later") from None
    if received is not None and not page.last:
        received.keep(token, data)
    return page


class Upcoming:
    """A page that is asked for while the one before it is stored, by a thread that keeps no process from ending."""

    def __init__(self, ask: Callable[[], SyncPage]) -> None:
        self._result: SyncPage | BaseException | None = None
        self._thread = threading.Thread(target=self._run, args=(ask,), name="page", daemon=True)
        self._thread.start()

    def _run(self, ask: Callable[[], SyncPage]) -> None:
        try:
            self._result = ask()
        except BaseException as error:  # noqa: BLE001 - raised where the page is waited for
            self._result = error

    def wait(self) -> SyncPage:
        """Return the page once it is there. Raises what asking for it raised."""
        self._thread.join()
        assert self._result is not None
        if isinstance(self._result, BaseException):
            raise self._result
        return self._result
