"""The model of a space: items, changes, locales, content types."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, TypeAlias, TypeGuard

from exporter.core.encoding import canonical, decode, digest, has_cut
from exporter.core.own_address import address_named

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from exporter.core.encoding import Json

_LARGEST = (1 << 63) - 1


class Key(NamedTuple):
    """The key of an item: its kind (`entry` or `asset`) and its id. A deletion carries no more than this."""

    kind: str
    id: str

    def __str__(self) -> str:
        return f"{self.kind}:{self.id}"


@dataclass(frozen=True, slots=True)
class Item:
    """An entry or asset as delivered: all locales, links unresolved.

    `content_type` is the id of an entry's content type; empty for an asset.
    """

    key: Key
    raw: Mapping[str, Json]
    content_type: str = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Find the content type once, since almost everything asks for it."""
        object.__setattr__(self, "content_type", link_id(self.sys.get("contentType")) or "")

    @property
    def sys(self) -> Mapping[str, Json]:
        """The item's own facts: type, id, revision, times."""
        value = self.raw.get("sys")
        return value if isinstance(value, dict) else {}

    @property
    def fields(self) -> Mapping[str, Json]:
        """The values: field, then locale. A missing `fields` is an item with nothing filled in."""
        value = self.raw.get("fields")
        return value if isinstance(value, dict) else {}

    def localized(self, field_id: str) -> Mapping[str, Json]:
        """Return a field's values by locale; `null`, `{}` and a missing field all read as no value."""
        value = self.fields.get(field_id)
        return value if isinstance(value, dict) else {}


@dataclass(frozen=True, slots=True)
class Upsert:
    """An item that is new or changed. `plain`: no number in it is written with an exponent."""

    item: Item
    plain: bool = field(default=False, compare=False)

    @property
    def key(self) -> Key:
        """The item's key."""
        return self.item.key


class Delete(NamedTuple):
    """An item that is gone: deleted, unpublished or archived (the Sync API does not say which)."""

    key: Key
    sys: Mapping[str, Json]


Change: TypeAlias = Upsert | Delete
_KINDS = {"Entry": ("entry", Upsert), "Asset": ("asset", Upsert)}
_GONE = {"DeletedEntry": "entry", "DeletedAsset": "asset"}


def read_change(raw: Json, *, plain: bool = False) -> Change | None:
    """Return the change that an element of a sync page is; None for a type that this program does not know.

    `plain` is passed on to Upsert. Raises ValueError if the element has no `sys` with a type and an id.
    """
    sys = raw.get("sys") if isinstance(raw, dict) else None
    if not isinstance(sys, dict) or not isinstance(sys.get("type"), str) or not _is_text(sys.get("id")):
        raise ValueError("an item without sys.type and sys.id")
    if sys["type"] in _KINDS:
        return Upsert(Item(Key(_KINDS[sys["type"]][0], sys["id"]), raw), plain)
    if sys["type"] in _GONE:
        return Delete(Key(_GONE[sys["type"]], sys["id"]), sys)
    return None


def _is_text(value: Json) -> TypeGuard[str]:
    """Whether a value is a text, not empty, that UTF-8 can encode."""
    if type(value) is not str or not value:
        return False
    return value.isascii() or value == value.encode("utf-8", "replace").decode("utf-8")


def precedence(change: Change) -> tuple[int, str]:
    """Return what orders the changes of one key within a run: the greatest wins, on a tie the first received."""
    sys = change.item.sys if isinstance(change, Upsert) else change.sys
    revision = sys.get("revision")
    time = sys.get("deletedAt") or sys.get("updatedAt")
    return (
        max(0, min(revision, _LARGEST)) if isinstance(revision, int) else 0,
        time if isinstance(time, str) and time.isascii() else "",
    )


def link_id(value: Json) -> str | None:
    """Return the id that a Link (`{"sys": {"type": "Link", …}}`) names; None for anything else."""
    sys = value.get("sys") if isinstance(value, dict) else None
    target = sys.get("id") if isinstance(sys, dict) and sys.get("type") == "Link" else None
    return target if _is_text(target) else None


_LINKED = {"Entry": "entry", "Asset": "asset"}
_new_key = partial(tuple.__new__, Key)  # as Key(…), in half the time


def link_key(value: Json) -> Key | None:
    """Return the key of the entry or asset that a Link names; None for anything else.

    A space has as many Links as texts: what is hardly ever there, a value of another shape, may cost more.
    """
    try:
        sys = value["sys"]
        if sys["type"] != "Link":
            return None
        kind, target = _LINKED[sys["linkType"]], sys["id"]
    except (KeyError, TypeError, IndexError):
        return None
    return _new_key((kind, target)) if _is_text(target) else None


class Field(NamedTuple):
    """One field of a content type; `rules` are its validations and those of a list's items."""

    id: str
    name: str
    type: str
    localized: bool = False
    required: bool = False
    link_type: str = ""
    items: Mapping[str, Json] = {}
    rules: tuple[Mapping[str, Json], ...] = ()


