"""Render a page: the variables that every template has, and errors that name template, line and item."""

from __future__ import annotations

import re
import sqlite3
from html import unescape
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from jinja2.runtime import LoopContext
from markupsafe import Markup

from exporter.guide.index.records import PageKind
from exporter.guide.library import questions
from exporter.guide.pages.urls import letter_url
from exporter.render.entry.section import Section
from exporter.render.entry.sections import Layout
from exporter.render.filters import VIEW
from exporter.render.jinja_environment import Templates
from exporter.render.markup.control_characters import drop_controls
from exporter.render.template_errors import explain, own_place
from exporter.render.view.fields import FieldValue
from exporter.render.view.groups import Group
from exporter.render.view.languages import Language, languages
from exporter.render.view.lazy import Lazy, SiteValues
from exporter.render.view.lists import ListView, chosen_lists
from exporter.render.view.lost_view import LostView
from exporter.render.view.page_object import PageObject, page_object
from exporter.render.view.sitemap_view import Sitemap
from exporter.render.view.type_links import TypeLink
from exporter.render.view.view import Asset, Entry, Values, View

if TYPE_CHECKING:
    from exporter.guide.index.records import Page
    from exporter.guide.library.library import Library
    from exporter.guide.library.read_log import ReadLog
    from exporter.report.problems import Problem


_OBJECT = re.compile(r"(?P<what>(?:<|&lt;)[^<>&]{,200}) at (?P<place>0x[0-9a-f]+)(?:>|&gt;)")

_NO_CHARACTER = re.compile(rb"\xc2[\x80-\x9f]|\xef(?:\xb7[\x90-\xaf]|\xbf[\xbe\xbf])")
"""C1 controls and noncharacters in UTF-8: pages and feeds may hold them in no form."""


class PageError(Exception):
    """A page failed; the message names template, line and item, `cause` what may be wrong with other pages, too.

    `place` is the file and the line of the project's own templates, "" and 0 for an error elsewhere.
    """

    def __init__(self, message: str, cause: str = "", place: tuple[str, int] = ("", 0)) -> None:
        super().__init__(message)
        self.cause = cause
        self.place = place


class Rendered(NamedTuple):
    """A page's bytes, what it read and the problems found on the way."""

    data: bytes
    reads: ReadLog
    problems: list[Problem]


class Alternate(NamedTuple):
    """The same page in another language: its relative address and that from the guide's root.

    `exact` says whether it is that very page or only that language's home.
    """

    language: Language
    url: str
    page_url: str
    exact: bool
    current: bool


_OPEN_TYPES = frozenset(
    {Entry, Asset, Values, PageObject, SiteValues, Language, FieldValue, Group, Layout, Section, ListView, LoopContext}
    | {TypeLink, Alternate}
)
"""Types whose attributes templates may all read, except those that begin with an underscore."""


