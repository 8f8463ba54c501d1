"""The sync: what a delta costs and what it leaves, on disk and on the network."""

from __future__ import annotations

import json
import shutil
import time
from typing import TYPE_CHECKING, Any

import pytest

from exporter.core.naming import file_name
from tests.conftest import CATEGORY, PICTURE, PLACE, Guide, SpaceFiles, asset, content_type, entry, link, locale

if TYPE_CHECKING:
    from pathlib import Path


def changed(before: dict[str, bytes], after: dict[str, bytes]) -> set[str]:
    return {path for path in {*before, *after} if before.get(path) != after.get(path)}


def castle(space: SpaceFiles) -> dict[str, Any]:
    raw: dict[str, Any] = json.loads((space.root / "entries/place/castle.json").read_bytes())
    return raw


def test_first_run_writes_items_twins_model_and_files(guide: Guide) -> None:
    report = guide.build()["sync"]
    assert (report["full"], report["sync_requests"], report["upserted"], report["assets_downloaded"]) == (True, 1, 4, 1)
    assert sorted(guide.files("content")) == [
        "content/assets/pic.json",
        "content/entries/category/sights.de-DE.md",
        "content/entries/category/sights.en-US.md",
        "content/entries/category/sights.json",
        "content/entries/place/castle.ar.md",
        "content/entries/place/castle.de-DE.md",
        "content/entries/place/castle.en-US.md",
        "content/entries/place/castle.json",
        "content/entries/place/mill.en-US.md",
        "content/entries/place/mill.json",
        "content/files/pic/castle.svg",
        "content/model/content_types/category.json",
        "content/model/content_types/place.json",
        "content/model/locales.json",
        "content/model/tags.json",
    ]
    state = json.loads((guide.root / ".syncstate").read_text("utf-8"))
    assert sorted(state) == sorted(
        ("environment_uuid", "fingerprints", "format", "mirror", "pending", "source", "token")
    )
    assert state["source"] == {
        "url": f"local:{guide.root.parent / 'space'}",
        "space": "small",
        "environment": "master",
        "filter": None,
    }


def test_second_run_sends_one_request_and_writes_nothing(guide: Guide) -> None:
    guide.build()
    before = guide.mtimes()
    report = guide.build()
    assert report["sync"] | {"bytes": 0, "seconds": 0} == {
        "full": False,
        "requests": 4,
        "sync_requests": 1,
        "bytes": 0,
        "upserted": 0,
        "deleted": 0,
        "unchanged": 0,
        "assets_downloaded": 0,
        "assets_failed": 0,
        "token_moved": False,
        "seconds": 0,
    }
    assert (report["render"]["written"], report["render"]["removed"]) == (0, 0)
    after = guide.mtimes()
    looked_again = {
        ".export",
        ".export/guide.db",
    }  # files written just before are not yet known by their mtime
    assert {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)} <= looked_again
    time.sleep(0.1)
    guide.build()
    before = guide.mtimes()
    guide.build()
    assert guide.mtimes() == before


def test_edited_entry_changes_only_its_own_files(guide: Guide, space: SpaceFiles) -> None:
    guide.build()
    before = guide.files()
    raw = castle(space)
    raw["fields"]["summary"]["en-US"] = "On a windy hill."
    space.put(raw)
    report = guide.build()
    assert (report["sync"]["upserted"], report["sync"]["sync_requests"], report["sync"]["token_moved"]) == (1, 1, True)
    assert {path for path in changed(before, guide.files()) if not path.startswith("site/")} == {
        ".syncstate",
        "content/entries/place/castle.json",
        "content/entries/place/castle.en-US.md",
    }
    assert "On a windy hill." in guide.page("/place/castle/")


def test_deleted_entry_takes_its_files_page_and_list_rows_away(guide: Guide, space: SpaceFiles) -> None:
    space.put(entry("place", "tower", title="The tower", slug="tower"))
    guide.build()
    assert "castle" in guide.page("/place/")
    space.remove("entries/place/castle.json")
    space.remove("assets/pic.json")
    report = guide.build()
    assert report["sync"]["deleted"] == 2
    named = [path for path in guide.files() if "castle" in path or "pic" in path]
    assert [path for path in named if not path.endswith("/pictures.css")] == []
    assert not (guide.root / "content/files").exists()
    assert "castle" not in guide.page("/place/")
    assert "castle" not in guide.page("/category/sights/")


