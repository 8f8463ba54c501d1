"""What templates see: entries and assets with their fields in the page's locale, links resolved when they are asked."""

from __future__ import annotations

import posixpath
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from exporter.guide.library import sort_key
from exporter.layout import asset_files
from exporter.model import Item, Json, Key, link_key
from exporter.report import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from markupsafe import Markup

    from exporter.guide.library import Library
    from exporter.guide.pages import Page, Plan


@dataclass(frozen=True)
class View:
    """The library as one page sees it: in its locale, with links relative to it.

    `part` renders a partial template; problems found are kept.
    """

    library: Library
    plan: Plan
    page: Page
    content: Path
    part: Callable[..., Markup]
    problems: dict[Problem, None] = field(default_factory=dict)

    def entry(self, key: Key) -> Entry | None:
        """Give an entry; None for one that the mirror does not hold."""
        item = self.library.items.get(key)
        return Entry(self, item) if item is not None else None

    def target(self, value: Json) -> Entry | Asset | None:
        """Resolve a Link; None for one whose target is not in the mirror, which is a problem, or for no Link."""
        key = link_key(value)
        item = self.library.items.get(key) if key is not None else None
        if key is not None and item is None:
            subject = str(self.page.key or "")
            said = f"{subject or self.page.url} links to {key}, which is not published"
            self.problems[Problem("warning", "link-unresolved", said, subject, self.page.locale)] = None
        if item is None:
            return None
        return Entry(self, item) if item.key.kind == "entry" else Asset(self, item)

    def answer(self, item: Item, name: str) -> tuple[Json, str | None]:
        """Give a field's value in the page's locale and the locale that it came from."""
        return self.library.answer(item, name, self.page.locale)

    def wrap(self, value: Json) -> Any:
        """Give a value as templates see it; lists and objects cannot be changed."""
        if isinstance(value, list):
            return tuple(each for each in map(self.wrap, value) if each is not None)
        if not isinstance(value, dict):
            return value
        if value.get("nodeType") == "document":
            return RichText(value)
        if link_key(value) is not None:
            return self.target(value)
        return MappingProxyType({name: self.wrap(each) for name, each in value.items()})

    def link(self, url: str) -> str:
        """Make an address of the guide relative to this page, naming the file."""
        path = f"{url}index.html" if url.endswith("/") else url
        return quote(posixpath.relpath(path, self.page.url), safe="/~")

    def page_of(self, key: Key) -> Page | None:
        """Find an entry's page, as a link from this page would lead to it."""
        return self.plan.page_of(key, self.page.locale, self.library.model.chain(self.page.locale))


@dataclass(frozen=True)
class RichText:
    """A Rich Text document; the `html` filter renders it."""

    document: Mapping[str, Json]

    def __bool__(self) -> bool:
        return bool(self.document.get("content"))


class _Thing:
    """An item whose fields are its attributes."""

    __slots__ = ("_item", "_view")

    def __init__(self, view: View, item: Item) -> None:
        self._view = view
        self._item = item

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        value = self._view.wrap(self._view.answer(self._item, name)[0])
        if value is None and name in ("sys", "tags"):
            return self._facts() if name == "sys" else self._tags()
        if value is None:
            raise AttributeError(name)
        return value

    def __getitem__(self, name: str) -> Any:
        try:
            return getattr(self, name)
        except (AttributeError, TypeError):
            raise KeyError(name) from None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Thing) and other._item.key == self._item.key

    def __hash__(self) -> int:
        return hash(self._item.key)

    def __repr__(self) -> str:
        return str(self._item.key)

    def _facts(self) -> Mapping[str, Any]:
        """Give the item's own facts: id, type, the times as they came."""
        raw = self._item.sys
        facts = {name: raw.get(name) for name in ("id", "createdAt", "updatedAt", "revision")}
        return MappingProxyType({**facts, "type": self._item.content_type or "asset"})

    def _tags(self) -> tuple[str, ...]:
        """Give the names of the item's tags."""
        metadata = self._item.raw.get("metadata")
        links = metadata.get("tags") if isinstance(metadata, dict) else None
        ids = (each["sys"]["id"] for each in links or () if isinstance(each, dict) and "sys" in each)
        return tuple(self._view.library.tags.get(each, each) for each in ids)


class Entry(_Thing):
    """An entry."""

    __slots__ = ()


class Asset(_Thing):
    """An asset."""

    __slots__ = ()

    @property
    def is_image(self) -> bool:
        """Tell whether the file is a picture."""
        value = self._view.answer(self._item, "file")[0]
        kind = value.get("contentType") if isinstance(value, dict) else None
        return isinstance(kind, str) and kind.startswith("image/")


