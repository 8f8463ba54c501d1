"""The first sync of a mirror: the next page is prefetched, and whole folders are moved into place."""

from __future__ import annotations

import os
import shutil
import threading
from typing import TYPE_CHECKING, Any

import pytest

from exporter.core.errors import SourceError
from exporter.mirror.staging import Staging
from tests.conftest import PLACE, entry, locale
from tests.support.stub import Reply, Stub, error, listing, page, serve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.conftest import Guide
    from tests.support.stub import Request

PATIENCE = 20
"""Seconds that a test waits for an expected event."""


class Pages:
    """A space of scripted sync pages, and the tokens that were requested."""

    def __init__(self, *pages: list[dict[str, Any]]) -> None:
        self.pages = list(pages)
        self.requested: list[str] = []
        self.second = threading.Event()

    def __call__(self, request: Request) -> Reply:
        if request.last == "sync":
            return self._page(request.query.get("sync_token", "t0"))
        if request.last == "content_types":
            return listing(PLACE)
        return listing(locale("en-US", default=True)) if request.last == "locales" else error(404, "NotFound")

    def _page(self, token: str) -> Reply:
        self.requested.append(token)
        if token == "t1":
            self.second.set()
        at = int(token[1:])
        items = self.pages[at] if at < len(self.pages) else []
        return page(*items, token=f"t{at + 1}" if at < len(self.pages) else token, last=at + 1 >= len(self.pages))


@pytest.fixture
def pages() -> Pages:
    return Pages(
        [place(f"a{number}") for number in range(4)], [place(f"b{number}") for number in range(4)], [place("c")]
    )


@pytest.fixture
def stub(pages: Pages) -> Iterator[Stub]:
    with serve(pages) as served:
        yield served


@pytest.fixture
def guide(stub: Stub, remote: Callable[[str], Guide]) -> Guide:
    return remote(stub.url)


def place(identifier: str, revision: int = 1, title: str = "Place", type_id: str = "place") -> dict[str, Any]:
    return entry(type_id, identifier, revision, title=f"{title} {identifier}")


def gone(identifier: str, revision: int) -> dict[str, Any]:
    sys = {"type": "DeletedEntry", "id": identifier, "revision": revision, "deletedAt": "2026-03-01T00:00:00.000Z"}
    return {"sys": sys}


def from_nothing(guide: Guide) -> dict[str, bytes]:
    """Return the mirror that an uninterrupted sync from scratch makes of the space as it is."""
    shutil.rmtree(guide.root / "content")
    shutil.rmtree(guide.root / ".export")
    (guide.root / ".syncstate").unlink()
    assert guide.run("sync").code == 0
    return guide.files("content", ".syncstate")