class ContentType(NamedTuple):
    """A content type: its fields in the editor's order, and the field that entries are called by.

    `slug_field` holds an entry's own address; it is "" if the type has no such field.
    """

    id: str
    name: str
    display_field: str
    fields: tuple[Field, ...]
    slug_field: str = ""

    def find(self, field_id: str) -> Field | None:
        """Return the field with that id; None if there is none."""
        return next((known for known in self.fields if known.id == field_id), None)

    def among(self, names: Iterable[str]) -> list[str]:
        """Return those of the names that are fields of the type."""
        known = {known.id for known in self.fields}
        return [name for name in names if name in known]

    @property
    def address_field(self) -> str:
        """The field that an entry's address is made of: that of its own address, else the one that names it."""
        return self.slug_field or self.display_field


def read_content_type(raw: Mapping[str, Json]) -> ContentType:
    """Read a content type as the Delivery API returns it; omitted fields, which it never delivers, are left out.

    Raises AttributeError, KeyError or TypeError for anything else, as the readers of fields and locales do.
    """
    fields = tuple(_read_field(part) for part in raw.get("fields") or () if not part.get("omitted"))
    named = raw.get("displayField")
    shown = named if _is_text(named) else next((known.id for known in fields if known.id in ("title", "name")), "")
    identifier = _identifier(raw["sys"]["id"])
    name = _text(raw.get("name")).strip() or identifier
    slug = address_named(identifier, name, ((known.id, known.type) for known in fields))
    return ContentType(identifier, name, shown, fields, slug)


def _text(value: Json) -> str:
    """Return a text as it is; "" for anything else."""
    return value if isinstance(value, str) else ""


def _identifier(value: Json) -> str:
    """Return an id as it is. Raises TypeError for anything else."""
    if not _is_text(value):
        raise TypeError("an id that is no text")
    return value


def _read_field(raw: Mapping[str, Json]) -> Field:
    return Field(
        id=_identifier(raw["id"]),
        name=_text(raw.get("name")).strip() or raw["id"],
        type=_text(raw.get("type")) or "Symbol",
        localized=bool(raw.get("localized")),
        required=bool(raw.get("required")),
        link_type=_text(raw.get("linkType")),
        items=raw.get("items") or {},
        rules=tuple(
            rule
            for part in (raw, raw.get("items") or {})
            for rule in part.get("validations") or ()
            if isinstance(rule, dict)
        ),
    )


class Locale(NamedTuple):
    """A locale of the space and the one it falls back to."""

    code: str
    name: str
    default: bool = False
    fallback: str | None = None


def read_locale(raw: Mapping[str, Json]) -> Locale:
    """Read a locale as `/locales` returns it."""
    code, fallback = _identifier(raw["code"]), _text(raw.get("fallbackCode")) or None
    return Locale(code, _text(raw.get("name")).strip() or code, bool(raw.get("default")), fallback)


class Model(NamedTuple):
    """The content model: content types by id and locales by code."""

    types: Mapping[str, ContentType]
    locales: Mapping[str, Locale]

    @property
    def default_locale(self) -> str:
        """The space's default locale, which also holds the values that are not localised."""
        return next((known.code for known in self.locales.values() if known.default), next(iter(self.locales), "en-US"))

    def chain(self, code: str) -> tuple[str, ...]:
        """Return a locale and those it falls back to, in order; a `null` ends the chain."""
        found: list[str] = []
        step: str | None = code
        while step is not None and step not in found:
            found.append(step)
            step = self.locales[step].fallback if step in self.locales else None
        return tuple(found)


def item_digest(key: Key, data: bytes) -> bytes:
    """Return the digest of an item: of its key and its canonical bytes."""
    return digest(f"{key}\n".encode("utf-8", "surrogatepass") + data)


def own_facts(item: Item) -> tuple[dict[str, Json], list[str]]:
    """Return what templates may ask of an item's `sys`, and the ids of its tags."""
    sys, metadata = item.sys, item.raw.get("metadata")
    links = metadata.get("tags") if isinstance(metadata, dict) else None
    tags = [found for link in links if (found := link_id(link)) is not None] if isinstance(links, list) else []
    return {name: sys[name] for name in ("id", "createdAt", "updatedAt", "revision") if name in sys}, tags


def cut_values(item: Item) -> Iterator[tuple[str, str]]:
    """Yield field and locale of the values that were nested too deep, field and "" if a field has no locales."""
    for name, values in item.fields.items():
        if has_cut(canonical(values)):
            named = [code for code, value in values.items() if has_cut(canonical(value))] if _is_map(values) else [""]
            yield from ((name, code) for code in named)


def _is_map(value: Json) -> TypeGuard[Mapping[str, Json]]:
    return isinstance(value, dict)


class LocalizedValue(NamedTuple):
    """A field's value and the locale that it came from; both None if no locale of the chain has one."""

    value: Json
    locale: str | None


def item_from_bytes(data: bytes) -> Item | None:
    """Return the item that a file's bytes hold; None for bytes that are no item."""
    try:
        change = read_change(decode(data))
    except ValueError:
        return None
    return change.item if isinstance(change, Upsert) else None