@dataclass(frozen=True)
class FieldValue:
    """A field of an entry as a generic template lists it: its name, type, value and the locale that it came from."""

    id: str
    name: str
    type: str
    value: Any
    locale: str


def title_of(thing: _Thing) -> str:
    """Give what an entry or asset is called."""
    view, item = thing._view, thing._item  # noqa: SLF001 - one module's own
    return str(view.library.title(item, view.page.locale).value)


def locale_of(thing: _Thing, name: str | None = None) -> str:
    """Give the locale that a field (the title where none is named) came from; the page's own where there is none."""
    view, item = thing._view, thing._item  # noqa: SLF001
    found = view.answer(item, name)[1] if name else view.library.title(item, view.page.locale).locale
    content_type = view.library.model.types.get(item.content_type)
    said = content_type.find(name) if content_type and name else None
    return view.page.locale if found is None or (said is not None and not said.localized) else found


def url_of(thing: _Thing) -> str:
    """Give the relative address of an entry's page or an asset's file; empty where there is none."""
    view, item = thing._view, thing._item  # noqa: SLF001
    if item.key.kind == "entry":
        page = view.page_of(item.key)
        return view.link(page.url) if page is not None else ""
    locales = (*view.library.model.chain(view.page.locale), view.library.model.default_locale)
    files = asset_files(item, view.library.paths[item.key])
    for code in locales:
        for file in files:
            if code in file.locales and (view.content / file.path).is_file():
                return view.link(f"/{file.public_path}")
    return ""


def fields_of(thing: _Thing) -> tuple[FieldValue, ...]:
    """Give an entry's filled fields in the editor's order."""
    view, item = thing._view, thing._item  # noqa: SLF001
    content_type = view.library.model.types.get(item.content_type)
    found = []
    for each in content_type.fields if content_type else ():
        value = view.wrap(view.answer(item, each.id)[0])
        if value is not None and value not in ("", ()):
            found.append(FieldValue(each.id, each.name, each.type, value, locale_of(thing, each.id)))
    return tuple(found)


def picture_of(thing: _Thing) -> Asset | None:
    """Give an entry's picture: the first image among its fields; an asset that is one is its own."""
    if isinstance(thing, Asset):
        return thing if thing.is_image else None
    for each in fields_of(thing):
        for value in each.value if isinstance(each.value, tuple) else (each.value,):
            if isinstance(value, Asset) and value.is_image:
                return value
    return None


def source_of(asset: Asset) -> str:
    """Give where an asset's file lies at the source: for plain links, never loaded; empty where it has no file."""
    value = asset._view.answer(asset._item, "file")[0]  # noqa: SLF001
    url = value.get("url") if isinstance(value, dict) else None
    whole = f"https:{url}" if isinstance(url, str) and url.startswith("//") else url
    return whole if isinstance(whole, str) and whole.startswith(("https://", "http://")) else ""


_SUMMARIES = ("summary", "lead", "excerpt", "teaser", "subtitle", "shortDescription", "description")


def summary_field(thing: _Thing) -> str:
    """Give the id of the field that says in a sentence what an entry is; empty where it has none."""
    view, item = thing._view, thing._item  # noqa: SLF001
    filled = (name for name in _SUMMARIES if isinstance(view.answer(item, name)[0], str))
    return next(filled, "")


def field_type(thing: _Thing, name: str) -> str:
    """Give the type that the content model says of a field; empty where it knows none."""
    content_type = thing._view.library.model.types.get(thing._item.content_type)  # noqa: SLF001
    found = content_type.find(name) if content_type else None
    return found.type if found else ""


def referrers_of(thing: _Thing) -> tuple[tuple[str, tuple[Entry, ...]], ...]:
    """Give the entries that link here, by content type, each sorted by title."""
    view, item = thing._view, thing._item  # noqa: SLF001
    groups: dict[str, list[Entry]] = {each: [] for each in view.plan.types}
    for key in view.library.backlinks.get(item.key, ()):
        source = view.library.items[key]
        if key.kind == "entry" and source.content_type in groups:
            groups[source.content_type].append(Entry(view, source))
    return tuple((each, sort_entries(found)) for each, found in groups.items() if found)


def sort_entries(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Sort entries by their `order` field where they have one, then by title."""

    def key(entry: Entry) -> tuple[float, tuple[str, str], str]:
        place = entry._view.answer(entry._item, "order")[0]  # noqa: SLF001
        number = place if isinstance(place, int | float) else float("inf")
        return number, sort_key(title_of(entry)), entry._item.key.id  # noqa: SLF001

    return tuple(sorted(entries, key=key))
