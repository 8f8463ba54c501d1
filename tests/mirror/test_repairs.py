"""After a crash, a merge, an edit by hand or a bad disk: the next sync, or the next full one, repairs the mirror."""

from __future__ import annotations

import json
import shutil
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from exporter.core.encoding import canonical
from exporter.core.errors import SourceError
from exporter.core.naming import file_name
from exporter.mirror import run as run_module
from exporter.mirror import sync as sync_module
from exporter.mirror.staging import Staging
from exporter.source.sync import fetch_pages
from tests.conftest import CATEGORY, PICTURE, PLACE, Guide, SpaceFiles, asset, content_type, entry, locale
from tests.support.stub import Reply, listing, page, serve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.support.stub import Request


def broken_off(*_arguments: Any, **_values: Any) -> None:
    raise SourceError("broken-off", "broken off")


def interrupted(guide: Guide, monkeypatch: pytest.MonkeyPatch, where: Any, name: str) -> None:
    """Run a sync that fails when a function is called."""

    with monkeypatch.context() as patch:
        patch.setattr(where, name, broken_off)
        assert guide.run("sync").code == 3
    assert (guide.root / ".export/staging/sync.db").exists()


def configure(guide: Guide, **content: Any) -> None:
    config = json.dumps({"title": "T", "source": {"local": str(guide.root.parent / "space")}} | content)
    (guide.root / "site.yaml").write_text(config, "utf-8")


def test_partly_discarded_staging_area_is_not_resumed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    staging = Staging(tmp_path / "staging", "base")
    staging.remember(planned="yes")
    with monkeypatch.context() as patch:
        patch.setattr("shutil.rmtree", lambda *_arguments, **_values: None)
        staging.discard()
    assert (tmp_path / "staging").exists()
    with closing(Staging(tmp_path / "staging", "base")) as resumed:
        assert resumed.meta("planned") == ""


