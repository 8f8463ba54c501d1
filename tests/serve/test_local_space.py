"""The files of a local space: an edit costs a look at what was edited, and a replaced file of an asset is one, too."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from exporter.serve.inbox import Inbox
from exporter.space import places
from exporter.space.edits import Edited, find_edited
from exporter.space.export import ExportFile
from exporter.space.folder import SpaceFolder
from tests.conftest import PICTURE, PLACE, asset, entry, link, locale
from tests.serve.conftest import serving, until

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import pytest

    from tests.conftest import Guide, SpaceFiles
    from tests.serve.conftest import Serving

CASTLE, MILL = "place/castle/index.html", "place/mill/index.html"
BLUE = PICTURE.replace(b"<path", b'<path fill="blue"')


def picture(served: Serving) -> str:
    return served.ask("/files/pic/castle.svg").text


def looks_at(monkeypatch: pytest.MonkeyPatch) -> list[list[str] | None]:
    """Return the paths of a space's folder that are looked at from now on, None for all, look by look."""
    looks: list[list[str] | None] = []
    signatures = SpaceFolder.signatures

    def noting(self: SpaceFolder, paths: Iterable[str] | None = None) -> Any:
        looks.append(sorted(paths) if paths is not None else None)
        return signatures(self, paths)

    monkeypatch.setattr(SpaceFolder, "signatures", noting)
    return looks


def test_edit_of_an_entry_is_a_look_at_its_file_alone(
    served: Serving, space: SpaceFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = looks_at(monkeypatch)
    space.put(entry("place", "mill", 2, title="The old mill", slug="mill"))
    until(lambda: "The old mill" in served.ask("/place/mill/").text)
    assert all(paths == ["entries/place/mill.json"] for paths in looks)
    assert looks
    space.remove("entries/place/mill.json")
    until(lambda: served.ask("/place/mill/").status == 404)
    assert None not in looks


def test_folder_that_goes_is_a_look_at_all_files(served: Serving, space: SpaceFiles) -> None:
    (space.root / "entries/place").rename(space.root / "aside")
    until(lambda: served.ask("/place/mill/").status == 404)
    (space.root / "aside").rename(space.root / "entries/place")
    until(lambda: served.ask("/place/mill/").status == 200)


def test_edit_that_could_not_be_synced_is_looked_at_with_the_next_one(
    served: Serving, space: SpaceFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("exporter.serve.dev_server._LOCAL_DEADLINE", 0.1)
    model = space.root / "model/locales.json"
    good = model.read_bytes()
    model.write_bytes(b"{")
    space.put(entry("place", "mill", 2, title="The old mill", slug="mill"))
    until(lambda: served.lines.wrong, "the failure")
    model.write_bytes(good)
    space.put(entry("place", "castle", 2, title="The old castle", slug="castle"))
    until(lambda: "The old castle" in served.ask("/place/castle/").text)
    until(lambda: "The old mill" in served.ask("/place/mill/").text)


def test_replaced_file_of_an_asset_is_swapped_though_its_item_stays(served: Serving, space: SpaceFiles) -> None:
    assert "fill" not in picture(served)
    with served.events(CASTLE) as events:
        space.write("files/pic/castle.svg", BLUE)
        until(lambda: "files/pic/castle.svg" in events.changed, "the picture")
        assert 'fill="blue"' in picture(served)
        same_size = BLUE.replace(b"blue", b"cyan")
        space.write("files/pic/castle.svg", same_size)
        until(lambda: 'fill="cyan"' in picture(served))
        assert CASTLE not in events.changed
    assert (served.guide.root / "content/files/pic/castle.svg").read_bytes() == same_size


def export_guide(guide: Guide, title: str = "The castle") -> Path:
    """Make the local space of a guide the file of an export, with its asset's file beside it."""
    file = guide.root / "export.json"
    items = [
        entry("place", "castle", title=title, slug="castle", picture=link("Asset", "pic")),
        asset("pic", "castle.svg", len(PICTURE)),
    ]
    beside = guide.root / f"images.ctfassets.net/small/pic/{1:032x}/castle.svg"
    beside.parent.mkdir(parents=True, exist_ok=True)
    beside.write_bytes(PICTURE)
    types = [{**PLACE, "sys": {**PLACE["sys"], "publishedVersion": 1}}]
    parts = {
        "contentTypes": types,
        "entries": items[:1],
        "assets": items[1:],
        "locales": [locale("en-US", default=True)],
    }
    file.with_suffix(".new").write_text(json.dumps(parts), "utf-8")
    file.with_suffix(".new").replace(file)
    (guide.root / "site.yaml").write_text("title: T\noffline: false\nsource: {local: export.json}\n", "utf-8")
    return beside


def test_export_and_the_files_beside_it_are_followed(guide: Guide) -> None:
    beside = export_guide(guide)
    with serving(guide) as served:
        assert "fill" not in picture(served)
        beside.write_bytes(BLUE)
        until(lambda: 'fill="blue"' in picture(served))
        export_guide(guide, "The old castle")
        until(lambda: "The old castle" in served.ask("/place/castle/").text)


def test_server_without_an_edit_reads_no_export(guide: Guide, monkeypatch: pytest.MonkeyPatch) -> None:
    export_guide(guide)
    read: list[Path] = []

    def opening(root: Path) -> ExportFile:
        read.append(root)
        return ExportFile(root)

    monkeypatch.setattr(places, "ExportFile", opening)
    with serving(guide) as served:
        taken: list[float] = []
        take = served.server._inbox.take

        def noting(_: Inbox, seconds: float) -> Any:
            taken.append(seconds)
            return take(seconds)

        monkeypatch.setattr(Inbox, "take", noting)
        until(lambda: len(taken) == 4, "some looks at nothing")
        assert len(read) == 1


def test_space_that_comes_later_is_watched(guide: Guide, space: SpaceFiles) -> None:
    away = space.root.with_name("away")
    with serving(guide) as served:
        space.root.rename(away)
        until(lambda: served.lines.wrong, "the failure")
        castle = entry("place", "castle", 2, title="Back again", slug="castle")
        (away / "entries/place/castle.json").write_text(json.dumps(castle), "utf-8")
        away.rename(space.root)
        until(lambda: "Back again" in served.ask("/place/castle/").text)
        space.put(entry("place", "castle", 3, title="And edited", slug="castle"))
        until(lambda: "And edited" in served.ask("/place/castle/").text)


def test_what_edits_concern(space: SpaceFiles, tmp_path: Path) -> None:
    root = space.root

    def found(*paths: str) -> Edited:
        return find_edited(root, [root / path for path in paths])

    assert found("entries/place/mill.json") == Edited(frozenset({"entries/place/mill.json"}))
    assert found("assets/pic.json", "files/pic/castle.svg") == Edited(
        frozenset({"assets/pic.json"}), frozenset({"pic"})
    )
    assert found("files/pic/de-DE/castle.svg") == found("files/pic") == Edited(assets=frozenset({"pic"}))
    assert found("files/nothing/castle.svg") == found("model/locales.json") == Edited()
    for whole in ("entries/place", "", "entries/place/mill.json.tmp"):
        assert found(whole, "entries/place/mill.json").items is None
    export = tmp_path / "export.json"
    export.write_text("{}", "utf-8")
    beside = tmp_path / "images.ctfassets.net/small/pic%20one/abc/castle.svg"
    beside.parent.mkdir(parents=True)
    assert find_edited(export, [beside]) == Edited(assets=frozenset({"pic one"}))
    assert find_edited(export, [export]) == Edited(None)
    assert find_edited(export, [tmp_path / "other/x/y"]) == Edited()
