"""What templates see: entries and assets with their fields. Whatever is read of them is a read of the page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from exporter.core.model import link_key
from exporter.core.naming import folders_above
from exporter.guide.library.questions import SHARED, ReadLog
from exporter.render.view.origins import Origins
from exporter.render.view.other_spaces import read_resource
from exporter.report.report import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from markupsafe import Markup

    from exporter.core.encoding import Json
    from exporter.core.model import ContentType, Key, LocalizedValue
    from exporter.guide.index.records import Page
    from exporter.guide.library.items import ItemInMemory
    from exporter.guide.library.library import Library
    from exporter.guide.library.questions import Subject

_PICTURES = {
    f"image/{kind}"
    for kind in ("apng", "avif", "bmp", "gif", "jpeg", "jpg", "png", "svg+xml", "vnd.microsoft.icon", "webp", "x-icon")
}
_PLAIN = re.compile(r"[A-Za-z0-9_.~/-]*")


class View:
    """The library as one page sees it: in its locale, with links relative to it, every question noted.

    `part` renders a partial template; problems found are kept. `anchors` are the ids that the page's fields have, each
    with the number of the last one that begins with it; `footnoted` counts the fields with footnotes, `embedding`
    holds the entries that are being shown inside a text, `inside` those that are being rendered as one of the `parts`.
    """

    def __init__(self, library: Library, page: Page, part: Callable[..., Markup]) -> None:
        self.library = library
        self.guide = library.guide
        self.page = page
        self.locale = page.locale
        self.part = part
        self.notes = ReadLog()
        self.problems: dict[Problem, None] = {}
        self.anchors: dict[str, int] = {}
        self.footnoted = 0
        self.origins = Origins(self.notes, page.key or "")
        self.embedding: list[str] = []
        self.inside: list[str] = []
        self.parts = 0
        self._above = folders_above(page.url)
        self._things: dict[str, Thing] = {}
        self._types: dict[str, ContentType | None] = {}

    def ask(self, subject: str, argument: str = "") -> Any:
        """Ask a question; it is noted."""
        found = self.library.known.get((subject, argument))
        if found is None and subject.partition(":")[0] not in SHARED:
            return self.of_item(self.library.subject(subject), argument)
        found = found or self.library.shared(subject, argument)
        self.notes.shared[found] = None
        return found.answer

    def of_item(self, subject: Subject, argument: str) -> Any:
        """Ask something of an item; it is noted."""
        answers = self.notes.of(subject)
        if argument not in answers:
            answers[argument] = self.library.answer(subject, argument)
        return answers[argument]

    def answer(self, loaded: ItemInMemory, name: str, locale: str = "") -> LocalizedValue:
        """Give a field's value in the page's locale and the locale that it came from."""
        argument, found = self.library.field(loaded, name, locale or self.locale)
        self.notes.of(loaded)[argument] = found
        return found

    def value(self, loaded: ItemInMemory, name: str) -> Any:
        """Give a field's value in the page's locale as templates see it."""
        value = self.answer(loaded, name).value
        return self.wrap(value) if isinstance(value, (dict, list)) else value

    def thing(self, key: str) -> Entry | Asset | None:
        """Give an entry or asset; None for one that the mirror does not hold."""
        loaded = self.library.items.load(key)
        return self.known(loaded) if self.of_item(loaded, "x") is not None else None

    def known(self, loaded: ItemInMemory) -> Any:
        """Give an entry or asset that is known to be there, each once a page."""
        key = loaded.key
        found = self._things.get(key)
        if found is None:
            found = self._things[key] = (Entry if key.startswith("entry:") else Asset)(self, loaded)
        return found

    def forget_things(self) -> None:
        """Let go of what holds this view, so that all of it is freed at once."""
        self._things.clear()

    def target(self, value: Json, within: object = None) -> Entry | Asset | None:
        """Resolve a Link; None for one whose target is not in the mirror, which is a problem, or for no Link.

        It stands `within` a value, where that is known.
        """
        key = link_key(value)
        return self._target(key, within or value) if key is not None else None

    def _target(self, key: Key, within: object) -> Entry | Asset | None:
        found = self.thing(str(key))
        if found is None:
            self.report("link-unresolved", f"links to {key}, which is not published", within)
        return found

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Read texts that are not shown as they are: what they have of ids stays free for those that are."""
        before = self.anchors, self.footnoted
        self.anchors = {}
        yield
        self.anchors, self.footnoted = before

    def report(self, code: str, said: str, value: object) -> None:
        """Keep a warning; `value` is what the page read that the warning is about, or a part of it."""
        item, name = self.origins.of(value)
        where = f"{item} in {name}" if name else item or self.page.url
        self.problems[Problem("warning", code, f"{where}: {said}", item, self.locale, name)] = None

    def wrap(self, value: Json) -> Any:
        """Give a value as templates see it; lists and objects cannot be changed."""
        if isinstance(value, list):
            return self._wrap_list(value)
        if not isinstance(value, dict):
            return value
        if "sys" not in value:
            return RichText(value) if value.get("nodeType") == "document" else Values(self, value)
        key = link_key(value)
        return self._target(key, value) if key is not None else read_resource(value) or Values(self, value)

    def _wrap_list(self, values: list[Json]) -> tuple[Any, ...]:
        if not any(isinstance(each, dict) and "sys" in each for each in values):
            return tuple(self.wrap(each) for each in values if each is not None)
        keys = [link_key(each) for each in values]
        linked = [str(key) for key in keys if key is not None]
        if len(linked) > 1:
            self.library.items.load_all(linked)
        pairs = zip(values, keys, strict=True)
        found = (self.wrap(each) if key is None else self._target(key, each) for each, key in pairs)
        return tuple(each for each in found if each is not None)

    def link(self, url: str) -> str:
        """Make an address of the guide relative to this page, naming the file."""
        whole = f"{url}index.html" if url.endswith("/") else url
        folder, up = next(each for each in self._above if whole.startswith(each[0]))
        path = up + whole[len(folder) :]
        return path if _PLAIN.fullmatch(path) else quote(path, safe="/~")

    def content_type(self, type_id: str) -> ContentType | None:
        """Give what the content model says of a content type; noted once a page."""
        if type_id not in self._types:
            self.ask(f"type:{type_id}")
            self._types[type_id] = self.guide.model.types.get(type_id)
        return self._types[type_id]

    def page_of(self, loaded: ItemInMemory) -> tuple[str, str] | None:
        """Give locale and address of an entry's page, as a link from this page would lead to it; None for none."""
        found: tuple[str, str] | None = self.of_item(loaded, f"u/{self.locale}")
        return found