@pytest.mark.parametrize("name", ["_plan", "_apply"])
def test_interrupted_sync_is_finished_together_with_later_changes(
    guide: Guide, space: SpaceFiles, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    interrupted(guide, monkeypatch, sync_module, name)
    space.put(entry("place", "tower", title="The tower", slug="tower"))
    space.remove("entries/place/mill.json")
    assert guide.run("sync").code == 0
    assert sorted(path.stem for path in (guide.root / "content/entries/place").glob("*.json")) == ["castle", "tower"]


def test_asset_that_changed_since_an_interrupted_sync_is_no_failure(
    guide: Guide, space: SpaceFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    interrupted(guide, monkeypatch, sync_module, "fetch_files")
    (space.root / "files/pic/castle.svg").unlink()
    space.put(asset("pic", "new.svg", len(PICTURE), 2), file=PICTURE)
    outcome = guide.run("sync", "--json")
    assert (outcome.code, outcome.json["problems"], outcome.json["sync"]["assets_failed"]) == (0, [], 0)
    assert sorted(guide.files("content/files")) == ["content/files/pic/new.svg"]


def one_page(*arguments: Any) -> Iterator[Any]:
    """Yield the first page of a sync, then fail."""
    yield next(fetch_pages(*arguments))
    raise SourceError("broken-off", "broken off")


@pytest.mark.parametrize("gone", [True, False])
@pytest.mark.parametrize("paging", [True, False])
def test_file_removed_by_hand_during_an_interrupted_full_sync_is_restored(
    guide: Guide, space: SpaceFiles, monkeypatch: pytest.MonkeyPatch, gone: bool, paging: bool
) -> None:
    configure(guide, source={"local": str(space.root), "limit": 2})
    guide.build()
    before = guide.files("content", ".syncstate")
    with monkeypatch.context() as patch:
        if paging:
            patch.setattr(run_module, "fetch_pages", one_page)
        else:
            patch.setattr(sync_module, "_plan", broken_off)
        assert guide.run("sync", "--full").code == 3
    castle = guide.root / "content/entries/place/castle.json"
    castle.unlink() if gone else castle.write_bytes(castle.read_bytes() + b"\n")
    assert guide.run("sync", "--full").code == 0
    assert guide.files("content", ".syncstate") == before


@pytest.mark.parametrize("gone", ["content/assets", "content/entries/place", "content/entries/place/castle.json"])
def test_item_files_removed_by_hand_come_back_with_the_next_sync(guide: Guide, gone: str) -> None:
    guide.build()
    before = guide.files("content", "site", ".syncstate")
    path = guide.root / gone
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    outcome = guide.run("build")
    assert (outcome.code, "content/ differs from what was last synced" in outcome.out) == (0, True)
    assert guide.files("content", "site", ".syncstate") == before
    assert "delta sync: nothing new" in guide.run("build").out


def test_file_beside_those_of_items_costs_no_full_sync(guide: Guide) -> None:
    guide.build()
    (guide.root / "content/entries/place/.notes").touch()
    assert "delta sync: nothing new" in guide.run("build").out


def test_entry_republished_with_an_excluded_content_type_is_removed(guide: Guide, space: SpaceFiles) -> None:
    configure(guide, source={"local": str(space.root), "only": ["place"]})
    guide.build()
    space.remove("entries/place/mill.json")
    space.put(entry("category", "mill", title="Mills", slug="mills"))
    status = guide.run("status", "--json")
    assert [listed["item"] for listed in status.json["status"]["removed"]] == ["entry:mill"]
    report = guide.build()["sync"]
    assert (report["upserted"], report["deleted"]) == (0, 1)
    assert sorted(path.stem for path in (guide.root / "content/entries").rglob("*.json")) == ["castle"]


@pytest.mark.parametrize("data", [b"", PICTURE + b"\n"])
def test_asset_file_of_another_size_is_downloaded_again_by_a_full_sync(guide: Guide, data: bytes) -> None:
    guide.build()
    before = guide.files("content", ".syncstate")
    (guide.root / "content/files/pic/castle.svg").write_bytes(data)
    assert guide.run("status").code == 1
    assert guide.run("sync", "--full").code == 0
    assert guide.files("content", ".syncstate") == before


def test_files_that_become_links_are_removed_even_if_their_folder_is_renamed(guide: Guide, space: SpaceFiles) -> None:
    guide.build()
    parted = file_name("Pic", clash=True)
    raw = asset("Pic", "other.svg", len(PICTURE), 2)
    space.write(f"assets/{parted}.json", canonical(raw))
    space.write(f"files/{parted}/other.svg", PICTURE)
    configure(guide, content={"assets": "link"})
    guide.build()
    assert not (guide.root / "content/files").exists()
    assert len(list((guide.root / "content/assets").iterdir())) == 2


@pytest.mark.parametrize("alike", ["mill", "Mill"])
@pytest.mark.parametrize("options", [[], ["--full"]])
def test_second_file_of_an_item_after_a_merge_is_removed_when_it_is_seen(
    guide: Guide, space: SpaceFiles, alike: str, options: list[str]
) -> None:
    raw = entry("place", "Mill", title="Another", slug="other")
    space.write(f"entries/place/{file_name('Mill', clash=True)}.json", canonical(raw))
    guide.build()
    before = guide.files("content", ".syncstate")
    for path in (f"entries/place/{alike}.json", f"entries/category/{alike}.json"):
        again = entry(path.split("/")[1], alike, 3, title="Merged", slug="merged")
        SpaceFiles(guide.root / "content").write(path, canonical(again))
    (guide.root / ".export/mirror.db").unlink()
    assert guide.run("sync", *options).code == 0
    (guide.root / "content/moved.json").unlink(missing_ok=True)
    assert guide.files("content", ".syncstate") == before


@pytest.mark.parametrize("options", [[], ["--full"]])
def test_twin_without_an_entry_is_removed_and_other_notes_stay(guide: Guide, options: list[str]) -> None:
    if options:
        guide.build()
    twin = b"---\nsys:\n  id: nobody\n  type: place\n  locale: en-US\ntitle: Nobody\n---\n"
    place = SpaceFiles(guide.root / "content/entries/place")
    place.write("nobody.en-US.md", twin)
    for name in ("copy.md", "castle.notes.md", "somebody.en-US.md"):
        place.write(name, twin)
    place.write("broken.en-US.md", b"---\nsys:\n  - {\n  type: x\n  locale: y\n---\n")
    assert guide.run("sync", *options).code == 0
    found = {path.name for path in place.root.glob("*.md")} - {"mill.en-US.md"}
    twins = {f"castle.{code}.md" for code in ("ar", "de-DE", "en-US")}
    assert found == {*twins, "copy.md", "castle.notes.md", "somebody.en-US.md", "broken.en-US.md"}


@pytest.mark.parametrize("block", [0, 1, 2, -1])
def test_cache_that_lost_a_block_is_created_again(guide: Guide, space: SpaceFiles, block: int) -> None:
    for number in range(200):
        space.put(entry("place", f"p{number}", title=f"Place {number}", slug=f"p{number}"))
    assert guide.run("sync").code == 0
    database = guide.root / ".export/mirror.db"
    data = database.read_bytes()
    start = block * 4096 % len(data)
    database.write_bytes(data[:start] + bytes(4096) + data[start + 4096 :])
    space.remove("entries/place/p100.json")
    status = guide.run("status", "--json")
    assert [listed["item"] for listed in status.json["status"]["removed"]] == ["entry:p100"]
    assert guide.run("sync").code == 0
    assert not (guide.root / "content/entries/place/p100.json").exists()
    fresh = Guide(guide.root.parent / "fresh", guide.call)
    fresh.root.mkdir()
    shutil.copy(guide.root / "site.yaml", fresh.root)
    assert fresh.run("sync").code == 0
    assert guide.files("content") == fresh.files("content")


def test_twins_follow_the_model_after_a_checkout_from_before_it_changed(guide: Guide, space: SpaceFiles) -> None:
    guide.build()
    older = guide.files("content", ".syncstate")
    reordered = content_type("place", *reversed(PLACE["fields"]))
    space.put_model(reordered, CATEGORY, locales=[locale("en-US", default=True), locale("de-DE", "en-US")])
    guide.build()
    newer = guide.files("content", ".syncstate")
    for path, data in older.items():
        (guide.root / path).write_bytes(data)
    guide.build()
    assert guide.files("content", ".syncstate") == newer


def test_changed_model_of_a_space_without_items_is_written_once(guide: Guide, space: SpaceFiles) -> None:
    guide.build()
    for file in (*space.root.rglob("entries/*/*.json"), *space.root.glob("assets/*.json")):
        file.unlink()
    guide.build("--allow-empty")
    space.put_model(PLACE, CATEGORY, locales=[locale("en-US", default=True)])
    guide.build()
    before = guide.mtimes()
    guide.build()
    assert guide.mtimes() == before


def test_alias_moved_during_a_sync_is_noticed_by_the_next(remote: Callable[[str], Guide]) -> None:
    def script(request: Request) -> Reply:
        environment = {"cf-environment-uuid": "new" if stub.requests_for("sync") else "old"}
        if request.last == "sync":
            found = page(entry("place", "a", title="A"), token="s")
        else:
            found = listing(*([locale("en-US", default=True)] if request.last == "locales" else []))
        return replace(found, headers=environment)

    with serve(script) as stub:
        guide = remote(stub.url)
        outcomes = [guide.run("sync") for _ in range(3)]
    assert [outcome.code for outcome in outcomes] == [0, 0, 0]
    noted = ["the environment has changed since last time" in outcome.out for outcome in outcomes]
    assert noted == [False, True, False]


def test_missing_mirror_is_synced_again_and_no_page_is_lost(guide: Guide) -> None:
    guide.build()
    before = guide.files("content", "site")
    shutil.rmtree(guide.root / "content")
    assert guide.run("status", "--json").json["status"]["full"] is True
    report = guide.build()
    assert report["sync"]["full"] is True
    assert guide.files("content", "site") == before