def test_deleted_type_takes_its_empty_folder_away(guide: Guide, space: SpaceFiles) -> None:
    guide.build()
    space.remove("entries/category/sights.json")
    guide.build()
    assert not (guide.root / "content/entries/category").exists()


def test_cleared_field_is_removed_and_not_merged(guide: Guide, space: SpaceFiles) -> None:
    guide.build()
    raw = castle(space)
    del raw["fields"]["summary"], raw["fields"]["title"]["ar"]
    space.put(raw)
    guide.build()
    assert json.loads(guide.files("content")["content/entries/place/castle.json"])["fields"].keys() == {
        *("title", "slug", "body", "category", "picture")
    }
    assert "content/entries/place/castle.ar.md" not in guide.files("content")


def test_fresh_clone_finds_an_empty_delta(guide: Guide, tmp_path: Path) -> None:
    guide.build()
    clone = Guide(tmp_path / "clone", guide.call)
    clone.root.mkdir()
    for path, data in (guide.files("content", ".syncstate", "site.yaml")).items():
        (clone.root / path).parent.mkdir(parents=True, exist_ok=True)
        (clone.root / path).write_bytes(data)
    report = clone.build()["sync"]
    assert (report["full"], report["upserted"], report["deleted"], report["assets_downloaded"]) == (False, 0, 0, 0)
    assert clone.files("content", ".syncstate") == guide.files("content", ".syncstate")


def test_clone_of_an_older_state_syncs_fully_and_counts_the_differences(guide: Guide, space: SpaceFiles) -> None:
    guide.build()
    shutil.rmtree(guide.root / ".export")
    space.put(entry("place", "mill", 2, title="The windmill", slug="mill", category=link("Entry", "sights")))
    report = guide.build()["sync"]
    assert (report["full"], report["upserted"], report["unchanged"]) == (True, 1, 3)


def test_changed_file_of_an_asset_replaces_the_old_one(guide: Guide, space: SpaceFiles) -> None:
    guide.build()
    space.remove("files/pic/castle.svg")
    space.put(asset("pic", "fort.svg", len(PICTURE) + 1, revision=2), file=PICTURE + b"\n")
    report = guide.build()["sync"]
    assert (report["upserted"], report["assets_downloaded"]) == (1, 1)
    assert {path: data for path, data in guide.files("content").items() if "/files/" in path} == {
        "content/files/pic/fort.svg": PICTURE + b"\n"
    }


def test_changed_title_of_an_asset_downloads_no_file(guide: Guide, space: SpaceFiles) -> None:
    guide.build()
    raw = asset("pic", "castle.svg", len(PICTURE))
    raw["fields"]["title"]["en-US"] = "The castle at noon"
    space.put(raw)
    report = guide.build()["sync"]
    assert (report["upserted"], report["assets_downloaded"]) == (1, 0)


def test_file_that_fails_to_download_is_named_and_requested_again(guide: Guide, space: SpaceFiles) -> None:
    (space.root / "files/pic/castle.svg").unlink()
    outcome = guide.run("build", "--json")
    assert (outcome.code, outcome.json["ok"], outcome.json["exit"]) == (3, False, 3)
    assert outcome.json["sync"]["assets_failed"] == 1
    assert [problem["item"] for problem in outcome.json["problems"] if problem["severity"] == "error"] == ["asset:pic"]
    assert "The castle" in guide.page("/place/castle/")
    assert json.loads((guide.root / ".syncstate").read_text("utf-8"))["pending"] == ["pic"]
    space.write("files/pic/castle.svg", PICTURE)
    report = guide.build()["sync"]
    assert (report["assets_downloaded"], report["assets_failed"]) == (1, 0)
    assert json.loads((guide.root / ".syncstate").read_text("utf-8"))["pending"] == []