class LostView(View):
    """The library as a page sees it that hosts show at any address that is not there: its links are whole."""

    def link(self, url: str) -> str:
        """Make an address of the guide whole."""
        return f"{self.ask('site', 'base_url')}{url}"


class Values(Mapping[str, Any]):
    """An object of an Object field, a location, a file's details: what is inside is wrapped when it is asked for."""

    __slots__ = ("_raw", "_view")

    def __init__(self, view: View, raw: Mapping[str, Json]) -> None:
        self._view = view
        self._raw = raw

    def __getitem__(self, name: str) -> Any:
        value = self._raw[name]
        return self._view.wrap(value) if isinstance(value, (dict, list)) else value

    def __iter__(self) -> Iterator[str]:
        return iter(self._raw)

    def __len__(self) -> int:
        return len(self._raw)

    def __repr__(self) -> str:
        return repr(dict(self))


@dataclass(frozen=True)
class RichText:
    """A Rich Text document; the `html` filter renders it. Templates cannot look into it, so none can change it."""

    _document: Mapping[str, Json]

    def __bool__(self) -> bool:
        return bool(self._document.get("content"))

    def __repr__(self) -> str:
        return "Rich Text"


class Thing:
    """An item whose fields are its attributes."""

    __slots__ = ("_answers", "_known", "_loaded", "_values", "_view")

    def __init__(self, view: View, loaded: ItemInMemory) -> None:
        self._view = view
        self._loaded = loaded
        self._answers = view.notes.of(loaded)
        self._values: dict[str, Any] = {}
        self._known: dict[Any, Any] = {}

    def __getattr__(self, name: str) -> Any:
        value = self._value(name) if not name.startswith("_") else None
        if value is None:
            raise AttributeError(name)
        return value

    def _value(self, name: str) -> Any:
        """Give a field as templates see it, or what else an item says of itself by this name; None if it is empty."""
        value = self._values.get(name)
        if value is None and name not in self._values:
            value = self._read(name)[0]
        if value is None and name in ("sys", "tags"):
            return SysValues(self) if name == "sys" else tags_of(self)
        return value

    def _read(self, name: str) -> tuple[Any, str | None]:
        """Ask for a field; give its value as templates see it, each wrapped once, and the locale that it came from."""
        view, values = self._view, self._values
        argument, found = view.library.field(self._loaded, name, view.locale)
        self._answers[argument] = found
        if name not in values:
            value = found[0]
            values[name] = view.wrap(value) if isinstance(value, (dict, list)) else value
        return values[name], found[1]

    def __getitem__(self, name: str) -> Any:
        if not isinstance(name, str) or name.startswith("_"):
            raise KeyError(name)
        try:
            return getattr(self, name)
        except AttributeError:
            raise KeyError(name) from None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Thing) and other._loaded.key == self._loaded.key

    def __hash__(self) -> int:
        return hash(self._loaded.key)

    def __repr__(self) -> str:
        return self._loaded.key


class Entry(Thing):
    """An entry."""

    __slots__ = ()


class Asset(Thing):
    """An asset."""

    __slots__ = ()

    @property
    def is_image(self) -> bool:
        """Tell whether the file is a picture that browsers show."""
        value = self._view.answer(self._loaded, "file")[0]
        return isinstance(value, dict) and str(value.get("contentType")) in _PICTURES


class SysValues:
    """The item's own facts: id, type, revision, the times as they came; each is read when it is asked for."""

    __slots__ = ("_thing",)
    _NAMES = frozenset({"id", "createdAt", "updatedAt", "revision", "type"})

    def __init__(self, thing: Thing) -> None:
        self._thing = thing

    def __getattr__(self, name: str) -> Any:
        if name not in self._NAMES:
            raise AttributeError(name)
        thing = self._thing
        return thing._view.of_item(thing._loaded, f"s/{name}")

    def __getitem__(self, name: str) -> Any:
        if name not in self._NAMES:
            raise KeyError(name)
        return getattr(self, name)


def tags_of(thing: Thing) -> tuple[str, ...]:
    """Give the names of an item's tags."""
    view = thing._view
    return tuple(view.ask(f"tag:{each}") for each in view.of_item(thing._loaded, "m"))
