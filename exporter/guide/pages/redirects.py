"""Redirects: the earlier addresses that entries' records make, kept so that only what changed is worked out anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exporter.config.url_patterns import paths_of
from exporter.core.encoding import value_digest
from exporter.guide.index.records import Page, PageKind
from exporter.guide.index.subjects import referred_key
from exporter.guide.pages.addresses import earlier_addresses
from exporter.guide.schema.guide_model import is_own

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from exporter.core.model import Item
    from exporter.core.moved import Record
    from exporter.guide.index.guide_index import GuideIndex
    from exporter.guide.index.records import ItemFacts
    from exporter.guide.schema.guide_model import GuideModel


_MOST_SINGLE_LOOKUPS = 500
"""Addresses and entries that are looked up one by one; for more than these all earlier addresses are taken."""


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
        """Bring the addresses up to date; return those that came or went, or may lead elsewhere now.

        `load` reads an entry, `moved` holds the records, `changed` are subjects that concern items.
        """
        records = {key: value_digest(fields) for key, fields in moved.items()}
        touched: set[str] = set()
        for key in sorted(self._stale(records, changed, everything=everything)):
            touched |= self._index.earlier.urls_from(key)
            self._index.earlier.delete(key)
            if key in moved:
                touched |= self._keep(key, load(key), moved[key], records[key])
        return touched

    def _stale(self, records: Mapping[str, bytes], changed: Iterable[str], *, everything: bool) -> set[str]:
        """Return the entries whose records, by their digests, or whose earlier addresses may be different now."""
        standing = self._index.earlier.record_digests()
        known = standing.keys() | records.keys()
        if everything or not known:
            return known
        differing = {key for key in known if standing.get(key) != records.get(key)}
        return differing | (self._concerned(changed) & known)

    def _keep(self, key: str, item: Item | None, record: Record, digest: bytes) -> set[str]:
        """Work out the earlier addresses that come from a record, keep them and return them."""
        index, read = self._index, set[str]()

        def facts_of(other: str) -> ItemFacts | None:
            read.add(other)
            return index.items.facts_of(other)

        found = list(earlier_addresses(index, self._guide, item, record, facts_of)) if item is not None else []
        index.earlier.insert(key, digest, found, read - {key})
        return {address.url for address in found}

    def _concerned(self, changed: Iterable[str]) -> set[str]:
        """Return the entries whose earlier addresses may differ: what changed, what read it, what it leads to."""
        subjects = set(changed)
        keys = {subject for subject in subjects if subject.startswith("entry:")}
        if not self._guide.linked_fields:
            return keys
        readers = {reader for key in keys for reader in self._index.earlier.readers_of(key)}
        referred = {key for key in map(referred_key, subjects) if key is not None and key.startswith("entry:")}
        return readers | self._led_to(keys | referred)

    def _led_to(self, keys: set[str]) -> set[str]:
        """Return entries and all that their links in fields of patterns lead to, which may read them in addresses."""
        patterns = (pattern.url or "" for pattern in self._guide.site.pages.values())
        names = {name for url in patterns for path in paths_of(url) for name in path}
        found, pending = set(keys), list(keys)
        while pending:
            facts = self._index.items.facts_of(pending.pop())
            further = {key for key, name in facts.targets if name in names} - found if facts is not None else set()
            found |= further
            pending += further
        return found

    def met(self, urls: set[str], sources: set[str]) -> set[str]:
        """Return the earlier addresses that are among `urls`, where pages came or went, or that lead to `sources`."""
        earlier = self._index.earlier
        if len(urls) + len(sources) > _MOST_SINGLE_LOOKUPS:
            return earlier.urls()
        return set().union(*map(earlier.urls_like, urls), *map(earlier.urls_to, sources))

    def leading(self, address: str) -> tuple[str, str, str] | None:
        """Return key, locale and address of the redirect at an address, however it is cased; None if there is none.

        It leads to a page; any other page at that address, or a file that the guide needs there, takes precedence. Of
        several records the last one counts.
        """
        pages = self._index.pages
        for source, code, url, dated in self._index.earlier.leading_from(address):
            if dated and not pages.is_parted(source, code):
                continue
            if pages.has_page(source, code) and not pages.is_taken(url) and not is_own(self._guide, url, code):
                return source, code, url
        return None

    def pages_at(self, address: str) -> list[Page]:
        """Return the page that leads on from an address, however it is cased; none where nothing leads on."""
        found = self.leading(address)
        return [Page(PageKind.MOVED, found[2], found[1], found[0], template="moved.html")] if found is not None else []
