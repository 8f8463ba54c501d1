"""The folder of a chain: any obstacle at the path of one of its files is replaced."""

from __future__ import annotations

import json
import re
import shutil
from typing import TYPE_CHECKING

import pytest

from exporter.core.naming import file_name
from exporter.reader.folder import ChainFolder
from tests.conftest import CATEGORY, PLACE, entry, locale

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Guide, SpaceFiles


@pytest.fixture
def folder(tmp_path: Path) -> ChainFolder:
    return ChainFolder(tmp_path / "site/updates/en", tmp_path / "scratch")


def test_folder_at_the_path_of_a_file_reads_as_nothing_and_is_replaced(folder: ChainFolder) -> None:
    (folder.root / "list.bin/inside").mkdir(parents=True)
    assert folder.read("list.bin") is None
    folder.write("list.bin", b"new")
    assert folder.read("list.bin") == b"new"


def test_file_at_the_path_of_a_folder_is_replaced(folder: ChainFolder) -> None:
    folder.root.parent.parent.mkdir(parents=True)
    folder.root.parent.write_bytes(b"a file")
    folder.write("since/token.bin", b"new")
    assert folder.read("since/token.bin") == b"new"


def test_folder_at_the_path_of_a_file_to_be_removed_is_removed(folder: ChainFolder) -> None:
    (folder.root / "since/token.bin/inside").mkdir(parents=True)
    folder.remove("since/token.bin")
    assert not (folder.root / "since").exists()


def test_render_repairs_folders_at_the_paths_of_update_files(guide: Guide) -> None:
    text = (guide.root / "site.yaml").read_text("utf-8").replace("offline: false", "offline: true")
    (guide.root / "site.yaml").write_text(text, "utf-8")
    guide.build()
    updates = guide.root / "site/updates"
    for number, path in enumerate(sorted(file for file in updates.rglob("*") if file.is_file())):
        if path.is_file():  # an earlier round may have started a history without it
            path.unlink()
            (path / "inside").mkdir(parents=True)
        (guide.root / "templates").mkdir(exist_ok=True)
        (guide.root / "templates/place.html").write_text(f"other {number}", "utf-8")
        assert guide.run("render").code == 0, path
        assert (updates / "chains.json").is_file(), path
        assert (updates / "en-US/list.bin").is_file(), path


def test_render_repairs_a_file_at_the_path_of_an_update_folder(guide: Guide) -> None:
    text = (guide.root / "site.yaml").read_text("utf-8").replace("offline: false", "offline: true")
    (guide.root / "site.yaml").write_text(text, "utf-8")
    guide.build()
    since = guide.root / "site/updates/en-US/since"
    shutil.rmtree(since)
    since.write_bytes(b"a file")
    (guide.root / "templates").mkdir(exist_ok=True)
    (guide.root / "templates/place.html").write_text("other", "utf-8")
    assert guide.run("render").code == 0
    assert list(since.iterdir())


def test_locales_that_differ_only_by_case_have_folders_of_their_own(guide: Guide, space: SpaceFiles) -> None:
    text = (guide.root / "site.yaml").read_text("utf-8").replace("offline: false", "offline: true")
    (guide.root / "site.yaml").write_text(text, "utf-8")
    space.put_model(PLACE, CATEGORY, locales=[locale("en-US", default=True), locale("en-us", "en-US"), locale("ar")])
    castle = entry("place", "castle", slug="castle")
    castle["fields"]["title"] = {"en-US": "Castle", "en-us": "The Castle", "ar": "القلعة"}
    space.put(castle)
    report = guide.build()
    folders = [file_name("en-US", clash=True), file_name("en-us", clash=True), "ar"]
    updates = guide.root / "site/updates"
    assert {path.name for path in updates.iterdir()} == {*folders, "chains.json"}
    chains = json.loads((updates / "chains.json").read_bytes())["chains"]
    prefixes = ["", f"{file_name('en-us')}/", "ar/"]
    assert {code: chain["prefix"] for code, chain in chains.items()} == dict(zip(folders, prefixes, strict=True))
    assert {code: part["token"] for code, part in report["reader"].items()} == {
        code: chains[folder]["token"] for code, folder in zip(("en-US", "en-us", "ar"), folders, strict=True)
    }
    assert len({chain["token"] for chain in chains.values()}) == len(folders)
    offered = re.findall(r'data-guide-locale="([^"]*)"', guide.page("/offline/"))
    assert sorted(offered) == sorted(folders)
