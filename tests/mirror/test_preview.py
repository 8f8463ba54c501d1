"""A preview source: no token is stored, and every run is a full sync that reconciles the mirror."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from exporter.source.address import Address
from tests.conftest import Guide, asset, entry, locale
from tests.support.stub import Reply, Request, listing, page, serve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.conftest import Outcome
    from tests.support.stub import Stub

PREVIEW, DELIVERY = "https://preview.eu.contentful.com", "https://cdn.eu.contentful.com"
TOKENS = {"CONTENTFUL_PREVIEW_TOKEN": "of-preview", "CONTENTFUL_ACCESS_TOKEN": "of-delivery"}


class Space:
    """A space that sends neither deletions nor deltas to a preview, only its current items."""

    def __init__(self) -> None:
        self.items = [entry("place", "castle", 0, title="A draft"), entry("place", "mill", title="The mill")]

    def __call__(self, request: Request) -> Reply:
        if request.last != "sync":
            return listing(*([locale("en-US", default=True)] if request.last == "locales" else []))
        return page(*(self.items if "initial" in request.query else []), token="s1")


@pytest.fixture
def space() -> Space:
    return Space()


@pytest.fixture
def stub(space: Space, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stub]:
    """A server in place of both hosts: requests go to the loopback interface, all else depends on the real names."""
    for name, token in TOKENS.items():
        monkeypatch.setenv(name, token)
    with serve(space) as found:
        monkeypatch.setattr(Address, "base", property(lambda self: f"{found.url}/{self.url}/environments/master"))
        yield found


@pytest.fixture
def far(tmp_path: Path, call: Callable[..., Outcome], stub: Stub) -> Guide:
    assert stub.requests == []
    guide = Guide(tmp_path, call)
    point_to(guide, PREVIEW)
    return guide


def point_to(guide: Guide, url: str) -> None:
    (guide.root / "site.yaml").write_text(f"title: T\nsource: {{space: far, url: '{url}'}}\n", "utf-8")


def synced(guide: Guide, *arguments: str) -> dict[str, Any]:
    outcome = guide.run("sync", "--json", *arguments)
    assert outcome.code == 0, outcome
    found: dict[str, Any] = outcome.json["sync"]
    return found


def state(guide: Guide) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((guide.root / ".syncstate").read_bytes())
    return found


def mtimes(guide: Guide) -> dict[str, int]:
    return {path: at for path, at in guide.mtimes().items() if path == ".syncstate" or path.startswith("content")}


def names(guide: Guide) -> list[str]:
    return sorted(path.name for path in (guide.root / "content").glob("[ae]*/**/*.json"))


def test_every_run_is_a_full_one_and_an_unchanged_one_writes_nothing(far: Guide, stub: Stub) -> None:
    assert synced(far)["upserted"] == 2
    before = mtimes(far)
    again = synced(far)
    assert (again["full"], again["unchanged"], again["upserted"], again["token_moved"]) == (True, 2, 0, False)
    assert (mtimes(far), state(far)["token"]) == (before, None)
    assert "s1" not in (far.root / ".syncstate").read_text("utf-8")
    assert [request.query for request in stub.requests_for("sync")] == [{"initial": "true", "limit": "1000"}] * 2


def test_preview_is_requested_with_its_own_token_only(far: Guide, stub: Stub) -> None:
    synced(far)
    assert {request.headers["Authorization"] for request in stub.requests} == {"Bearer of-preview"}


def test_removed_item_is_noticed_without_a_deletion(far: Guide, space: Space) -> None:
    synced(far)
    del space.items[0]
    assert synced(far)["deleted"] == 1
    assert names(far) == ["mill.json"]
    space.items.clear()
    assert (far.run("sync").code, names(far)) == (4, ["mill.json"])
    assert synced(far, "--allow-empty")["deleted"] == 1
    assert names(far) == []


def test_changed_draft_of_the_same_revision_is_a_change(far: Guide, space: Space) -> None:
    synced(far)
    space.items[0] = entry("place", "castle", 0, title="Another draft")
    assert synced(far)["upserted"] == 1
    assert b"Another draft" in far.files()["content/entries/place/castle.en-US.md"]


@pytest.mark.parametrize(
    "file",
    [
        None,
        {},
        {"en-US": None},
        {"en-US": {"upload": "https://h/x.jpg", "fileName": "x.jpg"}},
        {"en-US": {"url": None}},
    ],
)
def test_asset_whose_file_is_still_being_processed_has_none(far: Guide, space: Space, file: Any) -> None:
    raw = asset("pic", "x.jpg", 1, 0)
    raw["fields"]["file"] = file
    space.items.append(raw)
    assert (synced(far)["assets_downloaded"], state(far)["pending"]) == (0, [])
    assert json.loads(far.files()["content/assets/pic.json"]) == raw


def test_switch_to_delivery_and_back_changes_the_source_each_time(far: Guide, stub: Stub) -> None:
    synced(far)
    steps: list[tuple[bool, str | None]] = []
    for url in (DELIVERY, DELIVERY, PREVIEW):
        point_to(far, url)
        steps.append((synced(far)["full"], state(far)["token"]))
        assert state(far)["source"]["url"] == url
    assert steps == [(True, "s1"), (False, "s1"), (True, None)]
    assert [request.query.get("sync_token") for request in stub.requests_for("sync")] == [None, None, "s1", None]
    assert {request.headers["Authorization"] for request in stub.requests} == {
        "Bearer of-preview",
        "Bearer of-delivery",
    }


def test_status_knows_that_the_next_sync_is_a_full_one(far: Guide, space: Space) -> None:
    synced(far)
    assert far.run("status").code == 0
    del space.items[0]
    outcome = far.run("status", "--json")
    assert (outcome.code, outcome.json["status"]["full"]) == (1, True)
    assert [listed["item"] for listed in outcome.json["status"]["removed"]] == ["entry:castle"]
