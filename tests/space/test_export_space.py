"""The file that `contentful space export` writes, served as the Delivery API serves the exported space."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from exporter.core.errors import ConfigError
from exporter.space.changelog import ChangeLog
from exporter.space.export import ExportFile
from exporter.space.http.answers import Space
from exporter.space.places import open_folder
from tests.conftest import NO_RECORDINGS, PICTURE, RECORDINGS, Guide, Outcome, asset, content_type, entry, link, locale

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

USER = link("User", "somebody")
PUBLISHED = "2026-01-05T08:00:00.000Z"
EXPORTS = {"gallery": (9, 8), "product-catalogue": (9, 11), "the-example-app": (37, 9)}
"""Entries and assets that are published."""


def managed(raw: dict[str, Any], counter: int = 1, **sys: Any) -> dict[str, Any]:
    """Return the Management API's form of a delivered item or content type, published `counter` times."""
    kept = {name: value for name, value in raw["sys"].items() if name not in ("revision", "publishedVersion")}
    times = {"firstPublishedAt": "2026-01-02T08:00:00.000Z", "publishedAt": PUBLISHED, "updatedAt": "2026-02-01"}
    counts = {"version": 10, "publishedVersion": 9, "publishedCounter": counter}
    users = dict.fromkeys(("createdBy", "updatedBy", "publishedBy"), USER)
    extras = {"fieldStatus": {"*": {"en-US": "published"}}, "automationTags": [], "urn": "crn:contentful:x"}
    return {**raw, "sys": {**kept, **times, **counts, **users, **extras, **sys}}


def managed_locale(raw: dict[str, Any], *, delivered: bool = True) -> dict[str, Any]:
    sys = {**raw["sys"], "createdBy": USER, "createdAt": "2026-01-01"}
    return {**raw, "contentDeliveryApi": delivered, "contentManagementApi": True, "optional": False, "sys": sys}


def tag(identifier: str, visibility: str = "public") -> dict[str, Any]:
    sys = {"type": "Tag", "id": identifier, "visibility": visibility, "version": 1, "createdAt": "2026-01-01"}
    return {"name": identifier.title(), "sys": {**sys, "createdBy": USER}}


@dataclass(frozen=True)
class Export:
    """The file of an export, for tests to edit."""

    file: Path

    def write(self, *, bom: bool = False, **parts: Any) -> None:
        """Write some parts and leave the others as they are."""
        before = json.loads(self.file.read_text("utf-8-sig")) if self.file.exists() else {}
        text = json.dumps({**before, **parts}, ensure_ascii=False, indent=2)
        self.file.write_text(text, "utf-8-sig" if bom else "utf-8")


NOTE = content_type("note", ("title", "Symbol"), ("secret", "Symbol"))
NOTE["fields"][1] |= {"omitted": True, "validations": [{"unique": True}]}


@pytest.fixture
def export(tmp_path: Path) -> Export:
    """An export of two notes, a picture and items that are not delivered: a draft, an archived note, a draft type."""
    made = Export(tmp_path / "export/export.json")
    made.file.parent.mkdir()
    draft = managed(entry("note", "draft", title="Not yet"))
    archived = managed(entry("note", "archived", title="No more"), archivedVersion=11, archivedAt=PUBLISHED)
    del draft["sys"]["publishedVersion"]
    unpublished_type = managed(content_type("later"))
    del unpublished_type["sys"]["publishedVersion"]
    made.write(
        entries=[
            managed(entry("note", "one", title="One")),
            managed(entry("note", "two", title="Two")),
            draft,
            archived,
        ],
        assets=[managed(asset("pic", "a pic.svg", len(PICTURE)))],
        contentTypes=[managed(NOTE, 4), unpublished_type],
        locales=[managed_locale(locale("de-DE", "en-US")), managed_locale(locale("en-US", default=True))],
        editorInterfaces=[{"sys": {"type": "EditorInterface"}}],
    )
    return made


@pytest.fixture
def over(export: Export, tmp_path: Path) -> Iterator[Space]:
    """The endpoint over the export."""
    source = ExportFile(export.file)
    with closing(ChangeLog(tmp_path / "log.db", source)) as log:
        yield Space(source, log)


def ask(space: Space, what: str) -> Any:
    answer = space.answer(f"/spaces/{space.id}/{what}", "Bearer t", "http://here:1")
    assert answer.status == 200, answer
    return json.loads(answer.body)


def synced(space: Space, query: str = "initial=true") -> tuple[dict[str, Any], str]:
    """Return the items of a sync of one page, by id, and the query of the next sync."""
    body = ask(space, f"sync?{query}")
    return {item["sys"]["id"]: item for item in body["items"]}, body["nextSyncUrl"].partition("?")[2]


