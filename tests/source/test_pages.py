"""The pages of a sync: an end comes, whatever the links say."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from exporter.core.errors import SourceError
from exporter.source.address import Address
from exporter.source.delivery import Delivery
from exporter.source.sync import MOST_EMPTY_PAGES, fetch_pages
from tests.conftest import Guide, entry, locale
from tests.support.stub import Reply, Request, listing, page, serve

if TYPE_CHECKING:
    from collections.abc import Callable


def brought(url: str, token: str | None) -> list[str]:
    """Ask for the pages from a token; return the ids of what they bring."""
    client = Delivery(Address(url, "s", "master"), "secret")
    return [change.key.id for found in fetch_pages(client, token, 1000) for change in found.changes]


@pytest.mark.parametrize("start", [None, "a"])
@pytest.mark.parametrize("cycle", ["a", "ab", "abcde"])
def test_pages_that_lead_in_a_circle_end_in_an_error(start: str | None, cycle: str) -> None:
    following = {token: cycle[(number + 1) % len(cycle)] for number, token in enumerate(cycle)}

    def script(request: Request) -> Reply:
        asked = request.query.get("sync_token", "")
        return page(entry("place", f"after-{asked}"), token=following.get(asked, "a"), last=False)

    with serve(script) as stub:
        with pytest.raises(SourceError, match="leads back to a page that it sent before") as caught:
            brought(stub.url, start)
        assert len(stub.requests) == len(cycle) + (start is None)
    assert caught.value.code == "malformed"


def test_empty_pages_for_ever_end_in_an_error() -> None:
    with serve(lambda request: page(token=f"{request.query.get('sync_token', '')}x", last=False)) as stub:
        with pytest.raises(SourceError, match=f"sent {MOST_EMPTY_PAGES} empty pages in a row"):
            brought(stub.url, "t")
        assert len(stub.requests) == MOST_EMPTY_PAGES


def test_some_empty_pages_between_others_are_fine() -> None:
    pages = 3 * MOST_EMPTY_PAGES

    def script(request: Request) -> Reply:
        number = int(request.query["sync_token"])
        items = [entry("place", f"e{number}")] if number % MOST_EMPTY_PAGES == 0 else []
        return page(*items, token=str(number + 1), last=number == pages)

    with serve(script) as stub:
        found = brought(stub.url, "1")
    assert found == [f"e{number * MOST_EMPTY_PAGES}" for number in (1, 2, 3)]


def test_empty_delta_may_name_its_own_token_as_the_next_one() -> None:
    with serve(lambda _request: page(token="t")) as stub:
        assert brought(stub.url, "t") == []
        assert len(stub.requests) == 1


def test_sync_over_endless_pages_ends_with_a_clear_error_and_no_mirror(remote: Callable[[str], Guide]) -> None:
    def script(request: Request) -> Reply:
        if request.last != "sync":
            return listing(*([locale("en-US", default=True)] if request.last == "locales" else []))
        asked = request.query.get("sync_token", "")
        return page(entry("place", "a", title="A"), token="b" if asked == "a" else "a", last=False)

    with serve(script) as stub:
        guide = remote(stub.url)
        first = guide.run("sync")
        again = guide.run("sync")
        host = stub.url.removeprefix("http://")
    sentence = f"error: {host} leads back to a page that it sent before: try again later\n"
    assert [(outcome.code, outcome.err) for outcome in (first, again)] == [(3, sentence)] * 2
    assert not (guide.root / "content").exists()
    assert not (guide.root / ".syncstate").exists()
