"""Publishing the demo to each kind of target: after each step, what lies there is `site/`, byte for byte."""

from __future__ import annotations

import gzip
import json
import re
import shutil
from typing import TYPE_CHECKING, Any

import pytest

from exporter.publish.manifest import FOLDER, LOCK, ROOT, read_root
from tests.publish.conftest import write_site
from tests.publish.servers import SECRET, Place, guide_in
from tests.reader import corpus

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Guide, SpaceFiles

TYPES = {".html": "text/html; charset=utf-8", ".webp": "image/webp", ".bin": "application/octet-stream"}


def published(guide: Guide, target: Place, *options: str, code: int = 0) -> dict[str, Any]:
    """Publish, and compare what lies there with site/ if that is to have ended well."""
    outcome = guide.run("publish", target.address, "--json", *options)
    assert outcome.code == code, outcome
    assert SECRET not in outcome.out + outcome.err
    if code:
        return outcome.json
    assert_same(guide, target)
    report: dict[str, Any] = outcome.json["publish"]
    return report


def assert_same(guide: Guide, target: Place, foreign: dict[str, bytes] | None = None) -> None:
    """What lies there is site/, what waits for the next publish, and what was there before."""
    site = {path.removeprefix("site/"): data for path, data in guide.files("site").items()}
    files = target.files()
    there, found = guide_in(files), read_root(files[ROOT])
    waiting = {path: there.pop(path) for path in found.leaving if path in there and path not in site}
    assert all(path.startswith("updates/") for path in waiting)
    assert there == {**site, **(foreign or {})}
    assert found.claim is None
    assert [path for path in files if path.startswith((f"{FOLDER}/part", LOCK))] == []


def edit(space: SpaceFiles, entry: str, text: str) -> None:
    """Edit the body of a place in the guide's first language."""
    path = space.root / f"entries/place/{entry}.json"
    raw = json.loads(path.read_text("utf-8"))
    raw["fields"]["body"]["en-US"] = text
    path.write_text(json.dumps(raw), "utf-8")


def story(guide: Guide, space: SpaceFiles, target: Place, old: Path, entry: str, slug: str) -> None:
    """First publish, nothing new, an edit (twice, once from an empty cache), a title, a removed entry, a rollback."""
    write_site(guide, space, target.settings)
    guide.build()
    first = published(guide, target)
    assert first["uploaded"] == len(guide.files("site"))
    shutil.copytree(guide.root / "site", old)

    nothing = published(guide, target)
    requests = 1 if target.store is not None else 2  # the second one looks for a lock that was left
    assert (nothing["requests"], nothing["bytes"], nothing["uploaded"]) == (requests, 0, 0)

    edit(space, entry, "Another text.")
    guide.build()
    listed = guide.run("publish", target.address, "--json", "--dry-run").json["publish"]
    one = published(guide, target)
    assert 1 <= one["uploaded"] < 60
    assert one["requests"] <= one["uploaded"] + one["removed"] + 6
    assert (len(listed["upload"]), len(listed["remove"])) == (one["uploaded"], one["removed"])

    shutil.rmtree(guide.root / ".export/publish", ignore_errors=True)
    edit(space, entry, "A third one, published from an empty disk.")
    guide.build()
    cold = published(guide, target)
    buckets = len(read_root(target.read(ROOT) or b"").buckets) if target.store is None else 0
    assert cold["requests"] <= cold["uploaded"] + cold["removed"] + 6 + buckets, "a lock takes two requests more"

    write_site(guide, space, target.settings, title="A guide of another title, in every foot")
    guide.build()
    pages = sum(path.endswith(".html") for path in target.paths())
    assert published(guide, target)["uploaded"] >= pages * 0.9

    gone = f"place/{slug}/index.html"
    assert gone in target.paths()
    space.remove(f"entries/place/{entry}.json")
    guide.build()
    assert published(guide, target)["removed"] >= 1
    assert gone not in target.paths()

    shutil.rmtree(guide.root / "site")
    shutil.copytree(old, guide.root / "site")
    published(guide, target, "--force")
    assert gone in target.paths()
    assert_headers(target)


def test_story_of_a_small_guide(guide: Guide, space: SpaceFiles, target: Place, tmp_path: Path) -> None:
    story(guide, space, target, tmp_path / "old", "castle", "castle")


@pytest.mark.long
def test_story_of_the_demo(demo: tuple[Guide, SpaceFiles], target: Place, tmp_path: Path) -> None:
    story(*demo, target, tmp_path / "old", "a-brasileira", "a-brasileira")


@pytest.mark.long
def test_story_of_ten_thousand_places(guide: Guide, space: SpaceFiles, target: Place, tmp_path: Path) -> None:
    corpus.write_corpus(space, 10_000)
    story(guide, space, target, tmp_path / "old", "place000007", "place-000007")


def assert_headers(target: Place, every: int = 7) -> None:
    """Every file is sent with its type, and kept for as long as its name says what it holds."""
    if target.store is None:
        return
    paths = [path for path in target.paths() if not path.startswith(".exporter-publish/")]
    for path in paths[::every]:
        headers = target.headers(path)
        kind = next((kind for suffix, kind in TYPES.items() if path.endswith(suffix)), headers["Content-Type"])
        is_named = re.fullmatch(r"updates/[^/]+/(packs|chrome|index|changes|history)/.*", path) is not None
        keeps = "public, max-age=31536000, immutable" if is_named else "no-cache"
        assert (path, headers["Content-Type"], headers["Cache-Control"]) == (path, kind, keeps)
        assert "Content-Encoding" not in headers