def guide_over(root: Path, source: Path, call: Callable[..., Outcome]) -> Guide:
    root.mkdir()
    settings = {"title": "Small", "source": {"local": str(source)}, "content": {"assets": "link"}}
    (root / "site.yaml").write_text(json.dumps(settings), "utf-8")
    return Guide(root, call)


def test_export_in_which_nothing_is_published_is_an_error(guide: Guide) -> None:
    draft = managed(entry("note", "draft", title="Not yet"))
    del draft["sys"]["publishedVersion"]
    file = guide.root / "drafts.json"
    file.write_text(json.dumps({"entries": [draft], "contentTypes": [managed(NOTE, 4)]}), "utf-8")
    (guide.root / "site.yaml").write_text("title: T\nsource: {local: drafts.json}\n", "utf-8")
    outcome = guide.run("build")
    assert outcome.code == 2
    assert "of its 1 entries and 0 assets, none is published" in outcome.err


def test_published_items_are_served_in_delivered_form(over: Space) -> None:
    items, _ = synced(over)
    assert set(items) == {"one", "two", "pic"}
    assert items["one"] == {
        "metadata": {"tags": [], "concepts": []},
        "sys": {
            "type": "Entry",
            "id": "one",
            "space": link("Space", "small"),
            "environment": link("Environment", "master"),
            "contentType": link("ContentType", "note"),
            "createdAt": "2026-01-01T08:00:00.000Z",
            "updatedAt": PUBLISHED,
            "publishedVersion": 9,
            "revision": 1,
        },
        "fields": {"title": {"en-US": "One"}},
    }


def test_content_types_are_served_in_delivered_form(over: Space) -> None:
    [served] = ask(over, "content_types")["items"]
    assert served["sys"] == {
        "type": "ContentType",
        "id": "note",
        "updatedAt": PUBLISHED,
        "publishedVersion": 9,
        "revision": 4,
    }
    assert {**served, "sys": 0} == {
        **NOTE,
        "sys": 0,
        "fields": [{name: value for name, value in field.items() if name != "validations"} for field in NOTE["fields"]],
    }


def test_locales_are_served_in_delivered_form_the_default_first(over: Space) -> None:
    assert ask(over, "locales")["items"] == [locale("en-US", default=True), locale("de-DE", "en-US")]


def test_parts_of_an_entry_that_the_service_omits_are_omitted(export: Export, over: Space) -> None:
    one = managed(entry("note", "one", title={"en-US": "One", "ar": "و"}, secret="s", other={"ar": "و"}))
    one["fields"]["nothing"] = None
    one["metadata"] = {"tags": [link("Tag", "open"), link("Tag", "inner"), link("Tag", "unknown")]}
    bare = managed(entry("note", "bare"))
    del bare["metadata"], bare["fields"]
    locales = [managed_locale(locale("en-US", default=True)), managed_locale(locale("ar"), delivered=False)]
    export.write(entries=[one, bare], locales=locales, tags=[tag("open"), tag("inner", "private")])
    items, _ = synced(over)
    assert items["one"]["fields"] == {"title": {"en-US": "One"}}
    assert items["one"]["metadata"] == {"tags": [link("Tag", "open"), link("Tag", "unknown")]}
    assert (items["bare"]["fields"], items["bare"]["metadata"]) == ({}, {"tags": [], "concepts": []})
    assert [found["code"] for found in ask(over, "locales")["items"]] == ["en-US"]
    [served] = ask(over, "tags")["items"]
    assert (served["name"], "createdBy" in served["sys"]) == ("Open", False)


def test_items_exported_with_a_delivery_token_are_served_unchanged(export: Export, over: Space) -> None:
    delivered = entry("note", "one", 3, title="One")
    del delivered["sys"]["publishedVersion"]
    export.write(entries=[delivered], assets=[])
    assert synced(over)[0] == {"one": delivered}


def test_edited_export_is_a_delta_of_what_was_edited(export: Export, over: Space) -> None:
    _, query = synced(over)
    entries = [managed(entry("note", name, title=title)) for name, title in (("two", "Two"), ("one", "Other"))]
    export.write(entries=entries)
    items, query = synced(over, query)
    assert {name: item["fields"]["title"] for name, item in items.items()} == {"one": {"en-US": "Other"}}
    export.write(entries=entries[:1], bom=True)
    items, query = synced(over, query)
    assert {name: item["sys"]["type"] for name, item in items.items()} == {"one": "DeletedEntry"}
    export.write(bom=False)
    assert synced(over, query) == ({}, query)


