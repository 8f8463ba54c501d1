"""What templates see: entries and assets with their fields. Whatever is read of them is a read of the page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from exporter.model import Json, link_key
from exporter.report import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from markupsafe import Markup

    from exporter.guide.items import Loaded
    from exporter.guide.library import Asked, Library
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
        return self.wrap(value)

    def thing(self, key: str) -> Entry | Asset | None:
        """Give an entry or asset; None for one that the mirror does not hold."""
        loaded = self.library.items.load(key)
        if self.of_item(loaded, "x") is None:
            return None
        return Entry(self, loaded) if key.startswith("entry:") else Asset(self, loaded)

    def target(self, value: Json) -> Entry | Asset | None:
        """Resolve a Link; None for one whose target is not in the mirror, which is a problem, or for no Link."""
        key = link_key(value)
        found = self.thing(f"{key.kind}:{key.id}") if key is not None else None
        if key is not None and found is None:
            subject = self.page.key or ""
            said = f"{subject or self.page.url} links to {key}, which is not published"
            self.problems[Problem("warning", "link-unresolved", said, subject, self.locale)] = None
        return found

    def wrap(self, value: Json) -> Any:
        """Give a value as templates see it; lists and objects cannot be changed."""
        if isinstance(value, list):
            keys = [key for each in value if (key := link_key(each)) is not None]
            if len(keys) > 1:
                self.library.items.load_all([f"{key.kind}:{key.id}" for key in keys])
            return tuple(each for each in map(self.wrap, value) if each is not None)
        if not isinstance(value, dict):
            return value
        if value.get("nodeType") == "document":
            return RichText(value)
        if "sys" in value and link_key(value) is not None:
            return self.target(value)
        return Values(self, value)

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

    __slots__ = ("_loaded", "_values", "_view")

    def __init__(self, view: View, loaded: Loaded) -> None:
        self._view = view
        self._loaded = loaded
        self._values: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if name in self._values:
            value = self._values[name]
        else:
            value = self._values[name] = self._view.value(self._loaded, name)
        if value is None and name in ("sys", "tags"):
            return Facts(self) if name == "sys" else tags_of(self)
        if value is None:
            raise AttributeError(name)
        return value

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
        """Tell whether the file is a picture."""
        value = self._view.answer(self._loaded, "file")[0]
        kind = value.get("contentType") if isinstance(value, dict) else None
        return isinstance(kind, str) and kind.startswith("image/")


class Facts:
    """The item's own facts: id, type, revision, the times as they came; each is read when it is asked for."""

    __slots__ = ("_thing",)
    _NAMES = frozenset({"id", "createdAt", "updatedAt", "revision", "type"})

    def __init__(self, thing: Thing) -> None:
        self._thing = thing

    def __getattr__(self, name: str) -> Any:
        if name not in self._NAMES:
            raise AttributeError(name)
        thing = self._thing
        return thing._view.of_item(thing._loaded, f"s/{name}")  # noqa: SLF001 - one module's own

    def __getitem__(self, name: str) -> Any:
        if name not in self._NAMES:
            raise KeyError(name)
        return getattr(self, name)


def tags_of(thing: Thing) -> tuple[str, ...]:
    """Give the names of an item's tags."""
    view = thing._view  # noqa: SLF001 - one module's own
    return tuple(view.ask(f"tag:{each}") for each in view.of_item(thing._loaded, "m"))  # noqa: SLF001
