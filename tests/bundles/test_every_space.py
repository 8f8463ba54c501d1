"""Every available space becomes a ZIP, an EPUB and a ZIM without a dead link, and the book is valid."""

from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING

import pytest

from exporter.cli.commands import run
from tests.bundles import made, test_epub, test_zim
from tests.conftest import NO_RECORDINGS, SpaceFiles
from tests.support.everything import SPACE as EVERYTHING
from tests.support.page_builder import put_page_builder
from tests.support.recorded import exports, put_export

if TYPE_CHECKING:
    from pathlib import Path

OWN = ("everything", "page builder")


def built(name: str, root: Path) -> None:
    """Build the guide of a space with only a title and a source."""
    folder = root / "space"
    folder.mkdir()
    if name == "everything":
        with EVERYTHING.serve() as url, pytest.MonkeyPatch.context() as patch:
            patch.setenv("CONTENTFUL_ACCESS_TOKEN", "b4c0n73n7fu1")
            build(root, {"space": "s", "url": url})
    elif name == "page builder":
        put_page_builder(SpaceFiles(folder))
        build(root, {"local": str(folder)})
    else:
        build(root, {"local": str(put_export(name, folder))})


def build(root: Path, source: dict[str, str]) -> None:
    (root / "site.yaml").write_text(json.dumps({"title": "A guide", "source": source}), "utf-8")
    assert run(["-C", str(root), "-q", "build"]) == 0


@pytest.mark.parametrize("name", [*(exports() or ["no exports"]), *OWN])
def test_bundles_are_complete_and_lead_nowhere_else(name: str, tmp_path: Path) -> None:
    if name == "no exports":
        pytest.skip(NO_RECORDINGS)
    built(name, tmp_path)
    for kind in ("zip", "epub", "zim"):
        assert run(["-C", str(tmp_path), "-q", "bundle", "--format", kind]) == 0
    assert made.dead_links(made.unpacked(tmp_path / "guide.zip", tmp_path / "unpacked")) == []
    with zipfile.ZipFile(tmp_path / "guide.zip") as archive:
        pages = {path for path in archive.namelist() if path.endswith(".html")}
    assert len(pages) > 5
    book = tmp_path / "guide.epub"
    assert test_epub.faults(book) == []
    assert test_epub.dead_links(book) == []
    assert len(test_epub.contents(book)) > 3
    zim = tmp_path / "guide.zim"
    assert test_zim.opened(zim).check()
    assert test_zim.dead_links(zim) == []
    assert pages - test_zim.entries(zim).keys() == set()
