"""Answers to questions about an item, out of the item in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from exporter.core.containment import PlainFolders
from exporter.core.naming import asset_files
from exporter.guide.library import questions

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from exporter.core.encoding import Json
    from exporter.core.model import LocalizedValue
    from exporter.core.naming import AssetFile
    from exporter.guide.index.picture_tables import PictureTables
    from exporter.guide.library.items import ItemInMemory, Items
    from exporter.guide.schema.guide_model import GuideModel


class ItemAnswers:
    """Answers the questions about items. Where a long field is asked for, the item's file is read first."""

    def __init__(self, guide: GuideModel, items: Items, pictures: PictureTables, content: Path) -> None:
        self._guide = guide
        self._items = items
        self._pictures = pictures
        self._folders = PlainFolders(content)

    def answer(self, loaded: ItemInMemory, argument: str) -> Json:
        """Answer a question, by its argument."""
        kind, _, rest = argument.partition("/")
        return _ANSWERS[kind](self, loaded, rest)

    def field(self, loaded: ItemInMemory, name: str, locale: str) -> LocalizedValue:
        """Return a field's value in a locale and the locale that it came from."""
        if loaded.long and name in loaded.long:
            self._items.complete(loaded)
        return self._guide.answer_of(loaded.type, loaded.fields, name, locale)

    def _field(self, loaded: ItemInMemory, rest: str) -> LocalizedValue:
        locale, _, name = rest.partition("/")
        return self.field(loaded, name, locale)

    def _type(self, loaded: ItemInMemory, _rest: str) -> str | None:
        return loaded.type if loaded.path is not None else None

    def _sys(self, loaded: ItemInMemory, name: str) -> Json:
        return (loaded.type or "asset") if name == "type" else loaded.facts.get(name)

    def _tags(self, loaded: ItemInMemory, _rest: str) -> Sequence[str]:
        return loaded.tags

    def _files(self, loaded: ItemInMemory, _rest: str) -> Json:
        if loaded.long and "file" in loaded.long:
            self._items.complete(loaded)
        return loaded.item.localized("file")

    def _translated(self, loaded: ItemInMemory, locale: str) -> list[str]:
        if loaded.long:
            self._items.complete(loaded)
        return sorted(name for name in loaded.fields if self._guide.has_own(loaded.fields[name], locale))

    def _address(self, loaded: ItemInMemory, locale: str) -> tuple[str, str] | str | None:
        """Return locale and address of an entry's page, or the path of an asset's file."""
        chain = (locale, *self._guide.chains.get(locale, ()))
        if loaded.key.startswith("asset:"):
            file = self._file(loaded, locale)
            return file.path_in_site(keeps_active=self._guide.site.content.active == "keep") if file else None
        pages = self._items.pages_of(loaded)
        return next(((code, pages[code]) for code in (*chain, *self._guide.locales) if code in pages), None)

    def _picture(self, loaded: ItemInMemory, locale: str) -> list[Json] | None:
        """Return where an asset's file lies under content/, and what it is."""
        file = self._file(loaded, locale)
        return [file.path, *self._pictures.facts_of(file.path)] if file is not None else None

    def _file(self, loaded: ItemInMemory, locale: str) -> AssetFile | None:
        """Return the file of an asset that a page in a locale shows; None if it has none here."""
        if loaded.path is None or self._guide.site.content.assets != "download":
            return None
        if loaded.long and "file" in loaded.long:
            self._items.complete(loaded)
        codes = (locale, *self._guide.chains.get(locale, ()), self._guide.default)
        files = asset_files(loaded.item, loaded.path)
        found = (file for code in codes for file in files if code in file.locales)
        return next((file for file in found if self._folders.find(file.path) is not None), None)


_ANSWERS: dict[str, Callable[[ItemAnswers, ItemInMemory, str], Json]] = {
    questions.FIELD: ItemAnswers._field,
    questions.TYPE: ItemAnswers._type,
    questions.SYS: ItemAnswers._sys,
    questions.TAGS: ItemAnswers._tags,
    questions.FILES: ItemAnswers._files,
    questions.TRANSLATED: ItemAnswers._translated,
    questions.ADDRESS: ItemAnswers._address,
    questions.PICTURE: ItemAnswers._picture,
}