def test_target_with_files_is_adopted_only_if_asked_for(guide: Guide, space: SpaceFiles, target: Place) -> None:
    write_site(guide, space, target.settings)
    guide.build()
    foreign = {"others/notes.txt": b"mine", "index.html": b"an older page"}
    for path, data in foreign.items():
        target.put(path, data)
    refused = published(guide, target, code=4)
    assert refused["error"]["code"] == "target-foreign"
    assert target.files() == foreign
    outcome = guide.run("publish", target.address, "--json", "--adopt")
    assert outcome.code == 0, outcome
    assert outcome.json["publish"]["foreign"] == ["others/notes.txt"]
    assert_same(guide, target, {"others/notes.txt": b"mine"})


def test_foreign_file_in_the_way_is_named_and_stays(guide: Guide, space: SpaceFiles, target: Place) -> None:
    write_site(guide, space, target.settings)
    guide.build()
    published(guide, target)
    shutil.copy(space.root / "entries/place/mill.json", space.root / "entries/place/new-one.json")
    raw = json.loads((space.root / "entries/place/new-one.json").read_text("utf-8"))
    raw["sys"]["id"], raw["fields"]["slug"] = "new-one", {"en-US": "new-one"}
    (space.root / "entries/place/new-one.json").write_text(json.dumps(raw), "utf-8")
    guide.build()
    before = target.guide()
    target.put("place/new-one/index.html", b"somebody's own")
    refused = published(guide, target, code=4)
    assert refused["error"]["code"] == "file-foreign"
    assert "place/new-one/index.html" in refused["error"]["message"]
    after = target.guide()
    assert after["place/new-one/index.html"] == b"somebody's own"
    assert {path: after[path] for path in before} == before, "nothing that stood has changed"
    target.remove("place/new-one/index.html")
    published(guide, target)


def test_verify_mends_what_somebody_changed_and_names_what_is_theirs(
    guide: Guide, space: SpaceFiles, target: Place
) -> None:
    write_site(guide, space, target.settings)
    guide.build()
    published(guide, target)
    page = target.guide()["place/castle/index.html"]
    target.put("place/castle/index.html", page.replace(b"e", b"3"))
    target.remove("index.html")
    target.put("mine.txt", b"mine")
    assert guide.run("publish", target.address).code == 0
    assert "index.html" not in target.guide(), "nothing is listed unless that is asked for"
    outcome = guide.run("publish", target.address, "--json", "--verify")
    assert outcome.code == 0, outcome
    assert (outcome.json["publish"]["uploaded"], outcome.json["publish"]["foreign"]) == (2, ["mine.txt"])
    assert_same(guide, target, {"mine.txt": b"mine"})


def test_verify_gives_headers_again_that_somebody_changed(guide: Guide, space: SpaceFiles, target: Place) -> None:
    write_site(guide, space, target.settings)
    guide.build()
    files = published(guide, target)["uploaded"]
    if target.store is not None:
        target.send_as("place/castle/index.html", "text/plain")
        assert target.headers("place/castle/index.html")["Content-Type"] == "text/plain"
    report = guide.run("publish", target.address, "--json", "--verify").json["publish"]
    assert report["uploaded"] == (1 if target.store is not None else 0), "a folder keeps no headers"
    assert_headers(target, every=1)
    if target.address.startswith("s3:"):
        assert files < report["requests"] <= files + 8, "one request for each file, and a listing"
    elif target.address.startswith("az:"):
        assert report["requests"] <= 8, "what a listing tells changes with the headers"


@pytest.mark.parametrize("what", ["no manifest at all", "{}", "another guide's"])
def test_manifest_that_is_none_is_refused_with_a_sentence(
    guide: Guide, space: SpaceFiles, target: Place, what: str
) -> None:
    write_site(guide, space, target.settings)
    guide.build()
    if what == "another guide's":
        published(guide, target)
        shutil.copytree(space.root, space.root.parent / "other")
        lines = (guide.root / "site.yaml").read_text("utf-8").replace(str(space.root), str(space.root.parent / "other"))
        (guide.root / "site.yaml").write_text(lines, "utf-8")
        guide.build()
    else:
        target.put(ROOT, what.encode())
    refused = published(guide, target, code=4)
    assert refused["error"]["code"] in ("manifest-broken", "manifest-foreign")
    assert "--adopt" in refused["error"]["message"]
    published(guide, target, "--adopt")


def test_texts_lie_compressed_where_the_target_can_say_so(guide: Guide, space: SpaceFiles, target: Place) -> None:
    settings = target.settings.rstrip().removeprefix("publish: {").removesuffix("}")
    write_site(guide, space, f"publish: {{{settings}{', ' if settings else ''}gzip: true}}\n")
    guide.build()
    first = guide.run("publish", target.address, "--json")
    assert first.code == 0, first
    there = target.guide()
    page = (guide.root / "site/index.html").read_bytes()
    if target.store is None:
        assert there["index.html"] == page, "a folder cannot say that a file is compressed"
        return
    assert target.headers("index.html")["Content-Encoding"] == "gzip"
    assert gzip.decompress(there["index.html"]) == page
    assert there["updates/en-US/list.bin"] == (guide.root / "site/updates/en-US/list.bin").read_bytes()
    assert "Content-Encoding" not in target.headers("updates/en-US/list.bin")
    assert first.json["publish"]["bytes"] < sum(map(len, guide.files("site").values()))
    assert guide.run("publish", target.address, "--json", "--verify").json["publish"]["uploaded"] == 0
    write_site(guide, space, target.settings)
    guide.build()
    published(guide, target)
    assert_headers(target)
