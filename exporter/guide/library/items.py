"""The items of the mirror in memory: their summaries out of the index, or whole out of their files where needed."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from exporter.core.encoding import decode, pack, unpack
from exporter.core.errors import GuardError
from exporter.core.files import read_file
from exporter.core.model import Item, Key, own_facts
from exporter.core.naming import item_at
from exporter.guide.index.database import read_row
from exporter.guide.library.read_log import Subject

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from exporter.core.encoding import Json
    from exporter.guide.index.guide_index import GuideIndex
    from exporter.guide.schema.titles import Title

_MOST_ITEMS = 8_000
"""Items that stay in memory; those used least recently leave first."""
_MOST_BYTES_WHOLE = 64 << 20
"""Bytes of packed entries that were read for the index and stay in memory for the pages that show them."""
_MOST_LINKED = 8_000
"""Summaries of linked items that are fetched at once, packed, before many pages are rendered."""


class ItemInMemory(Subject):
    """An item in memory; one that the mirror does not hold has no `path`.

    It holds the summary of the index until one of its `long` fields is asked for (None: all are long); then its file is
    read. `pages` are the addresses of its pages by locale, None until they are looked up. `titles` are what it is
    called, by the locale of a page, each with the answers that this depends on, by argument.
    """

    __slots__ = ("facts", "fields", "long", "pages", "path", "tags", "titles", "type")

    def __init__(self, key: str, path: str | None) -> None:
        super().__init__(key)
        self.path = path
        self.type = ""
        self.facts: Mapping[str, Json] = {}
        self.tags: Sequence[str] = ()
        self.fields: Mapping[str, Json] = {}
        self.long: Sequence[str] | None = ()
        self.pages: dict[str, str] | None = None
        self.titles: dict[str, tuple[Title, dict[str, Json]]] = {}

    def take(self, item: Item) -> None:
        """Take over an item as it was read."""
        self.type, self.fields, self.long = item.content_type, item.fields, ()
        self.facts, self.tags = own_facts(item)

    @property
    def item(self) -> Item:
        """The item, as far as it is in memory."""
        kind, _, identifier = self.key.partition(":")
        content_type = {"sys": {"type": "Link", "linkType": "ContentType", "id": self.type}}
        return Item(Key(kind, identifier), {"sys": {"contentType": content_type}, "fields": self.fields})


class Items:
    """Loads items and keeps them for the next page; `files_read` counts files.

    `expected` are the items whose pages are rendered next, with the paths of their files: what is looked up for one of
    them is looked up for all.
    """

    def __init__(self, index: GuideIndex, content: Path) -> None:
        self.files_read = 0
        self._index = index
        self._content = str(content)
        self._loaded: OrderedDict[str, ItemInMemory] = OrderedDict()
        self._whole: dict[str, tuple[str, bytes]] = {}
        self._room = _MOST_BYTES_WHOLE
        self.expected: dict[str, str] = {}
        self._expected_pages: dict[str, dict[str, str]] | None = None
        self._packed: dict[str, tuple[str, str, bytes]] = {}
        self._addresses: dict[str, dict[str, str]] = {}

    def fetch_linked(self) -> None:
        """Fetch summaries of linked items and the addresses of their pages: before many pages are rendered."""
        self._packed = {row[0]: row for row in self._index.items.linked_summaries(_MOST_LINKED)}
        self._addresses = self._index.pages.addresses([key for key in self._packed if key.startswith("entry:")])

    def load(self, key: str) -> ItemInMemory:
        """Return an item, from memory or from its summary in the index."""
        found = self._loaded.get(key)
        if found is None:
            return self.load_all([key])[0]
        self._loaded.move_to_end(key)
        return found

    def load_all(self, keys: Sequence[str]) -> list[ItemInMemory]:
        """Return several items, loading those that are not in memory by few queries."""
        found = {key: self._loaded[key] for key in keys if key in self._loaded}
        missing = [key for key in keys if key not in found]
        packed = [self._packed[key] for key in missing if key in self._packed]
        others = missing if not packed else [key for key in missing if key not in self._packed]
        for key, path, summary in (*packed, *self._index.items.summaries(others)):
            loaded = found[key] = self._loaded[key] = ItemInMemory(key, path)
            loaded.type, loaded.facts, loaded.tags, loaded.fields, loaded.long = read_row(summary)
            loaded.pages = self._addresses.get(key)
            if loaded.long is None:
                self.complete(loaded)
        for key in others:
            if key not in found:
                found[key] = self._loaded[key] = ItemInMemory(key, None)
        entries = [key for key in keys if found[key].pages is None and key.startswith("entry:")]
        if len(entries) > 1:
            pages = self._index.pages.addresses(entries)
            for key in entries:
                found[key].pages = pages.get(key, {})
        while len(self._loaded) > _MOST_ITEMS:
            self._loaded.popitem(last=False)
        return [found[key] for key in keys]

    def keep(self, item: Item, path: str) -> None:
        """Keep an entry that was just read for the pages that show it, as long as there is room."""
        try:
            packed = pack([item.content_type, *own_facts(item), item.fields])
        except (UnicodeEncodeError, OverflowError):
            return
        if self._room >= len(packed):
            self._room -= len(packed)
            self._whole[str(item.key)] = path, packed

    def expect(self, keys: Sequence[str]) -> None:
        """Look up by few queries where the files of items lie that will be loaded whole."""
        self.expected = self._index.items.paths_of(keys)
        self._expected_pages = None

    def load_whole(self, key: str) -> ItemInMemory:
        """Return an item with all its fields: for the page that shows it."""
        path, packed = self._whole.get(key, (None, b""))
        loaded = self._loaded[key] = ItemInMemory(key, path or self.expected.get(key) or self._index.items.path_of(key))
        if packed:
            loaded.type, loaded.facts, loaded.tags, loaded.fields = unpack(packed)
        elif loaded.path is not None:
            self.complete(loaded)
        return loaded

    def pages_of(self, loaded: ItemInMemory) -> dict[str, str]:
        """Return the addresses of an entry's pages by locale."""
        key = loaded.key
        if loaded.pages is None and key in self.expected:
            if self._expected_pages is None:
                self._expected_pages = self._index.pages.addresses(list(self.expected))
            loaded.pages = self._expected_pages.get(key, {})
        elif loaded.pages is None:
            loaded.pages = self._index.pages.addresses([key]).get(key, {})
        return loaded.pages

    def forget(self, key: str) -> None:
        """Drop an item from memory: fields that its summary lacks are seldom asked for twice."""
        self._loaded.pop(key, None)

    def complete(self, loaded: ItemInMemory) -> None:
        """Read an item's file. Raises GuardError if it is gone, or is another item's."""
        self.files_read += 1
        try:
            item = item_at(loaded.path or "", decode(read_file(f"{self._content}/{loaded.path}")))
            if item is None:
                raise ValueError("it holds another item")
        except (OSError, ValueError) as error:
            message = f"content/{loaded.path} changed while the guide was rendered ({error}): run the command again"
            raise GuardError("mirror-broken", message) from None
        loaded.take(item)
