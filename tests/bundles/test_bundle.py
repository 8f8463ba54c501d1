"""`bundle`: what can be asked for, what is refused, and that the file is written as a whole."""

from __future__ import annotations

import hashlib
import os
from typing import TYPE_CHECKING

import pytest

from exporter.bundles.archive import Archive
from exporter.bundles.output import replacing
from tests.bundles.made import bundle
from tests.conftest import ACCESS_TOKEN

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Guide, SpaceFiles

FORMATS = ("zip", "sqlite", "epub", "zim")


@pytest.mark.parametrize("kind", FORMATS)
def test_guide_that_was_never_synced_is_not_bundled(kind: str, guide: Guide) -> None:
    outcome = guide.run("bundle", "--format", kind, "--json")
    assert (outcome.code, outcome.json["error"]["code"]) == (4, "mirror-missing")
    assert "run sync (or build) first" in outcome.json["error"]["message"]
    assert list(guide.root.glob("guide.*")) == []


@pytest.mark.parametrize("kind", FORMATS)
def test_site_is_rendered_first_where_it_is_behind(kind: str, guide: Guide) -> None:
    assert guide.run("sync").code == 0
    outcome = guide.run("bundle", "--format", kind, "--json")
    assert outcome.code == 0, outcome
    file = guide.root / f"guide.{kind}"
    found = outcome.json["bundle"]
    assert outcome.json["render"]["written"] > 0
    assert (found["format"], found["file"], found["bytes"]) == (kind, str(file), file.stat().st_size)
    assert found["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert guide.run("bundle", "--format", kind, "--json").json["render"]["written"] == 0


@pytest.mark.parametrize("kind", ["zip", "sqlite", "epub"])
def test_second_run_gives_the_same_bytes(kind: str, guide: Guide) -> None:
    guide.build()
    first = bundle(guide, kind)
    before = {path.name: path.read_bytes() for path in guide.root.glob("guide*")}
    guide.run("render", "--clean")
    assert bundle(guide, kind)["sha256"] == first["sha256"]
    assert {path.name: path.read_bytes() for path in guide.root.glob("guide*")} == before


def test_failed_page_leaves_the_bundle_as_it_was(guide: Guide) -> None:
    guide.build()
    bundle(guide, "zip")
    before = (guide.root / "guide.zip").read_bytes()
    (guide.root / "templates").mkdir()
    (guide.root / "templates/place.html").write_text("{{ entry.title.x.y() }}", "utf-8")
    outcome = guide.run("bundle", "--format", "zip")
    assert outcome.code == 1
    assert "no bundle was written, since pages failed" in outcome.out
    assert (guide.root / "guide.zip").read_bytes() == before


def test_bundle_that_breaks_off_leaves_the_old_one(guide: Guide, monkeypatch: pytest.MonkeyPatch) -> None:
    guide.build()
    bundle(guide, "zip")
    before = (guide.root / "guide.zip").read_bytes()

    def break_off(*_: object, **__: object) -> None:
        raise OSError(28, "no space", str(guide.root))

    monkeypatch.setattr(Archive, "add", break_off)
    assert guide.run("bundle", "--format", "zip").code == 4
    assert [path.name for path in guide.root.iterdir() if "zip" in path.name] == ["guide.zip"]
    assert (guide.root / "guide.zip").read_bytes() == before


def test_files_that_belong_together_are_put_in_place_once_all_are_written(tmp_path: Path) -> None:
    first, last = tmp_path / "a", tmp_path / "b"
    last.write_text("old", "utf-8")
    (tmp_path / ".b.part").write_text("left by a run that was killed", "utf-8")
    with replacing(first, last) as (one, two):
        one.write_text("1", "utf-8")
        two.write_text("2", "utf-8")
        assert (first.exists(), last.read_text("utf-8")) == (False, "old")
    assert {path.name: path.read_text("utf-8") for path in tmp_path.iterdir()} == {"a": "1", "b": "2"}


def test_archive_is_the_same_whenever_and_by_whomever_it_is_written(tmp_path: Path) -> None:
    file = tmp_path / "a.txt"
    for name, mode, time in (("one", 0o600, 1e9), ("two", 0o755, 2e9)):
        file.write_bytes(b"words " * 100)
        file.chmod(mode)
        os.utime(file, (time, time))
        with Archive(tmp_path / name) as archive:
            archive.add("ä.txt", file)
            archive.add("b.png", b"\x89PNG")
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--format", "pdf"], "'pdf'"),
        ([], "exporter bundle takes --format, one of zip, sqlite, epub, zim"),
        (["--format", "zip", "--since", "x"], "--since is for --format sqlite alone"),
        (["--format", "epub", "--with-token"], "--with-token is for --format sqlite alone"),
        (["--format", "zim", "--all"], "--all is for --format sqlite alone"),
        (["--format", "sqlite", "--all", "--only", "place"], "leave one of them out"),
        (["--format", "zip", "--locale", "de"], "the guide has no de: did you mean de-DE?"),
        (["--format", "zip", "--only", "plaice"], "the space has no content type plaice: did you mean place?"),
        (["--format", "zip", "--only", "/nowhere/"], "no page is left"),
        (["--format", "sqlite", "--since", "missing.sqlite"], "there is no file missing.sqlite"),
        (["--format", "zip", "-o", "missing/guide.zip"], "there is no folder"),
    ],
)
def test_options_that_do_not_fit_are_told_by_name(options: list[str], words: str, guide: Guide) -> None:
    guide.build()
    outcome = guide.run("bundle", *options)
    assert (outcome.code, words in outcome.err) == (2, True), outcome
    assert list(guide.root.glob("guide.*")) == []


@pytest.mark.parametrize("place", ["site", "content", ".export", "site/deep/er"])
def test_bundle_is_not_written_where_the_program_removes_it(place: str, guide: Guide) -> None:
    guide.build()
    (guide.root / place).mkdir(parents=True, exist_ok=True)
    outcome = guide.run("bundle", "--format", "zip", "-o", str(guide.root / place / "guide.zip"))
    assert (outcome.code, "name a file elsewhere with -o" in outcome.err) == (2, True), outcome
    folder = guide.run("bundle", "--format", "zip", "-o", str(guide.root))
    assert (folder.code, "is a folder: name a file" in folder.err) == (2, True)


def test_no_bundle_holds_an_access_token(guide: Guide, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONTENTFUL_ACCESS_TOKEN", ACCESS_TOKEN)
    guide.build()
    for kind in FORMATS:
        bundle(guide, kind)
    files = [*guide.root.glob("guide*")]
    assert len(files) == len(FORMATS) + 2
    assert [file for file in files if ACCESS_TOKEN.encode() in file.read_bytes()] == []


def test_changed_word_is_in_the_next_bundle(guide: Guide, space: SpaceFiles) -> None:
    guide.build()
    first = bundle(guide, "zip")["sha256"]
    (guide.root / "content/entries/place/mill.json").write_text(
        (space.root / "entries/place/mill.json").read_text("utf-8").replace("It turns.", "It stands."), "utf-8"
    )
    assert bundle(guide, "zip")["sha256"] != first
