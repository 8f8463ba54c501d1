"""The stub of the service answers like the endpoint, which other tests hold against recordings of the service."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from exporter.space.folder import SpaceFolder
from exporter.space.http.server import open_endpoint
from tests.benchmarks.corpus.answers import END, body_token, write_answers
from tests.benchmarks.corpus.items import DEFAULT, all_items, content_types, locales, place
from tests.benchmarks.corpus.places import CHANGES, SPACE, Corpus, changed_words
from tests.benchmarks.stub import make_server, read_answers
from tests.conftest import SpaceFiles

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SMALL, PAGE = Corpus(30), 20


@dataclass(frozen=True)
class Client:
    """A client of a space at an address."""

    url: str
    space: str = SPACE

    def ask(self, last: str, **query: str) -> requests.Response:
        """Ask for a resource of the environment."""
        url = f"{self.url}/spaces/{self.space}/environments/master/{last}"
        return requests.get(url, query, headers={"Authorization": "Bearer any"}, timeout=30)

    def chain(self, **query: str) -> list[Any]:
        """Return the pages of a sync, up to the last one."""
        pages = [self.ask("sync", **query).json()]
        while "nextPageUrl" in pages[-1]:
            pages.append(self.ask("sync", sync_token=token(pages[-1])).json())
        return pages


def token(page: Any) -> str:
    """Return the sync token that a page leads to."""
    link: str = page.get("nextPageUrl") or page["nextSyncUrl"]
    return parse_qs(urlsplit(link).query)["sync_token"][0]


@pytest.fixture(scope="module")
def stub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """The small corpus, behind the stub."""
    folder = tmp_path_factory.mktemp("answers")
    write_answers(SMALL, folder, PAGE)
    server = make_server(read_answers(folder))
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    yield Client(f"http://127.0.0.1:{server.server_address[1]}")
    server.shutdown()
    server.server_close()


def test_initial_sync_brings_every_item_once_in_pages(stub: Client) -> None:
    pages = stub.chain(initial="true", limit="1000")
    assert [len(page["items"]) for page in pages] == [20, 20, 20, 15]
    assert [raw for page in pages for raw in page["items"]] == list(all_items(SMALL))
    assert [set(page) for page in pages[:-1]] == [{"sys", "items", "nextPageUrl"}] * 3
    assert set(pages[-1]) == {"sys", "items", "nextSyncUrl"}


def test_nothing_is_new_from_the_end_on_and_the_token_stays(stub: Client) -> None:
    last = stub.chain(initial="true")[-1]
    (page,) = stub.chain(sync_token=token(last))
    assert (page["items"], token(page), token(last)) == ([], END, END)


def test_every_body_token_brings_the_same_place_with_another_newer_body(stub: Client) -> None:
    before = place(SMALL, SMALL.changing)
    for change in range(1, CHANGES + 1):
        (page,) = stub.chain(sync_token=body_token(change))
        (after,) = page["items"]
        assert after["sys"]["id"] == before["sys"]["id"]
        assert after["sys"]["updatedAt"] > before["sys"]["updatedAt"]
        assert after["sys"]["revision"] > before["sys"]["revision"]
        assert changed_words(change) in after["fields"]["body"][DEFAULT]
        assert token(page) == END
        before = after


def test_unknown_tokens_and_paths_are_refused_in_the_form_of_the_service(stub: Client) -> None:
    for response, status, identifier in (
        (stub.ask("sync", sync_token="unknown"), 400, "BadRequest"),
        (stub.ask("sync"), 400, "BadRequest"),
        (stub.ask("tags"), 404, "NotFound"),
    ):
        assert (response.status_code, response.json()["sys"]) == (status, {"type": "Error", "id": identifier})


def test_client_that_takes_no_gzip_gets_plain_bytes(stub: Client) -> None:
    url = f"{stub.url}/spaces/{SPACE}/environments/master/locales"
    plain = requests.get(url, headers={"Accept-Encoding": "identity"}, timeout=30)
    assert "Content-Encoding" not in plain.headers
    assert plain.json() == stub.ask("locales").json()
    assert stub.ask("locales").headers["Content-Encoding"] == "gzip"


def test_stub_answers_like_the_endpoint(stub: Client, tmp_path: Path) -> None:
    space = SpaceFiles(tmp_path / "space")
    space.put_model(*content_types(), locales=locales())
    for raw in all_items(SMALL):
        space.put(raw)
    with open_endpoint(SpaceFolder(space.root), tmp_path / "log.db") as endpoint:
        other = Client(endpoint.url, endpoint.space.id)
        ours, theirs = (client.chain(initial="true", limit=str(PAGE)) for client in (stub, other))
        assert [set(page) for page in ours] == [set(page) for page in theirs]
        assert by_id(ours) == by_id(theirs)
        assert set(stub.chain(sync_token=token(ours[-1]))[0]) == set(other.chain(sync_token=token(theirs[-1]))[0])
        for name in ("content_types", "locales"):
            mine, their = (client.ask(name).json() for client in (stub, other))
            assert set(mine) == set(their)
            assert [raw["sys"]["id"] for raw in mine["items"]] == [raw["sys"]["id"] for raw in their["items"]]


def by_id(pages: list[Any]) -> dict[str, Any]:
    """Return the items of pages by their ids."""
    return {raw["sys"]["id"]: raw for page in pages for raw in page["items"]}
