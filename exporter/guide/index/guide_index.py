"""The index of the guide: items, links, pages and what each page read. A cache: without it all is made anew."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from exporter.guide.index import (
    built_table,
    earlier_tables,
    file_tables,
    item_table,
    label_table,
    page_table,
    picture_tables,
    point_table,
    published,
    read_tables,
    search_tables,
)
from exporter.guide.index.database import Database
from exporter.guide.index.records import pack_facts

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from exporter.guide.index.records import NewItem

INDEX = "guide.db"
"""The name of its file in the cache."""

_TABLES = (
    *(item_table, label_table, page_table, built_table, read_tables, file_tables, picture_tables),
    *(earlier_tables, point_table, search_tables),
    published,  # its triggers are on tables of the others
)
_SCHEMA = "".join(module.SCHEMA for module in _TABLES)


class GuideIndex(Database):
    """The tables, each with its queries, and what concerns several of them."""

    def __init__(
        self, path: Path | None, program: str = "", *, read_only: bool = False, unchanging: bool = False
    ) -> None:
        super().__init__(path, _SCHEMA, program, read_only=read_only, unchanging=unchanging)
        self.items = item_table.ItemTable(self)
        self.labels = label_table.LabelTable(self)
        self.links = item_table.LinkTable(self)
        self.pages = page_table.PageTable(self)
        self.built = built_table.BuiltTable(self)
        self.reads = read_tables.ReadTables(self)
        self.asset_files = file_tables.AssetFileTable(self)
        self.copies = file_tables.CopyTable(self)
        self.pictures = picture_tables.PictureTables(self)
        self.folders = file_tables.FolderTable(self)
        self.listed = file_tables.ListedTable(self)
        self.search = search_tables.SearchTables(self)
        self.earlier = earlier_tables.EarlierTables(self)
        self.points = point_table.PointTable(self)

    def put_items(self, items: Iterable[NewItem]) -> None:
        """Write the rows of files that have none."""
        number = self.items.last_number()
        rows: list[tuple[Any, ...]] = []
        labels, links, files, points = [], [], [], []
        for path, signature, digest, facts, summary in items:
            number += 1
            if facts is None:
                rows.append((number, path, signature, digest, None, None, summary))
                continue
            rows.append((number, path, signature, digest, facts.key, pack_facts(facts), summary))
            labels += [(facts.type, code, sort, letter, number) for code, letter, sort in facts.labels]
            labels += [(name, code, sort, letter, number) for name, code, letter, sort in facts.lists]
            links += [(target, name, number, facts.type) for target, name in facts.targets]
            files += [(source, place, facts.key) for place, source in facts.files]
            points += [(number, *point) for point in facts.points]
        self.items.insert(rows)
        self.labels.insert(labels)
        self.links.insert(links)
        self.asset_files.insert(files)
        self.points.insert(points)

    def drop_item(self, path: str) -> None:
        """Remove the row of a file and what hangs on it, its pages excepted."""
        item = self.items.at_path(path)
        if item is None:
            return
        if item.facts is not None:
            labels = [(item.facts.type, code, sort) for code, _, sort in item.facts.labels]
            self.labels.delete([*labels, *((name, code, sort) for name, code, _, sort in item.facts.lists)])
            self.links.delete((target, name, item.id) for target, name in item.facts.targets)
            self.asset_files.delete(source for _, source in item.facts.files)
            if item.facts.points:
                self.points.delete(item.id)
        self.items.delete(item.id)

    def drop_page(self, number: int) -> None:
        """Remove a page and what is known of its rendering."""
        self.forget_rendering(number)
        self.pictures.set_uses({number: ()})
        self.pages.delete(number)

    def forget_rendering(self, number: int) -> None:
        """Make a page stale and remove what it read."""
        self.reads.forget(number)
        self.built.forget((number,))
