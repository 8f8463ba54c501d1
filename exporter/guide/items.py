"""The items of the mirror in memory: their cards out of the index, and whole out of their files where that is due."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING

from exporter.errors import GuardError
from exporter.files import read_file
from exporter.guide.facts import own_facts, read_item
from exporter.guide.index import read_row
from exporter.guide.subjects import Subject
from exporter.model import Item, Key, decode

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from exporter.guide.index import GuideIndex
    from exporter.model import Json

_KEPT = 10_000
"""Cards of items that are kept in memory."""


class Loaded(Subject):
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

    @property
    def item(self) -> Item:
        """The item, as far as it is in memory."""
        kind, _, identifier = self.key.partition(":")
        content_type = {"sys": {"type": "Link", "linkType": "ContentType", "id": self.type}}
        return Item(Key(kind, identifier), {"sys": {"contentType": content_type}, "fields": self.fields})


class Items:
    """Loads items and keeps them for the next page; `files_read` counts the files."""

    def __init__(self, index: GuideIndex, content: Path) -> None:
        self.files_read = 0
        self._index = index
        self._content = str(content)
        self._loaded: OrderedDict[str, Loaded] = OrderedDict()
        self._paths: dict[str, str] = {}

    def load(self, key: str) -> Loaded:
        """Give an item, from memory or from its card in the index."""
        found = self._loaded.get(key)
        if found is None:
            return self.load_all([key])[0]
        self._loaded.move_to_end(key)
        return found

    def load_all(self, keys: Sequence[str]) -> list[Loaded]:
        """Give several items, those that are not in memory by few queries."""
        found = {key: self._loaded[key] for key in keys if key in self._loaded}
        missing = [key for key in keys if key not in found]
        for key, path, card in self._index.cards(missing):
            loaded = found[key] = self._loaded[key] = Loaded(key, path)
            loaded.type, loaded.facts, loaded.tags, loaded.fields, loaded.long = read_row(card)
            if loaded.long is None:
                self.complete(loaded)
        for key in missing:
            if key not in found:
                found[key] = self._loaded[key] = Loaded(key, None)
        entries = [key for key in missing if key.startswith("entry:")]
        if len(entries) > 1:
            pages = self._index.addresses(entries)
            for key in entries:
                found[key].pages = pages.get(key, {})
        while len(self._loaded) > _KEPT:
            self._loaded.popitem(last=False)
        return [found[key] for key in keys]

    def expect(self, keys: Sequence[str]) -> None:
        """Learn by few queries where the files of items lie that will be loaded whole."""
        self._paths = self._index.paths(keys)

    def load_whole(self, key: str) -> Loaded:
        """Give an item with all its fields, out of its file: for the page that shows it."""
        loaded = self._loaded[key] = Loaded(key, self._paths.get(key) or self._index.path_of(key))
        if loaded.path is not None:
            self.complete(loaded)
        return loaded

    def forget(self, key: str) -> None:
        """Drop an item from memory: what is asked of it beside its card is seldom asked twice."""
        self._loaded.pop(key, None)

    def complete(self, loaded: Loaded) -> None:
        """Read an item's file. Raises GuardError where it is not what the index knows any more."""
        self.files_read += 1
        try:
            item = read_item(decode(read_file(f"{self._content}/{loaded.path}")), loaded.path or "")
            if item is None:
                raise ValueError("it is another item's")
        except (OSError, ValueError) as error:
            said = f"content/{loaded.path} changed while it was rendered ({error}): run again"
            raise GuardError("mirror-broken", said) from None
        loaded.type, loaded.fields, loaded.long = item.content_type, item.fields, ()
        loaded.facts, loaded.tags = own_facts(item)