class Renderer:
    """Renders pages one after another: holds what all pages of a process share, and nothing of any page."""

    def __init__(self, library: Library, bytecode: Path | None = None) -> None:
        self._library = library
        self._guide = library.guide
        names = {code: locale.name for code, locale in self._guide.model.locales.items()}
        self._languages = languages(names, self._guide.locales)
        self._shown_languages = MappingProxyType(self._languages)
        self._environment = Templates(library, bytecode, _OPEN_TYPES)

    def render(self, page: Page) -> Rendered:
        """Render a page.

        Raises PageError.
        """
        context: dict[str, Any] = {}

        def part(name: str, **values: Any) -> Markup:
            return Markup(self._environment.get_template(name).render({**context, **values}))  # noqa: S704 - it escapes

        view = (LostView if page.kind is PageKind.MISSING else View)(self._library, page, part)
        self._environment.view = view
        try:
            view.ask(questions.GUIDE)
            context.update(self._context(view))
            text = self._environment.get_template(self._template_of(view)).render(context)
        except sqlite3.DatabaseError:
            raise
        except Exception as error:
            where = explain(error, page.template, self._library.template_files, self._environment, context)
            place = own_place(error, self._library.template_files.folder)
            raise PageError(f"{_subject(page)}: {where}", f"pages failed: {where}", place) from error
        finally:
            self._environment.view = None
            context.clear()  # it holds the view, which holds it: without the cycle both are freed at once
            view.forget_things()
            if page.key is not None:
                self._library.items.forget(page.key)
        if " at 0x" in text:
            self._check_texts(text, view)
        return Rendered(_encode(text), view.reads, list(view.problems))

    def _check_texts(self, text: str, view: View) -> None:
        """Raise PageError where a page prints an object's default text: its place in memory differs in each run.

        The same words are fine where they come from the content or a template.
        """
        reads = list(view.reads)
        known = self._library.template_files
        files = (known.find(name) for kind, name, _ in reads if kind == questions.TEMPLATE)
        sources = [repr([answer for *_, answer in reads]), *(Path(file).read_text("utf-8") for file in files if file)]
        for match in _OBJECT.finditer(text):
            if not any(match["place"] in source for source in sources):
                message = f"prints {unescape(match['what'])}>, which has no text of its own"
                template = known.find(self._template_of(view)) or ""
                raise PageError(f"{_subject(view.page)}: {known.shown(template)} {message}")

    def _context(self, view: View) -> dict[str, Any]:
        page = view.page
        return {
            VIEW: view,
            "languages": self._shown_languages,
            "site": SiteValues(view),
            "page": page_object(page),
            "language": self._languages[page.locale],
            "alternates": Lazy(lambda: self._alternates(view)),
            "types": Lazy(lambda: self._types(view, parts=False)),
            "parts": Lazy(lambda: self._types(view, parts=True)),
            "letters": Lazy(lambda: self._letters(view)),
            "lists": Lazy(lambda: chosen_lists(view)),
            "list": ListView(view, page.type_id) if page.kind in (PageKind.LIST, PageKind.FEED) else None,
            "sitemap": Sitemap(view) if page.kind in (PageKind.SITEMAP, PageKind.SITEMAP_INDEX) else None,
            "entry": self._entry(view, page.key) if page.key is not None else None,
            "home": view.link(self._guide.prefixes[page.locale]),
            "offline": view.link(f"{self._guide.prefixes[page.locale]}offline/"),
        }

    def _entry(self, view: View, key: str) -> Entry | None:
        loaded = self._library.items.load_whole(key)
        return view.known(loaded) if view.of_item(loaded, questions.CONTENT_TYPE) is not None else None

    def _types(self, view: View, *, parts: bool) -> tuple[TypeLink, ...]:
        """Return the types that have pages and entries, either those that are `parts` of other pages or the others.

        A type whose only entry has no page is left out.
        """
        listed, embedded = view.ask(questions.listed_types(view.locale)), self._guide.embedded_types
        sole = {} if parts else view.ask(questions.sole_entries(view.locale))
        wanted = (type_id for type_id in listed if (type_id in embedded) is parts)
        return tuple(TypeLink(view, type_id) for type_id in wanted if type_id not in sole or sole[type_id][0])

    def _template_of(self, view: View) -> str:
        """Return a page's template: its own, the project's with its type's name, else the one for any entry.

        A type with the name of one of the theme's templates does not override that one.
        """
        page = view.page
        if page.template:
            return page.template
        if page.url == self._guide.prefixes[page.locale]:
            return "home.html"
        own = f"{page.type_id}.html"
        view.ask(questions.template(own))
        theme = self._library.template_files.find(f"theme/{own}")
        return own if theme is None and self._library.template_files.find(own) is not None else "entry.html"

    def _alternates(self, view: View) -> tuple[Alternate, ...]:
        """Return the page in each language of the guide, or that language's home where the page is not in it."""
        alternates = []
        for code in self._guide.locales:
            same = self._same_page(view, code)
            page_url = same or self._guide.prefixes[code]
            current = code == view.locale
            link = view.link(page_url)
            alternates.append(Alternate(self._languages[code], link, page_url, same is not None, current))
        return tuple(alternates)

    def _same_page(self, view: View, code: str) -> str | None:
        """Return the address of the page in a locale, None if it is not in it."""
        if view.page.key is not None:
            there = view.of_item(self._library.items.load(view.page.key), questions.page_address(code))
            return there[1] if there is not None and there[0] == code else None
        plain = view.page.url.removeprefix(self._guide.prefixes[view.locale])
        page = view.ask(questions.page_at(f"{self._guide.prefixes[code]}{plain}"))
        return page[2] if page is not None and page[0] == view.page.kind else None

    def _letters(self, view: View) -> tuple[tuple[str, str, bool], ...]:
        """Return the letters that a long list is divided by: letter, address, whether it is this page's."""
        if view.page.kind is not PageKind.LIST or view.page.type_id.startswith("@"):
            return ()
        page = view.page
        letters = view.ask(questions.list_letters(page.type_id, view.locale))
        urls = ((letter, letter_url(self._guide, page.type_id, view.locale, letter)) for letter in letters)
        return tuple((letter, view.link(url), letter == page.letter) for letter, url in urls)


def _encode(text: str) -> bytes:
    """Return a page's bytes without the characters that none may hold: editors paste them without seeing them."""
    data = drop_controls(text.encode("utf-8", "replace"))
    return _NO_CHARACTER.sub(b"", data) if b"\xc2" in data or b"\xef" in data else data


def _subject(page: Page) -> str:
    return f"{page.key} in {page.locale}" if page.key else page.url
