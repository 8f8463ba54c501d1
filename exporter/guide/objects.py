"""What templates see: entries, assets, lists and settings. Whatever is read of them is recorded as a read of the page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from exporter.guide.frame import sort_key
from exporter.model import Json, link_key
from exporter.report import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from markupsafe import Markup

    from exporter.guide.library import Asked, Library, Loaded
    from exporter.guide.pages import Page
    from exporter.model import ContentType

_PLAIN = re.compile(r"[A-Za-z0-9_.~/-]*")


class View:
    """The library as one page sees it: in its locale, with links relative to it, every question noted.

    `part` renders a partial template; problems found are kept.
    """

    def __init__(self, library: Library, page: Page, part: Callable[..., Markup]) -> None:
        self.library = library
        self.frame = library.frame
        self.page = page
        self.locale = page.locale
        self.part = part
        self.asked: list[Asked] = []
        self.problems: dict[Problem, None] = {}
        self._above = page.url.split("/")[1:-1]
        self._resolved = 0
        self._types: dict[str, ContentType | None] = {}

    def ask(self, subject: str, argument: str = "") -> Any:
        """Ask a question; it is noted."""
        found = self.library.ask(subject, argument)
        self.asked.append(found)
        return found.answer

    def of_item(self, loaded: Loaded, argument: str) -> Any:
        """Ask something of an item; it is noted."""
        found = self.library.of_item(loaded, argument)
        self.asked.append(found)
        return found.answer

    def answer(self, loaded: Loaded, name: str, locale: str = "") -> tuple[Json, str | None]:
        """Give a field's value in the page's locale and the locale that it came from."""
        found = self.library.field(loaded, name, locale or self.locale)
        self.asked.append(found)
        value: tuple[Json, str | None] = found.answer
        return value

    def value(self, loaded: Loaded, name: str) -> Any:
        """Give a field's value in the page's locale as templates see it."""
        found = self.library.field(loaded, name, self.locale)
        self.asked.append(found)
        value = found.answer[0]
        if not isinstance(value, (dict, list)):
            return value
        if found.plain is None:
            before, wrapped = self._resolved, self.wrap(value)
            if before != self._resolved:
                return wrapped
            found.plain = wrapped
        return found.plain

    def thing(self, key: str) -> Entry | Asset | None:
        """Give an entry or asset; None for one that the mirror does not hold."""
        loaded = self.library.load(key)
        if self.of_item(loaded, "x") is None:
            return None
        return Entry(self, loaded) if key.startswith("entry:") else Asset(self, loaded)

    def target(self, value: Json) -> Entry | Asset | None:
        """Resolve a Link; None for one whose target is not in the mirror, which is a problem, or for no Link."""
        key = link_key(value)
        self._resolved += 1
        found = self.thing(f"{key.kind}:{key.id}") if key is not None else None
        if key is not None and found is None:
            subject = self.page.key or ""
            said = f"{subject or self.page.url} links to {key}, which is not published"
            self.problems[Problem("warning", "link-unresolved", said, subject, self.locale)] = None
        return found

    def wrap(self, value: Json) -> Any:
        """Give a value as templates see it; lists and objects cannot be changed."""
        if isinstance(value, list):
            return tuple(each for each in map(self.wrap, value) if each is not None)
        if not isinstance(value, dict):
            return value
        if value.get("nodeType") == "document":
            return RichText(value)
        if "sys" in value and link_key(value) is not None:
            return self.target(value)
        return MappingProxyType({name: self.wrap(each) for name, each in value.items()})

    def link(self, url: str) -> str:
        """Make an address of the guide relative to this page, naming the file."""
        steps = (f"{url}index.html" if url.endswith("/") else url).split("/")[1:]
        same = 0
        for above, step in zip(self._above, steps[:-1], strict=False):
            if above != step:
                break
            same += 1
        path = "/".join([".."] * (len(self._above) - same) + steps[same:])
        return path if _PLAIN.fullmatch(path) else quote(path, safe="/~")

    def content_type(self, type_id: str) -> ContentType | None:
        """Give what the content model says of a content type; noted once a page."""
        if type_id not in self._types:
            self.ask(f"type:{type_id}")
            self._types[type_id] = self.frame.model.types.get(type_id)
        return self._types[type_id]

    def page_of(self, loaded: Loaded) -> tuple[str, str] | None:
        """Give locale and address of an entry's page, as a link from this page would lead to it; None for none."""
        found: tuple[str, str] | None = self.of_item(loaded, f"u/{self.locale}")
        return found


@dataclass(frozen=True)
class RichText:
    """A Rich Text document; the `html` filter renders it."""

    document: Mapping[str, Json]

    def __bool__(self) -> bool:
        return bool(self.document.get("content"))