def fail_at(monkeypatch: pytest.MonkeyPatch, guide: Guide, name: str, at: int) -> None:
    """Run a sync that fails at the n-th call of a method of the staging area."""
    calls, method = 0, getattr(Staging, name)

    def counted(self: Staging, *arguments: Any, **values: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == at:
            raise SourceError("broken-off", "broken off")
        return method(self, *arguments, **values)

    with monkeypatch.context() as patch:
        patch.setattr(Staging, name, counted)
        assert guide.run("sync").code == 3
    for thread in threading.enumerate():
        if thread.name == "page":
            thread.join(PATIENCE)


def test_next_page_is_requested_while_one_is_staged(
    guide: Guide, pages: Pages, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_page, met = Staging.add_page, []

    def waiting(self: Staging, *arguments: Any, **values: Any) -> None:
        met.append(pages.second.wait(PATIENCE))
        add_page(self, *arguments, **values)

    monkeypatch.setattr(Staging, "add_page", waiting)
    assert guide.run("sync").code == 0
    assert met == [True, True, True]
    assert pages.requested == ["t0", "t1", "t2"]


@pytest.mark.parametrize("at", [1, 2, 3])
@pytest.mark.parametrize("name", ["add_page", "_stage"])
def test_received_page_is_not_requested_again(
    guide: Guide, pages: Pages, monkeypatch: pytest.MonkeyPatch, name: str, at: int
) -> None:
    fail_at(monkeypatch, guide, name, at)
    assert guide.run("sync").code == 0
    assert sorted(set(pages.requested)) == ["t0", "t1", "t2"]
    assert pages.requested.count("t0") == 1
    assert len(pages.requested) <= 4
    found = guide.files("content", ".syncstate")
    assert found == from_nothing(guide)


@pytest.mark.parametrize("left", [0, 30, 100_000])
def test_page_stored_only_in_part_is_requested_again(
    guide: Guide, pages: Pages, monkeypatch: pytest.MonkeyPatch, left: int
) -> None:
    fail_at(monkeypatch, guide, "add_page", 1)
    (kept,) = (guide.root / ".export/staging").glob("initial.page")
    kept.write_bytes(kept.read_bytes()[:left])
    assert guide.run("sync").code == 0
    assert pages.requested.count("t0") == (2 if left < 100_000 else 1)
    found = guide.files("content", ".syncstate")
    assert found == from_nothing(guide)


def test_sync_of_one_page_stores_no_page(guide: Guide, pages: Pages, monkeypatch: pytest.MonkeyPatch) -> None:
    del pages.pages[1:]
    fail_at(monkeypatch, guide, "add_page", 1)
    assert not list((guide.root / ".export").rglob("*.page"))


def test_failure_of_the_prefetched_page_fails_the_sync(guide: Guide, pages: Pages) -> None:
    first, pages.pages[1] = pages.pages[1], [{"sys": {}}]
    outcome = guide.run("sync", "--json")
    assert (outcome.code, outcome.json["error"]["code"]) == (3, "malformed")
    pages.pages[1] = first
    assert guide.run("sync").code == 0
    assert pages.requested.count("t0") == 1
    assert len(list((guide.root / "content/entries/place").glob("*.json"))) == 9


@pytest.mark.parametrize("number", [5, 50])
def test_first_sync_renames_folders_and_not_each_file(
    guide: Guide, pages: Pages, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    pages.pages[:] = [[place(f"p{place_number}") for place_number in range(number)]]
    replace, renamed = os.replace, []

    def counted(source: str, target: str) -> None:
        renamed.append(str(target))
        replace(source, target)

    monkeypatch.setattr(os, "replace", counted)
    assert guide.run("sync").code == 0
    assert len(list((guide.root / "content/entries/place").glob("*.json"))) == number
    assert [path for path in renamed if "/entries" in path] == [str(guide.root / "content/entries")]


def test_existing_folder_keeps_its_files(guide: Guide) -> None:
    notes = guide.root / "content/entries/place/notes.txt"
    notes.parent.mkdir(parents=True)
    notes.write_text("Mine.", "utf-8")
    assert guide.run("sync").code == 0
    assert notes.read_text("utf-8") == "Mine."
    notes.unlink()
    found = guide.files("content")
    from_nothing(guide)
    assert found == guide.files("content")


def test_ids_that_clash_are_repeated_or_removed_within_a_first_sync(guide: Guide, pages: Pages) -> None:
    pages.pages[:] = [
        [place("twice"), place("late", 3), place("alike"), place("goes"), place("other", type_id="Place")],
        [place("twice", 2, "Newer"), place("late", 2, "Older"), place("ALIKE"), gone("goes", 2), place("moves")],
        [place("moves", 2, type_id="walk"), place("con"), place("a/b"), place("goes on")],
    ]
    assert guide.run("sync").code == 0
    found = guide.files("content/entries")
    names = sorted(path.removeprefix("content/entries/") for path in found if path.endswith(".json"))
    folders = {name.partition("/")[0].partition("~")[0] for name in names}
    stems = sorted(name.partition("/")[2].removesuffix(".json").partition("~")[0] for name in names)
    assert folders == {"Place", "place", "walk"}
    assert stems == ["ALIKE", "a-b", "alike", "con", "goes-on", "late", "moves", "other", "twice"]
    assert len([path for path in found if path.endswith(".en-US.md")]) == 9
    (twice,), (late,) = (
        [data for path, data in found.items() if f"/{name}.json" in path] for name in ("twice", "late")
    )
    assert b"Newer twice" in twice
    assert b"Place late" in late
    one = {raw["sys"]["id"]: raw for items in pages.pages for raw in items if raw["sys"]["id"] != "late"}
    pages.pages[:] = [[*(raw for raw in one.values() if raw["sys"]["type"] == "Entry"), place("late", 3)]]
    from_nothing(guide)
    assert guide.files("content/entries") == found


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (place("x"), place("x", 2, "Newer")),
        (place("x", 2, "Newer"), place("x")),
        (place("x"), place("x", 2, type_id="walk")),
        (place("x", 2), place("x", type_id="walk")),
        (place("x"), gone("x", 2)),
        (place("x", 3), gone("x", 2)),
        (place("x"), place("X")),
    ],
    ids=["newer", "older", "newer, elsewhere", "older, elsewhere", "deleted", "deleted before", "alike"],
)
def test_only_the_winning_revision_is_moved_into_place(
    guide: Guide, pages: Pages, first: dict[str, Any], second: dict[str, Any]
) -> None:
    pages.pages[:] = [[first, place("y")], [second, place("z")]]
    assert guide.run("sync").code == 0
    found = guide.files("content")
    pages.pages[:] = [[second, place("z"), first, place("y")]]
    guide.run("sync", "--full")
    assert guide.files("content") == found
    from_nothing(guide)
    assert guide.files("content") == found


@pytest.mark.parametrize("number", [0, 1])
def test_file_of_an_interrupted_page_is_dropped_if_the_space_no_longer_has_it(
    guide: Guide, pages: Pages, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    fail_at(monkeypatch, guide, "_stage", 4 * number + 3)
    left, again, third = ("ab"[number] + at for at in "012")
    written = {file.stem for file in (guide.root / ".export/staging/content").rglob("*.json")}
    assert {left, again} <= written
    for kept in (guide.root / ".export/staging").glob("*.page"):
        kept.unlink()
    pages.pages[number] = [place(again), place(third)]
    assert guide.run("sync").code == 0
    found = guide.files("content", ".syncstate")
    assert found == from_nothing(guide)
    assert f"content/entries/place/{left}.json" not in found


def test_items_added_by_hand_meanwhile_are_compared(guide: Guide, monkeypatch: pytest.MonkeyPatch) -> None:
    assert guide.run("sync").code == 0
    whole = guide.files("content", ".syncstate")
    shutil.move(guide.root / "content", guide.root / "aside")
    shutil.rmtree(guide.root / ".export")
    (guide.root / ".syncstate").unlink()
    fail_at(monkeypatch, guide, "add_page", 2)
    shutil.move(guide.root / "aside", guide.root / "content")
    file = guide.root / "content/entries/place/a1.json"
    file.write_bytes(file.read_bytes().replace(b"Place a1", b"Edited"))
    (guide.root / "content/entries/place/foreign.json").write_bytes(b"{}")
    assert guide.run("sync").code == 0
    assert guide.files("content", ".syncstate") == whole | {"content/entries/place/foreign.json": b"{}"}
