"""What filters say of an entry or asset: its title, address, picture, fields. All of it is read through its view."""

from __future__ import annotations

from dataclasses import dataclass
from functools import wraps
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, TypeVar

from exporter.guide.schema.field_roles import UNKNOWN
from exporter.guide.schema.field_words import label
from exporter.guide.schema.ordering import place_of, sort_key
from exporter.guide.schema.titles import find_title, is_file_name
from exporter.render.view.lazy import Lazy
from exporter.render.view.view import Asset, Entry, Thing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from exporter.core.encoding import Json
    from exporter.core.model import ContentType, Field
    from exporter.guide.schema.field_roles import Roles
    from exporter.render.view.view import View


@dataclass(slots=True)  # templates can change nothing, and one that is frozen takes three times as long to make
class FieldValue:
    """A field of an entry as a generic template lists it: its name, type, value and the locale that it came from."""

    id: str
    name: str
    type: str
    value: Any
    locale: str


T = TypeVar("T")


def once(function: Callable[[Any], T]) -> Callable[[Any], T]:
    """Work out once a page what is said of an entry or asset."""

    @wraps(function)
    def found(thing: Any) -> T:
        known: dict[Any, T] = thing._known
        if function not in known:
            known[function] = function(thing)
        return known[function]

    return found


def type_of(thing: Thing) -> str:
    """Give the id of an entry's content type; empty for an asset. It belongs to what an item is, so it is not noted."""
    return thing._loaded.type


def _content_type(thing: Thing) -> ContentType | None:
    """Give what the content model says of an entry's type, None for one that it does not know."""
    return thing._view.content_type(type_of(thing))


def roles_of_thing(thing: Thing) -> Roles:
    """Tell what the fields of a thing are for; what the content model says of its type is noted."""
    view = thing._view
    return view.guide.roles.get(type_of(thing), UNKNOWN) if _content_type(thing) is not None else UNKNOWN


@once
def _title(thing: Thing) -> tuple[str, str | None]:
    """Give what an entry or asset is called and the locale of that: in the page's locale, else the default one."""
    view, loaded = thing._view, thing._loaded
    kind, plain = type_of(thing), view.guide.unlocalized

    def ask(name: str, code: str) -> tuple[Any, str | None]:
        value, found = view.answer(loaded, name, code)
        return value, view.locale if (kind, name) in plain else found

    found = find_title(roles_of_thing(thing), (view.locale, view.guide.default), ask)
    if isinstance(thing, Asset) and (found is None or found.value.startswith(("https://", "http://"))):
        stem = PurePosixPath(_file_name(thing)).stem.replace("_", " ").strip()
        return stem or loaded.key.partition(":")[2], None
    return (found.value, found.locale) if found is not None else (view.guide.untitled(kind), None)


def _file_name(asset: Asset) -> str:
    """Give the name of an asset's file; empty where it has none."""
    value = asset._view.answer(asset._loaded, "file")[0]
    name = value.get("fileName") if isinstance(value, dict) else None
    return name if isinstance(name, str) else ""


def caption_of(asset: Asset) -> str:
    """Give an asset's title; empty where that is only what its file was called when it came."""
    title, code = _title(asset)
    return title if code is not None and not is_file_name(title, _file_name(asset)) else ""


def alt_of(asset: Asset) -> str:
    """Give what an asset shows, in words: its description, else its caption."""
    said = asset._view.answer(asset._loaded, "description")[0]
    return said.strip() if isinstance(said, str) and said.strip() else caption_of(asset)


def title_of(thing: Thing) -> str:
    """Give what an entry or asset is called."""
    return _title(thing)[0]


def locale_of(thing: Thing, name: str | None = None) -> str:
    """Give the locale that a field (the title where none is named) came from; the page's own where there is none."""
    view = thing._view
    found = view.answer(thing._loaded, name)[1] if name else _title(thing)[1]
    content_type = _content_type(thing)
    said = content_type.find(name) if content_type and name else None
    return view.locale if found is None or (said is not None and not said.localized) else found


@once
def url_of(thing: Thing) -> str:
    """Give the relative address of an entry's page or an asset's file; empty where there is none."""
    view, loaded = thing._view, thing._loaded
    if isinstance(thing, Entry):
        page = view.page_of(loaded)
        return view.link(page[1]) if page is not None else ""
    path = view.of_item(loaded, f"u/{view.locale}")
    return view.link(f"/{path}") if path else ""


def fields_of(thing: Thing, wanted: Callable[[Any], bool] | None = None) -> tuple[FieldValue, ...]:
    """Give an entry's filled fields in the editor's order, those of the `wanted` definitions alone if it is given."""
    content_type = _content_type(thing)
    definitions = content_type.fields if content_type else ()
    found = (_field(thing, each) for each in definitions if wanted is None or wanted(each))
    return tuple(each for each in found if each is not None)


