"""The index of the guide: items, links, pages and what each page read. A cache: without it all is made anew."""

from __future__ import annotations

import hashlib
import sqlite3
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar

from exporter.core.encoding import unpack
from exporter.guide.index.database import Database, read_row
from exporter.guide.index.records import IndexedItem, _pack_facts, _read_facts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from exporter.guide.index.records import ItemFacts, Page

T = TypeVar("T")

_IN_A_QUERY = 500


@lru_cache(maxsize=1 << 16)
def subject_number(subject: str) -> int:
    """Give the number that stands for a subject in `touch`; two with the same one only cost a second look."""
    return int.from_bytes(
        hashlib.blake2b(subject.encode("utf-8", "replace"), digest_size=8).digest(), "big", signed=True
    )


class GuideIndex(Database):
    """The tables, and the questions that are asked of them alone."""

    def __init__(self, path: Path | None, program: str = "", *, read_only: bool = False) -> None:
        super().__init__(path, program, read_only=read_only)
        self._forms: dict[int, tuple[str, ...]] = {}

    def signs_in(self, folder: str) -> list[tuple[str, int]]:
        """Give path and sign of each item file in a folder."""
        try:
            return self.rows("SELECT path, sign FROM item WHERE path > ? AND path < ?", f"{folder}/", f"{folder}0")
        except UnicodeEncodeError:
            return []  # a name that no row can hold

    def item_at(self, path: str) -> IndexedItem | None:
        """Give the row of the file at a path."""
        row = self.database.execute("SELECT id, digest, facts FROM item WHERE path = ?", (path,)).fetchone()
        return IndexedItem(row[0], row[1], _read_facts(row[2])) if row is not None else None

    def path_of(self, key: str) -> str | None:
        """Give the path of an item's JSON under content/; None for an item that the mirror does not hold."""
        found = self.value("SELECT path FROM item WHERE key = ?", key)
        return str(found) if found is not None else None

    def cards(self, keys: Sequence[str]) -> Iterator[tuple[str, str, bytes]]:
        """Yield key, path under content/ and card of those items that the mirror holds."""
        for some, marks in _in_parts(keys):
            query = f"SELECT key, path, card FROM item WHERE key IN ({marks})"  # noqa: S608 - question marks
            yield from self.database.execute(query, some).fetchall()

    def linked_cards(self, most: int) -> Iterator[tuple[str, str, bytes]]:
        """Yield the same of those items that others link to, `most` of them."""
        query = "SELECT key, path, card FROM item WHERE key IN (SELECT target FROM link) LIMIT ?"
        yield from self.database.execute(query, (most,))

    def addresses(self, keys: Sequence[str]) -> dict[str, dict[str, str]]:
        """Give the addresses of entries' pages, by key and locale."""
        found: dict[str, dict[str, str]] = {}
        for some, marks in _in_parts(keys):
            query = f"SELECT key, locale, url FROM page WHERE key IN ({marks}) AND kind = 'entry'"  # noqa: S608
            for key, locale, url in self.database.execute(query, some):
                found.setdefault(key, {})[locale] = url
        return found

    def referrers(self, keys: Sequence[str]) -> dict[str, list[tuple[str, str]]]:
        """Give what links to each of some items: content type and key of each entry, by that key."""
        found: dict[str, list[tuple[str, str]]] = {each: [] for each in keys}
        for some, marks in _in_parts(keys):
            query = f"""
                SELECT DISTINCT target, type, key FROM link JOIN item ON item.id = link.source
                WHERE target IN ({marks}) ORDER BY key
            """  # noqa: S608 - question marks
            for target, type_id, key in self.database.execute(query, some):
                found[target].append((type_id, key))
        return found

    def facts_of(self, key: str) -> ItemFacts | None:
        """Give the facts of an item; None for one that the mirror does not hold."""
        return _read_facts(self.value("SELECT facts FROM item WHERE key = ?", key))

    def put_items(self, rows: Iterable[tuple[str, int, bytes, ItemFacts | None, bytes]]) -> None:
        """Write the rows of files that have none: path, sign, digest, facts and card of each."""
        number = self.value("SELECT coalesce(max(id), 0) FROM item")
        items: list[tuple[Any, ...]] = []
        labels, links, files = [], [], []
        for path, sign, digest, facts, card in rows:
            number += 1
            if facts is None:
                items.append((number, path, sign, digest, None, None, card))
                continue
            items.append((number, path, sign, digest, facts.key, _pack_facts(facts), card))
            labels += [(facts.type, code, sort, letter, number) for code, letter, sort in facts.labels]
            labels += [(name, code, sort, letter, number) for name, code, letter, sort in facts.lists]
            links += [(target, name, number, facts.type) for target, name in facts.targets]
            files += [(source, place, facts.key) for place, source in facts.files]
        self.database.executemany("INSERT INTO item VALUES (?, ?, ?, ?, ?, ?, ?)", items)
        self.database.executemany("INSERT INTO label VALUES (?, ?, ?, ?, ?)", labels)
        self.database.executemany("INSERT INTO link VALUES (?, ?, ?, ?)", links)
        self.database.executemany("INSERT OR REPLACE INTO asset_file VALUES (?, ?, ?)", files)

    def drop_item(self, path: str) -> None:
        """Remove the row of a file and what hangs on it, its pages excepted."""
        item = self.item_at(path)
        if item is None:
            return
        if item.facts is not None:
            labels = [(item.facts.type, code, sort) for code, _, sort in item.facts.labels]
            labels += [(name, code, sort) for name, code, _, sort in item.facts.lists]
            self.database.executemany("DELETE FROM label WHERE (type, locale, sort) = (?, ?, ?)", labels)
            links = [(target, name, item.id) for target, name in item.facts.targets]
            self.database.executemany("DELETE FROM link WHERE (target, field, source) = (?, ?, ?)", links)
            files = [(source,) for _, source in item.facts.files]
            self.database.executemany("DELETE FROM asset_file WHERE source = ?", files)
        self.database.execute("DELETE FROM item WHERE id = ?", (item.id,))

    def renew_item(self, path: str, sign: int, digest: bytes, card: bytes) -> None:
        """Note that a file holds something else that has the same facts."""
        query = "UPDATE item SET sign = ?, digest = ?, card = ? WHERE path = ?"
        self.database.execute(query, (sign, digest, card, path))

    def sign_again(self, signs: Iterable[tuple[int, str]]) -> None:
        """Note that files look another way and hold the same: the sign and path of each."""
        self.database.executemany("UPDATE item SET sign = ? WHERE path = ?", signs)

    def pages(self, where: str, *values: Any) -> list[tuple[int, Page]]:
        """Give pages with their numbers; `where` is a condition on the table."""
        from exporter.guide.index.records import Page

        query = f"SELECT id, kind, url, locale, key, type, letter, template FROM page WHERE {where}"  # noqa: S608 - conditions stand in the code
        return [(row[0], Page(*row[1:])) for row in self.database.execute(query, values)]

    def pages_numbered(self, numbers: Sequence[int]) -> dict[int, Page]:
        """Give pages by their numbers."""
        found: dict[int, Page] = {}
        for some, marks in _in_parts(numbers):
            found.update(self.pages(f"id IN ({marks})", *some))
        return found

    def paths(self, keys: Sequence[str]) -> dict[str, str]:
        """Give the paths of items' JSON under content/, by key."""
        found: dict[str, str] = {}
        for some, marks in _in_parts(keys):
            query = f"SELECT key, path FROM item WHERE key IN ({marks})"  # noqa: S608 - question marks
            found.update(self.database.execute(query, some).fetchall())
        return found

    def add_pages(self, pages: Iterable[tuple[Page, str | None, int | None]]) -> None:
        """Write new pages with the addresses that they want and their shares of the sitemap."""
        columns = "kind, url, locale, key, type, letter, template, base, bucket"
        query = f"INSERT INTO page ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"  # noqa: S608 - the line above
        self.database.executemany(query, ((*page, base, share) for page, base, share in pages))

    def drop_page(self, number: int) -> None:
        """Remove a page and what is known of its rendering."""
        self.forget_reads(number)
        self.database.execute("DELETE FROM built WHERE page = ?", (number,))
        self.database.execute("DELETE FROM page WHERE id = ?", (number,))

    def mark_stale(self, numbers: Iterable[int]) -> None:
        """Forget that pages were built: a page that is not has to be."""
        self.database.executemany("DELETE FROM built WHERE page = ?", ((each,) for each in numbers))

    def reads_of(self, number: int) -> dict[str, tuple[int, bytes]]:
        """Give a page's recorded reads: of each subject the form of the questions and what stands for the answers."""
        data = self.value("SELECT data FROM reads WHERE page = ?", number)
        found: dict[str, tuple[int, bytes]] = read_row(data) if data is not None else {}
        return found

    def with_reads(self, numbers: Sequence[int]) -> list[int]:
        """Give those pages of which it is known what they read."""
        parts = _in_parts(numbers)
        queries = ((f"SELECT page FROM reads WHERE page IN ({marks})", some) for some, marks in parts)  # noqa: S608
        return [row[0] for query, some in queries for row in self.database.execute(query, some).fetchall()]

    def forget_reads(self, number: int) -> None:
        """Remove what a page read."""
        data = self.value("SELECT data FROM reads WHERE page = ?", number)
        if data is None:
            return
        touched = [(subject_number(each), number) for each in unpack(data)]
        self.database.executemany("DELETE FROM touch WHERE subject = ? AND page = ?", touched)
        self.database.execute("DELETE FROM reads WHERE page = ?", (number,))

    def touched(self, subject: str) -> list[int]:
        """Give the pages that asked something of a subject."""
        return [row[0] for row in self.rows("SELECT page FROM touch WHERE subject = ?", subject_number(subject))]

    def arguments_of(self, form: int) -> tuple[str, ...]:
        """Give the arguments that a form stands for. Raises DatabaseError where it is not there."""
        if form not in self._forms:
            found = self.value("SELECT arguments FROM form WHERE id = ?", form)
            if found is None:
                raise sqlite3.DatabaseError("a form is missing")
            self._forms[form] = tuple(read_row(found))
        return self._forms[form]


def _in_parts(values: Sequence[T]) -> Iterator[tuple[Sequence[T], str]]:
    """Part a sequence so that each part has room in a query; each comes with as many question marks."""
    for start in range(0, len(values), _IN_A_QUERY):
        some = values[start : start + _IN_A_QUERY]
        yield some, ",".join("?" * len(some))
