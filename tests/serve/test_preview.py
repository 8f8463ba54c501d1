"""The live preview: drafts in a guide of their own, asked for by what is newer, reconciled now and then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from exporter.config.settings import load_project, preview_of
from exporter.core.errors import ConfigError
from exporter.serve import preview as module
from exporter.source.address import Address
from tests.conftest import CATEGORY, PLACE, asset, entry, locale
from tests.serve.conftest import serving, until
from tests.support.stub import Reply, Request, listing, page, serve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.conftest import Guide
    from tests.support.stub import Stub

LISTED = {"entries": "Entry", "assets": "Asset"}


class Space:
    """A space behind a preview host: `/sync` has everything, listings what changed since a moment."""

    def __init__(self) -> None:
        self.items = [
            entry("place", "castle", 0, title="A draft", slug="castle"),
            entry("place", "mill", title="The mill", slug="mill"),
            asset("pic", "x.svg", 1),
        ]
        self.items[-1]["fields"].pop("file")

    def __call__(self, request: Request) -> Reply:
        if request.last == "sync":
            return page(*self.items, token="s1")
        if request.last in LISTED:
            since = request.query["sys.updatedAt[gte]"]
            found = [item for item in self.items if item["sys"]["type"] == LISTED[request.last]]
            newer = sorted((item for item in found if item["sys"]["updatedAt"] >= since), key=str)
            newer.sort(key=lambda item: str(item["sys"]["updatedAt"]))
            skip, limit = int(request.query["skip"]), int(request.query["limit"])
            return listing(*newer[skip : skip + limit])
        model = {"locales": [locale("en-US", default=True)], "content_types": [PLACE, CATEGORY]}
        return listing(*model.get(request.last, []))

    def save(self, identifier: str, time: str, **fields: Any) -> None:
        """Change an entry, or add a draft."""
        raw = entry("place", identifier, 0, **fields)
        raw["sys"]["updatedAt"] = time
        self.items = [item for item in self.items if item["sys"]["id"] != identifier] + [raw]


@pytest.fixture
def drafts() -> Space:
    return Space()


@pytest.fixture
def stub(drafts: Space, monkeypatch: pytest.MonkeyPatch) -> Iterator[Stub]:
    monkeypatch.setenv("CONTENTFUL_PREVIEW_TOKEN", "of-preview")
    with serve(drafts) as found:
        monkeypatch.setattr(Address, "base", property(lambda self: f"{found.url}/{self.url}/environments/master"))
        yield found


@pytest.fixture
def far(guide: Guide, monkeypatch: pytest.MonkeyPatch) -> Guide:
    """A guide over a space at Contentful, which `serving` serves as a preview."""
    (guide.root / "site.yaml").write_text("title: Far\nsource: {space: far}\n", "utf-8")
    monkeypatch.setattr("tests.serve.conftest.load_project", lambda root: preview_of(load_project(root)))
    return guide


def test_drafts_get_into_no_folder_of_the_guide_and_are_marked(far: Guide, stub: Stub) -> None:
    with serving(far, preview=True) as served:
        assert "Preview of drafts: this page is a draft that was never published" in served.ask("/place/castle/").text
        published = served.ask("/place/mill/").text
        assert "Preview of drafts" in published
        assert "never published" not in published
        assert "Preview of drafts" in served.ask("/").text
    assert {request.headers["Authorization"] for request in stub.requests} == {"Bearer of-preview"}
    assert {request.path.split("/")[3] for request in stub.requests} == {"preview.contentful.com"}
    assert sorted(path.name for path in far.root.iterdir()) == [".export", "site.yaml"]
    pages = (far.root / ".export/preview/site").rglob("*.html")
    assert [file for file in pages if "Preview of drafts" in file.read_text("utf-8")] == []


@pytest.mark.parametrize(
    ("sys", "words"),
    [
        ({"revision": 0}, ": this page is a draft that was never published"),
        ({"firstPublishedAt": "2026-01-01T08:00:00Z"}, ": this page is no longer published"),
        ({"publishedAt": "2026-01-02T07:59:59.945Z"}, ""),
        ({"publishedAt": "2026-01-02T07:59:00.000Z"}, ": this page has changes that are not published"),
        ({}, ""),
    ],
)
def test_mark_says_what_of_an_entry_is_not_published(
    far: Guide, stub: Stub, drafts: Space, sys: dict[str, Any], words: str
) -> None:
    assert stub.url
    drafts.items[1]["sys"] |= sys
    with serving(far, preview=True) as served:
        assert f">Preview of drafts{words}</p>" in served.ask("/place/mill/").text


def test_quiet_round_asks_only_for_what_is_newer(far: Guide, stub: Stub) -> None:
    with serving(far, preview=True, every=1.0):
        stub.requests.clear()
        until(lambda: len(stub.requests) >= 4)
        asked = list(stub.requests)
    assert {request.last for request in asked} == {"entries", "assets"}
    assert {request.query["sys.updatedAt[gte]"] for request in asked} == {"2026-01-02T07:59:55.000Z"}


def test_saved_draft_reloads_its_page(far: Guide, stub: Stub, drafts: Space) -> None:
    assert stub.url
    with serving(far, preview=True, every=1.0) as served, served.events("place/castle/index.html") as events:
        drafts.save("castle", "2026-01-03T00:00:00.000Z", title="Another draft", slug="castle")
        until(lambda: "place/castle/index.html" in events.changed, "the page")
        assert "Another draft" in served.ask("/place/castle/").text
        drafts.save("new", "2026-01-03T00:00:01.000Z", title="A new draft", slug="new")
        until(lambda: served.ask("/place/new/").status == 200)


def test_what_was_deleted_goes_with_the_next_reconciling(
    far: Guide, stub: Stub, drafts: Space, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert stub.url
    monkeypatch.setattr(module, "RECONCILED_EVERY", 3.0)
    with serving(far, preview=True, every=1.0) as served:
        assert served.ask("/place/castle/").status == 200
        drafts.items = [item for item in drafts.items if item["sys"]["id"] != "castle"]
        until(lambda: served.ask("/place/castle/").status == 404)


def test_items_changed_amid_a_listing_are_not_missed(far: Guide, stub: Stub, drafts: Space) -> None:
    assert stub.url
    (far.root / "site.yaml").write_text("title: Far\nsource: {space: far, limit: 2}\n", "utf-8")
    with serving(far, preview=True, every=1.0) as served:
        for number in range(7):
            time = f"2026-01-04T00:00:0{min(number, 3)}.000Z"
            drafts.save(f"p{number}", time, title=f"Draft {number}", slug=f"p{number}")
        until(lambda: all(served.ask(f"/place/p{number}/").status == 200 for number in range(7)))


def test_local_space_has_no_preview(guide: Guide) -> None:
    with pytest.raises(ConfigError, match="a local space has no drafts"):
        preview_of(load_project(guide.root))
    outcome = guide.run("serve", "--preview")
    assert (outcome.code, outcome.err.startswith("error: a local space has no drafts")) == (2, True)


@pytest.mark.parametrize(
    ("url", "preview"),
    [
        ("https://cdn.contentful.com", "https://preview.contentful.com"),
        ("https://cdn.eu.contentful.com", "https://preview.eu.contentful.com"),
        ("https://preview.contentful.com", "https://preview.contentful.com"),
    ],
)
def test_preview_host_follows_from_the_delivery_host(far: Guide, url: str, preview: str) -> None:
    (far.root / "site.yaml").write_text(f"title: Far\nsource: {{space: far, url: '{url}'}}\n", "utf-8")
    project = preview_of(load_project(far.root))
    assert (project.site.source.url, project.is_preview) == (preview, True)


def test_host_that_has_no_preview_is_refused(far: Guide, call: Callable[..., Any]) -> None:
    (far.root / "site.yaml").write_text("title: Far\nsource: {space: far, url: 'https://own.example'}\n", "utf-8")
    outcome = call("-C", str(far.root), "serve", "--preview")
    assert (outcome.code, "has no preview host" in outcome.err) == (2, True)