def test_linked_assets_leave_their_files_at_the_source(guide: Guide) -> None:
    with (guide.root / "site.yaml").open("a", encoding="utf-8") as file:
        file.write("content: {assets: link}\n")
    assert guide.build()["sync"]["assets_downloaded"] == 0
    assert not (guide.root / "content/files").exists()
    assert "<img" not in guide.page("/place/castle/")
    assert 'href="https://images.ctfassets.net/small/pic/' in guide.page("/place/castle/")


def test_files_are_removed_when_they_are_to_be_linked_and_come_back(guide: Guide) -> None:
    guide.build()
    before = guide.files()
    config = (guide.root / "site.yaml").read_text("utf-8")
    (guide.root / "site.yaml").write_text(f"{config}content: {{assets: link}}\n", "utf-8")
    guide.build()
    assert not (guide.root / "content/files").exists()
    assert not (guide.root / "site/files").exists()
    (guide.root / "site.yaml").write_text(config, "utf-8")
    assert guide.build()["sync"]["assets_downloaded"] == 1
    assert guide.files() == before


def test_verbose_run_names_what_changed(guide: Guide, space: SpaceFiles) -> None:
    guide.build()
    space.remove("entries/place/mill.json")
    raw = castle(space)
    raw["fields"]["summary"]["ar"] = "جديد"
    space.put(raw)
    lines = guide.run("build", "-v").out.splitlines()
    assert {"new or changed: entry:castle", "removed: entry:mill", "written: ar/place/castle/index.html"} <= set(lines)


def test_disabled_format_takes_its_twins_away_and_they_come_back(guide: Guide) -> None:
    guide.build()
    before = guide.files("content")
    config = (guide.root / "site.yaml").read_text("utf-8")
    (guide.root / "site.yaml").write_text(f"{config}content: {{formats: [json]}}\n", "utf-8")
    guide.build()
    assert [path for path in guide.files("content") if path.endswith(".md")] == []
    (guide.root / "site.yaml").write_text(config, "utf-8")
    guide.build()
    assert guide.files("content") == before


def test_changed_model_rewrites_model_and_twins(guide: Guide, space: SpaceFiles) -> None:
    guide.build()
    raw = castle(space)
    reordered = content_type("place", *reversed(PLACE["fields"]))
    space.put_model(reordered, CATEGORY, locales=[locale("en-US", default=True), locale("de-DE", "en-US")])
    printed = guide.run("build").out
    assert "the content model has changed" in printed
    assert "the locales have changed" in printed
    twin = (guide.root / "content/entries/place/castle.en-US.md").read_text("utf-8")
    assert twin.index("picture:") < twin.index("title:")
    assert json.loads((guide.root / "content/model/locales.json").read_bytes()).keys() == {"en-US", "de-DE"}
    assert not (guide.root / "site/ar").exists()
    assert json.loads((guide.root / "content/entries/place/castle.json").read_bytes()) == raw


def test_changed_slug_is_kept_as_an_earlier_address(guide: Guide, space: SpaceFiles) -> None:
    guide.build()
    raw = castle(space)
    raw["fields"]["slug"]["en-US"] = "citadel"
    space.put(raw)
    guide.build()
    moved = guide.root / "content/moved.json"
    assert json.loads(moved.read_bytes()) == {"entry:castle": {"slug": {"en-US": ["castle"]}}}
    raw["fields"]["slug"]["en-US"] = "castle"
    space.put(raw)
    guide.build()
    assert json.loads(moved.read_bytes()) == {"entry:castle": {"slug": {"en-US": ["citadel"]}}}
    space.remove("entries/place/castle.json")
    guide.build()
    assert not moved.exists()
    space.put(raw)
    guide.build()
    assert json.loads(moved.read_bytes()) == {"entry:castle": {"slug": {"en-US": ["citadel"]}}}


def test_ids_that_differ_by_case_have_files_of_their_own(guide: Guide, space: SpaceFiles) -> None:
    own = [file_name(identifier, clash=True) for identifier in ("Mill", "mill")]
    space.put(entry("place", "Mill", title="Another", slug="other"))
    (space.root / "entries/place/Mill.json").rename(space.root / f"entries/place/{own[0]}.json")

    def names() -> list[str]:
        return sorted(path.stem for path in (guide.root / "content/entries/place").glob("*.json"))

    guide.build()
    assert names() == sorted([*own, "castle"])
    space.remove(f"entries/place/{own[0]}.json")
    guide.build()
    assert names() == ["castle", "mill"]


