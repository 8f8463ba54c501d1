"""The local Sync endpoint: what a client that follows its links ends up with."""

from __future__ import annotations

import json
import shutil
import tempfile
from contextlib import ExitStack, closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from exporter.space.changelog import ChangeLog
from exporter.space.folder import SpaceFolder
from exporter.space.http.answers import Space
from tests.conftest import PLACE, SpaceFiles, entry, locale

if TYPE_CHECKING:
    from collections.abc import Iterator

BEARER = "Bearer t"


def ask(space: Space, query: str, path: str = "sync", authorization: str = BEARER) -> tuple[int, Any]:
    answer = space.answer(f"/spaces/small/environments/master/{path}?{query}", authorization, "http://here:1")
    return answer.status, json.loads(answer.body)


@dataclass
class Client:
    """A client of the Sync API that follows links and keeps the items it receives."""

    items: dict[tuple[str, str], Any] = field(default_factory=dict)
    query: str = "initial=true&limit=2"
    repeated: list[str] = field(default_factory=list)
    pages: int = 0

    def sync(self, space: Space) -> None:
        while not self.page(space):
            pass

    def page(self, space: Space) -> bool:
        """Request one page; return whether it was the last of its run."""
        status, body = ask(space, self.query)
        assert status == 200, body
        assert len({"nextPageUrl", "nextSyncUrl"} & set(body)) == 1
        self.pages += 1
        self.keep(body["items"])
        link = urlsplit(body.get("nextPageUrl") or body["nextSyncUrl"])
        assert list(parse_qs(link.query)) == ["sync_token"]
        assert "=" not in parse_qs(link.query)["sync_token"][0]
        self.query = link.query
        return "nextSyncUrl" in body

    def keep(self, items: list[Any]) -> None:
        for raw in items:
            kind = raw["sys"]["type"].removeprefix("Deleted")
            key = (kind, raw["sys"]["id"])
            if raw["sys"]["type"] != kind:
                assert key in self.items, f"{key} was deleted, but never sent"
                del self.items[key]
                continue
            if self.items.get(key) == raw:
                self.repeated.append(str(key))
            self.items[key] = raw


@pytest.fixture
def endpoint(space: SpaceFiles, tmp_path: Path) -> Iterator[Space]:
    with closing(ChangeLog(tmp_path / "log.db", SpaceFolder(space.root))) as log:
        yield Space(SpaceFolder(space.root), log)


def test_initial_sync_sends_everything_newest_first_in_pages(endpoint: Space, space: SpaceFiles) -> None:
    space.put(entry("place", "tower", 9, title="Newest"))
    status, body = ask(endpoint, "initial=true&limit=3")
    assert status == 200
    assert body["items"][0]["sys"]["id"] == "tower"
    client = Client()
    client.sync(endpoint)
    assert (len(client.items), client.pages) == (5, 3)


def test_empty_delta_gives_the_token_that_was_sent(endpoint: Space) -> None:
    client = Client()
    client.sync(endpoint)
    before = client.query
    client.sync(endpoint)
    assert (client.query, client.repeated) == (before, [])


def test_deletion_is_sent_as_sys_only(endpoint: Space, space: SpaceFiles) -> None:
    client = Client()
    client.sync(endpoint)
    space.remove("entries/place/mill.json")
    _, body = ask(endpoint, client.query)
    [gone] = body["items"]
    assert list(gone) == ["sys"]
    assert gone["sys"]["type"] == "DeletedEntry"
    assert gone["sys"]["deletedAt"] == gone["sys"]["createdAt"] == gone["sys"]["updatedAt"]
    assert "contentType" not in gone["sys"]


def test_token_of_one_endpoint_is_valid_at_another_over_the_same_files(endpoint: Space, space: SpaceFiles) -> None:
    client = Client()
    client.sync(endpoint)
    with closing(ChangeLog(None, SpaceFolder(space.root))) as log:
        other = Space(SpaceFolder(space.root), log)
        status, body = ask(other, client.query)
    assert (status, body["items"]) == (200, [])
    assert body["nextSyncUrl"].endswith(client.query)


@pytest.mark.parametrize(
    ("query", "status", "identifier"),
    [
        ("sync_token=nonsense", 400, "BadRequest"),
        ("sync_token=%00%ff", 400, "BadRequest"),
        ("sync_token=", 400, "BadRequest"),
        ("initial=true&limit=0", 400, "InvalidQuery"),
        ("initial=true&limit=1001", 400, "InvalidQuery"),
        ("initial=true&limit=ten", 400, "InvalidQuery"),
        ("initial=true&limit=000000001999", 400, "InvalidQuery"),
        ("initial=true&type=bar", 400, "BadRequest"),
        ("initial=true&content_type=place", 400, "BadRequest"),
        ("initial=true&type=Asset&content_type=place", 400, "BadRequest"),
        ("initial=true&order=sys.id", 400, "InvalidQuery"),
        ("", 400, "BadRequest"),
    ],
)
def test_odd_requests_are_refused_in_the_services_form(
    endpoint: Space, query: str, status: int, identifier: str
) -> None:
    got, body = ask(endpoint, query)
    assert (got, body["sys"]) == (status, {"type": "Error", "id": identifier})


