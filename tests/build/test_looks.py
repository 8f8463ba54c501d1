"""A build with nothing to do checks every file, and loads and does no more than that."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from exporter.build.program_stamp import program_digest
from exporter.core.encoding import canonical
from exporter.guide.index.guide_index import GuideIndex
from exporter.workers.background import in_background
from tests.conftest import entry, link
from tests.support.steps import MILL, PLACES, edit, expect, mill, step

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Guide, SpaceFiles

HEAVY = {"babel", "cmarkgfm", "jinja2", "multiprocessing", "nh3", "pydantic", "requests", "slugify", "urllib3", "yaml"}
"""What takes longer to load than to find that nothing changed."""

MOST_FOR_ONE_CHANGE = 450
"""Modules of the program, and packages beside it, that a build of one changed entry loads at the most."""

LOADED = """
import json, sys
from exporter.cli.commands import run
code = run(sys.argv[1:])
names = {name.partition(".")[0] for name in sys.modules}
names |= {name for name in sys.modules if name.startswith("exporter.")}
print(json.dumps([code, sorted(names)]))
"""


def loaded(guide: Guide, *command: str) -> set[str]:
    """Run a command in a process of its own; return the packages and the modules of the program that it loaded."""
    arguments = [sys.executable, "-c", LOADED, "-C", str(guide.root), "-q", *command]
    code, names = json.loads(subprocess.run(arguments, capture_output=True, check=True).stdout)
    assert code == 0
    return set(names)


def test_render_with_nothing_changed_loads_neither_renderer_nor_sync(guide: Guide) -> None:
    guide.build()
    assert loaded(guide, "render") & HEAVY == set()


def test_sync_with_nothing_new_loads_neither_the_schema_nor_the_renderer(guide: Guide) -> None:
    guide.build()
    assert loaded(guide, "build") & (HEAVY - {"requests", "urllib3", "yaml", "slugify"}) == set()


def test_sync_without_a_message_loads_nothing_of_the_guide(guide: Guide) -> None:
    guide.build()
    assert {name for name in loaded(guide, "sync") if name.startswith("exporter.guide")} == set()


def test_build_of_one_changed_entry_loads_what_it_renders_with_and_no_more(guide: Guide, space: SpaceFiles) -> None:
    guide.build()
    space.put(mill(body="It burns."))
    found = loaded(guide, "build")
    assert {"cmarkgfm", "jinja2", "nh3"} <= found
    assert found & {"multiprocessing", "PIL", "pydantic", "rich", "watchdog"} == set()
    assert len(found) <= MOST_FOR_ONE_CHANGE
    assert "It burns." in guide.page("/place/mill/")


def settle(guide: Guide) -> None:
    """Set old mtimes on the folders under content/ and build, so that later builds trust those mtimes.

    The index records the folders only if it has something else to record.
    """
    (guide.root / "site/index.html").unlink()
    for number, folder in enumerate(sorted((guide.root / "content").rglob("*/")), 1):
        os.utime(folder, ns=(1_600_000_000_000_000_000 + number,) * 2)
    assert guide.run("render").code == 0
    with closing(GuideIndex(guide.root / ".export/guide.db", program_digest())) as index:
        there = {folder for folder in ("assets", "entries/place") if (guide.root / "content" / folder).is_dir()}
        assert {path for (path,) in index.rows("SELECT path FROM listed")} >= there


def place(guide: Guide, path: str, identifier: str, **fields: Any) -> None:
    linked = {"slug": identifier, "category": link("Entry", "sights"), **fields}
    file = guide.root / "content/entries" / path
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(canonical(entry("place", identifier, title=identifier.title(), **linked)))


def _renamed(guide: Guide) -> None:
    folder = guide.root / "content/entries/place"
    (folder / "mill.json").rename(folder / "mill.json.bak")


def _replaced(guide: Guide) -> None:
    file = guide.root / "content/entries/place/mill.json"
    other = guide.root / "other"
    other.write_bytes(file.read_bytes().replace(b"It turns", b"It burns"))
    shutil.copystat(file, other)
    other.replace(file)


EDITS_BY_HAND: dict[str, Callable[[Guide], Any]] = {
    "edited": lambda guide: edit(guide, "content/entries/place/mill.json", "It turns.", "It burns."),
    "replaced": _replaced,
    "new": lambda guide: place(guide, "place/tower.json", "tower"),
    "gone": lambda guide: (guide.root / "content/entries/place/mill.json").unlink(),
    "renamed": _renamed,
    "new folder": lambda guide: place(guide, "größe/tower.json", "tower"),
    "folder gone": lambda guide: shutil.rmtree(guide.root / "content/entries/place"),
    "assets gone": lambda guide: shutil.rmtree(guide.root / "content/assets"),
}


@pytest.mark.parametrize("how", EDITS_BY_HAND)
def test_edit_by_hand_is_found_though_folders_are_known_by_their_mtimes(guide: Guide, how: str) -> None:
    guide.build()
    settle(guide)
    EDITS_BY_HAND[how](guide)
    found = step(guide, "render")
    assert (found.report["render"]["rendered"] > 0) == (how != "new folder")
    settle(guide)
    assert guide.run("render", "--json").json["render"]["rendered"] == 0


def test_folder_that_was_moved_away_and_back_is_read_again(guide: Guide) -> None:
    guide.build()
    settle(guide)
    before = guide.files("site")
    folder, away = guide.root / "content/entries/place", guide.root / "away"
    folder.rename(away)
    assert guide.run("render").code == 0
    assert not (guide.root / "site/place/mill/index.html").exists()
    away.rename(folder)
    assert guide.run("render").code == 0
    assert guide.files("site") == before


def test_folder_changed_just_now_is_not_yet_known_by_its_mtime(guide: Guide) -> None:
    guide.build()
    folder = guide.root / "content/entries/place"
    for number in range(3):
        place(guide, f"place/p{number}.json", f"p{number}")
        mtime = folder.stat().st_mtime_ns
        assert guide.run("render").code == 0
        place(guide, f"place/q{number}.json", f"q{number}")
        os.utime(folder, ns=(mtime, mtime))  # as if both were written within one tick of the system's clock
        assert guide.run("render").code == 0
        assert f"Q{number}" in guide.page(f"/place/q{number}/")


@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
@pytest.mark.usefixtures("two_cores")
@pytest.mark.parametrize("jobs", ["1", "2"])
def test_output_checked_in_the_background_is_repaired(guide: Guide, monkeypatch: pytest.MonkeyPatch, jobs: str) -> None:
    guide.build()
    for size in ("run._WORTH_A_PROCESS", "drift.INDEX_WORTH_A_PROCESS"):
        monkeypatch.setattr(f"exporter.build.{size}", 0)
    before = guide.files("site")
    site = guide.root / "site"
    (site / "place/mill/index.html").unlink()
    (site / "place/castle/index.html").write_text("spoilt", "utf-8")
    (site / "place/castle/stray.txt").write_text("stray", "utf-8")
    (site / "category/deep/er").mkdir(parents=True)
    report = guide.run("render", "-j", jobs, "--json").json["render"]
    assert [report[name] for name in ("rendered", "written", "removed")] == [2, 2, 1]
    assert guide.files("site") == before
    assert not (site / "category/deep").exists()
    place(guide, "place/mill.json", "mill", slug="windmill")
    step(guide, "render", "-j", jobs)


@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
@pytest.mark.usefixtures("two_cores")
def test_synced_items_are_rendered_while_files_are_checked_in_the_background(
    guide: Guide, space: SpaceFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    guide.build()
    for size in ("run._WORTH_A_PROCESS", "drift.INDEX_WORTH_A_PROCESS"):
        monkeypatch.setattr(f"exporter.build.{size}", 0)
    space.put(mill(body="It burns."))
    expect(step(guide), MILL)
    space.remove("entries/place/mill.json")
    (guide.root / "site/place/castle/index.html").unlink()
    edit(guide, "content/entries/place/castle.json", "It is **old**.", "It is **new**.")
    assert set(step(guide).gone) == {*MILL, *PLACES}
    assert "<strong>new</strong>" in guide.page("/place/castle/")


@pytest.fixture
def two_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine of two cores, on which a process may fork though a browser of other tests left a thread in this one."""
    monkeypatch.setattr("exporter.workers.background.cores", lambda: 2)
    monkeypatch.setattr("exporter.workers.background.start_method", lambda: "fork")


@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
@pytest.mark.usefixtures("two_cores")
def test_background_work_is_done_in_another_process_unless_only_one_is_allowed() -> None:
    for alone in (False, True):
        with in_background(os.getpid, alone=alone) as answer:
            assert (answer() == os.getpid()) == alone


@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
@pytest.mark.usefixtures("two_cores")
def test_background_work_killed_from_outside_is_done_in_this_process() -> None:
    here = os.getpid()

    def end_there() -> str:
        if os.getpid() != here:
            os.kill(os.getpid(), 9)
        return "done"

    with in_background(end_there, alone=False) as answer:
        assert answer() == "done"


@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
@pytest.mark.usefixtures("two_cores")
def test_error_of_background_work_is_raised_when_its_result_is_requested(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), in_background((tmp_path / "none").read_text, alone=False) as answer:
        answer()


@pytest.mark.filterwarnings("ignore:.*multi-threaded:DeprecationWarning")
@pytest.mark.usefixtures("two_cores")
def test_result_that_is_never_requested_delays_nothing() -> None:
    with pytest.raises(KeyError), in_background(lambda: "x" * (1 << 20), alone=False):
        raise KeyError
