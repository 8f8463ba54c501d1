"""A list as templates see it: its title, its entries, its newer and older pages where it has several, its feed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from exporter.guide.library import questions
from exporter.guide.pages.list_membership import BY_DATE
from exporter.guide.pages.urls import FEED, chosen_url, list_url
from exporter.guide.schema.dates import read_date, write_date, write_moment
from exporter.render.view.fields import title_of, type_name
from exporter.render.view.languages import locale_of_page
from exporter.render.view.lazy import EntryList, Lazy
from exporter.render.view.view import loaded_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from exporter.render.view.view import Entry, View

FEED_ENTRIES = 30
_NUMBER_DIGITS = 20
"""Width that numbers are filled up to, so that they sort as texts."""
_UNDATED = "1970-01-01T00:00:00Z"


class ListView:
    """The list of a content type (its id), or one of site.yaml (`@` and its name, `/` and a value behind it)."""

    __slots__ = ("_view", "id")

    def __init__(self, view: View, list_id: str) -> None:
        self._view = view
        self.id = list_id

    def __repr__(self) -> str:
        return self.id

    @property
    def definition(self) -> Mapping[str, Any]:
        """What site.yaml says of the list; empty for the list of a type."""
        definition = self._view.ask(questions.list_definition(f"@{self.name}")) if self.id.startswith("@") else None
        return definition or {}

    @property
    def name(self) -> str:
        """Its name in site.yaml, or the id of its content type."""
        return self.id.removeprefix("@").partition("/")[0] if self.id.startswith("@") else self.id

    @property
    def title(self) -> str:
        """A value's own title, else the word `list.NAME`, else what site.yaml or the content model says."""
        value = self.id.partition("/")[2] if self.id.startswith("@") else ""
        return _value_title(self._view, value, self.definition) if value else self._title()

    def _title(self) -> str:
        if not self.id.startswith("@"):
            return type_name(self._view, self.id)
        word = self._view.ask(questions.word(f"list.{self.name}", self._view.locale))
        return word if word != f"list.{self.name}" else self.definition.get("title") or self.name

    @property
    def number(self) -> int:
        """The number of this page of the list; 0 for the main one, which holds the newest entries."""
        page = self._view.page
        return page.number if self.id.startswith("@") and page.type_id == self.id else 0

    @property
    def url(self) -> str:
        """The relative address of the list's main page."""
        return self._view.link(self._url())

    def _url(self, number: int = 0) -> str:
        view = self._view
        if not self.id.startswith("@"):
            return list_url(view.guide, self.id, view.locale)
        value = self.id.partition("/")[2]
        segments = view.ask(questions.value_segments(f"@{self.name}", view.locale)) if value else {}
        return chosen_url(view.guide, self.definition, self.name, view.locale, segments.get(value, ""), number)

    @property
    def count(self) -> int:
        """How many entries the list has."""
        return len(EntryList(self._view, self.id))

    @property
    def entries(self) -> Sequence[Entry]:
        """The entries on this page of the list."""
        view = self._view
        size = self.definition.get("per_page")
        if size is None:
            return EntryList(view, self.id)
        return Lazy(lambda: self._entries_of_page(size))

    def _entries_of_page(self, size: int) -> tuple[Entry, ...]:
        view = self._view
        keys = view.ask(questions.keys_of_page(self.id, view.locale, self.number, size))
        return tuple(view.known(loaded) for loaded in view.library.items.load_all(keys))

    @property
    def older(self) -> str:
        """The relative address of the page with the next older entries, "" on the oldest one."""
        view = self._view
        if self.definition.get("per_page") is None or self.number == 1:
            return ""
        last = self.number or view.ask(questions.numbered_pages(self.id, view.locale)) + 1
        return view.link(self._url(last - 1)) if last > 1 else ""

    @property
    def newer(self) -> str:
        """The relative address of the page with the next newer entries, "" on the main one."""
        if not self.number:
            return ""
        following = self._url(self.number + 1)
        return self._view.link(following if self._view.ask(questions.page_at(following)) else self._url())

    @property
    def parts(self) -> tuple[Part, ...]:
        """What the list is divided into: title, address and number of `entries` of each value."""
        view = self._view
        if self.definition.get("by") is None or "/" in self.id:
            return ()
        parts = []
        for value, segment in view.ask(questions.value_segments(self.id, view.locale)).items():
            url = view.link(chosen_url(view.guide, self.definition, self.name, view.locale, segment))
            title = _value_title(view, value, self.definition)
            parts.append((_order(value, title), Part(title, url, ListView(view, f"{self.id}/{value}").count)))
        return tuple(part for _, part in sorted(parts, key=lambda pair: (pair[0], pair[1].url)))

    @property
    def feed(self) -> str:
        """The address of the list's feed from the guide's root, "" if it has none."""
        view = self._view
        if view.ask(questions.site_value("base_url")) is None:
            return ""
        url = self._url() + FEED
        return url if view.ask(questions.page_at(url)) else ""

    @property
    def newest(self) -> tuple[Dated, ...]:
        """The entries of the feed: the newest of those written in this language, with their dates."""
        view = self._view
        keys = view.ask(questions.entry_keys(f"{BY_DATE}{self.id}", view.locale, most=FEED_ENTRIES))
        return tuple(self._dated(view.known(loaded)) for loaded in view.library.items.load_all(keys))

    def _dated(self, entry: Entry) -> Dated:
        view, loaded = self._view, loaded_of(entry)
        name = view.ask(questions.list_date(self.id))
        is_sys = name.startswith("sys.")
        published = view.of_item(loaded, questions.sys_value(name[4:])) if is_sys else view.answer(loaded, name)[0]
        return Dated(
            entry, moment(published), moment(view.of_item(loaded, questions.sys_value("updatedAt")) or published)
        )


def view_of_list(found: ListView) -> View:
    """Return the view that a list belongs to."""
    return found._view


class Part(NamedTuple):
    """One of the values that a list is divided by."""

    title: str
    url: str
    entries: int


class Dated(NamedTuple):
    """An entry of a feed with the times when it was published and changed."""

    entry: Entry
    published: str
    updated: str


def moment(value: object) -> str:
    """Return a date as feeds have it, in UTC; the beginning of 1970 for what is no date."""
    when = read_date(value)
    return write_moment(when) if when is not None else _UNDATED


def _order(value: str, title: str) -> str:
    """Return the sort key of a part of a list: its title, but dates and numbers sort by their value."""
    kind, _, text = value.partition(":")
    if kind == "text" and text.isdecimal():
        return text.zfill(_NUMBER_DIGITS)
    return text if kind == "text" and title != text else title.casefold()


def _value_title(view: View, value: str, definition: Mapping[str, Any]) -> str:
    """Return the title of the entries of one value; dates and booleans are written in the page's language."""
    kind, _, text = value.partition(":")
    if kind == "entry":
        target = view.thing(value)
        return title_of(target) if target is not None else text
    if kind == "tag":
        return view.ask(questions.tag_name(text))
    content_type = view.content_type(str(definition.get("type")))
    field = content_type.find(str(definition.get("by"))) if content_type is not None else None
    if field is not None and field.type == "Boolean":
        word = "yes" if text == "True" else "no"
        return f"{field.name}: {view.ask(questions.word(word, view.locale))}"
    date = read_date(text) if field is not None and field.type == "Date" else None
    return write_date(date, locale_of_page(view)) if date is not None else text


def chosen_lists(view: View) -> tuple[ListView, ...]:
    """Return the lists of site.yaml, except one at the address of a type's own list."""
    return tuple(ListView(view, f"@{name}") for name in view.ask(questions.LISTS))
