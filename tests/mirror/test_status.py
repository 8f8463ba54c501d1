"""What the next sync would change and what has been edited: listed, without writing anything."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from exporter.core.encoding import canonical
from tests.conftest import CATEGORY, PICTURE, PLACE, Guide, SpaceFiles, asset, entry, link, locale
from tests.support.stub import Reply, Request, error, listing, page, serve

if TYPE_CHECKING:
    from pathlib import Path

NOTHING: dict[str, Any] = {
    "full": False,
    "requests": 4,
    "sync_requests": 1,
    "new": [],
    "changed": [],
    "removed": [],
    "files": [],
    "model": [],
}
NO_DRIFT: dict[str, Any] = {"changed": [], "missing": [], "foreign": [], "files_missing": [], "sum_differs": False}
ALL = [
    {"item": "asset:pic", "title": "pic"},
    {"item": "entry:castle", "title": "The castle"},
    {"item": "entry:mill", "title": "The mill"},
    {"item": "entry:sights", "title": "Sights"},
]
FILE = "content/files/pic/castle.svg"
MODEL = [f"content/model/{name}.json" for name in ("content_types/category", "content_types/place", "locales", "tags")]


def edit(space: SpaceFiles) -> None:
    """Change the castle, remove the mill, add a tower with a picture."""
    path = "entries/place/castle.json"
    raw = json.loads((space.root / path).read_bytes())
    raw["fields"]["summary"]["en-US"] = "On a windy hill."
    space.put(raw)
    space.remove("entries/place/mill.json")
    space.put(entry("place", "tower", title={"de-DE": "Der Turm"}, slug="tower", picture=link("Asset", "view")))
    space.put(asset("view", "view.svg", len(PICTURE)), file=PICTURE)


EDITED = {
    "new": [{"item": "asset:view", "title": "view"}, {"item": "entry:tower", "title": "Der Turm"}],
    "changed": [{"item": "entry:castle", "title": "The castle"}],
    "removed": [{"item": "entry:mill", "title": "The mill"}],
    "files": ["content/files/view/view.svg"],
}


def look(guide: Guide, *arguments: str) -> dict[str, Any]:
    """Run a command that must write nothing; return its report."""
    before, state = guide.mtimes(), guide.files()
    outcome = guide.run(*(arguments or ("status",)), "--json")
    assert (guide.mtimes(), guide.files()) == (before, state)
    report = outcome.json
    assert (report["exit"], report["ok"], outcome.err) == (outcome.code, outcome.code == 0, "")
    return report


def drift(guide: Guide) -> dict[str, Any]:
    """Return the edited files that `status` reports; it must exit with 1."""
    report = look(guide)
    assert report["exit"] == 1
    return {name: value for name, value in report["status"]["drift"].items() if value}


def test_nothing_new_ends_with_0(guide: Guide) -> None:
    guide.build()
    expected = {"command": "status", "ok": True, "exit": 0, "status": NOTHING | {"drift": NO_DRIFT}, "problems": []}
    assert look(guide) == expected


def test_before_the_first_sync_everything_is_new_and_nothing_is_written(guide: Guide) -> None:
    report = look(guide)
    expected = NOTHING | {"full": True, "new": ALL, "files": [FILE], "model": MODEL, "drift": NO_DRIFT}
    assert (report["exit"], report["status"]) == (1, expected)
    assert [path.name for path in guide.root.iterdir()] == ["site.yaml"]


@pytest.mark.parametrize("gone", ["nothing", ".export", ".export/space.db", ".export/mirror.db"])
def test_delta_is_listed_by_item_and_title(guide: Guide, space: SpaceFiles, gone: str) -> None:
    guide.build()
    edit(space)
    look(guide, "sync", "--dry-run")
    path = guide.root / gone
    shutil.rmtree(path, ignore_errors=True)
    path.unlink(missing_ok=True)
    report = look(guide)
    full = gone in (".export", ".export/space.db")
    assert (report["exit"], report["status"]) == (
        1,
        NOTHING
        | EDITED
        | {"full": full, "requests": 5 if full else 4, "sync_requests": 2 if full else 1}
        | {"drift": NO_DRIFT},
    )


@pytest.mark.parametrize("command", ["sync", "build"])
@pytest.mark.parametrize("full", [[], ["--full"]])
def test_dry_run_lists_the_same_and_ends_with_0(guide: Guide, space: SpaceFiles, command: str, full: list[str]) -> None:
    guide.build()
    edit(space)
    report = look(guide, command, "--dry-run", *full)
    expected = NOTHING | EDITED | {"full": bool(full)}
    assert report == {"command": command, "ok": True, "exit": 0, "status": expected, "problems": []}
    guide.build(*full)
    assert look(guide)["status"] == NOTHING | {"drift": NO_DRIFT}


def test_listed_files_and_items_are_those_that_the_sync_then_changes(guide: Guide, space: SpaceFiles) -> None:
    guide.build()
    edit(space)
    space.put(asset("pic", "castle.svg", len(PICTURE), 2), file=PICTURE)
    listed = look(guide, "sync", "--dry-run")["status"]
    done = guide.build()["sync"]
    assert listed["files"] == [FILE, "content/files/view/view.svg"]
    assert (done["upserted"], done["deleted"], done["assets_downloaded"]) == (
        len(listed["new"] + listed["changed"]),
        len(listed["removed"]),
        len(listed["files"]),
    )


def test_changed_model_is_listed(guide: Guide, space: SpaceFiles) -> None:
    guide.build()
    space.put_model(PLACE, CATEGORY | {"name": "Sort"}, locales=[locale("en-US", default=True), locale("de-DE")])
    report = look(guide)
    assert (report["exit"], report["status"]["model"]) == (1, [MODEL[0], MODEL[2]])


def test_files_that_differ_from_what_was_synced_are_listed_by_kind(guide: Guide) -> None:
    guide.build()
    content = guide.root / "content"
    (content / "entries/place/mill.json").write_bytes(b"{}")
    (content / "entries/category/sights.json").unlink()
    (content / "entries/place/castle.ar.md").write_text("mine", "utf-8")
    (content / "entries/place/castle.de-DE.md").unlink()
    (content / "entries/place/notes.md").write_text("mine", "utf-8")
    (content / "entries/place/copy.json").write_bytes((content / "entries/place/castle.json").read_bytes())
    (content / "entries/place/.gitkeep").touch()
    (guide.root / FILE).unlink()
    place = "content/entries/place"
    assert drift(guide) == {
        "changed": [f"{place}/castle.ar.md", f"{place}/mill.json"],
        "missing": [f"{place}/castle.de-DE.md", "content/entries/category/sights.json"],
        "foreign": [f"{place}/copy.json", f"{place}/notes.md"],
        "files_missing": [FILE],
    }
    guide.run("sync", "--full")
    assert drift(guide) == {"foreign": [f"{place}/copy.json", f"{place}/notes.md"]}


def test_file_of_another_size_counts_as_edited(guide: Guide) -> None:
    guide.build()
    (guide.root / FILE).write_bytes(b"<svg/>")
    assert drift(guide) == {"changed": [FILE]}


def test_fresh_clone_has_nothing_to_sync(guide: Guide) -> None:
    guide.build()
    for name in (".export", "site"):
        shutil.rmtree(guide.root / name)
    assert (look(guide)["status"], (guide.root / ".export").exists()) == (NOTHING | {"drift": NO_DRIFT}, False)


def test_edit_in_a_fresh_clone_is_known_by_the_digest_and_listed_as_a_full_sync(guide: Guide) -> None:
    guide.build()
    shutil.rmtree(guide.root / ".export")
    path = guide.root / "content/entries/place/mill.json"
    raw = json.loads(path.read_bytes())
    raw["fields"]["title"]["en-US"] = "My mill"
    path.write_bytes(canonical(raw))
    report = look(guide)["status"]
    assert (report["full"], report["changed"]) == (True, [{"item": "entry:mill", "title": "The mill"}])
    assert report["drift"]["sum_differs"] is True


def test_changed_source_is_listed_as_a_full_sync(guide: Guide, space: SpaceFiles) -> None:
    guide.build()
    shutil.copytree(space.root, space.root.parent / "other")
    (space.root.parent / "other/entries/place/mill.json").unlink()
    (guide.root / "site.yaml").write_text("title: T\nsource: {local: ../other}\n", "utf-8")
    report = look(guide)["status"]
    assert (report["full"], report["removed"], report["new"], report["changed"]) == (True, EDITED["removed"], [], [])
    assert "the source has changed since last time" in guide.run("status").out


def test_status_takes_no_lock(guide: Guide) -> None:
    from exporter.core.files import exclusive_lock

    guide.build()
    with exclusive_lock(guide.root / ".export/lock"):
        assert look(guide)["exit"] == 0


def test_output_for_people_is_lines_of_text(guide: Guide, space: SpaceFiles) -> None:
    guide.build()
    edit(space)
    (guide.root / "content/mine.txt").touch()
    assert guide.run("status").out.splitlines() == [
        "the next sync is a delta: 2 new, 1 changed, 1 removed (1 sync request of 4 requests)",
        "  new: asset:view view",
        "  new: entry:tower Der Turm",
        "  changed: entry:castle The castle",
        "  removed: entry:mill The mill",
        "  fetch: content/files/view/view.svg",
        "content/ differs from what was last synced: 1 foreign",
        "  foreign: content/mine.txt",
    ]
    assert guide.run("-q", "status").out == ""


def test_broken_caches_count_as_missing_and_stay_as_they_are(guide: Guide, tmp_path: Path) -> None:
    guide.build()
    for name in ("mirror.db", "space.db"):
        (guide.root / ".export" / name).write_bytes(b"no database")
    assert look(guide)["status"] == NOTHING | {"drift": NO_DRIFT}
    assert (tmp_path / "guide/.export/space.db").read_bytes() == b"no database"


def test_rejected_token_and_empty_space_are_reported_without_any_token(
    guide: Guide, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONTENTFUL_ACCESS_TOKEN", "CFPAT-secret-access")
    old = entry("place", "old", title="Old")
    pages = {"first": page(old, token="secret-sync"), "later": page(token="secret-later")}

    def script(request: Request) -> Reply:
        if request.last != "sync":
            return listing(*([locale("en-US", default=True)] if request.last == "locales" else []))
        if "sync_token" in request.query:
            return error(400, "BadRequest", "unknown token secret-sync")
        return pages.pop("first", pages["later"])

    with serve(script) as stub:
        (guide.root / "site.yaml").write_text(f"title: T\nsource: {{space: s, url: '{stub.url}'}}\n", "utf-8")
        assert guide.run("sync").code == 0
        report = look(guide)["status"]
        outcome = guide.run("status", "-v")
    assert (report["full"], report["sync_requests"], report["new"], report["changed"]) == (True, 2, [], [])
    assert report["removed"] == [{"item": "entry:old", "title": "Old"}]
    assert "no longer knows the sync token" in outcome.out
    assert "the space came back empty" in outcome.out
    assert "secret" not in outcome.out + outcome.err


def test_newest_revision_of_an_item_is_the_listed_one(guide: Guide, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONTENTFUL_ACCESS_TOKEN", "t")
    gone = {"sys": {"type": "DeletedEntry", "id": "b", "revision": 9, "deletedAt": "2026-02-01T00:00:00.000Z"}}
    news = [
        page(entry("place", "a", 3, title="three"), gone, token="p", last=False),
        page(entry("place", "a", 2, title="two"), entry("place", "b", title="B"), token="s"),
    ]

    def script(request: Request) -> Reply:
        if request.last == "sync":
            return news.pop(0)
        types = {"locales": [locale("en-US", default=True)], "content_types": [PLACE]}
        return listing(*types.get(request.last, []))

    with serve(script) as stub:
        (guide.root / "site.yaml").write_text(f"title: T\nsource: {{space: s, url: '{stub.url}'}}\n", "utf-8")
        report = look(guide)["status"]
    assert (report["new"], report["sync_requests"]) == ([{"item": "entry:a", "title": "three"}], 2)