def test_another_source_is_synced_fully_and_replaces_the_old_items(guide: Guide, tmp_path: Path) -> None:
    guide.build()
    other = SpaceFiles(tmp_path / "other")
    other.put_model(PLACE, locales=[locale("en-US", default=True)])
    other.put(entry("place", "tower", title="The tower", slug="tower"))
    (guide.root / "site.yaml").write_text(f"title: T\nsource: {{local: {other.root}}}\n", "utf-8")
    report = guide.build()["sync"]
    assert (report["full"], report["upserted"], report["deleted"]) == (True, 1, 4)
    assert [path for path in guide.files("content") if path.startswith("content/entries/")] == [
        "content/entries/place/tower.en-US.md",
        "content/entries/place/tower.json",
    ]


def test_only_some_content_types_are_mirrored_by_one_full_sync(guide: Guide, space: SpaceFiles) -> None:
    guide.build()
    config = (guide.root / "site.yaml").read_text("utf-8")
    (guide.root / "site.yaml").write_text(config.replace("source: {", "source: {only: [place], "), "utf-8")
    report = guide.build()["sync"]
    assert (report["full"], report["deleted"], report["unchanged"]) == (True, 1, 3)
    assert not (guide.root / "content/entries/category").exists()
    space.put(entry("category", "food", title="Food", slug="food"))
    space.put(entry("place", "tower", 4, title="The tower", slug="tower"))
    report = guide.build()["sync"]
    assert (report["full"], report["upserted"], report["token_moved"]) == (False, 1, True)
    space.remove("entries/category/food.json")
    space.remove("entries/place/tower.json")
    report = guide.build()["sync"]
    assert (report["full"], report["upserted"], report["deleted"]) == (False, 0, 1)
    (guide.root / "site.yaml").write_text(config.replace("source: {", "source: {only: [plaice], "), "utf-8")
    outcome = guide.run("sync")
    assert (outcome.code, "source.only: the space has no plaice: did you mean place?" in outcome.err) == (2, True)


def test_space_that_came_back_empty_stops_the_sync(guide: Guide, space: SpaceFiles) -> None:
    guide.build()
    before = guide.files()
    for file in (*space.root.rglob("entries/*/*.json"), *space.root.glob("assets/*.json")):
        file.unlink()
    outcome = guide.run("sync", "--full", "--json")
    assert (outcome.code, outcome.json["error"]["code"]) == (4, "space-empty")
    assert guide.files() == before
    assert guide.run("sync", "--full", "--allow-empty").code == 0
    assert [path for path in guide.files("content") if "/model/" not in path] == []


def test_file_edited_by_hand_is_repaired_after_a_fresh_clone_and_by_a_full_sync(guide: Guide) -> None:
    guide.build()
    before = guide.files("content", ".syncstate")
    castle = guide.root / "content/entries/place/castle.json"
    castle.write_bytes(b"{}")
    (guide.root / ".export/mirror.db").unlink()
    outcome = guide.run("sync")
    assert "content/ differs from what was last synced" in outcome.out
    assert guide.files("content", ".syncstate") == before
    castle.unlink()
    assert guide.run("sync", "--full").code == 0
    assert guide.files("content", ".syncstate") == before


def test_foreign_files_under_content_stay(guide: Guide) -> None:
    guide.build()
    notes = guide.root / "content/entries/place/notes.md"
    notes.write_text("Mine.\n", "utf-8")
    assert guide.run("sync", "--full").code == 0
    assert notes.read_text("utf-8") == "Mine.\n"


@pytest.mark.parametrize("gone", [".export", ".export/mirror.db", ".export/space.db", ".export/staging"])
def test_cache_can_be_deleted_at_any_moment(guide: Guide, gone: str) -> None:
    guide.build()
    before = guide.files()
    path = guide.root / gone
    shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    guide.build()
    assert guide.files() == before