class _Thing:
    """An item whose fields are its attributes."""

    __slots__ = ("_loaded", "_view")

    def __init__(self, view: View, loaded: Loaded) -> None:
        self._view = view
        self._loaded = loaded

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        value = self._view.value(self._loaded, name)
        if value is None and name in ("sys", "tags"):
            return Facts(self) if name == "sys" else tags_of(self)
        if value is None:
            raise AttributeError(name)
        return value

    def __getitem__(self, name: str) -> Any:
        try:
            return getattr(self, name)
        except (AttributeError, TypeError):
            raise KeyError(name) from None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Thing) and other._loaded.key == self._loaded.key

    def __hash__(self) -> int:
        return hash(self._loaded.key)

    def __repr__(self) -> str:
        return self._loaded.key


class Entry(_Thing):
    """An entry."""

    __slots__ = ()


class Asset(_Thing):
    """An asset."""

    __slots__ = ()

    @property
    def is_image(self) -> bool:
        """Tell whether the file is a picture."""
        value = self._view.answer(self._loaded, "file")[0]
        kind = value.get("contentType") if isinstance(value, dict) else None
        return isinstance(kind, str) and kind.startswith("image/")


class Facts:
    """The item's own facts: id, type, revision, the times as they came; each is read when it is asked for."""

    __slots__ = ("_thing",)
    _NAMES = frozenset({"id", "createdAt", "updatedAt", "revision", "type"})

    def __init__(self, thing: _Thing) -> None:
        self._thing = thing

    def __getattr__(self, name: str) -> Any:
        if name not in self._NAMES:
            raise AttributeError(name)
        thing = self._thing
        return thing._view.of_item(thing._loaded, f"s/{name}")  # noqa: SLF001 - one module's own

    def __getitem__(self, name: str) -> Any:
        try:
            return getattr(self, name)
        except AttributeError:
            raise KeyError(name) from None


class Settings:
    """Some of site.yaml, as `site` in templates."""

    __slots__ = ("_view",)
    _NAMES = frozenset({"title", "description", "accent", "logo", "base_url"})

    def __init__(self, view: View) -> None:
        self._view = view

    def __getattr__(self, name: str) -> Any:
        if name not in self._NAMES:
            raise AttributeError(name)
        return self._view.ask("site", name)


class Lazy(Sequence[Any]):
    """A sequence that is worked out when it is first looked at, so that a page that does not look has not read it."""

    __slots__ = ("_found", "_make")

    def __init__(self, make: Callable[[], Sequence[Any]]) -> None:
        self._make = make
        self._found: Sequence[Any] | None = None

    def _items(self) -> Sequence[Any]:
        if self._found is None:
            self._found = self._make()
        return self._found

    def __getitem__(self, index: Any) -> Any:
        return self._items()[index]

    def __len__(self) -> int:
        return len(self._items())

    def __iter__(self) -> Iterator[Any]:
        return iter(self._items())


class EntryList(Lazy):
    """The entries of a content type in their order: `[:n]` asks for the first n alone, `length` for the number."""

    __slots__ = ("_letter", "_type", "_view")

    def __init__(self, view: View, type_id: str, letter: str = "") -> None:
        super().__init__(lambda: self._ask(""))
        self._view = view
        self._type = type_id
        self._letter = letter

    def _ask(self, most: str) -> tuple[Entry, ...]:
        view = self._view
        keys = view.ask(f"list:{self._type}", f"k/{view.locale}/{self._letter}/{most}")
        return tuple(Entry(view, view.library.load(key)) for key in keys)

    def __getitem__(self, index: Any) -> Any:
        first = isinstance(index, slice) and index.start in (None, 0) and index.step is None
        if first and isinstance(index.stop, int) and index.stop >= 0 and self._found is None:
            return self._ask(str(index.stop)) if index.stop else ()
        return super().__getitem__(index)

    def __len__(self) -> int:
        if self._letter or self._found is not None:
            return super().__len__()
        return int(self._view.ask(f"list:{self._type}", "n"))


@dataclass(frozen=True)
class FieldValue:
    """A field of an entry as a generic template lists it: its name, type, value and the locale that it came from."""

    id: str
    name: str
    type: str
    value: Any
    locale: str


def tags_of(thing: _Thing) -> tuple[str, ...]:
    """Give the names of an item's tags."""
    view = thing._view  # noqa: SLF001 - one module's own
    return tuple(view.ask(f"tag:{each}") for each in view.of_item(thing._loaded, "m"))  # noqa: SLF001


def type_of(thing: _Thing) -> str:
    """Give the id of an entry's content type; empty for an asset. It belongs to what an item is, so it is not noted."""
    return thing._loaded.type  # noqa: SLF001


def _content_type(thing: _Thing) -> ContentType | None:
    """Give what the content model says of an entry's type, None for one that it does not know."""
    return thing._view.content_type(type_of(thing))  # noqa: SLF001


def _title(thing: _Thing) -> tuple[str, str | None]:
    """Give what an entry or asset is called and the locale of that: in the page's, else the space's default, else the id."""
    view, loaded = thing._view, thing._loaded  # noqa: SLF001
    content_type = _content_type(thing)
    name = content_type.display_field if content_type else "title"
    for code in (view.locale, view.frame.default):
        value, found = view.answer(loaded, name, code)
        if isinstance(value, str) and value.strip():
            return value, found
    return loaded.key.split(":", 1)[1], None


