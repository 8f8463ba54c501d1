"""What templates see: entries and assets with their fields. Whatever is read of them is a read of the page."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import contextmanager
from operator import attrgetter
from typing import TYPE_CHECKING, Any, TypeVar

from exporter.core.encoding import DEEPEST_SHOWN, TOO_DEEP
from exporter.core.model import link_key
from exporter.core.naming import folders_above
from exporter.core.url_names import quoted
from exporter.guide.library import questions
from exporter.guide.library.read_log import ReadLog, Subject
from exporter.guide.schema.field_roles import UNKNOWN
from exporter.render.view.origins import Origins
from exporter.render.view.other_spaces import read_resource
from exporter.render.view.rich_text import RichText
from exporter.report.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from markupsafe import Markup

    from exporter.core.encoding import Json
    from exporter.core.model import ContentType, Key, LocalizedValue
    from exporter.guide.index.picture_tables import OfferRow
    from exporter.guide.index.records import Page
    from exporter.guide.library.items import ItemInMemory
    from exporter.guide.library.library import Library
    from exporter.guide.schema.field_roles import Roles

T = TypeVar("T")

_IMAGE_TYPES = {
    f"image/{kind}"
    for kind in ("apng", "avif", "bmp", "gif", "jpeg", "jpg", "png", "svg+xml", "vnd.microsoft.icon", "webp", "x-icon")
}
"""Content types of pictures that browsers show."""


class View:
    """The library as one page sees it: in the page's locale, with links relative to the page, every question recorded.

    Nothing that a page shows may come from anywhere else: such an answer would leave the page stale when it changes.

    `part` renders a partial template, `problems` collects what is wrong in the content. `anchors` holds the ids that
    the page has given away, each with the number of the last one that begins with it; `footnoted` counts the fields
    with footnotes. `embedding` holds the entries that are being shown inside a text, `inside` those that are being
    rendered as parts of the page, `parts` counts the latter. `offers` are the pictures that the page shows or links to,
    by the numbers of the offers; `has_first_picture` says that it has shown one.
    """

    def __init__(self, library: Library, page: Page, part: Callable[..., Markup]) -> None:
        self.library = library
        self.guide = library.guide
        self.page = page
        self.locale = page.locale
        self.part = part
        self.reads = ReadLog()
        self.problems: dict[Problem, None] = {}
        self.anchors: dict[str, int] = {}
        self.footnoted = 0
        self.origins = Origins(self.reads, page.key or "")
        self.embedding: list[str] = []
        self.inside: list[str] = []
        self.parts = 0
        self.offers: dict[int, OfferRow] = {}
        self.has_first_picture = False
        self._folders_above = folders_above(page.url)
        self._things: dict[str, Thing] = {}
        self._types: dict[str, ContentType | None] = {}

    def ask(self, question: questions.Question[T]) -> T:
        """Ask a question and record it with its answer."""
        known = self.library.known.get(question)
        if known is None and not questions.is_shared(question):
            return self.of_item(self.library.subject(question.subject), question)
        known = known or self.library.shared(*question)
        self.reads.shared[known] = None
        answer: T = known.answer
        return answer

    def of_item(self, subject: Subject, question: questions.ItemQuestion[T] | questions.Question[T]) -> T:
        """Ask a question about an item and record it with its answer."""
        answers, argument = self.reads.of(subject), question.argument
        if argument not in answers:
            answers[argument] = self.library.answer(subject, argument)
        answer: T = answers[argument]
        return answer

    def answer(self, loaded: ItemInMemory, name: str, locale: str = "") -> LocalizedValue:
        """Return a field's value in a locale, the page's unless one is given, and the locale that it came from."""
        argument, value = self.library.field(loaded, name, locale or self.locale)
        self.reads.of(loaded)[argument] = value
        return value

    def thing(self, key: str) -> Entry | Asset | None:
        """Return an entry or asset, None for one that the mirror does not hold."""
        loaded = self.library.items.load(key)
        return self.known(loaded) if self.of_item(loaded, questions.CONTENT_TYPE) is not None else None

    def known(self, loaded: ItemInMemory) -> Any:
        """Return the entry or asset of an item that is known to exist: the same object all over the page."""
        key = loaded.key
        thing = self._things.get(key)
        if thing is None:
            thing = self._things[key] = (Entry if key.startswith("entry:") else Asset)(self, loaded)
        return thing

    def forget_things(self) -> None:
        """Drop the objects that hold this view, so that reference counting frees all of them at once."""
        self._things.clear()

    def target(self, value: Json, within: object = None) -> Entry | Asset | None:
        """Resolve a Link; None for any other value, and for a target that the mirror lacks, which is reported.

        `within` is the value that holds the Link, where that is known.
        """
        key = link_key(value)
        return self._target(key, within or value) if key is not None else None

    def _target(self, key: Key, within: object) -> Entry | Asset | None:
        thing = self.thing(str(key))
        if thing is None:
            self.report("link-unresolved", f"links to {key}, which is not published", within)
        return thing

    @contextmanager
    def discarding_ids(self) -> Iterator[None]:
        """Render texts whose markup is thrown away: the ids that they take stay free for what the page shows."""
        before = self.anchors, self.footnoted, self.has_first_picture
        self.anchors = {}
        yield
        self.anchors, self.footnoted, self.has_first_picture = before

    def report(self, code: str, message: str, value: object) -> None:
        """Report a warning about a value that the page read, or about a part of one."""
        item, name = self.origins.of(value)
        where = f"{item} in {name}" if name else item or self.page.url
        self.problems[Problem("warning", code, f"{where}: {message}", item, self.locale, name)] = None

    def wrap(self, value: Json, depth: int = 0) -> Any:
        """Return a value as templates see it; lists and objects cannot be changed. `depth` lists are around it."""
        if isinstance(value, list):
            return self._wrap_list(value, depth + 1) if depth < DEEPEST_SHOWN else TOO_DEEP
        if not isinstance(value, dict):
            return value
        if "sys" not in value:
            return RichText(value) if value.get("nodeType") == "document" else Values(self, value)
        key = link_key(value)
        return self._target(key, value) if key is not None else read_resource(value) or Values(self, value)

    def _wrap_list(self, values: list[Json], depth: int) -> tuple[Any, ...]:
        keys = [link_key(value) for value in values]
        linked = [f"{kind}:{identifier}" for kind, identifier in filter(None, keys)]
        if len(linked) > 1:
            self.library.items.load_all(linked)
        pairs = zip(values, keys, strict=True)
        wrapped = [self.wrap(value, depth) if key is None else self._target(key, value) for value, key in pairs]
        return tuple([value for value in wrapped if value is not None])

    def link(self, url: str) -> str:
        """Return an address of the guide relative to this page, naming the file."""
        whole = f"{url}index.html" if url.endswith("/") else url
        for folder, up in self._folders_above:
            if whole.startswith(folder):
                return quoted(up + whole[len(folder) :])
        raise AssertionError(f"{url} is no address of the guide")

    def content_type(self, type_id: str) -> ContentType | None:
        """Return what the content model says of a content type; recorded once a page."""
        if type_id not in self._types:
            self.ask(questions.type_definition(type_id))
            self._types[type_id] = self.guide.model.types.get(type_id)
        return self._types[type_id]

    def page_of(self, loaded: ItemInMemory) -> tuple[str, str] | None:
        """Return locale and address of the entry's page that a link from this page leads to, None for none."""
        return self.of_item(loaded, questions.page_address(self.locale))


