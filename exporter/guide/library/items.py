"""The items of the mirror in memory: their cards out of the index, and whole out of their files where that is due."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from exporter.core.encoding import decode, pack, unpack
from exporter.core.errors import GuardError
from exporter.core.files import read_file
from exporter.core.model import Item, Key, own_facts
from exporter.core.naming import item_at
from exporter.guide.index.database import read_row
from exporter.guide.library.questions import Subject

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from exporter.core.encoding import Json
    from exporter.guide.index.guide_index import GuideIndex

_KEPT = 8_000
"""Cards of items that are kept in memory."""
_WHOLE = 64 << 20
"""Bytes of entries that are kept whole, packed, for the pages that show them."""
_PACKED = 8_000
"""Cards that are fetched at once, packed, where many pages are rendered."""


class ItemInMemory(Subject):
    """An item in memory; one that is not there has no `path`.

    Until one of its `long` fields is asked for, it is the card that the index keeps; None stands for all of them.
    `pages` are the addresses of its pages by locale, None as long as nobody asked.
    """

    __slots__ = ("facts", "fields", "long", "pages", "path", "tags", "type")

    def __init__(self, key: str, path: str | None) -> None:
        super().__init__(key)
        self.path = path
        self.type = ""
        self.facts: Mapping[str, Json] = {}
        self.tags: Sequence[str] = ()
        self.fields: Mapping[str, Json] = {}
        self.long: Sequence[str] | None = ()
        self.pages: dict[str, str] | None = None

    def take(self, item: Item) -> None:
        """Take an item as it was read."""
        self.type, self.fields, self.long = item.content_type, item.fields, ()
        self.facts, self.tags = own_facts(item)

    @property
    def item(self) -> Item:
        """The item, as far as it is in memory."""
        kind, _, identifier = self.key.partition(":")
        content_type = {"sys": {"type": "Link", "linkType": "ContentType", "id": self.type}}
        return Item(Key(kind, identifier), {"sys": {"contentType": content_type}, "fields": self.fields})


class Items:
    """Loads items and keeps them for the next page; `files_read` counts the files.

    `expected` are the items whose pages are rendered next, with the paths of their files.
    """

    def __init__(self, index: GuideIndex, content: Path) -> None:
        self.files_read = 0
        self._index = index
        self._content = str(content)
        self._loaded: OrderedDict[str, ItemInMemory] = OrderedDict()
        self._whole: dict[str, tuple[str, bytes]] = {}
        self._room = _WHOLE
        self.expected: dict[str, str] = {}
        self._expected_pages: dict[str, dict[str, str]] | None = None
        self._packed: dict[str, tuple[str, str, bytes]] = {}
        self._addresses: dict[str, dict[str, str]] = {}

    def fetch_linked(self) -> None:
        """Fetch the cards of what is linked to, and where pages lie, by few queries: before many pages are rendered."""
        self._packed = {row[0]: row for row in self._index.linked_cards(_PACKED)}
        self._addresses = self._index.addresses([each for each in self._packed if each.startswith("entry:")])

    def load(self, key: str) -> ItemInMemory:
        """Give an item, from memory or from its card in the index."""
        found = self._loaded.get(key)
        if found is None:
            return self.load_all([key])[0]
        self._loaded.move_to_end(key)
        return found

    def load_all(self, keys: Sequence[str]) -> list[ItemInMemory]:
        """Give several items, those that are not in memory by few queries."""
        found = {key: self._loaded[key] for key in keys if key in self._loaded}
        missing = [key for key in keys if key not in found]
        packed = [self._packed[key] for key in missing if key in self._packed]
        others = missing if not packed else [key for key in missing if key not in self._packed]
        for key, path, card in (*packed, *self._index.cards(others)):
            loaded = found[key] = self._loaded[key] = ItemInMemory(key, path)
            loaded.type, loaded.facts, loaded.tags, loaded.fields, loaded.long = read_row(card)
            loaded.pages = self._addresses.get(key)
            if loaded.long is None:
                self.complete(loaded)
        for key in others:
            if key not in found:
                found[key] = self._loaded[key] = ItemInMemory(key, None)
        entries = [key for key in keys if found[key].pages is None and key.startswith("entry:")]
        if len(entries) > 1:
            pages = self._index.addresses(entries)
            for key in entries:
                found[key].pages = pages.get(key, {})
        while len(self._loaded) > _KEPT:
            self._loaded.popitem(last=False)
        return [found[key] for key in keys]

    def keep(self, item: Item, path: str) -> None:
        """Keep an entry that was just read for its pages, as long as there is room."""
        try:
            packed = pack([item.content_type, *own_facts(item), item.fields])
        except (UnicodeEncodeError, OverflowError):
            return
        if self._room >= len(packed):
            self._room -= len(packed)
            self._whole[str(item.key)] = path, packed

    def expect(self, keys: Sequence[str]) -> None:
        """Learn by few queries where the files of items lie that will be loaded whole."""
        self.expected = self._index.paths(keys)
        self._expected_pages = None

    def load_whole(self, key: str) -> ItemInMemory:
        """Give an item with all its fields: for the page that shows it."""
        path, packed = self._whole.get(key, (None, b""))
        loaded = self._loaded[key] = ItemInMemory(key, path or self.expected.get(key) or self._index.path_of(key))
        if packed:
            loaded.type, loaded.facts, loaded.tags, loaded.fields = unpack(packed)
        elif loaded.path is not None:
            self.complete(loaded)
        return loaded

    def pages_of(self, loaded: ItemInMemory) -> dict[str, str]:
        """Give the addresses of an entry's pages by locale; of those that are expected, all are fetched at once."""
        key = loaded.key
        if loaded.pages is None and key in self.expected:
            if self._expected_pages is None:
                self._expected_pages = self._index.addresses(list(self.expected))
            loaded.pages = self._expected_pages.get(key, {})
        elif loaded.pages is None:
            loaded.pages = self._index.addresses([key]).get(key, {})
        return loaded.pages

    def forget(self, key: str) -> None:
        """Drop an item from memory: what is asked of it beside its card is seldom asked twice."""
        self._loaded.pop(key, None)

    def complete(self, loaded: ItemInMemory) -> None:
        """Read an item's file. Raises GuardError where it is not what the index knows any more."""
        self.files_read += 1
        try:
            item = item_at(loaded.path or "", decode(read_file(f"{self._content}/{loaded.path}")))
            if item is None:
                raise ValueError("it is another item's")
        except (OSError, ValueError) as error:
            said = f"content/{loaded.path} changed while it was rendered ({error}): run again"
            raise GuardError("mirror-broken", said) from None
        loaded.take(item)