def title_of(thing: _Thing) -> str:
    """Give what an entry or asset is called."""
    return _title(thing)[0]


def locale_of(thing: _Thing, name: str | None = None) -> str:
    """Give the locale that a field (the title where none is named) came from; the page's own where there is none."""
    view = thing._view  # noqa: SLF001
    found = view.answer(thing._loaded, name)[1] if name else _title(thing)[1]  # noqa: SLF001
    content_type = _content_type(thing)
    said = content_type.find(name) if content_type and name else None
    return view.locale if found is None or (said is not None and not said.localized) else found


def url_of(thing: _Thing) -> str:
    """Give the relative address of an entry's page or an asset's file; empty where there is none."""
    view, loaded = thing._view, thing._loaded  # noqa: SLF001
    if isinstance(thing, Entry):
        page = view.page_of(loaded)
        return view.link(page[1]) if page is not None else ""
    path = view.of_item(loaded, f"u/{view.locale}")
    return view.link(f"/{path}") if path else ""


def fields_of(thing: _Thing, wanted: Callable[[Any], bool] | None = None) -> tuple[FieldValue, ...]:
    """Give an entry's filled fields in the editor's order, those of the `wanted` definitions alone if it is given."""
    view, loaded = thing._view, thing._loaded  # noqa: SLF001
    content_type = _content_type(thing)
    found = []
    for each in content_type.fields if content_type else ():
        if wanted is None or wanted(each):
            code = view.answer(loaded, each.id)[1]
            value = view.value(loaded, each.id)
            if value is not None and value not in ("", ()):
                locale = code if code is not None and each.localized else view.locale
                found.append(FieldValue(each.id, each.name, each.type, value, locale))
    return tuple(found)


def picture_of(thing: _Thing) -> Asset | None:
    """Give an entry's picture: the first image among its fields; an asset that is one is its own."""
    if isinstance(thing, Asset):
        return thing if thing.is_image else None
    for each in fields_of(thing, lambda found: "Asset" in (found.link_type, found.items.get("linkType"))):
        values = each.value if isinstance(each.value, tuple) else (each.value,)
        picture = next((value for value in values if isinstance(value, Asset) and value.is_image), None)
        if picture is not None:
            return picture
    return None


def file_values(asset: Asset) -> Mapping[str, Mapping[str, Json]]:
    """Give what an asset's metadata says of its files, by locale."""
    values = asset._view.of_item(asset._loaded, "p")  # noqa: SLF001
    return {code: value for code, value in values.items() if isinstance(value, dict)}


def source_of(asset: Asset) -> str:
    """Give where an asset's file lies at the source: for plain links, never loaded; empty where it has no file."""
    value = asset._view.answer(asset._loaded, "file")[0]  # noqa: SLF001
    url = value.get("url") if isinstance(value, dict) else None
    whole = f"https:{url}" if isinstance(url, str) and url.startswith("//") else url
    return whole if isinstance(whole, str) and whole.startswith(("https://", "http://")) else ""


_SUMMARIES = ("summary", "lead", "excerpt", "teaser", "subtitle", "shortDescription", "description")


def summary_field(thing: _Thing) -> str:
    """Give the id of the field that says in a sentence what an entry is; empty where it has none."""
    view, content_type = thing._view, _content_type(thing)  # noqa: SLF001
    known = (name for name in _SUMMARIES if content_type is None or content_type.find(name))
    return next((name for name in known if isinstance(view.answer(thing._loaded, name)[0], str)), "")  # noqa: SLF001


def field_type(thing: _Thing, name: str) -> str:
    """Give the type that the content model says of a field; empty where it knows none."""
    content_type = _content_type(thing)
    found = content_type.find(name) if content_type else None
    return found.type if found else ""


def referrers_of(thing: _Thing) -> tuple[tuple[str, tuple[Entry, ...]], ...]:
    """Give the entries that link here, by content type, each sorted by title."""
    view = thing._view  # noqa: SLF001
    groups: dict[str, list[Entry]] = {each: [] for each in view.frame.types}
    for type_id, key in view.ask(f"to:{thing._loaded.key}"):  # noqa: SLF001
        if type_id in groups:
            groups[type_id].append(Entry(view, view.library.load(key)))
    return tuple((each, sort_entries(found)) for each, found in groups.items() if found)


def sort_entries(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Sort entries by their `order` field where they have one, then by title."""

    def key(entry: Entry) -> tuple[float, tuple[str, str], str]:
        place = entry._view.answer(entry._loaded, "order")[0] if _has_order(entry) else None  # noqa: SLF001
        number = place if isinstance(place, int | float) else float("inf")
        return number, sort_key(title_of(entry)), entry._loaded.key  # noqa: SLF001

    return tuple(sorted(entries, key=key))


def _has_order(entry: Entry) -> bool:
    content_type = _content_type(entry)
    return content_type is None or content_type.find("order") is not None