class Values(Mapping[str, Any]):
    """An object of an Object field, a location, a file's details; members are wrapped when they are asked for."""

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


class Thing:
    """An item whose fields are its attributes.

    Templates reach every attribute without an underscore, and a space may call a field anything: so whatever else an
    item carries begins with one, and the program reads it through the functions below, which no template can call.
    """

    __slots__ = ("_answers", "_loaded", "_memo", "_roles", "_values", "_view")

    def __init__(self, view: View, loaded: ItemInMemory) -> None:
        self._view = view
        self._loaded = loaded
        self._answers = view.reads.of(loaded)
        self._roles: Roles | None = None
        self._values: dict[str, Any] = {}
        self._memo: dict[Any, Any] = {}

    def __getattr__(self, name: str) -> Any:
        value = value_named(self, name) if not name.startswith("_") else None
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


# Getters that are written in C: pages ask for these some hundred times each.
view_of: Callable[[Thing], View] = attrgetter("_view")
"""Return the view that an entry or asset belongs to."""
loaded_of: Callable[[Thing], ItemInMemory] = attrgetter("_loaded")
"""Return the item of an entry or asset, to ask questions about; to look into it is no recorded read."""
memo_of: Callable[[Thing], dict[Any, Any]] = attrgetter("_memo")
"""Return what was worked out about an entry or asset on this page, by the function or the field that it is of."""


def roles_of_thing(thing: Thing) -> Roles:
    """Return what the fields of a thing are for; it depends on what the content model says of its type."""
    roles = thing._roles
    if roles is None:
        view, type_id = thing._view, thing._loaded.type
        is_known = view.content_type(type_id) is not None
        roles = thing._roles = view.guide.roles.get(type_id, UNKNOWN) if is_known else UNKNOWN
    return roles


def value_named(thing: Thing, name: str) -> Any:
    """Return a field as templates see it, or the item's `sys` or `tags` where no field has that name; None if empty."""
    value = thing._values.get(name)
    if value is None and name not in thing._values:
        value = read_field(thing, name)[0]
    if value is None and name in ("sys", "tags"):
        return SysValues(thing) if name == "sys" else tags_of(thing)
    return value


def read_field(thing: Thing, name: str) -> tuple[Any, str | None]:
    """Return a field's value as templates see it, wrapped once a page, and the locale that it came from."""
    view, values = thing._view, thing._values
    argument, localized = view.library.field(thing._loaded, name, view.locale)
    thing._answers[argument] = localized
    if name not in values:
        value = localized[0]
        values[name] = view.wrap(value) if isinstance(value, (dict, list)) else value
    return values[name], localized[1]


class Entry(Thing):
    """An entry."""

    __slots__ = ()


class Asset(Thing):
    """An asset."""

    __slots__ = ()

    @property
    def is_image(self) -> bool:
        """Whether the file is a picture that browsers show."""
        value = self._view.answer(self._loaded, "file")[0]
        return isinstance(value, dict) and str(value.get("contentType")) in _IMAGE_TYPES


class SysValues:
    """An item's `sys`: id, type, revision, the times as they came; a member is read when it is asked for."""

    __slots__ = ("_thing",)
    _NAMES = frozenset({"id", "createdAt", "updatedAt", "revision", "type"})

    def __init__(self, thing: Thing) -> None:
        self._thing = thing

    def __getattr__(self, name: str) -> Any:
        if name not in self._NAMES:
            raise AttributeError(name)
        return self._thing._view.of_item(self._thing._loaded, questions.sys_value(name))

    def __getitem__(self, name: str) -> Any:
        if name not in self._NAMES:
            raise KeyError(name)
        return getattr(self, name)


def tags_of(thing: Thing) -> tuple[str, ...]:
    """Return the names of an item's tags."""
    view = thing._view
    return tuple(view.ask(questions.tag_name(tag)) for tag in view.of_item(thing._loaded, questions.TAG_IDS))
