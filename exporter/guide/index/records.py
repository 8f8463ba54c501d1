"""The records of the index: facts of items, indexed items, pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from exporter.core.encoding import pack
from exporter.core.naming import page_path
from exporter.guide.index.database import read_row


class ItemFacts(NamedTuple):
    """The facts of an item.

    `labels`: locale, letter and place in lists. `targets`: key and field of what it links to. `bases`: locale and
    address of each page that it wants. `files`: an asset's paths under site/ and under content/. `lists`: list, locale,
    letter and place in the lists that site.yaml and feeds are made of. `linked_values`: field, locale and value of what
    the addresses of others read of it.
    """

    key: str
    type: str
    labels: tuple[tuple[str, str, bytes], ...] = ()
    targets: tuple[tuple[str, str], ...] = ()
    bases: tuple[tuple[str, str], ...] = ()
    files: tuple[tuple[str, str], ...] = ()
    lists: tuple[tuple[str, str, str, bytes], ...] = ()
    linked_values: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class IndexedItem:
    """An item's row: its number, the digest of its file, its facts; `facts` is None for a foreign file."""

    id: int
    digest: bytes
    facts: ItemFacts | None


def _pack_facts(facts: ItemFacts) -> bytes:
    return pack(list(facts))


def _read_facts(data: bytes | None) -> ItemFacts | None:
    from exporter.guide.index.records import ItemFacts

    if data is None:
        return None
    key, type_id, *lists = read_row(data)
    return ItemFacts(key, type_id, *(tuple(tuple(each) for each in found) for found in lists))


class Page(NamedTuple):
    """A page of the guide.

    Its kind (home, list, entry, moved, or of what no page links to: missing, robots, feed, sitemap), address (from the
    guide's root; that of a file where it does not end with a slash) and locale; `key` names the entry that it shows or
    leads to; a list shows the type or list `type_id`, cut to a `letter`, or a number, where it is long; `template` is
    empty for the one of its type.
    """

    kind: str
    url: str
    locale: str
    key: str | None = None
    type_id: str = ""
    letter: str = ""
    template: str = ""

    @property
    def path(self) -> str:
        """The file under site/."""
        return page_path(self.url)
