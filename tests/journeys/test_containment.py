"""Nothing outside a guide's folders is read, written or removed, whatever they contain."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from exporter.core.encoding import canonical
from tests.conftest import PICTURE, asset, entry, link
from tests.support.obstacles import SECRET, at_most, clear, make_outside, obstacles, odd_ones, snapshot_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Guide, SpaceFiles

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no pipes on the disk, and few may link")
ROUNDS = 20


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    return make_outside(tmp_path / "outside")


@pytest.fixture
def built(guide: Guide) -> Guide:
    """A built guide for reading offline, with a logo and another static file."""
    settings = (guide.root / "site.yaml").read_text("utf-8")
    (guide.root / "site.yaml").write_text(settings.replace("offline: false", "offline: true"), "utf-8")
    (guide.root / "templates/static/own").mkdir(parents=True)
    (guide.root / "templates/static/logo.svg").write_bytes(PICTURE)
    (guide.root / "templates/static/own/map.txt").write_bytes(b"map")
    (guide.root / "templates/place.html").write_text('{% extends "theme/entry.html" %}', "utf-8")
    guide.build()
    return guide


def from_scratch(guide: Guide, tmp_path: Path) -> tuple[int, dict[str, bytes]]:
    """Render a copy of a guide from scratch; return the exit code and the pages."""
    other = type(guide)(tmp_path / "scratch", guide.call)
    clear(other.root)
    other.root.mkdir()
    for part in ("site.yaml", "content", "templates"):
        subprocess.run(["cp", "-a", guide.root / part, other.root / part], check=True)
    return other.run("render").code, pages(other)


def pages(guide: Guide) -> dict[str, bytes]:
    """Return everything in site/ except its history."""
    return {path: data for path, data in guide.files("site").items() if not path.startswith("site/updates/")}


def assert_contained(guide: Guide, outside: Path, before: object, tmp_path: Path) -> None:
    """Render; assert that nothing got in or out and that the guide equals one rendered from scratch."""
    with at_most(60):
        code = guide.run("render").code
        scratch = from_scratch(guide, tmp_path)
    assert snapshot_of(outside) == before
    assert code == scratch[0]
    assert odd_ones(guide.root / ".export") == []
    if code in (0, 1):
        assert odd_ones(guide.root / "site") == []
        assert pages(guide) == scratch[1]
        assert [path for path, data in scratch[1].items() if SECRET in data] == []


def test_guide_stays_within_its_folders_whatever_they_contain(
    built: Guide, space: SpaceFiles, outside: Path, tmp_path: Path, histories_seed: int
) -> None:
    chance, before, kinds = random.Random(histories_seed), snapshot_of(outside), obstacles(tmp_path)
    for number in range(ROUNDS):
        stashed: list[tuple[Path, Path | None]] = []
        for _ in range(chance.choice((1, 1, 2, 3))):
            top = chance.choice(("content", "site", ".export", "templates"))
            path = _some_path(chance, built.root / top)
            name = chance.choice(sorted(kinds))
            if path == built.root / "templates/static" and name.startswith("link"):
                continue  # a link that the owner made, which is followed
            print(f"{path.relative_to(built.root)}: {name}")
            stashed.append((path, _stash(path, tmp_path / f"stash-{number}-{len(stashed)}")))
            kinds[name](path, outside)
        if chance.random() < 0.5:
            _edit(built, chance)
        if chance.random() < 0.5:
            space.put(entry("place", "mill", number + 2, title=f"Mill {number}", slug=chance.choice(("mill", "wheel"))))
            space.put(asset("pic", chance.choice(("castle.svg", "a.txt")), len(PICTURE), number + 2), file=PICTURE)
        assert_contained(built, outside, before, tmp_path)
        with at_most(60):
            for command in ("check", "status", "sync"):
                assert built.run(command).code in (0, 1, 4)
        assert snapshot_of(outside) == before
        for path, stash in reversed(stashed):
            if path.is_relative_to(built.root / "content") or path.is_relative_to(built.root / "templates"):
                _put_back(path, stash)
    assert built.run("sync", "--full").code == 0
    assert_contained(built, outside, before, tmp_path)
    assert built.run("check").code == 0


def _some_path(chance: random.Random, top: Path) -> Path:
    """Choose an existing path below a folder or a new name, without following links."""
    folders = [top]
    for above, inside, _ in os.walk(top):
        folders += [top / above / name for name in inside if not (top / above / name).is_symlink()]
    folder = chance.choice(folders)
    names = sorted(path.name for path in folder.iterdir())
    return folder / chance.choice([*names, "new", "zz"])


def _stash(path: Path, stash: Path) -> Path | None:
    if not os.path.lexists(path):
        return None
    path.rename(stash)
    return stash


def _put_back(path: Path, stash: Path | None) -> None:
    """Replace an obstacle with what had been there before."""
    clear(path)
    if stash is not None and path.parent.is_dir() and not path.parent.is_symlink():
        stash.rename(path)


def _edit(guide: Guide, chance: random.Random) -> None:
    """Change, add or remove a place by hand, if its folder is a real one."""
    folder = guide.root / "content/entries/place"
    if folder.is_dir() and not folder.is_symlink():
        name = chance.choice(("castle", "mill", "new"))
        clear(folder / f"{name}.json")
        if chance.random() < 0.8:
            raw = entry("place", name, title=f"Title {chance.random()}", slug=name, picture=link("Asset", "pic"))
            (folder / f"{name}.json").write_bytes(canonical(raw))


def test_link_in_the_guide_is_removed_and_its_target_stays(built: Guide, outside: Path, tmp_path: Path) -> None:
    before = snapshot_of(outside)
    (built.root / "site/zz").symlink_to(outside)
    assert_contained(built, outside, before, tmp_path)
    assert not (built.root / "site/zz").is_symlink()


def test_pages_are_written_inside_the_guide_even_if_their_folder_is_a_link(
    built: Guide, outside: Path, tmp_path: Path
) -> None:
    """The folder was moved away and linked, so that every file in it seems unchanged."""
    (built.root / "site/place").rename(outside / "place")
    (built.root / "site/place").symlink_to(outside / "place")
    before = snapshot_of(outside)
    assert_contained(built, outside, before, tmp_path)
    assert (built.root / "site/place/castle/index.html").is_file()


def test_obsolete_page_is_not_removed_through_a_link(built: Guide, outside: Path, tmp_path: Path) -> None:
    (built.root / "site/place/mill").rename(outside / "mill")
    (built.root / "site/place/mill").symlink_to(outside / "mill")
    (built.root / "content/entries/place/mill.json").unlink()
    before = snapshot_of(outside)
    assert_contained(built, outside, before, tmp_path)
    assert (outside / "mill/index.html").is_file()


def test_failed_page_does_not_expose_the_target_of_a_link_at_its_path(built: Guide, outside: Path) -> None:
    (built.root / "templates/place.html").write_text("{{ 1 // 0 }}", "utf-8")
    page = built.root / "site/place/castle/index.html"
    page.unlink()
    page.symlink_to(outside / ".bashrc")
    assert built.run("render").code == 1
    assert not os.path.lexists(page)


@pytest.mark.parametrize("path", ["lock", "part", "guide.db", "guide.db-journal", "settings.json", "staging"])
@pytest.mark.parametrize("kind", ["link to a file", "link to a folder", "link to nothing", "hard link", "pipe"])
def test_cache_is_never_written_through_a_link(
    built: Guide, space: SpaceFiles, outside: Path, path: str, kind: str
) -> None:
    before = snapshot_of(outside)
    clear(built.root / ".export" / path)
    obstacles(outside.parent)[kind](built.root / ".export" / path, outside)
    space.put(entry("place", "mill", 2, title="The new mill", slug="mill"))
    with at_most(60):
        assert built.run("build", "--clean" if path == "part" else "-v").code == 0
    assert snapshot_of(outside) == before
    assert "The new mill" in built.page("/place/mill/")


@pytest.mark.parametrize("folder", ["templates", "reader", "icons", "staging"])
def test_file_in_place_of_a_folder_of_the_cache_gives_way(built: Guide, space: SpaceFiles, folder: str) -> None:
    shutil.rmtree(built.root / ".export" / folder, ignore_errors=True)
    (built.root / ".export" / folder).write_bytes(b"a file")
    space.put(entry("place", "mill", 2, title="The new mill", slug="mill"))
    assert built.run("build", "-j", "2").code == 0
    assert "The new mill" in built.page("/place/mill/")
    assert folder == "staging" or (built.root / ".export" / folder).is_dir()


def test_clean_build_follows_no_link_in_the_cache(built: Guide, outside: Path) -> None:
    before = snapshot_of(outside)
    for folder in (".export", "site"):
        (built.root / folder / "zz").symlink_to(outside)
    assert built.run("render", "--clean").code == 0
    assert snapshot_of(outside) == before
    assert not (built.root / "site/zz").is_symlink()


@pytest.mark.parametrize("path", ["entries/place", "entries", "assets", "model", "model/content_types", "files"])
def test_sync_into_a_linked_folder_stops_before_any_change_and_names_the_link(
    built: Guide, space: SpaceFiles, outside: Path, path: str
) -> None:
    (built.root / "content" / path).rename(outside / "moved")
    (built.root / "content" / path).symlink_to(outside / "moved")
    before, state = snapshot_of(outside), (built.root / ".syncstate").read_bytes()
    space.put(entry("place", "mill", 2, title="The new mill", slug="mill"))
    space.remove("entries/place/castle.json")
    outcome = built.run("sync")
    assert outcome.code == 4
    assert f"content/{path} is a link" in outcome.err
    assert (snapshot_of(outside), (built.root / ".syncstate").read_bytes()) == (before, state)
    assert built.run("status").code == 4


def test_asset_file_is_not_written_into_a_linked_folder(built: Guide, space: SpaceFiles, outside: Path) -> None:
    shutil.rmtree(built.root / "content/files/pic")
    (built.root / "content/files/pic").symlink_to(outside)
    before, mirror = snapshot_of(outside), built.files("content/entries")
    space.put(asset("pic", ".bashrc", len(PICTURE), 2), file=PICTURE)
    space.put(entry("place", "mill", 2, title="The new mill", slug="mill"))
    outcome = built.run("sync")
    assert (outcome.code, "content/files/pic is a link" in outcome.err) == (4, True)
    assert (snapshot_of(outside), built.files("content/entries")) == (before, mirror)
    (built.root / "content/files/pic").unlink()
    assert built.run("sync").code == 0
    assert (built.root / "content/files/pic/.bashrc").exists() or "bashrc" in str(list(built.files("content/files")))


def test_linked_files_are_not_published_and_check_names_them(built: Guide, outside: Path) -> None:
    picture = built.root / "content/files/pic/castle.svg"
    picture.unlink()
    picture.symlink_to(outside / "castle.svg")
    (built.root / "content/entries/place/other.json").symlink_to(outside / "castle.json")
    (built.root / "templates/static/key.txt").symlink_to(outside / ".bashrc")
    (built.root / "templates/static/all").symlink_to(outside)
    os.mkfifo(built.root / "templates/static/pipe.html")
    with at_most(60):
        outcome = built.run("render")
        checked = built.run("check", "--json")
    assert outcome.code == 1
    assert outcome.err.count("link-on-disk") == 3
    assert [path for path, data in built.files("site").items() if SECRET in data or "castle.svg" in path] == []
    found = {problem["file"] for problem in checked.json["problems"] if problem["code"] == "link-on-disk"}
    assert found == {
        "content/files/pic/castle.svg",
        "content/entries/place/other.json",
        *(f"templates/static/{name}" for name in ("key.txt", "all", "pipe.html")),
    }
    assert checked.code == 1


def test_logo_that_is_a_link_is_refused(built: Guide, outside: Path) -> None:
    (built.root / "templates/static/brand.svg").symlink_to(outside / "castle.svg")
    with (built.root / "site.yaml").open("a", encoding="utf-8") as file:
        file.write("theme: {logo: brand.svg}\n")
    outcome = built.run("render")
    assert outcome.code == 2
    assert "theme.logo" in outcome.err
    assert "link" in outcome.err


def test_template_that_is_a_link_is_not_read(built: Guide, outside: Path) -> None:
    (built.root / "templates/place.html").unlink()
    (built.root / "templates/place.html").symlink_to(outside / ".bashrc")
    assert built.run("render").code == 1
    assert SECRET.decode() not in built.page("/place/castle/")
    assert "<h1" in built.page("/place/castle/")


def test_folder_of_static_files_may_be_a_link_of_the_owner(built: Guide, tmp_path: Path) -> None:
    (built.root / "templates/static").rename(tmp_path / "brand")
    (built.root / "templates/static").symlink_to(tmp_path / "brand")
    assert built.run("render").code == 0
    assert (built.root / "site/own/map.txt").read_bytes() == b"map"


def test_hard_linked_page_is_replaced_and_its_other_name_keeps_its_bytes(built: Guide, outside: Path) -> None:
    page = built.root / "site/place/castle/index.html"
    page.unlink()
    os.link(outside / "shared", page)
    before = snapshot_of(outside)
    assert built.run("render").code == 0
    assert snapshot_of(outside) == before
    assert b"The castle" in page.read_bytes()


@pytest.mark.parametrize("kind", ["folder", "pipe", "link to a folder"])
def test_history_is_written_again_whatever_is_in_its_place(built: Guide, outside: Path, kind: str) -> None:
    before, history = snapshot_of(outside), built.files("site/updates")
    assert history
    kinds = obstacles(outside.parent)
    for path in history:
        clear(built.root / path)
        kinds.get(kind, kinds["folder"])(built.root / path, outside)
    for _ in range(2):
        with at_most(60):
            assert built.run("render").code == 0
        (built.root / "site/index.html").unlink()
        (built.root / "templates/home.html").write_text('{% extends "theme/home.html" %}', "utf-8")
    assert snapshot_of(outside) == before
    assert odd_ones(built.root / "site") == []
    assert {path for path in history if path.endswith("list.bin")} <= set(built.files("site/updates"))