def _field(thing: Thing, definition: Field) -> FieldValue | None:
    """Give a field of an entry, None where it is empty; worked out once a page."""
    known, name = thing._known, definition.id
    if name not in known:
        value, code = thing._read(name)
        locale = code if code is not None and definition.localized else thing._view.locale
        filled = value is not None and value not in ("", ())
        known[name] = FieldValue(name, label(definition.name), definition.type, value, locale) if filled else None
    found: FieldValue | None = known[name]
    return found


def picture_of(thing: Thing) -> Asset | None:
    """Give an entry's picture: the first image among its fields, single ones first; an asset that is one is its own."""
    return _picture(thing)[1]


def picture_field(thing: Thing) -> str:
    """Give the field that an entry's picture is in; empty where it has none."""
    return _picture(thing)[0]


@once
def _picture(thing: Thing) -> tuple[str, Asset | None]:
    if isinstance(thing, Asset):
        return "", thing if thing.is_image else None
    view, loaded = thing._view, thing._loaded
    for name in roles_of_thing(thing).pictures:
        value = view.answer(loaded, name).value
        assets = map(view.target, value if isinstance(value, list) else (value,))
        picture = next((each for each in assets if isinstance(each, Asset) and each.is_image), None)
        if picture is not None:
            return name, picture
    return "", None


def file_values(asset: Asset) -> Mapping[str, Mapping[str, Json]]:
    """Give what an asset's metadata says of its files, by locale."""
    values = asset._view.of_item(asset._loaded, "p")
    return {code: value for code, value in values.items() if isinstance(value, dict)}


def source_of(asset: Asset) -> str:
    """Give where an asset's file lies at the source: for plain links, never loaded; empty where it has no file."""
    value = asset._view.answer(asset._loaded, "file")[0]
    url = value.get("url") if isinstance(value, dict) else None
    whole = f"https:{url}" if isinstance(url, str) and url.startswith("//") else url
    return whole if isinstance(whole, str) and whole.startswith(("https://", "http://")) else ""


@once
def summary_field(thing: Thing) -> str:
    """Give the id of the field that says in a sentence what an entry is; empty where it has none."""
    view, loaded = thing._view, thing._loaded
    for name in roles_of_thing(thing).summaries:
        value = view.answer(loaded, name)[0]
        if value.strip() if isinstance(value, str) else isinstance(value, dict) and value.get("content"):
            return name
    return ""


def field_type(thing: Thing, name: str) -> str:
    """Give the type that the content model says of a field; empty where it knows none."""
    content_type = _content_type(thing)
    found = content_type.find(name) if content_type else None
    return found.type if found else ""


def referrers_of(thing: Thing) -> tuple[tuple[str, Referrers], ...]:
    """Give the entries that link here, by content type, each sorted by title; parts of other pages are left out."""
    view = thing._view
    own = type_of(thing)
    types = (
        each for each in view.guide.types if each not in view.guide.embedded_types or own in view.guide.embedded_types
    )
    groups: dict[str, list[str]] = {each: [] for each in types}
    for type_id, key in view.ask(f"to:{thing._loaded.key}"):
        if type_id in groups:
            groups[type_id].append(key)
    return tuple((each, Referrers(view, keys)) for each, keys in groups.items() if keys)


class Referrers(Lazy):
    """Entries that link to something: how many they are asks nothing of them."""

    __slots__ = ("_keys",)

    def __init__(self, view: View, keys: list[str]) -> None:
        super().__init__(lambda: sort_entries(map(view.known, view.library.items.load_all(keys))))
        self._keys = keys

    def __len__(self) -> int:
        return len(self._keys)


def sort_entries(entries: Iterable[Entry]) -> tuple[Entry, ...]:
    """Sort entries by their `order` field or date where they have one, then by title."""

    def key(entry: Entry) -> tuple[float, tuple[str, str], str]:
        place = place_of(roles_of_thing(entry), lambda name: _place(entry, name))
        return place, sort_key(title_of(entry)), entry._loaded.key

    return tuple(sorted(entries, key=key))


def _place(entry: Entry, name: str) -> Json:
    content_type = _content_type(entry)
    if content_type is not None and content_type.find(name) is None:
        return None
    return entry._view.answer(entry._loaded, name)[0]


def type_name(view: View, type_id: str) -> str:
    """Give what a type's list is called: a word `type.ID` of the templates, else the name in the content model."""
    said = str(view.ask("word", f"{view.locale}/type.{type_id}"))
    content_type = view.content_type(type_id)
    return label(content_type.name) if said == f"type.{type_id}" and content_type else said
