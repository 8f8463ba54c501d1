"""Bundles that tests look into."""

from __future__ import annotations

import json
import sqlite3
import zipfile
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from exporter.bundles.sqlite.schema import TABLES
from exporter.cli.commands import run
from tests.conftest import Guide
from tests.support.crawl import Crawl

if TYPE_CHECKING:
    from pathlib import Path


def bundle(guide: Guide, kind: str, *options: str) -> dict[str, Any]:
    """Write a bundle, which must exit with 0, and return its part of the report."""
    outcome = guide.run("bundle", "--format", kind, "--json", *options)
    assert outcome.code == 0, outcome
    found: dict[str, Any] = outcome.json["bundle"]
    return found


@dataclass(frozen=True)
class Lisbon(Guide):
    """A guide that tests share; each writes its bundles into a folder of its own."""

    folder: Path

    def bundle(self, kind: str, *options: str) -> tuple[Path, dict[str, Any]]:
        """Write a bundle; return its file and its part of the report."""
        file = self.folder / f"lisbon.{kind}"
        return file, bundle(self, kind, "-o", str(file), *options)

    def unpacked(self, kind: str, *options: str) -> Path:
        """Write an archive and return the folder into which it was unpacked."""
        return unpacked(self.bundle(kind, *options)[0], self.folder / "unpacked")


def demo_guide(root: Path, **settings: Any) -> Path:
    """Build the guide of the bundled space, as `init` makes it, and return its folder."""
    root.mkdir(parents=True, exist_ok=True)
    (root / "site.yaml").write_text(json.dumps({"title": "Lisbon", "source": {"local": "demo"}, **settings}), "utf-8")
    assert run(["-C", str(root), "-q", "build"]) == 0
    return root


def rows_of(file: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Return the rows of each table of content of an SQLite bundle, in the order of their keys."""
    found = {}
    with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as database:
        for table in TABLES:
            key = ", ".join(column for column, _ in table.key)
            found[table.name] = database.execute(f"SELECT * FROM {table.name} ORDER BY {key}").fetchall()
    return found


def faults_of(file: Path) -> list[Any]:
    """Return what SQLite itself finds wrong in a file."""
    with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as database:
        whole = database.execute("PRAGMA integrity_check").fetchall()
        return [*(row for row in whole if row != ("ok",)), *database.execute("PRAGMA foreign_key_check").fetchall()]


def unpacked(file: Path, folder: Path) -> Path:
    """Unpack an archive and return its folder."""
    with zipfile.ZipFile(file) as archive:
        assert archive.testzip() is None
        archive.extractall(folder)
    return folder


def dead_links(folder: Path) -> list[Any]:
    """Return the links of the pages in a folder that lead to no file of it, and what they load from elsewhere."""
    crawl = Crawl(folder)
    return [*crawl.dead(), *crawl.loaded_elsewhere()]