@pytest.mark.parametrize(
    ("filters", "initial", "delta"),
    [
        ("", ["castle", "mill", "pic", "sights"], ["Deleted pic", "Deleted sights", "mill", "tower"]),
        ("&type=all", ["castle", "mill", "pic", "sights"], ["Deleted pic", "Deleted sights", "mill", "tower"]),
        ("&type=Entry", ["castle", "mill", "sights"], ["mill", "tower"]),
        ("&type=Asset", ["pic"], []),
        ("&type=Entry&content_type=place", ["castle", "mill"], ["mill", "tower"]),
        ("&type=Entry&content_type=category", ["sights"], []),
        ("&type=Deletion", ["Deleted gone"], ["Deleted pic", "Deleted sights"]),
        ("&type=DeletedEntry", ["Deleted gone"], ["Deleted sights"]),
        ("&type=DeletedAsset", [], ["Deleted pic"]),
        ("&locale=de-DE", ["castle", "mill", "pic", "sights"], ["Deleted pic", "Deleted sights", "mill", "tower"]),
    ],
)
def test_sync_can_be_limited_and_its_token_keeps_the_limit(
    endpoint: Space, space: SpaceFiles, filters: str, initial: list[str], delta: list[str]
) -> None:
    def named(query: str) -> tuple[list[str], str]:
        found, token = [], query
        while True:
            body = ask(endpoint, token)[1]
            found += [("Deleted " * ("deletedAt" in item["sys"])) + item["sys"]["id"] for item in body["items"]]
            token = (body.get("nextPageUrl") or body["nextSyncUrl"]).partition("?")[2]
            if "nextSyncUrl" in body:
                return sorted(found), token

    space.put(entry("place", "gone", title="Gone"))
    named("initial=true")
    space.remove("entries/place/gone.json")
    found, token = named(f"initial=true&limit=2{filters}")
    assert found == initial
    space.put(entry("place", "mill", 3, title="The windmill"))
    space.put(entry("place", "tower", 4, title="The tower"))
    space.put(entry("place", "passing", 5, title="Here and gone"))
    space.remove("entries/category/sights.json")
    space.remove("assets/pic.json")
    space.remove("entries/place/passing.json")
    found, token = named(token)
    assert found == delta
    assert named(token)[0] == []


def test_file_outside_the_space_is_not_served_through_a_link(
    endpoint: Space, space: SpaceFiles, tmp_path: Path
) -> None:
    (tmp_path / "secret.svg").write_text("secret", "utf-8")
    path = f"/small/pic/{1:032x}/castle.svg"
    assert endpoint.answer(path, BEARER, "http://here:1").status == 200
    (space.root / "files/pic/castle.svg").unlink()
    (space.root / "files/pic/castle.svg").symlink_to(tmp_path / "secret.svg")
    assert endpoint.answer(path, BEARER, "http://here:1").status == 404


def test_sync_token_allows_no_other_parameter(endpoint: Space) -> None:
    client = Client()
    client.sync(endpoint)
    assert ask(endpoint, f"{client.query}&limit=5")[0] == 400
    assert ask(endpoint, f"{client.query}&access_token=t")[0] == 200


def test_access_token_is_required(endpoint: Space) -> None:
    assert ask(endpoint, "initial=true", authorization="")[0] == 401
    assert ask(endpoint, "initial=true&access_token=x", authorization="")[0] == 200


@pytest.mark.parametrize("path", ["/../../etc/passwd", "/small/pic/1/../../../x", "/%2e%2e/%2e%2e/x/y", "//", "/"])
def test_only_files_of_assets_are_served(endpoint: Space, path: str) -> None:
    assert endpoint.answer(path, BEARER, "http://here:1").status == 404


EDITS = st.lists(
    st.tuples(
        st.sampled_from(("put", "put", "put", "remove", "restart", "first", "second", "page", "page")),
        st.sampled_from("abcd"),
        st.integers(1, 3),
    ),
    max_size=30,
)


WHILE_PAGING = [("put", "a", 2), ("second", "a", 1), *(("put", name, 1) for name in "abc"), ("page", "a", 1)]
"""The reader of a delta has its first page when the item of the next one goes, or is again what it was."""


@settings(max_examples=100, deadline=None)
@example([*WHILE_PAGING, ("remove", "a", 1)])
@example([*WHILE_PAGING, ("put", "a", 2)])
@given(EDITS)
def test_clients_at_any_token_end_up_with_what_is_published(edits: list[tuple[str, str, int]]) -> None:
    root = Path(tempfile.mkdtemp())
    space = SpaceFiles(root / "space")
    space.put_model(PLACE, locales=[locale("en-US", default=True)])
    published: dict[tuple[str, str], Any] = {("Entry", "kept"): entry("place", "kept", title="Always there")}
    space.put(published["Entry", "kept"])
    clients = {"first": Client(), "second": Client()}
    with ExitStack() as opened:
        log = opened.enter_context(closing(ChangeLog(root / "log.db", SpaceFolder(space.root))))
        endpoint = Space(SpaceFolder(space.root), log)
        for what, name, revision in [*edits, ("first", "", 0), ("second", "", 0)]:
            if what == "put":
                raw = entry("place", name, revision, title=f"{name}, {'long ' * revision}")
                space.put(raw)
                published["Entry", name] = raw
            elif what == "remove" and published.pop(("Entry", name), None):
                space.remove(f"entries/place/{name}.json")
            elif what == "restart":
                log.close()
                log = opened.enter_context(closing(ChangeLog(root / "log.db", SpaceFolder(space.root))))
                endpoint = Space(SpaceFolder(space.root), log)
            elif what == "page":
                clients["second"].page(endpoint)
            elif what in clients:
                clients[what].sync(endpoint)
                clients[what].sync(endpoint)
                assert clients[what].items == published
    shutil.rmtree(root)
    assert [client.items for client in clients.values()] == [published] * 2
    assert [client.repeated for client in clients.values()] == [[], []]
