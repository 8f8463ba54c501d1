"""An entry as a part of another entry's page."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from markupsafe import Markup

from exporter.render.entry.section import stands_for_itself
from exporter.render.entry.sections import Layout
from exporter.render.entry.values import lang_attributes, leaf
from exporter.render.view.fields import locale_of, text_in, title_of, type_of, url_of
from exporter.render.view.view import Entry, loaded_of, roles_of_thing, view_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_DEEPEST_PART = 8
_MOST_PARTS = 500
"""Parts of a page at the most: entries that link to each other crosswise would multiply without an end."""
_LOWEST_LEVEL = 5
"""The lowest level of a heading that leaves one below it."""


def inline(entry: Entry, level: int) -> Markup | str:
    """Render an entry as a part of the page; only its title where the page shows it already or has too many parts."""
    view, key = view_of(entry), loaded_of(entry).key
    fields = Layout(entry, inside=True)
    too_many = len(view.inside) >= _DEEPEST_PART or view.parts >= _MOST_PARTS
    is_link = roles_of_thing(entry).leads_on and not fields.picture
    if too_many or is_link or key in view.inside or key == view.page.key:
        if is_link:
            return Markup("<p>{}</p>").format(leaf(entry, view))
        return _own_link(entry) if fields.title or (too_many and url_of(entry)) else ""
    if text_in(entry):
        return Markup("<p>{}</p>").format(leaf(entry, view))
    if fields.is_bare:
        return _name(entry, fields)
    view.inside.append(key)
    view.parts += 1
    try:
        return view.part("parts/inline.html", entry=entry, fields=fields, level=min(level, _LOWEST_LEVEL))
    finally:
        view.inside.pop()


def parts_and_cards(entries: Iterable[Entry], level: int) -> Iterator[Markup | str]:
    """Yield entries as parts of the page, those that stand for themselves as lists of cards between them."""
    for are_pages, run in groupby(entries, stands_for_itself):
        if are_pages:
            cards = (Markup("<li>{}</li>").format(view_of(one).part("parts/entry.html", entry=one)) for one in run)
            yield Markup('<ul class="cards">\n{}\n</ul>').format(Markup("\n").join(cards))
        else:
            yield from filter(None, (inline(one, level) for one in run))


def _name(entry: Entry, fields: Layout) -> Markup | str:
    """Return an entry that has only a title as a line, "" if it has none: a link to its page unless it is a part."""
    view = view_of(entry)
    if not fields.title:
        return ""
    if type_of(entry) not in view.guide.embedded_types:
        return Markup("<p>{}</p>").format(leaf(entry, view))
    code = locale_of(entry)
    return Markup("<p{}>{}</p>").format("" if code == view.locale else lang_attributes(code), fields.title)


def _own_link(entry: Entry) -> Markup:
    """Return the name of an entry that is not shown here as a link to its own page, which shows it."""
    address, code = url_of(entry), locale_of(entry)
    lang = "" if code == view_of(entry).locale else lang_attributes(code)
    if not address:
        return Markup("<p{}>{}</p>").format(lang, title_of(entry))
    return Markup('<p><a href="{}"{}>{}</a></p>').format(address, lang, title_of(entry))
