"""Redirects: what entries' records make of earlier addresses, kept, so that only what moves is worked out anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exporter.config.url_patterns import paths_of
from exporter.core.encoding import value_digest
from exporter.guide.pages.addresses import earlier_addresses
from exporter.guide.schema.guide_model import is_own

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from exporter.core.model import Item
    from exporter.guide.index.guide_index import GuideIndex
    from exporter.guide.index.records import ItemFacts
    from exporter.guide.schema.guide_model import GuideModel

Record = dict[str, dict[str, list[str]]]
"""Earlier values of an entry's fields: by field and locale."""

_MANY = 500


class Redirects:
    """The earlier addresses of the guide, as the index keeps them: by the entry whose record they come from.

    Of each record its digest is kept, and which other entries its addresses read.
    """

    def __init__(self, index: GuideIndex, guide: GuideModel) -> None:
        self._index = index
        self._guide = guide

    def renew(
        self,
        load: Callable[[str], Item | None],
        moved: Mapping[str, Record],
        changed: Iterable[str],
        *,
        everything: bool,
    ) -> set[str]:
        """Bring the addresses up to date with the records; give those that came or went, or may now lead elsewhere.

        `load` reads an entry; `changed` are the subjects of questions about items that changed.
        """
        standing = dict(self._index.rows("SELECT key, record FROM earlier_of"))
        records = {key: value_digest(fields) for key, fields in moved.items()}
        known = standing.keys() | records.keys()
        stale = {key for key in known if everything or standing.get(key) != records.get(key)}
        if known and not everything:
            stale |= self._concerned(changed) & known
        touched: set[str] = set()
        for key in sorted(stale):
            touched |= self._forget(key)
            if key in moved:
                self._index.database.execute("INSERT INTO earlier_of VALUES (?, ?)", (key, records[key]))
                touched |= self._note(key, load(key), moved[key])
        return touched

    def _forget(self, key: str) -> set[str]:
        urls = {url for (url,) in self._index.rows("SELECT url FROM earlier WHERE key = ?", key)}
        for table in ("earlier_of", "earlier_read", "earlier"):
            self._index.database.execute(f"DELETE FROM {table} WHERE key = ?", (key,))  # noqa: S608 - names stand here
        return urls

    def _note(self, key: str, item: Item | None, record: Record) -> set[str]:
        index, asked = self._index, set[str]()

        def facts_of(other: str) -> ItemFacts | None:
            asked.add(other)
            return index.facts_of(other)

        found = list(earlier_addresses(index, self._guide, item, record, facts_of)) if item is not None else []
        rows = [(key, number, *each, each[2].casefold()) for number, each in enumerate(found)]
        index.database.executemany("INSERT INTO earlier VALUES (?, ?, ?, ?, ?, ?)", rows)
        index.database.executemany("INSERT INTO earlier_read VALUES (?, ?)", ((other, key) for other in asked - {key}))
        return {url for _, _, url in found}

    def _concerned(self, changed: Iterable[str]) -> set[str]:
        """Give the entries whose earlier addresses may be others: what changed, what read it, what it leads to."""
        keys = {each for each in changed if each.startswith("entry:")}
        if not self._guide.linked_fields:
            return keys
        reading = "SELECT key FROM earlier_read WHERE asked = ?"
        readers = {row[0] for each in keys for row in self._index.rows(reading, each)}
        return readers | self._led_to(keys | {each[3:] for each in changed if each.startswith("to:entry:")})

    def _led_to(self, keys: set[str]) -> set[str]:
        """Give entries and all that their links in fields of patterns lead to: those may have them in addresses."""
        patterns = (each.url or "" for each in self._guide.site.pages.values())
        names = {name for url in patterns for path in paths_of(url) for name in path}
        found, pending = set(keys), list(keys)
        while pending:
            facts = self._index.facts_of(pending.pop())
            further = {key for key, name in facts.targets if name in names} - found if facts is not None else set()
            found |= further
            pending += further
        return found

    def met(self, urls: set[str], sources: set[str]) -> set[str]:
        """Give the earlier addresses at which a page came or went, or that lead to an entry with such a page."""
        if len(urls) + len(sources) > _MANY:
            return {url for (url,) in self._index.rows("SELECT url FROM earlier")}
        found = [self._index.rows("SELECT url FROM earlier WHERE folded = ?", each.casefold()) for each in urls]
        found += [self._index.rows("SELECT url FROM earlier WHERE source = ?", each) for each in sources]
        return {url for rows in found for (url,) in rows}

    def leading(self, address: str) -> tuple[str, str, str] | None:
        """Give key, locale and address of the redirect at an address, however it is cased; None where there is none.

        It leads to a page, and what lies there, a page or the guide's own, takes its place; of several the last
        record's counts.
        """
        index = self._index
        query = "SELECT source, locale, url FROM earlier WHERE folded = ? ORDER BY key DESC, number DESC"
        for source, code, url in index.rows(query, address.casefold()):
            spoken = index.value("SELECT 1 FROM page WHERE key = ? AND locale = ? AND kind = 'entry'", source, code)
            lies = index.value("SELECT 1 FROM page WHERE url = ? AND kind != 'moved'", url)
            if spoken and not lies and not is_own(self._guide, url, code):
                return source, code, url
        return None
