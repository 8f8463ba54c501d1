"""A guide of only the newest entries: found by a search, complete each time, without those too old for it."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import PICTURE, PLACE, Guide, SpaceFiles, asset, entry, link, locale
from tests.support.stub import Reply, Request, Stub, error, listing, serve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def aged(days: float, raw: dict[str, Any]) -> dict[str, Any]:
    """Return an item as if published some days ago."""
    when = datetime.now(UTC) - timedelta(days=days)
    return raw | {"sys": raw["sys"] | {"updatedAt": when.isoformat(timespec="milliseconds").replace("+00:00", "Z")}}


def place(identifier: str, days: float, revision: int = 1, **fields: Any) -> dict[str, Any]:
    return aged(days, entry("place", identifier, revision, title=identifier, slug=identifier, **fields))


@pytest.fixture
def guide(guide: Guide, space: SpaceFiles) -> Guide:
    """A guide of the places of the last 30 days; the castle and everything that it links to are older."""
    space.put(aged(300, entry("category", "sights", title="Sights", slug="sights")))
    space.put(place("castle", 200, category=link("Entry", "sights")))
    space.put(place("tower", 2, category=link("Entry", "sights"), picture=link("Asset", "pic")))
    space.put(place("mill", 10, category=link("Entry", "sights")))
    configure(guide, "{content_type: place, newer_than: 30d}")
    return guide


def configure(guide: Guide, search: str, rest: str = "") -> None:
    """Write a site.yaml with a search in the local space."""
    source = f"source: {{local: {guide.root.parent / 'space'}, search: {search}{rest}}}"
    (guide.root / "site.yaml").write_text(f"title: News\n{source}\n", "utf-8")


def items(guide: Guide) -> list[str]:
    """Return the file names of the items in the mirror."""
    paths = guide.files("content/entries", "content/assets")
    return sorted(path.rsplit("/", 1)[1].removesuffix(".json") for path in paths if path.endswith(".json"))


def state(guide: Guide) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((guide.root / ".syncstate").read_bytes())
    return found


def mirror_mtimes(guide: Guide) -> dict[str, int]:
    return {path: mtime for path, mtime in guide.mtimes().items() if not path.startswith(".export")}


def test_newest_entries_come_with_linked_items_and_files(guide: Guide) -> None:
    report = guide.build()
    assert items(guide) == ["mill", "pic", "sights", "tower"]
    assert guide.files("content/files") == {"content/files/pic/castle.svg": PICTURE}
    synced = report["sync"]
    assert (synced["search"], synced["requests"], synced["sync_requests"], synced["upserted"]) == (True, 5, 0, 4)
    assert "tower" in guide.page("/place/")


def test_search_stores_its_query_and_no_token(guide: Guide) -> None:
    guide.build()
    search = {"content_type": "place", "newer_than": "30d", "include": 1}
    assert (state(guide)["token"], state(guide)["source"]["filter"]) == (None, {"search": search})


def test_search_with_the_same_result_writes_nothing(guide: Guide) -> None:
    guide.build()
    before = mirror_mtimes(guide)
    synced = guide.build()["sync"]
    assert mirror_mtimes(guide) == before
    assert (synced["upserted"], synced["deleted"], synced["unchanged"], synced["token_moved"]) == (0, 0, 4, False)


def test_entry_that_became_too_old_goes_with_the_items_only_it_linked_to(guide: Guide, space: SpaceFiles) -> None:
    guide.build()
    space.put(place("tower", 31, category=link("Entry", "sights"), picture=link("Asset", "pic")))
    assert guide.build()["sync"]["deleted"] == 2
    assert items(guide) == ["mill", "sights"]
    assert guide.files("content/files") == {}
    assert not (guide.root / "site/place/tower").exists()


def test_search_may_find_nothing(guide: Guide) -> None:
    guide.build()
    configure(guide, "{newer_than: 1s}")
    outcome = guide.run("sync")
    assert (outcome.code, items(guide)) == (0, [])


def test_maximum_counts_found_entries_without_linked_items(guide: Guide, space: SpaceFiles) -> None:
    space.put(place("gate", 1, category=link("Entry", "sights")))
    configure(guide, "{content_type: place, max: 2, include: 0}")
    guide.build()
    assert items(guide) == ["gate", "tower"]
    configure(guide, "{content_type: place, max: 2}")
    guide.build()
    assert items(guide) == ["gate", "pic", "sights", "tower"]


def test_links_are_followed_to_the_configured_depth(guide: Guide, space: SpaceFiles) -> None:
    space.put(place("inn", 50, category=link("Entry", "castle")))
    space.put(place("road", 1, category=link("Entry", "inn")))
    found = []
    for include in range(4):
        configure(guide, f"{{max: 1, include: {include}}}")
        guide.build()
        found.append(items(guide))
    assert found == [["road"], ["inn", "road"], ["castle", "inn", "road"], ["castle", "inn", "road", "sights"]]


def test_search_in_several_pages_finds_the_same_as_in_one(guide: Guide) -> None:
    configure(guide, "{content_type: place}")
    whole = guide.build()["sync"]
    files = guide.files("content")
    shutil.rmtree(guide.root)
    guide.root.mkdir()
    configure(guide, "{content_type: place}", ", limit: 1")
    paged = guide.build()["sync"]
    assert guide.files("content") == files
    # three pages, and a last request for the first item of the list
    assert paged["requests"] == whole["requests"] + 3


@pytest.mark.parametrize("search", ["{content_type: place, newer_than: 29d}", None])
def test_another_search_or_a_sync_is_another_source(guide: Guide, search: str | None) -> None:
    guide.build()
    if search:
        configure(guide, search)
    else:
        (guide.root / "site.yaml").write_text("title: News\nsource: {local: ../space}\n", "utf-8")
    out = guide.run("sync").out
    how = "a search" if search else "a full sync"
    assert f"the source has changed since last time: {how}" in out
    assert (state(guide)["token"] is None) == bool(search)
    assert ("castle" in items(guide)) == (search is None)


def test_search_in_place_of_a_sync_drops_the_token(guide: Guide) -> None:
    (guide.root / "site.yaml").write_text("title: News\nsource: {local: ../space}\n", "utf-8")
    guide.build()
    assert state(guide)["token"]
    configure(guide, "{max: 1}")
    assert "sync" not in guide.run("sync").out
    assert (state(guide)["token"], items(guide)) == (None, ["pic", "sights", "tower"])


def test_report_says_that_it_was_a_search(guide: Guide) -> None:
    first, second = guide.run("sync").out, guide.run("sync").out
    assert first.startswith("search: 4 new or changed, 0 removed, 1 file downloaded (5 requests, ")
    assert second.startswith("search: nothing new (4 requests, ")


@pytest.mark.parametrize(("arguments", "code"), [(["status"], 1), (["sync", "--dry-run"], 0)])
def test_status_lists_what_a_search_would_change_and_writes_nothing(
    guide: Guide, space: SpaceFiles, arguments: list[str], code: int
) -> None:
    guide.build()
    space.put(place("gate", 1))
    space.put(place("mill", 31))
    before = guide.mtimes()
    outcome, report = guide.run(*arguments), guide.run(*arguments, "--json").json
    assert outcome.out.splitlines()[:3] == [
        "the next sync is a search: 1 new, 1 removed (4 requests)",
        "  new: entry:gate gate",
        "  removed: entry:mill mill",
    ]
    assert (guide.mtimes(), outcome.code, report["status"]["search"]) == (before, code, True)
    guide.build()
    status = guide.run("status", "--json").json["status"]
    assert (status["new"], status["changed"], status["removed"], status["files"]) == ([], [], [], [])


def test_status_of_an_empty_search_announces_no_guard(guide: Guide) -> None:
    guide.build()
    configure(guide, "{newer_than: 1s}")
    outcome = guide.run("status")
    assert "4 removed" in outcome.out
    assert "came back empty" not in outcome.out


def test_content_type_that_the_space_lacks_is_named(guide: Guide) -> None:
    configure(guide, "{content_type: news}")
    outcome = guide.run("sync")
    place = "site.yaml:2: source.search.content_type"
    assert (outcome.code, outcome.err) == (2, f"error: {place}: the space has no news: it has category, place\n")


def test_edited_file_is_repaired_by_the_next_search(guide: Guide) -> None:
    guide.build()
    files = guide.files("content")
    (guide.root / "content/entries/place/mill.json").write_bytes(b"{}")
    (guide.root / "content/entries/place/tower.en-US.md").unlink()
    guide.build()
    assert guide.files("content") == files


class Far:
    """A remote space that lists its entries page by page; a test may act before each page."""

    def __init__(self, *entries: dict[str, Any]) -> None:
        self.entries = list(entries)
        self.includes: dict[str, Any] = {}
        self.before: Callable[[int], Reply | None] = lambda _page: None
        self.pages = 0

    def answer(self, request: Request) -> Reply:
        if request.last != "entries":
            model = {"locales": [locale("en-US", default=True)], "content_types": [PLACE]}
            return listing(*model.get(request.last, []))
        self.pages += 1
        refusal = self.before(self.pages)
        if refusal is not None:
            return refusal
        found = sorted(self.entries, key=lambda raw: str(raw["sys"]["updatedAt"]), reverse=True)
        skip, limit = int(request.query["skip"]), int(request.query["limit"])
        body = {"sys": {"type": "Array"}, "total": len(found), "skip": skip, "limit": limit}
        return Reply(body | {"items": found[skip : skip + limit], "includes": self.includes})

    def publish(self, raw: dict[str, Any]) -> None:
        self.unpublish(raw["sys"]["id"])
        self.entries.append(raw)

    def unpublish(self, identifier: str) -> None:
        self.entries = [raw for raw in self.entries if raw["sys"]["id"] != identifier]


@pytest.fixture
def far() -> Far:
    """A space of five places, the newest of which is `a`."""
    return Far(*(place(name, days) for days, name in enumerate("abcde", 1)))


@pytest.fixture
def stub(far: Far) -> Iterator[Stub]:
    with serve(far.answer) as running:
        yield running


@pytest.fixture
def over(stub: Stub, remote: Callable[[str], Guide]) -> Callable[..., Guide]:
    """A function that makes a guide over the remote space."""

    def make(search: str, limit: int = 2) -> Guide:
        guide = remote(stub.url)
        text = f"{{space: far, url: '{stub.url}', limit: {limit}, search: {search}}}"
        (guide.root / "site.yaml").write_text(f"title: Far\nsource: {text}\n", "utf-8")
        return guide

    return make


def requested_pages(stub: Stub) -> list[tuple[str, str]]:
    """Return position and size of the requested pages."""
    return [(request.query["skip"], request.query["limit"]) for request in stub.requests_for("entries")]


def test_query_is_that_of_the_delivery_api(stub: Stub, over: Callable[..., Guide]) -> None:
    guide = over("{content_type: place, newer_than: 2w, include: 3}", 1000)
    assert guide.run("sync").code == 0
    (query,) = (request.query for request in stub.requests_for("entries"))
    since = datetime.fromisoformat(query.pop("sys.updatedAt[gte]"))
    assert timedelta(0) <= datetime.now(UTC) - timedelta(weeks=2) - since < timedelta(minutes=1)
    expected = {"order": "-sys.updatedAt,sys.id", "locale": "*", "include": "3", "content_type": "place"}
    assert query == expected | {"skip": "0", "limit": "1000"}


def test_no_more_entries_than_wanted_are_requested(stub: Stub, over: Callable[..., Guide]) -> None:
    guide = over("{max: 3}")
    assert guide.run("sync").code == 0
    assert requested_pages(stub) == [("0", "2"), ("2", "1"), ("0", "1")]
    assert items(guide) == ["a", "b", "c"]


def test_item_linked_from_several_pages_is_stored_once(far: Far, over: Callable[..., Guide]) -> None:
    far.includes = {"Entry": [place("e", 5, summary="linked"), place("old", 400)], "Asset": [asset("pic", "p.svg", 9)]}
    guide = over("{newer_than: 1w}")
    with (guide.root / "site.yaml").open("a") as file:
        file.write("content: {assets: link}\n")
    report = guide.run("sync", "--json").json
    assert (report["exit"], report["sync"]["upserted"], items(guide)) == (0, 7, [*"abcde", "old", "pic"])


def test_page_that_is_too_big_is_requested_again_in_smaller_ones(
    far: Far, stub: Stub, over: Callable[..., Guide]
) -> None:
    refusal = error(400, "BadRequest", "Response size too big. Maximum allowed response size: 7340032B.")
    far.before = lambda page: refusal if page == 2 else None
    guide = over("{newer_than: 1w}", 3)
    assert guide.run("sync").code == 0
    assert requested_pages(stub) == [("0", "3"), ("3", "3"), ("3", "2"), ("0", "1")]
    assert items(guide) == [*"abcde"]


def test_entry_that_is_too_big_with_its_links_is_reported(far: Far, over: Callable[..., Guide]) -> None:
    far.before = lambda _page: error(400, "BadRequest", "Response size too big. Maximum allowed response size: 1B.")
    guide = over("{max: 9}")
    for arguments in (["sync"], ["status"]):
        outcome = guide.run(*arguments)
        assert (outcome.code, "lower source.search.include" in outcome.err) == (3, True)


def newer(name: str) -> dict[str, Any]:
    return place(name, 0, 2)


@pytest.mark.parametrize("command", [["sync"], ["sync", "--dry-run"]])
@pytest.mark.parametrize(
    ("when", "event", "left"),
    [
        (2, lambda far: far.unpublish("a"), "bcde"),
        (2, lambda far: far.unpublish("e"), "abcd"),
        (2, lambda far: far.publish(newer("e")), "abcde"),
        (3, lambda far: far.publish(newer("d")), "abcde"),
        (3, lambda far: far.publish(newer("f")), "abcdef"),
        (4, lambda far: (far.unpublish("b"), far.publish(newer("f"))), "acdef"),
        (2, lambda far: [far.unpublish(name) for name in "abcde"], ""),
    ],
)
def test_space_that_changes_while_it_is_listed_is_listed_again(
    far: Far, over: Callable[..., Guide], command: list[str], when: int, event: Callable[[Far], Any], left: str
) -> None:
    def change(page: int) -> None:
        if page == when:
            event(far)

    far.before = change
    guide = over("{newer_than: 1w}")
    report = guide.run(*command, "--json").json
    assert report["exit"] == 0
    if command == ["sync"]:
        assert items(guide) == [*left]
        files = [guide.root / f"content/entries/place/{name}.json" for name in left]
        revisions = [json.loads(file.read_bytes())["sys"]["revision"] for file in files]
        newest = {raw["sys"]["id"]: raw["sys"]["revision"] for raw in far.entries}
        assert revisions == [newest[name] for name in left]
    else:
        assert [listed["item"] for listed in report["status"]["new"]] == [f"entry:{name}" for name in left]


def test_space_that_keeps_changing_is_an_error_and_the_mirror_stays(
    far: Far, stub: Stub, over: Callable[..., Guide]
) -> None:
    guide = over("{newer_than: 1w}")
    guide.run("sync")
    before = guide.files()
    far.before = lambda page: far.publish(place(f"p{page}", 0))
    stub.requests.clear()
    outcome = guide.run("sync")
    assert (outcome.code, guide.files()) == (3, before)
    assert "published or unpublished while they were listed, 5 times in turn: run again later" in outcome.err
    assert len(requested_pages(stub)) == 10


def test_interrupted_search_starts_again_and_keeps_nothing_it_received(
    far: Far, stub: Stub, over: Callable[..., Guide]
) -> None:
    far.before = lambda page: error(401, "AccessTokenInvalid") if page == 3 else None
    guide = over("{newer_than: 1w}")
    assert guide.run("sync").code == 3
    assert (guide.root / ".export/staging/sync.db").exists()
    assert "a search was interrupted: the next one starts anew" in guide.run("status").out
    far.unpublish("a")
    far.publish(place("b", 2, 1, summary="It was taken back and published again: the count goes on, or begins anew."))
    stub.requests.clear()
    outcome = guide.run("sync")
    assert (outcome.code, requested_pages(stub)[0], items(guide)) == (0, ("0", "2"), [*"bcde"])
    assert "begins anew" in (guide.root / "content/entries/place/b.json").read_text("utf-8")


def test_search_that_was_complete_but_not_applied_is_repeated(
    far: Far, over: Callable[..., Guide], monkeypatch: pytest.MonkeyPatch
) -> None:
    from exporter.mirror import sync

    guide = over("{newer_than: 1w}")
    for step, planned in (("MirrorPlanner", ""), ("apply_plan", "yes")):
        with monkeypatch.context() as broken:
            broken.setattr(sync, step, lambda *_arguments: (_ for _ in ()).throw(OSError(28, "No space left")))
            assert guide.run("sync").code == 4
        gone = far.entries[0]["sys"]["id"]
        far.unpublish(gone)
        outcome = guide.run("sync")
        assert (outcome.code, gone in items(guide), len(items(guide))) == (0, False, len(far.entries)), planned
        far.publish(place(f"{gone}-{step}", 1))


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"items": [], "total": None},
        {"items": {}, "total": 0},
        {"items": [], "total": 0, "includes": []},
        {"items": [], "total": 0, "includes": {"Entry": 1}},
        {"items": [{}], "total": 1},
        {"items": [1], "total": 1},
    ],
)
def test_answer_that_is_no_list_of_entries_is_an_error(
    far: Far, over: Callable[..., Guide], body: dict[str, Any]
) -> None:
    far.before = lambda _page: Reply(body)
    outcome = over("{max: 9}").run("sync")
    assert (outcome.code, outcome.err.count("\n")) == (3, 1)
    assert "try again later" in outcome.err


def test_list_shorter_than_its_stated_total_ends(far: Far, over: Callable[..., Guide]) -> None:
    far.before = lambda _page: Reply({"items": [], "total": 7})
    assert over("{max: 9}").run("sync").code == 3