def test_edit_that_keeps_size_and_mtime_is_seen_just_after_a_read(export: Export, over: Space) -> None:
    export.write(entries=[managed(entry("note", "one", title="Before"))])
    status = export.file.stat()
    _, query = synced(over)
    export.file.write_bytes(export.file.read_bytes().replace(b"Before", b"Behind"))
    os.utime(export.file, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert synced(over, query)[0]["one"]["fields"]["title"] == {"en-US": "Behind"}


@pytest.mark.parametrize("part", [0, 1, 700])
def test_export_read_while_half_written_is_served_as_it_was_before(export: Export, over: Space, part: int) -> None:
    before = synced(over)
    whole = export.file.read_bytes()
    export.file.write_bytes(whole[:part])
    assert synced(over) == before
    export.file.unlink()
    assert (synced(over), len(ask(over, "content_types")["items"])) == (before, 1)
    export.file.write_bytes(whole.replace(b'"Two"', b'"Three"'))
    assert set(synced(over, before[1])[0]) == {"two"}


BROKEN = [
    (b'{\n "entries": [,\n', r"json:2: not JSON: .* at column 14: "),
    (b'\xef\xbb\xbf{"entries": [1}', r"json:1: not JSON: .* at column 15: "),
    (b'{\n"entries": ["\xc3\xa9\xff"]}', r"json:2: not JSON: not UTF-8 at column 15: "),
    (b"", r"json:1: not JSON: .* at column 1: "),
    (b'{"entries": [NaN]}', ": not JSON: the number NaN is out of range"),
    (b"[]", "expected a JSON object with the lists entries, assets and contentTypes"),
    (b'{"title": "x"}', "expected a JSON object with the lists entries, assets and contentTypes"),
    (b'{"entries": [], "locales": {}}', "as `contentful space export` writes it; locales is no list"),
]


@pytest.mark.parametrize(("data", "message"), BROKEN, ids=[message for _, message in BROKEN])
def test_file_that_is_no_export_is_refused_with_its_name_and_position(
    tmp_path: Path, data: bytes, message: str
) -> None:
    file = tmp_path / "export.json"
    file.write_bytes(data)
    with pytest.raises(ConfigError) as caught:
        open_folder("export.json", tmp_path)
    assert caught.value.code == "space-broken"
    assert caught.value.message.startswith(str(file))
    assert re.search(message, caught.value.message)


@pytest.mark.parametrize("raw", [None, 1, [], {}, {"sys": 1}, {"sys": {"publishedVersion": 1}, "fields": 3, "code": 1}])
def test_odd_elements_of_an_export_are_skipped(export: Export, over: Space, raw: Any) -> None:
    before = synced(over)
    parts = {name: [*value, raw] for name, value in json.loads(export.file.read_bytes()).items()}
    export.file.write_text(json.dumps({**parts, "tags": [raw]}), "utf-8")
    assert synced(over) == before
    assert [len(ask(over, name)["items"]) for name in ("content_types", "locales", "tags")] == [1, 2, 0]


ASSET_URLS = {
    "//images.ctfassets.net/small/pic/1/a%20pic.svg": 200,
    "//images.ctfassets.net/small/pic/1/missing.svg": 404,
    "//images.ctfassets.net/small/pic/1/link.svg": 404,
    "//images.ctfassets.net/small/pic/../../../export.json": 404,
    "//images.ctfassets.net/small/pic/%2e%2e/%2E%2E/%2e%2e/export.json": 404,
    "//../small/pic/1/outside.svg": 404,
    "//./small/pic/1/outside.svg": 404,
    "/small/pic/1/outside.svg": 404,
}


@pytest.mark.parametrize(("url", "status"), ASSET_URLS.items())
def test_only_downloaded_asset_files_next_to_the_export_are_served(
    export: Export, over: Space, url: str, status: int
) -> None:
    picture = managed(asset("pic", "a pic.svg", len(PICTURE)))
    picture["fields"]["file"]["en-US"]["url"] = url
    export.write(assets=[picture])
    inside = export.file.parent / "images.ctfassets.net/small/pic/1"
    for folder, name in (
        (inside, "a pic.svg"),
        *((export.file.parents[up] / "small/pic/1", "outside.svg") for up in (0, 1)),
    ):
        folder.mkdir(parents=True)
        (folder / name).write_bytes(PICTURE)
    (inside / "link.svg").symlink_to(export.file)
    synced(over)
    assert over.answer(urlsplit(url).path, "", "http://here:1").status == status


@pytest.mark.skipif(not RECORDINGS.is_dir(), reason=NO_RECORDINGS)
@pytest.mark.parametrize("name", EXPORTS)
def test_real_export_and_its_mirror_give_the_same_mirror(
    name: str, tmp_path: Path, call: Callable[..., Outcome]
) -> None:
    file = RECORDINGS / f"export_{name}.json"
    first = guide_over(tmp_path / "first", file, call)
    report = first.run("sync", "--json").json
    assert (report["ok"], report["problems"], report["sync"]["upserted"]) == (True, [], sum(EXPORTS[name]))
    second = guide_over(tmp_path / "second", first.root / "content", call)
    assert second.run("sync").code == 0
    mirror = {path: data for path, data in first.files("content").items() if path.endswith(".json")}
    assert second.files("content") == first.files("content")
    types = len(json.loads(file.read_text("utf-8"))["contentTypes"])
    counted = [
        sum(path.startswith(f"content/{part}/") for path in mirror)
        for part in ("entries", "assets", "model/content_types")
    ]
    assert counted == [*EXPORTS[name], types]
    assert first.run("sync", "--json").json["sync"]["upserted"] == 0


def test_edited_export_is_synced_by_one_delta(export: Export, tmp_path: Path, call: Callable[..., Outcome]) -> None:
    guide = guide_over(tmp_path / "guide", export.file, call)
    guide.build()
    two = managed(entry("note", "two", title="Two"))
    export.write(entries=[managed(entry("note", "one", title="Once more")), two])
    report = guide.build()["sync"]
    assert (report["full"], report["sync_requests"], report["upserted"], report["deleted"]) == (False, 1, 1, 0)


def test_broken_export_ends_a_run_and_loses_nothing(
    export: Export, tmp_path: Path, call: Callable[..., Outcome]
) -> None:
    guide = guide_over(tmp_path / "guide", export.file, call)
    guide.build()
    before = guide.files()
    export.file.write_text('{\n  "entries": [', "utf-8")
    outcome = guide.run("build")
    assert (outcome.code, outcome.out) == (2, "")
    assert f"{export.file}:2: not JSON: " in outcome.err
    assert guide.files() == before


def test_space_serve_serves_an_export(export: Export) -> None:
    arguments = [sys.executable, "-m", "exporter", "space", "serve", str(export.file)]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as server:
        assert server.stdout is not None
        url = server.stdout.readline().decode().strip()
        with urllib.request.urlopen(f"{url}/spaces/small/sync?initial=true&access_token=t") as answer:
            body = json.load(answer)
        server.send_signal(signal.SIGINT)
        assert server.wait(10) == 130
    assert sorted(item["sys"]["id"] for item in body["items"]) == ["one", "pic", "two"]


def with_picture(export: Export, size: int) -> Path:
    """Add a picture to the export that it says to be that large; return where its file belongs."""
    raw = asset("pic2", "pic2.svg", size)
    assets = json.loads(export.file.read_text("utf-8"))["assets"]
    export.write(assets=[*assets, managed(raw)])
    return export.file.parent / str(raw["fields"]["file"]["en-US"]["url"]).removeprefix("//")


def test_export_without_its_files_is_one_sentence_with_both_cures(export: Export, guide: Guide) -> None:
    for _ in range(3):
        with_picture(export, 5)
    assets = [managed(asset(f"a{number}", "a.svg", 5)) for number in range(30)]
    export.write(assets=assets)
    (guide.root / "site.yaml").write_text(f"title: T\noffline: false\nsource: {{local: {export.file}}}\n", "utf-8")
    outcome = guide.run("sync")
    assert outcome.code == 3
    [line] = outcome.err.splitlines()
    assert line.startswith("error: 30 files ")
    assert "--download-assets" in line
    assert "assets: link" in line
    site = guide.root / "site.yaml"
    site.write_text(site.read_text("utf-8") + "content: {assets: link}\n", "utf-8")
    assert guide.run("sync").code == 0


@pytest.mark.parametrize(("size", "code"), [(5000, "asset-smaller"), (5, "asset-larger")])
def test_file_that_is_of_another_size_than_the_export_says_is_kept_with_a_warning(
    export: Export, guide: Guide, size: int, code: str
) -> None:
    file = with_picture(export, size)
    file.parent.mkdir(parents=True)
    file.write_bytes(PICTURE)
    (guide.root / "site.yaml").write_text(f"title: T\noffline: false\nsource: {{local: {export.file}}}\n", "utf-8")
    outcome = guide.run("build", "--json")
    kept = [one for one in outcome.json["problems"] if one.get("item") == "asset:pic2"]
    assert [(one["severity"], one["code"]) for one in kept] == [("warning", code)]
    assert f"{len(PICTURE)} bytes, not the {size}" in kept[0]["message"]
    assert guide.files("content")["content/files/pic2/pic2.svg"] == PICTURE
    assert "pic2" not in json.loads(guide.files()[".syncstate"])["pending"]
    assert guide.run("build", "--json").json["problems"] == [
        one for one in outcome.json["problems"] if one["code"] != code
    ]
